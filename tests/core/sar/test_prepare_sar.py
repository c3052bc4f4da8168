"""Preparing SAR: units, series, nodata, grids; any size in bounded memory; a complete file or none."""

from __future__ import annotations

import json
import math
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from osgeo import gdal

from rgbsar_core.errors import (
    BandCountError,
    GridMismatchError,
    InputError,
    NodataError,
    OperationCancelled,
    RasterIOError,
)
from rgbsar_core.raster import backscatter, dates
from rgbsar_core.sar.preparation import PreparationParameters, summary_lines
from rgbsar_core.sar.prepare import prepare_sar
from rgbsar_core.sar.speckle import FILTERS, SpeckleFilter, despeckle
from tests.core.fakes import fingerprint
from tests.rasters import NORTH_UP, read_raster, write_raster

NONE = SpeckleFilter("none")
OBLONG = (500_010.0, 10.0, 0.0, 4_000_000.0, 0.0, -20.0)


def speckled(shape: tuple[int, ...], seed: int = 4) -> np.ndarray:
    return (0.1 * np.random.default_rng(seed).gamma(4.4, 1 / 4.4, shape)).astype(np.float32)


def prepare(folder: Path, *inputs: str, progress=None, is_cancelled=None, **options):
    """The result and the pixels of `out.tif`; linear in and out and no filter unless said otherwise."""
    fields = {"units": "linear", "output_units": "linear", "speckle": NONE, **options}
    parameters = PreparationParameters(inputs=inputs, output=str(folder / "out.tif"), **fields)
    result = prepare_sar(parameters, progress, is_cancelled)
    return result, read_raster(result.path)


def test_the_output_has_the_inputs_lattice_names_and_says_what_was_done(tmp_path):
    power = speckled((2, 40, 50))
    source = write_raster(tmp_path / "s ü.tif", power, OBLONG, descriptions=("VV", "VH"))
    result, pixels = prepare(tmp_path, source, speckle=SpeckleFilter("frost", 5, 4.4, damping=1.5))
    dataset = gdal.Open(result.path)
    band = dataset.GetRasterBand(2)
    assert dataset.GetGeoTransform() == OBLONG and "UTM zone 11N" in dataset.GetProjection()
    assert (band.DataType, band.GetDescription(), math.isnan(band.GetNoDataValue())) == (gdal.GDT_Float32, "VH", True)
    assert dataset.GetMetadataItem("RGBSAR_SPECKLE_FILTER") == "frost, window 5, looks 4.4, damping 1.5"
    assert dataset.GetMetadataItem("RGBSAR_UNITS") == "linear to linear"
    assert dataset.GetMetadataItem("RGBSAR_SOURCES") == "s ü.tif"
    speckle = SpeckleFilter("frost", 5, 4.4, damping=1.5)
    expected = [despeckle(np.pad(part, 2, constant_values=np.nan), speckle) for part in power]
    np.testing.assert_array_equal(pixels, expected)
    assert [mean.name for mean in result.means] == ["VV", "VH"]
    assert result.means[0].before == pytest.approx(power[0].mean(dtype=float))
    assert result.means[0].after == pytest.approx(expected[0].mean(dtype=float))
    assert "VV: mean power" in "\n".join(summary_lines(result))


@pytest.mark.parametrize(
    ("stored", "dtype", "options", "power"),
    [
        # ALOS PALSAR: sigma0 = 20 log10(DN) - 83 dB
        ([1000, 7000], "uint16", {"units": "digital_number", "calibration_db": -83.0}, [10**-2.3, 49e6 * 10**-8.3]),
        ([3, 200], "uint16", {"units": "digital_number"}, [9, 40_000]),
        ([0.5, 2], "float32", {"units": "amplitude"}, [0.25, 4]),
        ([0.5, 2], "float64", {"units": "linear"}, [0.5, 2]),
        ([-10, 3], "float32", {"units": "db"}, [0.1, 10**0.3]),
        ([-1000, 300], "int16", {"units": "db", "scale": 0.01}, [0.1, 10**0.3]),
        ([-13, -13], "float32", {"units": "auto"}, [10**-1.3, 10**-1.3]),
        ([0.02, 0.3], "float32", {"units": "auto"}, [0.02, 0.3]),
    ],
)
@pytest.mark.parametrize("output_units", ["linear", "db"])
def test_units_become_power_or_decibels(tmp_path, stored, dtype, options, power, output_units):
    scale = options.get("scale")
    options = {name: value for name, value in options.items() if name != "scale"}
    array = np.tile(np.array(stored, dtype), (4, 3))
    source = write_raster(tmp_path / "s.tif", array, scale=scale)
    _, pixels = prepare(tmp_path, source, output_units=output_units, **options)
    expected = np.array(power) if output_units == "linear" else 10 * np.log10(power)
    np.testing.assert_allclose(pixels[0, 0, :2], expected, rtol=2e-6)


