"""Known wrong programs of lesson 1, `loss`. A docstring is what the learner is told."""

import numpy as np

from autograder.lessons.exercise import worth


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


@worth(0.83)
def mse__broadcast(y_pred, y_true):
    """Shapes (n,) and (n, 1) are combined to (n, n) without a word: every prediction is compared with every
    target. Compare the shapes first and raise ValueError if they differ."""
    return np.mean((y_pred - y_true) ** 2)


@worth(0.67)
def mse__mean_over_rows(y_pred, y_true):
    """You divide by the number of rows, so that an example with 3 outputs counts three times. Divide by the
    number of all entries."""
    _same_shape(y_pred, y_true)
    return np.sum((y_pred - y_true) ** 2) / len(y_pred)


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


@worth(0.67)
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


@worth(0.83)
def mse_grad__broadcast(y_pred, y_true):
    """Shapes (n,) and (n, 1) are combined to (n, n) without a word. Compare the shapes first and raise
    ValueError if they differ."""
    return 2 * (y_pred - y_true) / y_pred.size


@worth(0.88)
def mse_grad__in_place(y_pred, y_true):
    """You subtract the targets inside the caller's own array (`-=`). Make a new array."""
    _same_shape(y_pred, y_true)
    y_pred -= y_true
    y_pred *= 2 / y_pred.size
    return y_pred


# --- binary_cross_entropy_with_logits -----------------------------------------------------------------------

@worth(0.53)
def binary_cross_entropy_with_logits__naive(z, y_true):
    """You compute the two terms with y and 1 - y one by one. At z = 1000 the probability is rounded to exactly 0
    or 1, its logarithm is -inf, and 0·inf is nan. Simplify the formula in z before you compute."""
    p = 1 / (1 + np.exp(-z))
    return -np.mean(y_true * np.log(p) + (1 - y_true) * np.log(1 - p))


@worth(0.53)
def binary_cross_entropy_with_logits__inf(z, y_true):
    """ln(1 + e^z) - yz is the right formula, but e^1000 is inf on a computer, so the loss is inf and not 1000 (or
    0). Compute ln(1 + e^z) in a way that never takes exp of a large number."""
    return np.mean(np.log1p(np.exp(z)) - y_true * z)


def _clipped(z, y_true, least):
    p = np.clip(1 / (1 + np.exp(-z)), least, 1 - least)
    return -np.mean(y_true * np.log(p) + (1 - y_true) * np.log(1 - p))


@worth(0.64)
def binary_cross_entropy_with_logits__clipped(z, y_true):
    """You keep the probability away from 0 and 1 (clipped). That hides the infinity, but a surely wrong
    logit of 1000 then costs about 35 where it should cost 1000. Simplify the formula in z instead."""
    return _clipped(z, y_true, 1e-15)


@worth(0.64)
def binary_cross_entropy_with_logits__clipped_at_1e12(z, y_true):
    """You keep the probability away from 0 and 1 (clipped). That hides the infinity, but a surely wrong
    logit of 1000 then costs about 28 where it should cost 1000. Simplify the formula in z instead."""
    return _clipped(z, y_true, 1e-12)


@worth(0.53)
def binary_cross_entropy_with_logits__clipped_at_1e7(z, y_true):
    """You keep the probability away from 0 and 1 (clipped at 1e-7). A surely wrong logit of 1000 then costs about
    16 where it should cost 1000, and a surely right one is no longer free. Simplify the formula in z instead."""
    return _clipped(z, y_true, 1e-7)


@worth(0.64)
def binary_cross_entropy_with_logits__tiny_added(z, y_true):
    """You add a tiny number to the probability before the logarithm. That hides the infinity, but a surely wrong
    logit of 1000 then costs about 28 where it should cost 1000. Simplify the formula in z instead."""
    p = 1 / (1 + np.exp(-z))
    return -np.mean(y_true * np.log(p + 1e-12) + (1 - y_true) * np.log(1 - p + 1e-12))


@worth(0.64)
def binary_cross_entropy_with_logits__log_of_p(z, y_true):
    """You take the logarithm of the probability of the right answer. At a surely wrong logit of 1000 that
    probability is rounded to 0, and the loss is inf and not 1000. Simplify the formula in z before you compute."""
    p = 1 / (1 + np.exp(-z))
    return -np.mean(np.log(np.where(y_true == 1, p, 1 - p)))


@worth(0.11)
def binary_cross_entropy_with_logits__swapped(z, y_true):
    """Your loss is low where the logit is wrong and high where it is right: p and 1 - p (or the two targets)
    are swapped."""
    return np.mean(np.maximum(z, 0) - z * (1 - y_true) + np.log1p(np.exp(-np.abs(z))))


