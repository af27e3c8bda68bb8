"""Take from this process, for good, everything that a learner's function does not need.

Three layers that an ordinary user may put on and nobody can take off again: resource limits, Landlock (which files)
and seccomp (which system calls), all through ctypes. Only the standard library is imported: this module is also
read inside the sandbox.
"""

import ctypes
import functools
import os
import platform
import struct
import sys
from collections.abc import Iterable
from typing import Any

# name, number on x86_64, number on aarch64: the calls that Python, NumPy, Matplotlib and IPython need to compute.
# No new processes, no sockets but socketpair, no signals to others, no chmod, no mounts, no tracing.
ALLOWED = """
read 0 63; write 1 64; readv 19 65; writev 20 66; pread64 17 67; pwrite64 18 68; preadv 295 69; pwritev 296
70; preadv2 327 286; pwritev2 328 287; close 3 57; close_range 436 436; stat 4 -;
fstat 5 80; lstat 6 -; newfstatat 262 79; statx 332 291; access 21 -; faccessat 269 48; faccessat2 439 439;
lseek 8 62; mmap 9 222; mprotect 10 226; munmap 11 215; mremap 25 216; madvise 28 233; brk 12 214; msync 26
227; mincore 27 232; rt_sigaction 13 134; rt_sigprocmask 14 135; rt_sigreturn 15 139; sigaltstack 131 132;
rt_sigpending 127 136; rt_sigtimedwait 128 137; rt_sigsuspend 130 133; pause 34 -; flock 73 32;
fsync 74 82; fdatasync 75 83; ftruncate 77 46; fadvise64 221 223; copy_file_range 326 285;
sendfile 40 71; getdents 78 -; getdents64 217 61; getcwd 79 17; chdir 80 49; fchdir 81 50; rename 82 -;
renameat 264 38; renameat2 316 276; mkdir 83 -; mkdirat 258 34; rmdir 84 -; unlink 87 -; unlinkat 263 35;
symlink 88 -; symlinkat 266 36; link 86 -; linkat 265 37; readlink 89 -; readlinkat 267 78; umask 95 166;
gettimeofday 96 169; time 201 -; times 100 153; getrlimit 97 163; getrusage 98 165; sysinfo 99 179; uname 63
160; getuid 102 174; getgid 104 176; geteuid 107 175; getegid 108 177; getppid 110 173; getpgrp 111 -;
getpid 39 172; gettid 186 178; getgroups 115 158; getresuid 118 148;
getresgid 120 150; clock_gettime 228 113; clock_getres 229 114; clock_nanosleep 230 115; nanosleep 35 101;
futex 202 98; futex_waitv 449 449; set_robust_list 273 99; rseq 334 293; set_tid_address 218 96; arch_prctl
158 -; sched_yield 24 124;
sched_get_priority_max 146 125; sched_get_priority_min 147 126; poll 7 -; ppoll 271 73; select 23 -;
pselect6 270 72; epoll_create 213 -; epoll_create1 291 20; epoll_ctl 233 21; epoll_wait 232 -; epoll_pwait
281 22; eventfd 284 -; eventfd2 290 19; pipe 22 -; pipe2 293 59; dup 32 23; dup2 33 -; dup3 292 24;
getrandom 318 278; exit 60 93; exit_group 231 94; wait4 61 260; waitid 247 95; restart_syscall 219 128;
alarm 37 -; setitimer 38 103; getitimer 36 102; membarrier 324 283; getcpu 309 168; statfs 137 43; fstatfs
138 44; sendto 44 206; recvfrom 45 207; shutdown 48 210; getsockopt 55 209; setsockopt 54 208; getsockname
51 204; getpeername 52 205
"""
FILTERED = {                       # allowed for some arguments only: see `_rules`
    "x86_64": dict(clone=56, kill=62, tgkill=234, prlimit64=302, socketpair=53, ioctl=16, prctl=157, fcntl=72,
                   getpgid=121, getsid=124, sched_getaffinity=204, sched_getparam=143, sched_getscheduler=145,
                   fallocate=285, open=2, openat=257),
    "aarch64": dict(clone=220, kill=129, tgkill=131, prlimit64=261, socketpair=199, ioctl=29, prctl=167, fcntl=25,
                    getpgid=155, getsid=156, sched_getaffinity=123, sched_getparam=121, sched_getscheduler=120,
                    fallocate=47, openat=56),
}
OWN_PID = ("kill", "tgkill")                                  # for this process alone
ASKED_OF = ("prlimit64", "getpgid", "getsid", "sched_getaffinity", "sched_getparam", "sched_getscheduler")
AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
SECCOMP = {"x86_64": 317, "aarch64": 277}
CLONE3 = 435
# a thread as the C library makes it, which shares descriptors and folder with the others, so that what it holds is seen
THREAD_NEEDS, THREAD_MAY = 0x00010F00, 0x007D0F00
EPERM, ENOSYS, EOPNOTSUPP = 1, 38, 95
# copies, flags and locks of descriptors: no owner and no signal (the kernel would send it to anybody), no lease
FCNTLS = (0, 1, 2, 3, 4, 6, 7, 37, 38, 1030)
TMPFILE = 0x00400000                                          # of open: a file that never has a name
IOCTLS = (0x5401, 0x541B, 0x5450, 0x5451, 0x5421, 0x5413)     # TCGETS FIONREAD FIONCLEX FIOCLEX FIONBIO TIOCGWINSZ
PRCTLS = (15, 16, 3, 21, 39, 0x53564D41)       # set and get a name, three questions, SET_VMA

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 1, 4, 24, 38
LANDLOCK_CREATE, LANDLOCK_ADD, LANDLOCK_RESTRICT = 444, 445, 446
READ_FILES = 1 << 2 | 1 << 3                                  # READ_FILE, READ_DIR
WRITE_FILES = READ_FILES | 1 << 1 | 1 << 4 | 1 << 5 | 1 << 7 | 1 << 8 | 1 << 12
WRITE_DEVICE = 1 << 1 | 1 << 2
FS_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}               # how many rights each Landlock version knows

