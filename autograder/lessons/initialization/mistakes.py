"""Known wrong programs of the lesson `initialization`. A docstring is what the learner is told."""

import numpy as np

from autograder.lessons.activations.solutions import relu, relu_grad, softmax_cross_entropy_grad
from autograder.lessons.exercise import worth
from autograder.lessons.gradients.solutions import adam_step, backward, clip_by_global_norm
from autograder.lessons.initialization.solutions import he_normal, he_uniform, xavier_normal, xavier_uniform
from autograder.lessons.loss.solutions import cross_entropy, minibatches
from autograder.lessons.weights.solutions import forward

# --- distinct_units -----------------------------------------------------------------------------------------

@worth(0.03)
def distinct_units__rows(W):
    """You count different *rows*. A unit's incoming weights are a column of W: row i holds what goes out of input i."""
    return len(np.unique(W, axis=0))


@worth(0.03)
def distinct_units__entries(W):
    """You count different *numbers*. Two units can be twins although the weights of each differ among themselves:
    compare whole columns."""
    return len(np.unique(W))


@worth(0.68)
def distinct_units__rank(W):
    """You return the rank of W. A column that is twice another does not raise the rank, yet it is a unit of its own:
    its output differs."""
    return int(np.linalg.matrix_rank(W))


@worth(0.8)
def distinct_units__any_order(W):
    """You take two units for the same if they have the same weights in *any* order. Which weight belongs to which
    input matters: compare entry by entry."""
    return len({tuple(sorted(column)) for column in W.T})


@worth(0.83)
def distinct_units__first_row(W):
    """You compare the units by their first weight only. Twins agree in *all* their incoming weights."""
    return len(np.unique(W[0]))


@worth(0)
def distinct_units__repeats(W):
    """You count how many units are copies of an earlier one. Count the different kinds: all units minus those."""
    return W.shape[1] - len(np.unique(W, axis=1).T)


@worth(0.14)
def distinct_units__without_twin(W):
    """You count only units that have no twin at all. A group of twins is one kind of unit: it counts once."""
    _, counts = np.unique(W, axis=1, return_counts=True)
    return int(np.sum(counts == 1))


@worth(0.2)
def distinct_units__neighbours(W):
    """You compare each unit with its left neighbour only. Twins need not stand side by side."""
    return 1 + int(np.sum(np.any(W[:, 1:] != W[:, :-1], axis=0)))


@worth(0.9)
def distinct_units__nearly_equal(W):
    """Units that differ by very little count as the same: your comparison has a tolerance, or it rounds. The same is
    *equal* here, in every entry."""
    return len({tuple(np.round(column, 5)) for column in W.T})


@worth(0.61)
def distinct_units__others_than_the_first(W):
    """You compare each unit with the first one only. Two later units may be twins of one another too."""
    return 1 + int(np.sum(np.any(W != W[:, :1], axis=0)))


@worth(0.8)
def distinct_units__sizes(W):
    """A unit and its negative count as the same: you compare absolute values. A weight's sign matters."""
    return len({tuple(np.abs(column)) for column in W.T})


# --- activation_std -----------------------------------------------------------------------------------------

@worth(0.08)
def activation_std__of_z(X, layers, activation):
    """You measure z, before the activation. What the next layer sees is a = f(z): `forward` returns both lists."""
    zs, _ = forward(X, layers, activation)
    return [float(z.std()) for z in zs[:-1]]


@worth(0)
def activation_std__with_input(X, layers, activation):
    """Your list begins with the std of X. X is what the first layer takes in, not a hidden layer: leave it out."""
    _, activations = forward(X, layers, activation)
    return [float(a.std()) for a in activations]


@worth(0)
def activation_std__with_output(X, layers, activation):
    """Your list has one entry too many: it goes on to the last layer. That one gives the logits and is not hidden."""
    zs, activations = forward(X, layers, activation)
    return [float(a.std()) for a in activations[1:]] + [float(zs[-1].std())]


@worth(0.08)
def activation_std__variance(X, layers, activation):
    """Your numbers are the squares of what is asked for: variances. The standard deviation is their root."""
    _, activations = forward(X, layers, activation)
    return [float(a.var()) for a in activations[1:]]


@worth(0.08)
def activation_std__root_mean_square(X, layers, activation):
    """You take the root of the mean *square*. The standard deviation measures distances from the mean: it is less
    wherever the activations are not centred at 0."""
    _, activations = forward(X, layers, activation)
    return [float(np.sqrt(np.mean(a**2))) for a in activations[1:]]


@worth(0.08)
def activation_std__unit_by_unit(X, layers, activation):
    """You take the std of each unit over the batch and average those. One number over all rows and all units together
    is asked for: no axis."""
    _, activations = forward(X, layers, activation)
    return [float(a.std(axis=0).mean()) for a in activations[1:]]


@worth(0.08)
def activation_std__one_less(X, layers, activation):
    """You divide by the number of entries minus 1 (`ddof=1`). Divide by their number, as `np.std` does by itself."""
    _, activations = forward(X, layers, activation)
    return [float(a.std(ddof=1)) for a in activations[1:]]


@worth(0.08)
def activation_std__first_example_only(X, layers, activation):
    """You measure the first example alone. All rows and all units of a layer count together."""
    return [float(a[0].std()) for a in forward(X, layers, activation)[1][1:]]


@worth(0.38)
def activation_std__always_tanh(X, layers, activation):
    """You apply tanh, whatever activation is given. The function to apply is the third argument."""
    return [float(a.std()) for a in forward(X, layers, np.tanh)[1][1:]]


# --- xavier_normal ------------------------------------------------------------------------------------------

@worth(0)
def xavier_normal__variance_as_scale(fan_in, fan_out, rng):
    """Your spread is far too small: 2/(fan_in + fan_out) is the *variance*, and `rng.normal` wants the standard
    deviation, its root."""
    return rng.normal(0, 2 / (fan_in + fan_out), size=(fan_in, fan_out))


