"""The exercises of the lesson `frameworks` in PyTorch as functions of arrays: models never leave this file.

Each function here takes the learner's function, and gives one that takes and gives arrays. It makes the models
itself, so that every exercise is looked at on its own; it sets no seed and no default.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from unittest import mock

import numpy as np
import torch
from torch import nn

from course.checking.adapters import arrays
from course.checking.adapters.arrays import Array, Layers, NotAsked, described, number, pair

Function = Callable[..., Any]

# The first optimizer of a process loads PyTorch's compiler, which takes seconds. A check has a time limit, and an
# import that is broken off by it stays half done: so here, before any.
torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.1)


class Given(nn.Sequential):        # type: ignore[misc]  # a framework has no types here
    """A model that the checker has made: no learner's function may hand it on as its own."""


def network(layers: Layers) -> Given:
    """Linear layers in float64 with ReLU between them."""
    modules: list[nn.Module] = []
    for W, b in layers:
        modules += [_linear(W, b), nn.ReLU()]
    return Given(*modules[:-1])


def _linear(W: Array, b: Array) -> nn.Linear:
    linear = nn.Linear(*np.shape(W), dtype=torch.float64)
    with torch.no_grad():
        linear.weight.copy_(torch.tensor(np.array(W, dtype=float).T))
        linear.bias.copy_(torch.tensor(np.array(b, dtype=float)))
    return linear


def _array(tensor: torch.Tensor) -> Array:
    found: Array = tensor.detach().cpu().numpy()
    return found.copy()


def _pairs(tensors: Sequence[torch.Tensor]) -> list[tuple[Array, Array]]:
    """[(W, b)] of weight, bias, weight, bias …"""
    found = [_array(t) for t in tensors]
    return [(np.ascontiguousarray(W.T), b) for W, b in zip(found[::2], found[1::2], strict=True)]


def _model(value: Any, where: str) -> nn.Module:
    if not isinstance(value, nn.Module):
        raise NotAsked(f"{where} is a model, a torch.nn.Module; here it is {described(value)}")
    if isinstance(value, Given):
        raise NotAsked(f"{where} is a model of the course's own; your function is to build it itself")
    return value


def _logits(model: nn.Module, X: Array) -> Array:
    """What a model gives for X, in the type of its own weights and where they are."""
    held = next(model.parameters(), None)
    # weights that are out of sight may be of either type
    kinds = (torch.float64, torch.float32) if held is None else (held.dtype,)
    with torch.no_grad():
        try:
            out = model(torch.tensor(X, dtype=kinds[0], device=None if held is None else held.device))
        except RuntimeError:
            if len(kinds) == 1:
                raise
            out = model(torch.tensor(X, dtype=kinds[1]))
    if not isinstance(out, torch.Tensor):
        raise NotAsked(f"the model should give logits, a tensor; it gave {described(out)}")
    return _array(out)


def make_model(function: Function) -> Function:
    """(layers, X) -> logits, number of weights that can be trained, in how many bits.

    What shares its memory with `layers` shows there: the model's weights are changed at the end.
    """
    def adapted(layers: Layers, X: Array) -> tuple[Array, int, str]:
        default = torch.get_default_dtype()
        try:
            model = _model(function(layers), "what make_model returns")
            bits = "" if torch.get_default_dtype() == default else arrays.BY_DEFAULT
            logits, exact = _logits(model, X), arrays.logits_of(layers, X)
            if logits.shape == exact.shape and not np.allclose(logits, exact, rtol=1e-4, atol=1e-5):
                _refuse_random(function, layers, X, model, logits)
        finally:
            torch.set_default_dtype(default)
        trained = sum(p.numel() for p in model.parameters() if p.requires_grad)
        result = logits.astype(float), trained, bits or arrays.bits(logits, exact)
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.add_(1)
        return result
    return adapted


def _refuse_random(function: Function, layers: Layers, X: Array, model: nn.Module, logits: Array) -> None:
    """Raise NotAsked where the framework's own random weights are still in the model."""
    if np.allclose(_logits(_model(function(layers), "what make_model returns"), X), logits):
        return
    if text := arrays.drawn_anew(layers, [_array(p) for p in model.parameters()], "PyTorch"):
        raise NotAsked(text)


