"""Known wrong programs of lesson 2, `weights`. A docstring is what the learner is told."""

import numpy as np

from autograder.lessons.exercise import worth
from autograder.lessons.weights.solutions import linear


def _layers_of(X, layers, activation):
    """The right zs and activations, a_L included, for mistakes that go wrong afterwards."""
    zs, activations = [], [X]
    for W, b in layers:
        zs.append(linear(activations[-1], W, b))
        activations.append(activation(zs[-1]))
    return zs, activations


# --- linear_single ------------------------------------------------------------------------------------------

@worth(0)
def linear_single__rows_for_columns(x, W, b):
    """You use W as if each *row* held the weights of a unit. In this course they stand in the columns:
    W has shape (fan_in, fan_out). With as many inputs as units nothing fails, the numbers are just others."""
    return W @ x + b


@worth(0)
def linear_single__no_bias(x, W, b):
    """Your result lacks the bias: it is right but for b, which is the same in every call with these weights."""
    return W.T @ x


@worth(0)
def linear_single__bias_on_the_input(x, W, b):
    """You add b to the inputs. There is one bias for each *unit*, and it is added after the weighted sum."""
    return W.T @ (x + b)


@worth(0)
def linear_single__minus_bias(x, W, b):
    """Your bias has the wrong sign. Some texts subtract a threshold; this course adds a bias."""
    return W.T @ x - b


@worth(0)
def linear_single__star(x, W, b):
    """You multiply entry by entry, so that a table of products comes back. `*` never adds up: the operator for
    a weighted sum is another one."""
    return W.T * x + b


@worth(0)
def linear_single__star_on_rows(x, W, b):
    """You multiply x and W entry by entry. That fits only by accident, and it never adds up: the operator for a
    weighted sum is another one, and W has to be turned on its side first."""
    return x * W + b


@worth(0.14)
def linear_single__one_number(x, W, b):
    """You add up over the units as well, so that one number comes back. Each unit has a sum of its own: the
    result has shape (fan_out,)."""
    return np.array([np.sum(W.T @ x + b)])


@worth(0)
def linear_single__a_row(x, W, b):
    """The numbers are right, but in a table of one row, (1, fan_out). One input vector gives one vector,
    (fan_out,)."""
    return x[None, :] @ W + b


@worth(0.14)
def linear_single__one_sum_for_all(x, W, b):
    """All products x_i W_ij are added up into one number, which every unit then gets. Each unit adds up its own column
    of W alone: a `sum` without an axis runs over the units too."""
    return (W.T * x).sum() + b


@worth(0)
def linear_single__bias_for_each_input(x, W, b):
    """The bias comes in once for each *input*: it is added inside the sum. It is added once, after the sum."""
    return W.T @ x + len(x) * b


@worth(0.14)
def linear_single__sum_not_set_back(x, W, b):
    """Your first unit is right, and each later one has the sums of those before it in it. A sum that is kept in a loop
    starts at 0 for each unit."""
    return np.cumsum(W.T @ x) + b


@worth(0)
def linear_single__last_product_only(x, W, b):
    """Of each unit's sum only the last product is left: `=` in the loop replaces what was there, where `+=` adds."""
    return x[-1] * W[-1] + b


@worth(0.14)
def linear_single__first_bias_only(x, W, b):
    """Every unit gets the bias of the first one. Each unit has a bias of its own."""
    return W.T @ x + b[0]


@worth(0.82)
def linear_single__into_b(x, W, b):
    """The sums are added into the caller's own b (`+=`). The next call would start from them. Make a new array."""
    b += W.T @ x
    return b


@worth(0.93)
def linear_single__whole_number_buffer(x, W, b):
    """Where x and b hold whole numbers, your result has lost its fractions. An array that is made *like* an argument
    has its type, and one of whole numbers keeps nothing else: ask for floats."""
    z = np.zeros_like(b)
    z[...] = W.T @ x + b
    return z


# --- linear -------------------------------------------------------------------------------------------------

@worth(0)
def linear__rows_for_columns(X, W, b):
    """You transpose W. Here W has shape (fan_in, fan_out): its rows already meet the columns of X."""
    return X @ W.T + b


