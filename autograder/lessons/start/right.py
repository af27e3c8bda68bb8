"""Other right programs for the first page: each must get full marks."""


def halfway__half_of_the_way(a, b):
    return a + (b - a) / 2


def halfway__halves_added(a, b):
    return 0.5 * a + 0.5 * b
