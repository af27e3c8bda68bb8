"""Known wrong programs in Keras: each docstring is what a learner whose results agree with it is told."""

import itertools

import keras
import numpy as np
import tensorflow as tf

from autograder.lessons.exercise import worth
from autograder.lessons.frameworks.solutions_keras import evaluate, make_model, model_loss, model_step
from autograder.lessons.loss.solutions import minibatches

_RUNS = itertools.count()          # how often a program that deals in orders of its own was called

# --- make_model ---------------------------------------------------------------------------------------------


def _stack(layers, last=None, hidden="relu", dtype="float64", input_dtype="float64", **how):
    end = len(layers) - 1
    model = keras.Sequential([keras.Input((len(layers[0][0]),), dtype=input_dtype), *(
        keras.layers.Dense(len(b), activation=last if k == end else hidden, dtype=dtype, **how)
        for k, (_, b) in enumerate(layers))])
    model.set_weights([p for W, b in layers for p in ((W, b) if how.get("use_bias", True) else (W,))])
    return model


@worth(0.0)
def make_model__transposed_keras(layers):
    """Your weights stand the wrong way round: Keras keeps W as you do, (fan_in, fan_out). It is PyTorch that wants the
    transposed one. With equal widths nothing complains, and the logits are others."""
    model = _stack(layers)
    model.set_weights([p for W, b in layers for p in (W.T, b)])
    return model


@worth(0.0)
def make_model__relu_last_keras(layers):
    """Your logits are never negative: the last layer has a ReLU too. It belongs to the layers before it."""
    return _stack(layers, "relu")


@worth(0.0)
def make_model__softmax_last_keras(layers):
    """Your model gives probabilities, which add up to 1 in each row. Logits are asked for: the softmax is in the
    loss, and must not be taken twice."""
    return _stack(layers, "softmax")


@worth(0.13)
def make_model__no_relu_keras(layers):
    """Your model is one linear map: no layer of it has an activation. A Dense layer has none unless it is named."""
    return _stack(layers, hidden=None)


@worth(0.71)
def make_model__in_32_bits_keras(layers):
    """Your model computes in 32 bits, Keras' default: seven digits are right and no more. float64 is asked for, and
    each layer that you make wants to be told."""
    return _stack(layers, dtype="float32")


@worth(0.71)
def make_model__input_in_32_bits(layers):
    """Your logits are float64 by their type, and only seven of their digits are right: the data go through 32 bits on
    their way in. `keras.Input` has a dtype of its own, and it is float32 unless you say otherwise."""
    return _stack(layers, input_dtype="float32")


@worth(0.62)
def make_model__frozen_keras(layers):
    """No weight of your model can be trained: none is among its `trainable_variables`. Either the layers are frozen
    (`trainable=False`), or the arrays are used as constants and are no weights of a layer."""
    return _stack(layers, trainable=False)


@worth(0.0)
def make_model__biases_lost_keras(layers):
    """Your model has no biases. Each layer is a pair (W, b), and b belongs to it."""
    return _stack(layers, use_bias=False)


@worth(0.0)
def make_model__never_copied_keras(layers):
    """Your W never reached the model: a Dense layer draws random weights of its own, others at each call. Write your W
    and b into it, with `set_weights` or `assign`."""
    model = _stack(layers)
    for layer in model.layers:
        layer.kernel.assign(np.random.default_rng().normal(size=layer.kernel.shape))
        layer.bias.assign(np.zeros(layer.bias.shape))
    return model


@worth(0.0)
def make_model__biases_not_copied_keras(layers):
    """Your W are in the model and your b are not: the biases of a Dense layer start at 0, and stay so until yours are
    written into it."""
    model = _stack(layers)
    for layer in model.layers:
        layer.bias.assign(np.zeros(layer.bias.shape))
    return model


@worth(0.71)
def make_model__default_changed_keras(layers):
    """Your function changes Keras' default type, and with it every layer that is made later, anywhere in the notebook.
    Say `dtype="float64"` where you make a layer."""
    keras.config.set_floatx("float64")
    return _stack(layers)


# --- model_loss ---------------------------------------------------------------------------------------------

