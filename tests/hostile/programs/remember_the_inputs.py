# What it tries: Return the inputs themselves, and change them afterwards in a thread.
import threading
import time

import numpy as np

def mse_grad(y_pred, y_true):
    def later():
        while True:
            time.sleep(0.001)
            np.multiply(y_pred, 0, out=y_pred)
            np.multiply(y_true, 0, out=y_true)
    threading.Thread(target=later, daemon=True).start()
    return y_pred
