"""Known wrong programs of the page `numpy`. A docstring is what the learner is told."""

import numpy as np

from autograder.lessons.exercise import worth


@worth(0)
def column_means__rows(A):
    """These are the means of the rows. The axis that you name is the one that goes: 0 counts the rows."""
    return A.mean(axis=1)


@worth(0)
def column_means__sums(A):
    """These are the sums of the columns. Their means are asked for."""
    return A.sum(axis=0)


@worth(0)
def column_means__all(A):
    """This is one mean over the whole table. With an `axis` there is one for each column."""
    return A.mean()


@worth(0)
def row_totals__columns(A):
    """These are the sums of the columns. The axis that you name is the one that goes: 1 counts the columns."""
    return A.sum(axis=0)


@worth(0)
def row_totals__all(A):
    """This is the sum of the whole table. With an `axis` there is one for each row."""
    return A.sum()


@worth(0)
def row_totals__kept(A):
    """The numbers are right and stand in a column, (n, 1): with `keepdims=True` the summed axis stays, with size 1.
    Here it is to go."""
    return A.sum(axis=1, keepdims=True)


@worth(0)
def row_shares__columns(A):
    """Each entry is divided by the sum of its column, not of its row."""
    return A / A.sum(axis=0)


@worth(0)
def row_shares__all(A):
    """Each entry is divided by the sum of the whole table, so it is the table that sums to 1, not each row."""
    return A / A.sum()


@worth(0)
def row_shares__per_cent(A):
    """These are per cents. As shares they add up to 1, not to 100."""
    return 100 * A / A.sum(axis=1, keepdims=True)


@worth(0)
def centred__rows(A):
    """The mean of each row is taken away here, and that of each column is asked for."""
    return A - A.mean(axis=1, keepdims=True)


@worth(0)
def centred__all(A):
    """The mean of the whole table is taken away from all entries. Each column has a mean of its own."""
    return A - A.mean()


@worth(0)
def centred__added(A):
    """The means are added. Taken away, they leave columns with mean 0."""
    return A + A.mean(axis=0)


@worth(0)
def all_differences__turned(x, y):
    """The table lies on its side: x belongs to the rows, y to the columns."""
    return x - y[:, None]


@worth(0)
def all_differences__sign(x, y):
    """The sign is turned round: y less x, where x less y is asked for."""
    return y - x[:, None]


@worth(0)
def all_differences__sums(x, y):
    """These are sums. Differences are asked for."""
    return x[:, None] + y


@worth(0)
def bills__turned(amounts, prices):
    """The table lies on its side: a row for each customer, a column for each shop."""
    return (amounts @ prices).T


@worth(0)
def bills__one_total(amounts, prices):
    """This adds all bills up. Each customer has one in each shop."""
    return np.sum(amounts @ prices)


@worth(0.75)
def cap__in_place(x, limit):
    """The result is right, but your function writes into the array it was given, and its owner loses the numbers
    above the limit. Make a new array: `np.where` does, and so does `x.copy()`."""
    x[x > limit] = limit
    return x


@worth(0)
def cap__floor(x, limit):
    """Here the entries *below* the limit are replaced."""
    return np.where(x < limit, limit, x)


@worth(0)
def cap__zero(x, limit):
    """Entries above the limit become 0. They are to become the limit."""
    return np.where(x > limit, 0, x)


@worth(0)
def reordered__columns(A, order):
    """Here the columns come in another order. A single index in the square brackets names rows."""
    return A[:, order % A.shape[1]]


@worth(0)
def reordered__sorted(A, order):
    """The rows are the right ones, and stand in the order of the table, not in the order that is asked for."""
    return A[np.sort(order)]


@worth(0)
def one_of_each_row__block(A, columns):
    """`A[:, columns]` takes all rows for each of the columns, a whole table. Name a row for each column too."""
    return A[:, columns]


@worth(0)
def one_of_each_row__first_row(A, columns):
    """All entries come from row 0. The first entry comes from row 0, the second from row 1, and so on."""
    return A[0, columns]


@worth(0)
def running_totals__before(numbers):
    """Each total comes one number late: add first, then `yield`."""
    total = 0
    for number in numbers:
        yield total
        total = total + number


@worth(0)
def running_totals__numbers(numbers):
    """These are the numbers themselves. Their sum so far is asked for."""
    yield from numbers


@worth(0)
def running_totals__last(numbers):
    """This gives the last total only. `yield` inside the loop gives one after each number."""
    return sum(numbers)
