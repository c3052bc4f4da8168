"""Real Sentinel-1 and Sentinel-2 chips, where the project's data folder lies beside the repository."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rgbsar_core.radiometry import apply_transform
from rgbsar_core.raster.align import open_pair
from tests.rasters import job, model_card, read_raster

EXTRA = Path(__file__).parents[4] / "shared" / "data" / "extra"
FLOODS = EXTRA / "sen1floods11_spain" / "Spain_7370579_{}Hand.tif"
TERRAMIND = EXTRA / "terramind" / "{}" / "38D_378R_2_3.tif"
CARD = model_card(optical_units="reflectance", sar_units="db")

pytestmark = pytest.mark.skipif(not EXTRA.is_dir(), reason="the real chips (shared/data/extra) are not here")


def read(optical, sar, **options):
    pair = open_pair(job(str(optical), str(sar), optical_bands=(4, 3, 2), **options), CARD)
    strips = list(pair.strips())
    valid = np.concatenate([strip.valid for strip in strips])
    reflectance = np.concatenate([apply_transform(pair.optical, strip.optical) for strip in strips], axis=1)
    decibels = np.concatenate([apply_transform(pair.sar, strip.sar) for strip in strips], axis=1)
    return pair, valid, reflectance, decibels


def test_decibels_with_missing_numbers_in_degrees():
    sar = read_raster(str(FLOODS).format("S1"))
    pair, valid, reflectance, decibels = read(str(FLOODS).format("S2"), str(FLOODS).format("S1"))
    assert any("taken as decibels" in text for text in pair.assumptions)
    assert np.array_equal(valid & 2 > 0, np.isfinite(sar).all(axis=0))
    both = valid == 3
    assert both.any() and np.isfinite(decibels[:, both]).all()
    assert np.allclose(decibels[:, both], sar[:, both], rtol=1e-6)
    assert 0 < np.median(reflectance[:, both]) < 0.6
    # Pixels of 1/11131.9 degree near 38 degrees north: 10.0 m by 7.9 m.
    assert 8 < pair.grid.ground_sampling_m() < 10


def test_decibels_are_warped_onto_a_coarser_grid_as_power():
    sar = read_raster(str(FLOODS).format("S1"))
    pair, valid, _, decibels = read(str(FLOODS).format("S2"), str(FLOODS).format("S1"), gsd=0.0002694946)
    power = 10 ** (sar[:, 6:504, 6:504].astype(float) / 10)
    warped = 10 ** (decibels[:, 2:168, 2:168].astype(float) / 10)
    known = valid[2:168, 2:168] == 3
    # Averaging keeps the mean power; averaging decibels would lose about 2 dB of speckled backscatter.
    for band in range(2):
        assert warped[band][known].mean() == pytest.approx(np.nanmean(power[band]), rel=0.01)
    assert pair.grid.width in (170, 171)


def test_double_precision_backscatter_in_utm():
    pair, valid, reflectance, decibels = read(str(TERRAMIND).format("S2L2A"), str(TERRAMIND).format("S1RTC"))
    assert (pair.grid.width, pair.grid.height) == (224, 224)
    assert (valid == 3).mean() > 0.9
    assert -30 < np.median(decibels) < 0
    assert 0 < np.median(reflectance) < 0.6
    assert pair.grid.ground_sampling_m() == pytest.approx(10, rel=2e-3)
