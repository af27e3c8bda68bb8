# What it tries: Return a list that holds itself, and a dict nested ten thousand deep.
def mse(y_pred, y_true):
    loop = []
    loop.append(loop)
    return loop

def mse_grad(y_pred, y_true):
    deep = {}
    for _ in range(10_000):
        deep = {"a": deep}
    return deep
