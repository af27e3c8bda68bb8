# What it tries: Fork again and again (60 times, so that it can be tried without a wall).
import os
import time

gained = []
for _ in range(60):
    try:
        pid = os.fork()
    except OSError:
        break
    if pid == 0:
        time.sleep(60)
        os._exit(0)
    gained.append(pid)
