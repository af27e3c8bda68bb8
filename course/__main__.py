"""python -m course learn: open the lessons."""

import sys

from course.actions.learn import main

if __name__ == "__main__":
    sys.exit(main())
