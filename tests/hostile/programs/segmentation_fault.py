# What it tries: Crash the interpreter.
import ctypes

def mse(y_pred, y_true):
    ctypes.string_at(0)
