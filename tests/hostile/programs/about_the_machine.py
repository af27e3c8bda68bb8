# What it tries: Learn of the machine from what the kernel says of this process: its network, mounts, groups.
gained = []
for name in ("net/tcp", "net/unix", "net/route", "mountinfo", "mounts", "cgroup", "root/etc/passwd", "cwd/../../gradebook.db",
             "task/../../../1/stat", "../1/status"):
    try:
        with open(f"/proc/self/{name}") as file:
            gained += [name] if file.read(100) else []
    except OSError:
        pass
