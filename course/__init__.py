"""What a learner's notebook imports: checks, question cards, progress, labs, plots and data.

No solution and no key is in here: a class gets this package.
"""

from threadpoolctl import threadpool_limits

from course.carry import carry
from course.check import check, install
from course.progress import progress
from course.quiz import predict, quiz, your_prediction
from course.review import review

install()
# The matrices of the lessons are small: two threads that share one product take up to four times as long as one.
threadpool_limits(1, user_api="blas")

__all__ = ["carry", "check", "predict", "progress", "quiz", "review", "your_prediction"]
