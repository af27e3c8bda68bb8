"""The instructor's side of the course: references, mistakes, questions and keys, the builder and the grader.

It imports `course`; `course` never imports it. Run it from the checkout: ``python -m autograder --help``.
"""

import sys

# jsonschema, which nbformat asks whether a notebook is one, makes 38 grammars of web addresses as it is imported: half
# of a command's start. No schema of ours has a web address in it, and jsonschema does without the package.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