def test_what_was_assumed_is_said(tmp_path):
    source = write_raster(tmp_path / "s.tif", np.full((8, 8), 500, np.uint16))
    result, _ = prepare(tmp_path, source, units="auto", output_units="db")
    assert result.units == "digital_number"
    assert any("taken as digital numbers" in text for text in result.assumptions)
    assert any("without a calibration constant" in text for text in result.warnings)
    assert not any("model" in text for text in (*result.assumptions, *result.warnings))


def test_power_that_cannot_be_becomes_nodata_and_is_counted(tmp_path):
    power = speckled((2, 20, 20))
    power[0, 3, :5] = -0.001
    power[1, 4, 4:6] = 0
    power[0, 9, 9] = np.nan
    power[1, 10, 10] = np.inf
    source = write_raster(tmp_path / "s.tif", power)
    result, pixels = prepare(tmp_path, source, speckle=SpeckleFilter("lee", 3))
    empty = np.isnan(pixels)
    assert empty.sum() == result.nodata_pixels == 5 + 2 + 1 + 1
    assert empty[0, 3, :5].all() and empty[1, 4, 4:6].all() and not empty[1, 3, :5].any()
    assert result.lost_pixels == 7
    assert any("7 numbers were zero or negative power" in text for text in result.warnings)


def test_numbers_beyond_any_measurement_become_nodata_without_a_warning(tmp_path, recwarn):
    power = np.full((1, 8, 8), 0.1)
    power[0, 2, 3] = 1e300  # more than 32 bits hold
    _, pixels = prepare(tmp_path, write_raster(tmp_path / "s.tif", power), speckle=SpeckleFilter("none"))
    assert np.argwhere(np.isnan(pixels)).tolist() == [[0, 2, 3]]
    assert not recwarn.list


@pytest.mark.parametrize(("dtype", "nodata"), [("float32", -9999.0), ("uint16", 0), ("float32", 1e30)])
def test_declared_nodata_stays_nodata_band_by_band(tmp_path, dtype, nodata):
    array = np.full((2, 6, 6), 4, dtype)
    array[1, 2:4] = nodata
    source = write_raster(tmp_path / "s.tif", array, nodata=nodata)
    result, pixels = prepare(tmp_path, source, units="amplitude")
    assert np.isnan(pixels[1, 2:4]).all() and result.nodata_pixels == 12
    assert (pixels[0] == 16).all() and result.lost_pixels == 0


def test_decibels_of_exactly_zero_in_all_bands_become_nodata_and_that_is_said(tmp_path):
    """A scene whose larger part lies beyond the swath."""
    values = (10 * np.log10(speckled((2, 20, 30)))).astype(np.float32)
    values[:, :, 10:] = 0
    result, pixels = prepare(tmp_path, write_raster(tmp_path / "s.tif", values), units="auto")
    assert np.isnan(pixels[:, :, 10:]).all() and result.nodata_pixels == 2 * 20 * 20
    np.testing.assert_allclose(pixels[:, :, :10], speckled((2, 20, 30))[:, :, :10], rtol=1e-5)
    assert any("exactly 0 were taken as nodata" in text for text in result.assumptions)


def test_a_single_band_of_decibels_with_a_border_of_zeros_has_nodata_there(tmp_path):
    values = (10 * np.log10(speckled((1, 60, 60)))).astype(np.float32) - 12
    values[:, :3] = 0
    result, pixels = prepare(tmp_path, write_raster(tmp_path / "s.tif", values), units="auto")
    assert np.isnan(pixels[..., :3, :]).all() and result.nodata_pixels == 3 * 60
    assert any("exactly 0 were taken as nodata" in text for text in result.assumptions)


def test_zero_is_a_value_in_8_bit_pictures(tmp_path):
    array = np.full((6, 6), 50, np.uint8)
    array[2, 2] = 0
    source = write_raster(tmp_path / "s.tif", array)
    result, pixels = prepare(tmp_path, source, units="auto")
    assert pixels[0, 2, 2] == 0 and result.nodata_pixels == 0


