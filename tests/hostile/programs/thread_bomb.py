# What it tries: Start threads without end (1,000, so that it can be tried without a wall).
import threading
import time

gained = 0
for number in range(1000):
    try:
        threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
    except RuntimeError:
        break
    if number >= 500:
        gained = number
