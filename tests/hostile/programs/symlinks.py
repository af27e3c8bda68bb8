# What it tries: Make links to what is outside, and read and write through them.
import os

for number, target in enumerate(("/etc/passwd", "/root", "../..", "/proc/1/root", "/proc/self/cwd/../..")):
    try:
        os.symlink(target, f"link-{number}")
        print(os.listdir(f"link-{number}"))
        open(f"link-{number}/new", "w").write("x")
    except OSError:
        pass
