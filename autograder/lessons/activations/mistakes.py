"""Known wrong programs of lesson 3, `activations`. A docstring is what the learner is told."""

import numpy as np

from autograder.lessons.activations.solutions import sigmoid, softmax
from autograder.lessons.exercise import worth


def _sigmoid(z):
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1 / (1 + e), e / (1 + e))


def _softmax(logits, axis=-1):
    e = np.exp(logits - logits.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


# --- sigmoid ------------------------------------------------------------------------------------------------

@worth(0.92)
def sigmoid__overflow(z):
    """NumPy warns of an overflow: somewhere the exponential of 1000 is taken. Use only exponentials of numbers
    that are not positive."""
    return 1 / (1 + np.exp(-z))


@worth(0.18)
def sigmoid__if_on_an_array(z):
    """An `if` asks one question and wants one answer, but z holds many numbers ("the truth value is ambiguous").
    `np.where` asks for each entry."""
    e = np.exp(-np.abs(z))
    if z >= 0:
        return 1 / (1 + e)
    return e / (1 + e)


@worth(0.74)
def sigmoid__inf_by_inf(z):
    """At z = 1000 you divide inf by inf, which is nan: e^z / (1 + e^z) is good for negative z only. For positive
    z use the other form, with e^-z."""
    return np.exp(z) / (1 + np.exp(z))


@worth(0)
def sigmoid__falls(z):
    """Your curve falls where it should rise: z = 2 must give more than ½. Look at the sign in the exponent."""
    return 1 - _sigmoid(z)


@worth(0)
def sigmoid__tanh(z):
    """Your values lie between -1 and 1, and 0 gives 0: that is tanh. The sigmoid runs from 0 to 1, and 0 gives
    ½."""
    return np.tanh(z)


@worth(0)
def sigmoid__absolute(z):
    """z and -z give the same value: the absolute value that keeps the exponent safe also lost the sign of z.
    Negative z need the other form, e / (1 + e)."""
    return 1 / (1 + np.exp(-np.abs(z)))


@worth(0)
def sigmoid__derivative(z):
    """At z = 0 you return ¼: that is the sigmoid's *slope* there. Asked for is its value."""
    return _sigmoid(z) * (1 - _sigmoid(z))


@worth(0)
def sigmoid__step(z):
    """You return 0 or 1 only: a threshold. The sigmoid is smooth, and z = 0 gives exactly ½."""
    return (z > 0).astype(float)


@worth(0)
def sigmoid__shares(z):
    """Your values add up to 1 over the whole array: that is a softmax. In a sigmoid each entry looks at itself
    alone."""
    e = np.exp(z - z.max())
    return e / e.sum()


@worth(0)
def sigmoid__one_over_one(z):
    """You return 1 + e^-z, as if `1/1 + np.exp(-z)` stood there: the division comes before the sum. The whole
    denominator wants brackets."""
    return 1 / 1 + np.exp(-z)


@worth(0)
def sigmoid__plus_one_missing(z):
    """You return e^z: the 1 in the denominator is missing. The sigmoid never exceeds 1."""
    return 1 / np.exp(-z)


@worth(0)
def sigmoid__half_of_one_plus_tanh(z):
    """Your curve is twice as steep as it should be. The sigmoid is (1 + tanh(z/2))/2, with the half of z."""
    return 0.5 * (1 + np.tanh(z))


@worth(0.76)
def sigmoid__clipped(z):
    """Far from 0 your sigmoid stops short of 0 and of 1: z is cut at ±20 or so, before the exponential. It is right to
    the last digit without that, where no exponent is positive."""
    return 1 / (1 + np.exp(-np.clip(z, -15, 15)))


@worth(0.75)
def sigmoid__half_left_out(z):
    """At z = 0 you return 0. The sigmoid is ½ there: one of the two forms has to hold at 0 too."""
    return np.where(z == 0, 0.0, _sigmoid(z))


@worth(0.79)
def sigmoid__in_place(z):
    """You write into the caller's own array. The caller may still need the old z. Make a new array."""
    z[...] = _sigmoid(z)
    return z


@worth(0.9)
def sigmoid__whole_number_buffer(z):
    """For whole numbers your result has lost its fractions. An array that is made *like* an argument has its type,
    and one of whole numbers keeps nothing else: ask for floats."""
    a = np.zeros_like(z)
    a[...] = _sigmoid(z)
    return a


# --- sigmoid_grad -------------------------------------------------------------------------------------------

@worth(0)
def sigmoid_grad__given_a(z):
    """You compute z (1 - z). That formula is right for a = σ(z), but this function is given z: apply the sigmoid
    first."""
    return z * (1 - z)


@worth(0)
def sigmoid_grad__value(z):
    """You return σ(z) itself, which at z = 0 is ½. The slope there is ¼: a factor is missing."""
    return sigmoid(z)


@worth(0)
def sigmoid_grad__square(z):
    """You return σ(z)², which keeps growing with z. A slope must vanish at both flat ends: the second factor is
    1 - σ(z)."""
    return sigmoid(z) ** 2


@worth(0)
def sigmoid_grad__rule_of_tanh(z):
    """You use tanh's rule, 1 - a². The sigmoid's is a (1 - a); at z = 0 it gives ¼."""
    return 1 - sigmoid(z) ** 2


@worth(0)
def sigmoid_grad__sign(z):
    """Your slopes are negative. The sigmoid rises everywhere, so its slope is positive everywhere: a (1 - a), not
    a (a - 1)."""
    return sigmoid(z) * (sigmoid(z) - 1)


@worth(0)
def sigmoid_grad__no_brackets(z):
    """Your slope is 0 everywhere: a * 1 - a is a - a. Python multiplies before it subtracts, so 1 - a needs
    brackets."""
    return sigmoid(z) * 1 - sigmoid(z)


@worth(0)
def sigmoid_grad__sigmoid_twice(z):
    """The sigmoid is applied twice: your values are the slope at σ(z), not at z. Compute a = σ(z) once and use
    a (1 - a)."""
    a = sigmoid(sigmoid(z))
    return a * (1 - a)


@worth(0.78)
def sigmoid_grad__inf_by_inf(z):
    """At z = -1000 your formula divides inf by inf, which is nan. Build the slope from your own `sigmoid`, which
    has no such trouble."""
    return np.exp(-z) / (1 + np.exp(-z)) ** 2


@worth(0)
def sigmoid_grad__half(z):
    """Your slope is twice what is asked for, and narrower or wider: at z = 0 it is ½. Build it from your own sigmoid:
    a (1 - a) is ¼ there."""
    return 0.5 * (1 - np.tanh(z / 2) ** 2)


@worth(0.78)
def sigmoid_grad__inf_on_the_right(z):
    """At z = 1000 your formula divides inf by inf, which is nan. Build the slope from your own `sigmoid`, which has no
    such trouble."""
    return np.exp(z) / (1 + np.exp(z)) ** 2


@worth(0)
def sigmoid_grad__of_the_exponential(z):
    """Your a is e^z: in the sigmoid inside, the 1 in the denominator is missing. Call the `sigmoid` that you have
    written."""
    a = 1 / np.exp(-z)
    return a * (1 - a)


# --- tanh_grad ----------------------------------------------------------------------------------------------

@worth(0)
def tanh_grad__given_a(z):
    """You compute 1 - z². That formula is right for a = tanh(z), but this function is given z: apply tanh
    first."""
    return 1 - z ** 2


@worth(0)
def tanh_grad__no_square(z):
    """You compute 1 - tanh(z): the square is missing. At z = -2 the curve is nearly flat, so its slope must be
    small."""
    return 1 - np.tanh(z)


@worth(0)
def tanh_grad__rule_of_sigmoid(z):
    """You use the sigmoid's rule, a (1 - a). tanh's slope at z = 0 is 1."""
    return np.tanh(z) * (1 - np.tanh(z))


@worth(0)
def tanh_grad__square_of_difference(z):
    """You compute (1 - tanh z)², which is not small at z = -2, where the curve is flat. Square tanh first, then
    subtract."""
    return (1 - np.tanh(z)) ** 2


@worth(0)
def tanh_grad__square_inside(z):
    """You square z and then take tanh. It is tanh that is squared: first np.tanh, then ** 2."""
    return 1 - np.tanh(z ** 2)


@worth(0)
def tanh_grad__sign(z):
    """Your slopes are negative. tanh rises everywhere: it is 1 - tanh²(z), not tanh²(z) - 1."""
    return np.tanh(z) ** 2 - 1


@worth(0)
def tanh_grad__value(z):
    """You return tanh(z) itself. Asked for is its slope, which is 1 at z = 0."""
    return np.tanh(z)


@worth(0.92)
def tanh_grad__overflow(z):
    """Your values are right, but NumPy warns: the exponential of 1000 overflows (cosh has one inside). Build the
    slope from np.tanh."""
    return 1 / np.cosh(z) ** 2


@worth(0)
def tanh_grad__tanh_twice(z):
    """tanh is applied twice: your values are the slope at tanh(z), not at z. Compute a = tanh(z) once and use
    1 - a²."""
    return 1 - np.tanh(np.tanh(z)) ** 2


@worth(0)
def tanh_grad__size_for_square(z):
    """You subtract the *size* of tanh(z) from 1, not its square. The square is the smaller of the two."""
    return 1 - np.abs(np.tanh(z))


# --- saturated_fraction -------------------------------------------------------------------------------------

@worth(0.09)
def saturated_fraction__upper_end_only(a, threshold=0.97):
    """You count only the upper flat end. Outputs near -1 are as saturated as those near 1: take the absolute
    value."""
    return float(np.mean(a > threshold))


@worth(0.82)
def saturated_fraction__threshold_included(a, threshold=0.97):
    """You count outputs *at* the threshold as well (`>=`). Asked for is: greater than it."""
    return float(np.mean(np.abs(a) >= threshold))


@worth(0.09)
def saturated_fraction__count(a, threshold=0.97):
    """You return how many outputs are saturated. Asked for is their share of all outputs, between 0 and 1."""
    return float(np.sum(np.abs(a) > threshold))


@worth(0.09)
def saturated_fraction__percent(a, threshold=0.97):
    """Your result is a hundred times too large: a percentage. Asked for is a fraction between 0 and 1."""
    return 100 * float(np.mean(np.abs(a) > threshold))


@worth(0.64)
def saturated_fraction__fixed_threshold(a, threshold=0.97):
    """You always compare with 0.97. The caller may pass another `threshold`: use it."""
    return float(np.mean(np.abs(a) > 0.97))


@worth(0)
def saturated_fraction__the_others(a, threshold=0.97):
    """You count the outputs that are *not* saturated. Turn the comparison round."""
    return float(np.mean(np.abs(a) < threshold))


@worth(0.45)
def saturated_fraction__rows_only(a, threshold=0.97):
    """You divide by the number of rows (`len`). Divide by the number of all entries: `a.size`, or take the mean of
    the comparison."""
    return float(np.sum(np.abs(a) > threshold) / len(a))


@worth(0.27)
def saturated_fraction__tanh_again(a, threshold=0.97):
    """You apply tanh to `a`. `a` already holds *outputs* of tanh: compare them as they are."""
    return float(np.mean(np.abs(np.tanh(a)) > threshold))


@worth(0.45)
def saturated_fraction__column_by_column(a, threshold=0.97):
    """Of a table you return one number for each column: the sum runs down the rows only, as Python's own `sum` does,
    or with `axis=0`. One share of all entries is asked for."""
    return np.sum(np.abs(a) > threshold, axis=0) / a.size


# --- relu ---------------------------------------------------------------------------------------------------

@worth(0)
def relu__absolute(z):
    """-2 becomes 2: that is the absolute value. ReLU turns negative entries into 0."""
    return np.abs(z)


@worth(0)
def relu__negative_part(z):
    """You keep the negative entries and drop the positive ones. It is the other way round: max(z, 0)."""
    return np.minimum(z, 0)


@worth(0.11)
def relu__step(z):
    """You return 1 where z is positive: that is ReLU's *slope*. Asked for is z itself there."""
    return (z > 0).astype(float)


@worth(0)
def relu__dropped(z):
    """Negative entries are gone from your result instead of being 0, so that its shape has changed. Keep every
    entry's place."""
    return z[z >= 0]


@worth(0.11)
def relu__capped(z):
    """Your values stop at 1. ReLU has no upper end: a positive entry stays what it is."""
    return np.clip(z, 0, 1)


@worth(0)
def relu__leaky(z):
    """Negative entries come back a little below 0: that is the leaky ReLU, which comes later. Here they become
    exactly 0."""
    return np.where(z > 0, z, 0.01 * z)


@worth(0)
def relu__largest_entry(z):
    """You return a single number. max in Python, and z.max(), look for the largest entry; asked for is max(z, 0)
    for *each* entry: np.maximum, or np.where."""
    return max(float(z.max()), 0.0)


@worth(0)
def relu__python_max(z):
    """Python's own `max(z, 0)` compares the whole array with 0 and cannot say which is larger ("the truth value is
    ambiguous"). `np.maximum` compares entry by entry."""
    return max(z, 0)


@worth(0)
def relu__zero_as_axis(z):
    """Entries are gone: `np.max(z, 0)` takes the 0 for an *axis* and returns the largest entry of each column.
    `np.maximum(z, 0)` compares entry by entry."""
    return np.max(z, 0)


@worth(0.22)
def relu__softplus(z):
    """z = 0 gives 0.69: that is softplus, a smooth relative. ReLU has a sharp bend, and is exactly 0 there."""
    return np.logaddexp(0, z)


@worth(0.82)
def relu__in_place(z):
    """You set entries of the caller's own array to 0. The caller may still need the old z, and in
    backpropagation it does. Make a new array."""
    z[z < 0] = 0
    return z


@worth(0)
def relu__zero_first(z):
    """NumPy takes `z` for an *axis*, as in `np.max(0, z)`: the largest entry of 0. `np.maximum` compares entry by
    entry."""
    return np.max(0, z)


@worth(0.78)
def relu__capped_at_six(z):
    """Your values stop at 6: that is ReLU6, a relative. ReLU has no upper end."""
    return np.clip(z, 0, 6)


@worth(0.33)
def relu__one_row(z):
    """Your result is one long row, or a table is not possible at all: Python's `max` went through the entries one by
    one. `np.maximum` keeps the shape."""
    return np.array([max(x, 0.0) for x in z.ravel()])


@worth(0.1)
def relu__whole_numbers(z):
    """Your values have lost their fractions: they were turned to whole numbers. Keep them as they are."""
    return np.maximum(z, 0).astype(int)


# --- relu_grad ----------------------------------------------------------------------------------------------

@worth(0.83)
def relu_grad__one_at_zero(z):
    """At z = 0 you return 1. ReLU has no derivative there; some texts take 1, this course takes 0. So: z > 0,
    not z >= 0."""
    return (z >= 0).astype(float)


@worth(0.83)
def relu_grad__half_at_zero(z):
    """At z = 0 you return ½, the middle of the two slopes. That too would be a subgradient, but this course
    takes 0."""
    return np.heaviside(z, 0.5)


@worth(0)
def relu_grad__value(z):
    """You return relu(z) itself. Asked for is its slope: 1 on the right of the bend, 0 on the left."""
    return np.maximum(z, 0)


@worth(0)
def relu_grad__sign_function(z):
    """Your slope is -1 for negative z. ReLU is flat there, not falling: 0."""
    return np.sign(z)


@worth(0)
def relu_grad__all_ones(z):
    """Your slope is 1 everywhere. On the negative side ReLU is constant, and a constant has slope 0."""
    return np.ones_like(z)


@worth(0)
def relu_grad__turned_round(z):
    """Your slope is 1 for negative z and 0 for positive z. Turn the comparison round."""
    return (z < 0).astype(float)


@worth(0)
def relu_grad__masked_input(z):
    """Where ReLU lets z through, you return z; the slope of a straight line through the origin, a = z, is 1
    whatever z is. On the other side you return 1: it is 0 there."""
    return np.where(z > 0, z, 1.0)


@worth(0)
def relu_grad__not_zero(z):
    """Your slope is 1 for negative z too: everything that is not 0 counts. That test is right for *outputs* of ReLU;
    this function is given z, so ask for z > 0."""
    return (z != 0).astype(float)


@worth(0.83)
def relu_grad__quotient(z):
    """At z = 0 you divide 0 by 0, which is nan. A comparison needs no division."""
    return np.maximum(z, 0) / np.abs(z)


@worth(0.83)
def relu_grad__nearly_zero(z):
    """A z that is positive but tiny has slope 0 in your function. The kink is at 0 and nowhere else: compare with
    0 itself."""
    return (z > 1e-6).astype(float)


@worth(0.86)
def relu_grad__in_place(z):
    """You write the slopes into the caller's own array. The caller may still need the old z. Make a new array."""
    slope = (z > 0).astype(float)
    z[...] = slope
    return slope


# --- dead_fraction ------------------------------------------------------------------------------------------

def _finite(A):
    if not np.all(np.isfinite(A)):
        raise ValueError("not finite")


@worth(0.4)
def dead_fraction__one_example(A):
    """You look at one example only. A unit that is 0 on one example is doing its work; dead means 0 on *every*
    row."""
    _finite(A)
    return float(np.mean(A[0] == 0))


@worth(0.4)
def dead_fraction__zero_entries(A):
    """You return the share of zeros among all entries: that is *sparsity*, which is normal. Dead is a property
    of a unit, of a whole column: ask for each unit whether all its rows are 0."""
    _finite(A)
    return float(np.mean(A == 0))


@worth(0)
def dead_fraction__dead_examples(A):
    """You go along the wrong axis: you count examples on which all units are silent. A unit is a column; its
    rows are the examples."""
    _finite(A)
    return float(np.mean(np.all(A == 0, axis=1)))


@worth(0)
def dead_fraction__dead_examples_not_positive(A):
    """Two things: you go along the wrong axis, so you count examples, not units; and you count outputs below 0 as
    dead, where dead means exactly 0. A unit is a column."""
    _finite(A)
    return float(np.mean(np.all(A <= 0, axis=1)))


@worth(0)
def dead_fraction__sum_of_each_example(A):
    """You go along the wrong axis: you add up each row, which is an example. A unit is a column; and test its
    entries, since outputs of both signs can add up to 0."""
    _finite(A)
    return float(np.mean(A.sum(axis=1) == 0))


@worth(0)
def dead_fraction__any_in_an_example(A):
    """You count examples on which *any* unit is silent. Turn both round: for each unit, which is a column, ask
    whether *all* its rows are 0."""
    _finite(A)
    return float(np.mean(np.any(A == 0, axis=1)))


@worth(0.4)
def dead_fraction__any(A):
    """You count a unit as dead if it is 0 on *any* example. It must be 0 on all of them."""
    _finite(A)
    return float(np.mean(np.any(A == 0, axis=0)))


@worth(0.89)
def dead_fraction__sum_is_zero(A):
    """You test whether a unit's outputs *add up* to 0. With a leaky ReLU, 1 and -1 cancel and the unit is alive.
    Test the entries."""
    _finite(A)
    return float(np.mean(A.sum(axis=0) == 0))


@worth(0.89)
def dead_fraction__not_positive(A):
    """You count units that are never positive. With a leaky ReLU, a unit with negative outputs is alive. Dead
    means exactly 0."""
    _finite(A)
    return float(np.mean(np.all(A <= 0, axis=0)))


@worth(0.75)
def dead_fraction__nan_is_alive(A):
    """You give a number for activations that hold nan or inf. Such a run has diverged, and its units are neither
    dead nor alive: raise ValueError."""
    return float(np.mean(np.all(A == 0, axis=0)))


@worth(0.85)
def dead_fraction__inf_is_alive(A):
    """nan is turned away, but inf passes: `np.isnan` does not see it. A run with inf has diverged as well;
    `np.isfinite` sees both."""
    if np.any(np.isnan(A)):
        raise ValueError("not a number")
    return float(np.mean(np.all(A == 0, axis=0)))


@worth(0)
def dead_fraction__if_on_an_array(A):
    """An `if` wants one answer, but np.isfinite(A) has one for each entry ("the truth value is ambiguous"). Ask
    whether *all* of them are finite: np.all."""
    if not np.isfinite(A):
        raise ValueError
    return float(np.mean(np.all(A == 0, axis=0)))


@worth(0)
def dead_fraction__count(A):
    """You return how many units are dead. Asked for is their share of all units, between 0 and 1."""
    _finite(A)
    return float(np.sum(np.all(A == 0, axis=0)))


@worth(0.95)
def dead_fraction__nearly_zero(A):
    """Units whose outputs are tiny count as dead. Dead is *exactly* 0: compare with 0 itself, without a tolerance."""
    _finite(A)
    return float(np.mean(np.all(np.abs(A) < 1e-8, axis=0)))


@worth(0.9)
def dead_fraction__largest_is_zero(A):
    """A unit whose outputs are 0 and below counts as dead: you look at the largest one alone. Negative outputs are
    alive."""
    _finite(A)
    return float(np.mean(A.max(axis=0) == 0))


@worth(0.95)
def dead_fraction__minus_inf_is_alive(A):
    """nan and inf are turned away, but -inf passes. A run with -inf has diverged as well; `np.isfinite` sees all
    three."""
    if np.any(np.isnan(A)) or np.max(A) == np.inf:
        raise ValueError("not finite")
    return float(np.mean(np.all(A == 0, axis=0)))


# --- leaky_relu ---------------------------------------------------------------------------------------------

@worth(0.82)
def leaky_relu__maximum(z, slope=0.01):
    """With a slope above 1 your bend is upside down: max(z, slope·z) takes the wrong piece. Choose by the sign
    of z instead of by the larger value."""
    return np.maximum(z, slope * z)


@worth(0.82)
def leaky_relu__other_default(z, slope=0.1):
    """Without a second argument you use another slope than 0.01. The default stands in the signature: leave it
    as it is."""
    return np.where(z > 0, z, slope * z)


@worth(0.18)
def leaky_relu__fixed_slope(z, slope=0.01):
    """You always use 0.01. The caller may pass another `slope`: use it."""
    return np.where(z > 0, z, 0.01 * z)


@worth(0.09)
def leaky_relu__constant(z, slope=0.01):
    """On the negative side you return the number `slope` itself. Asked for is slope · z, a line through the
    origin."""
    return np.where(z > 0, z, slope)


@worth(0.09)
def leaky_relu__rises_to_the_left(z, slope=0.01):
    """Negative z give a value of the wrong sign: you multiply by -slope. With slope 0.01, z = -2 gives -0.02."""
    return np.where(z > 0, z, -slope * z)


@worth(0)
def leaky_relu__wrong_side(z, slope=0.01):
    """You multiply the positive entries by the slope as well. They stay as they are; only the negative side
    leaks."""
    return slope * z


@worth(0.09)
def leaky_relu__no_leak(z, slope=0.01):
    """Negative entries come back as 0: that is plain ReLU. They are to be multiplied by `slope`."""
    return np.maximum(z, 0)


@worth(0.79)
def leaky_relu__in_place(z, slope=0.01):
    """You write into the caller's own array. The caller may still need the old z. Make a new array."""
    z[z < 0] *= slope
    return z


@worth(0.82)
def leaky_relu__size_of_the_slope(z, slope=0.01):
    """A negative slope counts as a positive one. The negative side is slope · z, whatever the slope's sign."""
    return np.where(z > 0, z, abs(slope) * z)


@worth(0.1)
def leaky_relu__leak_added(z, slope=0.01):
    """On the positive side your result is too large by slope · z: the leak is added everywhere. It belongs to the
    negative side alone."""
    return np.maximum(z, 0) + slope * z


@worth(0)
def leaky_relu__leaks_on_the_right(z, slope=0.01):
    """The two sides are exchanged: negative entries become 0, and the positive ones are multiplied by `slope`."""
    return np.where(z > 0, slope * z, 0)


@worth(0.1)
def leaky_relu__elu(z, slope=0.01):
    """The negative side is a curve that flattens: that is the ELU, a relative. Here it is a straight line, slope ·
    z."""
    return np.where(z > 0, z, slope * (np.exp(np.minimum(z, 0)) - 1))


@worth(0)
def leaky_relu__if_on_an_array(z, slope=0.01):
    """An `if` asks one question and wants one answer, but z holds many numbers ("the truth value is ambiguous").
    `np.where` asks for each entry."""
    return z if z > 0 else slope * z


@worth(0.9)
def leaky_relu__zero_for_none(z, slope=0.01):
    """A slope of 0 is taken for none at all, and the default stands in: `slope or 0.01` does that. 0 is a slope like
    any other."""
    return np.where(z > 0, z, (slope or 0.01) * z)


@worth(0.92)
def leaky_relu__whole_number_buffer(z, slope=0.01):
    """For whole numbers your result has lost its fractions. An array that is made *like* an argument has its type,
    and one of whole numbers keeps nothing else: ask for floats."""
    a = np.zeros_like(z)
    a[...] = np.where(z > 0, z, slope * z)
    return a


@worth(0.92)
def leaky_relu__copy_of_whole_numbers(z, slope=0.01):
    """For whole numbers NumPy refuses to write fractions into your copy of z: a copy has the type of z. Ask for
    floats, or make the result with `np.where`."""
    a = z.copy()
    a[z < 0] *= slope
    return a


# --- prelu_backward -----------------------------------------------------------------------------------------

@worth(0.44)
def prelu_backward__not_summed(dout, z, slope):
    """Your dslope is an array. One slope is shared by all entries, and each of them sends its part of the
    gradient: add the parts up to one number."""
    return dout * np.where(z > 0, 1.0, slope), dout * np.minimum(z, 0)


@worth(0.51)
def prelu_backward__positive_side_too(dout, z, slope):
    """Your dslope counts the positive entries as well. There the output is z, whatever the slope is, so they
    send nothing."""
    return dout * np.where(z > 0, 1.0, slope), float(np.sum(dout * z))


@worth(0.51)
def prelu_backward__mean(dout, z, slope):
    """Your dslope is a mean. The 1/n of the loss is already in dout: add the parts up, and do not divide again."""
    return dout * np.where(z > 0, 1.0, slope), float(np.mean(dout * np.minimum(z, 0)))


@worth(0.44)
def prelu_backward__dslope_without_dout(dout, z, slope):
    """Your dslope does not depend on dout. By the chain rule each negative z is multiplied by the gradient that
    arrives at its output."""
    return dout * np.where(z > 0, 1.0, slope), float(np.sum(np.minimum(z, 0)))


@worth(0.44)
def prelu_backward__dslope_of_the_signs(dout, z, slope):
    """In your dslope each negative entry counts as 1. Its output is slope · z, so when the slope grows by 1 the
    output changes by z."""
    return dout * np.where(z > 0, 1.0, slope), float(np.sum(dout * (z < 0)))


@worth(0.44)
def prelu_backward__dslope_from_dz(dout, z, slope):
    """Your dslope is too small by the factor `slope`: it is built from dz, which holds the slope already. Multiply
    by what arrives at the output, dout."""
    dz = dout * np.where(z > 0, 1.0, slope)
    return dz, float(np.sum(dz * np.minimum(z, 0)))


@worth(0.44)
def prelu_backward__dslope_sign(dout, z, slope):
    """Your dslope has the wrong sign. On the negative side the output is slope · z with z below 0: a larger slope
    makes it *smaller*."""
    return dout * np.where(z > 0, 1.0, slope), -float(np.sum(dout * np.minimum(z, 0)))


@worth(0.44)
def prelu_backward__dz_without_dout(dout, z, slope):
    """Your dz is the slope of the curve alone. The chain rule multiplies it by the gradient that arrives, dout."""
    return np.where(z > 0, 1.0, slope), float(np.sum(dout * np.minimum(z, 0)))


@worth(0.51)
def prelu_backward__dz_of_relu(dout, z, slope):
    """Your dz is 0 on the negative side: that is ReLU's. The leak lets slope · dout through."""
    return dout * (z > 0), float(np.sum(dout * np.minimum(z, 0)))


@worth(0.44)
def prelu_backward__dz_times_value(dout, z, slope):
    """In your dz, dout is multiplied by the *output* of PReLU. The chain rule wants its slope: 1 on the positive
    side, `slope` on the negative."""
    return dout * np.where(z > 0, z, slope * z), float(np.sum(dout * np.minimum(z, 0)))


@worth(0.5)
def prelu_backward__divided_by_rows(dout, z, slope):
    """Your dslope is divided by the number of rows. The 1/n of the loss is already in dout: add the parts up, and do
    not divide again."""
    return dout * np.where(z > 0, 1.0, slope), float(np.sum(dout * np.minimum(z, 0))) / len(z)


@worth(0.65)
def prelu_backward__a_slope_for_each_column(dout, z, slope):
    """Of a table your dslope is one number for each column. One slope is shared by all units: add up over all entries,
    without `axis`."""
    return dout * np.where(z > 0, 1.0, slope), np.sum(dout * np.minimum(z, 0), axis=0)


@worth(0.97)
def prelu_backward__larger_of_two(dout, z, slope):
    """With a slope above 1 your dz has its two sides exchanged: you ask which of z and slope · z is larger. Ask for the
    sign of z."""
    return dout * np.where(z > slope * z, 1.0, slope), float(np.sum(dout * np.minimum(z, 0)))


@worth(0.94)
def prelu_backward__sign_of_the_output(dout, z, slope):
    """With a negative slope your dz is dout itself, on both sides: you ask for the sign of the *output*. Ask for the
    sign of z."""
    return dout * np.where(np.where(z > 0, z, slope * z) > 0, 1.0, slope), float(np.sum(dout * np.minimum(z, 0)))


@worth(0.94)
def prelu_backward__size_of_the_slope(dout, z, slope):
    """A negative slope counts as a positive one in your dz. The negative side has the slope `slope`, whatever its
    sign."""
    return dout * np.where(z > 0, 1.0, abs(slope)), float(np.sum(dout * np.minimum(z, 0)))


@worth(0.94)
def prelu_backward__whole_number_buffer(dout, z, slope):
    """For whole numbers your dz has lost its fractions. An array that is made *like* an argument has its type, and one
    of whole numbers keeps nothing else: ask for floats."""
    dz = np.zeros_like(dout)
    dz[...] = dout * np.where(z > 0, 1.0, slope)
    return dz, float(np.sum(dout * np.minimum(z, 0)))


@worth(0.94)
def prelu_backward__whole_number_slopes(dout, z, slope):
    """For a z of whole numbers your dz is 0 on the negative side. An array that is made *like* z (ones_like) has its
    type, and one of whole numbers makes 0 of a slope: ask for floats."""
    slopes = np.ones_like(z)
    slopes[z <= 0] = slope
    return dout * slopes, float(np.sum(dout * np.minimum(z, 0)))


@worth(0)
def prelu_backward__other_order(dout, z, slope):
    """The two results are there in the other order: dz comes first, then dslope."""
    return float(np.sum(dout * np.minimum(z, 0))), dout * np.where(z > 0, 1.0, slope)


# --- softmax ------------------------------------------------------------------------------------------------

@worth(0.68)
def softmax__no_shift(logits, axis=-1):
    """At logits of 1000 your exponentials overflow to inf, and inf/inf is nan. Subtract the largest logit of
    each row first: the probabilities stay the same."""
    e = np.exp(logits)
    return e / e.sum(axis=axis, keepdims=True)


@worth(0.68)
def softmax__shift_of_all(logits, axis=-1):
    """You subtract the largest of *all* logits. A row that lies far below it then becomes 0/0. Subtract from each
    row its own maximum (with `axis` and keepdims)."""
    e = np.exp(logits - logits.max())
    return e / e.sum(axis=axis, keepdims=True)


@worth(0.13)
def softmax__over_all(logits, axis=-1):
    """Your probabilities add up to 1 over the whole array. They must do so along `axis`, in each row by itself."""
    e = np.exp(logits - logits.max())
    return e / e.sum()


@worth(0.17)
def softmax__wrong_axis(logits, axis=-1):
    """Without an axis you normalise the columns, so that the examples of a batch compete with each other. The
    default is the last axis: each row adds up to 1."""
    return _softmax(logits, axis=0)


@worth(0.83)
def softmax__ignores_axis(logits, axis=-1):
    """You always normalise the last axis. The caller may pass another `axis`: use it in the maximum and in the
    sum."""
    return _softmax(logits)


@worth(0)
def softmax__sigmoids(logits, axis=-1):
    """Your values do not add up to 1: each entry goes through a sigmoid by itself. In a softmax they share one
    sum."""
    return _sigmoid(logits)


@worth(0)
def softmax__logarithms(logits, axis=-1):
    """You return logarithms of probabilities: they are negative. Take the exponential."""
    return np.log(_softmax(logits, axis) + 1e-300)


@worth(0)
def softmax__without_exponential(logits, axis=-1):
    """You divide the logits by their sum. Logits may be negative, and these shares then mean nothing: take
    exponentials first."""
    with np.errstate(all="ignore"):
        return logits / logits.sum(axis=axis, keepdims=True)


@worth(0.23)
def softmax__no_keepdims(logits, axis=-1):
    """The sum has lost an axis, so NumPy lays it along the rows instead of down them: an error for most shapes,
    and a silent wrong result for square ones. Sum with keepdims=True."""
    e = np.exp(logits - logits.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis)


@worth(0.23)
def softmax__no_keepdims_at_all(logits, axis=-1):
    """Maximum and sum have lost an axis, so NumPy lays them along the rows instead of down them: an error for most
    shapes, and a silent wrong result for square ones. Take both with keepdims=True."""
    e = np.exp(logits - logits.max(axis=axis))
    return e / e.sum(axis=axis)


@worth(0.23)
def softmax__maximum_without_keepdims(logits, axis=-1):
    """The maximum has lost an axis, so each row is shifted by the maxima of *other* rows: an error for most shapes,
    and a silent wrong result for square ones. Take it with keepdims=True."""
    e = np.exp(logits - logits.max(axis=axis))
    return e / e.sum(axis=axis, keepdims=True)


@worth(0.89)
def softmax__in_place(logits, axis=-1):
    """You subtract the maximum inside the caller's own array (`-=`). The caller still needs the logits. Make a
    new array."""
    logits -= logits.max(axis=axis, keepdims=True)
    e = np.exp(logits)
    return e / e.sum(axis=axis, keepdims=True)


@worth(0.84)
def softmax__mean_shift(logits, axis=-1):
    """Each row is shifted by its mean. Where one logit is far above the others, exp still overflows: shift by the
    row's largest logit, so that no exponent is positive."""
    e = np.exp(logits - logits.mean(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


@worth(0.84)
def softmax__min_shift(logits, axis=-1):
    """Each row is shifted by its smallest logit: then the largest exponent grows, and exp overflows. Shift by the
    row's largest, so that no exponent is positive."""
    e = np.exp(logits - logits.min(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


@worth(0)
def softmax__exponential_of_the_share(logits, axis=-1):
    """You take the exponential of the quotient. The exponentials come first, then each is divided by their sum."""
    with np.errstate(all="ignore"):
        return np.exp(logits / logits.sum(axis=axis, keepdims=True))


@worth(0)
def softmax__length_one(logits, axis=-1):
    """The *squares* of your values add up to 1: you divide by the length. Divide by the sum."""
    e = np.exp(logits - logits.max(axis=axis, keepdims=True))
    return e / np.sqrt((e ** 2).sum(axis=axis, keepdims=True))


@worth(0.13)
def softmax__unshifted_over_all(logits, axis=-1):
    """Two things: your probabilities add up to 1 over the whole array, not along `axis`; and at logits of 1000 the
    exponentials overflow. Each row has a maximum and a sum of its own."""
    e = np.exp(logits)
    return e / e.sum()


@worth(0.95)
def softmax__last_or_first_axis_only(logits, axis=-1):
    """With three axes, an axis in the middle is taken for the last one. Pass `axis` on to the maximum and to the
    sum."""
    return _softmax(logits, axis=0 if axis == 0 else -1)


@worth(0.95)
def softmax__whole_number_buffer(logits, axis=-1):
    """For whole numbers your result has lost its fractions. An array that is made *like* an argument has its type,
    and one of whole numbers keeps nothing else: ask for floats."""
    p = np.empty_like(logits)
    p[...] = _softmax(logits, axis)
    return p


# --- softmax_cross_entropy_grad -----------------------------------------------------------------------------

def _onehot(logits, labels):
    return np.eye(logits.shape[1])[labels]


@worth(0.12)
def softmax_cross_entropy_grad__not_divided(logits, labels):
    """Your gradient grows with the batch. The loss is a mean over the n rows, so its gradient is divided by n."""
    return softmax(logits) - _onehot(logits, labels)


@worth(0)
def softmax_cross_entropy_grad__all_entries(logits, labels):
    """You divide by n·C, the number of all entries. The loss is a mean over the n rows: divide by n."""
    return (softmax(logits) - _onehot(logits, labels)) / logits.size


@worth(0)
def softmax_cross_entropy_grad__sign(logits, labels):
    """Your gradient has the wrong sign. At the right class it must be negative: raising that logit lowers the
    loss."""
    return (_onehot(logits, labels) - softmax(logits)) / len(logits)


@worth(0)
def softmax_cross_entropy_grad__no_onehot(logits, labels):
    """You return the probabilities alone. Each of your rows adds up to 1/n; a right one adds up to 0, since the
    right class has 1 taken away."""
    return softmax(logits) / len(logits)


@worth(0)
def softmax_cross_entropy_grad__logits_for_p(logits, labels):
    """You subtract the one-hot rows from the *logits*. Turn the logits into probabilities first."""
    return (logits - _onehot(logits, labels)) / len(logits)


@worth(0)
def softmax_cross_entropy_grad__diagonal(logits, labels):
    """You multiply by p (1 - p) as if each probability depended on its own logit alone. In a softmax every logit
    moves every probability; when all of that is added up, p - onehot remains."""
    p = softmax(logits)
    return (p - _onehot(logits, labels)) * p * (1 - p) / len(logits)


@worth(0.12)
def softmax_cross_entropy_grad__all_columns(logits, labels):
    """`p[:, labels] -= 1` touches the columns of *all* labels in every row. Pair each row with its own label:
    index with the row numbers as well."""
    p = softmax(logits)
    p[:, labels] -= 1
    return p / len(logits)


@worth(0)
def softmax_cross_entropy_grad__rows_of_labels(logits, labels):
    """`p[labels] -= 1` takes labels for *row* numbers and changes whole rows. Each label is a column, paired with
    its own row: index with both."""
    p = softmax(logits)
    p[labels] -= 1
    return p / len(labels)


@worth(0)
def softmax_cross_entropy_grad__axis_0(logits, labels):
    """The softmax runs down the columns, so that the examples of a batch compete. Each row is one example:
    normalise along the last axis."""
    return (softmax(logits, axis=0) - _onehot(logits, labels)) / len(logits)


@worth(0.83)
def softmax_cross_entropy_grad__overflow(logits, labels):
    """At logits of 1000 the exponential overflows, and inf/inf is nan. Use your own `softmax`, which subtracts
    each row's maximum."""
    e = np.exp(logits)
    return (e / e.sum(axis=1, keepdims=True) - _onehot(logits, labels)) / len(logits)


@worth(0)
def softmax_cross_entropy_grad__labels_subtracted(logits, labels):
    """You subtract the labels themselves, whole numbers, or NumPy refuses to. A label is the *place* at which 1 is
    taken away: make one-hot rows of the labels."""
    return (softmax(logits) - labels) / len(logits)


@worth(0)
def softmax_cross_entropy_grad__labels_as_a_column(logits, labels):
    """From each row its label is subtracted, as a number and in all columns. A label is the *place* at which 1 is
    taken away: make one-hot rows of the labels."""
    return (softmax(logits) - labels[:, None]) / len(logits)


@worth(0)
def softmax_cross_entropy_grad__doubled(logits, labels):
    """Your gradient is twice what is asked for. Cross-entropy has no square, so no 2 comes in."""
    return 2 * (softmax(logits) - _onehot(logits, labels)) / len(logits)


@worth(0)
def softmax_cross_entropy_grad__at_the_probabilities(logits, labels):
    """You stop at the probabilities: -1/p at the right class is the slope there. The chain rule goes on through the
    softmax to the logits, and p - onehot comes out."""
    with np.errstate(all="ignore"):
        return -_onehot(logits, labels) / softmax(logits) / len(logits)


@worth(0.12)
def softmax_cross_entropy_grad__divided_by_classes(logits, labels):
    """You divide by C, the number of classes. The loss is a mean over the n rows: divide by n."""
    return (softmax(logits) - _onehot(logits, labels)) / logits.shape[1]


@worth(0)
def softmax_cross_entropy_grad__right_class_only(logits, labels):
    """Your gradient is 0 but for the right classes. The other logits count too: each has its probability as slope."""
    onehot = _onehot(logits, labels)
    return onehot * (softmax(logits) - onehot) / len(logits)


@worth(0.78)
def softmax_cross_entropy_grad__highest_label(logits, labels):
    """The one-hot rows have as many columns as the highest label asks for, and not one for each class: where the last
    class does not occur, they do not fit. The logits say how many classes there are."""
    return (softmax(logits) - np.eye(labels.max() + 1)[labels]) / len(logits)


@worth(0.89)
def softmax_cross_entropy_grad__in_place(logits, labels):
    """You subtract the maximum inside the caller's own array (`-=`). Make a new array."""
    logits -= logits.max(axis=1, keepdims=True)
    return (softmax(logits) - _onehot(logits, labels)) / len(logits)


@worth(0.95)
def softmax_cross_entropy_grad__whole_number_buffer(logits, labels):
    """For logits that are whole numbers your gradient has lost its fractions. An array that is made *like* an argument
    has its type, and one of whole numbers keeps nothing else: ask for floats."""
    grad = np.zeros_like(logits)
    grad[...] = (softmax(logits) - _onehot(logits, labels)) / len(logits)
    return grad