def model_loss(function: Function) -> Function:
    """(layers, X, labels) -> loss, gradients [(dW, db), …] (none of what they cannot be taken of), in how many bits."""
    def adapted(layers: Layers, X: Array, labels: Array) -> tuple[Any, Any, str]:
        model = network(layers)
        loss = function(model, X, labels)
        if not all(module.training for module in model.modules()):
            raise NotAsked("the model that model_loss is given was in training, and is in evaluation now: whoever "
                           "trains with it goes on without dropout")
        exact = arrays.loss_of(layers, X, labels)
        if not isinstance(loss, torch.Tensor):
            plain = number(loss, "what model_loss returns")
            return plain, [], arrays.bits(plain, exact)
        if loss.numel() != 1:
            return _array(loss).astype(float), [], arrays.bits(_array(loss), exact)
        loss = loss.reshape(())
        value = _array(loss)
        return float(value), _gradients(loss, list(model.parameters())), arrays.bits(value, exact)
    return adapted


def _gradients(loss: torch.Tensor, parameters: list[nn.Parameter]) -> list[tuple[Array, Array]]:
    if not loss.requires_grad:
        return []
    try:
        found = torch.autograd.grad(loss, parameters, allow_unused=True)
    except RuntimeError:            # its graph is used up: backward() was called
        return []
    if all(g is None for g in found):
        return []
    return _pairs([torch.zeros_like(p) if g is None else g for g, p in zip(found, parameters, strict=True)])


def model_step(function: Function) -> Function:
    """(layers, learning_rate, momentum, X, labels, max_norm, n_steps) -> losses, layers afterwards."""
    def adapted(layers: Layers, learning_rate: float, momentum: float, X: Array, labels: Array, max_norm: float,
                n_steps: int) -> tuple[list[float], list[tuple[Array, Array]]]:
        model, taken = network(layers), list[bool]()
        parameters = list(model.parameters())
        optimizer = torch.optim.SGD(parameters, lr=learning_rate, momentum=momentum)
        optimizer.register_step_post_hook(lambda *_: taken.append(True))
        losses = [number(function(model, optimizer, X, labels, max_norm), "what model_step returns")
                  for _ in range(n_steps)]
        if not taken and any((p != q).any() for p, q in zip(parameters, network(layers).parameters(), strict=True)):
            raise NotAsked(arrays.NOT_STEPPED)
        return losses, _pairs(parameters)
    return adapted


def train_model(function: Function) -> Function:
    """(layers, X, labels, n_epochs, batch_size, learning_rate, rng) -> logits after training, losses."""
    def adapted(layers: Layers, X: Array, labels: Array, n_epochs: int, batch_size: int, learning_rate: float,
                rng: np.random.Generator) -> tuple[Array, list[float]]:
        model, losses = pair(function(layers, X, labels, n_epochs, batch_size, learning_rate, rng), "train_model",
                             "model, losses")
        model = _model(model, "the first result of train_model")
        return _logits(model, X).astype(float), _numbers(losses)
    return adapted


def _numbers(losses: Any) -> list[float]:
    if isinstance(losses, torch.Tensor):
        losses = _array(losses)
    if not isinstance(losses, (list, tuple, np.ndarray)) or isinstance(losses, np.ndarray) and losses.ndim == 0:
        raise NotAsked(f"the second result of train_model is a list of losses; here it is {described(losses)}")
    return [number(loss, "each loss that train_model returns") for loss in losses]


def init_he(function: Function) -> Function:
    """(sizes, rng) -> layers, as they stand in the parameters that the model had before."""
    def adapted(sizes: Sequence[int], rng: np.random.Generator) -> list[tuple[Array, Array]]:
        model = network(arrays.start(sizes))
        parameters = list(model.parameters())
        function(model, rng)
        now = list(model.parameters())
        if len(now) != len(parameters) or any(a is not b for a, b in zip(now[::2], parameters[::2], strict=True)):
            raise NotAsked("a weight of the model is another parameter than before: an optimizer made before goes on "
                           "with the old one. Write into those that are there")
        if not all(parameter.requires_grad for parameter in now):
            raise NotAsked("a weight of the model can no longer be trained: its requires_grad is False now")
        return _pairs(parameters)
    return adapted


class Dropout(nn.Dropout):        # type: ignore[misc]  # a framework has no types here
    """Dropout whose mask is the same each time, so that a wrong program gives the same numbers everywhere."""

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        return input * torch.tensor(arrays.dropped(input.shape, self.p)) if self.training else input


