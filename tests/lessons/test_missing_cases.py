"""Wrong programs that nobody's mistake is like, each of which one case alone refuses: they passed without it.

On the public cases, and on a class's own. What is frequent is a known mistake, and `verify` tries it.
"""

import numpy as np
import pytest

from autograder.author.proof import result
from autograder.lessons.specify import specification
from course import contents


def same_shape(a, b, how=np.shape):
    if how(a) != how(b):
        raise ValueError


def mse__axes_counted(y_pred, y_true):
    same_shape(y_pred, y_true, np.ndim)
    return np.mean((y_pred - y_true) ** 2)


def mse__rounded(y_pred, y_true):
    same_shape(y_pred, y_true)
    return round(float(np.mean((y_pred - y_true) ** 2)), 6)


def mse__in_32_bits(y_pred, y_true):
    same_shape(y_pred, y_true)
    return float(np.mean((y_pred.astype(np.float32) - y_true.astype(np.float32)) ** 2))


def binary_cross_entropy_with_logits__picked_by_target(z, y_true):
    return np.mean(np.concatenate([np.logaddexp(0, -z[y_true == 1]), np.logaddexp(0, z[y_true == 0])]))


def log_softmax__shifted_by_the_first(logits):
    shifted = logits - logits[:, :1]
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def fit_line__stops_when_flat(x, y_true, learning_rate, n_epochs):
    w, b, losses = 0.0, 0.0, []
    for _ in range(n_epochs):
        error = w * x + b - y_true
        losses.append(np.mean(error**2))
        if losses[-1] < 1e-2 and len(losses) > 10:
            break
        w, b = w - learning_rate * 2 * np.mean(error * x), b - learning_rate * 2 * np.mean(error)
    return w, b, losses


def early_stopping_epoch__nothing_above_one_is_good(val_losses, patience):
    lowest, best, wait = 1.0, 0, 0
    for epoch, loss in enumerate(val_losses):
        if loss < lowest or (epoch == 0 and loss <= 1):
            lowest, best, wait = loss, epoch, 0
        elif epoch:
            wait += 1
            if wait >= patience:
                break
    return best


def early_stopping_epoch__is_close(val_losses, patience):
    best = 0
    for epoch, loss in enumerate(val_losses):
        if loss < val_losses[best] and not np.isclose(loss, val_losses[best]):
            best = epoch
        elif epoch - best >= patience:
            break
    return best


def relu__capped_at_a_thousand(z):
    return np.clip(z, 0, 1000)


def softmax__shifted_by_the_first(logits, axis=-1):
    e = np.exp(logits - np.take(logits, [0], axis=axis))
    return e / e.sum(axis=axis, keepdims=True)


def prelu_backward__copy_of_dout(dout, z, slope):
    dz = dout.copy()
    dz[z <= 0] *= slope
    return dz, float(np.sum(dout * np.minimum(z, 0)))


def linear__into_a_table_of_biases(X, W, b):
    Z = np.tile(b, (len(X), 1))
    Z += X @ W
    return Z


def count_parameters__in_16_bits(layer_sizes):
    sizes = np.array(layer_sizes, dtype=np.int16)
    return int((sizes[:-1] * sizes[1:] + sizes[1:]).sum())


def batchnorm_forward__size_of_gamma(X, gamma, beta, running_mean, running_var, training, momentum=0.9, eps=1e-5):
    mean, var = running_mean, running_var
    if training:
        mean, var = X.mean(axis=0), X.var(axis=0)
        running_mean = momentum * running_mean + (1 - momentum) * mean
        running_var = momentum * running_var + (1 - momentum) * var
    return np.abs(gamma) * (X - mean) / np.sqrt(var + eps) + beta, running_mean, running_var


def sgd_momentum_step__never_below_zero(w, grad, velocity, learning_rate, momentum):
    velocity = momentum * np.abs(velocity) + grad
    return w - learning_rate * velocity, velocity


def distinct_units__as_text(W):
    return len({str(column) for column in W.T})


def distinct_units__as_bytes(W):
    return len({column.tobytes() for column in W.T})


def distinct_units__in_32_bits(W):
    return len({tuple(column.astype(np.float32)) for column in W.T})


def distinct_units__all_close(W):
    kinds = []
    for column in W.T:
        if not any(np.allclose(column, kind) for kind in kinds):
            kinds.append(column)
    return len(kinds)


def gain__parts_of_names(name, slope=0.01):
    if name in "linear sigmoid":
        return 1.0
    if name == "tanh":
        return 5 / 3
    if "leaky" in name:
        return (2 / (1 + slope**2)) ** 0.5
    if "relu" in name:
        return 2**0.5
    raise ValueError(name)


WRONG = {name: program for name, program in globals().items() if "__" in name[1:] and not name.startswith("_")}
TOPICS = contents.exercise_topics()
LONG = ("initialization",)                              # its class's cases take long to draw: here the public ones


@pytest.mark.parametrize("label", WRONG)
def test_a_wrong_program_is_refused(label):
    exercise = label.partition("__")[0]
    topic = TOPICS[exercise]
    specs = [contents.read_data(f"exercises/{topic}.json")]
    if topic not in LONG:
        specs.append(specification(topic, 21)["exercises"])
    for spec in specs:
        report = result(spec[exercise], topic, WRONG[label])
        assert not report.passed and report.checks, label