@worth(0)
def xavier_normal__fan_in_only(fan_in, fan_out, rng):
    """Your variance is 1/fan_in, which many texts call Xavier. It is the same only where fan_in = fan_out: it keeps the
    activations level and forgets the gradients, which need 1/fan_out. Xavier's takes both fans."""
    return rng.normal(0, np.sqrt(1 / fan_in), size=(fan_in, fan_out))


@worth(0)
def xavier_normal__fan_out_only(fan_in, fan_out, rng):
    """Your variance is 1/fan_out. That keeps the gradients level and forgets the activations; Xavier's takes both
    fans."""
    return rng.normal(0, np.sqrt(1 / fan_out), size=(fan_in, fan_out))


@worth(0)
def xavier_normal__he(fan_in, fan_out, rng):
    """Your variance is 2/fan_in. That is He's, for ReLU. Xavier's has both fans in the denominator."""
    return rng.normal(0, np.sqrt(2 / fan_in), size=(fan_in, fan_out))


@worth(0)
def xavier_normal__no_brackets(fan_in, fan_out, rng):
    """Your weights are huge: `2 / fan_in + fan_out` divides first and adds fan_out then. The sum of the fans needs
    brackets."""
    return rng.normal(0, np.sqrt(2 / fan_in + fan_out), size=(fan_in, fan_out))


@worth(0)
def xavier_normal__no_two(fan_in, fan_out, rng):
    """Your variance is 1/(fan_in + fan_out), half of what is asked for: the *mean* of the fans belongs below the 1, and
    that is half their sum."""
    return rng.normal(0, np.sqrt(1 / (fan_in + fan_out)), size=(fan_in, fan_out))


@worth(0)
def xavier_normal__rand(fan_in, fan_out, rng):
    """Your weights are all positive: `rng.random` draws from 0 to 1. Draw from a normal distribution of mean 0."""
    return rng.random((fan_in, fan_out)) * np.sqrt(2 / (fan_in + fan_out))


@worth(0.88)
def xavier_normal__uniform(fan_in, fan_out, rng):
    """Your weights have the right spread and come from a uniform distribution (kurtosis 1.8). The normal one is
    asked for here; the uniform one is the next exercise."""
    bound = np.sqrt(6 / (fan_in + fan_out))
    return rng.uniform(-bound, bound, size=(fan_in, fan_out))


@worth(0)
def xavier_normal__transposed(fan_in, fan_out, rng):
    """Your W has the shape (fan_out, fan_in). In this course inputs are rows of W and units its columns."""
    return rng.normal(0, np.sqrt(2 / (fan_in + fan_out)), size=(fan_out, fan_in))


@worth(0.74)
def xavier_normal__global_seed(fan_in, fan_out, rng):
    """You seed NumPy's global generator and draw from it. Every layer then starts with the same numbers, and whoever
    else uses np.random is disturbed. Draw from the `rng` you are given."""
    np.random.seed(0)
    return np.random.normal(0, np.sqrt(2 / (fan_in + fan_out)), size=(fan_in, fan_out))


@worth(0.81)
def xavier_normal__np_random(fan_in, fan_out, rng):
    """You draw from `np.random` and not from the `rng` you are given: the same seed gives other weights each time, so
    nobody can repeat your run."""
    return np.random.normal(0, np.sqrt(2 / (fan_in + fan_out)), size=(fan_in, fan_out))


@worth(0.77)
def xavier_normal__own_generator(fan_in, fan_out, rng):
    """You make a generator of your own inside the function: whatever seed the caller chose, the weights are always the
    same. Draw from the `rng` you are given."""
    return np.random.default_rng(0).normal(0, np.sqrt(2 / (fan_in + fan_out)), size=(fan_in, fan_out))


@worth(0.97)
def xavier_normal__float32(fan_in, fan_out, rng):
    """Your weights are float32. This course computes in float64: leave the type as `rng.normal` gives it."""
    return rng.normal(0, np.sqrt(2 / (fan_in + fan_out)), size=(fan_in, fan_out)).astype(np.float32)


@worth(0)
def xavier_normal__six_for_two(fan_in, fan_out, rng):
    """Your spread is √3 times what is asked for: √(6 / …) is the *bound* of the uniform rule. A normal draw wants the
    standard deviation."""
    return rng.normal(0, np.sqrt(6 / (fan_in + fan_out)), size=(fan_in, fan_out))


@worth(0)
def xavier_normal__two_outside_the_root(fan_in, fan_out, rng):
    """Your spread is √2 times what is asked for: the 2 stands outside the root. The root covers the whole fraction."""
    return rng.normal(0, 2 / np.sqrt(fan_in + fan_out), size=(fan_in, fan_out))


@worth(0)
def xavier_normal__a_hundredth(fan_in, fan_out, rng):
    """Your spread is 0.01, whatever the fans. It has to follow them: √(2 / (fan_in + fan_out))."""
    return 0.01 * rng.normal(size=(fan_in, fan_out))


@worth(0)
def xavier_normal__product_of_the_fans(fan_in, fan_out, rng):
    """You divide by the *product* of the fans, so that your weights are far too small. Their sum is meant."""
    return rng.normal(0, np.sqrt(2 / (fan_in * fan_out)), size=(fan_in, fan_out))


# --- xavier_uniform -----------------------------------------------------------------------------------------

@worth(0)
def xavier_uniform__no_root_three(fan_in, fan_out, rng):
    """Your bound is √(2/(fan_in + fan_out)): that should be the standard deviation. A uniform distribution's is its
    bound divided by √3, so a √3 is missing."""
    bound = np.sqrt(2 / (fan_in + fan_out))
    return rng.uniform(-bound, bound, size=(fan_in, fan_out))


@worth(0)
def xavier_uniform__times_three(fan_in, fan_out, rng):
    """Your bound is three times the standard deviation. The bound is √3 times it: the 3 belongs under the root."""
    bound = 3 * np.sqrt(2 / (fan_in + fan_out))
    return rng.uniform(-bound, bound, size=(fan_in, fan_out))


@worth(0)
def xavier_uniform__glorot_heuristic(fan_in, fan_out, rng):
    """You draw from U(-1/√fan_in, 1/√fan_in). That is the old habit which Glorot and Bengio start from: its variance
    is a third of 1/fan_in."""
    bound = 1 / np.sqrt(fan_in)
    return rng.uniform(-bound, bound, size=(fan_in, fan_out))


