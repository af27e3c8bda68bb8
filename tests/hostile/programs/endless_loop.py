# What it tries: Never end, in a call, and catch whatever is sent to stop it.
def mse(y_pred, y_true):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass
