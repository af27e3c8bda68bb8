"""What both frameworks' adapters share: plain values of results, and how exact they are.

It imports no framework, and of the course only what is there behind the grader's wall too.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course.checking.codec import plain

Array = NDArray[Any]
Layers = Sequence[tuple[Array, Array]]          # (W, b) of each layer, W of shape (fan_in, fan_out)

UNCHANGED, CHANGED = "unchanged", "changed"
NOTHING, RECORDED = "nothing", "all that the model computes"
IN_64_BITS, IN_32_BITS, NARROWED = "64 bits", "32 bits", "64 bits, and 32 on the way"
BY_DEFAULT = "a framework whose default type your function changes"
NOT_STEPPED = ("the weights have moved, and the optimizer that model_step is given has taken no step: use that one, "
               "with its own learning rate and memory")
PROCESSOR, FIRST_GPU = "the processor", "the first GPU"        # each framework has names of its own


class NotAsked(TypeError):
    """What came back is no result of the kind that is asked for. The card gives the text as it is."""


def described(value: object) -> str:
    """A short name of what came back in place of what is asked for."""
    kind = type(value)
    package = kind.__module__.partition(".")[0]
    if value is None:
        return "None (is a `return` missing?)"
    if package in ("torch", "keras", "tensorflow"):
        return f"a {'tensor' if 'Tensor' in kind.__name__ else f'{package} object, {kind.__name__}'}"
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    if isinstance(value, (list, tuple)):
        return f"a {kind.__name__} of {len(value)} item{'s' * (len(value) != 1)}"
    return f"{'an' if kind.__name__[:1].lower() in 'aeiou' else 'a'} {kind.__name__[:80]}"


def number(value: Any, where: str) -> float:
    """A float of a number, or of a tensor that holds one. Raises NotAsked in the learner's words."""
    found = plain(value)
    if isinstance(found, (bool, int, float, np.number)):
        return float(found)
    if isinstance(found, np.ndarray) and found.size == 1 and found.dtype.kind in "iufb":
        return float(found.reshape(()))
    raise NotAsked(f"{where} is a single number; here it is {described(value)}")


def pair(value: Any, where: str, names: str) -> tuple[Any, Any]:
    """Both of two results."""
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        raise NotAsked(f"{where} should return two results, ({names}); it returned {described(value)}")
    return value[0], value[1]


def bits(value: Any, exact: Any) -> str:
    """In how many bits a result was computed: by its type, and by how close it comes to what float64 gives."""
    value = np.asarray(value)
    if value.dtype != np.float64:
        return IN_32_BITS if value.dtype == np.float32 else value.dtype.name
    exact = np.asarray(exact)
    if value.shape != exact.shape:
        return IN_64_BITS
    size = float(np.max(np.abs(exact), initial=0.0)) or 1.0
    gap = float(np.max(np.abs(value - exact), initial=0.0)) / size
    return NARROWED if 1e-10 < gap < 1e-6 else IN_64_BITS


def logits_of(layers: Layers, X: Array) -> Array:
    """What a network of ReLU layers gives in NumPy."""
    z = np.asarray(X, dtype=float)
    for k, (W, b) in enumerate(layers):
        z = (np.maximum(z, 0) if k else z) @ W + b
    return z


def drawn_anew(layers: Layers, held: Sequence[Array], title: str) -> str:
    """What to say of a model that is another each time it is made: which of the layers' arrays are not in it.

    "" where all are, among the arrays that it holds: then what differs is something else.
    """
    def lost(parts: Sequence[Array]) -> bool:
        return any(not any(_holds(array, part) for array in held) for part in parts)

    names = [name for name, parts in (("W", [W for W, _ in layers]), ("b", [b for _, b in layers])) if lost(parts)]
    return (f"the {' and the '.join(names)} of your layers never reached the model: it computes with numbers that "
            f"{title} has drawn itself, others each time") if names else ""


def _holds(array: Array, part: Array) -> bool:
    return any(array.shape == form.shape and np.allclose(array, form, rtol=1e-5, atol=1e-6) for form in (part, part.T))


def loss_of(layers: Layers, X: Array, labels: Array) -> float:
    """Its mean cross-entropy."""
    z = logits_of(layers, X)
    z = z - z.max(axis=1, keepdims=True)
    return float(np.mean(np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(z)), labels]))


def device(kind: str, index: int) -> str:
    """A device in words that are no framework's."""
    name = {"CPU": PROCESSOR, "GPU": FIRST_GPU if not index else f"GPU {index}, counted from 0"}.get(kind)
    return name or f"a device of the kind {kind}"


def start(sizes: Sequence[int]) -> list[tuple[Array, Array]]:
    """A network as the frameworks start it: narrow uniform weights, and biases that are not zero."""
    rng = np.random.default_rng(0)
    return [(rng.uniform(-1, 1, (fan_in, fan_out)) / np.sqrt(fan_in), rng.uniform(-1, 1, fan_out) / np.sqrt(fan_in))
            for fan_in, fan_out in zip(sizes[:-1], sizes[1:], strict=True)]


def dropped(shape: Sequence[int], rate: float) -> Array:
    """What dropout multiplies with while a network is trained: the same numbers in every framework, and each time."""
    return (np.random.default_rng(0).random(tuple(shape)) >= rate) / (1 - rate)
