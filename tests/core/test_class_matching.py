"""Which class of the map a reference means."""

from __future__ import annotations

import pytest

from rgbsar_core.class_matching import match_classes
from rgbsar_core.errors import ClassMapError, InputError
from rgbsar_core.legend import LandCoverClass, Legend

LEGEND = Legend(
    (
        LandCoverClass(1, "water", (0, 0, 255)),
        LandCoverClass(3, "Built-up area", (255, 0, 0)),
        LandCoverClass(7, "12", (0, 255, 0)),  # a name that looks like a number
    )
)


def match(found: list, how: str = "auto") -> tuple[dict, str]:
    return match_classes(found, LEGEND, "reference 'points.gpkg'", how)


def test_names_are_found_whatever_their_capitals_and_spaces() -> None:
    assert match(["WATER", " built-up  Area "]) == ({"WATER": 1, " built-up  Area ": 3}, "names")


def test_numbers_are_values_and_0_means_no_reference() -> None:
    assert match([0, 1, 7]) == ({0: 0, 1: 1, 7: 7}, "values")
    assert match([3.0]) == ({3.0: 3}, "values")


def test_texts_of_digits_are_names_where_such_names_exist_else_values() -> None:
    assert match(["12", "water"]) == ({"12": 7, "water": 1}, "names")
    assert match(["3", "1"]) == ({"3": 3, "1": 1}, "values")
    assert match(["12"], "names") == ({"12": 7}, "names")


@pytest.mark.parametrize(
    ("found", "how", "message"),
    [
        (["watr"], "auto", r"'points.gpkg' has 'watr'.*are water, Built-up area, 12\. Did you mean 'water'\? Rename"),
        ([1, 9], "auto", r"has '9'.*1 \(water\), 3 \(Built-up area\)"),
        ([1.5], "auto", "has '1.5'"),
        (["water"], "values", "has 'water'"),
        (["forest", "water", "3"], "auto", "has '3', 'forest'"),
        ([float("nan")], "auto", "has 'nan'"),
    ],
)
def test_what_the_map_has_no_class_for_is_refused_by_name(found: list, how: str, message: str) -> None:
    with pytest.raises(ClassMapError, match=message):
        match(found, how)


def test_a_name_two_classes_have_is_refused_but_their_values_are_not() -> None:
    twice = Legend((LandCoverClass(1, "Forest", (0, 0, 0)), LandCoverClass(2, "forest ", (0, 0, 1))))
    with pytest.raises(ClassMapError, match="map gives the name 'forest' to the classes 1 and 2; expected a name for"):
        match_classes(["forest"], twice, "reference 'points.gpkg'")
    assert match_classes([1, 2], twice, "reference 'points.gpkg'") == ({1: 1, 2: 2}, "values")


def test_a_class_as_long_as_a_book_is_shown_by_its_beginning_on_one_line() -> None:
    with pytest.raises(ClassMapError) as refused:
        match(["first\nline " + "x" * 10_000])
    assert "has 'first line xxx" in str(refused.value) and len(str(refused.value)) < 300


def test_unknown_way_of_matching_is_refused() -> None:
    with pytest.raises(InputError, match="'color'; expected one of auto, names, values"):
        match(["water"], "color")
