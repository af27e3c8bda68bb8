"""The instructor's side of the course: references, mistakes, questions and keys, the builder and the grader.

It imports `course`; `course` never imports it. Run it from the checkout: ``python -m autograder --help``.
"""
