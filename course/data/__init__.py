"""The data of the lessons: read from this folder or drawn from an rng, never downloaded."""

from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray


@cache
def _stored() -> dict[str, NDArray[Any]]:
    with (files(__package__) / "digits.npz").open("rb") as file, np.load(file) as arrays:
        return {name: arrays[name] for name in arrays.files}


def digits() -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
    """Handwritten digits, 8 x 8 pixels, standardised by the training set.

    Returns
    -------
    X_train : ndarray, shape (1347, 64), float64
        Each pixel has mean 0 and standard deviation 1 over the training rows; one that never changes is 0.
    y_train : ndarray, shape (1347,), int64, 0 … 9
    X_test : ndarray, shape (450, 64), float64
    y_test : ndarray, shape (450,), int64

    Source: digits.md beside this file.
    """
    images, labels, test = digits_images(), _stored()["labels"].astype(np.int64), _stored()["is_test"]
    X = images.reshape(-1, 64).astype(np.float64)
    mean, std = X[~test].mean(axis=0), X[~test].std(axis=0)
    X = (X - mean) / np.where(std > 0, std, 1.0)
    X[:, std == 0] = 0.0
    return X[~test], labels[~test], X[test], labels[test]


def digits_images() -> NDArray[np.uint8]:
    """The raw pictures, ndarray (1797, 8, 8), uint8, 0 (paper) … 16 (ink), in scikit-learn's order."""
    return _stored()["images"].reshape(-1, 8, 8).copy()


def digits_labels() -> NDArray[np.int64]:
    """The digit of each raw picture, ndarray of shape (1797,), int64."""
    return _stored()["labels"].astype(np.int64)


def is_test() -> NDArray[np.bool_]:
    """Which of the raw pictures are in the test set, ndarray of shape (1797,), bool."""
    return _stored()["is_test"].astype(bool)


def two_moons(n: int, noise: float, rng: np.random.Generator) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Two interleaved half circles: X (n, 2), labels (n,) of 0 and 1, in random order."""
    labels = rng.permutation(n) % 2
    angle = rng.uniform(0, np.pi, n)
    X = np.column_stack([np.cos(angle) + labels * (1 - 2 * np.cos(angle)),
                         np.sin(angle) + labels * (0.5 - 2 * np.sin(angle))])
    return X + rng.normal(scale=noise, size=(n, 2)), labels
