"""Values as JSON and back: the only things that cross between a notebook's process and the checker's.

A value is a tree of None, bool, int, float, str, list, tuple, dict, NumPy scalars and plain NumPy arrays.
Everything else is recorded by the name of its type, never by pickling it: unpickling runs code.
"""

import base64
import json
import math
from collections import OrderedDict, defaultdict, deque
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

MAX_DEPTH = 12
MAX_ITEMS = 20_000
MAX_ARRAY = 4_000_000       # numbers in one array: 32 MB of float64
SHORT_ARRAY = 256           # up to here an array is written as readable numbers, above as base64
DTYPES = {"bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
          "float16", "float32", "float64", "complex64", "complex128"}
NAMES = {np.dtype(name): name for name in DTYPES}
SAFE_INT = 2 ** 63

Tree: TypeAlias = "None | bool | int | float | str | list[Tree] | dict[str, Tree]"       # JSON, as `encode` writes it
Value: TypeAlias = ("None | bool | int | float | str | np.generic | NDArray[Any] | list[Value] | tuple[Value, ...] | "
                    "dict[Key, Value] | Rng | Named | Opaque")
Key: TypeAlias = str | int | float | bool | None


@dataclass(frozen=True)
class Rng:
    """An argument that is a `np.random.Generator`: its seed crosses, the generator is built for each call."""

    seed: int


@dataclass(frozen=True)
class Named:
    """An argument that is a function: its name (and parameters) cross. `observe.build` knows the names."""

    name: str
    parameters: tuple[Any, ...] = ()        # numbers, or the name of another function first


class Undecodable(ValueError):
    """A message that is not a value as `encode` writes it."""


def _name(dtype: np.dtype[Any]) -> str:
    """A dtype's name, which NumPy makes anew each time."""
    return NAMES.get(dtype) or dtype.name


def encode(value: Any, depth: int = 0) -> Tree:
    """Turn a value into JSON-able data. Objects of other types become ``{"$type": name}``.

    The *exact* type counts: a subclass of ndarray or float could answer comparisons as it likes, so it is
    recorded by its name and refused later.
    """
    kind = type(value)
    if value is None or kind in (bool, str):
        plain: bool | str | None = value
        return plain
    if kind is int:
        return value if -SAFE_INT <= value < 2 * SAFE_INT else {"$type": "int beyond 64 bits"}
    if kind is float:
        return value if math.isfinite(value) else {"$float": repr(value)}
    if depth > MAX_DEPTH:
        return {"$type": "a structure nested too deeply"}
    if kind is np.ndarray:
        return _encode_array(value)
    if isinstance(value, np.generic):
        if kind.__module__ == "numpy" and _name(value.dtype) in DTYPES:
            return {"$scalar": _encode_array(np.asarray(value))}
        return {"$type": kind.__name__}
    if kind in (list, tuple):
        if len(value) > MAX_ITEMS:
            return {"$type": f"{kind.__name__} of {len(value)} items"}
        items = [encode(item, depth + 1) for item in value]
        return items if kind is list else {"$tuple": items}
    if kind is dict:
        if len(value) > MAX_ITEMS:
            return {"$type": f"dict of {len(value)} items"}
        return {"$dict": [[encode(k, depth + 1), encode(v, depth + 1)] for k, v in value.items()]}
    if kind is Rng:
        return {"$rng": value.seed}
    if kind is Named:
        return {"$named": [value.name, list(value.parameters)]}
    return {"$type": str(kind.__name__)[:80]}


def _encode_array(array: NDArray[Any]) -> Tree:
    name = _name(array.dtype)
    if name not in DTYPES:
        return {"$type": f"ndarray of dtype {name[:40]}"}
    if array.size > MAX_ARRAY:
        return {"$type": f"ndarray of {array.size} numbers"}
    data: dict[str, Tree] = {"dtype": name, "shape": list(array.shape)}
    if array.size <= SHORT_ARRAY and array.dtype.kind != "c":
        data["data"] = [encode(x) for x in array.ravel().tolist()]
    else:
        little = np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<"), copy=False)
        data["base64"] = base64.b64encode(little.tobytes()).decode("ascii")
    return {"$array": data}


