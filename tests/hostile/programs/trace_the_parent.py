# What it tries: Attach to the parent with ptrace, read its memory with process_vm_readv, get a handle on it.
import ctypes
import os
import platform

libc = ctypes.CDLL(None, use_errno=True)
buffer = ctypes.create_string_buffer(64)

class Vector(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("size", ctypes.c_size_t)]

# a fork has its memory where its parent has it
local, remote = Vector(ctypes.addressof(buffer), 64), Vector(ctypes.addressof(buffer), 64)
gained = []
for pid in (os.getppid(), 1):
    if libc.process_vm_readv(pid, ctypes.byref(local), 1, ctypes.byref(remote), 1, 0) > 0:
        gained.append(("read", pid))
    if libc.syscall(434, pid, 0) >= 0:
        gained.append(("handle", pid))
    if libc.ptrace(16, pid, None, None) >= 0:
        gained.append(("traced", pid))
        os.waitpid(pid, 0x40000000)
        libc.ptrace(17, pid, None, None)