def test_a_series_is_averaged_as_power_where_it_has_data(tmp_path):
    days = [np.full((5, 5), value, np.float32) for value in (0.0, 10.0, 20.0)]
    days[1][0, 0] = np.nan
    for date in days:
        date[4, 4] = np.nan
    sources = [write_raster(tmp_path / f"{index}.tif", date) for index, date in enumerate(days)]
    result, pixels = prepare(tmp_path, *sources, units="db", speckle=SpeckleFilter("none", looks=3))
    assert pixels[0, 2, 2] == pytest.approx((1 + 10 + 100) / 3)  # not 10 dB, the mean of the decibels
    assert pixels[0, 0, 0] == pytest.approx((1 + 100) / 2)
    assert np.isnan(pixels[0, 4, 4])
    assert (result.dates, result.speckle.looks) == (3, 9)


@pytest.mark.parametrize("name", FILTERS)
def test_strips_of_any_height_give_the_same_bytes(tmp_path, monkeypatch, name):
    power = speckled((1, 150, 90))
    power[0, 40:70, 20:60] = np.nan
    source = write_raster(tmp_path / "s.tif", power)
    found = []
    for rows in (1, 7, 64, 512):
        monkeypatch.setattr(backscatter, "_STRIP_ROWS", (rows, rows))
        found.append(prepare(tmp_path, source, speckle=SpeckleFilter(name))[1].tobytes())
    assert len(set(found)) == 1


def test_memory_does_not_grow_with_the_height(tmp_path, monkeypatch):
    monkeypatch.setattr(backscatter, "_STRIP_ROWS", (32, 32))
    monkeypatch.setattr(dates, "SAMPLE_PIXELS", 2**12)
    peaks = []
    for height in (1000, 8000):
        source = write_raster(tmp_path / f"{height}.tif", speckled((height, 300)))
        job = PreparationParameters((source,), str(tmp_path / "out.tif"), units="linear", threads=2)
        tracemalloc.start()
        prepare_sar(job)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 2 * peaks[0] < 8000 * 300 * 4  # eight times the rows, never the whole raster


def ramp(height: int = 60, width: int = 80) -> np.ndarray:
    """Power that grows by 1 a column and 0.5 a row; pixel centres at halves."""
    rows, columns = np.mgrid[:height, :width]
    return (10 + (columns + 0.5) + 0.5 * (rows + 0.5)).astype(np.float32)


def test_a_grid_layer_decides_the_pixels_and_nothing_shifts(tmp_path):
    """20 m pixels from 10 m ones, offset by a third of a pixel: the ramp must read as at the new centres."""
    source = write_raster(tmp_path / "s.tif", ramp())
    lattice = (500_103.0, 20.0, 0.0, 3_999_893.0, 0.0, -20.0)
    grid = write_raster(tmp_path / "g.tif", np.zeros((20, 30), np.uint8), lattice)
    result, pixels = prepare(tmp_path, source, grid=grid)
    dataset = gdal.Open(result.path)
    assert dataset.GetGeoTransform() == lattice and (result.width, result.height) == (30, 20)
    rows, columns = np.mgrid[:20, :30]
    expected = 10 + (103 + 20 * (columns + 0.5)) / 10 + 0.5 * (107 + 20 * (rows + 0.5)) / 10
    np.testing.assert_allclose(pixels[0], expected, atol=0.01)
    assert dataset.GetMetadataItem("RGBSAR_GRID") == "g.tif, bilinear"


def test_the_grid_may_reach_beyond_and_lie_in_another_crs(tmp_path):
    source = write_raster(tmp_path / "s.tif", np.full((50, 50), 2, np.float32), descriptions=("VV",))
    lattice = (-117.01, 0.0001, 0.0, 36.15, 0.0, -0.0001)
    grid = write_raster(tmp_path / "g.tif", np.zeros((150, 220), np.uint8), lattice, epsg=4326)
    result, pixels = prepare(tmp_path, source, grid=grid, output_units="db")
    seen = np.isfinite(pixels[0])
    assert 1500 < seen.sum() < 4000 and result.nodata_pixels == (~seen).sum()
    np.testing.assert_allclose(pixels[0][seen], 10 * np.log10(2), rtol=1e-6)
    assert gdal.Open(result.path).GetRasterBand(1).GetDescription() == "VV"


