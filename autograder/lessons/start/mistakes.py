"""Known wrong programs of the first page, `start`. A docstring is what the learner is told."""

from autograder.lessons.exercise import worth


@worth(0)
def halfway__division_first(a, b):
    """Python divides before it adds, so only the second number is halved here. Say with brackets what goes first."""
    return a + b / 2


@worth(0)
def halfway__half_then_add(a, b):
    """Only the first number is halved here. Both belong to the sum that is divided by two."""
    return a / 2 + b


@worth(0)
def halfway__sum(a, b):
    """This is the sum of both numbers, twice as much as the number between them."""
    return a + b


@worth(0)
def halfway__half_the_distance(a, b):
    """This is half the way from one number to the other. Halfway lies that far from the first number."""
    return (b - a) / 2


@worth(0.13)
def halfway__whole_numbers_only(a, b):
    """The fraction is lost: `//` divides and rounds down. Use `/`."""
    return (a + b) // 2
