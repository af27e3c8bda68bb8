"""Known wrong programs of lesson 4, `gradients`. A docstring is what the learner is told."""

import math

import numpy as np

from autograder.lessons.exercise import worth
from autograder.lessons.weights.solutions import linear_backward


def _nudged(f, x, slope):
    """One slope an entry, with nothing of x edited."""
    grad = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[index] = 1.0
        grad[index] = slope(f, x, step)
    return grad


# --- numerical_gradient -------------------------------------------------------------------------------------

@worth(0.14)
def numerical_gradient__one_sided(f, x, eps=1e-6):
    """You compare f(x + eps) with f(x): a one-sided difference, whose error shrinks with eps only, not with eps².
    Go one step to each side, and divide by the whole distance between the two."""
    return _nudged(f, x, lambda f, x, e: (f(x + eps * e) - f(x)) / eps)


@worth(0.14)
def numerical_gradient__backward_difference(f, x, eps=1e-6):
    """You compare f(x) with f(x - eps): one side only. Go one step to each side of x."""
    return _nudged(f, x, lambda f, x, e: (f(x) - f(x - eps * e)) / eps)


@worth(0)
def numerical_gradient__one_eps(f, x, eps=1e-6):
    """Every slope is twice what it should be. From x - eps to x + eps, how long is the way?"""
    return _nudged(f, x, lambda f, x, e: (f(x + eps * e) - f(x - eps * e)) / eps)


@worth(0)
def numerical_gradient__sign(f, x, eps=1e-6):
    """Your slopes have the wrong sign: where f rises with x, the slope is positive. Which of the two values comes
    first in the difference?"""
    return _nudged(f, x, lambda f, x, e: (f(x - eps * e) - f(x + eps * e)) / (2 * eps))


@worth(0.14)
def numerical_gradient__all_at_once(f, x, eps=1e-6):
    """All entries of x move at the same time, so every entry of your result is the sum of all slopes. Move one
    entry, keep the others, and go through them in a loop."""
    return np.full(x.shape, (f(x + eps) - f(x - eps)) / (2 * eps))


@worth(0)
def numerical_gradient__all_at_once_one_number(f, x, eps=1e-6):
    """All entries of x move at the same time, and you return a single number: the sum of all slopes. Move one entry,
    keep the others, and write its slope into its own place of an array of the shape of x."""
    return (f(x + eps) - f(x - eps)) / (2 * eps)


@worth(0)
def numerical_gradient__times_eps(f, x, eps=1e-6):
    """Your slopes are too small by a factor of eps². Python goes from left to right: `/ 2 * eps` halves and then
    *multiplies* by eps. Put the whole distance into brackets."""
    return _nudged(f, x, lambda f, x, e: (f(x + eps * e) - f(x - eps * e)) / 2 * eps)


@worth(0.29)
def numerical_gradient__own_eps(f, x, eps=1e-6):
    """Your step is fixed inside the function. Use the argument `eps`: a caller may want another step."""
    return _nudged(f, x, lambda f, x, e: (f(x + 1e-6 * e) - f(x - 1e-6 * e)) / 2e-6)


@worth(0.43)
def numerical_gradient__rows(f, x, eps=1e-6):
    """For an array with two axes you nudge whole rows. `for i in range(len(x))` counts rows only; go through all
    entries, whatever the number of axes."""
    grad = np.zeros(x.shape)
    for i in range(len(x)):
        step = np.zeros(x.shape)
        step[i] = eps
        grad[i] = (f(x + step) - f(x - step)) / (2 * eps)
    return grad


@worth(0.43)
def numerical_gradient__flat(f, x, eps=1e-6):
    """The slopes are right, but they come in one long row. The gradient has the shape of x."""
    return _nudged(f, x, lambda f, x, e: (f(x + eps * e) - f(x - eps * e)) / (2 * eps)).ravel()


@worth(0)
def numerical_gradient__same_array(f, x, eps=1e-6):
    """Your result is 0 everywhere: f is called twice on the same values. Either both nudges end up in one array
    (`up = x` makes no copy, it gives the same array a second name), or neither reaches the array that f gets."""
    x = x.copy()
    grad = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        up = down = x
        up[index] += eps
        down[index] -= eps
        grad[index] = (f(up) - f(down)) / (2 * eps)
    return grad


@worth(0.82)
def numerical_gradient__not_restored(f, x, eps=1e-6):
    """You write the nudge into the caller's x and do not take it back, so that x has moved when you are done. Nudge a
    copy, or put the old value back."""
    grad = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        x[index] += eps
        up = f(x)
        x[index] -= 2 * eps
        grad[index] = (up - f(x)) / (2 * eps)
    return grad


@worth(0.14)
def numerical_gradient__nudges_pile_up(f, x, eps=1e-6):
    """The first slope is right. Then the nudges pile up: the entries that were moved before are still moved. Take a
    fresh copy for each entry, or put the old value back."""
    grad, up, down = np.zeros(x.shape), x.copy(), x.copy()
    for index in np.ndindex(x.shape):
        up[index] += eps
        down[index] -= eps
        grad[index] = (f(up) - f(down)) / (2 * eps)
    return grad


# --- backward -----------------------------------------------------------------------------------------------

def _backward(dlogits, zs, activations, layers, slope, *, dW=None, db=None, send=None):
    """The right walk back, in which one link can be exchanged. `slope(l)` is f' behind layer l."""
    grads, dz = [], dlogits
    for l in reversed(range(len(layers))):
        W = layers[l][0]
        sent, dW_l, db_l = linear_backward(dz, activations[l], W)
        grads.insert(0, (dW(l, dz) if dW else dW_l, db(dz) if db else db_l))
        if l:
            dz = (send(dz, W) if send else sent) * slope(l)
    return grads


@worth(0.46)
def backward__slope_of_a(dlogits, zs, activations, layers, activation_grad):
    """The last layer is right, the ones before it are not: you evaluate f' at the activations a. `activation_grad`
    is a function of z."""
    return _backward(dlogits, zs, activations, layers, lambda l: activation_grad(activations[l]))


@worth(0.46)
def backward__no_slope(dlogits, zs, activations, layers, activation_grad):
    """The last layer is right, the ones before it are not: the gradient passes the activations as if they were not
    there. Between two layers it must be multiplied, entry by entry, by f'(z)."""
    return _backward(dlogits, zs, activations, layers, lambda l: 1.0)


@worth(0)
def backward__slope_at_the_logits(dlogits, zs, activations, layers, activation_grad):
    """You multiply by f' at the last layer too. That layer is linear: `dlogits` already is the gradient at its z."""
    return _backward(dlogits * activation_grad(zs[-1]), zs, activations, layers, lambda l: activation_grad(zs[l - 1]))


@worth(0.1)
def backward__reversed(dlogits, zs, activations, layers, activation_grad):
    """The pairs come back to front: you walk from the last layer to the first, and collect them in that order. The
    result is in the order of `layers`."""
    return _backward(dlogits, zs, activations, layers, lambda l: activation_grad(zs[l - 1]))[::-1]


@worth(0.19)
def backward__W_not_transposed(dlogits, zs, activations, layers, activation_grad):
    """Going back through a layer you multiply by W where its transpose is needed. W maps from fan_in to fan_out; the
    gradient goes the other way."""
    return _backward(dlogits, zs, activations, layers, lambda l: activation_grad(zs[l - 1]),
                     send=lambda dz, W: dz @ W)


