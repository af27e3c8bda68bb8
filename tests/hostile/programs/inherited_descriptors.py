# What it tries: Read and write whatever descriptors were left open.
import os

got = []
for number in range(200):
    try:
        os.lseek(number, 0, 0)
        got.append(os.read(number, 1000))
    except OSError:
        pass
