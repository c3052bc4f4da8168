"""Curves of a report, as the SVG that is drawn."""

from __future__ import annotations

import re

import numpy as np
import pytest

from rgbsar_core.charts import line_chart


def points(svg: str) -> list[list[tuple[float, float]]]:
    """Places of each curve."""
    return [
        [tuple(map(float, pair.split(","))) for pair in text.split()] for text in re.findall(r'points="([^"]*)"', svg)
    ]


def test_a_curve_runs_from_left_to_right_and_up_with_its_values():
    svg = line_chart("t", "step", [("loss", np.array([0.0, 50.0, 100.0]), np.array([0.0, 1.0, 2.0]))], 2.0, False)
    ((left, low), (middle, half), (right, high)) = points(svg)[0]
    assert left < middle < right and middle - left == right - middle
    assert low > half > high and low - half == half - high


@pytest.mark.parametrize(("last", "texts"), [(94, "0 20 40 60 80"), (12, "0 3 6 9 12"), (2, "0 1 2"), (0.4, "0")])
def test_the_axis_below_has_round_numbers(last, texts):
    svg = line_chart("t", "step", [("loss", np.array([0.0, last]), np.array([1.0, 0.0]))], 1.0, False)
    assert re.findall(r'text-anchor="middle" fill="#555">([^<]*)<', svg) == texts.split()


def test_what_lies_above_the_axis_is_drawn_at_its_end_and_nan_is_left_out():
    xs, ys = np.array([1.0, 2.0, 3.0]), np.array([5.0, np.nan, 1.0])
    (first, second) = points(line_chart("t", "step", [("a", xs, ys)], 1.0, True))[0]
    assert first[1] == second[1]


def test_names_are_escaped_and_axes_labelled():
    svg = line_chart("a < b", "step & more", [("x > y", np.array([1.0]), np.array([0.5]))], 1.0, True)
    assert "<title>a &lt; b</title>" in svg and "step &amp; more" in svg and "x &gt; y" in svg
    assert ">100 %<" in svg and ">0 %<" in svg


def test_no_points_make_no_curve():
    assert points(line_chart("t", "step", [("a", np.zeros(0), np.zeros(0))], 1.0, True)) == [[]]
