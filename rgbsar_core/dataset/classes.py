"""The classes of a data set: given by the user, or those that its labels have."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Optional

from ..class_colors import COLORS, class_colors
from ..class_matching import RawClass, plain_name, whole_number
from ..errors import ClassMapError, InputError
from ..legend import NODATA_VALUE, LandCoverClass, Legend

LONGEST_NAME = 80
_LARGEST_VALUE = 254
_SHOWN = 5
_GIVE_LIST = "Give the list of classes yourself."


@dataclass(frozen=True)
class FoundClasses:
    """What one label layer calls its classes.

    Args:
        label: how messages call the layer.
        names: of its classes where they are known by name alone, else empty.
        legend: its classes where they have values, else None.
        named: the layer itself names the legend's classes.
    """

    label: str
    names: tuple[str, ...] = ()
    legend: Optional[Legend] = None
    named: bool = False


def entries_found(entries: Iterable[RawClass], label: str) -> FoundClasses:
    """The classes of polygons: numbers if all entries are whole numbers, else names.

    Args:
        entries: distinct entries of the class field; "" and 0 mean no class.
        label: how messages call the layer.

    Raises:
        ClassMapError: numbers no class can have, names that are too long.
    """
    filled = [entry for entry in entries if entry != ""]
    numbers = [whole_number(entry) for entry in filled]
    broken = next((entry for entry in filled if isinstance(entry, float) and whole_number(entry) is None), None)
    if broken is not None:
        raise ClassMapError(
            f"The {label} has the class {broken:g}; expected names or whole numbers from 1 to {_LARGEST_VALUE}. "
            "Renumber it, or choose another field."
        )
    if None not in numbers:
        values = sorted({number for number in numbers if number is not None} - {NODATA_VALUE})
        wrong = [value for value in values if not 0 < value <= _LARGEST_VALUE]
        if wrong:
            raise ClassMapError(
                f"The {label} has the class {wrong[0]}; expected whole numbers from 1 to {_LARGEST_VALUE}, and 0 or "
                "nothing for no class. Renumber it, or choose another field."
            )
        legend = Legend(tuple(_numbered(value, k) for k, value in enumerate(values))) if values else None
        return FoundClasses(label, legend=legend)
    names: dict[str, str] = {}
    for entry in filled:
        name = " ".join(str(entry).split())
        if len(name) > LONGEST_NAME:
            raise ClassMapError(
                f"The {label} has a class name of {len(name)} characters ('{name[:30]}...'); expected up to "
                f"{LONGEST_NAME}. Shorten it, or choose the field that holds the class."
            )
        names.setdefault(plain_name(name), name)
    return FoundClasses(label, names=tuple(sorted(names.values(), key=str.casefold)))


def join_classes(layers: Sequence[FoundClasses]) -> Legend:
    """One list for all label layers: by value where they have values, else by name, in the order of the alphabet.

    Raises:
        InputError: no layer has a class.
        ClassMapError: too many classes; layers that contradict each other.
    """
    known = [layer for layer in layers if layer.legend or layer.names]
    if not known:
        raise InputError(
            f"The {layers[0].label} has no class in any feature or pixel; expected class names or values. Fill them "
            "in, or choose another field or layer."
        )
    by_name = [layer for layer in known if layer.names]
    if not by_name:
        return _joined_values(known)
    if len(by_name) < len(known):
        other = next(layer for layer in known if layer.legend)
        raise ClassMapError(
            f"The {by_name[0].label} has class names and the {other.label} has class values; expected one of the two "
            f"in all of them. {_GIVE_LIST}"
        )
    names = {plain_name(name): name for layer in reversed(by_name) for name in layer.names}
    if len(names) > _LARGEST_VALUE:
        shown = ", ".join(f"'{name}'" for name in sorted(names.values())[:_SHOWN])
        raise ClassMapError(
            f"The {by_name[0].label} has {len(names)} different classes ({shown} ...); expected up to "
            f"{_LARGEST_VALUE}. Choose the field that holds the class, or merge some."
        )
    ordered = sorted(names.values(), key=str.casefold)
    numbered = zip(range(1, len(ordered) + 1), ordered, class_colors(ordered))
    return Legend(tuple(LandCoverClass(*entry) for entry in numbered))


def _joined_values(layers: Sequence[FoundClasses]) -> Legend:
    classes: dict[int, tuple[LandCoverClass, FoundClasses]] = {}
    for layer in layers:
        for entry in layer.legend.classes if layer.legend else ():
            held = classes.get(entry.value)
            if held is None or (layer.named and not held[1].named):
                classes[entry.value] = (entry, layer)
            elif layer.named and held[1].named and plain_name(held[0].name) != plain_name(entry.name):
                raise ClassMapError(
                    f"The class {entry.value} is '{held[0].name}' in the {held[1].label} and '{entry.name}' in the "
                    f"{layer.label}; expected one name. {_GIVE_LIST}"
                )
    return Legend(tuple(classes[value][0] for value in sorted(classes)))


def _numbered(value: int, index: int) -> LandCoverClass:
    return LandCoverClass(value, f"class {value}", COLORS[index % len(COLORS)])


def parse_class(text: str, index: int) -> LandCoverClass:
    """`3=water` or `3=water=#1e88e5` as a class.

    Args:
        text: value, name and perhaps colour.
        index: place in the list, chooses the colour where none is given.

    Raises:
        InputError: anything else.
        ClassMapError: a value outside 1 to 254.
    """
    value, _, rest = text.partition("=")
    name, _, color = rest.rpartition("=#") if "=#" in rest else (rest, "", "")
    try:
        number = int(value)
        parts = bytes.fromhex(color) if color else bytes(COLORS[index % len(COLORS)])
    except ValueError:
        parts = b""
    name = " ".join(name.split())
    if len(parts) != 3 or not name or len(name) > LONGEST_NAME:
        raise InputError(
            f"The class '{text}' was given; expected value, name and perhaps a colour, such as 3=water or "
            f"3=water=#1e88e5, the name of up to {LONGEST_NAME} characters. Correct it."
        )
    return LandCoverClass(number, name, (parts[0], parts[1], parts[2]))
