# What it tries: Leave compiled code where a framework of the next submission looks for its own.
import getpass
import os
import tempfile

try:
    who = getpass.getuser()
except Exception:
    who = "nobody"
gained = []
for folder in (os.environ.get("TORCHINDUCTOR_CACHE_DIR") or os.path.join("/tmp", f"torchinductor_{who}"),
               os.environ.get("TRITON_CACHE_DIR") or os.path.expanduser("~/.triton/cache"),
               os.environ.get("TORCH_EXTENSIONS_DIR") or os.path.expanduser("~/.cache/torch_extensions"),
               os.environ.get("KERAS_HOME") or os.path.expanduser("~/.keras"),
               os.path.join(tempfile.gettempdir(), f"torchinductor_{who}"), "/tmp/__pycache__"):
    path = os.path.join(folder, "answer.so")
    if os.path.exists(path):
        gained.append(path)
    try:
        os.makedirs(folder, exist_ok=True)
        open(path, "x").write("code")
    except OSError:
        pass
