"""Other right programs without a framework."""


def total__method(x):
    return x.sum()


def total__loop(x):
    return sum(x.ravel().tolist())
