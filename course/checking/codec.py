"""Values as JSON and back: the only things that cross between a notebook's process and the checker's.

A value is a tree of None, bool, int, float, str, list, tuple, dict, NumPy scalars and plain NumPy arrays.
Everything else is recorded by the name of its type, never by pickling it: unpickling runs code.
"""

import base64
import json
import math
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
        if kind.__module__ == "numpy" and value.dtype.name in DTYPES:
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
    if array.dtype.name not in DTYPES:
        return {"$type": f"ndarray of dtype {array.dtype.name[:40]}"}
    if array.size > MAX_ARRAY:
        return {"$type": f"ndarray of {array.size} numbers"}
    data: dict[str, Tree] = {"dtype": array.dtype.name, "shape": list(array.shape)}
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
    values = [decode(x) for x in body["data"]]
    if len(values) != size:
        raise Undecodable("an array with the wrong number of entries")
    return np.array(values, dtype=dtype).reshape(shape)


class Opaque:
    """Stands for an object that did not cross: only the name of its type is known."""

    def __init__(self, name: str) -> None:
        self.name = name[:80]

    def __repr__(self) -> str:
        return f"<{self.name}>"


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
