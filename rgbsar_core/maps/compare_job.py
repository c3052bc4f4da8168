"""What comparing two maps is asked to do, and what it tells when it is done."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Optional

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..legend import LandCoverClass
from ..parameters import OUTPUT_FORMATS

COMPARE_GRIDS = ("before", "after")
_LARGEST_SHOWN = 10


@dataclass(frozen=True)
class CompareParameters:
    """Two maps to compare.

    Args:
        before, after: class rasters, the earlier and the later one.
        output: change raster to write.
        matrix: CSV file to write the change matrix to, or None.
        matches: (class name, name to compare it as) pairs, where the maps name classes differently.
        grid: whose pixels count, ``before`` or ``after``.
        output_format: ``GTiff`` or ``COG``.

    Raises:
        InputError: an unknown grid or format.
    """

    before: str
    after: str
    output: str
    matrix: Optional[str] = None
    matches: tuple[tuple[str, str], ...] = ()
    grid: str = "before"
    output_format: str = "GTiff"

    def __post_init__(self) -> None:
        for what, value, choices in (
            ("grid", self.grid, COMPARE_GRIDS),
            ("output format", self.output_format, OUTPUT_FORMATS),
        ):
            if value not in choices:
                raise InputError(f"The {what} is '{value}'; expected {' or '.join(choices)}. Choose one of these.")

    @property
    def outputs(self) -> tuple[str, ...]:
        """Every file this job writes."""
        return tuple(path for path in (self.output, self.matrix) if path)


@dataclass(frozen=True)
class CompareResult:
    """What changed between two maps.

    Attributes:
        path, matrix: files written.
        names: (K,) classes the maps were compared by.
        classes: values, names and colours of the change raster.
        pixels: (K, K) pixels with a class in both maps, `[earlier, later]`.
        hectares: (K, K) their ground area.
        only_before_pixels, only_after_pixels: pixels with a class in one map only; they count nowhere else.
        seconds: time taken.
        warnings: sentences for the user.
    """

    path: str
    matrix: Optional[str]
    names: tuple[str, ...]
    classes: tuple[LandCoverClass, ...]
    pixels: NDArray[np.int64]
    hectares: NDArray[np.float64]
    only_before_pixels: int
    only_after_pixels: int
    seconds: float
    warnings: tuple[str, ...]

    @property
    def compared_hectares(self) -> float:
        """Ground with a class in both maps."""
        return float(self.hectares.sum())

    @property
    def changed_hectares(self) -> float:
        """Ground with two different classes."""
        return float(self.hectares.sum() - np.trace(self.hectares))

    def to_json(self) -> dict[str, Any]:
        """Plain data for ``--json``; matrices as `[earlier][later]`, gains and losses of every class in hectares."""
        before, after, kept = self.hectares.sum(axis=1), self.hectares.sum(axis=0), np.diag(self.hectares)
        balance = {
            name: {
                "before": float(before[k]),
                "after": float(after[k]),
                "gain": float(after[k] - kept[k]),
                "loss": float(before[k] - kept[k]),
                "net": float(after[k] - before[k]),
            }
            for k, name in enumerate(self.names)
        }
        return {
            "path": self.path,
            "matrix": self.matrix,
            "names": list(self.names),
            "classes": [asdict(entry) for entry in self.classes],
            "pixels": self.pixels.tolist(),
            "hectares": self.hectares.tolist(),
            "balance_hectares": balance,
            "compared_hectares": self.compared_hectares,
            "changed_hectares": self.changed_hectares,
            "only_before_pixels": self.only_before_pixels,
            "only_after_pixels": self.only_after_pixels,
            "seconds": self.seconds,
            "warnings": list(self.warnings),
        }

    def summary_lines(self) -> list[str]:
        """What the log says at the end: the balance of every class, then the largest changes."""
        lines = [
            f"{name}: {entry['before']:,.2f} -> {entry['after']:,.2f} ha (gain {entry['gain']:,.2f}, loss "
            f"{entry['loss']:,.2f})"
            for name, entry in self.to_json()["balance_hectares"].items()
        ]
        pairs = [(i, j) for i, j in np.argwhere(self.pixels > 0).tolist() if i != j]
        pairs.sort(key=lambda pair: -self.hectares[pair])
        lines += [
            f"{self.names[i]} -> {self.names[j]}: {self.hectares[i, j]:,.2f} ha, {self.pixels[i, j]:,} pixels"
            for i, j in pairs[:_LARGEST_SHOWN]
        ]
        if len(pairs) > _LARGEST_SHOWN:
            lines.append(f"... and {len(pairs) - _LARGEST_SHOWN} more pairs, in the change matrix")
        share = 100 * self.changed_hectares / self.compared_hectares
        return [
            *lines,
            f"changed: {self.changed_hectares:,.2f} of {self.compared_hectares:,.2f} ha ({share:.1f} %)",
            f"a class in one map only: {self.only_before_pixels:,} pixels earlier, {self.only_after_pixels:,} later",
        ]
