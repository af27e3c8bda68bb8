"""What learners write in the lesson `frameworks`, in Keras with TensorFlow."""

import keras
import numpy as np
import tensorflow as tf

from autograder.lessons.loss.solutions import minibatches


def make_model(layers):
    """Build a Keras model of your layers: ReLU between them, none after the last.

    Parameters
    ----------
    layers : list of (W, b)
        NumPy arrays, W of shape (fan_in, fan_out), b of shape (fan_out,).

    Returns
    -------
    model : keras.Model
        Takes a float64 tensor of shape (n, fan_in), gives the logits in float64, of
        shape (n, fan_out) of the last layer. float64 throughout: an Input without
        dtype="float64" cuts the data to 32 bits. All W and b are among its
        trainable_weights.
    """
    ### BEGIN SOLUTION
    *hidden, last = [len(b) for W, b in layers]
    model = keras.Sequential([
        keras.Input((len(layers[0][0]),), dtype="float64"),
        *[keras.layers.Dense(n, "relu", dtype="float64") for n in hidden],
        keras.layers.Dense(last, dtype="float64"),    # the last layer gives logits
    ])
    model.set_weights([p for layer in layers for p in layer])    # W1, b1, W2, …
    return model
    ### END SOLUTION


def model_loss(model, X, labels):
    """Mean cross-entropy of a model's logits, as a tensor that a tape can follow.

    Parameters
    ----------
    model : keras.Model
        Gives logits, in float64.
    X : ndarray, shape (n, fan_in)
    labels : ndarray of int, shape (n,)

    Returns
    -------
    loss : tensor, float64, without axes
        Called inside a tf.GradientTape, and that tape reaches every weight.
        Keras' loss objects compute in 32 bits unless they get dtype="float64".
    """
    ### BEGIN SOLUTION
    kind = keras.losses.SparseCategoricalCrossentropy
    cost = kind(from_logits=True, dtype="float64")
    return cost(labels, model(X))       # the truth comes first
    ### END SOLUTION


def model_step(model, optimizer, X, labels, max_norm):
    """One update of a model on one batch, with all its gradients clipped together.

    Parameters
    ----------
    model : keras.Model
        Gives logits. Its weights are updated in place.
    optimizer : keras.optimizers.Optimizer
        With a learning rate of its own.
    X : ndarray, shape (n, fan_in)
    labels : ndarray of int, shape (n,)
    max_norm : float, > 0
        The norm of all gradients together is at most this.

    Returns
    -------
    loss : number
        Mean cross-entropy of the batch, before the update.
    """
    ### BEGIN SOLUTION
    with tf.GradientTape() as tape:         # what happens in here is recorded
        loss = model_loss(model, X, labels)
    grads = tape.gradient(loss, model.trainable_weights)
    grads, _ = tf.clip_by_global_norm(grads, max_norm)
    optimizer.apply(grads, model.trainable_weights)
    return float(loss)
    ### END SOLUTION


def train_model(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """Train a Keras model as your `train` does.

    Adam, mini-batches, gradients clipped to a norm of 1.

    Parameters
    ----------
    layers : list of (W, b)
        Where training starts. Stays as it is.
    X : ndarray, shape (n, fan_in)
    labels : ndarray of int, shape (n,)
    n_epochs, batch_size : int
        The last batch of an epoch may be smaller.
    learning_rate : float
        Adam's; its other settings keep Keras' defaults.
    rng : np.random.Generator
        Deals the batches, anew in each epoch:
        `minibatches(len(X), batch_size, rng)`.

    Returns
    -------
    model : keras.Model
        Trained.
    losses : list of n_epochs numbers
        Mean loss of each epoch: over its examples, each batch measured before its
        own update.
    """
    ### BEGIN SOLUTION
    model = make_model(layers)
    optimizer = keras.optimizers.Adam(learning_rate)        # once: it has a memory
    losses = []
    for _ in range(n_epochs):
        total = 0.0
        for rows in minibatches(len(X), batch_size, rng):
            loss = model_step(model, optimizer, X[rows], labels[rows], 1.0)
            total += len(rows) * loss       # a smaller last batch weighs less
        losses.append(total / len(X))
    return model, losses
    ### END SOLUTION


def init_he(model, rng):
    """Start a model anew in He's way, in the weights that it has.

    Every weight is drawn from N(0, 2 / fan_in), every bias is 0.

    Parameters
    ----------
    model : keras.Sequential
        Dense layers in float64 with ReLU between them. An optimizer may hold its
        weights already, so they are changed in place.
    rng : np.random.Generator
        The only source of randomness.

    Returns
    -------
    None
    """
    ### BEGIN SOLUTION
    for layer in model.layers:
        fan_in, fan_out = layer.kernel.shape
        # assign writes into what is there; normal takes the root of the variance
        layer.kernel.assign(rng.normal(0, np.sqrt(2 / fan_in), (fan_in, fan_out)))
        layer.bias.assign(np.zeros(fan_out))
    ### END SOLUTION


def evaluate(model, X, labels):
    """Loss and accuracy of a model as it is in use.

    Dropout is off and batch normalisation takes its moving statistics. The model
    comes back unchanged. Nothing is recorded for gradients.

    Parameters
    ----------
    model : keras.Model
        Gives logits, in float64; it may hold Dropout and BatchNormalization.
    X : ndarray, shape (n, fan_in)
    labels : ndarray of int, shape (n,)

    Returns
    -------
    loss : number
        Mean cross-entropy.
    accuracy : number in 0 … 1
        The share of rows whose largest logit is the label's.
    """
    ### BEGIN SOLUTION
    logits = model(X, training=False)       # no tape is open: nothing is recorded
    cost = keras.losses.sparse_categorical_crossentropy
    losses = cost(labels, logits, from_logits=True)         # one for each row
    right = np.argmax(logits, axis=1) == labels
    return float(np.mean(losses)), float(np.mean(right))
    ### END SOLUTION


def pick_device():
    """Name of the device to compute on.

    The first GPU if there is one, else the processor.

    Returns
    -------
    device : str
        "GPU:0" or "CPU:0".
    """
    ### BEGIN SOLUTION
    # the list of GPUs may be empty
    return "GPU:0" if tf.config.list_physical_devices("GPU") else "CPU:0"
    ### END SOLUTION
