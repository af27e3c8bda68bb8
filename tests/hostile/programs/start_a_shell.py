# What it tries: Run commands: a shell, IPython's shell escape, another Python, pip.
import os
import subprocess

!touch /tmp/hostile-was-here
for command in ("touch /tmp/hostile-was-here", "python3 -c 'open(\"/tmp/hostile-was-here\", \"w\")'"):
    try:
        os.system(command)
        subprocess.run(command, shell=True)
    except OSError:
        pass