@worth(0.2)
def backward__one_over_n_again(dlogits, zs, activations, layers, activation_grad):
    """Your gradients are too small by a factor of the batch size. The 1/n of the mean loss is in `dlogits` already:
    it enters once, at the loss."""
    n = len(dlogits)
    return _backward(dlogits, zs, activations, layers, lambda l: activation_grad(zs[l - 1]),
                     dW=lambda l, dz: activations[l].T @ dz / n, db=lambda dz: dz.sum(axis=0) / n)


@worth(0.56)
def backward__db_averaged(dlogits, zs, activations, layers, activation_grad):
    """Your db is a mean over the batch. Every row used the same b, so its gradient is the *sum* of the rows; the 1/n
    is in `dlogits` already."""
    return _backward(dlogits, zs, activations, layers, lambda l: activation_grad(zs[l - 1]),
                     db=lambda dz: dz.mean(axis=0))


@worth(0.51)
def backward__db_not_summed(dlogits, zs, activations, layers, activation_grad):
    """Your db has one row for each example. Every row of the batch used the same b: add the rows up."""
    return _backward(dlogits, zs, activations, layers, lambda l: activation_grad(zs[l - 1]), db=lambda dz: dz)


@worth(0.63)
def backward__dW_from_z(dlogits, zs, activations, layers, activation_grad):
    """Your dW uses what the layer before computed *before* its activation. A layer takes in a, not z: use
    activations[l]."""
    return _backward(dlogits, zs, activations, layers, lambda l: activation_grad(zs[l - 1]),
                     dW=lambda l, dz: (zs[l - 1] if l else activations[0]).T @ dz)


@worth(0.24)
def backward__slope_of_the_next_z(dlogits, zs, activations, layers, activation_grad):
    """Your f' is taken one layer too late. Before layer l stands the activation of layer l - 1, so its z is
    zs[l - 1]."""
    return _backward(dlogits, zs, activations, layers, lambda l: activation_grad(zs[l]))


@worth(0.41)
def backward__dW_from_its_own_z(dlogits, zs, activations, layers, activation_grad):
    """Your dW uses zs[l], what layer l *gave*. The slope of a weight is what the weight was multiplied by, and that is
    what the layer took in: activations[l]."""
    return _backward(dlogits, zs, activations, layers, lambda l: activation_grad(zs[l - 1]),
                     dW=lambda l, dz: zs[l].T @ dz)


@worth(0.41)
def backward__dW_from_the_z_before(dlogits, zs, activations, layers, activation_grad):
    """Your dW uses zs[l - 1], which has two faults: a layer takes in a, not z, and for the first layer zs[-1] is the
    *last* z, as Python counts -1 from the end. Layer l took in activations[l]."""
    return _backward(dlogits, zs, activations, layers, lambda l: activation_grad(zs[l - 1]),
                     dW=lambda l, dz: zs[l - 1].T @ dz)


@worth(0.43)
def backward__slope_behind_the_input(dlogits, zs, activations, layers, activation_grad):
    """Your walk goes one step too far. Behind the first layer there is no activation, and for l = 0 `zs[l - 1]` is
    zs[-1], the *last* z, whose shape does not fit. Multiply by a slope only where l is not 0."""
    grads, dz = [], dlogits
    for l in reversed(range(len(layers))):
        sent, dW, db = linear_backward(dz, activations[l], layers[l][0])
        grads.insert(0, (dW, db))
        dz = sent * activation_grad(zs[l - 1])
    return grads


@worth(0.1)
def backward__slope_of_a_and_reversed(dlogits, zs, activations, layers, activation_grad):
    """Two faults at once. The pairs come back to front: the result is in the order of `layers`. And you evaluate f' at
    the activations a; `activation_grad` is a function of z."""
    return _backward(dlogits, zs, activations, layers, lambda l: activation_grad(activations[l]))[::-1]


@worth(0.52)
def backward__two_layers(dlogits, zs, activations, layers, activation_grad):
    """You go through the last two layers, however many there are. Walk from the last to the first in a loop."""
    first = max(len(layers) - 2, 0)
    return _backward(dlogits, zs[first:], activations[first:], layers[first:],
                     lambda l: activation_grad(zs[first + l - 1]))


@worth(0)
def backward__first_layer_missing(dlogits, zs, activations, layers, activation_grad):
    """The first layer's pair is missing: your walk ends one layer early. A range ends *before* its stop."""
    return _backward(dlogits, zs, activations, layers, lambda l: activation_grad(zs[l - 1]))[1:]


@worth(0.5)
def backward__db_one_number(dlogits, zs, activations, layers, activation_grad):
    """Your db is a single number: the sum runs over the units too. Each unit has a bias of its own, so add up over the
    examples alone (`axis=0`)."""
    return _backward(dlogits, zs, activations, layers, lambda l: activation_grad(zs[l - 1]), db=lambda dz: dz.sum())


@worth(0.95)
def backward__whole_number_buffer(dlogits, zs, activations, layers, activation_grad):
    """Where the layers hold whole numbers, your gradients have lost their fractions. An array that is made *like* W has
    its type, and one of whole numbers keeps nothing else: ask for floats."""
    grads = _backward(dlogits, zs, activations, layers, lambda l: activation_grad(zs[l - 1]))
    return [(dW.astype(W.dtype), db.astype(b.dtype)) for (dW, db), (W, b) in zip(grads, layers, strict=True)]


# --- gradient_norms -----------------------------------------------------------------------------------------

@worth(0)
def gradient_norms__squared(grads):
    """You return the sum of the squares: the square root is missing."""
    return [np.sum(dW**2) for dW, _ in grads]


@worth(0)
def gradient_norms__with_bias(grads):
    """You count db as well. Here the norm of dW alone is asked for."""
    return [np.sqrt(np.sum(dW**2) + np.sum(db**2)) for dW, db in grads]


@worth(0)
def gradient_norms__of_db(grads):
    """These are the norms of db. Each item of `grads` is a pair (dW, db)."""
    return [np.linalg.norm(db) for _, db in grads]


@worth(0)
def gradient_norms__one_number(grads):
    """You put all layers together into one number. One norm for each layer is asked for: that is how one sees in which
    layer the gradient is lost."""
    return float(np.sqrt(sum(np.sum(dW**2) for dW, _ in grads)))


@worth(0)
def gradient_norms__largest_singular_value(grads):
    """`np.linalg.norm(dW, 2)` is the largest singular value of a matrix. Without the 2 it is the root of the sum of all
    squared entries, which is asked for."""
    return [np.linalg.norm(dW, 2) for dW, _ in grads]


@worth(0)
def gradient_norms__absolute(grads):
    """You add up absolute values (the 1-norm). Square the entries, add, and take the root."""
    return [np.sum(np.abs(dW)) for dW, _ in grads]


@worth(0)
def gradient_norms__mean_square(grads):
    """You take the root of the *mean* of the squares, so that large layers look small. Add the squares up."""
    return [np.sqrt(np.mean(dW**2)) for dW, _ in grads]


@worth(0.17)
def gradient_norms__reversed(grads):
    """The norms come back to front. Keep the order of `grads`: the first layer first."""
    return [np.linalg.norm(dW) for dW, _ in grads[::-1]]


@worth(0)
def gradient_norms__by_column(grads):
    """You return one norm for each column of dW. One number for the whole matrix is asked for."""
    return [np.linalg.norm(dW, axis=0) for dW, _ in grads]


