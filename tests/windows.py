"""Run a program of the course as if on Windows, as far as that can be had elsewhere.

    python windows.py PROGRAM ARGUMENTS…

What Windows lacks is taken from the course's own code alone (libraries here need it): modules like `fcntl`, functions
like `os.fork`, signals like SIGPROF, `select` on pipes, /proc, symbolic links, renaming onto a file that is there.
`sys.platform` is "win32" to it, text is cp1252 unless an encoding is named, and a child that it starts is run so too.
"""

import builtins
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import types
import warnings

OURS = ("/course/", "/autograder/", "\\course\\", "\\autograder\\")
MODULES = {"fcntl", "resource", "pwd", "grp", "termios", "tty", "pty", "posix", "crypt", "syslog"}
LACKS = {
    os: set("""
        fork forkpty getuid geteuid getgid getegid getgroups setsid setpgid getpgid killpg O_NOFOLLOW O_NONBLOCK
        O_DIRECTORY O_CLOEXEC mkfifo mknod chown lchown fchmod fchown sysconf uname getloadavg sched_getaffinity nice
        waitid wait3 wait4 pread pwrite sendfile openpty set_blocking memfd_create pidfd_open register_at_fork setresuid
        chroot fchdir getpriority setpriority WNOHANG WIFSIGNALED posix_spawn""".split()),
    signal: set("""
        SIGKILL SIGALRM SIGPROF SIGHUP SIGCHLD SIGUSR1 SIGUSR2 SIGPIPE SIGSTOP SIGXCPU setitimer getitimer alarm
        pthread_kill pthread_sigmask siginterrupt sigwait ITIMER_REAL ITIMER_PROF ITIMER_VIRTUAL""".split()),
    socket: {"recv_fds", "send_fds", "AF_UNIX", "SO_REUSEPORT"},
    select: {"poll", "epoll", "kqueue"},
}


def ours(depth=2):
    """Whether the caller is the course's own code."""
    name = sys._getframe(depth).f_code.co_filename
    return any(part in name for part in OURS) and "site-packages" not in name


def no_pipes(read, write, other, wait=None):
    if any(not isinstance(item, socket.socket) for item in (*read, *write, *other)):
        raise OSError(10038, "An operation was attempted on something that is not a socket")
    return real["select"](read, write, other, wait)


def rename(source, target, **keywords):
    if os.path.lexists(target):
        raise FileExistsError(17, "Cannot create a file when that file already exists", target)
    return real["rename"](source, target, **keywords)


def refuse(*args, **keywords):
    raise OSError(1314, "A required privilege is not held by the client")


real = {"select": select.select, "rename": os.rename, "import": builtins.__import__, "open": builtins.open,
        "Popen": subprocess.Popen.__init__}
OTHERWISE = {
    os: {"name": "nt", "symlink": refuse, "rename": rename, "supports_dir_fd": set(), "O_BINARY": 0x8000},
    sys: {"platform": "win32"},
    select: {"select": no_pipes},
}


def locking(number, mode, size):
    import fcntl

    fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)


def guard(module):
    """Let the course's own code see this module as it is on Windows."""
    lacks, otherwise = LACKS.get(module, set()), OTHERWISE.get(module, {})

    class Guarded(types.ModuleType):
        def __getattribute__(self, name):
            if (name in lacks or name in otherwise) and ours():
                if name in lacks:
                    raise AttributeError(f"module {module.__name__!r} has no attribute {name!r} on Windows")
                return otherwise[name]
            return super().__getattribute__(name)

    module.__class__ = Guarded


def importing(name, globals=None, *rest, **keywords):
    file = (globals or {}).get("__file__") or ""
    if name.partition(".")[0] in MODULES and any(part in file for part in OURS) and "site-packages" not in file:
        raise ImportError(f"no module named {name} on Windows")
    return real["import"](name, globals, *rest, **keywords)


def opening(file, *args, **keywords):
    if ours() and str(file).startswith(("/proc", "/dev", "/sys")) and file != os.devnull:
        raise FileNotFoundError(2, "No such file or directory", file)
    with warnings.catch_warnings():
        if not ours():                       # others' files are theirs; of ours each has to say its encoding
            warnings.simplefilter("ignore", EncodingWarning)
        return real["open"](file, *args, **keywords)


def starting(self, args, *rest, **keywords):
    lacking = {"pass_fds", "preexec_fn", "start_new_session", "umask", "user", "group"} & set(keywords)
    if ours() and lacking:
        raise ValueError(f"{', '.join(sorted(lacking))} is not supported on Windows platforms")
    if args[0] == sys.executable and "-m" not in args:
        k = next(k for k, word in enumerate(args) if str(word).endswith(".py"))
        args = [*args[:k], "-X", "utf8=0", __file__, *args[k:]]
    return real["Popen"](self, args, *rest, **keywords)


def main():
    warnings.filterwarnings("error", category=EncodingWarning, module="(course|autograder)")
    sys.modules["msvcrt"] = types.SimpleNamespace(setmode=lambda number, mode: None, LK_NBLCK=2, locking=locking)
    for module in {*LACKS, *OTHERWISE}:
        guard(module)
    builtins.__import__, builtins.open, subprocess.Popen.__init__ = importing, opening, starting
    sys.argv[:] = sys.argv[1:]
    if sys.argv[0] == "-m":
        sys.argv[:] = sys.argv[1:]
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    else:
        runpy.run_path(sys.argv[0], run_name="__main__")


if __name__ == "__main__":
    main()
