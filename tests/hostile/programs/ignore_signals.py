# What it tries: Ignore every signal that can be ignored, and loop.
import signal

for number in signal.valid_signals():
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())

def mse(y_pred, y_true):
    while True:
        pass
