# What it tries: Sleep through the time limit.
import time

def mse(y_pred, y_true):
    time.sleep(10_000)