@worth(0)
def gradient_norms__columns_added(grads):
    """You add up the norms of the columns, which is more than the norm of the whole: lengths do not add like that.
    Add the squares of *all* entries, then take one root."""
    return [np.linalg.norm(dW, axis=0).sum() for dW, _ in grads]


@worth(0)
def gradient_norms__rows_added(grads):
    """You add up the norms of the rows, which is more than the norm of the whole: lengths do not add like that.
    Add the squares of *all* entries, then take one root."""
    return [np.linalg.norm(dW, axis=1).sum() for dW, _ in grads]


@worth(0)
def gradient_norms__largest_entry(grads):
    """You return the largest entry of each dW. Its length is asked for: all entries squared, added, and one root."""
    return [np.abs(dW).max() for dW, _ in grads]


@worth(0.33)
def gradient_norms__sum_not_set_back(grads):
    """The first layer is right, and each later one has those before it in it. A sum that is kept in a loop starts at 0
    for each layer."""
    return list(np.sqrt(np.cumsum([np.sum(dW**2) for dW, _ in grads])))


# --- clip_by_value ------------------------------------------------------------------------------------------

@worth(0.3)
def clip_by_value__upper_only(grads, limit):
    """Large negative entries get through: -6 stays -6. Cut at -limit as well."""
    return [np.minimum(g, limit) for g in grads]


@worth(0.13)
def clip_by_value__rescaled(grads, limit):
    """You shrink a whole array until its largest entry fits, so that small entries shrink too. Clipping by value cuts
    each entry on its own, and leaves those inside the limit alone."""
    return [g * min(1.0, limit / np.abs(g).max()) for g in grads]


@worth(0.13)
def clip_by_value__by_norm(grads, limit):
    """You limit the length of each array. Here the limit is on every single entry; the length has an exercise of its
    own."""
    return [g * (limit / max(limit, np.linalg.norm(g))) for g in grads]


@worth(0.13)
def clip_by_value__dropped(grads, limit):
    """Entries beyond the limit become 0. They should become the limit itself, with their sign."""
    return [np.where(np.abs(g) > limit, 0.0, g) for g in grads]


@worth(0.17)
def clip_by_value__sign_lost(grads, limit):
    """Your result has no negative entries any more. Only the size is limited, the sign stays."""
    return [np.minimum(np.abs(g), limit) for g in grads]


@worth(0.17)
def clip_by_value__zero_to_limit(grads, limit):
    """Negative entries become 0: you cut to the interval from 0 to limit. It begins at -limit."""
    return [np.clip(g, 0, limit) for g in grads]


@worth(0.81)
def clip_by_value__in_place(grads, limit):
    """The clipped values are right, but they are written into the caller's arrays. Make new ones."""
    for g in grads:
        np.clip(g, -limit, limit, out=g)
    return grads


@worth(0)
def clip_by_value__first_only(grads, limit):
    """You return a single array. `grads` is a list, and a list of the same length is asked for."""
    return np.clip(grads[0], -limit, limit)


@worth(0.12)
def clip_by_value__limit_of_one(grads, limit):
    """You always cut at ±1. The caller passes a `limit`: use it."""
    return [np.clip(g, -1.0, 1.0) for g in grads]


@worth(0.6)
def clip_by_value__others_left_alone(grads, limit):
    """Only the first array is cut. Go through the whole list."""
    return [np.clip(grads[0], -limit, limit), *grads[1:]]


@worth(0.48)
def clip_by_value__returns_in_the_loop(grads, limit):
    """Your list holds the first array alone: does a `return` stand inside the loop? Collect them all first."""
    return [np.clip(grads[0], -limit, limit)]


@worth(0)
def clip_by_value__one_long_array(grads, limit):
    """You return one long array. `grads` is a list of arrays, and the same list of the same shapes is asked for."""
    return np.clip(np.concatenate([g.ravel() for g in grads]), -limit, limit)


@worth(0)
def clip_by_value__bounds_swapped(grads, limit):
    """Every entry becomes -limit: the two bounds are the wrong way round. First the lower, then the upper."""
    return [np.clip(g, limit, -limit) for g in grads]


@worth(0.17)
def clip_by_value__always_the_limit(grads, limit):
    """Every entry becomes ±limit, those inside it as well. Cut only what lies beyond."""
    return [np.sign(g) * limit for g in grads]


@worth(0.93)
def clip_by_value__whole_number_buffer(grads, limit):
    """For whole numbers your result has lost its fractions. An array that is made *like* an argument has its type,
    and one of whole numbers keeps nothing else: ask for floats."""
    out = []
    for g in grads:
        cut = g.copy()
        cut[cut > limit] = limit
        cut[cut < -limit] = -limit
        out.append(cut)
    return out


# --- clip_by_global_norm ------------------------------------------------------------------------------------

def _norm(grads):
    return float(np.sqrt(sum(np.sum(g**2) for g in grads)))


def _clip(grads, max_norm, norm):
    scale = max_norm / norm if norm > max_norm else 1.0
    return [g * scale for g in grads]


@worth(0.59)
def clip_by_global_norm__each_array(grads, max_norm):
    """You clip every array by its own norm, which turns the direction of the whole gradient. One norm over all arrays,
    one factor for all."""
    return [_clip([g], max_norm, _norm([g]))[0] for g in grads], _norm(grads)


@worth(0.9)
def clip_by_global_norm__scales_up(grads, max_norm):
    """A gradient that is shorter than max_norm is made longer. Clipping never lengthens: leave it as it is."""
    norm = _norm(grads)
    scale = max_norm / norm if norm > 0 else 1.0
    return [g * scale for g in grads], norm


@worth(0.87)
def clip_by_global_norm__always_divides(grads, max_norm):
    """You multiply by max_norm / norm whatever the norm is: short gradients are made longer, and gradients of 0 become
    nan (0/0). Do nothing unless the norm is too large."""
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    with np.errstate(all="ignore"):
        return [g * (max_norm / norm) for g in grads], norm


@worth(0.96)
def clip_by_global_norm__zero_division(grads, max_norm):
    """When all gradients are 0, you divide by a norm of 0. Ask first whether the norm is larger than max_norm."""
    norm = math.sqrt(sum(float(np.sum(g**2)) for g in grads))
    return [g * min(1.0, max_norm / norm) for g in grads], norm


@worth(0.67)
def clip_by_global_norm__norm_after(grads, max_norm):
    """You return the norm after clipping, which says little: it is max_norm whenever something was clipped. The norm
    *before* clipping is asked for; it shows how bad things are."""
    clipped = _clip(grads, max_norm, _norm(grads))
    return clipped, _norm(clipped)


@worth(0.36)
def clip_by_global_norm__sum_of_norms(grads, max_norm):
    """You add up the norms of the arrays. Lengths do not add like that: [3] and [4] together have norm 5. Add the
    squares, then one root."""
    norm = sum(_norm([g]) for g in grads)
    return _clip(grads, max_norm, norm), norm


@worth(0.13)
def clip_by_global_norm__no_root(grads, max_norm):
    """You compare the *squared* norm with max_norm: the square root is missing."""
    norm = _norm(grads) ** 2
    return _clip(grads, max_norm, norm), norm


@worth(0.13)
def clip_by_global_norm__mean(grads, max_norm):
    """You average the squares over all entries where their sum is asked for: the norm of a vector grows with the number
    of its entries."""
    norm = _norm(grads) / math.sqrt(sum(g.size for g in grads))
    return _clip(grads, max_norm, norm), norm


