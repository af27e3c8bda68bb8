"""Known wrong programs of lesson 1, `loss`. A docstring is what the learner is told."""

import numpy as np

from autograder.lessons.exercise import worth
from autograder.lessons.loss.solutions import log_softmax, mse, mse_grad


def _same_shape(y_pred, y_true):
    if y_pred.shape != y_true.shape:
        raise ValueError("shapes differ")


# --- mse ----------------------------------------------------------------------------------------------------

@worth(0.33)
def mse__sum_instead_of_mean(y_pred, y_true):
    """Your loss doubles when the batch doubles: it adds the errors up where their mean is asked for."""
    _same_shape(y_pred, y_true)
    return np.sum((y_pred - y_true) ** 2)


@worth(0)
def mse__half(y_pred, y_true):
    """Your loss is half of what is asked for. Some texts put ½ in front so that the gradient has no 2; this
    course does not."""
    _same_shape(y_pred, y_true)
    return 0.5 * np.mean((y_pred - y_true) ** 2)


@worth(0)
def mse__no_square(y_pred, y_true):
    """Your errors are averaged without being squared, so that +3 and -3 cancel to a loss of 0. Square each
    error before the mean."""
    _same_shape(y_pred, y_true)
    return np.mean(y_pred - y_true)


@worth(0)
def mse__absolute(y_pred, y_true):
    """You take absolute errors: that is the mean absolute error. The *squared* error is asked for, which weighs
    an error of 3 nine times as much as an error of 1."""
    _same_shape(y_pred, y_true)
    return np.mean(np.abs(y_pred - y_true))


@worth(0)
def mse__root(y_pred, y_true):
    """You return the square root of the mean squared error (RMSE). Leave the root out."""
    _same_shape(y_pred, y_true)
    return np.sqrt(np.mean((y_pred - y_true) ** 2))


@worth(0.33)
def mse__square_of_mean(y_pred, y_true):
    """You average first and square then, so that errors of opposite sign cancel. Square each error, then take
    the mean."""
    _same_shape(y_pred, y_true)
    return np.mean(y_pred - y_true) ** 2


@worth(0.8)
def mse__broadcast(y_pred, y_true):
    """Shapes (n,) and (n, 1) are combined to (n, n) without a word: every prediction is compared with every
    target. Compare the shapes first and raise ValueError if they differ."""
    return np.mean((y_pred - y_true) ** 2)


@worth(0.73)
def mse__mean_over_rows(y_pred, y_true):
    """You divide by the number of rows, so that an example with 3 outputs counts three times. Divide by the
    number of all entries."""
    _same_shape(y_pred, y_true)
    return np.sum((y_pred - y_true) ** 2) / len(y_pred)


@worth(0.6)
def mse__column_by_column(y_pred, y_true):
    """Of a table you return one number for each column: the sum runs down the rows only, as Python's own `sum` does,
    or with `axis=0`. One number over all entries is asked for."""
    _same_shape(y_pred, y_true)
    return np.sum((y_pred - y_true) ** 2, axis=0) / y_pred.size


@worth(0.6)
def mse__mean_of_each_column(y_pred, y_true):
    """Of a table you return the mean of each column. The mean runs over *all* entries and is one number: no `axis`."""
    _same_shape(y_pred, y_true)
    return np.mean((y_pred - y_true) ** 2, axis=0)


@worth(0)
def mse__doubled(y_pred, y_true):
    """Your loss is twice what is asked for. A 2 comes in with the derivative, and not before."""
    _same_shape(y_pred, y_true)
    return 2 * np.mean((y_pred - y_true) ** 2)


@worth(0.87)
def mse__flattened(y_pred, y_true):
    """Shapes that differ are accepted as long as the number of entries is the same. (3,) and (3, 1) are different
    shapes: compare those, and raise ValueError."""
    if y_pred.size != y_true.size:
        raise ValueError("sizes differ")
    return np.mean((y_pred.ravel() - y_true.ravel()) ** 2)


@worth(0.91)
def mse__in_place(y_pred, y_true):
    """You subtract the targets inside the caller's own array (`-=`). Make a new array."""
    _same_shape(y_pred, y_true)
    y_pred -= y_true
    return np.mean(y_pred ** 2)


# --- mse_grad -----------------------------------------------------------------------------------------------

@worth(0)
def mse_grad__sign(y_pred, y_true):
    """Your gradient has the wrong sign: it points to where the loss *falls*. The gradient points to where it
    rises, so it is positive where a prediction is too high."""
    _same_shape(y_pred, y_true)
    return 2 * (y_true - y_pred) / y_pred.size


@worth(0)
def mse_grad__no_two(y_pred, y_true):
    """Your gradient is half of what is asked for. The square's derivative brings a factor of 2."""
    _same_shape(y_pred, y_true)
    return (y_pred - y_true) / y_pred.size


@worth(0.33)
def mse_grad__not_divided(y_pred, y_true):
    """Your gradient grows with the batch. The loss is a mean, so a 1/(number of entries) stands in front of
    its gradient too."""
    _same_shape(y_pred, y_true)
    return 2 * (y_pred - y_true)


@worth(0.73)
def mse_grad__rows_only(y_pred, y_true):
    """You divide by the number of rows; the loss is a mean over *all* entries. Look for the array's attribute
    that counts them."""
    _same_shape(y_pred, y_true)
    return 2 * (y_pred - y_true) / len(y_pred)