def test_onto_a_part_of_the_scene_gives_that_part_of_the_whole(tmp_path):
    """Only what lies under the grid is read and filtered, with a margin: no pixel may tell."""
    source = write_raster(tmp_path / "s.tif", speckled((200, 220)))
    shifted = (500_004.0, 10.0, 0.0, 3_999_997.0, 0.0, -10.0)
    whole_grid = write_raster(tmp_path / "w.tif", np.zeros((200, 220), np.uint8), shifted)
    part = (500_004.0 + 900, 10.0, 0.0, 3_999_997.0 - 800, 0.0, -10.0)
    part_grid = write_raster(tmp_path / "p.tif", np.zeros((40, 50), np.uint8), part)
    for name in ("refined_lee", "lee_sigma"):
        _, whole = prepare(tmp_path, source, grid=whole_grid, speckle=SpeckleFilter(name))
        _, cut = prepare(tmp_path, source, grid=part_grid, speckle=SpeckleFilter(name))
        np.testing.assert_allclose(cut[0], whole[0, 80:120, 90:140], rtol=1e-5)


def test_speckle_is_filtered_before_resampling(tmp_path):
    source = write_raster(tmp_path / "s.tif", speckled((60, 60)))
    grid = write_raster(
        tmp_path / "g.tif", np.zeros((30, 30), np.uint8), (500_005.0, 20.0, 0.0, 3_999_995.0, 0.0, -20.0)
    )
    _, direct = prepare(tmp_path, source, grid=grid, speckle=SpeckleFilter("lee"))
    prepare(tmp_path, source, speckle=SpeckleFilter("lee"))
    (tmp_path / "out.tif").rename(tmp_path / "filtered.tif")
    _, stepwise = prepare(tmp_path, str(tmp_path / "filtered.tif"), grid=grid)
    np.testing.assert_array_equal(direct, stepwise)


def test_chosen_bands_come_in_their_order(tmp_path):
    source = write_raster(tmp_path / "s.tif", speckled((3, 8, 8)), descriptions=("a", "b", "c"))
    result, pixels = prepare(tmp_path, source, bands=(3, 1))
    np.testing.assert_array_equal(pixels, read_raster(source)[[2, 0]])
    assert [mean.name for mean in result.means] == ["c", "a"]


@pytest.mark.parametrize("step", ["Looking", "Filtering", "Resampling", "Finishing"])
def test_a_cancelled_job_leaves_nothing(tmp_path, step):
    source = write_raster(tmp_path / "s.tif", speckled((200, 60)))
    grid = write_raster(tmp_path / "g.tif", np.zeros((70, 40), np.uint8), (500_005.0, 9.0, 0.0, 3_999_995.0, 0.0, -9.0))
    (tmp_path / "out.tif").write_bytes(b"older result")
    before = fingerprint(tmp_path)
    said = []
    with pytest.raises(OperationCancelled):
        prepare(
            tmp_path,
            source,
            grid=grid,
            speckle=SpeckleFilter("lee"),
            progress=lambda share, text: said.append(text),
            is_cancelled=lambda: any(text.startswith(step) for text in said),
        )
    assert fingerprint(tmp_path) == before


def test_progress_rises_to_one_and_names_the_steps(tmp_path):
    source = write_raster(tmp_path / "s.tif", speckled((1200, 20)))
    grid = write_raster(tmp_path / "g.tif", np.zeros((1100, 20), np.uint8))
    calls = []
    prepare(tmp_path, source, grid=grid, progress=lambda share, text: calls.append((share, text)))
    shares = [share for share, _ in calls]
    assert shares == sorted(shares) and shares[0] == 0 and shares[-1] == 1
    steps = {text.split(":")[0].split(" ")[0] for _, text in calls}
    assert steps == {"Looking", "Filtering", "Resampling", "Finishing"}


def test_a_read_error_half_way_leaves_nothing(tmp_path):
    """The first and the last strips of the file are whole, those between are not."""
    options = ("COMPRESS=DEFLATE", "BLOCKYSIZE=16")
    source = Path(write_raster(tmp_path / "s.tif", speckled((400, 300)), options=options))
    content = bytearray(source.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 60_000] = b"\xff" * 60_000
    source.write_bytes(content)
    before = fingerprint(tmp_path)
    with pytest.raises(RasterIOError, match="cannot be read at row"):
        prepare(tmp_path, str(source), speckle=SpeckleFilter("lee"))
    assert fingerprint(tmp_path) == before


def complex_raster(path: Path) -> str:
    return write_raster(path, np.ones((9, 9), np.complex64))


