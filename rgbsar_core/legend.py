"""Land-cover classes: the values in the raster, their names and their colours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .errors import ClassMapError

NODATA_VALUE = 0
"""Class rasters hold 0 where there is no map; no class may use it."""


@dataclass(frozen=True)
class LandCoverClass:
    """One class of a map.

    Args:
        value: integer in the class raster, 1-254 (0 is nodata, 255 is kept free for masks).
        name: text of the legend.
        color: red, green, blue, 0-255 each.

    Raises:
        ClassMapError: a value, name or colour outside these ranges.
    """

    value: int
    name: str
    color: tuple[int, int, int]

    def __post_init__(self) -> None:
        if isinstance(self.value, bool) or not isinstance(self.value, int) or not 1 <= self.value <= 254:
            raise ClassMapError(
                f"Class value {str(self.value)[:80]!r} found; a class raster holds 1-254 (0 is nodata). Choose another "
                "value."
            )
        if not isinstance(self.name, str) or not self.name.strip():
            raise ClassMapError(f"Class {self.value} has no name. Give every class a name.")
        if len(self.color) != 3 or not all(isinstance(part, int) and 0 <= part <= 255 for part in self.color):
            raise ClassMapError(
                f"Class '{self.name[:80]}' has the colour {str(self.color)[:80]}; expected red, green, blue, each from "
                "0 to 255. Correct the colour."
            )

    @property
    def hex_color(self) -> str:
        """Colour as ``#rrggbb``."""
        return "#{:02x}{:02x}{:02x}".format(*self.color)


@dataclass(frozen=True)
class Legend:
    """The classes of a model in channel order: logits channel k means ``classes[k]``.

    Raises:
        ClassMapError: no class, or a value or name given twice.
    """

    classes: tuple[LandCoverClass, ...]

    def __post_init__(self) -> None:
        if not self.classes:
            raise ClassMapError("The legend is empty; expected at least one class. Add the classes of the model.")
        if len(self.classes) > 254:
            raise ClassMapError(
                f"The legend has {len(self.classes)} classes; a class raster holds up to 254. Merge some."
            )
        for label, entries in (("value", self.values), ("name", self.names)):
            repeated = sorted({str(entry) for entry in entries if entries.count(entry) > 1})
            if repeated:
                raise ClassMapError(
                    f"The class {label} {', '.join(repeated)} stands more than once in the legend; "
                    f"each {label} may appear once. Rename or renumber."
                )

    def __len__(self) -> int:
        return len(self.classes)

    @property
    def values(self) -> tuple[int, ...]:
        """Raster values in channel order."""
        return tuple(entry.value for entry in self.classes)

    @property
    def names(self) -> tuple[str, ...]:
        """Names in channel order."""
        return tuple(entry.name for entry in self.classes)

    def to_json(self) -> list[dict[str, Any]]:
        """Plain lists and dictionaries, as the model card stores them."""
        return [{"value": c.value, "name": c.name, "color": list(c.color)} for c in self.classes]

    @classmethod
    def from_json(cls, data: Any) -> Legend:
        """Read what :meth:`to_json` wrote.

        Raises:
            ClassMapError: anything else.
        """
        if not isinstance(data, list):
            raise ClassMapError(
                f"The class list is a {type(data).__name__}; expected a list of classes. Correct the list."
            )
        classes = []
        for entry in data:
            if not isinstance(entry, dict) or set(entry) != {"value", "name", "color"}:
                raise ClassMapError(
                    f"Class entry {str(entry)[:80]} found; expected an object with value, name and color, and nothing "
                    "else. Correct it."
                )
            if not isinstance(entry["color"], (list, tuple)):
                raise ClassMapError(
                    f"Class {str(entry['name'])[:80]!r} has the colour {str(entry['color'])[:80]!r}; expected a list "
                    "[red, green, blue]. Correct it."
                )
            classes.append(LandCoverClass(entry["value"], entry["name"], tuple(entry["color"])))
        return cls(tuple(classes))


def _legend(*rows: tuple[int, str, tuple[int, int, int]]) -> Legend:
    return Legend(tuple(LandCoverClass(*row) for row in rows))


PIE_RGB_SAR = _legend(
    (1, "background", (128, 128, 128)),
    (2, "city", (235, 51, 36)),
    (3, "road", (255, 253, 85)),
    (4, "water", (66, 236, 245)),
    (5, "forest", (56, 168, 0)),
    (6, "farmland", (168, 112, 0)),
)
"""PIE-RGB-SAR; the data set's own label is our value minus one (0 is nodata here)."""

DDHR_SK = _legend(
    (1, "buildings", (255, 0, 0)),
    (2, "roads", (0, 0, 255)),
    (3, "farmland", (255, 255, 0)),
    (4, "water", (255, 0, 255)),
    (5, "greenery", (0, 255, 0)),
)
"""DDHR-SK with its makers' class order; ASANet's code swaps the names farmland and greenery."""

WHU_OPT_SAR = _legend(
    (1, "farmland", (255, 195, 128)),
    (2, "city", (255, 0, 0)),
    (3, "village", (159, 129, 183)),
    (4, "water", (0, 0, 255)),
    (5, "forest", (0, 255, 0)),
    (6, "road", (255, 255, 0)),
    (7, "other", (255, 255, 255)),
)
"""WHU-OPT-SAR; the files hold these values times ten."""

PUBLISHED_LEGENDS = {"pie": PIE_RGB_SAR, "ddhr": DDHR_SK, "whu": WHU_OPT_SAR}