@worth(0)
def xavier_uniform__he(fan_in, fan_out, rng):
    """Your bound is √(6/fan_in). That is He's; Xavier's has both fans in the denominator."""
    bound = np.sqrt(6 / fan_in)
    return rng.uniform(-bound, bound, size=(fan_in, fan_out))


@worth(0)
def xavier_uniform__no_root(fan_in, fan_out, rng):
    """Your bound is 6/(fan_in + fan_out), without the root. The variance of U(-B, B) is B²/3, so B is a root."""
    bound = 6 / (fan_in + fan_out)
    return rng.uniform(-bound, bound, size=(fan_in, fan_out))


@worth(0)
def xavier_uniform__one_sided(fan_in, fan_out, rng):
    """Your weights are all positive: they go from 0 to the bound. The mean must be 0: draw from -bound to bound."""
    bound = np.sqrt(6 / (fan_in + fan_out))
    return rng.uniform(0, bound, size=(fan_in, fan_out))


@worth(0)
def xavier_uniform__no_brackets(fan_in, fan_out, rng):
    """Your weights are huge: `6 / fan_in + fan_out` divides first and adds fan_out then. The sum of the fans needs
    brackets."""
    bound = np.sqrt(6 / fan_in + fan_out)
    return rng.uniform(-bound, bound, size=(fan_in, fan_out))


@worth(0.86)
def xavier_uniform__normal(fan_in, fan_out, rng):
    """Your weights have the right spread and come from a normal distribution: some lie far outside the bound. Draw them
    from a uniform one."""
    return rng.normal(0, np.sqrt(2 / (fan_in + fan_out)), size=(fan_in, fan_out))


@worth(0)
def xavier_uniform__transposed(fan_in, fan_out, rng):
    """Your W has the shape (fan_out, fan_in). In this course inputs are rows of W and units its columns."""
    bound = np.sqrt(6 / (fan_in + fan_out))
    return rng.uniform(-bound, bound, size=(fan_out, fan_in))


@worth(0.74)
def xavier_uniform__global_seed(fan_in, fan_out, rng):
    """You seed NumPy's global generator and draw from it. Every layer then starts with the same numbers. Draw from the
    `rng` you are given."""
    np.random.seed(0)
    bound = np.sqrt(6 / (fan_in + fan_out))
    return np.random.uniform(-bound, bound, size=(fan_in, fan_out))


@worth(0.97)
def xavier_uniform__float32(fan_in, fan_out, rng):
    """Your weights are float32. This course computes in float64: leave the type as `rng.uniform` gives it."""
    bound = np.sqrt(6 / (fan_in + fan_out))
    return rng.uniform(-bound, bound, size=(fan_in, fan_out)).astype(np.float32)


@worth(0.81)
def xavier_uniform__np_random(fan_in, fan_out, rng):
    """You draw from NumPy's global random state, so the `rng` you were given decides nothing, and nobody can repeat
    your run. Draw from `rng`."""
    bound = np.sqrt(6 / (fan_in + fan_out))
    return np.random.uniform(-bound, bound, size=(fan_in, fan_out))


@worth(0.77)
def xavier_uniform__own_generator(fan_in, fan_out, rng):
    """You make a generator of your own inside the function: whatever seed the caller chose, the weights are always the
    same. Draw from the `rng` you are given."""
    bound = np.sqrt(6 / (fan_in + fan_out))
    return np.random.default_rng(0).uniform(-bound, bound, size=(fan_in, fan_out))


# --- predict_second_moments ---------------------------------------------------------------------------------

def _moments(layer_sizes, weight_variances, q0=1.0, *, factor=lambda fan_in, fan_out, variance: fan_in * variance / 2):
    q, moments = q0, []
    for fan_in, fan_out, variance in zip(layer_sizes[:-1], layer_sizes[1:], weight_variances, strict=True):
        q = factor(fan_in, fan_out, variance) * q
        moments.append(q)
    return moments


@worth(0)
def predict_second_moments__no_half(layer_sizes, weight_variances, q0=1.0):
    """You predict E[z²], before the ReLU, all the way. ReLU sets the negative half to 0 and so keeps half of E[z²]."""
    return _moments(layer_sizes, weight_variances, q0, factor=lambda i, o, v: i * v)


@worth(0)
def predict_second_moments__fan_out(layer_sizes, weight_variances, q0=1.0):
    """You multiply by fan_out. A unit adds up its *inputs*: the number of terms in z is fan_in."""
    return _moments(layer_sizes, weight_variances, q0, factor=lambda i, o, v: o * v / 2)


@worth(0)
def predict_second_moments__with_input(layer_sizes, weight_variances, q0=1.0):
    """Your list begins with q0. One number for each layer is asked for, and the input is not a layer."""
    return [q0, *_moments(layer_sizes, weight_variances, q0)]


@worth(0.38)
def predict_second_moments__not_carried_on(layer_sizes, weight_variances, q0=1.0):
    """Each of your numbers starts from q0 again. A layer takes in what the one before gave: its q goes into the
    next."""
    return [_moments([i, o], [v], q0)[0]
            for i, o, v in zip(layer_sizes[:-1], layer_sizes[1:], weight_variances, strict=True)]


@worth(0.12)
def predict_second_moments__root(layer_sizes, weight_variances, q0=1.0):
    """Your numbers are roots of what is asked for. The mean square E[a²] itself is wanted."""
    return [float(np.sqrt(q)) for q in _moments(layer_sizes, weight_variances, q0)]


@worth(0)
def predict_second_moments__variance_squared(layer_sizes, weight_variances, q0=1.0):
    """You square the numbers of `weight_variances`. They are variances already, not standard deviations."""
    return _moments(layer_sizes, [v**2 for v in weight_variances], q0)


@worth(0)
def predict_second_moments__relu_variance(layer_sizes, weight_variances, q0=1.0):
    """You use the *variance* of ReLU's output, (1/2 - 1/(2π)) of E[z²]. But its mean is not 0, and the next layer's sum
    feels mean and variance: E[a²] is what counts, and that is 1/2."""
    return _moments(layer_sizes, weight_variances, q0, factor=lambda i, o, v: i * v * (0.5 - 0.5 / np.pi))