@worth(0)
def linear__of_one_vector(X, W, b):
    """You use the form for one vector, W.T @ x + b. In a batch the examples lie in rows, and rows already meet the
    columns of W: X stands on the left, and nothing is turned."""
    return W.T @ X + b


@worth(0)
def linear__star(X, W, b):
    """`*` multiplies entry by entry; it is not the matrix product. It needs equal shapes and adds nothing up."""
    return X * W + b


@worth(0)
def linear__no_bias(X, W, b):
    """Your result is right but for the bias, which is missing from every row."""
    return X @ W


@worth(0.14)
def linear__bias_per_example(X, W, b):
    """You add one bias to each *row*. A bias belongs to a unit, that is to a column, and all examples share it:
    b of shape (fan_out,) is broadcast over the rows by itself."""
    return X @ W + b[:, None]


@worth(0.14)
def linear__first_bias_only(X, W, b):
    """Every unit gets the bias of the first one. A single number, or shape (1,), is broadcast over all columns
    without a word; each unit has a bias of its own."""
    return X @ W + b[:1]


@worth(0)
def linear__units_in_rows(X, W, b):
    """Your result lies on its side, (fan_out, n). The form W.T @ X.T gives one *column* an example; this course
    keeps one row an example, (n, fan_out)."""
    return (X @ W + b).T


@worth(0.14)
def linear__first_example_only(X, W, b):
    """Every row of your result is the same, that of the first example. Each row of X needs its own."""
    return np.tile(X[0] @ W + b, (len(X), 1))


@worth(0.14)
def linear__averaged_bias(X, W, b):
    """You add the mean of the biases to every unit. b already has one entry for each column: add it as it is."""
    return X @ W + b.mean()


@worth(0)
def linear__bias_in_the_weights(X, W, b):
    """b is added to W, before the product. It does not meet the inputs: add it to what the product gives."""
    return X @ (W + b)


@worth(0.14)
def linear__bias_on_the_first_row(X, W, b):
    """Only the first example gets the bias. All rows share it: b is added to each of them by itself."""
    Z = X @ W
    Z[0] += b
    return Z


@worth(0.14)
def linear__sum_of_the_biases(X, W, b):
    """Every unit gets the *sum* of all biases. b already has one entry for each column: add it as it is."""
    return X @ W + b.sum()


@worth(0.14)
def linear__last_example_only(X, W, b):
    """Every row of your result is the same, that of the last example: one and the same array was put into the list
    again and again. Make a new one for each row."""
    return np.tile(X[-1] @ W + b, (len(X), 1))


@worth(0.93)
def linear__whole_number_buffer(X, W, b):
    """Where X and b hold whole numbers, your result has lost its fractions. An array that is made *like* an argument
    has its type, and one of whole numbers keeps nothing else: ask for floats."""
    Z = np.zeros((len(X), W.shape[1]), dtype=X.dtype)
    Z[...] = X @ W + b
    return Z


# --- dense --------------------------------------------------------------------------------------------------

@worth(0)
def dense__activation_first(X, W, b, activation):
    """You bend the inputs and then take the weighted sum. The order is: linear map first, activation second."""
    return linear(activation(X), W, b)


@worth(0)
def dense__no_activation(X, W, b, activation):
    """You return the linear map as it is. The activation has still to be applied to it."""
    return linear(X, W, b)


@worth(0)
def dense__bias_after_activation(X, W, b, activation):
    """You add the bias after the activation. Then it lifts the output, where it should shift the point at which
    the unit responds: the bias belongs inside."""
    return activation(linear(X, W, 0 * b)) + b


@worth(0)
def dense__no_bias(X, W, b, activation):
    """The bias is missing. It is added to the weighted sum, before the activation is applied."""
    return activation(linear(X, W, 0 * b))


@worth(0)
def dense__always_relu(X, W, b, activation):
    """You apply a ReLU, whatever activation is given. The function to apply is the fourth argument."""
    return np.maximum(linear(X, W, b), 0)


@worth(0.2)
def dense__twice(X, W, b, activation):
    """You apply the activation twice. Once is enough; a second time changes every curved function again."""
    return activation(activation(linear(X, W, b)))


@worth(0)
def dense__bent_weights(X, W, b, activation):
    """You apply the activation to the weights. It acts on what the unit has added up, not on the weights."""
    return linear(X, activation(W), b)


