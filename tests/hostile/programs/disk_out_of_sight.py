# What it tries: Hold much of the disk so deep in folders that no path reaches it (640 MB).
import os

gained = held = 0
name = "d" * 200
block = b"0" * 1_000_000
for _ in range(60):
    try:
        os.mkdir(name)
        os.chdir(name)
    except OSError:
        break
number = 0
while held < 640:
    number += 1
    try:
        with open(f"f{number}", "wb", buffering=0) as file:
            for _ in range(14):
                file.write(block)
                held += 1
                gained = held if held > 480 else 0
    except OSError:
        break
