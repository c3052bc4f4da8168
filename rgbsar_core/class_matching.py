"""Which class of a map a reference means: by name, or by value in the raster."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Optional, Union

from .errors import ClassMapError, InputError
from .legend import NODATA_VALUE, Legend

MATCHES = ("auto", "names", "values")
_SHOWN, _LONGEST = 8, 60

RawClass = Union[int, float, str]


def match_classes(
    found: Iterable[RawClass], legend: Legend, reference: str, match: str = "auto", owner: str = "map"
) -> tuple[dict[RawClass, int], str]:
    """Find the map's class for every class of a reference.

    Names are compared without regard to capitals and spaces around and between words. The value 0 means no reference.

    Args:
        found: distinct class names or numbers of the reference.
        legend: the map's classes.
        reference: how messages name the reference, without "the".
        match: "names", "values", or "auto": numbers by value, texts by name, texts of digits by value where they are
            no names.
        owner: how messages name what has the legend, without "the".

    Returns:
        The map's value for each entry, 0 for "no reference"; and "names" or "values", whichever was taken.

    Raises:
        InputError: an unknown way of matching.
        ClassMapError: an entry that is no class of the map.
    """
    if match not in MATCHES:
        raise InputError(f"The matching is '{match}'; expected one of {', '.join(MATCHES)}. Choose one of these.")
    names: dict[str, list[int]] = {}
    for name, value in zip(legend.names, legend.values):
        names.setdefault(plain_name(name), []).append(value)
    named = {entry: names.get(plain_name(entry), []) if isinstance(entry, str) else [] for entry in found}
    by_name = {entry: values[0] if values else None for entry, values in named.items()}
    by_value = {entry: _valued(entry, legend) for entry in by_name}
    if match == "auto":
        all_numbers = all(whole_number(entry) is not None for entry in by_name)
        match = "values" if all_numbers and None in by_name.values() else "names"
    chosen = by_name if match == "names" else by_value
    unknown = [entry for entry, value in chosen.items() if value is None]
    if unknown:
        raise ClassMapError(_unknown(unknown, legend, reference, match, owner))
    twice = next((entry for entry, values in named.items() if len(values) > 1), None) if match == "names" else None
    if twice is not None:
        raise ClassMapError(
            f"The {owner} gives the name '{twice}' to the classes {' and '.join(map(str, named[twice]))}; expected a "
            "name for each. Match classes by their values, or rename one of the two."
        )
    return {entry: value for entry, value in chosen.items() if value is not None}, match


def _valued(entry: RawClass, legend: Legend) -> Optional[int]:
    number = whole_number(entry)
    return number if number in (NODATA_VALUE, *legend.values) else None


def whole_number(entry: RawClass) -> Optional[int]:
    """A class as a whole number, also as text or with a fraction of zero; else None."""
    try:
        number = float(entry)
    except ValueError:
        return None
    return int(number) if number.is_integer() else None


def plain_name(text: str) -> str:
    """A name as names are compared: without regard to capitals and to spaces around and between words."""
    return " ".join(text.split()).casefold()


def _short(text: str) -> str:
    """On one line, its end left out where it is long."""
    plain = " ".join(text.split())
    return plain if len(plain) <= _LONGEST else f"{plain[:_LONGEST]}..."


def _unknown(unknown: list[RawClass], legend: Legend, reference: str, match: str, owner: str) -> str:
    shown = ", ".join(f"'{_short(entry)}'" for entry in sorted(map(str, unknown))[:_SHOWN])
    more = f" and {len(unknown) - _SHOWN} more" if len(unknown) > _SHOWN else ""
    if match == "names":
        known = ", ".join(legend.names[:_SHOWN]) + (" ..." if len(legend) > _SHOWN else "")
    else:
        known = ", ".join(f"{c.value} ({c.name})" for c in legend.classes[:_SHOWN])
    close = difflib.get_close_matches(str(unknown[0]), legend.names, 1) if match == "names" else []
    hint = f" Did you mean '{close[0]}'?" if close else ""
    return (
        f"The {reference} has {shown}{more}, which the {owner} has no class for; the {owner}'s classes "
        f"are {known}.{hint} Rename or renumber these classes, or choose another field or layer."
    )
