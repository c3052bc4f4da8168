"""The shift between two pictures: known to a part of a pixel, or known not to be known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from rgbsar_core.alignment.job import judge, varying_warning
from rgbsar_core.alignment.matching import Shift, combine, correlation_surface, find_peak

from .pictures import ground, moved, optical_of, power_of

SHIFTS = [(0.0, 0.0), (0.1, -0.3), (0.5, 0.5), (3.4, -7.7), (-10.0, 10.0), (-9.9, 0.25), (12.2, -13.6)]


def decibels(power: np.ndarray) -> np.ndarray:
    return 10 * np.log10(power)


def shift_of(optical: np.ndarray, sar: np.ndarray, valid: np.ndarray | None = None) -> Shift | None:
    cover = np.ones(sar.shape[1:], bool) if valid is None else valid
    surface = correlation_surface(optical, sar, cover, cover, 16)
    return None if surface is None else find_peak(surface)


@pytest.mark.parametrize("rows, columns", SHIFTS)
def test_a_shift_is_found_to_a_tenth_of_a_pixel_although_dark_and_bright_are_swapped(rows, columns):
    relief = ground(256, 256)
    found = shift_of(optical_of(relief), decibels(power_of(moved(relief, rows, columns))))
    assert abs(found.row - rows) < 0.1 and abs(found.column - columns) < 0.1
    assert found.reliable and found.length == math.hypot(found.row, found.column)


@pytest.mark.parametrize("rows, columns", SHIFTS)
def test_speckle_costs_less_than_half_a_pixel(rows, columns):
    relief = ground(256, 256)
    found = shift_of(optical_of(relief), decibels(power_of(moved(relief, rows, columns), looks=4.4)))
    assert math.hypot(found.row - rows, found.column - columns) < 0.5
    assert found.reliable


def test_what_invalid_pixels_hold_does_not_matter():
    relief = ground(256, 256)
    optical, sar = optical_of(relief), decibels(power_of(moved(relief, 3.0, -4.0)))
    valid = np.ones((256, 256), bool)
    valid[60:140, 90:150] = False
    valid[:, 200:] = False
    found = []
    for filling in (-9999.0, 1e6):
        spoiled = np.where(valid, sar, filling)
        found.append(shift_of(optical, spoiled, valid))
    assert found[0] == found[1]
    assert abs(found[0].row - 3) < 0.15 and abs(found[0].column + 4) < 0.15


@pytest.mark.parametrize("case", ["flat optical", "flat sar", "hardly any valid"])
def test_nothing_to_match_has_no_surface(case):
    relief = ground(256, 256)
    optical, sar, valid = optical_of(relief), decibels(power_of(relief)), np.ones((256, 256), bool)
    if case == "flat optical":
        optical = np.full_like(optical, 7)
    elif case == "flat sar":
        sar = np.full_like(sar, -12.345)
    else:
        valid[:150] = False
    assert shift_of(optical, sar, valid) is None


def test_pictures_of_different_ground_are_not_reliable():
    """Of twenty pairs at most one may pass by chance."""
    passed = 0
    for seed in range(20):
        sar = decibels(power_of(ground(256, 256, seed + 100), looks=4.4, seed=seed))
        passed += shift_of(optical_of(ground(256, 256, seed)), sar).reliable
    assert passed <= 1


def bump(row: float, column: float) -> np.ndarray:
    rows, columns = np.mgrid[-16:17, -16:17]
    return np.exp(-((rows - row) ** 2 + (columns - column) ** 2) / 8)


def test_the_peak_of_a_parabola_is_its_top():
    rows, columns = np.mgrid[-16:17, -16:17]
    found = find_peak(-((rows - 3.25) ** 2) - (columns + 5.4) ** 2 + 0.0)
    assert (found.row, found.column) == pytest.approx((3.25, -5.4))


def test_a_peak_in_the_corner_is_taken_as_it_is():
    found = find_peak(bump(-16, 16))
    assert (found.row, found.column) == (-16, 16)


def test_windows_that_agree_have_no_error_and_one_alone_has_no_measure_of_it():
    shift, error = combine([bump(2, 3)] * 20)
    assert (shift.row, shift.column, error) == (2, 3, 0)
    assert combine([bump(2, 3)])[1] == math.inf


def test_many_doubtful_windows_together_find_what_none_finds_alone():
    numbers = np.random.default_rng(3)
    surfaces = [0.5 * bump(4, -6) + 0.3 * numbers.normal(size=(33, 33)) for _ in range(60)]
    alone = [find_peak(surface) for surface in surfaces]
    assert np.mean([math.hypot(own.row - 4, own.column + 6) < 2 for own in alone]) < 0.7
    shift, error = combine(surfaces)
    assert math.hypot(shift.row - 4, shift.column + 6) < 1 and error < 1


def test_the_error_is_the_jackknifes():
    """Ten windows, nine of them at column 0: leaving out one changes nothing but the last's small pull."""
    surfaces = [bump(0, 0)] * 9 + [bump(0, 1)]
    tops = [combine(surfaces[:k] + surfaces[k + 1 :])[0].column for k in range(10)]
    expected = math.sqrt(0.9 * np.sum((np.array(tops) - np.mean(tops)) ** 2))
    assert combine(surfaces)[1] == pytest.approx(expected, rel=1e-9)


VERDICTS = {
    "aligned": (Shift(0.6, -0.7, 9.0), 0.3, "aligned", ""),
    "shifted": (Shift(0.8, -0.7, 9.0), 0.3, "shifted", ""),
    "nothing matched": (None, math.inf, "unknown", "no window has both"),
    "no peak": (Shift(0.0, 0.1, 4.4), 0.1, "unknown", "no shift stands out"),
    "at the end of the search": (Shift(0.0, -15.2, 9.0), 0.1, "unknown", "end of the 16 pixels searched"),
    "windows disagree": (Shift(0.0, 0.1, 9.0), 1.6, "unknown", "do not agree"),
    "one window": (Shift(0.0, 0.1, 9.0), math.inf, "unknown", "only one window"),
}


@pytest.mark.parametrize("case", VERDICTS)
def test_the_verdict_says_what_is_known(case):
    shift, error, verdict, reason = VERDICTS[case]
    found = judge(shift, error, 16)
    assert found[0] == verdict and reason in found[1]


def test_a_shift_that_changes_across_the_scene_is_warned_of():
    assert varying_warning("shifted", 1.6)[0].startswith("The shift changes across the scene")
    for quiet in (("shifted", 1.4), ("unknown", 9.0), ("aligned", math.nan)):
        assert varying_warning(*quiet) == []
