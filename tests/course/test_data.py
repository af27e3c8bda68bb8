"""The digits are scikit-learn's digits, standardised by the training rows alone."""

from pathlib import Path

import numpy as np
import pytest

from course import data


def test_digits_equal_scikit_learns_copy():
    sklearn_datasets = pytest.importorskip("sklearn.datasets", reason="scikit-learn is for tests only")
    theirs = sklearn_datasets.load_digits()
    np.testing.assert_array_equal(data.digits_images(), theirs.images)
    np.testing.assert_array_equal(data.digits_labels(), theirs.target)


def test_digits_are_split_and_standardised_by_the_training_set():
    X_train, y_train, X_test, y_test = data.digits()
    assert (X_train.shape, y_train.shape) == ((1347, 64), (1347,))
    assert (X_test.shape, y_test.shape) == ((450, 64), (450,))
    assert X_train.dtype == X_test.dtype == np.float64
    assert y_train.dtype == y_test.dtype == np.int64
    constant = X_train.std(axis=0) == 0
    assert constant.any()
    assert not X_train[:, constant].any()
    assert not X_test[:, constant].any()
    np.testing.assert_allclose(X_train.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(X_train[:, ~constant].std(axis=0), 1)
    assert np.abs(X_test[:, ~constant].mean(axis=0)).max() > 0.01
    assert np.bincount(np.concatenate([y_train, y_test])).sum() == 1797
    assert np.bincount(y_test, minlength=10).min() > 30


def test_every_row_of_the_digits_is_used_once():
    X_train, _, X_test, _ = data.digits()
    images = data.digits_images().reshape(-1, 64).astype(float)
    split = np.concatenate([X_train, X_test])
    changing = X_train.std(axis=0) > 0

    def order(X):
        return X[np.lexsort(X[:, changing].T)][:, changing]

    spread = order(images) - order(images).mean(axis=0)
    ours = order(split) - order(split).mean(axis=0)
    scale = spread.std(axis=0) / ours.std(axis=0)
    np.testing.assert_allclose(ours * scale, spread, atol=1e-9)


def test_a_caller_cannot_spoil_the_digits():
    data.digits_images()[:] = 0
    data.digits()[0][:] = 7
    assert data.digits_images().max() == 16
    assert data.digits()[0].max() != 7


def test_the_file_is_small_and_its_source_is_named():
    folder = Path(data.__file__).parent
    assert (folder / "digits.npz").stat().st_size < 60_000
    text = (folder / "digits.md").read_text(encoding="utf-8")
    assert "CC BY 4.0" in text
    assert "UCI" in text


def test_two_moons():
    X, y = data.two_moons(201, 0.0, np.random.default_rng(0))
    assert X.shape == (201, 2)
    assert set(np.bincount(y)) == {100, 101}
    again, _ = data.two_moons(201, 0.0, np.random.default_rng(0))
    np.testing.assert_array_equal(X, again)
    np.testing.assert_allclose(np.hypot(*X[y == 0].T), 1)
    np.testing.assert_allclose(np.hypot(X[y == 1][:, 0] - 1, X[y == 1][:, 1] - 0.5), 1)