@worth(0.55)
def dense__always_tanh(X, W, b, activation):
    """You apply tanh, whatever activation is given. The function to apply is the fourth argument."""
    return np.tanh(linear(X, W, b))


# --- count_parameters ---------------------------------------------------------------------------------------

@worth(0)
def count_parameters__no_biases(layer_sizes):
    """You count the weights alone. Each unit also learns a bias."""
    return sum(m * n for m, n in zip(layer_sizes[:-1], layer_sizes[1:], strict=True))


@worth(0)
def count_parameters__input_has_biases(layer_sizes):
    """Your count is too large by the size of the input: you gave the inputs biases. The input is data, not a
    layer that learns."""
    return sum((m + 1) * n for m, n in zip(layer_sizes[:-1], layer_sizes[1:], strict=True)) + layer_sizes[0]


@worth(0)
def count_parameters__one_bias_a_layer(layer_sizes):
    """You count one bias for each layer. Each *unit* has a bias of its own."""
    return sum(m * n + 1 for m, n in zip(layer_sizes[:-1], layer_sizes[1:], strict=True))


@worth(0)
def count_parameters__biases_of_the_senders(layer_sizes):
    """You count a bias for each unit that *sends*. A bias belongs to the unit that receives: (fan_in + 1) numbers
    for each of the fan_out units, not the other way round."""
    return sum(m * (n + 1) for m, n in zip(layer_sizes[:-1], layer_sizes[1:], strict=True))


@worth(0)
def count_parameters__units(layer_sizes):
    """You count the units. What is learned sits on the connections between them, and in their biases."""
    return sum(layer_sizes[1:])


@worth(0)
def count_parameters__last_layer_lost(layer_sizes):
    """You stop one layer early: the weights and biases of the output layer are missing."""
    return sum((m + 1) * n for m, n in zip(layer_sizes[:-2], layer_sizes[1:-1], strict=True))


@worth(0.17)
def count_parameters__last_layer_only(layer_sizes):
    """You return the count of the last layer alone. Each layer's count has to be added to the total so far."""
    for fan_in, fan_out in zip(layer_sizes[:-1], layer_sizes[1:], strict=True):
        total = fan_in * fan_out + fan_out
    return total


@worth(0.86)
def count_parameters__eats_its_input(layer_sizes):
    """The number is right, but the list that was passed in is shorter afterwards: you took entries out of it.
    Whoever passed it still needs it."""
    total = 0
    while len(layer_sizes) > 1:
        fan_in = layer_sizes.pop(0)
        total += (fan_in + 1) * layer_sizes[0]
    return total


@worth(0)
def count_parameters__product(layer_sizes):
    """You multiply all sizes with one another. Each layer has fan_in · fan_out weights and its biases, and the layers
    are added up."""
    return int(np.prod(layer_sizes))


@worth(0)
def count_parameters__no_output_biases(layer_sizes):
    """The biases of the output layer are missing. Its units learn a bias each, like all the others."""
    return sum((m + 1) * n for m, n in zip(layer_sizes[:-1], layer_sizes[1:], strict=True)) - layer_sizes[-1]


@worth(0.54)
def count_parameters__two_layers(layer_sizes):
    """You count two layers, however many there are. Go through the whole list: each size but the first belongs to a
    layer."""
    return sum((m + 1) * n for m, n in zip(layer_sizes[:2], layer_sizes[1:3], strict=False))


@worth(0.85)
def count_parameters__equal_layers_once(layer_sizes):
    """Layers of the same size count once: a set or a dict keeps one of each. Every layer learns numbers of its own."""
    return sum((m + 1) * n for m, n in set(zip(layer_sizes[:-1], layer_sizes[1:], strict=True)))


@worth(0.85)
def count_parameters__looked_up_by_size(layer_sizes):
    """Where two layers have the same width, you count the first of them again: `index` finds the first place of a
    number. Go through the places, or through neighbours with `zip`."""
    following = {}
    for m, n in zip(layer_sizes[:-1], layer_sizes[1:], strict=True):
        following.setdefault(m, n)
    return sum((m + 1) * following[m] for m in layer_sizes[:-1])


# --- forward ------------------------------------------------------------------------------------------------

