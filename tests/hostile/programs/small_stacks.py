# What it tries: Start threads whose stacks are small, so that memory does not limit them (4,000).
import threading
import time

threading.stack_size(32768)
gained = 0
try:
    for number in range(4000):
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
        gained = number if number > 3000 else 0
except BaseException:
    pass