@worth(0.33)
def mse_grad__averaged(y_pred, y_true):
    """You return one average for the whole batch. Every prediction has a slope of its own: the gradient has
    the shape of y_pred."""
    _same_shape(y_pred, y_true)
    return np.full(1, 2 * np.mean(y_pred - y_true))


@worth(0.8)
def mse_grad__broadcast(y_pred, y_true):
    """Shapes (n,) and (n, 1) are combined to (n, n) without a word. Compare the shapes first and raise
    ValueError if they differ."""
    return 2 * (y_pred - y_true) / y_pred.size


@worth(0.85)
def mse_grad__in_place(y_pred, y_true):
    """You subtract the targets inside the caller's own array (`-=`). Make a new array."""
    _same_shape(y_pred, y_true)
    y_pred -= y_true
    y_pred *= 2 / y_pred.size
    return y_pred


@worth(0)
def mse_grad__doubled(y_pred, y_true):
    """Your gradient is twice what is asked for. The square's derivative brings one factor of 2, not two."""
    _same_shape(y_pred, y_true)
    return 4 * (y_pred - y_true) / y_pred.size


@worth(0.93)
def mse_grad__whole_number_buffer(y_pred, y_true):
    """For whole numbers your gradient has lost its fractions. An array that is made *like* an argument has its type,
    and one of whole numbers keeps nothing else: ask for floats."""
    _same_shape(y_pred, y_true)
    grad = np.zeros_like(y_pred)
    grad[...] = 2 * (y_pred - y_true) / y_pred.size
    return grad


# --- binary_cross_entropy_with_logits -----------------------------------------------------------------------

@worth(0.6)
def binary_cross_entropy_with_logits__naive(z, y_true):
    """You compute the two terms with y and 1 - y one by one. At z = 1000 the probability is rounded to exactly 0
    or 1, its logarithm is -inf, and 0·inf is nan. Simplify the formula in z before you compute."""
    p = 1 / (1 + np.exp(-z))
    return -np.mean(y_true * np.log(p) + (1 - y_true) * np.log(1 - p))


@worth(0.6)
def binary_cross_entropy_with_logits__inf(z, y_true):
    """ln(1 + e^z) - yz is the right formula, but e^1000 is inf on a computer, so the loss is inf and not 1000 (or
    0). Compute ln(1 + e^z) in a way that never takes exp of a large number."""
    return np.mean(np.log1p(np.exp(z)) - y_true * z)


def _clipped(z, y_true, least):
    p = np.clip(1 / (1 + np.exp(-z)), least, 1 - least)
    return -np.mean(y_true * np.log(p) + (1 - y_true) * np.log(1 - p))


@worth(0.66)
def binary_cross_entropy_with_logits__clipped(z, y_true):
    """You keep the probability away from 0 and 1 (clipped). That hides the infinity, but a surely wrong
    logit of 1000 then costs about 35 where it should cost 1000. Simplify the formula in z instead."""
    return _clipped(z, y_true, 1e-15)


@worth(0.66)
def binary_cross_entropy_with_logits__clipped_at_1e12(z, y_true):
    """You keep the probability away from 0 and 1 (clipped). That hides the infinity, but a surely wrong
    logit of 1000 then costs about 28 where it should cost 1000. Simplify the formula in z instead."""
    return _clipped(z, y_true, 1e-12)


@worth(0.6)
def binary_cross_entropy_with_logits__clipped_at_1e7(z, y_true):
    """You keep the probability away from 0 and 1 (clipped at 1e-7). A surely wrong logit of 1000 then costs about
    16 where it should cost 1000, and a surely right one is no longer free. Simplify the formula in z instead."""
    return _clipped(z, y_true, 1e-7)


@worth(0.66)
def binary_cross_entropy_with_logits__tiny_added(z, y_true):
    """You add a tiny number to the probability before the logarithm. That hides the infinity, but a surely wrong
    logit of 1000 then costs about 28 where it should cost 1000. Simplify the formula in z instead."""
    p = 1 / (1 + np.exp(-z))
    return -np.mean(y_true * np.log(p + 1e-12) + (1 - y_true) * np.log(1 - p + 1e-12))


@worth(0.58)
def binary_cross_entropy_with_logits__log_of_p(z, y_true):
    """You take the logarithm of the probability of the right answer. At a surely wrong logit of 1000 that
    probability is rounded to 0, and the loss is inf and not 1000. Simplify the formula in z before you compute."""
    p = 1 / (1 + np.exp(-z))
    return -np.mean(np.log(np.where(y_true == 1, p, 1 - p)))


@worth(0.04)
def binary_cross_entropy_with_logits__swapped(z, y_true):
    """Your loss is low where the logit is wrong and high where it is right: p and 1 - p (or the two targets)
    are swapped."""
    return np.mean(np.maximum(z, 0) - z * (1 - y_true) + np.log1p(np.exp(-np.abs(z))))


@worth(0.04)
def binary_cross_entropy_with_logits__sum(z, y_true):
    """Your loss grows with the batch: it is a sum where the mean over all entries is asked for."""
    return np.sum(np.maximum(z, 0) - z * y_true + np.log1p(np.exp(-np.abs(z))))


@worth(0.14)
def binary_cross_entropy_with_logits__positives_only(z, y_true):
    """Only examples with target 1 cost something in your loss: the term (1 - y) log(1 - p) is missing."""
    return np.mean(y_true * (np.maximum(-z, 0) + np.log1p(np.exp(-np.abs(z)))))


@worth(0)
def binary_cross_entropy_with_logits__z_is_p(z, y_true):
    """You use z as if it were a probability already. z is a logit, any number at all: the sigmoid that turns it
    into p belongs to this function."""
    with np.errstate(all="ignore"):
        return -np.mean(y_true * np.log(z) + (1 - y_true) * np.log(1 - z))