MEGABYTE = 1 << 20
_libc: Any = ctypes.CDLL(None, use_errno=True) if sys.platform.startswith("linux") else None


Rule = tuple[int, int, int, int]        # of classic BPF: code, jump if true, jump if false, constant


class CannotConfine(OSError):
    """This machine does not give a layer that was asked for."""


def _call(number: int, *args: object) -> int:
    _libc.syscall.restype = ctypes.c_long
    result: int = _libc.syscall(ctypes.c_long(number), *args)
    if result < 0:
        number = ctypes.get_errno()
        raise CannotConfine(number, os.strerror(number))
    return result


def _checked(result: int) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise CannotConfine(number, os.strerror(number))


def prctl(option: int, value: int = 0) -> None:
    _checked(_libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0))


# --- Landlock: which files -----------------------------------------------------------------------------------

def landlock_version() -> int:
    """Version of the kernel's Landlock, 0 where there is none."""
    if _libc is None:
        return 0
    try:
        return int(_call(LANDLOCK_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(1)))
    except OSError:
        return 0


def landlock(read: Iterable[str] = (), write: Iterable[str] = (),
             devices: Iterable[str] = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random")) -> None:
    """From now on only these paths, and what lies below them, can be read or written. No TCP, where it is known."""
    version = landlock_version()
    if not version:
        raise CannotConfine(ENOSYS, "no Landlock in this kernel")
    handled = (1 << FS_RIGHTS.get(version, 16)) - 1
    attributes = struct.pack("QQQ", handled, 3 if version >= 4 else 0, 3 if version >= 6 else 0)
    size = 8 if version < 4 else 16 if version < 6 else 24
    ruleset = _call(LANDLOCK_CREATE, attributes, ctypes.c_size_t(size), ctypes.c_uint32(0))
    truncate = 1 << 14 if version >= 3 else 0
    try:
        for paths, rights in ((read, READ_FILES), (write, WRITE_FILES | truncate), (devices, WRITE_DEVICE)):
            for path in paths:
                try:
                    number = os.open(path, os.O_PATH | os.O_CLOEXEC)
                except OSError:
                    continue                                          # a path that is not there needs no permission
                is_dir = os.path.isdir(path)
                given = rights & handled if is_dir else rights & (1 << 0 | 1 << 1 | 1 << 2 | truncate)
                try:
                    rule = struct.pack("=Qi", given, number)
                    _call(LANDLOCK_ADD, ctypes.c_int(ruleset), ctypes.c_int(1), rule, ctypes.c_uint32(0))
                finally:
                    os.close(number)
        prctl(PR_SET_NO_NEW_PRIVS, 1)
        _call(LANDLOCK_RESTRICT, ctypes.c_int(ruleset), ctypes.c_uint32(0))
    finally:
        os.close(ruleset)


# --- seccomp: which system calls -----------------------------------------------------------------------------

def allowed_calls(machine: str) -> dict[str, int]:
    column = {"x86_64": 1, "aarch64": 2}[machine]
    rows = (row.split() for row in ALLOWED.replace("\n", " ").split(";"))
    return {row[0]: int(row[column]) for row in rows if row and row[column] != "-"}


NOBODY = 0x7EADBEEF           # higher than the number of any process


def _rules(machine: str, pid: int) -> list[Rule]:
    """The filter as classic BPF."""
    load, equal, at_least, both, give = 0x20, 0x15, 0x35, 0x54, 0x06
    allow, kill = 0x7FFF0000, 0x80000000
    fail = 0x00050000

    def when(number: int, *body: Rule) -> list[Rule]:
        """If the call is `number`: `body`, which must end in a return."""
        return [(equal, 0, len(body), number), *body]

    def argument(index: int, half: int = 0) -> Rule:
        return (load, 0, 0, 16 + 8 * index + 4 * half)

    def one_of(values: Iterable[int]) -> list[Rule]:
        """Return allow when the loaded word is one of `values`, else EPERM."""
        lines: list[Rule] = []
        for value in values:
            lines += [(equal, 0, 1, value), (give, 0, 0, allow)]
        return [*lines, (give, 0, 0, fail | EPERM)]

    def thread() -> list[Rule]:
        return [argument(0), (both, 0, 0, THREAD_NEEDS), (equal, 0, 4, THREAD_NEEDS),
                argument(0), (both, 0, 0, 0xFFFFFF00 & ~THREAD_MAY), (equal, 0, 1, 0), (give, 0, 0, allow),
                (give, 0, 0, fail | EPERM)]

    filtered = FILTERED[machine]
    rules: list[Rule] = [(load, 0, 0, 4), (equal, 1, 0, AUDIT_ARCH[machine]), (give, 0, 0, kill), (load, 0, 0, 0)]
    if machine == "x86_64":
        rules += [(at_least, 0, 1, 0x40000000), (give, 0, 0, kill)]          # the x32 calls
    for number in allowed_calls(machine).values():
        rules += when(number, (give, 0, 0, allow))
    rules += when(CLONE3, (give, 0, 0, fail | ENOSYS))                       # glibc then uses clone
    # space without writing, faster than anybody watches; the C library then writes zeros instead
    rules += when(filtered["fallocate"], (give, 0, 0, fail | EOPNOTSUPP))
    for name, place in (("open", 1), ("openat", 2)):
        if name in filtered:
            rules += when(filtered[name], argument(place), (both, 0, 0, TMPFILE), (equal, 0, 1, 0), (give, 0, 0, allow),
                          (give, 0, 0, fail | EOPNOTSUPP))
    rules += when(filtered["clone"], *thread())
    for name in OWN_PID:
        rules += when(filtered[name], argument(0), *one_of([pid]))
    for name in ASKED_OF:                                                    # of others, it would tell who is there
        rules += when(filtered[name], argument(0), *one_of([0, pid]))
    rules += when(filtered["fcntl"], argument(1), *one_of(FCNTLS))
    rules += when(filtered["socketpair"], argument(0), *one_of([1]))
    rules += when(filtered["ioctl"], argument(1), *one_of(IOCTLS))
    rules += when(filtered["prctl"], argument(0), *one_of(PRCTLS))
    return [*rules, (give, 0, 0, fail | EPERM)]


@functools.cache
def _filter(machine: str) -> bytes:
    """The same for a process `NOBODY`. It takes a while to write: the warm process does it for all its children."""
    return b"".join(struct.pack("HBBI", *rule) for rule in _rules(machine, NOBODY))


def prepare() -> None:
    """What every child needs and no child need do again."""
    import resource  # noqa: F401

    if seccomp_known():
        _filter(platform.machine())


def seccomp_known() -> bool:
    return sys.platform.startswith("linux") and platform.machine() in SECCOMP and sys.maxsize > 2 ** 32


def seccomp() -> None:
    """From now on only the calls above. Everything else fails with EPERM, on every thread."""
    machine = platform.machine()
    if not seccomp_known():
        raise CannotConfine(ENOSYS, f"no table of system calls for {machine}")
    rules = _filter(machine).replace(struct.pack("I", NOBODY), struct.pack("I", os.getpid()))
    code = ctypes.create_string_buffer(rules)
    program = struct.pack("HxxxxxxP", len(rules) // struct.calcsize("HBBI"), ctypes.addressof(code))
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    _call(SECCOMP[machine], ctypes.c_uint(1), ctypes.c_uint(1), program)      # SET_MODE_FILTER, TSYNC


# --- a file system for each submission -----------------------------------------------------------------------

CLONE_NEWNS, MNT_DETACH = 0x20000, 2
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_REMOUNT, MS_BIND = 1, 2, 4, 32, 4096
OWN = "/submission"
FRESH = (OWN, "/dev/shm")


def own_mounts(closed: str) -> None:
    """From now on this process may mount, seen by itself and its children alone; nobody writes to `closed` any more."""
    _checked(_libc.unshare(CLONE_NEWNS))
    _checked(_libc.mount(None, closed.encode(), None,
                         ctypes.c_ulong(MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV), None))


def fresh(size: int, files: int) -> None:
    """Empty folders in memory, of so many bytes and names each: the submission's own, and for shared memory."""
    for path in FRESH:
        _checked(_libc.mount(b"tmpfs", path.encode(), b"tmpfs", ctypes.c_ulong(MS_NOSUID | MS_NODEV),
                             f"size={size},nr_inodes={files},mode=700".encode()))


def gone() -> None:
    """Take away what `fresh` made, with all that is in it."""
    for path in FRESH:
        _checked(_libc.umount2(path.encode(), MNT_DETACH))


# --- limits and privileges -----------------------------------------------------------------------------------

def limits(memory: int, file_size: int, cpu_seconds: int, open_files: int = 64) -> None:
    """Resource limits; `memory` is on top of what the process has mapped already."""
    import resource  # not on Windows, where nobody gets here

    def at_most(kind: int, value: int) -> None:
        hard = resource.getrlimit(kind)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (value, value))

    if memory and os.path.exists("/proc/self/statm"):
        with open("/proc/self/statm", "rb", buffering=0) as file:      # as text, each child would load a codec
            mapped = int(file.read().split()[0]) * resource.getpagesize()
        at_most(resource.RLIMIT_AS, mapped + memory)
    at_most(resource.RLIMIT_FSIZE, file_size)
    at_most(resource.RLIMIT_CPU, cpu_seconds)
    at_most(resource.RLIMIT_NOFILE, open_files)
    at_most(resource.RLIMIT_CORE, 0)


def drop_capabilities() -> None:
    """Root's powers, where the process has any: in a container the grader often runs as root."""
    for capability in range(64):
        if _libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0:
            break
    header = struct.pack("Ii", 0x20080522, 0)
    _checked(_libc.capset(header, bytes(24)))