@worth(0.62)
def predict_second_moments__q0_ignored(layer_sizes, weight_variances, q0=1.0):
    """You start from 1 whatever the inputs are: q0, their mean square, is not used."""
    return _moments(layer_sizes, weight_variances)


@worth(0)
def predict_second_moments__last_layer_linear(layer_sizes, weight_variances, q0=1.0):
    """Your last number is twice what is asked for: you leave the last layer without its ReLU. Here all layers are ReLU
    layers."""
    moments = _moments(layer_sizes, weight_variances, q0)
    return [*moments[:-1], 2 * moments[-1]]


@worth(0.12)
def predict_second_moments__first_variance_for_all(layer_sizes, weight_variances, q0=1.0):
    """Every layer gets the first layer's variance. Each has its own: go through both lists side by side."""
    return _moments(layer_sizes, [weight_variances[0]] * len(weight_variances), q0)


# --- he_normal ----------------------------------------------------------------------------------------------

@worth(0)
def he_normal__variance_as_scale(fan_in, fan_out, rng):
    """Your spread is far too small: 2/fan_in is the *variance*, and `rng.normal` wants the standard deviation, its
    root."""
    return rng.normal(0, 2 / fan_in, size=(fan_in, fan_out))


@worth(0)
def he_normal__no_two(fan_in, fan_out, rng):
    """Your variance is 1/fan_in. That keeps a *linear* layer level; ReLU throws half of E[z²] away, and the 2 makes up
    for it."""
    return rng.normal(0, np.sqrt(1 / fan_in), size=(fan_in, fan_out))


@worth(0)
def he_normal__fan_out(fan_in, fan_out, rng):
    """Your variance is 2/fan_out. That is He's other choice, which keeps gradients level ("fan_out mode"). Here
    activations are: the number of terms in a unit's sum is fan_in."""
    return rng.normal(0, np.sqrt(2 / fan_out), size=(fan_in, fan_out))


@worth(0)
def he_normal__xavier(fan_in, fan_out, rng):
    """Your variance is 2/(fan_in + fan_out). That is Xavier's; He's has fan_in alone."""
    return rng.normal(0, np.sqrt(2 / (fan_in + fan_out)), size=(fan_in, fan_out))


@worth(0)
def he_normal__root_two_over(fan_in, fan_out, rng):
    """Your std is √2 / fan_in: the root covers the 2 only. Take the root of the whole fraction."""
    return rng.normal(0, np.sqrt(2) / fan_in, size=(fan_in, fan_out))


@worth(0.88)
def he_normal__uniform(fan_in, fan_out, rng):
    """Your weights have the right spread and come from a uniform distribution. The normal one is asked for here."""
    bound = np.sqrt(6 / fan_in)
    return rng.uniform(-bound, bound, size=(fan_in, fan_out))


@worth(0)
def he_normal__transposed(fan_in, fan_out, rng):
    """Your W has the shape (fan_out, fan_in). In this course inputs are rows of W and units its columns."""
    return rng.normal(0, np.sqrt(2 / fan_in), size=(fan_out, fan_in))


@worth(0.74)
def he_normal__global_seed(fan_in, fan_out, rng):
    """You seed NumPy's global generator and draw from it. Every layer then starts with the same numbers. Draw from the
    `rng` you are given."""
    np.random.seed(0)
    return np.random.normal(0, np.sqrt(2 / fan_in), size=(fan_in, fan_out))


@worth(0)
def he_normal__rand(fan_in, fan_out, rng):
    """Your weights are all positive: `rng.random` draws from 0 to 1. Draw from a normal distribution of mean 0."""
    return rng.random((fan_in, fan_out)) * np.sqrt(2 / fan_in)


@worth(0)
def he_normal__two_outside_the_root(fan_in, fan_out, rng):
    """Your spread is √2 times what is asked for: the 2 stands outside the root. The root covers the whole fraction."""
    return rng.normal(0, 2 / np.sqrt(fan_in), size=(fan_in, fan_out))


@worth(0.81)
def he_normal__np_random(fan_in, fan_out, rng):
    """You draw from NumPy's global random state, so the `rng` you were given decides nothing, and nobody can repeat
    your run. Draw from `rng`."""
    return np.sqrt(2 / fan_in) * np.random.randn(fan_in, fan_out)


@worth(0.77)
def he_normal__own_generator(fan_in, fan_out, rng):
    """You make a generator of your own inside the function: whatever seed the caller chose, the weights are always the
    same. Draw from the `rng` you are given."""
    return np.random.default_rng(0).normal(0, np.sqrt(2 / fan_in), size=(fan_in, fan_out))


@worth(0.97)
def he_normal__float32(fan_in, fan_out, rng):
    """Your weights are 32-bit numbers. 64 bits are asked for: NumPy's default, which gradients are checked in."""
    return rng.normal(0, np.sqrt(2 / fan_in), size=(fan_in, fan_out)).astype(np.float32)


# --- he_uniform ---------------------------------------------------------------------------------------------

@worth(0)
def he_uniform__no_root_three(fan_in, fan_out, rng):
    """Your bound is √(2/fan_in): that should be the standard deviation. A uniform distribution's is its bound divided
    by √3, so a √3 is missing."""
    bound = np.sqrt(2 / fan_in)
    return rng.uniform(-bound, bound, size=(fan_in, fan_out))


@worth(0)
def he_uniform__xavier(fan_in, fan_out, rng):
    """Your bound is √(6/(fan_in + fan_out)). That is Xavier's; He's has fan_in alone."""
    bound = np.sqrt(6 / (fan_in + fan_out))
    return rng.uniform(-bound, bound, size=(fan_in, fan_out))


@worth(0)
def he_uniform__for_linear(fan_in, fan_out, rng):
    """Your bound is √(3/fan_in), of variance 1/fan_in. That keeps a linear layer level; for ReLU the variance is twice
    as large."""
    bound = np.sqrt(3 / fan_in)
    return rng.uniform(-bound, bound, size=(fan_in, fan_out))