@worth(0.26)
def binary_cross_entropy_with_logits__sum(z, y_true):
    """Your loss grows with the batch: it is a sum where the mean over all entries is asked for."""
    return np.sum(np.maximum(z, 0) - z * y_true + np.log1p(np.exp(-np.abs(z))))


@worth(0.26)
def binary_cross_entropy_with_logits__positives_only(z, y_true):
    """Only examples with target 1 cost something in your loss: the term (1 - y) log(1 - p) is missing."""
    return np.mean(y_true * (np.maximum(-z, 0) + np.log1p(np.exp(-np.abs(z)))))


@worth(0)
def binary_cross_entropy_with_logits__z_is_p(z, y_true):
    """You use z as if it were a probability already. z is a logit, any number at all: the sigmoid that turns it
    into p belongs to this function."""
    with np.errstate(all="ignore"):
        return -np.mean(y_true * np.log(z) + (1 - y_true) * np.log(1 - z))


@worth(0.15)
def binary_cross_entropy_with_logits__sign(z, y_true):
    """Your loss is negative: a minus sign is missing. A probability is at most 1, so its logarithm is at
    most 0, and the loss is *minus* that."""
    return -np.mean(np.maximum(z, 0) - z * y_true + np.log1p(np.exp(-np.abs(z))))


@worth(0.9)
def binary_cross_entropy_with_logits__exp_overflows(z, y_true):
    """exp(1000) overflows on the way, and NumPy warns, whether or not the result is right in the end. Let the
    exponent be -|z|, which is never positive."""
    return np.mean(np.where(z > 0, np.log1p(np.exp(-z)) + z, np.log1p(np.exp(z))) - z * y_true)


# --- log_softmax --------------------------------------------------------------------------------------------

@worth(0.48)
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


@worth(0.48)
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


@worth(0.48)
def log_softmax__one_shift_for_all(logits):
    """One maximum for the whole batch is subtracted. A row whose logits are far below it has only exp(-1000) = 0
    left to add up. Take each row's own maximum."""
    shifted = logits - logits.max()
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


# --- cross_entropy ------------------------------------------------------------------------------------------

def _log_p(logits):
    shifted = logits - logits.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def _picked(log_p, labels):
    return log_p[np.arange(len(labels)), labels]


@worth(0.13)
def cross_entropy__softmax_twice(logits, labels):
    """The softmax is applied twice: the probabilities are fed to a function that takes logits. Give it the
    logits as they are."""
    return -np.mean(_picked(_log_p(np.exp(_log_p(logits))), labels))


@worth(0.13)
def cross_entropy__sum(logits, labels):
    """Your loss doubles when the batch doubles: it is a sum over the examples where their mean is asked for."""
    return -np.sum(_picked(_log_p(logits), labels))


@worth(0)
def cross_entropy__base_two(logits, labels):
    """Your loss is 1.44 times too large: you take the logarithm to base 2 (bits). The natural logarithm is
    asked for."""
    return -np.mean(_picked(_log_p(logits), labels)) / np.log(2)


@worth(0)
def cross_entropy__sign(logits, labels):
    """Your loss is negative: a minus sign is missing. log p is at most 0, and the loss is *minus* its mean."""
    return np.mean(_picked(_log_p(logits), labels))


@worth(0)
def cross_entropy__one_hot_only(logits, labels):
    """You multiply by the labels as if they were one-hot rows. They are whole numbers, one class index per
    row: use them to pick one entry of each row."""
    return -np.mean(np.sum(labels[:, None] * _log_p(logits), axis=1))


@worth(0)
def cross_entropy__raw_logits(logits, labels):
    """You pick and average the logits themselves. They are not log-probabilities yet: `log_softmax` turns them
    into such, and then you pick."""
    return -np.mean(_picked(logits, labels))


@worth(0.25)
def cross_entropy__mean_of_all_columns(logits, labels):
    """`log_p[:, labels]` is an (n, n) table: for every row the columns of *all* labels, and you average them all.
    Pair each row with its own label: index with the row numbers as well."""
    return -np.mean(_log_p(logits)[:, labels])


@worth(0.13)
def cross_entropy__all_columns(logits, labels):
    """`log_p[:, labels]` takes, for every row, the columns of *all* labels. Pair each row with its own label:
    index with the row numbers as well."""
    return -np.mean(np.sum(_log_p(logits)[:, labels], axis=1))


