"""Other right programs in Keras: each must get full marks."""

import keras
import numpy as np
import tensorflow as tf

from autograder.lessons.loss.solutions import minibatches


def make_model__functional(layers):
    inputs = x = keras.Input(shape=(layers[0][0].shape[0],), dtype="float64")
    dense = []
    for k, (W, _) in enumerate(layers):
        dense.append(keras.layers.Dense(W.shape[1], dtype="float64"))
        x = dense[-1](x)
        if k < len(layers) - 1:
            x = keras.layers.ReLU(dtype="float64")(x)
    for layer, (W, b) in zip(dense, layers, strict=True):
        layer.set_weights([W, b])
    return keras.Model(inputs, x)


class _Network(keras.Model):
    def __init__(self, layers):
        super().__init__(dtype="float64")
        self.dense = [keras.layers.Dense(
            len(b), dtype="float64", kernel_initializer=lambda shape, dtype=None, W=W: tf.constant(W, dtype=dtype),
            bias_initializer=lambda shape, dtype=None, b=b: tf.constant(b, dtype=dtype)) for W, b in layers]

    def call(self, x):
        for layer in self.dense[:-1]:
            x = tf.nn.relu(layer(x))
        return self.dense[-1](x)


def make_model__subclass(layers):
    return _Network(layers)


class _Own(keras.Model):
    """Weights of its own, no layer of Keras'."""

    def __init__(self, layers):
        super().__init__(dtype="float64")
        self.pairs = []
        for W, b in layers:
            self.pairs.append((self.add_weight(shape=W.shape, dtype="float64"), self.add_weight(
                shape=b.shape, dtype="float64")))
            self.pairs[-1][0].assign(W)
            self.pairs[-1][1].assign(b)

    def call(self, x):
        for k, (W, b) in enumerate(self.pairs):
            x = keras.ops.matmul(x, W) + b
            if k < len(self.pairs) - 1:
                x = keras.ops.maximum(x, 0)
        return x


def make_model__own_weights(layers):
    return _Own(layers)


def model_loss__tensorflow(model, X, labels):
    logits = model(tf.constant(X), training=True)
    return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits))


def model_loss__lower_case(model, X, labels):
    return keras.ops.mean(keras.losses.sparse_categorical_crossentropy(labels, model(X), from_logits=True))


def model_loss__by_hand(model, X, labels):
    logits = model(tf.convert_to_tensor(X))
    hot = tf.one_hot(labels.astype("int32"), logits.shape[-1], dtype=tf.float64)
    return -tf.reduce_sum(hot * tf.nn.log_softmax(logits)) / len(X)


def _loss(model, X, labels):
    return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, model(X)))


def model_step__apply_gradients(model, optimizer, X, labels, max_norm):
    with tf.GradientTape(persistent=True) as tape:
        loss = _loss(model, X, labels)
    grads = tape.gradient(loss, model.trainable_weights)
    norm = np.sqrt(sum(np.sum(np.square(g)) for g in grads))
    scale = max_norm / norm if norm > max_norm else 1.0
    optimizer.apply_gradients(zip([scale * g for g in grads], model.trainable_weights, strict=True))
    return loss


def model_step__the_optimizer_clips(model, optimizer, X, labels, max_norm):
    optimizer.global_clipnorm = max_norm
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        for variable in model.trainable_variables:
            tape.watch(variable.value)
        loss = _loss(model, tf.constant(X), labels)
    gradients = tape.gradient(loss, [v.value for v in model.trainable_variables])
    optimizer.apply(gradients, model.trainable_variables)
    return loss.numpy()


def model_step__graph(model, optimizer, X, labels, max_norm):
    optimizer.build(model.trainable_variables)

    @tf.function
    def step(x, y):
        with tf.GradientTape() as tape:
            loss = _loss(model, x, y)
        grads, _ = tf.clip_by_global_norm(tape.gradient(loss, model.trainable_variables), max_norm)
        optimizer.apply(grads, model.trainable_variables)
        return loss
    return float(step(tf.constant(X), tf.constant(labels)))


def train_model__written_out(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    model, optimizer, losses = make_model__functional(layers), keras.optimizers.Adam(learning_rate, epsilon=1e-8), []
    order = np.arange(len(X))
    for _ in range(n_epochs):
        rng.shuffle(order)
        noted = []
        for k in range(0, len(X), batch_size):
            rows = order[k:k + batch_size]
            with tf.GradientTape() as tape:
                each = tf.nn.sparse_softmax_cross_entropy_with_logits(labels[rows], model(X[rows]))
                loss = tf.reduce_mean(each)
            grads = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(tf.clip_by_global_norm(grads, 1.0)[0], model.trainable_variables,
                                          strict=True))
            noted += each.numpy().tolist()
        losses.append(np.mean(noted))
    return model, np.array(losses)


def train_model__fit(layers, X, labels, n_epochs, batch_size, learning_rate, rng):
    """Keras' own loop, one epoch at a time: the order is dealt by hand."""
    model = make_model__functional(layers)
    model.compile(keras.optimizers.Adam(learning_rate, global_clipnorm=1.0),
                  keras.losses.SparseCategoricalCrossentropy(from_logits=True, dtype="float64"),
                  run_eagerly=True)         # a graph takes a second to make, and is used for three steps
    losses = []
    for _ in range(n_epochs):
        order = np.concatenate(list(minibatches(len(X), batch_size, rng)))
        history = model.fit(X[order], labels[order], batch_size=batch_size, shuffle=False, verbose=0)
        losses += history.history["loss"]
    return model, losses


def init_he__set_weights(model, rng):
    new = []
    for p in model.get_weights():
        new.append(rng.normal(0, np.sqrt(2 / len(p)), p.shape) if p.ndim == 2 else np.zeros_like(p))
    model.set_weights(new)


def init_he__over_variables(model, rng):
    for variable in model.trainable_variables:
        if len(variable.shape) == 2:
            variable.assign(tf.constant(rng.standard_normal(tuple(variable.shape)) * (2 / variable.shape[0]) ** 0.5))
        else:
            variable.assign(tf.zeros_like(variable.value))
    return model


def evaluate__predict(model, X, labels):
    z = model.predict(X, verbose=0)
    z = z - z.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    return -log_p[np.arange(len(z)), labels].mean(), (z.argmax(axis=1) == labels).mean()


def evaluate__keras_evaluates(model, X, labels):
    model.compile(loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"],
                  run_eagerly=True)
    return model.evaluate(X, labels, verbose=0)


def evaluate__plain_call(model, X, labels):
    logits = model(tf.constant(X))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)(labels, logits)
    right = tf.equal(tf.argmax(logits, axis=1), labels)
    return loss, tf.reduce_mean(tf.cast(right, "float64"))


def pick_device__logical():
    return tf.config.list_logical_devices("GPU")[0].name if tf.config.list_logical_devices("GPU") else "/CPU:0"


def pick_device__name_of_the_first():
    return tf.test.gpu_device_name() or "/device:CPU:0"


def pick_device__keras():
    return "gpu:0" if keras.distribution.list_devices("gpu") else "cpu:0"
