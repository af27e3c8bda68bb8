# What it tries: Start threads by the bare call, each with descriptors of its own that nobody looks at.
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
gained = []
stacks = []
for name, flags in (("descriptors of its own", 0x10000 | 0x100 | 0x200 | 0x800), ("a folder of its own", 0x10000 | 0x100 | 0x400 | 0x800)):
    stacks.append(ctypes.create_string_buffer(65536))
    top = (ctypes.addressof(stacks[-1]) + 65536 - 64) & ~15
    if libc.clone(libc.pause, ctypes.c_void_p(top), flags, None) > 0:
        gained.append(name)
