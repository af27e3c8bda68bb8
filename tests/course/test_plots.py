"""Figures: titles, labels, colours, and that every function draws on the axes it is given."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest

from course import plots


@pytest.fixture
def ax():
    _, ax = plots.new()
    yield ax
    plt.close("all")


def texts(ax):
    return ax.get_title(loc="left"), ax.get_xlabel(), ax.get_ylabel()


def test_label_sets_title_and_axes(ax):
    assert plots.label(ax, "Loss falls", "epoch", "mean loss $L$") is ax
    assert texts(ax) == ("Loss falls", "epoch", "mean loss $L$")


def test_a_figure_has_its_own_white_paper(ax):
    assert ax.figure.get_facecolor() == ax.get_facecolor() == (1, 1, 1, 1)


def test_new_leaves_the_readers_settings_alone():
    before = dict(plt.rcParams)
    _, axes = plots.new(3, 2)
    assert axes.shape == (2, 3)
    assert dict(plt.rcParams) == before
    plt.close("all")


def test_colours_are_told_apart():
    assert len(set(plots.COLOURS.values())) == len(plots.COLOURS)
    assert len(set(plots.SERIES)) == len(plots.SERIES)
    assert {"linear", "sigmoid", "tanh", "relu", "leaky_relu", "prelu", "softmax"} <= set(plots.COLOURS)
    for colour in [*plots.SERIES, *plots.COLOURS.values()]:       # visible on white
        red, green, blue = matplotlib.colors.to_rgb(colour)
        assert 0.299 * red + 0.587 * green + 0.114 * blue < 0.75


def test_band_draws_median_and_range(ax):
    runs = [[1, 2, np.nan], [3, 4, 5], [5, 9, 7]]
    assert plots.band(ax, [0, 1, 2], runs, plots.BLUE, "3 seeds") is ax
    (line,) = ax.lines
    np.testing.assert_allclose(line.get_ydata(), [3, 4, 6])
    assert line.get_label() == "3 seeds"
    assert len(ax.collections) == 1


def test_activation_has_its_colour(ax):
    z = np.linspace(-3, 3, 7)
    assert plots.activation(ax, "leaky_relu", z, z) is ax
    assert ax.lines[0].get_color() == plots.COLOURS["leaky_relu"]
    assert ax.lines[0].get_label() == "leaky relu"


def test_legend_only_where_something_has_a_name(ax):
    assert plots.legend(ax).get_legend() is None
    ax.plot([0, 1], label="a line")
    assert [t.get_text() for t in plots.legend(ax).get_legend().get_texts()] == ["a line"]


def test_picture_points_and_regions(ax):
    assert plots.picture(ax, np.arange(64), "a 3") is ax
    assert ax.get_title() == "a 3"
    _, other = plots.new()
    assert plots.regions(other, lambda X: X[:, 0]) is other
    assert plots.points(other, np.eye(2), [0, 1]) is other
    assert other.get_legend_handles_labels()[1] == ["class 0", "class 1"]