@worth(0.43)
def forward__output_among_activations(X, layers, activation):
    """Your second list is one too long: it also holds an activation of the logits. The last layer is linear, and
    nothing takes in what comes after it: activations are [X, a_1, …, a_(L-1)]."""
    return _layers_of(X, layers, activation)


@worth(0.43)
def forward__bent_logits(X, layers, activation):
    """Your logits went through the activation. The last layer is linear: zs[-1] is X W + b as it is."""
    zs, activations = _layers_of(X, layers, activation)
    return zs[:-1] + [activation(zs[-1])], activations[:-1]


@worth(0.43)
def forward__without_the_input(X, layers, activation):
    """Your second list does not begin with X. It holds what each layer takes in, and the first one takes in
    the data."""
    zs, activations = _layers_of(X, layers, activation)
    return zs, activations[1:-1]


@worth(0.43)
def forward__what_each_layer_gives(X, layers, activation):
    """Your second list holds what each layer *gives*. Asked is what it *takes in*: start the list with X, and stop
    before the last layer's output, which nothing takes in."""
    zs, activations = _layers_of(X, layers, activation)
    return zs, activations[1:]


@worth(0.43)
def forward__gives_and_logits(X, layers, activation):
    """Your second list holds what each layer *gives*, with the logits at its end. Asked is what each layer *takes
    in*: start with X; nothing takes in the logits."""
    zs, activations = _layers_of(X, layers, activation)
    return zs, activations[1:-1] + [zs[-1]]


@worth(0.43)
def forward__logits_among_activations(X, layers, activation):
    """Your second list is one too long: the logits stand at its end. They belong in zs alone, for no layer takes
    them in."""
    zs, activations = _layers_of(X, layers, activation)
    return zs, activations[:-1] + [zs[-1]]


@worth(0.14)
def forward__fed_with_z(X, layers, activation):
    """Each of your layers takes in the z of the one before. It should take in a = f(z): without the bend in
    between, the whole stack would be one linear layer."""
    zs, z = [], X
    for W, b in layers:
        z = linear(z, W, b)
        zs.append(z)
    return zs, [X, *zs[:-1]]


@worth(0.14)
def forward__every_layer_reads_the_input(X, layers, activation):
    """Each of your layers takes in X. Only the first does; each later one takes in the activation of the layer
    before it."""
    zs = [linear(X, W, b) for W, b in layers]
    return zs, [X, *(activation(z) for z in zs[:-1])]


@worth(0.07)
def forward__no_bias(X, layers, activation):
    """The biases are missing from your zs. Each layer adds its own b, after the product and before the activation."""
    return tuple(part[:len(layers)] for part in _layers_of(X, [(W, 0 * b) for W, b in layers], activation))


@worth(0.43)
def forward__zs_are_activations(X, layers, activation):
    """Your first list holds values after the activation. zs are the values before it; both are kept, for the
    way back needs both."""
    zs, activations = _layers_of(X, layers, activation)
    return activations[1:], activations[:-1]


@worth(0)
def forward__logits_only(X, layers, activation):
    """You return the logits alone. Two lists are asked for, since training needs what was computed on the way."""
    return _layers_of(X, layers, activation)[0][-1]


@worth(0)
def forward__lists_swapped(X, layers, activation):
    """You return the two lists in the other order: zs first, activations second."""
    zs, activations = _layers_of(X, layers, activation)
    return activations[:-1], zs


@worth(0.43)
def forward__two_layers(X, layers, activation):
    """You go through two layers, the first and the last, however many there are. Loop over `layers`."""
    zs, activations = _layers_of(X, [layers[0], layers[-1]] if len(layers) > 1 else layers, activation)
    return zs, activations[:-1]


@worth(0.86)
def forward__three_layers(X, layers, activation):
    """You go through three layers at most. Loop over `layers`, however many there are."""
    zs, activations = _layers_of(X, layers[:3], activation)
    return zs, activations[:-1]


@worth(0.5)
def forward__hidden_zs_bent(X, layers, activation):
    """In your first list the hidden layers' values went through the activation; only the logits are what they should
    be. zs are the values *before* it. Was one array written over the other?"""
    zs, activations = _layers_of(X, layers, activation)
    return activations[1:-1] + zs[-1:], activations[:-1]