BAD = {
    "complex": (lambda f: {"inputs": (complex_raster(f / "x.tif"),)}, InputError, "complex pixels.*Calibrate, detect"),
    "missing": (lambda f: {"inputs": (str(f / "none.tif"),)}, InputError, "was not found"),
    "all nodata": (
        lambda f: {"inputs": (write_raster(f / "x.tif", np.full((9, 9), np.nan, np.float32)),)},
        NodataError,
        "no valid pixel in band 1; expected an image",
    ),
    "no crs": (
        lambda f: {"inputs": (write_raster(f / "x.tif", speckled((9, 9)), epsg=None),)},
        GridMismatchError,
        "no coordinate reference system",
    ),
    "window larger than the raster": (
        lambda f: {"speckle": SpeckleFilter("lee", 11)},
        InputError,
        "window is 11 pixels wide, but the SAR raster 's.tif' has only 12 x 9",
    ),
    "band it lacks": (lambda f: {"bands": (3,)}, BandCountError, "has 2 bands; band 3 was chosen"),
    "band zero": (lambda f: {"bands": (0,)}, InputError, "expected numbers from 1"),
    "output is the input": (lambda f: {"output": str(f / "s.tif")}, InputError, "is also an input"),
    "output is the grid": (
        lambda f: {"grid": write_raster(f / "g.tif", speckled((9, 9))), "output": str(f / "g.tif")},
        InputError,
        "is also an input",
    ),
    "output in no folder": (lambda f: {"output": str(f / "no" / "o.tif")}, InputError, "does not exist"),
    "series of another size": (
        lambda f: {"inputs": (str(f / "s.tif"), write_raster(f / "x.tif", speckled((2, 9, 11))))},
        GridMismatchError,
        "'x.tif' has 11 x 9 pixels.*prepare each date onto the same grid layer",
    ),
    "series half a pixel off": (
        lambda f: {
            "inputs": (
                str(f / "s.tif"),
                write_raster(f / "x.tif", speckled((2, 9, 12)), (NORTH_UP[0] + 5, *NORTH_UP[1:])),
            )
        },
        GridMismatchError,
        "A series must lie on one grid",
    ),
    "the same date twice": (
        lambda f: {"inputs": (str(f / "s.tif"),) * 2},
        InputError,
        "'s.tif' was given twice; expected each date once",
    ),
    "series of other bands": (
        lambda f: {"inputs": (str(f / "s.tif"), write_raster(f / "x.tif", speckled((9, 12))))},
        BandCountError,
        "expected the same bands on every date",
    ),
    "series of other units": (
        lambda f: {
            "units": "auto",
            "inputs": (str(f / "s.tif"), write_raster(f / "x.tif", np.full((2, 9, 12), -12, np.float32))),
        },
        InputError,
        "'x.tif' seems to hold 'db', the SAR raster 's.tif' 'linear'",
    ),
    "decibels that cannot be": (
        lambda f: {"units": "db", "inputs": (write_raster(f / "x.tif", np.full((9, 9), 300, np.float32)),)},
        InputError,
        "median of 300",
    ),
    "calibration of power": (lambda f: {"calibration_db": -83.0}, InputError, "values are 'linear'; it is for digital"),
    "calibration out of range": (lambda f: {"calibration_db": 1e9}, InputError, "between -200 and 200"),
    "far grid": (
        lambda f: {"grid": write_raster(f / "g.tif", speckled((9, 9)), (900_000.0, 10, 0, 5_000_000.0, 0, -10))},
        GridMismatchError,
        "they share no ground",
    ),
    "no input": (lambda f: {"inputs": ()}, InputError, "No SAR raster"),
    "unknown unit": (lambda f: {"units": "watts"}, InputError, "SAR unit is 'watts'"),
    "unknown resampling": (lambda f: {"resampling": "cubic"}, InputError, "expected one of bilinear, nearest"),
    "no thread": (lambda f: {"threads": 0}, InputError, "expected 1 or more"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_refused_with_a_sentence_and_writes_nothing(tmp_path, case):
    source = write_raster(tmp_path / "s.tif", speckled((2, 9, 12)))
    change, error, message = BAD[case]
    given = {"inputs": (source,), "output": str(tmp_path / "out.tif"), "units": "linear", "speckle": NONE}
    given.update(change(tmp_path))
    before = fingerprint(tmp_path)
    with pytest.raises(error, match=message) as caught:
        prepare_sar(PreparationParameters(**given))
    assert str(caught.value).count(". ") >= 1  # what was found and expected, then what to do
    assert fingerprint(tmp_path) == before


def test_the_result_is_plain_json(tmp_path):
    power = speckled((2, 9, 9))
    power[1, 1:] = -1  # all but the first row
    power[1, 0] = np.nan
    power[1, 0, 0] = 0.5
    source = write_raster(tmp_path / "s.tif", power)
    result, _ = prepare(tmp_path, source)
    assert json.loads(json.dumps(result.to_json()))["means"][1]["before"] == 0.5
    assert result.to_json()["speckle"]["name"] == "none"