@worth(0)
def he_uniform__fan_out(fan_in, fan_out, rng):
    """Your bound is √(6/fan_out). The number of terms in a unit's sum is fan_in."""
    bound = np.sqrt(6 / fan_out)
    return rng.uniform(-bound, bound, size=(fan_in, fan_out))


@worth(0)
def he_uniform__one_sided(fan_in, fan_out, rng):
    """Your weights are all positive: they go from 0 to the bound. Draw from -bound to bound."""
    bound = np.sqrt(6 / fan_in)
    return rng.uniform(0, bound, size=(fan_in, fan_out))


@worth(0.86)
def he_uniform__normal(fan_in, fan_out, rng):
    """Your weights have the right spread and come from a normal distribution: some lie far outside the bound. Draw them
    from a uniform one."""
    return rng.normal(0, np.sqrt(2 / fan_in), size=(fan_in, fan_out))


@worth(0.77)
def he_uniform__own_generator(fan_in, fan_out, rng):
    """You make a generator of your own inside the function: whatever seed the caller chose, the weights are always the
    same. Draw from the `rng` you are given."""
    bound = np.sqrt(6 / fan_in)
    return np.random.default_rng(42).uniform(-bound, bound, size=(fan_in, fan_out))


@worth(0.81)
def he_uniform__np_random(fan_in, fan_out, rng):
    """You draw from NumPy's global random state, so the `rng` you were given decides nothing, and nobody can repeat
    your run. Draw from `rng`."""
    bound = np.sqrt(6 / fan_in)
    return np.random.uniform(-bound, bound, size=(fan_in, fan_out))


@worth(0.97)
def he_uniform__float32(fan_in, fan_out, rng):
    """Your weights are 32-bit numbers. 64 bits are asked for: NumPy's default, which gradients are checked in."""
    bound = np.sqrt(6 / fan_in)
    return rng.uniform(-bound, bound, size=(fan_in, fan_out)).astype(np.float32)


# --- gain ---------------------------------------------------------------------------------------------------

def _gain(name, slope=0.01, **changed):
    gains = {"linear": 1.0, "sigmoid": 1.0, "tanh": 5 / 3, "relu": np.sqrt(2),
             "leaky_relu": np.sqrt(2 / (1 + slope**2))} | changed
    if name not in gains:
        raise ValueError(name)
    return float(gains[name])


@worth(0.17)
def gain__variances(name, slope=0.01):
    """Your numbers are squares of what is asked for. A gain multiplies the *standard deviation* of the weights, so for
    ReLU it is √2, not 2."""
    return _gain(name, slope) ** 2


@worth(0.9)
def gain__tanh_is_one(name, slope=0.01):
    """You give tanh the gain 1. Its slope is 1 at z = 0 only; elsewhere it shrinks what it gets, and 5/3 makes up for
    that."""
    return _gain(name, slope, tanh=1.0)


@worth(0.43)
def gain__leaky_as_relu(name, slope=0.01):
    """You give leaky ReLU the gain of ReLU. It lets some of the negative half through, slope² of it in the mean square,
    and so needs less."""
    return _gain(name, slope, leaky_relu=np.sqrt(2))


@worth(0.43)
def gain__slope_not_squared(name, slope=0.01):
    """Your gain of leaky ReLU has 1 + slope in it. The *mean square* of the negative half is scaled by slope²."""
    return _gain(name, slope, leaky_relu=np.sqrt(2 / (1 + slope)))


@worth(0.45)
def gain__fixed_slope(name, slope=0.01):
    """Your gain of leaky ReLU is always that of slope 0.01: the argument `slope` is not used."""
    return _gain(name, 0.01)


@worth(0.9)
def gain__no_error(name, slope=0.01):
    """For a name that you do not know you return 1 and stay silent. A misspelt "rellu" would then start wrong, and
    nobody would see: raise ValueError."""
    try:
        return _gain(name, slope)
    except ValueError:
        return 1.0


@worth(0.97)
def gain__sigmoid_four(name, slope=0.01):
    """You give sigmoid the gain 4, the inverse of its slope at 0. The convention, which PyTorch shares, is 1."""
    return _gain(name, slope, sigmoid=4.0)


@worth(0.83)
def gain__slope_for_relu(name, slope=0.01):
    """You use `slope` for ReLU as well. It is leaky ReLU's alone; ReLU's gain is √2 whatever the slope."""
    return _gain(name, slope, relu=np.sqrt(2 / (1 + slope**2)))


@worth(0.07)
def gain__always_one(name, slope=0.01):
    """You return 1 for every name. `name == "linear" or "sigmoid"` is always true: a text that is not empty counts as
    True. Compare `name` on both sides of `or`, or use `in`."""
    if name == "linear" or "sigmoid":
        return 1.0


@worth(0.9)
def gain__nothing_for_unknown(name, slope=0.01):
    """For a name that you do not know you return None and stay silent, as a dict's `get` does. A misspelt "rellu" would
    then fail much later: raise ValueError."""
    try:
        return _gain(name, slope)
    except ValueError:
        return None


@worth(0.9)
def gain__key_error(name, slope=0.01):
    """For a name that you do not know, the dict raises its own KeyError. ValueError is asked for: look whether the name
    is there before you look it up."""
    try:
        return _gain(name, slope)
    except ValueError:
        raise KeyError(name) from None


@worth(0.98)
def gain__begins_alike(name, slope=0.01):
    """A name that only *begins* like a known one is accepted. "relu6" is another activation: compare whole names."""
    known = [known for known in ("linear", "sigmoid", "tanh", "relu", "leaky_relu") if name.startswith(known)]
    return _gain(known[0] if known else name, slope)


@worth(0.98)
def gain__part_of_a_name(name, slope=0.01):
    """A name that is only a *part* of a known one is accepted: `in` between two texts asks for a part. Compare whole
    names."""
    known = [known for known in ("linear", "sigmoid", "tanh", "relu", "leaky_relu") if name in known]
    return _gain(name if name in known or not known else known[0], slope)


