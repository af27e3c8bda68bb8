# What it tries: Attach to the parent with ptrace and read its memory with process_vm_readv.
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
buffer = ctypes.create_string_buffer(64)

class Vector(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("size", ctypes.c_size_t)]

local, remote = Vector(ctypes.addressof(buffer), 64), Vector(0x400000, 64)
got = []
for pid in (os.getppid(), 1):
    got.append(libc.ptrace(16, pid, None, None))
    got.append(libc.process_vm_readv(pid, ctypes.byref(local), 1, ctypes.byref(remote), 1, 0))
    got.append(libc.syscall(434, pid, 0))
