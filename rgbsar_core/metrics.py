"""Accuracy measures, all from one confusion matrix.

Rows are the reference, columns the prediction. Counts are summed over the whole data set before anything is
divided, as both papers do. A class that is neither in the reference nor predicted has no accuracy: NaN, and
means skip it. A class that is only predicted has IoU 0, and no F1; one that is in the reference and never met
has F1 0, also where nothing was predicted as it.

Source: Congalton and Green, Assessing the Accuracy of Remotely Sensed Data, 2019, chapter 5.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .errors import InputError

IGNORE_INDEX = 255
"""Label of pixels left out of loss and metrics."""


def confusion_matrix(reference: NDArray[Any], predicted: NDArray[Any], num_classes: int) -> NDArray[np.int64]:
    """Count pixels by (reference, predicted) class index.

    Args:
        reference: class indices 0 to num_classes - 1, or `IGNORE_INDEX`; any shape.
        predicted: class indices, same shape.
        num_classes: K.

    Returns:
        (K, K) counts, `[reference, predicted]`.

    Raises:
        InputError: shapes differ, or a value is no class index.
    """
    if reference.shape != predicted.shape:
        raise InputError(
            f"The reference has the shape {reference.shape}, the prediction {predicted.shape}; expected the same. "
            "Compare maps on one grid."
        )
    counted = reference != IGNORE_INDEX
    rows = reference[counted].astype(np.int64)
    columns = predicted[counted].astype(np.int64)
    for name, indices in (("reference", rows), ("prediction", columns)):
        if indices.size and not 0 <= indices.min() <= indices.max() < num_classes:
            raise InputError(
                f"The {name} has class indices {indices.min()} to {indices.max()}; expected 0 to {num_classes - 1}. "
                "Check the class list."
            )
    counts = np.bincount(rows * num_classes + columns, minlength=num_classes * num_classes)
    return counts.reshape(num_classes, num_classes).astype(np.int64)


@dataclass(frozen=True)
class Accuracy:
    """Measures of one confusion matrix, as shares of 1.

    Attributes:
        matrix: (K, K) counts, `[reference, predicted]`.
        overall: share of pixels right (OA).
        kappa: agreement beyond chance.
        iou: intersection over union, (K,).
        users: user's accuracy, the precision, (K,).
        producers: producer's accuracy, the recall, (K,).
        f1: harmonic mean of both, (K,).
    """

    matrix: NDArray[np.int64]
    overall: float
    kappa: float
    iou: NDArray[np.float64]
    users: NDArray[np.float64]
    producers: NDArray[np.float64]
    f1: NDArray[np.float64]

    @property
    def mean_iou(self) -> float:
        """Mean of the classes' IoU, those without one skipped."""
        return nan_mean(self.iou)

    @property
    def mean_f1(self) -> float:
        """Mean of the classes' F1 (not the F1 of the mean precision and recall)."""
        return nan_mean(self.f1)

    def to_json(self, names: tuple[str, ...]) -> dict[str, Any]:
        """Plain data rounded to four decimals, for cards and reports; None where a measure is undefined.

        Args:
            names: of the classes in channel order.
        """
        classes = {
            name: {
                "iou": _plain(self.iou[index]),
                "f1": _plain(self.f1[index]),
                "users_accuracy": _plain(self.users[index]),
                "producers_accuracy": _plain(self.producers[index]),
                "reference_pixels": int(self.matrix[index].sum()),
            }
            for index, name in enumerate(names)
        }
        return {
            "overall_accuracy": _plain(self.overall),
            "kappa": _plain(self.kappa),
            "mean_iou": _plain(self.mean_iou),
            "mean_f1": _plain(self.mean_f1),
            "classes": classes,
            "confusion_matrix": self.matrix.tolist(),
        }


def accuracy(matrix: ArrayLike) -> Accuracy:
    """Work out every measure of a confusion matrix.

    With I, P, L the intersection, predicted and labelled counts of a class: IoU = I / (P + L - I),
    user's accuracy = I / P, producer's accuracy = I / L, F1 = 2 UA PA / (UA + PA) = 2 I / (P + L);
    kappa = (OA - pe) / (1 - pe) with pe = sum(P L) / total^2.

    Args:
        matrix: (K, K), `[reference, predicted]`.

    Raises:
        InputError: not square.
    """
    counts = np.asarray(matrix, dtype=np.int64)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1]:
        raise InputError(
            f"The confusion matrix has the shape {counts.shape}; expected as many rows as columns. "
            "Count with one class list on both sides."
        )
    right = np.diag(counts).astype(np.float64)
    labelled = counts.sum(axis=1).astype(np.float64)
    predicted = counts.sum(axis=0).astype(np.float64)
    total = labelled.sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        users = right / predicted
        producers = right / labelled
        overall = float(right.sum() / total)
        chance = float((labelled * predicted).sum() / total**2)
        kappa = float(np.float64(overall - chance) / np.float64(1.0 - chance))
        f1 = np.where(labelled > 0, 2.0 * right / (labelled + predicted), np.nan)
        iou = right / (labelled + predicted - right)
    return Accuracy(counts, overall, kappa, iou, users, producers, f1)


def nan_mean(values: NDArray[np.float64]) -> float:
    """Mean of what is not NaN; NaN if nothing is left."""
    kept = values[~np.isnan(values)]
    return float(kept.mean()) if kept.size else float("nan")


def _plain(value: float) -> float | None:
    number = float(value)
    return None if np.isnan(number) else round(number, 4)
