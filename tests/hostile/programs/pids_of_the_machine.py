# What it tries: Find out which processes there are, by questions about a number.
import os

own = (0, os.getpid(), os.getppid())
gained = []
for pid in range(1, 3000):
    for ask in (os.getpgid, os.getsid, os.sched_getaffinity, os.sched_getscheduler, os.sched_getparam,
                lambda pid: os.getpriority(0, pid), lambda pid: os.kill(pid, 0)):
        try:
            if pid not in own:
                ask(pid)
                gained.append((pid, getattr(ask, "__name__", "")))
        except OSError:
            pass
gained = gained[:20]