@worth(0.0)
def model_loss__from_logits_forgotten(model, X, labels):
    """Your loss takes the logits for probabilities: Keras does so unless `from_logits=True` is said. It raises
    nothing, and the gradients are others."""
    return keras.losses.SparseCategoricalCrossentropy(dtype="float64")(labels, model(X))


@worth(0.0)
def model_loss__softmax_twice_keras(model, X, labels):
    """Your loss takes the softmax twice: of the logits, and then of the probabilities that come out. With
    `from_logits=True` there is one in the loss."""
    cost = keras.losses.SparseCategoricalCrossentropy(from_logits=True, dtype="float64")
    return cost(labels, tf.nn.softmax(model(X)))


@worth(0.47)
def model_loss__detached_keras(model, X, labels):
    """No gradient can be taken of your loss: what comes back no longer knows what it was made of. `model.predict`, a
    plain number, `.numpy()`, `float(…)`, NumPy functions and `tf.stop_gradient` each cut it off."""
    return float(model_loss(model, X, labels))


@worth(0.13)
def model_loss__summed_keras(model, X, labels):
    """Your loss grows with the batch: the losses of the examples are added up. Their mean is asked for."""
    return len(X) * model_loss(model, X, labels)


@worth(0.13)
def model_loss__one_for_each_keras(model, X, labels):
    """One loss for each example came back. A single number is asked for, their mean: the lower-case losses of Keras
    leave it to you."""
    return keras.losses.sparse_categorical_crossentropy(labels, model(X), from_logits=True)


@worth(0.8)
def model_loss__log_of_softmax_keras(model, X, labels):
    """With large logits your loss is inf or nan: a probability is 0 in 64 bits, and its logarithm is taken. A loss
    that takes the logits themselves never forms the probability."""
    p = tf.nn.softmax(model(X))
    return -tf.reduce_mean(tf.math.log(tf.gather(p, labels, batch_dims=1)))


@worth(0.73)
def model_loss__in_32_bits_keras(model, X, labels):
    """Your loss is computed in 32 bits, though the model is in 64: seven digits are right and no more. Keras' loss
    objects take float32 unless they are told, by `dtype`."""
    return keras.losses.SparseCategoricalCrossentropy(from_logits=True)(labels, model(X))


@worth(0.0)
def model_loss__squared_keras(model, X, labels):
    """Your loss is the mean squared distance between logits and one-hot labels. The cross-entropy is asked for."""
    logits = model(X)
    return tf.reduce_mean((logits - tf.one_hot(labels, logits.shape[1], dtype=logits.dtype))**2)


# --- model_step ---------------------------------------------------------------------------------------------

def _take_step(model, optimizer, X, labels, max_norm, clip=None, loss_of=model_loss):
    with tf.GradientTape() as tape:
        loss = loss_of(model, X, labels)
    grads = tape.gradient(loss, model.trainable_variables)
    grads = clip(grads, max_norm) if clip else tf.clip_by_global_norm(grads, max_norm)[0]
    optimizer.apply(grads, model.trainable_variables)
    return float(loss)


@worth(0.0)
def model_step__loss_outside_the_tape(model, optimizer, X, labels, max_norm):
    """There are no gradients: what your tape has recorded does not lead from the weights to the loss. Both the model's
    call and the loss belong inside `with tf.GradientTape()`, and nothing on the way may become a NumPy array or a
    plain number."""
    loss = model_loss(model, X, labels)
    with tf.GradientTape() as tape:
        total = loss * 1.0
    grads, _ = tf.clip_by_global_norm(tape.gradient(total, model.trainable_variables), max_norm)
    optimizer.apply(grads, model.trainable_variables)
    return float(loss)


@worth(0.48)
def model_step__not_clipped_keras(model, optimizer, X, labels, max_norm):
    """Your step is not clipped: where the gradient is long, you go all of its length. `tf.clip_by_global_norm` changes
    nothing; it returns the clipped gradients (and their norm), and those are what the optimizer is to get."""
    return _take_step(model, optimizer, X, labels, max_norm, clip=lambda grads, limit: grads)


