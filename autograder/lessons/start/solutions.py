"""Reference of the first page, `start`: one function to try the check on."""


def halfway(a, b):
    """The number halfway between two numbers.

    Parameters
    ----------
    a, b : float

    Returns
    -------
    middle : float
    """
    ### BEGIN SOLUTION
    return (a + b) / 2    # the brackets make the sum come first
    ### END SOLUTION