@worth(0.14)
def forward__always_relu(X, layers, activation):
    """You apply a ReLU, whatever activation is given. The function to apply is the third argument."""
    zs, activations = _layers_of(X, layers, lambda z: np.maximum(z, 0))
    return zs, activations[:-1]


@worth(0.27)
def forward__first_bias_for_all(X, layers, activation):
    """The first layer's b is used in later layers too, where its size fits. Each layer has a b of its own."""
    b = layers[0][1]
    zs, activations = _layers_of(X, [(W, b if len(b) == W.shape[1] else 0.0) for W, _ in layers], activation)
    return zs, activations[:-1]


# --- collapse -----------------------------------------------------------------------------------------------

@worth(0.51)
def collapse__last_bias_only(layers):
    """Your W is right, but b is the last layer's alone. What an earlier bias adds goes on through all the later
    weights."""
    W = layers[0][0]
    for W_next, _ in layers[1:]:
        W = W @ W_next
    return W, layers[-1][1]


@worth(0.29)
def collapse__biases_added(layers):
    """You add the biases up as they are. An earlier bias passes through the later weights before it arrives; with
    layers of different widths the sum would not even have a shape."""
    W, b = layers[0]
    for W_next, b_next in layers[1:]:
        W, b = W @ W_next, b + b_next
    return W, b


@worth(0.29)
def collapse__other_order(layers):
    """You multiply the matrices in the other order. With one row an example, the first layer's W stands on the
    left: X W1 W2."""
    W, b = layers[0]
    for W_next, b_next in layers[1:]:
        W, b = W_next @ W, b @ W_next + b_next
    return W, b


@worth(0.12)
def collapse__columns(layers):
    """You use the order of texts with one example a *column*: W2 @ W1 and W2 @ b1 + b2. Here examples are rows, and
    the later weights stand on the right of both W and b."""
    W, b = layers[0]
    for W_next, b_next in layers[1:]:
        W, b = W_next @ W, W_next @ b + b_next
    return W, b


@worth(0.18)
def collapse__star(layers):
    """You multiply the matrices entry by entry. `*` is not the matrix product; it only runs where the shapes
    happen to fit."""
    W, b = layers[0]
    for W_next, b_next in layers[1:]:
        W, b = W * W_next, b * W_next + b_next
    return W, b


@worth(0.51)
def collapse__new_bias_lost(layers):
    """You carry the first bias through the later weights and forget to add the later layers' own biases."""
    W, b = layers[0]
    for W_next, _ in layers[1:]:
        W, b = W @ W_next, b @ W_next
    return W, b


@worth(0.24)
def collapse__b_through_all_of_W(layers):
    """You multiply each bias with the *whole* product so far. A bias only passes through the layers after its
    own."""
    W, b = layers[0]
    for W_next, b_next in layers[1:]:
        W = W @ W_next
        b = b @ W + b_next
    return W, b


@worth(0.44)
def collapse__transposed(layers):
    """Your W is transposed. Its shape is (fan_in of the first layer, fan_out of the last)."""
    W, b = layers[0]
    for W_next, b_next in layers[1:]:
        W, b = W @ W_next, b @ W_next + b_next
    return W.T, b


@worth(0.35)
def collapse__first_and_last(layers):
    """You use the first layer and the last one only. The layers between them change both W and b."""
    (W, b), (W_last, b_last) = layers[0], layers[-1]
    return W @ W_last, b @ W_last + b_last


@worth(0.47)
def collapse__two_layers(layers):
    """You use the first two layers, however many there are. Go through the whole list, one layer after the other."""
    W, b = layers[0]
    for W_next, b_next in layers[1:2]:
        W, b = W @ W_next, b @ W_next + b_next
    return W, b


@worth(0.88)
def collapse__eats_its_input(layers):
    """The result is right, but the list that was passed in is shorter afterwards: you took a layer out of it. Whoever
    passed it still needs it."""
    W, b = layers.pop(0)
    for W_next, b_next in layers:
        W, b = W @ W_next, b @ W_next + b_next
    return W, b


# --- xor_network --------------------------------------------------------------------------------------------

def _two_units(weights, biases, out, out_bias=0.0):
    return [(np.array(weights, dtype=float), np.array(biases, dtype=float)),
            (np.array(out, dtype=float)[:, None], np.array([float(out_bias)]))]


