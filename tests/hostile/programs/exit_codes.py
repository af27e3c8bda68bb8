# What it tries: Leave by every door: exit, _exit, abort, an exit hook that prints a mark.
import atexit
import os
import sys

atexit.register(lambda: os.write(1, b"2.0"))

def mse(y_pred, y_true):
    sys.exit(0)

def mse_grad(y_pred, y_true):
    os._exit(0)

def log_softmax(logits):
    os.abort()
