"""Class values, names and colours: what is kept and what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rgbsar_core.errors import ClassMapError
from rgbsar_core.legend import PUBLISHED_LEGENDS, LandCoverClass, Legend

WATER = {"value": 4, "name": "water", "color": [66, 236, 245]}


def test_a_legend_survives_json_with_its_order():
    legend = Legend((LandCoverClass(9, "Wald", (0, 128, 0)), LandCoverClass(2, "eau", (0, 0, 255))))
    again = Legend.from_json(json.loads(json.dumps(legend.to_json())))
    assert again == legend
    assert (again.values, again.names, len(again)) == ((9, 2), ("Wald", "eau"), 2)


def test_a_colour_is_written_as_six_hexadecimal_digits():
    assert LandCoverClass(1, "a", (0, 128, 255)).hex_color == "#0080ff"


@pytest.mark.parametrize(
    "value, name, color, message",
    [
        (0, "a", (0, 0, 0), "value '0' found; a class raster holds 1-254 .0 is nodata.. Choose another"),
        (255, "a", (0, 0, 0), "value '255'"),
        (True, "a", (0, 0, 0), "value 'True'"),
        (1.0, "a", (0, 0, 0), "value '1.0'"),
        ("1", "a", (0, 0, 0), "Class value"),
        (1, " ", (0, 0, 0), "Class 1 has no name. Give every class a name"),
        (1, None, (0, 0, 0), "has no name"),
        (1, "a", (0, 0), "expected red, green, blue"),
        (1, "a", (0, 0, 256), "colour .0, 0, 256.; expected red, green, blue, each from 0 to 255. Correct"),
        (1, "a", (0, 0, -1), "expected red, green, blue"),
        (1, "a", (0, 0, 0.5), "expected red, green, blue"),
    ],
)
def test_a_class_that_no_raster_can_show_is_refused(value: Any, name: Any, color: Any, message: str):
    with pytest.raises(ClassMapError, match=message):
        LandCoverClass(value, name, color)


@pytest.mark.parametrize(
    "entries, message",
    [
        ("water", "class list is a str; expected a list"),
        ([], "legend is empty; expected at least one class"),
        ([3], "Class entry 3 found; expected an object"),
        ([{"value": 4, "name": "water"}], "expected an object with value, name and color"),
        ([{**WATER, "extra": 1}], "and nothing else"),
        ([{**WATER, "color": "#00ff00"}], "colour '#00ff00'; expected a list"),
        ([{**WATER, "value": [1]}], "Class value"),
        ([{**WATER, "color": [[1], 2, 3]}], "expected red, green, blue"),
        ([WATER, {**WATER, "name": "sea"}], "class value 4 stands more than once.*Rename or renumber"),
        ([WATER, {**WATER, "value": 5}], "class name water stands more than once"),
        ([WATER] * 1000, "1000 classes; a class raster holds up to 254"),
        ([{"x" * 10**6: 1}], "expected an object"),
    ],
)
def test_a_class_list_that_is_none_is_refused_in_a_short_sentence(entries: Any, message: str):
    with pytest.raises(ClassMapError, match=message) as refusal:
        Legend.from_json(entries)
    assert len(str(refusal.value)) < 400


def test_published_legends_have_their_data_sets_numbers_of_classes():
    assert {name: len(legend) for name, legend in PUBLISHED_LEGENDS.items()} == {"pie": 6, "ddhr": 5, "whu": 7}
    assert PUBLISHED_LEGENDS["pie"].values == (1, 2, 3, 4, 5, 6)  # the data set's labels 0-5 plus one
