"""The exercises of the lesson `frameworks` in Keras as functions of arrays: models never leave this file.

Keras on TensorFlow. Each function here takes the learner's function, and gives one that takes and gives arrays. It
makes the models itself, so that every exercise is looked at on its own; it sets no seed and no default.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from unittest import mock

import keras
import numpy as np
import tensorflow as tf

from course.checking.adapters import arrays
from course.checking.adapters.arrays import Array, Layers, NotAsked, described, number, pair

Function = Callable[..., Any]
DTYPE = "float64"


class Given(keras.Sequential):        # type: ignore[misc]  # a framework has no types here
    """A model that the checker has made: no learner's function may hand it on as its own."""


def network(layers: Layers) -> Any:
    """Dense layers in float64 with ReLU between them."""
    last = len(layers) - 1
    model = Given([keras.Input((len(layers[0][0]),), dtype=DTYPE), *(
        keras.layers.Dense(len(b), activation=None if k == last else "relu", dtype=DTYPE)
        for k, (_, b) in enumerate(layers))])
    model.set_weights([np.asarray(p, dtype=float) for layer in layers for p in layer])
    return model


def _array(tensor: Any) -> Array:
    return np.array(keras.ops.convert_to_numpy(tensor))


def _pairs(tensors: Sequence[Any]) -> list[tuple[Array, Array]]:
    """[(W, b)] of kernel, bias, kernel, bias …"""
    found = [_array(t) for t in tensors]
    return list(zip(found[::2], found[1::2], strict=True))


def _model(value: Any, where: str) -> Any:
    if not isinstance(value, keras.Model):
        raise NotAsked(f"{where} is a model, a keras.Model; here it is {described(value)}")
    if isinstance(value, Given):
        raise NotAsked(f"{where} is a model of the course's own; your function is to build it itself")
    return value


def _logits(model: Any, X: Array) -> Array:
    out = model(tf.constant(np.asarray(X, dtype=float)), training=False)
    if not tf.is_tensor(out):
        raise NotAsked(f"the model should give logits, a tensor; it gave {described(out)}")
    return _array(out)


def make_model(function: Function) -> Function:
    """(layers, X) -> logits, number of weights that can be trained, in how many bits."""
    def adapted(layers: Layers, X: Array) -> tuple[Array, int, str]:
        default, policy = keras.config.floatx(), keras.config.dtype_policy()
        try:
            model = _model(function(layers), "what make_model returns")
            is_kept = (keras.config.floatx(), keras.config.dtype_policy()) == (default, policy)
            logits, exact = _logits(model, X), arrays.logits_of(layers, X)
            if logits.shape == exact.shape and not np.allclose(logits, exact, rtol=1e-4, atol=1e-5):
                _refuse_random(function, layers, X, model, logits)
        finally:
            keras.config.set_floatx(default)
            keras.config.set_dtype_policy(policy)
        trained = sum(int(np.prod(v.shape)) for v in model.trainable_variables)
        return logits.astype(float), trained, arrays.bits(logits, exact) if is_kept else arrays.BY_DEFAULT
    return adapted


def _refuse_random(function: Function, layers: Layers, X: Array, model: Any, logits: Array) -> None:
    """Raise NotAsked where the framework's own random weights are still in the model."""
    if np.allclose(_logits(_model(function(layers), "what make_model returns"), X), logits):
        return
    if text := arrays.drawn_anew(layers, [_array(v) for v in model.weights], "Keras"):
        raise NotAsked(text)


def model_loss(function: Function) -> Function:
    """(layers, X, labels) -> loss, gradients [(dW, db), …] (none of what they cannot be taken of), in how many bits."""
    def adapted(layers: Layers, X: Array, labels: Array) -> tuple[Any, Any, str]:
        model = network(layers)
        with tf.GradientTape() as record:
            loss = function(model, X, labels)
        exact = arrays.loss_of(layers, X, labels)
        if not tf.is_tensor(loss):
            plain = number(loss, "what model_loss returns")
            return plain, [], arrays.bits(np.asarray(loss), exact)
        value = _array(loss)
        if value.size != 1:
            return value.astype(float), [], arrays.bits(value, exact)
        return float(value.reshape(())), _gradients(record, loss, model), arrays.bits(value.reshape(()), exact)
    return adapted


