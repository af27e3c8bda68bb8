"""python tests/yaml_check.py FILE…: what cannot be read as YAML, and keys that stand twice, which PyYAML lets pass."""

import sys
from pathlib import Path

import yaml


def faults(path):
    """What is wrong with a file, as FILE:LINE: sentence."""
    try:
        nodes = list(yaml.compose_all(Path(path).read_text(encoding="utf-8"), Loader=yaml.SafeLoader))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        return [f"{path}:{mark.line + 1 if mark else 1}: {getattr(error, 'problem', None) or error}"]
    return [f"{path}:{key.start_mark.line + 1}: the key {key.value!r} stands a second time in one mapping"
            for node in nodes if node is not None for key in _twice(node)]


def _twice(node):
    if isinstance(node, yaml.MappingNode):
        keys = [key.value for key, _ in node.value]
        yield from (key for place, (key, _) in enumerate(node.value) if key.value in keys[:place])
        children = [value for _, value in node.value]
    else:
        children = node.value if isinstance(node, yaml.SequenceNode) else []
    for child in children:
        yield from _twice(child)


if __name__ == "__main__":
    found = [fault for name in sys.argv[1:] for fault in faults(name)]
    print("\n".join(found))
    sys.exit(bool(found))
