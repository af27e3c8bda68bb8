# What it tries: Write a numpy.py and a course.py into the working folder, for the next import.
import sys

for name in ("numpy.py", "course.py", "json.py"):
    try:
        open(name, "w").write("raise SystemExit")
    except OSError:
        pass
sys.path.insert(0, ".")
for name in [name for name in sys.modules if name.split(".")[0] in ("numpy", "course", "json")]:
    del sys.modules[name]
