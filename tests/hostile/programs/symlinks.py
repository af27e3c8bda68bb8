# What it tries: Make links to what is outside, and read and write through them.
import os

gained = []
for number, target in enumerate(("/etc/passwd", "/root", "../..", "/proc/1/root", "/proc/self/cwd/../..")):
    for act in (lambda name: open(name).read(10), os.listdir, lambda name: open(f"{name}/new", "w").write("x")):
        try:
            if not os.path.lexists(f"link-{number}"):
                os.symlink(target, f"link-{number}")
            gained.append((target, act(f"link-{number}")))
        except OSError:
            pass
