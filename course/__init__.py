"""What a learner's notebook imports: checks, question cards, progress, labs, plots and data.

No solution and no key is in here: a class gets this package.
"""

from threadpoolctl import threadpool_limits

from course.actions.carry import carry
from course.actions.cells import install
from course.actions.check import check
from course.actions.lend import lend
from course.actions.review import review
from course.cards.progress import progress
from course.cards.question import predict, quiz, your_prediction

install()
# The matrices of the lessons are small: two threads that share one product take up to four times as long as one.
threadpool_limits(1, user_api="blas")

__all__ = ["carry", "check", "lend", "predict", "progress", "quiz", "review", "your_prediction"]