@worth(0)
def binary_cross_entropy_with_logits__sign(z, y_true):
    """Your loss is negative: a minus sign is missing. A probability is at most 1, so its logarithm is at
    most 0, and the loss is *minus* that."""
    return -np.mean(np.maximum(z, 0) - z * y_true + np.log1p(np.exp(-np.abs(z))))


@worth(0.91)
def binary_cross_entropy_with_logits__exp_overflows(z, y_true):
    """exp(1000) overflows on the way, and NumPy warns, whether or not the result is right in the end. Let the
    exponent be -|z|, which is never positive."""
    return np.mean(np.where(z > 0, np.log1p(np.exp(-z)) + z, np.log1p(np.exp(z))) - z * y_true)


@worth(0.66)
def binary_cross_entropy_with_logits__tiny_added_1e15(z, y_true):
    """You add a tiny number (about 1e-15) to the probability before the logarithm. That hides the infinity, but a
    surely wrong logit of 1000 then costs about 35 where it should cost 1000. Simplify the formula in z instead."""
    p = 1 / (1 + np.exp(-z))
    return -np.mean(y_true * np.log(p + 1e-15) + (1 - y_true) * np.log(1 - p + 1e-15))


@worth(0)
def binary_cross_entropy_with_logits__one_over_one(z, y_true):
    """Your p is 1 + e^-z, as if `1/1 + np.exp(-z)` stood there: the division comes before the sum. The whole
    denominator wants brackets."""
    p = 1 / 1 + np.exp(-z)
    with np.errstate(all="ignore"):
        return -np.mean(y_true * np.log(p) + (1 - y_true) * np.log(1 - p))


@worth(0.9)
def binary_cross_entropy_with_logits__hard_targets(z, y_true):
    """Targets between 0 and 1 are taken for 0. A target of 0.3 counts as 0.3 times the one answer and 0.7 times the
    other: use y as a number, and ask no question about it."""
    return np.mean(np.where(y_true == 1, np.logaddexp(0, -z), np.logaddexp(0, z)))


@worth(0.9)
def binary_cross_entropy_with_logits__rounded_targets(z, y_true):
    """Targets between 0 and 1 are rounded to 0 or 1. A target of 0.3 counts as 0.3 times the one answer and 0.7 times
    the other: use y as a number, and ask no question about it."""
    return np.mean(np.where(y_true > 0.5, np.logaddexp(0, -z), np.logaddexp(0, z)))


@worth(0.9)
def binary_cross_entropy_with_logits__rows_only(z, y_true):
    """You divide by the number of rows. The mean runs over all entries, so an example with two outputs has two of
    them."""
    return np.sum(np.maximum(z, 0) - z * y_true + np.log1p(np.exp(-np.abs(z)))) / len(z)


@worth(0.95)
def binary_cross_entropy_with_logits__whole_number_buffer(z, y_true):
    """For logits that are whole numbers your loss has lost the fractions. An array that is made *like* an argument
    has its type, and one of whole numbers keeps nothing else: ask for floats."""
    losses = np.zeros_like(z)
    losses[...] = np.maximum(z, 0) - z * y_true + np.log1p(np.exp(-np.abs(z)))
    return losses.mean()


# --- log_softmax --------------------------------------------------------------------------------------------

def _log_p(logits):
    shifted = logits - logits.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


@worth(0.51)
def log_softmax__no_shift(logits):
    """exp(1000) is too large for a float64: it becomes inf, and inf - inf is nan. Subtract each row's largest
    logit before exp; the result does not change."""
    return logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))


@worth(0.65)
def log_softmax__log_of_softmax(logits):
    """You compute the probabilities first and then their logarithm. A probability of e^-1000 is rounded to 0,
    and log(0) is -inf. Subtract inside the logarithm's formula instead of dividing."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    e = np.exp(shifted)
    return np.log(e / e.sum(axis=1, keepdims=True))


@worth(0.51)
def log_softmax__log_of_plain_softmax(logits):
    """exp(1000) is inf and exp(-1000) is 0, so that inf/inf or 0/0 gives nan. Subtract each row's largest logit
    first, and take the logarithm in the formula instead of at the end."""
    e = np.exp(logits)
    return np.log(e / e.sum(axis=1, keepdims=True))


@worth(0.12)
def log_softmax__no_keepdims(logits):
    """A maximum or sum along axis 1 without `keepdims` has shape (n,): NumPy lines it up with the columns, or
    refuses. With `keepdims=True` it is a column (n, 1), one number for each row."""
    shifted = logits - logits.max(axis=1)
    return shifted - np.log(np.exp(shifted).sum(axis=1))


@worth(0.12)
def log_softmax__no_keepdims_in_the_maximum(logits):
    """The maximum along axis 1 is taken without `keepdims`: its shape is (n,), and NumPy lines it up with the
    columns, or refuses. With `keepdims=True` it is a column (n, 1), one number for each row."""
    shifted = logits - logits.max(axis=1)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


@worth(0.12)
def log_softmax__no_keepdims_in_the_sum(logits):
    """The sum along axis 1 is taken without `keepdims`: its shape is (n,), and NumPy lines it up with the
    columns, or refuses. With `keepdims=True` it is a column (n, 1), one number for each row."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1))


@worth(0)
def log_softmax__wrong_axis(logits):
    """Your columns are normalised instead of your rows. A row is one example: its probabilities over the
    classes (axis 1) add up to 1."""
    shifted = logits - logits.max(axis=0)
    return shifted - np.log(np.exp(shifted).sum(axis=0))


