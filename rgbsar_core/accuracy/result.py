"""What an assessment of accuracy tells."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Optional

from ..metrics import Accuracy
from ..results import ClassArea
from .area_estimates import AreaEstimates


@dataclass(frozen=True)
class AccuracyResult:
    """A finished assessment.

    Attributes:
        map, reference: what was compared.
        kind: "points", "polygons" or "raster".
        matched: "names" or "values".
        areas: the map's classes, with pixels and ground area.
        measures: of the units counted: points, or pixels for polygons and rasters.
        estimates: for the whole map, areas in hectares; None without a probability sample.
        strata: "map classes", or "strata of the sample" where those are not the classes of this map; "" for none.
        unlabelled, outside, unmapped, ambiguous: units left out: without a class, outside the map, where the map has
            no class, in polygons of several classes.
        warnings: sentences for the user.
    """

    map: str
    reference: str
    kind: str
    matched: str
    areas: tuple[ClassArea, ...]
    measures: Accuracy
    estimates: Optional[AreaEstimates]
    strata: str
    unlabelled: int
    outside: int
    unmapped: int
    ambiguous: int
    warnings: tuple[str, ...]
    report: Optional[str]
    table: Optional[str]
    figures: Optional[str]
    seconds: float

    @property
    def units(self) -> int:
        """Points or pixels compared."""
        return int(self.measures.matrix.sum())

    @property
    def unit_name(self) -> str:
        """What was counted."""
        return "points" if self.kind == "points" else "pixels"

    def to_json(self) -> dict[str, Any]:
        """Plain data for `--json` and the file of figures; the matrix is `[reference][map]`, areas in hectares."""
        names = tuple(area.name for area in self.areas)
        kept = ("map", "reference", "kind", "matched", "unlabelled", "outside", "unmapped", "ambiguous")
        return {
            **{name: getattr(self, name) for name in kept},
            "units": self.units,
            "unit": self.unit_name,
            "matrix_axes": ["reference", "map"],
            "classes": [asdict(area) for area in self.areas],
            "counted": self.measures.to_json(names),
            "estimated": self.estimates.to_json(names) if self.estimates else None,
            "strata": self.strata,
            "warnings": list(self.warnings),
            "report": self.report,
            "table": self.table,
            "figures": self.figures,
            "seconds": round(self.seconds, 3),
        }