@worth(0.27)
def gain__two_for_root_two(name, slope=0.01):
    """ReLU and leaky ReLU lack the root. A gain multiplies the *standard deviation* of the weights, so for ReLU it is
    √2, not 2."""
    return _gain(name, slope, relu=2.0, leaky_relu=2 / (1 + slope**2))


@worth(0.97)
def gain__other_default(name, slope=0.1):
    """Without a second argument you use another slope than 0.01. The default stands in the signature: leave it as it
    is."""
    return _gain(name, slope)


# --- initialize ---------------------------------------------------------------------------------------------

SCHEMES = ("xavier_normal", "xavier_uniform", "he_normal", "he_uniform")


def _scheme(scheme):
    """The function of a scheme, looked up when it is called: it may be another's."""
    if scheme not in SCHEMES:
        raise ValueError(scheme)
    return {"xavier_normal": xavier_normal, "xavier_uniform": xavier_uniform, "he_normal": he_normal,
            "he_uniform": he_uniform}[scheme]


def _scaled(W, spread):
    return W / W.std() * spread


def _pairs(layer_sizes):
    return list(zip(layer_sizes[:-1], layer_sizes[1:], strict=True))


@worth(0.8)
def initialize__random_biases(layer_sizes, scheme, rng):
    """Your biases are random. They do not have to be: the weights already make the units differ. Start them at zero."""
    return [(_scheme(scheme)(i, o, rng), rng.normal(0, 0.01, o)) for i, o in _pairs(layer_sizes)]


@worth(0.8)
def initialize__biases_of_one(layer_sizes, scheme, rng):
    """Your biases are not zero: they are ones. Zero is asked for."""
    return [(_scheme(scheme)(i, o, rng), np.ones(o)) for i, o in _pairs(layer_sizes)]


@worth(0)
def initialize__bias_per_input(layer_sizes, scheme, rng):
    """Your b has one entry for each input. A bias belongs to a unit: its shape is (fan_out,)."""
    return [(_scheme(scheme)(i, o, rng), np.zeros(i)) for i, o in _pairs(layer_sizes)]


@worth(0.69)
def initialize__fans_swapped(layer_sizes, scheme, rng):
    """Your fans are swapped: the sizes of the layers come out right, with each scheme given (fan_out, fan_in) and its
    result transposed. He's spread then follows the wrong fan."""
    return [(_scheme(scheme)(o, i, rng).T.copy(), np.zeros(o)) for i, o in _pairs(layer_sizes)]


@worth(0.66)
def initialize__always_he(layer_sizes, scheme, rng):
    """Your weights are He's, whatever the scheme: the argument `scheme` decides nothing but the error."""
    _scheme(scheme)
    return [(he_normal(i, o, rng), np.zeros(o)) for i, o in _pairs(layer_sizes)]


@worth(0.88)
def initialize__same_rng_again(layer_sizes, scheme, rng):
    """Every layer starts with the same random numbers: you make a new generator from one seed for each of them. Let all
    layers draw from one `rng`, one after the other."""
    seed = int(rng.integers(10**6))
    return [(_scheme(scheme)(i, o, np.random.default_rng(seed)), np.zeros(o)) for i, o in _pairs(layer_sizes)]


@worth(0)
def initialize__no_last_layer(layer_sizes, scheme, rng):
    """Your network lacks its last layer. [64, 32, 10] has two: 64 to 32, and 32 to 10."""
    return [(_scheme(scheme)(i, o, rng), np.zeros(o)) for i, o in _pairs(layer_sizes)[:-1]]


@worth(0)
def initialize__weights_only(layer_sizes, scheme, rng):
    """You return the weights alone. A layer is a pair (W, b)."""
    return [_scheme(scheme)(i, o, rng) for i, o in _pairs(layer_sizes)]


@worth(0.89)
def initialize__no_error(layer_sizes, scheme, rng):
    """For a scheme that you do not know you take another in silence. Raise ValueError, so that misspellings show."""
    scheme = scheme if scheme in SCHEMES else "he_normal"
    return [(_scheme(scheme)(i, o, rng), np.zeros(o)) for i, o in _pairs(layer_sizes)]


@worth(0.85)
def initialize__own_generator(layer_sizes, scheme, rng):
    """You make a generator of your own: whatever seed the caller chose, the network is always the same. Hand on
    the `rng` you are given."""
    rng = np.random.default_rng(0)
    return [(_scheme(scheme)(i, o, rng), np.zeros(o)) for i, o in _pairs(layer_sizes)]


@worth(0.91)
def initialize__float32(layer_sizes, scheme, rng):
    """Your weights are 32-bit numbers. 64 bits are asked for: NumPy's default, which gradients are checked in."""
    return [(_scheme(scheme)(i, o, rng).astype(np.float32), np.zeros(o)) for i, o in _pairs(layer_sizes)]


@worth(0)
def initialize__biases_as_a_row(layer_sizes, scheme, rng):
    """Your b has the shape (1, fan_out). One axis is asked for, (fan_out,)."""
    return [(_scheme(scheme)(i, o, rng), np.zeros((1, o))) for i, o in _pairs(layer_sizes)]


@worth(0)
def initialize__fans_of_the_whole_network(layer_sizes, scheme, rng):
    """Every layer has the spread that belongs to the first and the last size of the network. Each layer has fans of its
    own: its two neighbours in `layer_sizes`."""
    spread = _scheme(scheme)(layer_sizes[0], layer_sizes[-1], np.random.default_rng(0)).std()
    return [(_scaled(_scheme(scheme)(i, o, rng), spread), np.zeros(o)) for i, o in _pairs(layer_sizes)]


@worth(0.98)
def initialize__begins_alike(layer_sizes, scheme, rng):
    """A scheme that only *begins* like a known one is accepted: "he…" is taken for He's rule, whatever follows. Compare
    whole names."""
    if scheme not in SCHEMES and scheme.startswith(("he_", "xavier_")):
        scheme = scheme.split("_")[0] + "_normal"
    return [(_scheme(scheme)(i, o, rng), np.zeros(o)) for i, o in _pairs(layer_sizes)]