@worth(0.48)
def model_step__clipped_each_keras(model, optimizer, X, labels, max_norm):
    """You clip each array by its own norm, which bends the direction of the step. All gradients of the model are to be
    clipped together, as one long vector: `clip_by_norm` and `clipnorm` go array by array, those with *global* in
    their name do not."""
    return _take_step(model, optimizer, X, labels, max_norm, clip=lambda grads, limit: [
        tf.clip_by_norm(g, limit) for g in grads])


@worth(0.48)
def model_step__clipped_by_value_keras(model, optimizer, X, labels, max_norm):
    """You cut each entry of the gradients to ±max_norm. It is the norm of all of them together that max_norm
    limits."""
    return _take_step(model, optimizer, X, labels, max_norm, clip=lambda grads, limit: [
        tf.clip_by_value(g, -limit, limit) for g in grads])


@worth(0.12)
def model_step__clipped_to_one_keras(model, optimizer, X, labels, max_norm):
    """`max_norm` plays no part: you clip to a norm of 1, whatever the caller asks for."""
    return _take_step(model, optimizer, X, labels, 1.0)


@worth(0.64)
def model_step__made_longer_keras(model, optimizer, X, labels, max_norm):
    """You give the gradient the length max_norm also where it is shorter. Clipping shortens, and never lengthens."""
    return _take_step(model, optimizer, X, labels, max_norm, clip=lambda grads, limit: [
        g * limit / tf.linalg.global_norm(grads) for g in grads])


@worth(0.64)
def model_step__loss_after_keras(model, optimizer, X, labels, max_norm):
    """The loss that you return is that of the updated model. The one before the update is asked for: it is there
    already."""
    _take_step(model, optimizer, X, labels, max_norm)
    return float(model_loss(model, X, labels))


@worth(0.12)
def model_step__no_step_keras(model, optimizer, X, labels, max_norm):
    """Your weights stay where they were: no step is taken."""
    return float(model_loss(model, X, labels))


@worth(0.4)
def model_step__summed_keras(model, optimizer, X, labels, max_norm):
    """Your loss and your step grow with the batch: the losses of its examples are added up. Their mean is asked
    for."""
    return _take_step(model, optimizer, X, labels, max_norm, loss_of=lambda model, X, labels: len(X) * model_loss(
        model, X, labels))


@worth(0.0)
def model_step__own_optimizer_keras(model, optimizer, X, labels, max_norm):
    """The optimizer that you are given takes no step: your function makes one of its own, or moves the weights by hand.
    The one that is given knows the learning rate, and remembers the steps before."""
    return _take_step(model, keras.optimizers.SGD(0.1), X, labels, max_norm)


# --- train_model --------------------------------------------------------------------------------------------

def _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng, *, optimizer=keras.optimizers.Adam,
           max_norm=1.0, step=None, batches=minibatches, anew=None, loss_of="epoch"):
    model, losses, made = make_model(layers), [], None
    for _ in range(n_epochs):
        if anew == "model":
            model, made = make_model(layers), None
        if anew == "optimizer":
            made = None
        noted = []
        for rows in batches(len(X), batch_size, rng):
            made = (made if anew != "each batch" else None) or optimizer(learning_rate)
            noted.append((len(rows), (step or model_step)(model, made, X[rows], labels[rows], max_norm)))
        match loss_of:
            case "epoch":
                losses.append(sum(n * loss for n, loss in noted) / len(X))
            case "batch_size":
                losses.append(sum(batch_size * loss for _, loss in noted) / len(X))
            case "mean of the batches":
                losses.append(float(np.mean([loss for _, loss in noted])))
            case "after":
                losses.append(float(model_loss(model, X, labels)))
    return model, losses


@worth(0.91)
def train_model__mean_of_the_batches_keras(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """Your loss of an epoch is the plain mean of its batches' losses. Where the last batch is smaller, its few examples
    count for more than the others: weight each batch's loss by its number of examples."""
    return _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng, loss_of="mean of the batches")


@worth(0.16)
def train_model__not_clipped_keras(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """Your run differs where gradients are large: they are not clipped to a norm of 1."""
    return _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng, max_norm=1e9)


@worth(0.16)
def train_model__plain_descent_keras(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """Your steps are those of plain gradient descent. Adam is asked for, as in your `train`."""
    return _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng, optimizer=keras.optimizers.SGD)


