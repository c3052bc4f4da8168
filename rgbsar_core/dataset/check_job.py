"""What checking a data set is asked to do, and what it tells when it is done."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, Optional

from ..errors import InputError
from .findings import ERROR, Finding
from .folder import AMM_LAYOUT, BY_RECIPE
from .shift import TileShift

NO_CLASS = 255


@dataclass(frozen=True)
class CheckParameters:
    """One data set to check.

    Args:
        folder: the data set.
        optical_folder, sar_folder, label_folder: where the tiles lie; None finds out.
        values: class values the labels may have; None takes those of `dataset.json`, else those found.
        ignore: label of pixels without a class; None takes that of `dataset.json`, else 255.
        report: HTML page to write, or None.
        pictures: samples shown in it.

    Raises:
        InputError: numbers that cannot be.
    """

    folder: str
    optical_folder: Optional[str] = None
    sar_folder: Optional[str] = None
    label_folder: Optional[str] = None
    values: Optional[tuple[int, ...]] = None
    ignore: Optional[int] = None
    report: Optional[str] = None
    pictures: int = 12

    def __post_init__(self) -> None:
        for value in (*(self.values or ()), *(() if self.ignore is None else (self.ignore,))):
            if not 0 <= value <= 255:
                raise InputError(f"The class value {value} was given; expected numbers from 0 to 255. Correct it.")
        if not 0 <= self.pictures <= 200:
            raise InputError(f"{self.pictures} pictures were asked for; expected 0 to 200. Choose another number.")


@dataclass(frozen=True)
class LabelClass:
    """A class as the labels hold it; unlike on a map, its value may be 0."""

    value: int
    name: str
    color: tuple[int, int, int]


@dataclass(frozen=True)
class BandFacts:
    """One band over all valid training pixels: name, smallest, largest, mean and (population) deviation."""

    name: str
    minimum: float
    maximum: float
    mean: float
    std: float


@dataclass(frozen=True)
class SplitFacts:
    """One list: name, samples, labelled pixels of each class, pixels without a class."""

    name: str
    samples: int
    pixels: tuple[int, ...]
    unlabelled: int


@dataclass(frozen=True)
class CheckResult:
    """What was found.

    Attributes:
        folder, layout: the data set and how it is laid out.
        findings: what is wrong, errors first.
        classes: of the labels.
        splits: train, val and test, as far as they are there.
        optical, sar: their bands, over the training samples.
        shift: of the SAR against the optical images, or None if no sample tells one.
        report: page written, or None.
        seconds: time taken.
    """

    folder: str
    layout: str
    findings: tuple[Finding, ...]
    classes: tuple[LabelClass, ...]
    splits: tuple[SplitFacts, ...]
    optical: tuple[BandFacts, ...]
    sar: tuple[BandFacts, ...]
    shift: Optional[TileShift]
    report: Optional[str]
    seconds: float

    @property
    def errors(self) -> int:
        """Kinds of faults that would spoil training."""
        return sum(finding.severity == ERROR for finding in self.findings)

    @property
    def warnings(self) -> int:
        """Kinds of faults that training would suffer from."""
        return len(self.findings) - self.errors

    def to_json(self) -> dict[str, Any]:
        """Plain data for `--json`; an error of the shift that one sample cannot tell is null."""
        data = {**asdict(self), "errors": self.errors, "warnings": self.warnings}
        if self.shift is not None and math.isinf(self.shift.error):
            data["shift"]["error"] = None
        return data

    def verdict(self) -> str:
        """One sentence."""
        if self.errors:
            return f"Not ready for training: {_count(self.errors, 'error')}, {_count(self.warnings, 'warning')}."
        return f"Ready for training, {_count(self.warnings, 'warning')}."

    def summary_lines(self) -> list[str]:
        """What the terminal says: facts first, then what is wrong, then the verdict."""
        found = [f"{finding.severity.upper()}: {finding.text}" for finding in self.findings]
        return [*self.fact_lines(), *found, self.verdict()]

    def fact_lines(self) -> list[str]:
        """Samples, balance of the classes, bands and shift."""
        lines = [f"{self.layout} layout, {', '.join(f'{s.name} {s.samples:,}' for s in self.splits)} samples"]
        if self.layout == AMM_LAYOUT:
            lines.append(f"Label values as they are stored; {BY_RECIPE} reads a published data set as its recipe does")
        for k, entry in enumerate(self.classes):
            shares = ", ".join(f"{split.name} {split.pixels[k]:,} ({self.share(split, k)})" for split in self.splits)
            lines.append(f"{entry.value} {entry.name}: {shares}")
        for role, bands in (("optical", self.optical), ("SAR", self.sar)):
            for band in bands:
                lines.append(
                    f"{role} {band.name}: mean {band.mean:.6g}, deviation {band.std:.6g}, {band.minimum:.6g} to "
                    f"{band.maximum:.6g}"
                )
        return [*lines, self.shift_text()]

    def share(self, split: SplitFacts, index: int) -> str:
        """Share of a class in a split's labelled pixels."""
        total = sum(split.pixels)
        return f"{100 * split.pixels[index] / total:.1f} %" if total else "-"

    def shift_text(self) -> str:
        """The shift in words."""
        if self.shift is None:
            return "No sample tells a shift"
        found = self.shift
        if not found.certain:
            error = "" if math.isinf(found.error) else f"standard error {found.error:.1f} pixels, "
            return (
                f"Whether the SAR images lie on the optical ones is too uncertain to tell ({error}by {found.tiles} of "
                f"{found.looked_at} samples)"
            )
        return (
            f"The SAR images lie {found.column:+.1f} pixels to the right and {found.row:+.1f} down (standard error "
            f"{found.error:.1f}), by {found.tiles} of {found.looked_at} samples"
        )


def _count(number: int, word: str) -> str:
    return f"{number or 'no'} {word}{'' if number == 1 else 's'}"
