# What it tries: Hold much of the disk in files without a name, each with one page mapped and nothing open (640 MB).
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
gained = held = 0
while held < 640:
    try:
        number = os.open("f", os.O_RDWR | os.O_CREAT)
        os.posix_fallocate(number, 0, 16 << 20)
        if libc.mmap(None, 4096, 1, 1, number, 0) in (None, 2 ** 64 - 1):
            break
        os.close(number)
        os.unlink("f")
    except OSError:
        break
    held += 16
    gained = held if held > 480 else 0