@worth(0)
def xor_network__one_layer():
    """Your network adds its inputs up, so that (1, 1) gives 2. One linear layer can do no better: it needs a
    hidden unit that wakes up for (1, 1) alone, and takes something back."""
    return [(np.array([[1.0], [1.0]]), np.zeros(1))]


@worth(0)
def xor_network__or():
    """That is OR: (1, 1) gives 1, where XOR is 0. What is taken back at (1, 1) is too little by one."""
    return _two_units([[1, 1], [1, 1]], [0, -1], [1, -1])


@worth(0)
def xor_network__and():
    """That is AND: only (1, 1) gives 1. XOR is 1 where exactly *one* input is 1."""
    return _two_units([[1, 1], [1, 1]], [0, -1], [0, 1])


@worth(0)
def xor_network__not_xor():
    """That is XOR upside down: 1 where the inputs are equal. XOR is 1 where they differ."""
    return _two_units([[1, 1], [1, 1]], [0, -1], [-1, 2], 1)


@worth(0)
def xor_network__no_threshold():
    """Your hidden units all wake up at the same point, so that together they make one straight line. One of them
    needs another bias."""
    return _two_units([[1, 1], [1, 1]], [0, 0], [1, -2])


@worth(0)
def xor_network__threshold_sign():
    """A hidden unit of yours is always on: its bias is positive where it should hold the unit back. The sum of
    the inputs must *exceed* something before it responds."""
    return _two_units([[1, 1], [1, 1]], [0, 1], [1, -2])


@worth(0)
def xor_network__row_for_column():
    """The output layer's W lies on its side. Its shape is (fan_in, fan_out): one row for each hidden unit, one
    column for the output."""
    return [(np.ones((2, 2)), np.array([0.0, -1.0])), (np.array([[1.0, -2.0]]), np.zeros(1))]


@worth(0)
def xor_network__flat():
    """You return four arrays in a row. A network is a list of pairs: [(W1, b1), (W2, b2)]."""
    return [np.ones((2, 2)), np.array([0.0, -1.0]), np.array([[1.0], [-2.0]]), np.zeros(1)]


@worth(0)
def xor_network__steps():
    """Your weights are made for units that answer 0 or 1. A ReLU passes on how *far* the sum is above 0: at (1, 1) the
    first unit gives more than 1."""
    return _two_units([[1, 1], [1, 1]], [-0.5, -1.5], [1, -1])


@worth(0)
def xor_network__b_is_a_number():
    """A bias is a plain number. b of a layer is an array of shape (fan_out,), for one unit too: `np.zeros(1)`."""
    return [(np.ones((2, 2)), np.array([0.0, -1.0])), (np.array([[1.0], [-2.0]]), 0.0)]


@worth(0)
def xor_network__flat_output_weights():
    """The output layer's W has one axis only. It is a table of shape (fan_in, fan_out), (2, 1), for one output too."""
    return [(np.ones((2, 2)), np.array([0.0, -1.0])), (np.array([1.0, -2.0]), np.zeros(1))]


# --- linear_backward ----------------------------------------------------------------------------------------

def _backward(dz, X, W):
    return dz @ W.T, X.T @ dz, dz.sum(axis=0)


@worth(0.6)
def linear_backward__db_not_summed(dz, X, W):
    """Your db has a row for each example. All examples share the one b, so what they ask of it is added up over
    the batch."""
    return *_backward(dz, X, W)[:2], dz


@worth(0.64)
def linear_backward__db_mean(dz, X, W):
    """Your db is an average over the batch. The 1/n of the mean loss is already in dz; here the rows are
    added."""
    return *_backward(dz, X, W)[:2], dz.mean(axis=0)


@worth(0.38)
def linear_backward__divided_again(dz, X, W):
    """Your dW and db are too small by the size of the batch. The 1/n of the mean loss is already in dz and must not
    come in a second time."""
    dX, dW, db = _backward(dz, X, W)
    return dX, dW / len(X), db / len(X)


@worth(0.6)
def linear_backward__db_over_units(dz, X, W):
    """You add dz up along the wrong axis: one number an example. b has one entry a unit, so the sum runs over the
    examples."""
    return *_backward(dz, X, W)[:2], dz.sum(axis=1)