@worth(0.92)
def clip_by_global_norm__small_number_added(grads, max_norm):
    """You divide by norm + 1e-6, as PyTorch does. That makes every clipped gradient a little too short. Here nothing is
    added; a norm of 0 never comes to the division if you ask first whether it is too large."""
    norm = _norm(grads)
    return [g * min(1.0, max_norm / (norm + 1e-6)) for g in grads], norm


@worth(0.43)
def clip_by_global_norm__by_value(grads, max_norm):
    """You cut single entries. Here the length of all gradients together is limited, so that the direction stays."""
    return [np.clip(g, -max_norm, max_norm) for g in grads], _norm(grads)


@worth(0.87)
def clip_by_global_norm__in_place(grads, max_norm):
    """The values are right, but you wrote them into the caller's arrays (`g *= …`). Make new ones."""
    norm = _norm(grads)
    for g in grads:
        g *= max_norm / norm if norm > max_norm else 1.0
    return grads, norm


@worth(0.92)
def clip_by_global_norm__tiny_number_added(grads, max_norm):
    """You divide by norm + 1e-8. Where gradients are very small, that makes them too short. Here nothing is added; a
    norm of 0 never comes to the division if you ask first whether it is too large."""
    norm = _norm(grads)
    return [g * min(1.0, max_norm / (norm + 1e-8)) for g in grads], norm


@worth(0.36)
def clip_by_global_norm__first_array_only(grads, max_norm):
    """Your norm is that of the first array alone. All arrays together have one length: add the squares of all."""
    norm = _norm(grads[:1])
    return _clip(grads, max_norm, norm), norm


@worth(0.5)
def clip_by_global_norm__limit_of_one(grads, max_norm):
    """You always shorten to a norm of 1. The caller passes `max_norm`: use it."""
    norm = _norm(grads)
    return _clip(grads, 1.0, norm), norm


@worth(0.92)
def clip_by_global_norm__compares_the_square(grads, max_norm):
    """Whether anything is done depends on the *squared* norm, and so short gradients are made longer, or long ones
    stay. Compare the norm itself with max_norm."""
    norm = _norm(grads)
    scale = max_norm / norm if norm**2 > max_norm else 1.0
    return [g * scale for g in grads], norm


@worth(0.95)
def clip_by_global_norm__whole_number_buffer(grads, max_norm):
    """For whole numbers your result has lost its fractions. An array that is made *like* an argument has its type,
    and one of whole numbers keeps nothing else: ask for floats."""
    norm = _norm(grads)
    return [clipped.astype(g.dtype) for clipped, g in zip(_clip(grads, max_norm, norm), grads, strict=True)], norm


# --- sgd_momentum_step --------------------------------------------------------------------------------------

@worth(0.14)
def sgd_momentum_step__rate_in_velocity(w, grad, velocity, learning_rate, momentum):
    """Your velocity has the learning rate in it, a convention of some texts (v ← μv - ηg, w ← w + v). Here velocity is
    momentum · velocity + grad, and the learning rate enters in the update of w only."""
    velocity = momentum * velocity - learning_rate * grad
    return w + velocity, velocity


@worth(0.17)
def sgd_momentum_step__running_mean(w, grad, velocity, learning_rate, momentum):
    """Your gradient enters with weight 1 - momentum: a running mean, as in Adam. Here it enters in full."""
    velocity = momentum * velocity + (1 - momentum) * grad
    return w - learning_rate * velocity, velocity


@worth(0.43)
def sgd_momentum_step__old_velocity(w, grad, velocity, learning_rate, momentum):
    """w moves with the *old* velocity. Update the velocity first, then move with the new one."""
    return w - learning_rate * velocity, momentum * velocity + grad


@worth(0.43)
def sgd_momentum_step__uphill(w, grad, velocity, learning_rate, momentum):
    """w moves uphill: the step goes against the gradient, so it is subtracted."""
    velocity = momentum * velocity + grad
    return w + learning_rate * velocity, velocity


@worth(0.52)
def sgd_momentum_step__nesterov(w, grad, velocity, learning_rate, momentum):
    """Your velocity is right, but w moves by grad + momentum · velocity: that is Nesterov's variant. Here w moves with
    the new velocity itself."""
    velocity = momentum * velocity + grad
    return w - learning_rate * (grad + momentum * velocity), velocity


@worth(0.31)
def sgd_momentum_step__no_momentum(w, grad, velocity, learning_rate, momentum):
    """Your step forgets the velocity: that is plain gradient descent. Some of the old velocity, the share `momentum`,
    stays in the new one."""
    return w - learning_rate * grad, grad


@worth(0.43)
def sgd_momentum_step__velocity_not_returned(w, grad, velocity, learning_rate, momentum):
    """The new w is right, but the velocity comes back as it was. The next update needs the new one."""
    return w - learning_rate * (momentum * velocity + grad), velocity


@worth(0)
def sgd_momentum_step__swapped(w, grad, velocity, learning_rate, momentum):
    """The two results have changed places: first w, then velocity."""
    velocity = momentum * velocity + grad
    return velocity, w - learning_rate * velocity


@worth(0.8)
def sgd_momentum_step__in_place(w, grad, velocity, learning_rate, momentum):
    """The values are right, but `-=` and `*=` wrote them into the caller's arrays. Make new ones."""
    velocity *= momentum
    velocity += grad
    w -= learning_rate * velocity
    return w, velocity


@worth(0.14)
def sgd_momentum_step__rate_in_velocity_subtracted(w, grad, velocity, learning_rate, momentum):
    """Your velocity has the learning rate in it, a convention of some texts (v ← μv + ηg, w ← w - v). Here velocity is
    momentum · velocity + grad, and the learning rate enters in the update of w only."""
    velocity = momentum * velocity + learning_rate * grad
    return w - velocity, velocity


@worth(0)
def sgd_momentum_step__momentum_on_the_gradient(w, grad, velocity, learning_rate, momentum):
    """`momentum` multiplies the gradient in your velocity. It says how much of the *old velocity* stays."""
    velocity = velocity + momentum * grad
    return w - learning_rate * velocity, velocity


@worth(0.93)
def sgd_momentum_step__whole_number_buffer(w, grad, velocity, learning_rate, momentum):
    """For whole numbers your result has lost its fractions. An array that is made *like* an argument has its type,
    and one of whole numbers keeps nothing else: ask for floats."""
    new_w, new_velocity = np.zeros_like(w), np.zeros_like(velocity)
    new_velocity[...] = momentum * velocity + grad
    new_w[...] = w - learning_rate * (momentum * velocity + grad)
    return new_w, new_velocity


# --- adam_step ----------------------------------------------------------------------------------------------

def _moments(grad, m, v, beta1, beta2):
    return beta1 * m + (1 - beta1) * grad, beta2 * v + (1 - beta2) * grad**2


