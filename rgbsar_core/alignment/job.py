"""What a check of alignment is asked to do, and what it tells when it is done."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, Optional

from ..errors import InputError
from ..parameters import SAR_UNITS
from .matching import PEAK, RELIABLE, Shift

LEAST_WINDOW, LARGEST_SEARCH = 64, 64
LEAST_SEARCH = PEAK + 1
"""Pixels: with less no shift would be left to compare the best one with."""
ALIGNED_WITHIN = 1.0
"""Pixels: shifts up to this are called aligned."""
LARGEST_ERROR = 1.5
"""Pixels: with a larger standard error the shift is not known."""
_VARYING = 1.5
_COMPASS = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")


@dataclass(frozen=True)
class AlignmentParameters:
    """An optical and a SAR raster to check.

    Args:
        optical, sar: raster files.
        arrows: GeoPackage to write one line a window to, or None.
        corrected: GeoTIFF to write the SAR raster to, moved back by the shift, or None.
        optical_bands, sar_bands: 1-based; None takes the optical raster's first three and all of the SAR's.
        sar_units: of the SAR raster.
        window: side of the squares that are matched, pixels of the coarser raster.
        search: largest shift looked for, in these pixels.

    Raises:
        InputError: an unknown unit, a window or search range that cannot be.
    """

    optical: str
    sar: str
    arrows: Optional[str] = None
    corrected: Optional[str] = None
    optical_bands: Optional[tuple[int, ...]] = None
    sar_bands: Optional[tuple[int, ...]] = None
    sar_units: str = "auto"
    window: int = 256
    search: int = 16

    def __post_init__(self) -> None:
        if self.sar_units not in SAR_UNITS:
            raise InputError(f"The SAR unit is '{self.sar_units}'; expected one of {', '.join(SAR_UNITS)}. Choose one.")
        if not LEAST_WINDOW <= self.window <= 2048:
            raise InputError(f"The window is {self.window} pixels wide; expected {LEAST_WINDOW} to 2048. Change it.")
        if not LEAST_SEARCH <= self.search <= LARGEST_SEARCH:
            raise InputError(
                f"The search range is {self.search} pixels; expected {LEAST_SEARCH} to {LARGEST_SEARCH}. Change it."
            )

    @property
    def outputs(self) -> tuple[str, ...]:
        """Every file this job writes."""
        return tuple(path for path in (self.arrows, self.corrected) if path)


@dataclass(frozen=True)
class WindowShift:
    """One window: its middle in pixels of the common grid, and its own shift."""

    row: float
    column: float
    shift: Shift


@dataclass(frozen=True)
class AlignmentResult:
    """How the SAR raster lies on the optical one.

    Args:
        verdict: ``aligned``, ``shifted`` or ``unknown``.
        reason: why it is unknown, as half a sentence; empty otherwise.
        shift: of what the SAR shows against the optical raster, all windows together, pixels.
        east_m, north_m: the same on the ground.
        error: standard error of the shift, pixels.
        spread: typical distance of a window's own shift from it (median), pixels; not-a-number without reliable ones.
        median: (row, column) median of the reliable windows, pixels.
        windows, reliable: how many were matched, and how many tell a shift by themselves.
        pixel_m: side of a pixel, metres.
        arrows, corrected: files written.
        assumptions, warnings: sentences.
    """

    verdict: str
    reason: str
    shift: Shift
    east_m: float
    north_m: float
    error: float
    spread: float
    median: tuple[float, float]
    windows: int
    reliable: int
    pixel_m: float
    arrows: Optional[str]
    corrected: Optional[str]
    seconds: float
    assumptions: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def length_m(self) -> float:
        """Metres on the ground."""
        return math.hypot(self.east_m, self.north_m)

    def sentence(self) -> str:
        """The verdict in words."""
        if self.verdict == "unknown":
            return f"Whether the layers are aligned cannot be told: {self.reason}."
        size = f"{self.shift.length:.1f} pixels ({self.length_m:.0f} m)"
        if self.verdict == "aligned":
            return f"The layers are aligned within {size}, standard error {self.error:.1f} pixels."
        return (
            f"The SAR layer lies {size} too far {compass(self.east_m, self.north_m)}, standard error {self.error:.1f} "
            "pixels."
        )

    def to_json(self) -> dict[str, Any]:
        """Plain data for ``--json``; a number that does not exist is null."""
        data = {**asdict(self), "sentence": self.sentence(), "length_m": self.length_m}
        data["shift"] = {**asdict(self.shift), "length": self.shift.length}
        return {name: _finite(value) for name, value in data.items()}

    def summary_lines(self) -> list[str]:
        """What the log says at the end."""
        lines = [*self.assumptions, f"{self.windows} windows matched, {self.reliable} of them reliable by themselves"]
        if self.verdict != "unknown":
            lines.append(
                f"shift: {self.shift.column:+.2f} pixels to the right, {self.shift.row:+.2f} downwards "
                f"({self.east_m:+.1f} m east, {self.north_m:+.1f} m north); quality {self.shift.quality:.1f}"
            )
        if self.reliable:
            lines.append(
                f"reliable windows: median {self.median[1]:+.2f} to the right, {self.median[0]:+.2f} downwards; half "
                f"of them lie within {self.spread:.1f} pixels of the shift"
            )
        return [*lines, self.sentence()]


def judge(shift: Optional[Shift], error: float, search: int) -> tuple[str, str]:
    """Verdict, and the reason where it is unknown.

    Args:
        shift: of all windows together; None if none could be matched.
        error: its standard error, pixels.
        search: largest shift looked for.
    """
    if shift is None:
        return "unknown", "no window has both enough valid pixels and edges to match"
    if not shift.reliable:
        return "unknown", (
            f"no shift stands out (quality {shift.quality:.1f}, from {RELIABLE:g} on it would be more than chance); "
            "the layers may show different places, have little in common, or be further apart than was searched"
        )
    if max(abs(shift.row), abs(shift.column)) > search - 1:
        return "unknown", f"the best shift lies at the end of the {search} pixels searched; search further"
    if error == math.inf:
        return "unknown", "only one window tells anything, and one alone errs too often; choose smaller windows"
    if error > LARGEST_ERROR:
        return "unknown", (
            f"the windows do not agree on one shift (standard error {error:.1f} pixels, best {shift.length:.1f}); see "
            "the arrows"
        )
    return ("aligned" if shift.length <= ALIGNED_WITHIN else "shifted"), ""


def varying_warning(verdict: str, spread: float) -> list[str]:
    """A warning where one shift does not describe the scene."""
    if verdict == "unknown" or not spread > _VARYING:
        return []
    return [
        f"The shift changes across the scene (half of the windows differ by more than {spread:.1f} pixels): moving the "
        "layer as a whole mends only part of it. Terrain-correct the SAR, or orthorectify the optical image."
    ]


def compass(east: float, north: float) -> str:
    """The nearest of eight directions."""
    return _COMPASS[round(math.degrees(math.atan2(east, north)) / 45) % 8]


def _finite(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_finite(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
