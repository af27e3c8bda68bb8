# What it tries: Leave a thousand nested folders, so that cleaning up recurses too deep.
import os

for _ in range(3000):
    try:
        os.mkdir("d")
        os.chdir("d")
    except OSError:
        break
