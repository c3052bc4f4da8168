"""What numbers and colours in label files mean."""

from __future__ import annotations

import numpy as np

from rgbsar_core.dataset.label_code import UNKNOWN, LabelCode

NUMBERS = np.array([[[0.0, 7.0, 255.0, 256.0, -3.0, 1.5, np.nan]]])


def test_numbers_are_class_values_if_they_can_be() -> None:
    assert LabelCode().class_values(NUMBERS).tolist() == [[0, 7, 255, *[UNKNOWN] * 4]]
    assert LabelCode().fits(1) and not LabelCode().fits(3)


def test_a_table_says_what_numbers_mean_and_others_mean_nothing() -> None:
    code = LabelCode(values={0: 1, 255: 0})
    assert code.class_values(NUMBERS).tolist() == [[1, UNKNOWN, 0, *[UNKNOWN] * 4]]
    assert code.fits(1) and code.fits(4)  # the first band counts
    assert LabelCode(values={256: 5, -3: 6}).class_values(NUMBERS).tolist() == [[*[UNKNOWN] * 3, 5, 6, *[UNKNOWN] * 2]]


def test_colours_are_looked_up_and_others_mean_one_class() -> None:
    code = LabelCode(colors={(255, 0, 0): 2, (0, 0, 255): 3}, other=1)
    pixels = np.array([[[255.0, 0, 7]], [[0.0, 0, 7]], [[0.0, 255, 7]]])
    assert code.class_values(pixels).tolist() == [[2, 3, 1]]
    assert code.fits(3) and code.fits(4) and not code.fits(2)
    assert code.class_values(pixels[:2]).tolist() == [[UNKNOWN] * 3]
