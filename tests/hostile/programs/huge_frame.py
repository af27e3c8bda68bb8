# What it tries: Announce an answer of four gigabytes and send none of it.
import os

for number in range(3, 16):
    try:
        os.write(number, b"\xff\xff\xff\xff")
    except OSError:
        pass
