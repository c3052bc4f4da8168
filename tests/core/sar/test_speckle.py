"""Speckle filters against worked examples, the papers' formulas, the published table, and scenes with known truth."""

from __future__ import annotations

import math

import numpy as np
import pytest

from rgbsar_core.errors import InputError
from rgbsar_core.sar.speckle import FILTERS, SpeckleFilter, despeckle, sigma_range
from rgbsar_core.sar.strips import BandSums, filtered_strips, with_margin
from tests.core.sar import speckle_reference as reference

LOOKS = 4.4
NAMES = [name for name in FILTERS if name != "none"]
# 3 x 3: mean 5, variance 7.5, Ci^2 = 0.3, centre 9
WORKED = np.array([[1, 2, 3], [4, 9, 6], [7, 8, 5]], float)
NEAR, FAR = math.exp(-2 * 0.3), math.exp(-2 * 0.3 * 2**0.5)  # Frost weights at damping 2, distance 1 and root 2
# Lee et al. 2009, Table I: looks, sigma, I1, I2, eta
TABLE = (
    (1, 0.5, 0.436, 1.920, 0.4057), (1, 0.6, 0.343, 2.210, 0.4954), (1, 0.7, 0.254, 2.582, 0.5911),
    (1, 0.8, 0.168, 3.094, 0.6966), (1, 0.9, 0.084, 3.941, 0.8191),
    (2, 0.5, 0.582, 1.584, 0.2763), (2, 0.6, 0.501, 1.755, 0.3388), (2, 0.7, 0.418, 1.972, 0.4062),
    (2, 0.8, 0.327, 2.260, 0.4810), (2, 0.9, 0.221, 2.744, 0.5699),
    (3, 0.5, 0.652, 1.458, 0.2222), (3, 0.6, 0.580, 1.586, 0.2736), (3, 0.7, 0.505, 1.751, 0.3280),
    (3, 0.8, 0.419, 1.965, 0.3892), (3, 0.9, 0.313, 2.320, 0.4624),
    (4, 0.5, 0.694, 1.385, 0.1921), (4, 0.6, 0.630, 1.495, 0.2348), (4, 0.7, 0.560, 1.627, 0.2825),
    (4, 0.8, 0.480, 1.804, 0.3354), (4, 0.9, 0.378, 2.094, 0.3991),
)  # fmt: skip


def settings(name: str, **changes) -> SpeckleFilter:
    window = 7 if name == "refined_lee" else changes.pop("window", 5)
    return SpeckleFilter(**{"name": name, "window": window, "looks": LOOKS, **changes})


def filtered(power: np.ndarray, speckle: SpeckleFilter, bright: float = math.inf) -> np.ndarray:
    """A whole raster: not-a-number around it."""
    return despeckle(np.pad(power, speckle.halo, constant_values=np.nan), speckle, bright)


def speckled(truth: np.ndarray, looks: float = LOOKS, seed: int = 2) -> np.ndarray:
    return truth * np.random.default_rng(seed).gamma(looks, 1 / looks, truth.shape)


def with_holes(power: np.ndarray) -> np.ndarray:
    power = power.copy()
    power[5:9, 7] = power[15, :4] = power[20:23, 18:24] = np.nan
    return power


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("lee", 5 + (1 - 0.2 / 0.3) * 4),
        # alpha = 1.2 / 0.1 = 12, b = 12 - 5 - 1 = 6, d = 25 * 36 + 4 * 12 * 5 * 9 * 5 = 11700
        ("gamma_map", (6 * 5 + math.sqrt(11700)) / 24),
        ("frost", (9 + 20 * NEAR + 16 * FAR) / (1 + 4 * NEAR + 4 * FAR)),
    ],
)
def test_worked_example_of_nine_pixels(name, expected):
    result = despeckle(WORKED, SpeckleFilter(name, window=3, looks=5, damping=2))
    assert result.shape == (1, 1)
    assert result[0, 0] == pytest.approx(expected, rel=1e-12)


