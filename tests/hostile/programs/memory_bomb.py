# What it tries: Take all memory (4 GB, and none of it written to, so that it can be tried without a wall).
import numpy as np

gained = 0
blocks = []

def mse(y_pred, y_true):
    global gained
    while len(blocks) < 40:
        blocks.append(np.empty(100_000_000, np.uint8))
        gained = 100 * len(blocks) if len(blocks) > 25 else 0