def evaluate(function: Function) -> Function:
    """(layers, norms, dropout, X, labels, training) -> loss, accuracy, mode, the model's state, what is recorded."""
    def adapted(layers: Layers, norms: Sequence[Sequence[Array]], dropout: float, X: Array, labels: Array,
                training: bool) -> tuple[float, float, str, str, str]:
        model = _with_norms(layers, norms, dropout).train(training)
        before, rates, records = _state(model), _rates(model), torch.is_grad_enabled()
        seen: list[bool] = []
        model.register_forward_hook(lambda module, given, out: seen.append(bool(out.requires_grad)))
        loss, accuracy = pair(function(model, X, labels), "evaluate", "loss, accuracy")
        after = _state(model)
        kept = all(np.array_equal(before[name], after[name]) for name in before) and rates == _rates(model)
        modes = {module.training for module in model.modules()}
        mode = "mixed" if len(modes) > 1 else "training" if modes == {True} else "evaluation"
        if torch.is_grad_enabled() != records:
            torch.set_grad_enabled(records)
            mode = "nothing is recorded for gradients, anywhere"
        elif not all(parameter.requires_grad for parameter in model.parameters()):
            mode = "frozen"
        return (number(loss, "the loss that evaluate returns"), number(accuracy, "the accuracy that evaluate returns"),
                mode, arrays.UNCHANGED if kept else arrays.CHANGED, arrays.RECORDED if any(seen) else arrays.NOTHING)
    return adapted


def _state(model: nn.Module) -> dict[str, Array]:
    return {name: _array(tensor) for name, tensor in model.state_dict().items()}


def _rates(model: nn.Module) -> list[float]:
    return [module.p for module in model.modules() if isinstance(module, nn.Dropout)]


def _with_norms(layers: Layers, norms: Sequence[Sequence[Array]], dropout: float) -> Given:
    modules: list[nn.Module] = []
    for k, (W, b) in enumerate(layers):
        modules.append(_linear(W, b))
        if k == len(layers) - 1:
            break
        if norms:
            norm = nn.BatchNorm1d(len(b), eps=1e-5, dtype=torch.float64)
            with torch.no_grad():
                for tensor, values in zip((norm.weight, norm.bias, norm.running_mean, norm.running_var), norms[k],
                                          strict=True):
                    tensor.copy_(torch.tensor(np.array(values, dtype=float)))
            modules.append(norm)
        modules.append(nn.ReLU())
        if dropout:
            modules.append(Dropout(dropout))
    return Given(*modules)


def pick_device(function: Function) -> Function:
    """(n_gpus,) -> the device that is chosen on a machine with so many GPUs, in words."""
    def adapted(n_gpus: int) -> str:
        with _machine(n_gpus):
            chosen = function()
        if not isinstance(chosen, (str, torch.device)):
            raise NotAsked(f'pick_device should return a name, "cuda" or "cpu"; it returned {described(chosen)}')
        device = torch.device(chosen.strip() if isinstance(chosen, str) else chosen)     # it refuses what is no device
        return arrays.device({"cuda": "GPU", "cpu": "CPU"}.get(device.type, device.type), device.index or 0)
    return adapted


@contextlib.contextmanager
def _machine(n_gpus: int) -> Iterator[None]:
    """As if the machine had so many NVIDIA GPUs, and no other accelerator."""
    def one(*_: Any) -> str:
        if not n_gpus:
            raise RuntimeError("Found no NVIDIA driver on your system.")
        return "a GPU"

    answers: list[tuple[Any, str, Any]] = [
        (torch.cuda, "is_available", lambda: n_gpus > 0),
        (torch.cuda, "device_count", lambda: n_gpus),
        (torch.cuda, "current_device", lambda: 0 if one() else 0),
        (torch.cuda, "get_device_name", one),
        (torch.cuda, "init", lambda: None if one() else None),
        (torch.backends.mps, "is_available", lambda: False),
    ]
    if hasattr(torch, "accelerator"):
        answers += [
            (torch.accelerator, "is_available", lambda: n_gpus > 0),
            (torch.accelerator, "device_count", lambda: n_gpus),
            (torch.accelerator, "current_accelerator", lambda *_, **__: torch.device("cuda") if n_gpus else None),
        ]
    with contextlib.ExitStack() as stack:
        for place, name, answer in answers:
            stack.enter_context(mock.patch.object(place, name, answer))
        yield