@worth(0.82)
def initialize__np_random(layer_sizes, scheme, rng):
    """Your layers come from NumPy's global random state, so the `rng` you were given decides nothing, and nobody can
    repeat your run. Hand on `rng`."""
    return [(_scheme(scheme)(i, o, np.random), np.zeros(o)) for i, o in _pairs(layer_sizes)]


@worth(0.93)
def initialize__eats_its_input(layer_sizes, scheme, rng):
    """The network is right, but the list that was passed in is shorter afterwards: you took entries out of it. Whoever
    passed it still needs it."""
    draw, layers = _scheme(scheme), []
    while len(layer_sizes) > 1:
        fan_in = layer_sizes.pop(0)
        layers.append((draw(fan_in, layer_sizes[0], rng), np.zeros(layer_sizes[0])))
    return layers


# --- train --------------------------------------------------------------------------------------------------

def _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng, *, clip=None, count="update",
           step=None, batches=None, forget=None, activation=None, slope=None, biases=True,
           loss_of="epoch", scale=lambda n: 1, stale=False):
    """The reference, with a fault. The parts are looked up when it runs: they may be another's."""
    clip, step, batches = clip or clip_by_global_norm, step or adam_step, batches or minibatches
    activation, slope = activation or relu, slope or relu_grad
    parameters = [p for layer in layers for p in layer]
    m, v = [np.zeros_like(p) for p in parameters], [np.zeros_like(p) for p in parameters]
    losses, t = [], 0
    for _ in range(n_epochs):
        noted, t = [], 0 if count == "update of the epoch" else t + (count == "epoch")
        if forget == "epoch":
            m, v = [np.zeros_like(p) for p in parameters], [np.zeros_like(p) for p in parameters]
        used = list(zip(parameters[::2], parameters[1::2], strict=True))
        for rows in batches(len(X), batch_size, rng):
            layers = used if stale else list(zip(parameters[::2], parameters[1::2], strict=True))
            zs, activations = forward(X[rows], layers, activation)
            noted.append((len(rows), cross_entropy(zs[-1], labels[rows])))
            dlogits = scale(len(rows)) * softmax_cross_entropy_grad(zs[-1], labels[rows])
            grads = [g for pair in backward(dlogits, zs, activations, layers, slope) for g in pair]
            grads = clip(grads, 1.0)[0]
            t += count.startswith("update")
            if forget == "update":
                m, v = [np.zeros_like(p) for p in parameters], [np.zeros_like(p) for p in parameters]
            steps = [step(*each, max(t, 1), learning_rate) for each in zip(parameters, grads, m, v, strict=True)]
            new, m, v = (list(part) if part_of != forget else kept for part_of, part, kept in zip(
                ("w", "m", "v"), zip(*steps, strict=True), (None, m, v), strict=True))
            parameters = [parameters[k] if k % 2 and not biases else new[k] for k in range(len(new))]
        if loss_of == "epoch":
            losses.append(sum(n * loss for n, loss in noted) / len(X) if noted else 0.0)
        elif loss_of == "mean of the batches":
            losses.append(float(np.mean([loss for _, loss in noted])) if noted else 0.0)
        elif loss_of == "last batch":
            losses.append(noted[-1][1])
        elif loss_of == "batch":
            losses += [loss for _, loss in noted]
        elif loss_of == "sum":
            losses.append(sum(loss for _, loss in noted))
        elif loss_of == "sum over examples":
            losses.append(sum(n * loss for n, loss in noted))
        elif loss_of == "after":
            layers = list(zip(parameters[::2], parameters[1::2], strict=True))
            losses.append(cross_entropy(forward(X, layers, activation)[0][-1], labels))
    return list(zip(parameters[::2], parameters[1::2], strict=True)), losses


@worth(0.38)
def train__no_clip(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """Your run differs where gradients are large: they are not clipped. Clip the norm of all gradients together to 1,
    before Adam sees them."""
    return _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng, clip=lambda grads, limit: (grads, None))


@worth(0.38)
def train__clip_each(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """You clip each array by its own norm. That bends the direction of the step. Clip all gradients of the network
    together, as one long vector."""
    return _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng,
                  clip=lambda grads, limit: ([clip_by_global_norm([g], limit)[0][0] for g in grads], None))


@worth(0.38)
def train__clip_each_layer(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """You clip each layer's pair of gradients by itself. Clip the gradients of the whole network together."""
    def clip(grads, limit):
        pairs = [clip_by_global_norm(grads[k:k + 2], limit)[0] for k in range(0, len(grads), 2)]
        return [g for pair in pairs for g in pair], None
    return _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng, clip=clip)


@worth(0.68)
def train__t_counts_epochs(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """Your t counts epochs. Adam's t counts *updates*: it goes up with every batch, and never starts again."""
    return _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng, count="epoch")


@worth(0.38)
def train__t_restarts(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """Your t starts at 1 again in every epoch, while m and v go on. Adam then corrects a lag that is long gone, and its
    first steps of an epoch are too long. Set t once, before the first epoch."""
    return _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng, count="update of the epoch")


@worth(0.8)
def train__one_over_n_twice(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """Your gradients are too small by the size of the batch, so they are not clipped where they should be. The 1/n of
    the mean is in `softmax_cross_entropy_grad` already: do not divide by it again."""
    return _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng, scale=lambda n: 1 / n)


@worth(0.8)
def train__sum_of_gradients(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """Your gradients are those of the *sum* of the batch's losses: too large by the size of the batch, so they are
    clipped where they should not be. Use what `softmax_cross_entropy_grad` gives as it is: it belongs to the mean."""
    return _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng, scale=lambda n: n)


@worth(0.38)
def train__t_stays_one(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """Your t stays at 1. It must go up by one with every update, otherwise Adam's bias correction never fades and its
    steps grow tenfold."""
    return _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng, count="never")


@worth(0.33)
def train__forgets_each_update(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """Your m and v start at zero again for every batch, so Adam has no memory. Make them once, before the first epoch,
    and keep what `adam_step` returns."""
    return _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng, forget="update")


@worth(0.38)
def train__forgets_each_epoch(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """Your m and v start at zero again in every epoch. Make them once, before the first epoch."""
    return _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng, forget="epoch")