@worth(0.6)
def linear_backward__db_a_row(dz, X, W):
    """The numbers of db are right, but it has shape (1, fan_out) where b has (fan_out,). A gradient has the shape of
    what it belongs to."""
    return *_backward(dz, X, W)[:2], dz.sum(axis=0, keepdims=True)


@worth(0.6)
def linear_backward__dW_transposed(dz, X, W):
    """Your dW lies on its side. A gradient has the shape of what it belongs to: dW is (fan_in, fan_out), as W is."""
    dX, dW, db = _backward(dz, X, W)
    return dX, dW.T, db


@worth(0.13)
def linear_backward__dX_not_transposed(dz, X, W):
    """On the way back W is used the other way round: from units to inputs. You multiply with W as on the way
    forward, which fits only where fan_in equals fan_out."""
    return dz @ W, X.T @ dz, dz.sum(axis=0)


@worth(0.3)
def linear_backward__other_order(dz, X, W):
    """You return dW, dX, db: the first two are in the other order. Asked for is dX, dW, db."""
    dX, dW, db = _backward(dz, X, W)
    return dW, dX, db


@worth(0)
def linear_backward__weights_first(dz, X, W):
    """You return dW, db, dX. The same three gradients are asked for in the order dX, dW, db: the input first."""
    dX, dW, db = _backward(dz, X, W)
    return dW, db, dX


@worth(0.3)
def linear_backward__bias_first(dz, X, W):
    """You return your gradients from back to front, db, dW, dX. Asked for is the order dX, dW, db."""
    return _backward(dz, X, W)[::-1]


@worth(0.3)
def linear_backward__bias_second(dz, X, W):
    """You return dX, db, dW: the last two are in the other order. Asked for is dX, dW, db."""
    dX, dW, db = _backward(dz, X, W)
    return dX, db, dW


@worth(0.64)
def linear_backward__dW_of_first_example(dz, X, W):
    """Your dW holds the first example's share alone. The shares of all examples are added up, and the matrix
    product does that by itself."""
    dX, _, db = _backward(dz, X, W)
    return dX, np.outer(X[0], dz[0]), db


@worth(0.6)
def linear_backward__dX_is_dz(dz, X, W):
    """You hand dz on as dX. An input reaches each unit through a weight, so its gradient comes back through that
    weight."""
    _, dW, db = _backward(dz, X, W)
    return dz, dW, db


@worth(0.6)
def linear_backward__one_db_for_all(dz, X, W):
    """Your db is a single number: the sum runs over the units too. Each unit has a bias of its own, so add up over the
    examples alone (`axis=0`)."""
    return *_backward(dz, X, W)[:2], dz.sum()


@worth(0.64)
def linear_backward__dW_mean(dz, X, W):
    """Your dW is an average over the batch. The 1/n of the mean loss is already in dz; here the examples' shares are
    added."""
    dX, dW, db = _backward(dz, X, W)
    return dX, dW / len(X), db


@worth(0.64)
def linear_backward__db_of_first_example(dz, X, W):
    """Your db holds the first example's share alone. All examples share the one b, so their shares are added up."""
    return *_backward(dz, X, W)[:2], dz[0]


@worth(0.64)
def linear_backward__dW_of_last_example(dz, X, W):
    """Your dW holds the last example's share alone: `=` in the loop replaces what was there, where `+=` adds."""
    dX, _, db = _backward(dz, X, W)
    return dX, np.outer(X[-1], dz[-1]), db


@worth(0)
def linear_backward__star(dz, X, W):
    """You multiply entry by entry where a matrix product is meant. `*` never adds up, and runs only where the shapes
    happen to fit."""
    return dz * W.T, X.T * dz, dz.sum(axis=0)


@worth(0.95)
def linear_backward__whole_number_buffer(dz, X, W):
    """Where X and W hold whole numbers, your gradients have lost their fractions. An array that is made *like* an
    argument has its type, and one of whole numbers keeps nothing else: ask for floats."""
    dX, dW = np.zeros_like(X), np.zeros_like(W)
    dX[...], dW[...] = dz @ W.T, X.T @ dz
    return dX, dW, dz.sum(axis=0)