def _gradients(record: Any, loss: Any, model: Any) -> list[tuple[Array, Array]]:
    variables = [v.value for v in model.trainable_variables]
    found = record.gradient(loss, variables)
    if all(g is None for g in found):
        return []
    return _pairs([tf.zeros_like(v) if g is None else g for g, v in zip(found, variables, strict=True)])


class NoGradients(ValueError):
    """What the optimizer was handed are no gradients: a kind of error of its own, so that it is told from others."""


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Keras' ValueError for missing gradients as a NoGradients from the same place."""
    try:
        yield
    except ValueError as error:
        if "No gradients provided" in str(error):
            raise NoGradients(str(error)).with_traceback(error.__traceback__) from None
        raise


def model_step(function: Function) -> Function:
    """(layers, learning_rate, momentum, X, labels, max_norm, n_steps) -> losses, layers afterwards."""
    def adapted(layers: Layers, learning_rate: float, momentum: float, X: Array, labels: Array, max_norm: float,
                n_steps: int) -> tuple[list[float], list[tuple[Array, Array]]]:
        model = network(layers)
        optimizer = keras.optimizers.SGD(learning_rate, momentum=momentum)
        with _told():
            losses = [number(function(model, optimizer, X, labels, max_norm), "what model_step returns")
                      for _ in range(n_steps)]
        weights, before = [_array(v) for v in model.weights], [p for pair in layers for p in pair]
        if int(optimizer.iterations) == 0 and any((w != p).any() for w, p in zip(weights, before, strict=True)):
            raise NotAsked(arrays.NOT_STEPPED)
        return losses, _pairs(weights)
    return adapted


def train_model(function: Function) -> Function:
    """(layers, X, labels, n_epochs, batch_size, learning_rate, rng) -> logits after training, losses."""
    def adapted(layers: Layers, X: Array, labels: Array, n_epochs: int, batch_size: int, learning_rate: float,
                rng: np.random.Generator) -> tuple[Array, list[float]]:
        with _told():
            result = function(layers, X, labels, n_epochs, batch_size, learning_rate, rng)
        model, losses = pair(result, "train_model", "model, losses")
        model = _model(model, "the first result of train_model")
        return _logits(model, X).astype(float), _numbers(losses)
    return adapted


def _numbers(losses: Any) -> list[float]:
    if tf.is_tensor(losses):
        losses = _array(losses)
    if not isinstance(losses, (list, tuple, np.ndarray)) or isinstance(losses, np.ndarray) and losses.ndim == 0:
        raise NotAsked(f"the second result of train_model is a list of losses; here it is {described(losses)}")
    return [number(loss, "each loss that train_model returns") for loss in losses]


def init_he(function: Function) -> Function:
    """(sizes, rng) -> layers, as they stand in the weights that the model had before."""
    def adapted(sizes: Sequence[int], rng: np.random.Generator) -> list[tuple[Array, Array]]:
        model = network(arrays.start(sizes))
        weights = list(model.weights)
        function(model, rng)
        return _pairs(weights)
    return adapted


class Dropout(keras.layers.Dropout):        # type: ignore[misc]  # a framework has no types here
    """Dropout whose mask is the same each time, so that a wrong program gives the same numbers everywhere."""

    def call(self, inputs: Any, training: bool = False) -> Any:
        return inputs * arrays.dropped(inputs.shape, self.rate) if training else inputs