def test_refined_lee_takes_its_statistics_from_the_centres_side_of_an_edge():
    """Left four columns: a chessboard of 8 and 12, mean 10; right three: 100, which must not matter."""
    rows, columns = np.mgrid[:7, :7]
    power = np.where(columns > 3, 100.0, np.where((rows + columns) % 2, 8.0, 12.0))
    variance, noise = 28 * 4 / 27, 1 / 50
    gain = (variance - noise * 100) / (1 + noise) / variance
    for turns in range(4):
        result = despeckle(np.rot90(power, turns), SpeckleFilter("refined_lee", looks=50))
        assert result[0, 0] == pytest.approx(10 + gain * (12 - 10), rel=1e-12)


def test_refined_lee_follows_a_diagonal_edge():
    rows, columns = np.mgrid[:7, :7]
    power = np.where(columns > rows, 100.0, 10.0)
    for turned in (power, power[::-1], power[:, ::-1], power.T):
        assert despeckle(turned, SpeckleFilter("refined_lee", looks=50))[0, 0] == pytest.approx(10, rel=1e-12)


@pytest.mark.parametrize("holes", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_every_pixel_follows_the_papers_formula(name, holes):
    truth = np.where(np.add.outer(np.arange(26), np.arange(30)) > 27, 1.0, 0.2)
    power = speckled(truth)
    power = with_holes(power) if holes else power
    speckle = settings(name)
    extra = {"frost": (speckle.damping,), "lee_sigma": (LOOKS, *sigma_range(LOOKS, 0.9))}.get(name, (LOOKS,))
    expected = np.full(power.shape, np.nan)
    for row, column in np.argwhere(np.isfinite(power)):
        centre = () if name == "frost" else (power[row, column],)
        window = reference.window_around(power, row, column, speckle.window // 2)
        expected[row, column] = getattr(reference, name)(window, *centre, *extra)
    np.testing.assert_allclose(filtered(power, speckle), expected, rtol=1e-9)


@pytest.mark.parametrize(("looks", "sigma", "low", "high", "deviation"), TABLE)
def test_sigma_ranges_are_those_of_the_published_table(looks, sigma, low, high, deviation):
    """The table's last digits are the authors' numerical search; its ranges miss the mean 1 by up to 0.5 %."""
    found = sigma_range(looks, sigma)
    assert found[0] == pytest.approx(low, abs=0.0015)
    assert found[1] == pytest.approx(high, rel=0.005)
    assert found[2] == pytest.approx(deviation, abs=0.0015)


@pytest.mark.parametrize("looks", [0.7, 1, 4.4, 150])
def test_a_sigma_range_holds_its_share_and_keeps_the_mean(looks):
    low, high, deviation = sigma_range(looks, 0.9)
    values = np.random.default_rng(5).gamma(looks, 1 / looks, 2_000_000)
    inside = values[(values > low) & (values < high)]
    assert len(inside) / len(values) == pytest.approx(0.9, abs=0.001)
    assert inside.mean() == pytest.approx(1, abs=0.002)
    assert inside.std() == pytest.approx(deviation, rel=0.002)


@pytest.mark.parametrize("looks", [1e-6, 0.01, 1e9])
def test_looks_beyond_any_image_still_have_a_sigma_range(looks):
    low, high, deviation = sigma_range(looks, 0.9)
    assert 0 <= low < 1 < high
    assert deviation < (high - low) / 2


@pytest.mark.parametrize("name", NAMES)
def test_a_uniform_area_keeps_its_mean_and_gains_looks(name):
    """Bounds on the mean: gamma MAP seeks the mode, which lies below the mean; the others must stay within 1 %."""
    power = speckled(np.full((300, 300), 0.05))
    result = filtered(power, settings(name, window=7))[10:-10, 10:-10]
    looks = (result.mean() / result.std()) ** 2
    assert result.mean() / power.mean() == pytest.approx(1, abs=0.03 if name == "gamma_map" else 0.01)
    assert looks > 8 * LOOKS


@pytest.mark.parametrize("name", ["refined_lee", "lee_sigma", "lee", "gamma_map"])
def test_an_edge_stays_where_it_is(name):
    """10 to 1 in power. A plain 7 x 7 mean leaves 4.9 and 6.1 in the two columns beside the edge: off by 3.9."""
    power = speckled(np.where(np.arange(200) < 100, 1.0, 10.0) * np.ones((400, 1)))
    columns = filtered(power, settings(name, window=7)).mean(axis=0)
    assert columns[99] == pytest.approx(1, abs=0.2 if name == "refined_lee" else 0.8)
    assert columns[100] == pytest.approx(10, abs=0.5 if name == "refined_lee" else 1.2)


def test_lee_sigma_keeps_clusters_of_bright_pixels_as_they_are():
    power = speckled(np.full((60, 60), 0.1))
    target = np.s_[20:23, 30:33]
    power[target] = np.arange(50, 59).reshape(3, 3)
    result = filtered(power, settings("lee_sigma", window=7), bright=5.0)
    assert np.array_equal(result[target], power[target])
    assert result[25, 31] < 1 and result[19, 31] < 1  # the neighbours take nothing from it
    assert (filtered(power, settings("lee_sigma", window=7))[target] != power[target]).any()


@pytest.mark.parametrize("name", NAMES)
def test_nodata_stays_and_reaches_no_neighbour(name):
    power = np.full((40, 40), 3.0)
    power[:, 20:25] = np.nan
    result = filtered(power, settings(name))
    assert np.array_equal(np.isnan(result), np.isnan(power))
    np.testing.assert_allclose(result[np.isfinite(power)], 3.0, rtol=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_zero_power_gives_zero(name):
    result = filtered(np.zeros((12, 12), np.float32), settings(name))
    assert result.dtype == np.float32
    assert (result == 0).all()


@pytest.mark.parametrize("name", NAMES)
def test_32_bits_are_precise_enough(name):
    """Over seven orders of magnitude; a few pixels may fall on the other side of a threshold."""
    power = speckled(10.0 ** np.linspace(-5, 2, 200) * np.ones((200, 1))).astype(np.float32)
    difference = np.abs(filtered(power, settings(name)) / filtered(power.astype(float), settings(name)) - 1)
    assert np.quantile(difference, 0.999) < 1e-5


@pytest.mark.parametrize("name", FILTERS)
def test_strips_of_any_height_and_any_number_of_threads_give_the_same_bytes(name):
    power = speckled(np.ones((2, 150, 1100))).astype(np.float32)
    power[0, 60:80, 500:600] = np.nan
    speckle = settings(name)
    bright = (3.0, math.inf)
    whole = np.stack([filtered(band, speckle, limit) for band, limit in zip(power, bright)])
    for heights, threads in (([150], 1), ([1] * 150, 3), ([64, 64, 22], 2), ([2, 3, 100, 45], 2)):
        edges = np.cumsum([0, *heights])
        strips = (power[:, a:b] for a, b in zip(edges, edges[1:]))
        sums = BandSums(2)
        rows = np.concatenate(list(filtered_strips(strips, speckle, bright, threads, sums)), axis=1)
        assert rows.tobytes() == whole.tobytes()
        assert sums.pixels.tolist() == [150 * 1100 - 20 * 100, 150 * 1100]
        before, after = sums.means()
        assert before == pytest.approx(np.nanmean(power, axis=(1, 2), dtype=float).tolist())
        assert after == pytest.approx(np.nanmean(whole, axis=(1, 2), dtype=float).tolist())


def test_strips_with_margin_use_each_row_once_and_end_in_nothing():
    raster = np.arange(2 * 7 * 3, dtype=np.float32).reshape(2, 7, 3)
    padded = np.pad(raster, ((0, 0), (2, 2), (2, 2)), constant_values=np.nan)
    row = 0
    for strip in with_margin((raster[:, i : i + 1] for i in range(7)), 2):
        height = strip.shape[1] - 4
        np.testing.assert_array_equal(strip, padded[:, row : row + height + 4])
        row += height
    assert row == 7


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"name": "median"}, "filter is 'median'; expected one of none, lee"),
        ({"name": "lee", "window": 4}, "window is 4; expected an odd number"),
        ({"name": "lee", "window": 1}, "window is 1; expected an odd number of pixels from 3"),
        ({"name": "lee", "window": 33}, "window is 33"),
        ({"name": "refined_lee", "window": 5}, "refined Lee filter is defined for 7"),
        ({"looks": 0}, "number of looks is 0; expected a number above zero"),
        ({"looks": -1}, "number of looks is -1"),
        ({"looks": math.nan}, "number of looks is nan"),
        ({"damping": 0}, "Frost damping is 0"),
        ({"sigma": 1.0}, "sigma is 1; expected a share"),
    ],
)
def test_settings_that_cannot_be_are_refused(wrong, message):
    with pytest.raises(InputError, match=message):
        SpeckleFilter(**wrong)