def decode(data: object, depth: int = 0) -> Value:
    """The value that `encode` wrote. Raises Undecodable for anything else: the other side is not trusted."""
    if depth > 2 * MAX_DEPTH:
        raise Undecodable("nested too deeply")
    if isinstance(data, int) and not -SAFE_INT <= data < 2 * SAFE_INT:
        raise Undecodable("an int beyond 64 bits")
    if data is None or isinstance(data, (bool, int, float, str)):
        return data
    if isinstance(data, list):
        return [decode(item, depth + 1) for item in data]
    if not isinstance(data, dict) or len(data) != 1:
        raise Undecodable("neither a plain value nor a tagged one")
    (tag, body), = data.items()
    try:
        if tag == "$float" and body in ("nan", "inf", "-inf"):
            return float(body)
        if tag == "$tuple":
            return tuple(decode(item, depth + 1) for item in body)
        if tag == "$dict":
            return {_key(decode(k, depth + 1)): decode(v, depth + 1) for k, v in body}
        if tag == "$array":
            return _decode_array(body)
        if tag == "$scalar":
            return _decode_array(body["$array"])[()]
        if tag == "$rng":
            return Rng(int(body))
        if tag == "$named":
            return Named(str(body[0]), tuple(body[1]))
        if tag == "$type":
            return Opaque(str(body))
    except (LookupError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise Undecodable(f"a malformed {tag}") from error
    raise Undecodable(f"an unknown tag {str(tag)[:40]}")


def holds_marker(data: object) -> bool:
    """Whether encoded data stand for a generator or a function: arguments may, results may not."""
    if isinstance(data, dict):
        return "$rng" in data or "$named" in data or any(map(holds_marker, data.values()))
    return isinstance(data, list) and any(map(holds_marker, data))


def _key(key: Value) -> Key:
    return key if isinstance(key, (str, int, float, bool, type(None))) else repr(key)


def _decode_array(body: Any) -> NDArray[Any]:
    name, shape = body["dtype"], tuple(body["shape"])
    if name not in DTYPES or not all(type(n) is int and n >= 0 for n in shape) or len(shape) > 32:
        raise Undecodable("an array of an unknown kind")
    size = math.prod(shape)
    if size > MAX_ARRAY:
        raise Undecodable("an array that is too large")
    dtype = np.dtype(name)
    if "base64" in body:
        raw = base64.b64decode(body["base64"], validate=True)
        if len(raw) != size * dtype.itemsize:
            raise Undecodable("an array with the wrong number of bytes")
        return np.frombuffer(raw, dtype.newbyteorder("<")).astype(dtype).reshape(shape)
    data = body["data"]
    values = data if set(map(type, data)) <= {float, bool} else [decode(x) for x in data]
    if len(values) != size:
        raise Undecodable("an array with the wrong number of entries")
    return np.array(values, dtype=dtype).reshape(shape)


class Opaque:
    """Stands for an object that did not cross: only the name of its type is known."""

    def __init__(self, name: str) -> None:
        self.name = name[:80]

    def __repr__(self) -> str:
        return f"<{self.name}>"


# --- other kinds that mean a plain one ----------------------------------------------------------------------

_EMPTY: dict[str, int] = {}
_ORDERED: OrderedDict[str, int] = OrderedDict()
LISTS: tuple[type, ...] = (range, deque, *(type(view()) for one in (_EMPTY, _ORDERED)
                                           for view in (one.keys, one.values, one.items)))
DICTS = (OrderedDict, defaultdict)
TENSORS = {"torch": ("detach", "cpu", "numpy"), "tensorflow": ("numpy",), "jax": ("__array__",),
           "jaxlib": ("__array__",)}                # package -> what makes a NumPy array of its tensors


def plain(value: Any) -> Any:
    """The value as one of the kinds that can be compared; itself where it is one, or means none of them.

    Only kinds whose contents are certain are taken. A subclass of an array or of a number, which may answer
    comparisons as it likes, stays what it is, and is refused.
    """
    kind = type(value)
    if kind in LISTS:
        return list(value)
    if kind in DICTS:
        return dict(value)
    if issubclass(kind, tuple) and kind is not tuple and hasattr(kind, "_fields"):
        return tuple(tuple.__iter__(value))
    if kind is np.ndarray or issubclass(kind, np.generic) and kind.__module__ == "numpy":
        return _narrowed(value)
    package = str(kind.__module__).partition(".")[0]
    if package in TENSORS and ("Tensor" in kind.__name__ or "Array" in kind.__name__):
        return _from_tensor(value, TENSORS[package])
    return value


def _narrowed(value: Any) -> Any:
    """Numbers of more than 64 bits as those that the course computes with."""
    if _name(value.dtype) in DTYPES or value.dtype.kind not in "fc":
        return value
    narrow = value.astype(np.float64 if value.dtype.kind == "f" else np.complex128)
    return narrow if type(value) is np.ndarray else narrow[()]


def _from_tensor(value: Any, steps: tuple[str, ...]) -> Any:
    """A framework's array as NumPy's, and one without axes as the number that it holds."""
    try:
        for step in steps:
            value = getattr(value, step)()
    except Exception:                               # it is shown as what it is
        return value
    return value.item() if type(value) is np.ndarray and value.ndim == 0 else value


def dumps(data: object) -> bytes:
    """JSON-able data as bytes."""
    return json.dumps(data, allow_nan=False, separators=(",", ":")).encode()


def loads(raw: bytes) -> Any:
    """Bytes as JSON data. Raises Undecodable for bytes that are not JSON, or nest too deeply.

    Halves of a character, which no file can hold, become question marks.
    """
    try:
        data = json.loads(raw)
        if b"\\ud" in raw.lower():
            data = json.loads(json.dumps(data, ensure_ascii=False).encode("utf-8", "replace"))
        return data
    except (ValueError, RecursionError) as error:
        raise Undecodable("not JSON") from error
