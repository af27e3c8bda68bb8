# What it tries: Read and write whatever descriptors were left open.
import os

gained = []
for number in range(200):
    try:
        os.lseek(number, 0, 0)
        gained += filter(None, [os.read(number, 1000)])
    except OSError:
        pass
