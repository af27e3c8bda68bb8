import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from marks import soaked

from course.checking.codec import MAX_ARRAY, Named, Opaque, Rng, Undecodable, decode, dumps, encode, loads

scalars = st.none() | st.booleans() | st.integers(-2**62, 2**62) | st.floats() | st.text(max_size=20)
trees = st.recursive(scalars, lambda inner: st.lists(inner, max_size=4) | st.tuples(inner, inner)
                     | st.dictionaries(st.text(max_size=5), inner, max_size=3), max_leaves=12)


def same(a, b):
    if isinstance(a, float) and isinstance(b, float) and math.isnan(a):
        return math.isnan(b)
    if isinstance(a, (list, tuple)):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    return type(a) is type(b) and a == b


@given(trees)
def test_a_tree_comes_back_as_it_was(tree):
    assert same(tree, decode(loads(dumps(encode(tree)))))


@given(hnp.arrays(st.sampled_from([np.float64, np.float32, np.int64, np.bool_, np.complex128]),
                  hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=9)))
def test_an_array_comes_back_bit_by_bit(array):
    back = decode(loads(dumps(encode(array))))
    assert back.dtype == array.dtype and back.shape == array.shape
    assert np.array_equal(back, array, equal_nan=array.dtype.kind in "fc")


@pytest.mark.parametrize("shape", [(300,), (20, 30)])
def test_a_large_array_comes_back(shape):
    array = np.random.default_rng(0).normal(size=shape)
    assert np.array_equal(decode(loads(dumps(encode(array)))), array)


def test_markers_come_back():
    for marker in (Rng(7), Named("tanh"), Named("poly", (1, 0, 2))):
        assert decode(encode(marker)) == marker


class Sly(np.ndarray):
    def __eq__(self, other):
        return True


class SlyFloat(float):
    pass


@pytest.mark.parametrize("value", [np.zeros(3).view(Sly), SlyFloat(1.0), np.matrix([[1.0]]), object(), {1, 2},
                                   np.array([object()]), np.ma.array([1.0]), lambda: 0, 2**70, 1j])
def test_other_types_cross_by_name_only(value):
    assert isinstance(decode(encode(value)), Opaque)


def test_a_deep_or_circular_structure_ends():
    loop = []
    loop.append(loop)
    dumps(encode(loop))


@settings(max_examples=soaked(300, 20_000))
@given(st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
    st.sampled_from(["$array", "$scalar", "$tuple", "$dict", "$float", "$type", "$rng", "$named", "dtype", "x"]),
    inner, max_size=2), max_leaves=10))
def test_decoding_what_nobody_encoded_raises_unreadable_or_gives_data(data):
    try:
        decode(data)
    except Undecodable:
        pass


@pytest.mark.parametrize("body", [
    {"dtype": "object", "shape": [1], "data": [1]},
    {"dtype": "float64", "shape": [2], "data": [1.0]},
    {"dtype": "float64", "shape": [-1], "data": []},
    {"dtype": "float64", "shape": [10**9, 10**9], "base64": ""},
    {"dtype": "float64", "shape": [MAX_ARRAY + 1], "base64": ""},
    {"dtype": "float64", "shape": [1], "base64": "AAAA"},
    {"dtype": "float64", "shape": [True], "data": [1.0]},
    {"dtype": ["float64"], "shape": [1], "data": [1.0]},
])
def test_a_malformed_array_is_refused(body):
    with pytest.raises(Undecodable):
        decode({"$array": body})


@given(st.binary(max_size=60))
def test_bytes_that_are_no_message_are_refused(raw):
    try:
        loads(raw)
    except Undecodable:
        pass


def test_deep_json_is_refused():
    with pytest.raises(Undecodable):
        decode(loads(b"[" * 100_000 + b"]" * 100_000))


def test_messages_are_strict_json():
    json.loads(dumps(encode([float("nan"), float("inf"), np.float64("-inf")])), parse_constant=pytest.fail)
