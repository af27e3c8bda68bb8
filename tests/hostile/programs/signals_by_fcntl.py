# What it tries: Have the kernel send a signal in its place: to the owner of a pipe, of a lease, of a watched folder.
import fcntl
import os
import struct

gained = []
read, write = os.pipe()
others = [pid for pid in range(1, 400) if pid != os.getpid()]
for pid in [os.getppid(), *others, -os.getppid()]:
    for name, command, argument in (("F_SETOWN", 8, pid), ("F_SETOWN_EX", 15, struct.pack("ii", 1, pid))):
        try:
            fcntl.fcntl(read, command, argument)
            gained.append((name, pid))
        except OSError:
            pass
for name, number, command, argument in (("F_SETSIG", read, 10, 9), ("F_NOTIFY", os.open(".", os.O_RDONLY), 1026, 2)):
    try:
        fcntl.fcntl(number, command, argument)
        gained.append(name)
    except OSError:
        pass
