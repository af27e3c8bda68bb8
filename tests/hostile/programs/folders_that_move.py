# What it tries: Rename the folder that fills, again and again, so that whoever looks finds nothing there (640 MB).
import os
import threading

os.mkdir("a")
here = os.open("a", os.O_RDONLY)

def move():
    while True:
        os.rename("a", "b")
        os.rename("b", "a")

threading.Thread(target=move, daemon=True).start()
gained = held = number = 0
block = b"0" * 1_000_000
while held < 640:
    number += 1
    try:
        file = os.open(f"f{number}", os.O_WRONLY | os.O_CREAT, dir_fd=here)
        for _ in range(14):
            os.write(file, block)
            held += 1
            gained = held if held > 480 else 0
        os.close(file)
    except OSError:
        break