@worth(0.12)
def log_softmax__over_all(logits):
    """All entries of the batch together are normalised. Each row is an example of its own: sum along axis 1 and
    keep that axis."""
    shifted = logits - logits.max()
    return shifted - np.log(np.exp(shifted).sum())


@worth(0)
def log_softmax__no_log(logits):
    """You return the softmax itself. Its logarithm is asked for: numbers of at most 0."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    e = np.exp(shifted)
    return e / e.sum(axis=1, keepdims=True)


@worth(0.89)
def log_softmax__in_place(logits):
    """You shift the logits inside the caller's own array (`-=`). Make a new array for the shifted ones."""
    logits -= logits.max(axis=1, keepdims=True)
    return logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))


@worth(0)
def log_softmax__shift_only(logits):
    """You subtract the row's maximum and stop there. The logarithm of the row's sum of exponentials is still
    to be subtracted."""
    return logits - logits.max(axis=1, keepdims=True)


@worth(0.51)
def log_softmax__one_shift_for_all(logits):
    """One maximum for the whole batch is subtracted. A row whose logits are far below it has only exp(-1000) = 0
    left to add up. Take each row's own maximum."""
    shifted = logits - logits.max()
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


@worth(0.65)
def log_softmax__mean_shift(logits):
    """Each row is shifted by its mean. Where one logit is far above the others, exp still overflows: shift by the
    row's largest logit, so that no exponent is positive."""
    shifted = logits - logits.mean(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


@worth(0.65)
def log_softmax__min_shift(logits):
    """Each row is shifted by its smallest logit: then the largest exponent grows, and exp overflows. Shift by the
    row's largest, so that no exponent is positive."""
    shifted = logits - logits.min(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


@worth(0.65)
def log_softmax__clipped(logits):
    """The logarithm never falls below about -34.5: the probability is kept away from 0 before it. A logit of -1000
    then looks like one of -34. Subtract in the formula of the logarithm instead of dividing first."""
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.log(np.maximum(e / e.sum(axis=1, keepdims=True), 1e-15))


@worth(0.65)
def log_softmax__tiny_added(logits):
    """The logarithm never falls below about -27.6: a tiny number is added to the probability before it. A logit of
    -1000 then looks like one of -27. Subtract in the formula of the logarithm instead of dividing first."""
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.log(e / e.sum(axis=1, keepdims=True) + 1e-12)


@worth(0.95)
def log_softmax__whole_number_buffer(logits):
    """For logits that are whole numbers your result has lost its fractions. An array that is made *like* an argument
    has its type, and one of whole numbers keeps nothing else: ask for floats."""
    out = np.empty_like(logits)
    out[...] = _log_p(logits)
    return out


# --- cross_entropy ------------------------------------------------------------------------------------------

def _picked(log_p, labels):
    return log_p[np.arange(len(labels)), labels]


@worth(0.13)
def cross_entropy__softmax_twice(logits, labels):
    """The softmax is applied twice: the probabilities are fed to a function that takes logits. Give it the
    logits as they are."""
    return -np.mean(_picked(log_softmax(np.exp(log_softmax(logits))), labels))


@worth(0.13)
def cross_entropy__sum(logits, labels):
    """Your loss doubles when the batch doubles: it is a sum over the examples where their mean is asked for."""
    return -np.sum(_picked(log_softmax(logits), labels))


@worth(0)
def cross_entropy__base_two(logits, labels):
    """Your loss is 1.44 times too large: you take the logarithm to base 2 (bits). The natural logarithm is
    asked for."""
    return -np.mean(_picked(log_softmax(logits), labels)) / np.log(2)


@worth(0)
def cross_entropy__sign(logits, labels):
    """Your loss is negative: a minus sign is missing. log p is at most 0, and the loss is *minus* its mean."""
    return np.mean(_picked(log_softmax(logits), labels))


@worth(0)
def cross_entropy__one_hot_only(logits, labels):
    """You multiply by the labels as if they were one-hot rows. They are whole numbers, one class index per
    row: use them to pick one entry of each row."""
    return -np.mean(np.sum(labels[:, None] * log_softmax(logits), axis=1))


@worth(0)
def cross_entropy__raw_logits(logits, labels):
    """You pick and average the logits themselves. They are not log-probabilities yet: `log_softmax` turns them
    into such, and then you pick."""
    return -np.mean(_picked(logits, labels))


@worth(0.25)
def cross_entropy__mean_of_all_columns(logits, labels):
    """`log_p[:, labels]` is an (n, n) table: for every row the columns of *all* labels, and you average them all.
    Pair each row with its own label: index with the row numbers as well."""
    return -np.mean(log_softmax(logits)[:, labels])


@worth(0.13)
def cross_entropy__all_columns(logits, labels):
    """`log_p[:, labels]` takes, for every row, the columns of *all* labels. Pair each row with its own label:
    index with the row numbers as well."""
    return -np.mean(np.sum(log_softmax(logits)[:, labels], axis=1))


@worth(0)
def cross_entropy__over_all_entries(logits, labels):
    """You divide by the number of all entries, n·C. One entry per row counts, so divide by n, the number of
    rows."""
    return -np.sum(_picked(log_softmax(logits), labels)) / logits.size


@worth(0.65)
def cross_entropy__naive(logits, labels):
    """You compute the probabilities and take their logarithm. A probability of e^-1000 is rounded to 0, and
    log(0) is -inf. Use the logarithm of the softmax that you have written."""
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    return -np.mean(np.log(_picked(e / e.sum(axis=1, keepdims=True), labels)))


@worth(0)
def cross_entropy__rows_of_the_labels(logits, labels):
    """`log_p[labels]` picks whole *rows*, those whose numbers are the labels, and you average them. Of each row one
    entry is wanted: index with the row numbers and the labels."""
    return -np.mean(log_softmax(logits)[labels])


@worth(0.25)
def cross_entropy__most_likely(logits, labels):
    """Your loss does not depend on the labels: of each row you take the largest log-probability. Take that of the
    right class, which the label names."""
    return -np.mean(log_softmax(logits).max(axis=1))


@worth(0.65)
def cross_entropy__clipped(logits, labels):
    """The probability is kept away from 0 (clipped) before the logarithm. That hides the infinity, but an example
    that is surely wrong then costs about 35, however wrong it is. Use the logarithm of the softmax that you have
    written."""
    return -np.mean(np.log(np.clip(_picked(np.exp(log_softmax(logits)), labels), 1e-15, 1)))


@worth(0.65)
def cross_entropy__tiny_added(logits, labels):
    """A tiny number is added to the probability before the logarithm. That hides the infinity, but an example that
    is surely wrong then costs about 28, however wrong it is. Use the logarithm of the softmax that you have written."""
    return -np.mean(np.log(_picked(np.exp(log_softmax(logits)), labels) + 1e-12))


@worth(0.13)
def cross_entropy__first_example_only(logits, labels):
    """Only the first example counts: your loss is its own, divided by n. Does a `return` stand inside the loop?"""
    return -_picked(log_softmax(logits), labels)[0] / len(labels)


# --- minibatches --------------------------------------------------------------------------------------------

@worth(0.07)
def minibatches__drops_the_rest(n, batch_size, rng):
    """The last, smaller batch is missing: with 50 examples in batches of 8 two of them are never seen. Let the
    last batch be short."""
    order = rng.permutation(n)
    return [order[i * batch_size:(i + 1) * batch_size] for i in range(n // batch_size)]


@worth(0)
def minibatches__with_replacement(n, batch_size, rng):
    """Indices are drawn with replacement: some come twice in an epoch, others never. Shuffle all indices once
    and cut the result."""
    order = rng.integers(0, n, n)
    return [order[start:start + batch_size] for start in range(0, n, batch_size)]


@worth(0)
def minibatches__drawn_per_batch(n, batch_size, rng):
    """Each batch is drawn from all indices anew: in one epoch some come twice and others never. Shuffle all
    indices once, then cut the result into batches."""
    return [rng.integers(0, n, batch_size) for _ in range(0, n, batch_size)]


@worth(0)
def minibatches__drawn_per_batch_whole_ones(n, batch_size, rng):
    """Each batch is drawn from all indices anew, and the last, smaller batch is missing. In one epoch some come
    twice and others never. Shuffle all indices once, then cut the result into batches."""
    return [rng.integers(0, n, batch_size) for _ in range(n // batch_size)]


@worth(0.09)
def minibatches__full_deck_each_time(n, batch_size, rng):
    """Each batch comes from a full deck again: no index is twice in a batch, but some are in several batches and
    others in none. Shuffle once for the whole epoch, outside the loop."""
    return [rng.permutation(n)[:batch_size] for _ in range(0, n, batch_size)]


@worth(0.07)
def minibatches__equal_parts_too_few(n, batch_size, rng):
    """You cut into n // batch_size parts of about equal size: they come out larger than `batch_size`, and a batch
    size larger than n leaves no part at all. Cut at 0, batch_size, 2·batch_size and so on."""
    return np.array_split(rng.permutation(n), n // batch_size)


@worth(0.09)
def minibatches__drawn_per_batch_without_repeats(n, batch_size, rng):
    """Each batch is drawn from a full deck again: no index is twice in a batch, but some are in several batches
    and others in none. Shuffle once for the whole epoch, outside the loop."""
    return [rng.choice(n, min(batch_size, n - start), replace=False) for start in range(0, n, batch_size)]


@worth(0.14)
def minibatches__equal_parts(n, batch_size, rng):
    """All batches are about equally large. Asked for are batches of exactly `batch_size`, and what is left over
    in the last: cut at 0, batch_size, 2·batch_size and so on."""
    return np.array_split(rng.permutation(n), -(-n // batch_size))


@worth(0)
def minibatches__unshuffled(n, batch_size, rng):
    """The indices come in their old order in every epoch. Data sorted by class would give batches of one class
    each: shuffle them with `rng` first."""
    order = np.arange(n)
    return [order[start:start + batch_size] for start in range(0, n, batch_size)]


@worth(0.66)
def minibatches__own_generator(n, batch_size, rng):
    """Two different generators give the same order: you make a generator of your own, with a fixed seed. Use
    the `rng` that is passed in."""
    order = np.random.default_rng(0).permutation(n)
    return [order[start:start + batch_size] for start in range(0, n, batch_size)]


@worth(0.66)
def minibatches__global_random(n, batch_size, rng):
    """The same generator gives another order each time: you draw from NumPy's global random state instead of
    from `rng`, so nobody can repeat your run."""
    order = np.random.permutation(n)
    return [order[start:start + batch_size] for start in range(0, n, batch_size)]


@worth(0.07)
def minibatches__single_batch(n, batch_size, rng):
    """There is one batch only: the first `batch_size` indices. An epoch goes through all of them, batch after
    batch."""
    return [rng.permutation(n)[:batch_size]]


@worth(0)
def minibatches__misses_the_last(n, batch_size, rng):
    """The last index is never seen. A slice and a range end *before* their stop, so n itself is the right
    stop."""
    order = rng.permutation(n)[:n - 1]
    return [order[start:start + batch_size] for start in range(0, n - 1, batch_size)]


@worth(0.93)
def minibatches__empty_last_batch(n, batch_size, rng):
    """Where n is a multiple of the batch size, an empty batch follows the last one. Count the starts 0, batch_size,
    2·batch_size … that are below n."""
    order = rng.permutation(n)
    return [order[i * batch_size:(i + 1) * batch_size] for i in range(n // batch_size + 1)]


@worth(0)
def minibatches__not_cut(n, batch_size, rng):
    """You return the whole order, not cut into batches: an array of single indices. Cut it into pieces of
    `batch_size`."""
    return rng.permutation(n)


@worth(0)
def minibatches__counts_from_one(n, batch_size, rng):
    """Your indices are 1 … n. Rows are counted from 0: the first is never seen, and index n does not exist."""
    order = rng.permutation(n) + 1
    return [order[start:start + batch_size] for start in range(0, n, batch_size)]


@worth(0)
def minibatches__batches_in_another_order(n, batch_size, rng):
    """You shuffle the batches and not the examples: the same neighbours are together in every epoch. Shuffle the
    indices first, then cut."""
    order = np.arange(n)
    batches = [order[start:start + batch_size] for start in range(0, n, batch_size)]
    return [batches[i] for i in rng.permutation(len(batches))]


@worth(0.1)
def minibatches__shuffled_inside(n, batch_size, rng):
    """You cut first and shuffle inside each batch: the same neighbours are together in every epoch. Shuffle the
    indices first, then cut."""
    batches = [np.arange(start, min(start + batch_size, n)) for start in range(0, n, batch_size)]
    return [rng.permutation(batch) for batch in batches]


@worth(0.14)
def minibatches__rest_first(n, batch_size, rng):
    """The smaller batch comes first. Only the *last* batch may be smaller."""
    order, rest = rng.permutation(n), n % batch_size
    return [order[:rest]] * (rest > 0) + [order[start:start + batch_size] for start in range(rest, n, batch_size)]


# --- fit_line -----------------------------------------------------------------------------------------------

def _descent(x, y_true, learning_rate, n_epochs, step):
    """The loop with one part replaced: step(x, dy) gives the gradients of w and b."""
    w, b, losses = 0.0, 0.0, []
    for _ in range(n_epochs):
        losses.append(mse(w * x + b, y_true))
        dw, db = step(x, mse_grad(w * x + b, y_true))
        w, b = w - learning_rate * dw, b - learning_rate * db
    return w, b, losses


@worth(0.59)
def fit_line__loss_after_update(x, y_true, learning_rate, n_epochs):
    """The loss is noted after the update. The first entry then is not the loss of the start (w = b = 0). Note
    the loss of a prediction before you change the parameters that made it."""
    w, b, losses = 0.0, 0.0, []
    for _ in range(n_epochs):
        dy = mse_grad(w * x + b, y_true)
        w, b = w - learning_rate * np.sum(dy * x), b - learning_rate * np.sum(dy)
        losses.append(mse(w * x + b, y_true))
    return w, b, losses


@worth(0.1)
def fit_line__stale_gradient_for_b(x, y_true, learning_rate, n_epochs):
    """b is moved with a prediction that uses the *new* w. Both gradients belong to the same point: compute both,
    then move both."""
    w, b, losses = 0.0, 0.0, []
    for _ in range(n_epochs):
        losses.append(mse(w * x + b, y_true))
        w = w - learning_rate * np.sum(mse_grad(w * x + b, y_true) * x)
        b = b - learning_rate * np.sum(mse_grad(w * x + b, y_true))
    return w, b, losses


@worth(0.2)
def fit_line__not_divided(x, y_true, learning_rate, n_epochs):
    """Your steps grow with the number of examples: the gradients are summed and not divided by n. The loss is a
    mean, so its gradient is one too."""
    return _descent(x, y_true, learning_rate, n_epochs, lambda x, dy: (len(x) * np.sum(dy * x), len(x) * np.sum(dy)))


@worth(0.2)
def fit_line__divided_twice(x, y_true, learning_rate, n_epochs):
    """Your steps are n times too small: 1/n is taken twice. `mse_grad` has it already, so sum over the examples
    after it."""
    return _descent(x, y_true, learning_rate, n_epochs,
                    lambda x, dy: (np.mean(dy * x), np.mean(dy)))


@worth(0.06)
def fit_line__uphill(x, y_true, learning_rate, n_epochs):
    """The loss rises from epoch to epoch: you *add* the gradient. It points uphill, so subtract it."""
    return _descent(x, y_true, learning_rate, n_epochs, lambda x, dy: (-np.sum(dy * x), -np.sum(dy)))


@worth(0.11)
def fit_line__b_never_moves(x, y_true, learning_rate, n_epochs):
    """b stays 0, so that every line goes through the origin. b has a gradient too: the sum of `mse_grad` over
    the examples."""
    return _descent(x, y_true, learning_rate, n_epochs, lambda x, dy: (np.sum(dy * x), 0.0))


@worth(0.11)
def fit_line__x_left_out(x, y_true, learning_rate, n_epochs):
    """w is moved as if it were b: its gradient lacks the factor x. By the chain rule, w is multiplied by x in
    the prediction, so its slope is too."""
    return _descent(x, y_true, learning_rate, n_epochs, lambda x, dy: (np.sum(dy), np.sum(dy)))


@worth(0.08)
def fit_line__stale_gradient_and_late_loss(x, y_true, learning_rate, n_epochs):
    """Two faults at once. The loss is noted after the update: note it before anything moves. And b is moved with
    a prediction that uses the *new* w: compute both gradients first, then move both."""
    w, b, losses = 0.0, 0.0, []
    for _ in range(n_epochs):
        w = w - learning_rate * np.sum(mse_grad(w * x + b, y_true) * x)
        b = b - learning_rate * np.sum(mse_grad(w * x + b, y_true))
        losses.append(mse(w * x + b, y_true))
    return w, b, losses


@worth(0.06)
def fit_line__half_steps(x, y_true, learning_rate, n_epochs):
    """Your steps are half as long as they should be: the 2 that comes from the square is missing in both slopes."""
    return _descent(x, y_true, learning_rate, n_epochs, lambda x, dy: (np.sum(dy * x) / 2, np.sum(dy) / 2))


@worth(0.06)
def fit_line__double_steps(x, y_true, learning_rate, n_epochs):
    """Your steps are twice as long as they should be. `mse_grad` has the 2 of the square already: does another stand
    beside it?"""
    return _descent(x, y_true, learning_rate, n_epochs, lambda x, dy: (2 * np.sum(dy * x), 2 * np.sum(dy)))


@worth(0.2)
def fit_line__one_example_at_a_time(x, y_true, learning_rate, n_epochs):
    """w and b move after every single example. One step an epoch is asked for, with the mean over all examples."""
    w, b, losses = 0.0, 0.0, []
    for _ in range(n_epochs):
        losses.append(mse(w * x + b, y_true))
        for one, target in zip(x, y_true, strict=True):
            dy = float(mse_grad(np.array([w * one + b]), np.array([target]))[0])
            w, b = w - learning_rate * dy * one, b - learning_rate * dy
    return w, b, losses


@worth(0.65)
def fit_line__last_loss_only(x, y_true, learning_rate, n_epochs):
    """Your list holds the loss of the last epoch alone: it is made anew in every epoch. Make it once, before the
    loop, and append."""
    w, b, losses = _descent(x, y_true, learning_rate, n_epochs, lambda x, dy: (np.sum(dy * x), np.sum(dy)))
    return w, b, losses[-1:]


@worth(0.6)
def fit_line__one_loss_too_many(x, y_true, learning_rate, n_epochs):
    """There is one loss more than there are epochs: the last one, after all updates, too. Each epoch notes one loss,
    before its update."""
    w, b, losses = _descent(x, y_true, learning_rate, n_epochs, lambda x, dy: (np.sum(dy * x), np.sum(dy)))
    return w, b, [*losses, mse(w * x + b, y_true)]


@worth(0.59)
def fit_line__root_of_the_loss(x, y_true, learning_rate, n_epochs):
    """w and b are right; the losses are the roots of what is asked for. The loss is the mean of the squared errors."""
    w, b, losses = _descent(x, y_true, learning_rate, n_epochs, lambda x, dy: (np.sum(dy * x), np.sum(dy)))
    return w, b, [float(np.sqrt(loss)) for loss in losses]


@worth(0.93)
def fit_line__stops_when_it_fits(x, y_true, learning_rate, n_epochs):
    """Your run ends before its last epoch once the loss is small. All `n_epochs` epochs are asked for, and a loss
    for each."""
    w, b, losses = 0.0, 0.0, []
    for _ in range(n_epochs):
        dy = mse_grad(w * x + b, y_true)
        losses.append(mse(w * x + b, y_true))
        if losses[-1] < 1e-3:
            break
        w, b = w - learning_rate * np.sum(dy * x), b - learning_rate * np.sum(dy)
    return w, b, losses


@worth(0.93)
def fit_line__stops_when_it_rises(x, y_true, learning_rate, n_epochs):
    """Your run ends where the loss rises. All `n_epochs` epochs are asked for: with too large a rate the loss does
    rise, and that is to be seen."""
    w, b, losses = 0.0, 0.0, []
    for _ in range(n_epochs):
        dy = mse_grad(w * x + b, y_true)
        losses.append(mse(w * x + b, y_true))
        if len(losses) > 1 and losses[-1] > losses[-2]:
            break
        w, b = w - learning_rate * np.sum(dy * x), b - learning_rate * np.sum(dy)
    return w, b, losses


# --- early_stopping_epoch -----------------------------------------------------------------------------------

@worth(0.01)
def early_stopping_epoch__last_epoch(val_losses, patience):
    """You return the last epoch of the list. Asked for is the epoch with the best validation loss when training
    would stop."""
    return len(val_losses) - 1


@worth(0.01)
def early_stopping_epoch__epoch_of_the_stop(val_losses, patience):
    """You return the epoch at which training stops. The best one lies `patience` epochs earlier: its weights
    are the ones to keep."""
    best = 0
    for epoch, loss in enumerate(val_losses):
        if loss < val_losses[best]:
            best = epoch
        elif epoch - best >= patience:
            return epoch
    return len(val_losses) - 1


@worth(0.04)
def early_stopping_epoch__stop_or_best(val_losses, patience):
    """Where the run is stopped, you return the epoch of the stop. The best one lies `patience` epochs earlier:
    its weights are the ones to keep."""
    best = 0
    for epoch, loss in enumerate(val_losses):
        if loss < val_losses[best]:
            best = epoch
        elif epoch - best >= patience:
            return epoch
    return best


@worth(0.06)
def early_stopping_epoch__before_the_stop(val_losses, patience):
    """You return the epoch just before the stop. The best one lies `patience` epochs before it, not one: keep its
    number when you meet it."""
    best = 0
    for epoch, loss in enumerate(val_losses):
        if loss < val_losses[best]:
            best = epoch
        elif epoch - best >= patience:
            return epoch - 1
    return best


@worth(0)
def early_stopping_epoch__counts_from_one(val_losses, patience):
    """Your answer is one too large: epochs are counted from 0, as Python's indices are."""
    best = 0
    for epoch, loss in enumerate(val_losses):
        if loss < val_losses[best]:
            best = epoch
        elif epoch - best >= patience:
            break
    return best + 1


@worth(0.45)
def early_stopping_epoch__first_epoch_counts(val_losses, patience):
    """You count epoch 0 as one without a new best, so that the patience can run out an epoch too soon. The first
    loss is a new best: nothing came before it."""
    best, wait = 0, 0
    for epoch, loss in enumerate(val_losses):
        if loss < val_losses[best]:
            best, wait = epoch, 0
        else:
            wait += 1
            if wait >= patience:
                break
    return best


@worth(0.14)
def early_stopping_epoch__no_patience(val_losses, patience):
    """You stop at the first epoch that is not better, whatever the patience. Wait until `patience` of them have
    come in a row."""
    for epoch in range(1, len(val_losses)):
        if not val_losses[epoch] < val_losses[epoch - 1]:
            return epoch - 1
    return len(val_losses) - 1


@worth(0.14)
def early_stopping_epoch__one_too_impatient(val_losses, patience):
    """You stop one epoch too soon. The run ends at the epoch that makes `patience` epochs since the best one, and
    not before it."""
    best = 0
    for epoch, loss in enumerate(val_losses):
        if loss < val_losses[best]:
            best = epoch
        elif epoch - best >= max(patience - 1, 1):
            break
    return best


@worth(0.96)
def early_stopping_epoch__tie_counts(val_losses, patience):
    """You count an equal loss as an improvement (`<=`). A tie is none: the patience runs on, and the first of
    equal epochs stays the best."""
    best = 0
    for epoch, loss in enumerate(val_losses):
        if loss <= val_losses[best]:
            best = epoch
        elif epoch - best >= patience:
            break
    return best


@worth(0.1)
def early_stopping_epoch__best_of_all(val_losses, patience):
    """You return the best epoch of the whole list. Training would have stopped before some of those epochs:
    they never happen."""
    return int(np.argmin(val_losses))


@worth(0.14)
def early_stopping_epoch__compares_with_the_last(val_losses, patience):
    """You count an epoch as better when it beats the epoch *before* it. It has to beat the best so far."""
    best, wait = 0, 0
    for epoch in range(1, len(val_losses)):
        if val_losses[epoch] < val_losses[epoch - 1]:
            best, wait = epoch, 0
        else:
            wait += 1
            if wait >= patience:
                break
    return best


@worth(0.23)
def early_stopping_epoch__patience_not_reset(val_losses, patience):
    """Your count of bad epochs goes on after an improvement. Patience is about epochs *in a row*: start the
    count again at each new best."""
    best, wait = 0, 0
    for epoch, loss in enumerate(val_losses):
        if loss < val_losses[best]:
            best = epoch
        elif epoch:
            wait += 1
            if wait >= patience:
                break
    return best


@worth(0.11)
def early_stopping_epoch__one_too_patient(val_losses, patience):
    """Training goes on one epoch too long: you stop after patience + 1 epochs without improvement. Look for
    `>` where `>=` is meant."""
    best = 0
    for epoch, loss in enumerate(val_losses):
        if loss < val_losses[best]:
            best = epoch
        elif epoch - best > patience:
            break
    return best


def _with_least_improvement(val_losses, patience, least):
    best = 0
    for epoch, loss in enumerate(val_losses):
        if loss < val_losses[best] - least:
            best = epoch
        elif epoch and epoch - best >= patience:
            break
    return best


@worth(0.93)
def early_stopping_epoch__small_improvements(val_losses, patience):
    """An improvement of 0.004 does not count in your function. Any lower loss is a new best, however little lower."""
    return _with_least_improvement(val_losses, patience, 0.005)


@worth(0.93)
def early_stopping_epoch__tiny_improvements(val_losses, patience):
    """An improvement of 0.00004 does not count in your function. Any lower loss is a new best, however little lower."""
    return _with_least_improvement(val_losses, patience, 1e-4)


@worth(0.93)
def early_stopping_epoch__tiniest_improvements(val_losses, patience):
    """An improvement of 0.0000004 does not count in your function. Any lower loss is a new best, however little
    lower."""
    return _with_least_improvement(val_losses, patience, 1e-6)


@worth(0)
def early_stopping_epoch__the_loss(val_losses, patience):
    """You return the best *loss*. Asked for is its place in the list: the number of the epoch."""
    best = 0
    for epoch, loss in enumerate(val_losses):
        if loss < val_losses[best]:
            best = epoch
        elif epoch - best >= patience:
            break
    return val_losses[best]


@worth(0.97)
def early_stopping_epoch__last_where_none_stops(val_losses, patience):
    """Where the patience never runs out, you return the last epoch. The best one is asked for then too."""
    best = 0
    for epoch, loss in enumerate(val_losses):
        if loss < val_losses[best]:
            best = epoch
        elif epoch - best >= patience:
            return best
    return len(val_losses) - 1