@worth(0.45)
def adam_step__no_correction(w, grad, m, v, t, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    """m and v are right, the step is not: the bias correction is missing. Both start at 0 and are too small at first;
    dividing by 1 - beta^t makes up for it."""
    m, v = _moments(grad, m, v, beta1, beta2)
    return w - learning_rate * m / (np.sqrt(v) + eps), m, v


@worth(0.45)
def adam_step__t_from_zero(w, grad, m, v, t, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    """Your powers run one ahead, as if t began at 0. Here t is 1 at the first update: use beta**t as it is."""
    m, v = _moments(grad, m, v, beta1, beta2)
    m_hat, v_hat = m / (1 - beta1 ** (t + 1)), v / (1 - beta2 ** (t + 1))
    return w - learning_rate * m_hat / (np.sqrt(v_hat) + eps), m, v


@worth(0.35)
def adam_step__t_minus_one(w, grad, m, v, t, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    """Your powers lag one behind. At the first update t is 1, and 1 - beta**0 would be 0: use beta**t."""
    m, v = _moments(grad, m, v, beta1, beta2)
    m_hat, v_hat = (x / np.float64(1 - beta ** (t - 1)) for x, beta in ((m, beta1), (v, beta2)))
    return w - learning_rate * m_hat / (np.sqrt(v_hat) + eps), m, v


@worth(0.84)
def adam_step__eps_inside_the_root(w, grad, m, v, t, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    """Your eps stands inside the square root. In this course, as in Kingma and Ba, it is added after the root."""
    m, v = _moments(grad, m, v, beta1, beta2)
    return w - learning_rate * (m / (1 - beta1**t)) / np.sqrt(v / (1 - beta2**t) + eps), m, v


@worth(0.84)
def adam_step__eps_before_correction(w, grad, m, v, t, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    """You add eps to the root of the *uncorrected* v, and correct the learning rate instead: the shorter form that
    Kingma and Ba mention and TensorFlow uses. There eps means something else. Correct m and v first, then take root
    and eps."""
    m, v = _moments(grad, m, v, beta1, beta2)
    rate = learning_rate * math.sqrt(1 - beta2**t) / (1 - beta1**t)
    return w - rate * m / (np.sqrt(v) + eps), m, v


@worth(0.63)
def adam_step__returns_corrected(w, grad, m, v, t, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    """The step is right, but you return the corrected m and v. The next update would correct them a second time: return
    them without the correction."""
    m, v = _moments(grad, m, v, beta1, beta2)
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return w - learning_rate * m_hat / (np.sqrt(v_hat) + eps), m_hat, v_hat


@worth(0.45)
def adam_step__no_root(w, grad, m, v, t, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    """You divide by v, the mean *square* of the gradient. Divide by its root, so that the step does not depend on
    the gradient's unit."""
    m, v = _moments(grad, m, v, beta1, beta2)
    return w - learning_rate * (m / (1 - beta1**t)) / (v / (1 - beta2**t) + eps), m, v


@worth(0.3)
def adam_step__gradient_not_squared(w, grad, m, v, t, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    """Your v averages the size of the gradient; its *square* is asked for."""
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * np.abs(grad)
    return w - learning_rate * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v


@worth(0.63)
def adam_step__beta_times_t(w, grad, m, v, t, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    """The first update is right, the later ones are not: your correction holds beta · t, which is a power, beta**t,
    only at t = 1. From then on it soon divides by a number below 0."""
    m, v = _moments(grad, m, v, beta1, beta2)
    with np.errstate(all="ignore"):
        m_hat, v_hat = m / np.float64(1 - beta1 * t), v / np.float64(1 - beta2 * t)
        return w - learning_rate * m_hat / (np.sqrt(v_hat) + eps), m, v


@worth(0.3)
def adam_step__betas_swapped(w, grad, m, v, t, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    """beta1 and beta2 have changed places: beta1 is for m, beta2 for v."""
    m, v = _moments(grad, m, v, beta2, beta1)
    return w - learning_rate * (m / (1 - beta2**t)) / (np.sqrt(v / (1 - beta1**t)) + eps), m, v


@worth(0.45)
def adam_step__m_alone_corrected(w, grad, m, v, t, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    """You correct m and not v. Both start at 0, so both are too small at first."""
    m, v = _moments(grad, m, v, beta1, beta2)
    return w - learning_rate * (m / (1 - beta1**t)) / (np.sqrt(v) + eps), m, v


@worth(0.77)
def adam_step__no_eps(w, grad, m, v, t, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    """Where a weight never had a gradient, you divide 0 by 0, and the weight becomes nan: eps is missing. Add it to
    the root."""
    m, v = _moments(grad, m, v, beta1, beta2)
    return w - learning_rate * (m / (1 - beta1**t)) / np.sqrt(v / (1 - beta2**t)), m, v


@worth(0.45)
def adam_step__uphill(w, grad, m, v, t, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    """w moves uphill: the step goes against the gradient, so it is subtracted."""
    m, v = _moments(grad, m, v, beta1, beta2)
    return w + learning_rate * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v


@worth(0.89)
def adam_step__in_place(w, grad, m, v, t, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    """The values are right, but `*=`, `+=` or `-=` wrote them into the caller's arrays. Make new ones."""
    m *= beta1
    m += (1 - beta1) * grad
    v *= beta2
    v += (1 - beta2) * grad**2
    w -= learning_rate * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps)
    return w, m, v


@worth(0.63)
def adam_step__correction_without_t(w, grad, m, v, t, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    """The first update is right, the later ones are not: your correction lacks the exponent t. The lag is made up for
    less and less: 1 - beta**t goes to 1."""
    m, v = _moments(grad, m, v, beta1, beta2)
    return w - learning_rate * (m / (1 - beta1)) / (np.sqrt(v / (1 - beta2)) + eps), m, v


@worth(0.45)
def adam_step__beta1_for_both(w, grad, m, v, t, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    """Your correction of v holds beta1. m was averaged with beta1, v with beta2: each is corrected with its own."""
    m, v = _moments(grad, m, v, beta1, beta2)
    return w - learning_rate * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta1**t)) + eps), m, v


@worth(0.57)
def adam_step__own_rate(w, grad, m, v, t, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    """You always use a learning rate of 0.001. The caller may pass another: use the argument."""
    m, v = _moments(grad, m, v, beta1, beta2)
    return w - 1e-3 * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v


@worth(0.83)
def adam_step__own_betas(w, grad, m, v, t, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    """You always use decays of 0.9 and 0.999. The caller may pass others: use the arguments."""
    m, v = _moments(grad, m, v, 0.9, 0.999)
    return w - learning_rate * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + eps), m, v


@worth(0.95)
def adam_step__other_eps(w, grad, m, v, t, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-7):
    """Where no eps is passed, you use 1e-7, as Keras does. The default stands in the signature, 1e-8: leave it as it
    is."""
    m, v = _moments(grad, m, v, beta1, beta2)
    return w - learning_rate * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps), m, v


@worth(0.62)
def adam_step__old_moments_returned(w, grad, m, v, t, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    """The new w is right, but m and v come back as they were. The next update needs the new ones."""
    m_new, v_new = _moments(grad, m, v, beta1, beta2)
    return w - learning_rate * (m_new / (1 - beta1**t)) / (np.sqrt(v_new / (1 - beta2**t)) + eps), m, v


@worth(0.95)
def adam_step__whole_number_buffer(w, grad, m, v, t, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    """For whole numbers your result has lost its fractions. An array that is made *like* an argument has its type,
    and one of whole numbers keeps nothing else: ask for floats."""
    m_new, v_new = _moments(grad, m, v, beta1, beta2)
    w_new = w - learning_rate * (m_new / (1 - beta1**t)) / (np.sqrt(v_new / (1 - beta2**t)) + eps)
    return w_new.astype(w.dtype), m_new.astype(m.dtype), v_new.astype(v.dtype)


# --- batchnorm_forward --------------------------------------------------------------------------------------

def _running(old, new, momentum):
    return momentum * old + (1 - momentum) * new


def _normalise(X, gamma, beta, mean, var, eps):
    return gamma * (X - mean) / np.sqrt(var + eps) + beta


@worth(0.59)
def batchnorm_forward__ddof(X, gamma, beta, running_mean, running_var, training, momentum=0.9, eps=1e-5):
    """Your variance divides by n - 1 (ddof=1). Batch norm divides by n: the batch itself is to get variance 1."""
    if not training:
        return _normalise(X, gamma, beta, running_mean, running_var, eps), running_mean, running_var
    mean, var = X.mean(axis=0), X.var(axis=0, ddof=1)
    return (_normalise(X, gamma, beta, mean, var, eps), _running(running_mean, mean, momentum),
            _running(running_var, var, momentum))


@worth(0.85)
def batchnorm_forward__unbiased_running_var(X, gamma, beta, running_mean, running_var, training, momentum=0.9,
                                            eps=1e-5):
    """Your running variance is fed with the unbiased variance (n - 1), as in PyTorch. In this course it is fed with the
    same, biased, variance that the batch is divided by."""
    if not training:
        return _normalise(X, gamma, beta, running_mean, running_var, eps), running_mean, running_var
    mean, var = X.mean(axis=0), X.var(axis=0)
    return (_normalise(X, gamma, beta, mean, var, eps), _running(running_mean, mean, momentum),
            _running(running_var, X.var(axis=0, ddof=1), momentum))


@worth(0.77)
def batchnorm_forward__momentum_swapped(X, gamma, beta, running_mean, running_var, training, momentum=0.9, eps=1e-5):
    """The weights of the running statistics have changed places: here `momentum` is the weight of the *old* value. (In
    PyTorch it is the weight of the new one.)"""
    if not training:
        return _normalise(X, gamma, beta, running_mean, running_var, eps), running_mean, running_var
    mean, var = X.mean(axis=0), X.var(axis=0)
    return (_normalise(X, gamma, beta, mean, var, eps), _running(running_mean, mean, 1 - momentum),
            _running(running_var, var, 1 - momentum))


@worth(0.69)
def batchnorm_forward__batch_statistics_always(X, gamma, beta, running_mean, running_var, training, momentum=0.9,
                                               eps=1e-5):
    """Outside training you still normalise by the batch. Then an answer depends on which other examples happen to be
    asked with it. Use the running statistics."""
    mean, var = X.mean(axis=0), X.var(axis=0)
    out = _normalise(X, gamma, beta, mean, var, eps)
    if not training:
        return out, running_mean, running_var
    return out, _running(running_mean, mean, momentum), _running(running_var, var, momentum)


@worth(0.78)
def batchnorm_forward__updates_always(X, gamma, beta, running_mean, running_var, training, momentum=0.9, eps=1e-5):
    """Outside training the running statistics change. They are learned in training and stay as they are
    afterwards."""
    mean, var = X.mean(axis=0), X.var(axis=0)
    used = (mean, var) if training else (running_mean, running_var)
    return (_normalise(X, gamma, beta, *used, eps), _running(running_mean, mean, momentum),
            _running(running_var, var, momentum))


@worth(0.67)
def batchnorm_forward__running_in_training(X, gamma, beta, running_mean, running_var, training, momentum=0.9,
                                           eps=1e-5):
    """In training you normalise by the running statistics. In training the batch's own mean and variance are used; the
    running ones are only kept up to date, for later."""
    if training:
        mean, var = X.mean(axis=0), X.var(axis=0)
        running_mean, running_var = _running(running_mean, mean, momentum), _running(running_var, var, momentum)
    return _normalise(X, gamma, beta, running_mean, running_var, eps), running_mean, running_var


@worth(0.36)
def batchnorm_forward__eps_outside_the_root(X, gamma, beta, running_mean, running_var, training, momentum=0.9,
                                            eps=1e-5):
    """You divide by √var + eps. In batch norm eps stands inside the root, √(var + eps); in Adam it is outside."""
    def normalise(mean, var):
        return gamma * (X - mean) / (np.sqrt(var) + eps) + beta

    if not training:
        return normalise(running_mean, running_var), running_mean, running_var
    mean, var = X.mean(axis=0), X.var(axis=0)
    return normalise(mean, var), _running(running_mean, mean, momentum), _running(running_var, var, momentum)


@worth(0.36)
def batchnorm_forward__no_eps(X, gamma, beta, running_mean, running_var, training, momentum=0.9, eps=1e-5):
    """eps is not used. A column that is constant in a batch has variance 0, and 0/0 is nan."""
    if not training:
        return _normalise(X, gamma, beta, running_mean, running_var, 0.0), running_mean, running_var
    mean, var = X.mean(axis=0), X.var(axis=0)
    with np.errstate(all="ignore"):
        out = _normalise(X, gamma, beta, mean, var, 0.0)
    return out, _running(running_mean, mean, momentum), _running(running_var, var, momentum)


@worth(0.5)
def batchnorm_forward__over_rows(X, gamma, beta, running_mean, running_var, training, momentum=0.9, eps=1e-5):
    """You take mean and variance along each row: that normalises an example by itself (layer norm). Batch norm looks
    down each column, over the batch: axis 0."""
    if not training:
        return _normalise(X, gamma, beta, running_mean, running_var, eps), running_mean, running_var
    mean, var = X.mean(axis=1), X.var(axis=1)
    return (_normalise(X, gamma, beta, mean[:, None], var[:, None], eps), _running(running_mean, mean, momentum),
            _running(running_var, var, momentum))


@worth(0.5)
def batchnorm_forward__axis_one(X, gamma, beta, running_mean, running_var, training, momentum=0.9, eps=1e-5):
    """In training your mean and variance run along each row (axis 1): one number for each *example*, of shape (n,).
    Batch norm looks down each column, over the batch: axis 0, shape (d,)."""
    if not training:
        return _normalise(X, gamma, beta, running_mean, running_var, eps), running_mean, running_var
    mean, var = X.mean(axis=1), X.var(axis=1)
    return (_normalise(X, gamma, beta, mean, var, eps), _running(running_mean, mean, momentum),
            _running(running_var, var, momentum))


@worth(0.5)
def batchnorm_forward__axis_one_kept(X, gamma, beta, running_mean, running_var, training, momentum=0.9, eps=1e-5):
    """In training your mean and variance run along each row (axis 1): that normalises an example by itself (layer
    norm), and your running values get the shape of X. Batch norm looks down each column: axis 0, shape (d,)."""
    if not training:
        return _normalise(X, gamma, beta, running_mean, running_var, eps), running_mean, running_var
    mean, var = X.mean(axis=1, keepdims=True), X.var(axis=1, keepdims=True)
    return (_normalise(X, gamma, beta, mean, var, eps), _running(running_mean, mean, momentum),
            _running(running_var, var, momentum))


@worth(0.65)
def batchnorm_forward__std_for_variance(X, gamma, beta, running_mean, running_var, training, momentum=0.9, eps=1e-5):
    """In training you take the standard deviation (`std`) where the variance belongs: under the root and in the
    running variance. The formula takes its root of the *variance*, `var`."""
    if not training:
        return _normalise(X, gamma, beta, running_mean, running_var, eps), running_mean, running_var
    mean, std = X.mean(axis=0), X.std(axis=0)
    return (_normalise(X, gamma, beta, mean, std, eps), _running(running_mean, mean, momentum),
            _running(running_var, std, momentum))


@worth(0.87)
def batchnorm_forward__running_std(X, gamma, beta, running_mean, running_var, training, momentum=0.9, eps=1e-5):
    """Your output is right, but the running variance is fed with the batch's standard deviation. Feed it with the
    variance."""
    if not training:
        return _normalise(X, gamma, beta, running_mean, running_var, eps), running_mean, running_var
    mean, var = X.mean(axis=0), X.var(axis=0)
    return (_normalise(X, gamma, beta, mean, var, eps), _running(running_mean, mean, momentum),
            _running(running_var, np.sqrt(var), momentum))


@worth(0.57)
def batchnorm_forward__over_everything(X, gamma, beta, running_mean, running_var, training, momentum=0.9, eps=1e-5):
    """You take one mean and one variance over all entries. Each column is a unit of its own: axis 0."""
    if not training:
        return _normalise(X, gamma, beta, running_mean, running_var, eps), running_mean, running_var
    mean, var = X.mean(), X.var()
    return (_normalise(X, gamma, beta, mean, var, eps), _running(running_mean, mean, momentum),
            _running(running_var, var, momentum))


@worth(0.36)
def batchnorm_forward__divided_by_variance(X, gamma, beta, running_mean, running_var, training, momentum=0.9,
                                           eps=1e-5):
    """You divide by the variance. Divide by its root, the standard deviation."""
    def normalise(mean, var):
        return gamma * (X - mean) / (var + eps) + beta

    if not training:
        return normalise(running_mean, running_var), running_mean, running_var
    mean, var = X.mean(axis=0), X.var(axis=0)
    return normalise(mean, var), _running(running_mean, mean, momentum), _running(running_var, var, momentum)


@worth(0.4)
def batchnorm_forward__shift_scaled(X, gamma, beta, running_mean, running_var, training, momentum=0.9, eps=1e-5):
    """You add beta first and multiply by gamma then, so that the shift is scaled as well. First scale, then shift."""
    def normalise(mean, var):
        return gamma * ((X - mean) / np.sqrt(var + eps) + beta)

    if not training:
        return normalise(running_mean, running_var), running_mean, running_var
    mean, var = X.mean(axis=0), X.var(axis=0)
    return normalise(mean, var), _running(running_mean, mean, momentum), _running(running_var, var, momentum)


@worth(0.97)
def batchnorm_forward__in_place(X, gamma, beta, running_mean, running_var, training, momentum=0.9, eps=1e-5):
    """The values are right, but you updated the caller's running statistics in place (`*=`, `+=`). Return new ones."""
    mean, var = running_mean, running_var
    if training:
        mean, var = X.mean(axis=0), X.var(axis=0)
        running_mean *= momentum
        running_mean += (1 - momentum) * mean
        running_var *= momentum
        running_var += (1 - momentum) * var
    return _normalise(X, gamma, beta, mean, var, eps), running_mean, running_var


@worth(0.94)
def batchnorm_forward__own_momentum(X, gamma, beta, running_mean, running_var, training, momentum=0.9,
                                    eps=1e-5):
    """You always weigh the running values with 0.9. The caller may pass another `momentum`: use it."""
    mean, var = running_mean, running_var
    if training:
        mean, var = X.mean(axis=0), X.var(axis=0)
        running_mean, running_var = _running(running_mean, mean, 0.9), _running(running_var, var, 0.9)
    return _normalise(X, gamma, beta, mean, var, eps), running_mean, running_var


@worth(0.83)
def batchnorm_forward__own_eps(X, gamma, beta, running_mean, running_var, training, momentum=0.9,
                               eps=1e-5):
    """Your eps is always 1e-5. The caller may pass another: use the argument."""
    mean, var = running_mean, running_var
    if training:
        mean, var = X.mean(axis=0), X.var(axis=0)
        running_mean, running_var = _running(running_mean, mean, momentum), _running(running_var, var, momentum)
    return _normalise(X, gamma, beta, mean, var, 1e-5), running_mean, running_var


@worth(0.98)
def batchnorm_forward__whole_number_buffer(X, gamma, beta, running_mean, running_var, training, momentum=0.9,
                                           eps=1e-5):
    """Where X holds whole numbers, your output has lost its fractions. An array that is made *like* X has its type, and
    one of whole numbers keeps nothing else: ask for floats."""
    mean, var = running_mean, running_var
    if training:
        mean, var = X.mean(axis=0), X.var(axis=0)
        running_mean, running_var = _running(running_mean, mean, momentum), _running(running_var, var, momentum)
    out = np.empty_like(X)
    out[...] = _normalise(X, gamma, beta, mean, var, eps)
    return out, running_mean, running_var


# --- batchnorm_backward -------------------------------------------------------------------------------------

def _batch(dout, X, gamma, eps, ddof=0):
    std = np.sqrt(X.var(axis=0, ddof=ddof) + eps)
    return std, (X - X.mean(axis=0)) / std, dout * gamma


def _through(dx_hat, x_hat, std):
    return (dx_hat - dx_hat.mean(axis=0) - x_hat * (dx_hat * x_hat).mean(axis=0)) / std


@worth(0.43)
def batchnorm_backward__constants(dout, X, gamma, eps=1e-5):
    """You treat mean and variance as constants. They are computed from X: moving one example moves both, and through
    them the output of every other example. Two terms are missing in dX."""
    std, x_hat, dx_hat = _batch(dout, X, gamma, eps)
    return dx_hat / std, (dout * x_hat).sum(axis=0), dout.sum(axis=0)


@worth(0.43)
def batchnorm_backward__variance_constant(dout, X, gamma, eps=1e-5):
    """Your dX follows the mean but not the variance, which also depends on X. The term with x̂ is missing."""
    std, x_hat, dx_hat = _batch(dout, X, gamma, eps)
    return (dx_hat - dx_hat.mean(axis=0)) / std, (dout * x_hat).sum(axis=0), dout.sum(axis=0)


@worth(0.43)
def batchnorm_backward__mean_constant(dout, X, gamma, eps=1e-5):
    """Your dX follows the variance but not the mean, which also depends on X. The term mean(dx̂) is missing."""
    std, x_hat, dx_hat = _batch(dout, X, gamma, eps)
    return ((dx_hat - x_hat * (dx_hat * x_hat).mean(axis=0)) / std, (dout * x_hat).sum(axis=0),
            dout.sum(axis=0))


@worth(0.43)
def batchnorm_backward__sums_for_means(dout, X, gamma, eps=1e-5):
    """In dX you subtract sums over the batch where means belong: a factor 1/n is missing in both terms."""
    std, x_hat, dx_hat = _batch(dout, X, gamma, eps)
    dX = (dx_hat - dx_hat.sum(axis=0) - x_hat * (dx_hat * x_hat).sum(axis=0)) / std
    return dX, (dout * x_hat).sum(axis=0), dout.sum(axis=0)


@worth(0.43)
def batchnorm_backward__gamma_lost(dout, X, gamma, eps=1e-5):
    """gamma is missing in dX. out = gamma · x̂ + beta, so on the way back to x̂ the gradient is multiplied by gamma."""
    std, x_hat, _ = _batch(dout, X, gamma, eps)
    return _through(dout, x_hat, std), (dout * x_hat).sum(axis=0), dout.sum(axis=0)


@worth(0.43)
def batchnorm_backward__shared_from_g(dout, X, gamma, eps=1e-5):
    """Your dgamma and dbeta are made from g = gamma · dout. gamma is multiplied by x̂ and beta is added, *after* x̂:
    what arrives at both is dout itself. g is only for the way on to X."""
    std, x_hat, dx_hat = _batch(dout, X, gamma, eps)
    return _through(dx_hat, x_hat, std), (dx_hat * x_hat).sum(axis=0), dx_hat.sum(axis=0)


@worth(0.65)
def batchnorm_backward__dgamma_from_g(dout, X, gamma, eps=1e-5):
    """Your dgamma is made from g = gamma · dout. What arrives at gamma is dout itself; g is only for the
    way on to X."""
    std, x_hat, dx_hat = _batch(dout, X, gamma, eps)
    return _through(dx_hat, x_hat, std), (dx_hat * x_hat).sum(axis=0), dout.sum(axis=0)


@worth(0.52)
def batchnorm_backward__means_over_everything(dout, X, gamma, eps=1e-5):
    """In dX you take one mean over all entries: `mean()` without an axis. Each column is a unit of its own: axis 0."""
    std, x_hat, dx_hat = _batch(dout, X, gamma, eps)
    return ((dx_hat - dx_hat.mean() - x_hat * (dx_hat * x_hat).mean()) / std, (dout * x_hat).sum(axis=0),
            dout.sum(axis=0))


@worth(0.34)
def batchnorm_backward__statistics_over_everything(dout, X, gamma, eps=1e-5):
    """Your x̂ is not that of the forward pass: mean and variance of X are taken over all entries, without an axis. Each
    column is a unit of its own: axis 0."""
    std = np.sqrt(X.var() + eps)
    x_hat, dx_hat = (X - X.mean()) / std, dout * gamma
    return _through(dx_hat, x_hat, std), (dout * x_hat).sum(axis=0), dout.sum(axis=0)


@worth(0.65)
def batchnorm_backward__dgamma_from_X(dout, X, gamma, eps=1e-5):
    """Your dgamma multiplies by X. gamma scales x̂, the normalised input, so it is x̂ that belongs there."""
    std, x_hat, dx_hat = _batch(dout, X, gamma, eps)
    return _through(dx_hat, x_hat, std), (dout * X).sum(axis=0), dout.sum(axis=0)


@worth(0.43)
def batchnorm_backward__averaged(dout, X, gamma, eps=1e-5):
    """Your dgamma and dbeta are means over the batch. Every row used the same gamma and beta: add the rows up. The 1/n
    of the loss is in dout already."""
    std, x_hat, dx_hat = _batch(dout, X, gamma, eps)
    return _through(dx_hat, x_hat, std), (dout * x_hat).mean(axis=0), dout.mean(axis=0)


@worth(0.43)
def batchnorm_backward__not_summed(dout, X, gamma, eps=1e-5):
    """Your dgamma and dbeta have one row for each example. gamma and beta are shared by the batch: add the rows up."""
    std, x_hat, dx_hat = _batch(dout, X, gamma, eps)
    return _through(dx_hat, x_hat, std), dout * x_hat, dout


@worth(0.43)
def batchnorm_backward__swapped(dout, X, gamma, eps=1e-5):
    """dgamma and dbeta have changed places. The order is dX, dgamma, dbeta."""
    std, x_hat, dx_hat = _batch(dout, X, gamma, eps)
    return _through(dx_hat, x_hat, std), dout.sum(axis=0), (dout * x_hat).sum(axis=0)


@worth(0.22)
def batchnorm_backward__ddof(dout, X, gamma, eps=1e-5):
    """Your variance divides by n - 1 (ddof=1); the forward pass divides by n."""
    std, x_hat, dx_hat = _batch(dout, X, gamma, eps, ddof=1)
    return _through(dx_hat, x_hat, std), (dout * x_hat).sum(axis=0), dout.sum(axis=0)


@worth(0.76)
def batchnorm_backward__own_eps(dout, X, gamma, eps=1e-5):
    """Your eps is a fixed number. Use the argument, the same eps as in the forward pass."""
    std, x_hat, dx_hat = _batch(dout, X, gamma, 1e-5)
    return _through(dx_hat, x_hat, std), (dout * x_hat).sum(axis=0), dout.sum(axis=0)


@worth(0.43)
def batchnorm_backward__not_divided(dout, X, gamma, eps=1e-5):
    """Your dX is not divided by √(var + eps). x̂ was divided by it on the way forward, so the gradient is, too."""
    std, x_hat, dx_hat = _batch(dout, X, gamma, eps)
    return _through(dx_hat, x_hat, 1.0), (dout * x_hat).sum(axis=0), dout.sum(axis=0)


@worth(0.65)
def batchnorm_backward__dgamma_averaged(dout, X, gamma, eps=1e-5):
    """Your dgamma is a mean over the batch. Every row used the same gamma: add the rows up, as in dbeta. The 1/n of the
    loss is in dout already."""
    std, x_hat, dx_hat = _batch(dout, X, gamma, eps)
    return _through(dx_hat, x_hat, std), (dout * x_hat).mean(axis=0), dout.sum(axis=0)


@worth(0.65)
def batchnorm_backward__dbeta_from_g(dout, X, gamma, eps=1e-5):
    """Your dbeta is made from g = gamma · dout. What arrives at beta is dout itself; g is only for the way on to X."""
    std, x_hat, dx_hat = _batch(dout, X, gamma, eps)
    return _through(dx_hat, x_hat, std), (dout * x_hat).sum(axis=0), dx_hat.sum(axis=0)


@worth(0.22)
def batchnorm_backward__eps_outside_the_root(dout, X, gamma, eps=1e-5):
    """You divide by √var + eps. In batch norm eps stands inside the root, √(var + eps); in Adam it is outside."""
    std = X.std(axis=0) + eps
    x_hat, dx_hat = (X - X.mean(axis=0)) / std, dout * gamma
    return _through(dx_hat, x_hat, std), (dout * x_hat).sum(axis=0), dout.sum(axis=0)


@worth(0.22)
def batchnorm_backward__no_eps(dout, X, gamma, eps=1e-5):
    """eps is not used. A column that is constant in a batch has variance 0, and 0/0 is nan."""
    with np.errstate(all="ignore"):
        std, x_hat, dx_hat = _batch(dout, X, gamma, 0.0)
        return _through(dx_hat, x_hat, std), (dout * x_hat).sum(axis=0), dout.sum(axis=0)


@worth(0.43)
def batchnorm_backward__divided_by_variance(dout, X, gamma, eps=1e-5):
    """Your dX is divided by the variance. x̂ was divided by its root on the way forward, so the gradient is, too."""
    std, x_hat, dx_hat = _batch(dout, X, gamma, eps)
    return _through(dx_hat, x_hat, std**2), (dout * x_hat).sum(axis=0), dout.sum(axis=0)


@worth(0.95)
def batchnorm_backward__whole_number_buffer(dout, X, gamma, eps=1e-5):
    """Where X holds whole numbers, your dX has lost its fractions. An array that is made *like* X has its type, and one
    of whole numbers keeps nothing else: ask for floats."""
    std, x_hat, dx_hat = _batch(dout, X, gamma, eps)
    dX = np.empty_like(X)
    dX[...] = _through(dx_hat, x_hat, std)
    return dX, (dout * x_hat).sum(axis=0), dout.sum(axis=0)
