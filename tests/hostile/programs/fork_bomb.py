# What it tries: Fork without end.
import os

for _ in range(100_000):
    try:
        os.fork()
    except OSError:
        break
