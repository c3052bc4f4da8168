"""One list of classes for two maps: matched by name, or by a table where the names differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..class_matching import plain_name
from ..errors import ClassMapError, InputError
from ..legend import Legend
from ..metrics import IGNORE_INDEX

_MOST_CLASSES = 254
Match = tuple[str, str]
Color = tuple[int, int, int]


@dataclass(frozen=True)
class CommonLegend:
    """The classes two maps are compared by.

    Attributes:
        names, colors: (K,) of the classes: those of the earlier map in its order, then what only the later one has.
        before, after: (256,) uint8 class index of every value of each map; 255 for nodata and values that are none.
        only_before, only_after: names of classes that only one map has.
    """

    names: tuple[str, ...]
    colors: tuple[Color, ...]
    before: NDArray[np.uint8]
    after: NDArray[np.uint8]
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]


def common_legend(before: Legend, after: Legend, matches: Sequence[Match] = ()) -> CommonLegend:
    """Match the classes of two maps.

    Names are the same if they differ in capitals and spaces only. The table renames classes of either map before they
    are matched; several classes with one new name are counted as one.

    Args:
        before, after: legends of the earlier and the later map.
        matches: (class name, name to compare it as) pairs.

    Raises:
        InputError: the table renames one class in two ways.
        ClassMapError: the table names a class neither map has; or each map has classes the other lacks, which look
            like the same classes under different names.
    """
    new_names = _table(before, after, matches)
    spelt: dict[str, tuple[str, Color]] = {}
    keys = []
    for legend in (before, after):
        own = []
        for entry in legend.classes:
            name = new_names.get(plain_name(entry.name), entry.name)
            spelt.setdefault(plain_name(name), (name, entry.color))
            own.append(plain_name(name))
        keys.append(own)
    only_before = [key for key in spelt if key not in keys[1]]
    only_after = [key for key in spelt if key not in keys[0]]
    settled = {plain_name(name) for name in new_names.values()}  # the table may also say that a class stands alone
    _refuse_unmatched(
        [spelt[key][0] for key in only_before if key not in settled],
        [spelt[key][0] for key in only_after if key not in settled],
    )
    if len(spelt) > _MOST_CLASSES:
        raise ClassMapError(
            f"The two maps have {len(spelt)} different classes; up to {_MOST_CLASSES} can be compared. Merge some in "
            "the mapping table."
        )
    order = {key: index for index, key in enumerate(spelt)}
    return CommonLegend(
        names=tuple(name for name, _ in spelt.values()),
        colors=tuple(color for _, color in spelt.values()),
        before=_lookup(before, [order[key] for key in keys[0]]),
        after=_lookup(after, [order[key] for key in keys[1]]),
        only_before=tuple(spelt[key][0] for key in only_before),
        only_after=tuple(spelt[key][0] for key in only_after),
    )


def _table(before: Legend, after: Legend, matches: Sequence[Match]) -> dict[str, str]:
    known = {plain_name(name) for name in (*before.names, *after.names)}
    table: dict[str, str] = {}
    for name, new_name in matches:
        key = plain_name(name)
        if key not in known or not new_name.strip():
            raise ClassMapError(
                f"The mapping table has '{name}' = '{new_name}'; expected a class of one of the maps and the name to "
                f"compare it as. The maps' classes are {_list(before.names)} and {_list(after.names)}. Correct it."
            )
        if plain_name(table.get(key, new_name)) != plain_name(new_name):
            raise InputError(
                f"The mapping table gives '{name}' two names, '{table[key]}' and '{new_name}'; expected one. Remove "
                "one of the lines."
            )
        table[key] = new_name.strip()
    return table


def _refuse_unmatched(only_before: list[str], only_after: list[str]) -> None:
    if only_before and only_after:
        raise ClassMapError(
            f"The maps' class names do not match: only the earlier map has {_list(only_before)}, only the later one "
            f"{_list(only_after)}. Say in the mapping table which mean the same; a class that stands alone goes there "
            "under its own name."
        )


def _lookup(legend: Legend, indices: list[int]) -> NDArray[np.uint8]:
    lookup: NDArray[np.uint8] = np.full(256, IGNORE_INDEX, np.uint8)
    lookup[list(legend.values)] = indices
    return lookup


def _list(names: Sequence[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)