@worth(0.28)
def train__plain_descent(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """You step by plain gradient descent, w - learning_rate · gradient. Adam is asked for: your `adam_step`."""
    return _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng,
                  step=lambda p, g, m, v, t, rate: (p - rate * g, m, v))


@worth(0.33)
def train__default_rate(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """`learning_rate` does not reach `adam_step`, which then takes its default of 0.001. Hand it on."""
    return _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng,
                  step=lambda p, g, m, v, t, rate: adam_step(p, g, m, v, t))


@worth(0.8)
def train__rng_unused(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """Another seed gives the very same run: `rng` decides nothing. Your batches come in the order of the rows, or from
    a generator of your own. Deal them anew in each epoch: your `minibatches`, with the `rng` you are given."""
    return _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng,
                  batches=lambda n, size, rng: [np.arange(s, min(s + size, n)) for s in range(0, n, size)])


def _one_order(n, size, rng, orders):
    if not orders:
        orders.append(minibatches(n, size, rng))
    return orders[0]


@worth(0.89)
def train__order_dealt_once(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """Every epoch of yours has the same batches in the same order: they are dealt once, before the loop. Deal them anew
    in each epoch, inside it."""
    orders = []
    return _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng,
                  batches=lambda n, size, rng: _one_order(n, size, rng, orders))


@worth(0.92)
def train__rows_drawn_for_each_batch(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """You draw the rows of each batch anew from all examples, so that an epoch meets some twice and others not at all.
    Shuffle once an epoch and deal: your `minibatches` does it."""
    return _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng,
                  batches=lambda n, size, rng: [rng.choice(n, min(size, n - s), replace=False)
                                                for s in range(0, n, size)])


@worth(0.87)
def train__drops_last_batch(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """Your loop leaves out the last batch where it is smaller than the others. Its examples teach nothing."""
    return _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng,
                  batches=lambda n, size, rng: [b for b in minibatches(n, size, rng) if len(b) == min(size, n)])


@worth(0.5)
def train__all_rows_each_step(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """You make one update an epoch, with all rows. One for each batch of `batch_size` rows is asked for."""
    return _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng,
                  batches=lambda n, size, rng: [rng.permutation(n)])


@worth(0.38)
def train__biases_stay(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """Your biases stay where they started. They learn as the weights do: `backward` gives (dW, db) for each layer."""
    return _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng, biases=False)


@worth(0.33)
def train__no_bend(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """Your network has no ReLU in it: a stack of linear layers, which is one linear layer. Hand `relu` to `forward` and
    `relu_grad` to `backward`."""
    return _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng, activation=lambda z: z,
                  slope=np.ones_like)


@worth(0.33)
def train__tanh(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """Your hidden layers use tanh. ReLU is asked for: He's start is made for it."""
    return _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng, activation=np.tanh,
                  slope=lambda z: 1 - np.tanh(z) ** 2)


@worth(0.38)
def train__ignores_the_start(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """You draw layers of your own and forget the ones you are given. Training starts where the caller says."""
    fresh = [(he_normal(*W.shape, np.random.default_rng(0)), np.zeros_like(b)) for W, b in layers]
    return _train(fresh, X, labels, n_epochs, batch_size, learning_rate, rng)


@worth(0.65)
def train__returns_the_start(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """The layers that you return are the ones you were given: what was learned is lost. Return the updated ones."""
    return layers, _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng)[1]


@worth(0.38)
def train__loss_of_each_batch(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """You note one loss for every batch. One for every *epoch* is asked for: the mean over its examples."""
    return _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng, loss_of="batch")


@worth(0.73)
def train__sum_of_losses(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """Your loss of an epoch is the *sum* of its batches' losses. The mean is asked for: a smaller batch size must not
    make it larger."""
    return _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng, loss_of="sum")


@worth(0.93)
def train__mean_of_the_batches(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """Your loss of an epoch is the plain mean of its batches' losses. Where the last batch is smaller, its few examples
    count for more than the others. Weight each batch's loss by its number of examples, or add up and divide by all."""
    return _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng, loss_of="mean of the batches")


@worth(0.79)
def train__loss_of_last_batch(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """Your loss of an epoch is that of its last batch alone. The mean over all its batches is asked for."""
    return _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng, loss_of="last batch")


@worth(0.62)
def train__loss_after_the_epoch(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """You measure the loss after the epoch, on all the data. The mean of the batches' losses is asked for, each noted
    *before* its own update: it costs nothing, since the logits are there already."""
    return _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng, loss_of="after")


@worth(0.9)
def train__in_place(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """You write into the arrays of the caller's layers. Whoever wants to start twice from the same place cannot. Let
    `adam_step`'s new arrays take their place in a list of your own."""
    trained, losses = _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng)
    for (W, b), (W_new, b_new) in zip(layers, trained, strict=True):
        W[:], b[:] = W_new, b_new
    return layers, losses


@worth(0.33)
def train__t_restarts_and_stale_layers(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """Two faults at once. Your t starts again in every epoch: set it once, before the first. And within an epoch all
    batches see the same layers: put the pairs together anew for each batch."""
    return _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng, stale=True, count="update of the epoch")


@worth(0.38)
def train__clip_single_entries(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """You cut single entries at ±1. Clip the *norm* of all gradients together: your `clip_by_global_norm`."""
    return _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng,
                  clip=lambda grads, limit: ([np.clip(g, -limit, limit) for g in grads], None))


@worth(0.28)
def train__m_not_kept(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """v is handed on from update to update, and m is not: it is zero before each. Keep all three results of
    `adam_step`."""
    return _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng, forget="m")


@worth(0.28)
def train__v_not_kept(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """m is handed on from update to update, and v is not: it is zero before each. Keep all three results of
    `adam_step`."""
    return _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng, forget="v")


@worth(0.57)
def train__sum_over_examples(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """Your loss of an epoch is the sum over its examples. Their mean is asked for: divide by their number."""
    return _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng, loss_of="sum over examples")
