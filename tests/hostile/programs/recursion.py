# What it tries: Recurse until the stack of C runs over.
import sys

sys.setrecursionlimit(10 ** 9)

def mse(y_pred, y_true):
    return sorted([y_pred], key=lambda x: mse(x, y_true))

def mse_grad(y_pred, y_true):
    class A:
        pass
    A.__repr__ = lambda self: repr(self)
    return repr(A())
