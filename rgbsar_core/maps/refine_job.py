"""What refining a map is asked to do, and what it tells when it is done."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, Optional

from ..errors import InputError
from ..parameters import OUTPUT_FORMATS
from ..results import ClassArea
from .majority import check_window
from .outlines import check_tolerance
from .regions import CONNECTIVITIES


@dataclass(frozen=True)
class RefineParameters:
    """One map to refine.

    Args:
        path: class raster.
        output: class raster to write.
        confidence: raster of percent on the same grid, or None; doubtful pixels then yield first.
        majority: side of the majority filter's window, pixels, odd; 1 for none.
        minimum_hectares: minimum mapping unit, ground area; 0 for none.
        connectivity: 4 if a region hangs together over pixel edges, 8 if also over corners.
        polygons: GeoPackage to write, or None.
        tolerance: by how much of a pixel the polygons' outlines may leave the pixel edges, 0 to 0.45.
        output_format: ``GTiff`` or ``COG``.

    Raises:
        InputError: values outside these ranges, or nothing to do.
    """

    path: str
    output: str
    confidence: Optional[str] = None
    majority: int = 3
    minimum_hectares: float = 0.0
    connectivity: int = 4
    polygons: Optional[str] = None
    tolerance: float = 0.0
    output_format: str = "GTiff"

    def __post_init__(self) -> None:
        check_window(self.majority)
        check_tolerance(self.tolerance)
        if not 0 <= self.minimum_hectares < math.inf:
            raise InputError(
                f"The minimum mapping unit is {self.minimum_hectares} ha; expected 0 (none) or more. Choose another."
            )
        for what, value, choices in (
            ("connectivity", self.connectivity, CONNECTIVITIES),
            ("output format", self.output_format, OUTPUT_FORMATS),
        ):
            if value not in choices:
                known = " or ".join(map(str, choices))
                raise InputError(f"The {what} is {value}; expected {known}. Choose one of these.")
        if self.polygons and not self.polygons.lower().endswith(".gpkg"):
            raise InputError(f"The polygons' name '{self.polygons}' ends otherwise; expected .gpkg. Change it.")
        if self.majority == 1 and not self.minimum_hectares and not self.polygons:
            raise InputError(
                "There is nothing to do: no majority window, no minimum mapping unit, no polygons. Ask for one of them."
            )

    @property
    def outputs(self) -> tuple[str, ...]:
        """Every file this job writes."""
        return tuple(path for path in (self.output, self.polygons) if path)


@dataclass(frozen=True)
class RefineResult:
    """A refined map.

    Attributes:
        path, polygons: files written.
        width, height: of the map, pixels.
        areas_before, areas: ground per class.
        changed_pixels, mapped_pixels: pixels of another class than before, and pixels with a class.
        merged_regions: regions below the minimum mapping unit that went to a neighbour.
        isolated_regions: regions that stay below it, because nodata surrounds them.
        polygon_count: polygons written, 0 where none were asked for.
        seconds: time taken.
        warnings: sentences for the user.
    """

    path: str
    polygons: Optional[str]
    width: int
    height: int
    areas_before: tuple[ClassArea, ...]
    areas: tuple[ClassArea, ...]
    changed_pixels: int
    mapped_pixels: int
    merged_regions: int
    isolated_regions: int
    polygon_count: int
    seconds: float
    warnings: tuple[str, ...]

    @property
    def changed_percent(self) -> float:
        """Share of the mapped pixels that have another class than before."""
        return 100.0 * self.changed_pixels / self.mapped_pixels

    def to_json(self) -> dict[str, Any]:
        """Plain data for ``--json``."""
        return {**asdict(self), "changed_percent": self.changed_percent}

    def summary_lines(self) -> list[str]:
        """What the log says at the end."""
        pairs = sorted(zip(self.areas_before, self.areas), key=lambda pair: -pair[1].pixels)
        lines = [f"{after.name}: {before.hectares:,.2f} -> {after.hectares:,.2f} ha" for before, after in pairs]
        lines.append(f"{self.changed_pixels:,} of {self.mapped_pixels:,} pixels changed ({self.changed_percent:.1f} %)")
        if self.merged_regions:
            lines.append(f"{self.merged_regions:,} regions below the minimum mapping unit went to a neighbour")
        if self.polygons:
            lines.append(f"{self.polygon_count:,} polygons")
        return [*lines, f"{self.width} x {self.height} pixels in {self.seconds:.1f} s"]
