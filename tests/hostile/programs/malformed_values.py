# What it tries: Replace the encoder: answer with JSON that no encoder writes.
import course.checking.codec
import course.checking.observe

answers = iter(['{"result": NaN}', '{"result": {"$array": {"dtype": "object", "shape": [1], "data": [1]}}}',
                '{"result": {"$array": {"dtype": "float64", "shape": [-1], "data": []}}}', '{"result": ' + "[" * 100000,
                '{"result": {"$array": {"dtype": "float64", "shape": [1000000000000], "base64": ""}}}', "null", "[]",
                '{"error": {"type": 1}}', '{"mutated": 3, "warnings": {"a": 1}, "result": 1}', '"' + "x" * 1000000 + '"',
                '{"result": {"$dict": [[[1], 2]]}}', '{"timeout": "soon"}', '{"result": 1e999999}', "1" * 100000,
                '{"result": {"$pickle": "gASVAAAAAA=="}}', '{"result": {"$scalar": 3}}'] * 10)
course.checking.codec.dumps = course.checking.observe.encode = lambda value, *rest: {"$array": 3}

import json

real = json.dumps
for module in list(__import__("sys").modules.values()):
    if getattr(module, "__file__", None) and str(module.__file__).endswith("child.py"):
        module.dumps = lambda value: next(answers).encode()

import builtins
import gc
import types

for thing in gc.get_objects():
    if isinstance(thing, types.FunctionType) and thing.__name__ == "dumps" and thing.__module__ == "course.checking.codec":
        thing.__code__ = (lambda data: __import__("builtins").strange(data)).__code__
builtins.strange = lambda data: next(answers).encode()