@worth(0)
def cross_entropy__over_all_entries(logits, labels):
    """You divide by the number of all entries, n·C. One entry per row counts, so divide by n, the number of
    rows."""
    return -np.sum(_picked(_log_p(logits), labels)) / logits.size


@worth(0.63)
def cross_entropy__naive(logits, labels):
    """You compute the probabilities and take their logarithm. A probability of e^-1000 is rounded to 0, and
    log(0) is -inf. Use the logarithm of the softmax that you have written."""
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    return -np.mean(np.log(_picked(e / e.sum(axis=1, keepdims=True), labels)))


# --- minibatches --------------------------------------------------------------------------------------------

@worth(0.39)
def minibatches__drops_the_rest(n, batch_size, rng):
    """The last, smaller batch is missing: with 50 examples in batches of 8 two of them are never seen. Let the
    last batch be short."""
    order = rng.permutation(n)
    return [order[i * batch_size:(i + 1) * batch_size] for i in range(n // batch_size)]


@worth(0.48)
def minibatches__with_replacement(n, batch_size, rng):
    """Indices are drawn with replacement: some come twice in an epoch, others never. Shuffle all indices once
    and cut the result."""
    order = rng.integers(0, n, n)
    return [order[start:start + batch_size] for start in range(0, n, batch_size)]


@worth(0.05)
def minibatches__drawn_per_batch(n, batch_size, rng):
    """Each batch is drawn from all indices anew: in one epoch some come twice and others never. Shuffle all
    indices once, then cut the result into batches."""
    return [rng.integers(0, n, batch_size) for _ in range(0, n, batch_size)]


@worth(0.05)
def minibatches__drawn_per_batch_whole_ones(n, batch_size, rng):
    """Each batch is drawn from all indices anew, and the last, smaller batch is missing. In one epoch some come
    twice and others never. Shuffle all indices once, then cut the result into batches."""
    return [rng.integers(0, n, batch_size) for _ in range(n // batch_size)]


@worth(0.14)
def minibatches__full_deck_each_time(n, batch_size, rng):
    """Each batch comes from a full deck again: no index is twice in a batch, but some are in several batches and
    others in none. Shuffle once for the whole epoch, outside the loop."""
    return [rng.permutation(n)[:batch_size] for _ in range(0, n, batch_size)]


@worth(0.54)
def minibatches__equal_parts_too_few(n, batch_size, rng):
    """You cut into n // batch_size parts of about equal size: they come out larger than `batch_size`, and a batch
    size larger than n leaves no part at all. Cut at 0, batch_size, 2·batch_size and so on."""
    return np.array_split(rng.permutation(n), n // batch_size)


@worth(0.51)
def minibatches__drawn_per_batch_without_repeats(n, batch_size, rng):
    """Each batch is drawn from a full deck again: no index is twice in a batch, but some are in several batches
    and others in none. Shuffle once for the whole epoch, outside the loop."""
    return [rng.choice(n, min(batch_size, n - start), replace=False) for start in range(0, n, batch_size)]


@worth(0.63)
def minibatches__equal_parts(n, batch_size, rng):
    """All batches are about equally large. Asked for are batches of exactly `batch_size`, and what is left over
    in the last: cut at 0, batch_size, 2·batch_size and so on."""
    return np.array_split(rng.permutation(n), -(-n // batch_size))


@worth(0.66)
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


@worth(0.41)
def minibatches__single_batch(n, batch_size, rng):
    """There is one batch only: the first `batch_size` indices. An epoch goes through all of them, batch after
    batch."""
    return [rng.permutation(n)[:batch_size]]


@worth(0.34)
def minibatches__misses_the_last(n, batch_size, rng):
    """The last index is never seen. A slice and a range end *before* their stop, so n itself is the right
    stop."""
    order = rng.permutation(n)[:n - 1]
    return [order[start:start + batch_size] for start in range(0, n - 1, batch_size)]


# --- fit_line -----------------------------------------------------------------------------------------------

def _descent(x, y_true, learning_rate, n_epochs, step):
    """The loop with one part replaced: step(w, b, x, error) gives the gradients."""
    w, b, losses = 0.0, 0.0, []
    for _ in range(n_epochs):
        error = w * x + b - y_true
        losses.append(float(np.mean(error ** 2)))
        dw, db = step(x, error)
        w, b = w - learning_rate * dw, b - learning_rate * db
    return w, b, losses


@worth(0.64)
def fit_line__loss_after_update(x, y_true, learning_rate, n_epochs):
    """The loss is noted after the update. The first entry then is not the loss of the start (w = b = 0). Note
    the loss of a prediction before you change the parameters that made it."""
    w, b, losses = 0.0, 0.0, []
    for _ in range(n_epochs):
        error = w * x + b - y_true
        w, b = w - learning_rate * 2 * np.mean(error * x), b - learning_rate * 2 * np.mean(error)
        losses.append(float(np.mean((w * x + b - y_true) ** 2)))
    return w, b, losses


@worth(0.26)
def fit_line__stale_gradient_for_b(x, y_true, learning_rate, n_epochs):
    """b is moved with a prediction that uses the *new* w. Both gradients belong to the same point: compute both,
    then move both."""
    w, b, losses = 0.0, 0.0, []
    for _ in range(n_epochs):
        error = w * x + b - y_true
        losses.append(float(np.mean(error ** 2)))
        w = w - learning_rate * 2 * np.mean(error * x)
        b = b - learning_rate * 2 * np.mean(w * x + b - y_true)
    return w, b, losses


@worth(0.38)
def fit_line__not_divided(x, y_true, learning_rate, n_epochs):
    """Your steps grow with the number of examples: the gradients are summed and not divided by n. The loss is a
    mean, so its gradient is one too."""
    return _descent(x, y_true, learning_rate, n_epochs, lambda x, e: (2 * np.sum(e * x), 2 * np.sum(e)))


@worth(0.38)
def fit_line__divided_twice(x, y_true, learning_rate, n_epochs):
    """Your steps are n times too small: 1/n is taken twice. `mse_grad` has it already, so sum over the examples
    after it."""
    return _descent(x, y_true, learning_rate, n_epochs,
                    lambda x, e: (2 * np.mean(e * x) / len(x), 2 * np.mean(e) / len(x)))


@worth(0.21)
def fit_line__uphill(x, y_true, learning_rate, n_epochs):
    """The loss rises from epoch to epoch: you *add* the gradient. It points uphill, so subtract it."""
    return _descent(x, y_true, learning_rate, n_epochs, lambda x, e: (-2 * np.mean(e * x), -2 * np.mean(e)))


@worth(0.26)
def fit_line__b_never_moves(x, y_true, learning_rate, n_epochs):
    """b stays 0, so that every line goes through the origin. b has a gradient too: the sum of `mse_grad` over
    the examples."""
    return _descent(x, y_true, learning_rate, n_epochs, lambda x, e: (2 * np.mean(e * x), 0.0))


@worth(0.26)
def fit_line__x_left_out(x, y_true, learning_rate, n_epochs):
    """w is moved as if it were b: its gradient lacks the factor x. By the chain rule, w is multiplied by x in
    the prediction, so its slope is too."""
    return _descent(x, y_true, learning_rate, n_epochs, lambda x, e: (2 * np.mean(e), 2 * np.mean(e)))


@worth(0.21)
def fit_line__stale_gradient_and_late_loss(x, y_true, learning_rate, n_epochs):
    """Two faults at once. The loss is noted after the update: note it before anything moves. And b is moved with
    a prediction that uses the *new* w: compute both gradients first, then move both."""
    w, b, losses = 0.0, 0.0, []
    for _ in range(n_epochs):
        w = w - learning_rate * 2 * np.mean((w * x + b - y_true) * x)
        b = b - learning_rate * 2 * np.mean(w * x + b - y_true)
        losses.append(float(np.mean((w * x + b - y_true) ** 2)))
    return w, b, losses


# --- early_stopping_epoch -----------------------------------------------------------------------------------

@worth(0.05)
def early_stopping_epoch__last_epoch(val_losses, patience):
    """You return the last epoch of the list. Asked for is the epoch with the best validation loss when training
    would stop."""
    return len(val_losses) - 1


@worth(0.05)
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


@worth(0.18)
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


@worth(0.23)
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


@worth(0.59)
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


@worth(0.45)
def early_stopping_epoch__no_patience(val_losses, patience):
    """You stop at the first epoch that is not better, whatever the patience. Wait until `patience` of them have
    come in a row."""
    for epoch in range(1, len(val_losses)):
        if not val_losses[epoch] < val_losses[epoch - 1]:
            return epoch - 1
    return len(val_losses) - 1


@worth(0.45)
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


@worth(0.91)
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


@worth(0.41)
def early_stopping_epoch__best_of_all(val_losses, patience):
    """You return the best epoch of the whole list. Training would have stopped before some of those epochs:
    they never happen."""
    return int(np.argmin(val_losses))


@worth(0.5)
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


@worth(0.55)
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


@worth(0.45)
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
