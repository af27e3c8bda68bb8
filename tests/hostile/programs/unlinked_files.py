# What it tries: Hold much of the disk in open files whose names are gone (640 MB).
import os

gained = held = 0
numbers = []
block = b"0" * 1_000_000
while held < 640:
    try:
        numbers.append(os.open("f", os.O_RDWR | os.O_CREAT))
        os.unlink("f")
        for _ in range(14):
            os.write(numbers[-1], block)
            held += 1
            gained = held if held > 480 else 0
    except OSError:
        break
