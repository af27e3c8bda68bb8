# What it tries: Send a pickle where a value is awaited.
import pickle

class Boom:
    def __reduce__(self):
        return (print, ("unpickled",))

def mse(y_pred, y_true):
    return pickle.dumps(Boom())

def mse_grad(y_pred, y_true):
    return Boom()
