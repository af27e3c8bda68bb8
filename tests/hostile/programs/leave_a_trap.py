# What it tries: Leave code behind that a later process would run: start-up files, site packages, the course itself.
import os
import site
import sys

import course

trap = "open('/tmp/hostile-was-here', 'w')"
for path in ("~/.bashrc", "~/.ipython/profile_default/startup/00.py", "~/.config/matplotlib/matplotlibrc", "~/.pythonrc"):
    path = os.path.expanduser(path)
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        open(path, "a").write(trap)
    except OSError:
        pass
for folder in [*site.getsitepackages(), os.path.dirname(course.__file__), *sys.path]:
    for name in ("sitecustomize.py", "trap.pth", "observe.py"):
        try:
            open(os.path.join(folder, name), "a").write("import os; " + trap)
        except OSError:
            pass
