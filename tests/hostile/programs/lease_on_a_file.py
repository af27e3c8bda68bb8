# What it tries: Hold others up who open a file: a lease makes the kernel wait for its holder.
import fcntl
import os

gained = []
for path in ("own", "/usr/bin/env", "../../gradebook.db"):
    try:
        number = os.open(path, os.O_RDONLY | (os.O_CREAT if path == "own" else 0))
        fcntl.fcntl(number, 1024, fcntl.F_RDLCK)
        gained.append(path)
    except OSError:
        pass
