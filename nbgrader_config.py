"""This repository is an nbgrader course: autograder/grading/stock.py has its settings and says what differs from stock.

A class's own settings, due dates of a term for example, go into private/nbgrader_config.py, which comes last.
"""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))
# nbgrader starts `alembic` by name when it makes a gradebook: the one beside this Python
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])

from autograder.grading.stock import configure  # noqa: E402

c = get_config()  # noqa: F821
configure(c, ROOT)
if os.path.isfile(ROOT / "private" / "nbgrader_config.py"):      # also where nobody may look into private/
    load_subconfig("nbgrader_config.py", path=str(ROOT / "private"))  # noqa: F821
