# What it tries: Fill the disk, in one file, in many, and with names alone.
import os
import tempfile

for folder in (tempfile.gettempdir(), os.getcwd(), "/tmp", "/var/tmp", "/dev/shm", "/"):
    for number in range(40):
        try:
            with open(os.path.join(folder, f"fill-{number}"), "wb") as file:
                for _ in range(20):
                    file.write(b"0" * 1_000_000)
        except OSError:
            break
