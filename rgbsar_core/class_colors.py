"""Colours for classes that bring none: told apart by colour-blind people, customary where the name says enough."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Optional

Color = tuple[int, int, int]

COLORS: tuple[Color, ...] = (
    # Okabe and Ito: blue, orange, bluish green, reddish purple, sky blue, vermilion, yellow
    (0, 114, 178), (230, 159, 0), (0, 158, 115), (204, 121, 167), (86, 180, 233), (213, 94, 0), (240, 228, 66),
    # Tol: pale cyan, dark red, indigo, dark yellow, purple, pale green, pink
    (204, 238, 255), (102, 51, 51), (51, 34, 136), (102, 102, 51), (170, 51, 119), (204, 221, 170), (255, 170, 187),
    (0, 0, 0),
)  # fmt: skip
"""In the order of use. Any two differ by 15 or more (CIE76) to normal and to colour-blind eyes; a test measures it.

Source: Okabe and Ito, Color Universal Design, 2008, https://jfly.uni-koeln.de/color/; Tol, Colour schemes, SRON
technical note SRON/EPS/TN/09-002, 2021, https://sronpersonalpages.nl/~pault/.
"""

_CUSTOMARY: tuple[tuple[Color, tuple[str, ...]], ...] = (
    (COLORS[0], ("water", "sea", "ocean", "lake", "river", "pond", "reservoir")),
    (COLORS[4], ("wetland", "marsh", "swamp", "flood", "bog", "mangrove")),
    (COLORS[2], ("forest", "tree", "wood", "vegetation", "greenery")),
    (COLORS[6], ("grass", "meadow", "pasture", "rangeland", "shrub", "bare", "sand", "desert")),
    (COLORS[1], ("crop", "farm", "arable", "agricult", "field", "orchard", "vineyard")),
    (COLORS[5], ("built", "urban", "city", "town", "village", "residential", "settlement", "building", "house")),
    (COLORS[3], ("industr", "commerc", "port", "airport", "mine")),
    (COLORS[7], ("snow", "ice", "glacier", "cloud")),
    (COLORS[14], ("road", "rail", "street", "pavement")),
)
"""Colour -> how words begin that it is customary for; the first of them that is still free counts."""


def class_colors(names: Sequence[str], taken: Iterable[Color] = ()) -> tuple[Color, ...]:
    """A colour for each class name: the same names get the same colours.

    Names that say what they are choose first, in their order; the others take what is left, in the order of COLORS.
    Colours repeat only when all are used.

    Args:
        names: of the classes without a colour.
        taken: colours of the other classes of the map.
    """
    used = set(taken)
    chosen: dict[int, Color] = {}
    for place, name in enumerate(names):
        color = _customary(name, used)
        if color is not None:
            chosen[place] = color
            used.add(color)
    free = [color for color in COLORS if color not in used] or list(COLORS)
    others = [place for place in range(len(names)) if place not in chosen]
    for number, place in enumerate(others):
        chosen[place] = free[number] if number < len(free) else COLORS[(number - len(free)) % len(COLORS)]
    return tuple(chosen[place] for place in range(len(names)))


def _customary(name: str, used: set[Color]) -> Optional[Color]:
    words = name.casefold().replace("-", " ").replace("_", " ").replace("/", " ").split()
    for color, beginnings in _CUSTOMARY:
        if color not in used and any(word.startswith(beginnings) for word in words):
            return color
    return None