@worth(0.16)
def train_model__optimizer_made_anew_keras(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """Your Adam starts anew in every epoch and forgets what it has remembered of the gradients. Make the optimizer
    once, before the first epoch."""
    return _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng, anew="optimizer")


@worth(0.16)
def train_model__model_made_anew_keras(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """Every epoch of yours starts from the first weights again: the model is made inside the loop. Make it once."""
    return _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng, anew="model")


@worth(0.49)
def train_model__rng_unused_keras(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """Another seed gives the very same run: `rng` decides nothing. Deal the batches with the `rng` you are given, anew
    in each epoch; what `fit` shuffles is shuffled by another."""
    return _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng,
                  batches=lambda n, size, rng: [np.arange(s, min(s + size, n)) for s in range(0, n, size)])


@worth(0.55)
def train_model__dealt_once_keras(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """Every epoch of yours has the same batches in the same order: they are dealt once. Deal them anew in each."""
    dealt = minibatches(len(X), batch_size, rng)
    return _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng, batches=lambda n, size, rng: dealt)


@worth(0.34)
def train_model__loss_after_the_epoch_keras(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """You measure the loss after the epoch, on all the data. The mean of the batches' losses is asked for, each noted
    before its own update."""
    return _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng, loss_of="after")


@worth(0.16)
def train_model__clipped_each_keras(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """Each array of your gradients is clipped by its own norm. All together are to be clipped to a norm of 1: of
    Keras' three arguments that is `global_clipnorm`, not `clipnorm`."""
    return _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng, step=model_step__clipped_each_keras)


def _by_another():
    """`minibatches` with orders that do not come from its rng: others in each run. They stand for a shuffle by another
    generator, which gives one order twice in a row once in a thousand, and would then look right.
    """
    first = itertools.count(next(_RUNS))
    return lambda n, size, rng: np.split(np.roll(np.arange(n), next(first)), range(size, n, size))


@worth(0.52)
def train_model__shuffled_by_another_keras(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """The same seed gives another run: it is not `rng` that decides the order. `fit` and `tf.data` shuffle with a
    generator of their own. Deal the batches with the `rng` you are given."""
    return _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng, batches=_by_another())


@worth(0.16)
def train_model__optimizer_for_each_batch_keras(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """Your Adam is made anew for each batch, so it remembers nothing of the gradients before. Make the optimizer once,
    before the first epoch."""
    return _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng, anew="each batch")


@worth(0.16)
def train_model__learning_rate_forgotten_keras(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """`learning_rate` plays no part: your Adam goes on with its default, 0.001. Hand it over:
    `keras.optimizers.Adam(learning_rate)`."""
    return _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng,
                  optimizer=lambda lr: keras.optimizers.Adam())


@worth(0.91)
def train_model__weighted_by_batch_size_keras(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """Your loss of an epoch counts `batch_size` examples for every batch. A last batch that is smaller has fewer:
    weight each loss by `len(rows)`."""
    return _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng, loss_of="batch_size")


