"""Colours of classes that bring none: customary, each its own, and told apart by colour-blind people."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from rgbsar_core.class_colors import COLORS, Color, class_colors
from rgbsar_core.model_card import read_card

# Linear RGB as seen without one kind of cone: Machado, Oliveira and Fernandes, IEEE Transactions on Visualization and
# Computer Graphics 15(6), 2009, 1291-1298, doi:10.1109/TVCG.2009.113, severity 1.0.
SIGHTS = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
# IEC 61966-2-1: linear sRGB to CIE XYZ under D65.
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
WHITE = np.array([0.95047, 1.0, 1.08883])


def lab(color: Color, sight: str) -> np.ndarray:
    """CIE L*a*b* of an sRGB colour as somebody sees it."""
    share = np.array(color) / 255.0
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    xyz = TO_XYZ @ np.clip(SIGHTS[sight] @ linear, 0.0, 1.0) / WHITE
    x, y, z = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def least_difference(colors: tuple[Color, ...], sight: str) -> float:
    return min(float(np.linalg.norm(lab(a, sight) - lab(b, sight))) for a, b in combinations(colors, 2))


def test_lab_of_white_and_red_is_as_published() -> None:
    """Lindbloom's calculator: sRGB red is (53.24, 80.09, 67.20)."""
    np.testing.assert_allclose(lab((255, 255, 255), "normal"), (100, 0, 0), atol=0.02)
    np.testing.assert_allclose(lab((255, 0, 0), "normal"), (53.24, 80.09, 67.20), atol=0.02)


@pytest.mark.parametrize("sight", SIGHTS)
def test_any_two_colours_differ_to_everybody(sight: str) -> None:
    assert least_difference(COLORS, sight) >= 15


@pytest.mark.parametrize("sight", SIGHTS)
def test_classes_of_the_shipped_model_differ_to_everybody(sight: str, repository: Path) -> None:
    legend = read_card(str(repository / "models" / "landcover-us.safetensors")).legend
    assert least_difference(tuple(entry.color for entry in legend.classes), sight) >= 14


def test_names_that_say_what_they_are_get_customary_colours() -> None:
    """Blue water, green forest, orange cropland, vermilion settlements."""
    names = ("cropland", "Deciduous forest", "built-up", "Water bodies")
    assert class_colors(names) == ((230, 159, 0), (0, 158, 115), (213, 94, 0), (0, 114, 178))


def test_other_names_take_what_is_left() -> None:
    """Water has the first colour; so the classes without a customary one begin with the second."""
    assert class_colors(("class 4", "water", "class 9")) == (COLORS[1], COLORS[0], COLORS[2])


def test_second_class_of_a_kind_gets_another_colour() -> None:
    first, second = class_colors(("coniferous forest", "broad-leaved forest"))
    assert first == (0, 158, 115)
    assert second != first


def test_colours_of_other_classes_are_not_used_again() -> None:
    assert class_colors(("water",), taken=((0, 114, 178),)) == (COLORS[1],)


@pytest.mark.parametrize("count", [1, 8, 15])
def test_colours_do_not_repeat_while_there_are_some(count: int) -> None:
    assert len(set(class_colors([f"class {k}" for k in range(count)]))) == count


def test_more_classes_than_colours_begin_again() -> None:
    assert class_colors([f"class {k}" for k in range(17)]) == (*COLORS, *COLORS[:2])