def evaluate(function: Function) -> Function:
    """(layers, norms, dropout, X, labels, training) -> loss, accuracy, mode, the model's state, what is recorded.

    Keras keeps no mode in a model, and records nothing unless there is a tape: of that, only whether its weights can
    be trained as before is seen.
    """
    def adapted(layers: Layers, norms: Sequence[Sequence[Array]], dropout: float, X: Array, labels: Array,
                training: bool) -> tuple[float, float, str, str, str]:
        model = _with_norms(layers, norms, dropout)
        before, trained = [_array(v) for v in model.weights], len(model.trainable_variables)
        loss, accuracy = pair(function(model, X, labels), "evaluate", "loss, accuracy")
        kept = all(np.array_equal(a, _array(v)) for a, v in zip(before, model.weights, strict=True))
        mode = "frozen" if len(model.trainable_variables) != trained else "training" if training else "evaluation"
        return (number(loss, "the loss that evaluate returns"), number(accuracy, "the accuracy that evaluate returns"),
                mode, arrays.UNCHANGED if kept else arrays.CHANGED, arrays.NOTHING)
    return adapted


def _with_norms(layers: Layers, norms: Sequence[Sequence[Array]], dropout: float) -> Any:
    parts: list[Any] = [keras.Input((len(layers[0][0]),), dtype=DTYPE)]
    values: list[Array] = []
    for k, (W, b) in enumerate(layers):
        parts.append(keras.layers.Dense(len(b), dtype=DTYPE))
        values += [W, b]
        if k == len(layers) - 1:
            break
        if norms:
            parts.append(keras.layers.BatchNormalization(epsilon=1e-5, dtype=DTYPE))
            values += list(norms[k])            # gamma, beta, moving mean, moving variance
        parts.append(keras.layers.ReLU(dtype=DTYPE))
        if dropout:
            parts.append(Dropout(dropout, dtype=DTYPE))
    model = Given(parts)
    for variable, value in zip((v for layer in model.layers if not isinstance(layer, Dropout) for v in layer.weights),
                               values, strict=True):
        variable.assign(np.asarray(value, dtype=float))
    return model


def pick_device(function: Function) -> Function:
    """(n_gpus,) -> the device that is chosen on a machine with so many GPUs, in words."""
    def adapted(n_gpus: int) -> str:
        with _machine(n_gpus):
            chosen = function()
        if not isinstance(chosen, str):
            raise NotAsked(f'pick_device should return a name, "GPU:0" or "CPU:0"; it returned {described(chosen)}')
        kind, _, index = chosen.strip().rpartition("/")[2].upper().removeprefix("DEVICE:").partition(":")
        if kind not in ("GPU", "CPU") or not (index or "0").isdecimal():
            raise NotAsked(f'pick_device should return "GPU:0" or "CPU:0"; it returned {chosen.strip()[:40]!r}')
        return arrays.device(kind, int(index or 0))
    return adapted


@contextlib.contextmanager
def _machine(n_gpus: int) -> Iterator[None]:
    """As if the machine had so many GPUs."""
    devices = [tf.config.PhysicalDevice("/physical_device:CPU:0", "CPU"), *(
        tf.config.PhysicalDevice(f"/physical_device:GPU:{k}", "GPU") for k in range(n_gpus))]
    logical = [tf.config.LogicalDevice(f"/device:{device.device_type}:{device.name[-1]}", device.device_type)
               for device in devices]

    def listed(of: list[Any]) -> Callable[..., list[Any]]:
        return lambda device_type=None: [d for d in of if device_type is None or d.device_type == device_type.upper()]

    def names(device_type: str | None = None) -> list[str]:
        return [f"{d.device_type.lower()}:{d.name[-1]}" for d in listed(devices)(device_type)]

    answers: list[tuple[Any, str, Any]] = [
        (tf.config, "list_physical_devices", listed(devices)),
        (tf.config, "list_logical_devices", listed(logical)),
        (tf.config.experimental, "list_physical_devices", listed(devices)),
        (tf.config.experimental, "list_logical_devices", listed(logical)),
        (tf.test, "is_gpu_available", lambda *_, **__: n_gpus > 0),
        (tf.test, "gpu_device_name", lambda: "/device:GPU:0" if n_gpus else ""),
        (keras.distribution, "list_devices", names),
    ]
    with contextlib.ExitStack() as stack:
        for place, name, answer in answers:
            stack.enter_context(mock.patch.object(place, name, answer))
        yield
