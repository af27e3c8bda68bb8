"""What random weights show: their spread as a formula of fan_in and fan_out, their mean, their shape, their seed."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from course.checking.telling.differences.rows import Array, Row, numbers
from course.checking.words import short

NEAR = 0.025                # relative: how well a spread is known from so many weights
STD, MEAN = "std", "mean (in units of std)"
KURTOSIS = "kurtosis (normal 3, uniform 1.8)"
LARGEST = "largest size of an entry"
OF_LAYERS = {STD: "std of each layer", MEAN: "mean of each layer (in units of std)",
             KURTOSIS: "kurtosis of each layer (normal 3, uniform 1.8)"}
Sizes = Mapping[str, Sequence[int]]          # of the networks: {case: layer sizes}
BASES: dict[str, Callable[[Array, Array], Array]] = {
    "fan_in": lambda i, o: i, "fan_out": lambda i, o: o, "fan_in + fan_out": lambda i, o: i + o,
    "fan_in · fan_out": lambda i, o: i * o}
ROUND = {1.0: "1", 2.0: "2", 3.0: "3", 4.0: "4", 6.0: "6", 12.0: "12", 0.5: "½", 1 / 3: "⅓", 0.25: "¼", 2 / 3: "⅔",
         1 / 6: "⅙", 1 / 12: "1/12", 1.5: "1.5", 1.0e-4: "0.0001"}


def told_layers(rows: Sequence[Row]) -> str:
    """Which layers alone have another spread than is asked for; "" where it is all of them, or none in particular."""
    found = [np.abs(np.divide(row.got, row.want) - 1) > NEAR * 1.5 for row in rows
             if row.part == OF_LAYERS[STD] and not row.right and np.shape(row.got) == np.shape(row.want)]
    if not found or any(off.all() or len(off) < 2 for off in found):
        return ""
    if all(off[-1] and not off[:-1].any() for off in found):
        return ("The spread of your weights is right in all layers but the last: it seems to be left out, or to be set "
                "in another way.")
    if all(off[0] and not off[1:].any() for off in found):
        return "The spread of your weights is right in all layers but the first."
    if all(off[1:].any() and not off[0] for off in found):
        return ("The spread of your weights is right in the first layer, and wrong in later ones. Each layer has a "
                "fan_in of its own.")
    return ""


def told_spread(rows: Sequence[Row], sizes_of: Sizes) -> str:
    """The standard deviation that the cases show, as a formula; "" where none fits."""
    table = []
    for row in rows:
        if row.part == STD and isinstance(row.got, float) and np.isfinite(row.got):
            table.append((row.args["fan_in"], row.args["fan_out"], row.got, row.want))
        elif row.part == OF_LAYERS[STD] and (got := numbers(row.got)) is not None and not row.right:
            sizes = sizes_of[row.case]
            table += list(zip(sizes[:-1], sizes[1:], got.tolist(), list(row.want), strict=True))
    fan_in, fan_out, std, want = (np.array(column, dtype=float) for column in zip(*table, strict=True)) if table else (
        np.zeros(0),) * 4
    if len(std) < 3 or np.allclose(std, want, rtol=NEAR) or not np.all(std > 0):
        return ""
    if np.allclose(std, std[0], rtol=NEAR):
        return f"The standard deviation of your weights is {std.mean():.3g}, whatever fan_in and fan_out are."
    ratio = std / want
    if np.allclose(ratio, ratio[0], rtol=NEAR):
        return (f"The standard deviation of your weights changes with the sizes as it should, and is "
                f"{ratio.mean():.3g} "
                "times what is asked for.")
    for words, base in BASES.items():
        for power, form in ((-0.5, "√({c} / {base})"), (-1.0, "{c} / {base}"), (0.5, "√({c} · "
                                                                                     "{base})"), (1.0, "{c} · {base}")):
            factors = std / base(fan_in, fan_out) ** power
            if np.allclose(factors, factors.mean(), rtol=NEAR):
                c = factors.mean() ** (2 if abs(power) == 0.5 else 1)
                inner = f"({words})" if " " in words and abs(power) == 1 else words
                missing = {"fan_in": " It does not change with fan_out.", "fan_out": " It does not change with fan_in."}
                return (f"The standard deviation of your weights is that of {form.format(c=_round(c), base=inner)}."
                        f"{missing.get(words, '')}")
    return ""


def _round(c: float) -> str:
    return next((text for value, text in ROUND.items() if abs(c / value - 1) < 2.5 * NEAR), f"{c:.2g}")


def told_shape(rows: Sequence[Row]) -> str:
    """Mean and kind of the distribution."""
    means = [got for row, got in _moments(rows, MEAN)]
    if means and all(abs(mean) > 0.1 for mean in means):
        return (f"The mean of your weights is not 0 but {short(abs(means[0]), 2)} standard deviations "
                f"{'above' if means[0] > 0 else 'below'} it.")
    kinds = [(np.ravel(row.want)[0], got) for row, got in _moments(rows, KURTOSIS)]
    if not kinds or not np.isfinite([got for _, got in kinds]).all():
        return ""
    asked = "a uniform distribution" if kinds[0][0] < 2.4 else "a normal distribution"
    for words, value in (("a uniform distribution", 1.8), ("a normal distribution", 3.0), ("two values alone", 1.0)):
        if words != asked and all(abs(got - value) < 0.12 for _, got in kinds):
            return f"Your weights come from {words}, where {asked} is asked for."
    if any(abs(got - kinds[0][0]) < 0.12 for _, got in kinds):          # that of one layer or another alone
        return ""
    return f"Your weights do not have the distribution that is asked for, {asked}."


def _moments(rows: Sequence[Row], part: str) -> list[tuple[Row, float]]:
    """The numbers of a feature where it is wrong, of one layer or of each."""
    return [(row, float(got)) for row in rows if row.part in (part, OF_LAYERS[part]) and not row.right
            and row.got is not None for got in np.ravel(row.got)]


def told_of_draws(rows: Sequence[Row], sizes_of: Sizes) -> list[str]:
    """Sentences on random weights, the most telling first."""
    return [said for said in (told_shape(rows), told_layers(rows) or told_spread(rows, sizes_of)) if said]