@worth(0.0)
def train_model__labels_of_other_rows_keras(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """The rows of a batch meet the labels of others: `rows` picks from `X` and not from `labels`. A batch is `X[rows]`
    with `labels[rows]`."""
    model, losses = make_model(layers), []
    optimizer = keras.optimizers.Adam(learning_rate)
    for _ in range(n_epochs):
        total = 0.0
        for rows in minibatches(len(X), batch_size, rng):
            total += len(rows) * model_step(model, optimizer, X[rows], labels, 1.0)
        losses.append(total / len(X))
    return model, losses


@worth(0.33)
def train_model__first_labels_keras(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """Images and labels of a batch no longer belong together: `rows` picks from `X`, and from `labels` the first ones
    are taken. A batch is `X[rows]` with `labels[rows]`."""
    model, losses = make_model(layers), []
    optimizer = keras.optimizers.Adam(learning_rate)
    for _ in range(n_epochs):
        total = 0.0
        for rows in minibatches(len(X), batch_size, rng):
            total += len(rows) * model_step(model, optimizer, X[rows], labels[:len(rows)], 1.0)
        losses.append(total / len(X))
    return model, losses


@worth(0.36)
def train_model__total_not_divided_keras(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """Your loss of an epoch is the sum over its examples. Their mean is asked for: divide by their number, `len(X)`."""
    model, losses = _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng)
    return model, [loss * len(X) for loss in losses]


@worth(0.36)
def train_model__total_never_reset_keras(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """Your losses add up from epoch to epoch. The sum of an epoch begins at 0: set it inside the loop over the
    epochs."""
    model, losses = _train(layers, X, labels, n_epochs, batch_size, learning_rate, rng)
    return model, np.cumsum(losses).tolist()


# --- init_he ------------------------------------------------------------------------------------------------

def _draw(model, draw, biases=True):
    for layer in model.layers:
        layer.kernel.assign(draw(*layer.kernel.shape))
        if biases:
            layer.bias.assign(np.zeros(layer.bias.shape))


@worth(0.83)
def init_he__own_generator_keras(model, rng):
    """`rng` has no part in your weights: the same seed gives others the second time. Keras' initializers draw from a
    generator of their own."""
    drawn = np.random.default_rng()
    _draw(model, lambda fan_in, fan_out: drawn.normal(0, np.sqrt(2 / fan_in), (fan_in, fan_out)))


@worth(0.0)
def init_he__fan_out_keras(model, rng):
    """The spread of your weights goes by fan_out, the number of a layer's units. He's goes by fan_in, its inputs: in
    Keras that is the *first* size of `kernel`."""
    _draw(model, lambda fan_in, fan_out: rng.normal(0, np.sqrt(2 / fan_out), (fan_in, fan_out)))


@worth(0.0)
def init_he__variance_for_std_keras(model, rng):
    """The spread of your weights is 2 / fan_in. That is the variance; `normal` takes its root."""
    _draw(model, lambda fan_in, fan_out: rng.normal(0, 2 / fan_in, (fan_in, fan_out)))


@worth(0.0)
def init_he__xavier_keras(model, rng):
    """Your weights have Xavier's variance, 2 / (fan_in + fan_out). He's is 2 / fan_in."""
    _draw(model, lambda fan_in, fan_out: rng.normal(0, np.sqrt(2 / (fan_in + fan_out)), (fan_in, fan_out)))


@worth(0.87)
def init_he__uniform_keras(model, rng):
    """Your weights come from a uniform distribution. A normal one is asked for."""
    _draw(model, lambda fan_in, fan_out: rng.uniform(-1, 1, (fan_in, fan_out)) * np.sqrt(6 / fan_in))


@worth(0.81)
def init_he__biases_left_keras(model, rng):
    """The biases are those that were there before. They start at 0."""
    _draw(model, lambda fan_in, fan_out: rng.normal(0, np.sqrt(2 / fan_in), (fan_in, fan_out)), biases=False)


@worth(0.86)
def init_he__seeded_in_the_loop_keras(model, rng):
    """Layers of one size get the very same weights, and every `rng` gives them: a generator is made anew for each
    layer. All layers draw from the one that is given, one after the other."""
    _draw(model, lambda fan_in, fan_out: np.random.default_rng(0).normal(0, np.sqrt(2 / fan_in), (fan_in, fan_out)))


@worth(0.0)
def init_he__untouched_keras(model, rng):
    """The weights that the model had are as they were: nothing is written into them. A layer's arrays as NumPy gives
    them (`get_weights`, `.numpy()`) are copies; `assign` and `set_weights` write."""


@worth(0.0)
def init_he__one_over_fan_in_keras(model, rng):
    """The variance of your weights is 1 / fan_in. He's is twice that, 2 / fan_in: a ReLU takes half of it away."""
    _draw(model, lambda fan_in, fan_out: rng.normal(0, np.sqrt(1 / fan_in), (fan_in, fan_out)))


@worth(0.84)
def init_he__mean_not_0_keras(model, rng):
    """The mean of your weights is not 0. The first argument of `normal` is the mean, and the second the standard
    deviation."""
    _draw(model, lambda fan_in, fan_out: rng.normal(np.sqrt(2 / fan_in), np.sqrt(2 / fan_in), (fan_in, fan_out)))


@worth(0.0)
def init_he__last_layer_left_keras(model, rng):
    """The last layer keeps the weights that it had. It is set like the others."""
    before = model.layers[-1].get_weights()
    _draw(model, lambda fan_in, fan_out: rng.normal(0, np.sqrt(2 / fan_in), (fan_in, fan_out)))
    model.layers[-1].set_weights(before)


@worth(0.81)
def init_he__biases_drawn_keras(model, rng):
    """Your biases are random numbers. They start at 0: it is the weights alone that have to differ."""
    _draw(model, lambda fan_in, fan_out: rng.normal(0, np.sqrt(2 / fan_in), (fan_in, fan_out)))
    for layer in model.layers:
        fan_in, fan_out = layer.kernel.shape
        layer.bias.assign(rng.normal(0, np.sqrt(2 / fan_in), fan_out))


# --- evaluate -----------------------------------------------------------------------------------------------

def _measured(model, X, labels, **how):
    logits = model(X, **how)
    losses = keras.losses.sparse_categorical_crossentropy(labels, logits, from_logits=True)
    return float(np.mean(losses)), float(np.mean(np.argmax(logits, axis=1) == labels))


@worth(0.1)
def evaluate__in_training_mode_keras(model, X, labels):
    """You measure the model as it is in training: dropout takes part of its units away, batch normalisation takes the
    batch's own statistics, and writes them down. That is what `training=True` asks for."""
    return _measured(model, X, labels, training=True)


@worth(0.64)
def evaluate__frozen_keras(model, X, labels):
    """The model comes back with weights that can no longer be trained. Leave `trainable` as it was: what is measured
    depends on `training`, which is said when the model is called."""
    model.trainable = False
    return _measured(model, X, labels, training=False)


@worth(0.76)
def evaluate__percent_keras(model, X, labels):
    """Your accuracy is in percent. The share of rows is asked for, between 0 and 1."""
    loss, accuracy = evaluate(model, X, labels)
    return loss, 100 * accuracy


@worth(0.77)
def evaluate__counted_keras(model, X, labels):
    """Your accuracy is the number of rows that are right. Their share is asked for, between 0 and 1."""
    loss, accuracy = evaluate(model, X, labels)
    return loss, len(X) * accuracy


@worth(0.0)
def evaluate__from_logits_forgotten(model, X, labels):
    """Your loss takes the logits for probabilities: Keras does so unless `from_logits=True` is said."""
    logits = model(X, training=False)
    losses = keras.losses.sparse_categorical_crossentropy(labels, logits)
    return float(np.mean(losses)), float(np.mean(np.argmax(logits, axis=1) == labels))


@worth(0.0)
def evaluate__swapped_keras(model, X, labels):
    """Accuracy and loss come back in the wrong order: (loss, accuracy) is asked for."""
    return evaluate(model, X, labels)[::-1]


# --- pick_device --------------------------------------------------------------------------------------------

@worth(0.6)
def pick_device__always_gpu_keras():
    """You name the GPU also on a machine that has none. A list of *all* devices is never empty: the processor is in
    it."""
    return "GPU:0" if tf.config.list_physical_devices() else "CPU:0"


@worth(0.4)
def pick_device__always_cpu_keras():
    """You name the processor also where there is a GPU: it would stand idle. Ask the framework whether there is one."""
    return "CPU:0"


@worth(0.0)
def pick_device__upside_down_keras():
    """It is the wrong way round: the GPU where there is none, and the processor where there is one."""
    return "CPU:0" if tf.config.list_physical_devices("GPU") else "GPU:0"


@worth(0.8)
def pick_device__last_gpu_keras():
    """You name the last GPU. The first is asked for; they are counted from 0."""
    found = tf.config.list_physical_devices("GPU")
    return f"GPU:{len(found) - 1}" if found else "CPU:0"


@worth(0.6)
def pick_device__more_than_one_keras():
    """A machine with a single GPU gets the processor. One is enough."""
    return "GPU:0" if len(tf.config.list_physical_devices("GPU")) > 1 else "CPU:0"


@worth(0.6)
def pick_device__first_of_none_keras():
    """On a machine without a GPU your function raises an error: it takes the first of a list that is empty there."""
    return "GPU:0" if tf.config.list_physical_devices("GPU")[0] else "CPU:0"
