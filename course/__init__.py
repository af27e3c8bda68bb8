"""What a learner's notebook imports: checks, question cards, progress, labs, plots and data.

No solution and no key is in here: a class gets this package.
"""

from course.check import check, install
from course.progress import progress
from course.quiz import predict, quiz, your_prediction

install()

__all__ = ["check", "predict", "progress", "quiz", "your_prediction"]
