# What it tries: Make all(), any(), isinstance(), len() and abs() lie for everybody in the process.
import builtins

builtins.all = builtins.any = lambda *args: True
builtins.isinstance = lambda *args: True
builtins.abs = builtins.sum = lambda *args, **kwargs: 0
builtins.len = lambda thing: 1

def mse(y_pred, y_true):
    return 0.0
