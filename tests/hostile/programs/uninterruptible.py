# What it tries: Loop inside C code, where no Python exception arrives.
def mse(y_pred, y_true):
    return 7 ** (7 ** 9) % 2
