# What it tries: Ask the kernel for what the wall forbids: mounts, namespaces, keys, other calls by number.
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
for number in (165, 166, 155, 272, 308, 161, 246, 248, 250, 298, 304, 321, 323, 425, 434, 435, 437, 438, 440, 442, 101, 310, 311, 175, 169):
    libc.syscall(number, 0, 0, 0, 0, 0)
libc.syscall(0x40000000 + 57)
