# What it tries: Ask the kernel, by number, for what the wall forbids: namespaces, keys, tracing, files without a name.
import ctypes
import platform

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
gained = []
if platform.machine() == "x86_64":
    for name, call in (("memfd_create", (319, b"x", 0)), ("unshare", (272, 0x08000000)), ("socket", (41, 1, 1, 0)),
                       ("personality", (135, 0)), ("shmget", (29, 0, 4096, 0o1600)), ("prctl NO_NEW_PRIVS", (157, 38, 1, 0, 0, 0)),
                       ("pidfd_open", (434, 1, 0)), ("setpriority", (141, 0, 0, 5)), ("mq_open", (240, b"x", 0o102, 0o600, 0)),
                       ("signalfd", (289, -1, ctypes.create_string_buffer(8), 8, 0)), ("timer", (283, 0, 0)),
                       ("inotify", (294, 0)), ("io_uring", (425, 1, ctypes.create_string_buffer(120))),
                       ("vfork by the 32-bit door", (0x40000000 + 39,))):
        if libc.syscall(*call) >= 0:
            gained.append(name)
else:
    for name, call in (("memfd_create", (279, b"x", 0)), ("unshare", (97, 0x08000000)), ("socket", (198, 1, 1, 0))):
        if libc.syscall(*call) >= 0:
            gained.append(name)
