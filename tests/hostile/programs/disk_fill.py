# What it tries: Fill the disk, in one file and in many (100 MB, so that it can be tried without a wall).
import os
import tempfile

gained = written = 0
for folder in (tempfile.gettempdir(), os.getcwd(), "/tmp", "/var/tmp", "/dev/shm", "/dev", "/"):
    for number in range(40):
        try:
            with open(os.path.join(folder, f"fill-{number}"), "wb") as file:
                for _ in range(20):
                    if written < 100_000_000:
                        file.write(b"0" * 1_000_000)
                        file.flush()
                        written += 1_000_000
        except OSError:
            break
        gained = written if written > 80_000_000 else 0
