"""What a sample remembers of its design: strata, their size, and the stratum of every unit.

It travels as JSON text in the metadata of the sample's layer, so that the people who label the points do not see the
map's class, and the assessment still knows how they were drawn.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Optional

RECORD_ITEM = "RGBSAR_SAMPLE"
_VERSION = 1


@dataclass(frozen=True)
class Stratum:
    """One class of the map the sample was drawn from.

    Args:
        value, name: of the class.
        pixels, hectares: of the class in that map; ground area, not that of the projection.
        units: sample units drawn in it.
    """

    value: int
    name: str
    pixels: int
    hectares: float
    units: int


@dataclass(frozen=True)
class SampleRecord:
    """A stratified random sample of pixels.

    Args:
        map_name: file name of the map it was drawn from.
        seed: of the random numbers.
        strata: one a class of that map, also where none was drawn.
        unit_strata: class value of the stratum of the units with id 1, 2, 3 ...
    """

    map_name: str
    seed: int
    strata: tuple[Stratum, ...]
    unit_strata: tuple[int, ...]

    def to_text(self) -> str:
        """JSON for the layer's metadata."""
        return json.dumps(
            {
                "version": _VERSION,
                "design": "stratified random",
                "map": self.map_name,
                "seed": self.seed,
                "strata": [vars(stratum) for stratum in self.strata],
                "unit_strata": list(self.unit_strata),
            }
        )

    @classmethod
    def from_text(cls, text: Optional[str]) -> Optional[SampleRecord]:
        """Read what `to_text` wrote; None for anything else, such as a record of a later version."""
        try:
            data: Any = json.loads(text or "null")
            if not isinstance(data, dict) or data.get("version") != _VERSION:
                return None
            strata = tuple(Stratum(**entry) for entry in data["strata"])
            record = cls(str(data["map"]), int(data["seed"]), strata, tuple(map(int, data["unit_strata"])))
            known = {int(stratum.value): float(stratum.hectares) for stratum in strata}
        except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
            return None
        return record if set(record.unit_strata) <= set(known) else None
