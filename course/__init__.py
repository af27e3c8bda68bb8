"""What a learner's notebook imports: checks, question cards, progress, labs, plots and data.

No solution and no key is in here: a class gets this package.
"""

from course.carry import carry
from course.check import check, install
from course.progress import progress
from course.quiz import predict, quiz, your_prediction
from course.review import review

install()

__all__ = ["carry", "check", "predict", "progress", "quiz", "review", "your_prediction"]
