"""What a training run tells when it is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional

import numpy as np
from numpy.typing import NDArray

from ..legend import Legend
from ..metrics import Accuracy, accuracy

SPLIT_NAMES = {"val": "validation", "test": "test"}


@dataclass(frozen=True)
class TrainingResult:
    """A finished run.

    Args:
        model: the model file.
        report: the HTML page, or None.
        legend: the classes.
        network: in words.
        started_from: name of the model file the weights started from, or "".
        tiles: number of each split.
        cut_short: True if the user ended it.
        measured_on: "test", or "val" if there are no test tiles (or the run was cut short).
        measured: of the model file.
        losses: (n, 2) step and loss.
        validations: (n, 3) step, mean IoU and overall accuracy on the validation tiles.
        steps: behind the weights that were kept.
        minutes: of the run.
        device, precision: that trained.
        calibration: temperature and calibration error, as in the model's card.
    """

    model: str
    report: Optional[str]
    legend: Legend
    network: str
    started_from: str
    tiles: dict[str, int]
    cut_short: bool
    measured_on: str
    measured: Accuracy
    losses: NDArray[np.float64]
    validations: NDArray[np.float64]
    steps: int
    minutes: float
    device: str
    precision: str
    calibration: dict[str, Any]

    @classmethod
    def from_files(cls, data: dict[str, Any], **fields: Any) -> TrainingResult:
        """From what `training/job.py` left in `result.json`."""
        training = data["training"]
        return cls(
            measured_on=data["measured_on"],
            measured=accuracy(np.array(data["accuracy"]["confusion_matrix"])),
            losses=np.array(data["losses"], np.float64).reshape(-1, 2),
            validations=np.array(data["validations"], np.float64).reshape(-1, 3),
            steps=int(training["steps"]),
            minutes=float(training["minutes"]),
            device=str(data["device"]),
            precision=str(training["precision"]),
            calibration=dict(data["calibration"]),
            **fields,
        )

    @property
    def measured_in_words(self) -> str:
        """Which tiles, how many."""
        return f"{self.tiles[self.measured_on]:,} {SPLIT_NAMES[self.measured_on]} tiles"

    @property
    def weights(self) -> str:
        """Which weights the model has."""
        if not len(self.validations):
            return f"average up to step {self.steps}"
        last = int(self.validations[-1, 0])
        return f"average up to step {self.steps} of {last}, the best on the validation tiles"

    def summary_lines(self) -> list[str]:
        """For log and terminal."""
        found = self.measured
        ended = "cut short after" if self.cut_short else "trained for"
        lines = [
            f"{self.network}, {ended} {self.minutes:.1f} minutes on {self.device} ({self.precision})",
            f"weights: {self.weights}",
            f"on the {self.measured_in_words}: overall accuracy {share(found.overall)}, kappa {number(found.kappa)}, "
            f"mean IoU {number(found.mean_iou)}",
        ]
        lines += [
            f"{name}: IoU {number(found.iou[k])}, user's accuracy {share(found.users[k])}, producer's "
            f"{share(found.producers[k])}"
            for k, name in enumerate(self.legend.names)
        ]
        return lines


def share(value: float) -> str:
    """A share of 1 in percent; "-" where there is none."""
    return "-" if np.isnan(value) else f"{100 * value:.1f} %"


def number(value: float) -> str:
    """Three decimals; "-" where there is none."""
    return "-" if np.isnan(value) else f"{value:.3f}"
