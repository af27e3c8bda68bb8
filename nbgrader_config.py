"""This repository is an nbgrader course. What differs from stock is named here and done in autograder/hooks.py.

What nbgrader has no setting for is mended in autograder/stock.py.
"""

import os
import sys
from pathlib import Path

from nbgrader import converters, preprocessors

ROOT = Path(__file__).resolve().parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))
# nbgrader starts `alembic` by name when it makes a gradebook: the one beside this Python
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])

from autograder import hooks, stock  # noqa: E402

c = get_config()  # noqa: F821

c.CourseDirectory.course_id = "how-networks-learn"
c.CourseDirectory.root = str(ROOT)
# A submission is its notebook. Other files in its folder, links among them, are copied nowhere: nbgrader passes over
# a folder whose own name is on this list.
c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback", *hooks.topics(ROOT)]

# What an LMS makes of loss.ipynb when it gives out a class's files in one archive: ada_loss.ipynb,
# ada_LATE_12_loss-1.ipynb, "Ada Lovelace_12_assignsubmission_file_/loss.ipynb", ada/loss.ipynb
c.FileNameCollectorPlugin.named_regexp = (
    r".*[\\/](?P<student_id>[^_\\/]+)(?:_[^\\/]*)?[\\/_](?P<file_id>" + "|".join(hooks.topics(ROOT))
    + r")(?:[-_ ]?\(?\d+\)?)?\.ipynb$")

c.GenerateAssignment.preprocessors = hooks.replaced(
    converters.GenerateAssignment, "preprocessors", {preprocessors.ClearSolutions: [hooks.ClearSolutions]})

c.GenerateFeedback.exporter_class = hooks.FeedbackPages
c.GenerateFeedback.post_convert_hook = hooks.after_feedback
c.ExchangeFactory.release_feedback = hooks.ReleaseFeedback
c.Autograde.exporter_class = hooks.ReadAnything
c.Autograde.post_convert_hook = hooks.after_autograde
c.Autograde.permissions = 600
c.Autograde.sanitize_preprocessors = [
    hooks.Repair, *hooks.replaced(converters.Autograde, "sanitize_preprocessors", {}), hooks.ZeroScores]
c.Autograde.autograde_preprocessors = hooks.replaced(
    converters.Autograde, "autograde_preprocessors",
    {preprocessors.Execute: [hooks.Judge],
     preprocessors.SaveAutoGrades: [preprocessors.SaveAutoGrades, hooks.SaveQuestions]})

c.ExportApp.plugin_class = stock.Spreadsheet

hooks.mend_formgrader()
stock.mend()
