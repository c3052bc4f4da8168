"""Strips read by several threads: the same pixels, no block unpacked twice, no block kept without need."""

from __future__ import annotations

import itertools
import threading
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from osgeo import gdal

from rgbsar_core.errors import RasterIOError
from rgbsar_core.raster import align, strip_reader
from rgbsar_core.raster.align import open_pair
from rgbsar_core.raster.reader import ReadPlan
from rgbsar_core.raster.source import open_raster
from rgbsar_core.raster.strip_reader import StripReader, strip_parts, threads_wanted, usable_cores
from tests.rasters import NORTH_UP, job, model_card, write_raster

TILES = ["TILED=YES", "BLOCKXSIZE=64", "BLOCKYSIZE=64", "COMPRESS=DEFLATE"]
LAYOUTS = {
    "tiles": [*TILES, "INTERLEAVE=BAND"],
    "tiles by pixel": [*TILES, "INTERLEAVE=PIXEL"],
    "strips of 1 row": ["BLOCKYSIZE=1", "COMPRESS=DEFLATE"],
    "strips of 16 rows": ["BLOCKYSIZE=16", "COMPRESS=DEFLATE"],
    "one strip": ["BLOCKYSIZE=600", "COMPRESS=DEFLATE"],
}


ROWS = [(row, 100) for row in range(0, 600, 100)]


def plan(block_width=64, block_height=64, column=0, row=0):
    return ReadPlan("x.tif", "x", (1,), "uint8", (None,), True, None, None, column, row, block_height, block_width)


def test_a_strip_of_tiles_is_parted_between_columns_of_tiles():
    parts = strip_parts(plan(column=10), 300, 128, 128, 3)  # the file's columns 10 to 310 lie in five tiles
    assert parts == [(0, 128, 54, 128), (54, 128, 128, 128), (182, 128, 118, 128)]


def test_a_strip_of_full_width_blocks_is_parted_between_their_rows():
    parts = strip_parts(plan(block_width=300, block_height=16, row=8), 300, 40, 64, 2)  # rows 48 to 112 of the file
    assert parts == [(0, 40, 300, 32), (0, 72, 300, 32)]


def test_a_strip_within_one_block_is_not_parted():
    assert strip_parts(plan(block_width=300, block_height=600), 300, 64, 128, 8) == [(0, 64, 300, 128)]


@given(
    block=st.tuples(st.integers(1, 90), st.integers(1, 90)),
    start=st.tuples(st.integers(0, 99), st.integers(0, 99)),
    strip=st.tuples(st.integers(1, 200), st.integers(0, 200), st.integers(1, 200)),
    count=st.integers(1, 9),
)
def test_parts_cover_a_strip_once_and_meet_at_borders_of_blocks(block, start, strip, count):
    width, row, height = strip
    parts = strip_parts(plan(*block, *start), width, row, height, count)
    covered = np.zeros((height, width), int)
    for left, top, across, down in parts:
        covered[top - row : top - row + down, left : left + across] += 1
    assert (covered == 1).all() and 1 <= len(parts) <= count
    for left, top, _, _ in parts:
        assert left == 0 or (left + start[0]) % block[0] == 0
        assert top == row or (top + start[1]) % block[1] == 0


@pytest.fixture
def rasters(tmp_path):
    """Makes a pair with a given layout of the optical file and a given shift of the SAR file, in metres."""

    def make(layout, shift=0.0, virtual=False):
        numbers = np.random.default_rng(5)
        optical = numbers.integers(0, 5, (12, 600, 300)).astype(np.uint16)
        sar = numbers.uniform(0.1, 1, (2, 600, 300)).astype(np.float32)
        sar[:, 100:120, 50:200] = np.nan
        path = write_raster(tmp_path / "o.tif", optical, nodata=0, options=layout)
        if virtual:
            gdal.BuildVRT(str(tmp_path / "o.vrt"), [path]).FlushCache()
            path = str(tmp_path / "o.vrt")
        placed = (NORTH_UP[0] + shift, *NORTH_UP[1:])
        other = write_raster(tmp_path / "s.tif", sar, placed, options=["TILED=YES", "BLOCKXSIZE=64", "BLOCKYSIZE=64"])
        return open_pair(job(path, other, sar_units="linear", optical_bands=(3, 7, 11)), model_card())

    return make


@pytest.mark.parametrize("shift", [0.0, 3.0], ids=["one lattice", "warped"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_pixels_do_not_depend_on_the_number_of_threads(rasters, layout, shift):
    pair = rasters(LAYOUTS[layout], shift)
    one, several = (list(replace(pair, threads=count).strips()) for count in (1, 3))
    assert len(one) == len(several)
    for alone, together in zip(one, several):
        assert alone.row == together.row
        assert np.array_equal(alone.optical, together.optical) and np.array_equal(alone.valid, together.valid)
        assert np.array_equal(alone.sar, together.sar, equal_nan=True)


def test_threads_end_with_the_strips(rasters):
    def running():
        return sum(thread.name.startswith("rgbsar-blocks") for thread in threading.enumerate())

    strips = replace(rasters(LAYOUTS["tiles"]), threads=3).strips()
    next(strips)
    assert running() == 3
    strips.close()
    assert running() == 0


def test_the_next_strip_is_read_while_one_is_used(rasters, monkeypatch):
    begun = []
    begin = StripReader._begin
    monkeypatch.setattr(StripReader, "_begin", lambda self, *rows: begun.append(rows) or begin(self, *rows))
    plans = [modality.plan for modality in rasters(LAYOUTS["tiles"]).modalities]
    with StripReader(plans, 300, 3) as reader:
        strips = reader.strips(ROWS)
        for number in range(1, 7):
            next(strips)
            assert begun == ROWS[: number + 1]


def test_a_damaged_block_is_reported_as_with_one_thread(rasters, tmp_path):
    pair = rasters(LAYOUTS["tiles by pixel"])
    with open(tmp_path / "o.tif", "r+b") as file:
        file.seek(20_000)
        file.write(b"\xff" * 4000)
    messages = []
    for count in (1, 3):
        with pytest.raises(RasterIOError, match="The optical raster 'o.tif' cannot be read at row") as caught:
            list(replace(pair, threads=count).strips())
        messages.append(str(caught.value))
    assert messages[0] == messages[1]


def test_a_file_that_has_gone_is_reported(rasters, tmp_path):
    pair = replace(rasters(LAYOUTS["tiles"]), threads=3)
    (tmp_path / "o.tif").unlink()
    with pytest.raises(RasterIOError, match="'o.tif' cannot be opened again"):
        next(pair.strips())


@pytest.mark.parametrize("width, rows", [(4000, 128), (8000, 64)])
def test_a_strip_is_raised_to_the_height_of_a_block_where_twice_its_memory_suffices(tmp_path, monkeypatch, width, rows):
    """12 bytes a pixel: 3 optical, 8 of SAR, 1 that tells what is valid; 64 rows of 4000 pixels are 3 MB."""
    monkeypatch.setattr(align, "_STRIP_BYTES", 4_000_000)
    tiles = ["TILED=YES", "BLOCKXSIZE=128", "BLOCKYSIZE=128", "COMPRESS=DEFLATE"]
    optical = write_raster(tmp_path / "o.tif", np.ones((3, 256, width), np.uint8), options=tiles)
    sar = write_raster(tmp_path / "s.tif", np.full((2, 256, width), 0.1, np.float32))
    strips = open_pair(job(optical, sar, sar_units="linear"), model_card()).strips()
    assert [strip.height for strip in strips] == [rows] * (256 // rows)


def test_blocks_that_were_read_are_not_kept(tmp_path):
    path = write_raster(tmp_path / "o.tif", np.ones((3, 512, 256), np.uint8), options=TILES)
    source = open_raster(path, "optical")
    read = ReadPlan(path, source.label, (1,), "uint8", (None,), True, block_height=source.block_height)
    with StripReader([read], 256, 1) as reader:
        before = gdal.GetCacheUsed()
        strips = reader.strips([(0, 128), (128, 32)])
        next(strips)
        assert gdal.GetCacheUsed() == before
        next(strips)  # its tiles go on: they stay
        assert gdal.GetCacheUsed() > before


@pytest.mark.parametrize("layout, width, height", [("tiles", 64, 64), ("strips of 16 rows", None, 16)])
def test_blocks_of_a_virtual_raster_are_those_of_its_files(rasters, tmp_path, layout, width, height):
    """A virtual raster says 128 x 128 whatever lies below it."""
    rasters(LAYOUTS[layout], virtual=True)
    source = open_raster(str(tmp_path / "o.vrt"), "optical")
    assert source.block_height == height
    assert source.block_width == width or (width is None and source.block_width >= 300)


def test_data_of_another_machine_are_read_by_one_thread():
    remote = replace(plan(), dataset="/vsicurl/http://127.0.0.1:9/x.tif")
    assert StripReader([plan(), remote], 300, 4)._most == 1


@pytest.mark.parametrize(
    ("count", "waited", "elapsed", "most", "wanted"),
    [
        # A GPU takes 4,000 tiles a second of 192 x 192 new pixels: a strip of 3.7 million every 25 ms. A thread unpacks
        # 40 million pixels a second, and warps a quarter of that: 372 ms a strip.
        (8, 8 * (0.372 / 8 - 0.025), 8 * 0.372 / 8, 64, 16),  # the GPU waits
        (16, 0.0, 8 * 0.025, 64, 16),  # it does not
        (8, 0.0, 8 * 0.025, 64, 8),  # what need not be warped
        (16, 0.37, 0.37, 24, 24),  # no more than there are cores
        (2, 0.1, 30.0, 64, 2),  # a network on the processor
    ],
)
def test_threads_are_doubled_while_strips_are_waited_for_a_quarter_of_the_time(count, waited, elapsed, most, wanted):
    assert threads_wanted(count, waited, elapsed, most) == wanted


@pytest.fixture
def watched(monkeypatch):
    """Readers that begin with two threads and look at two strips."""
    monkeypatch.setattr(strip_reader, "_FIRST_THREADS", 2)
    monkeypatch.setattr(strip_reader, "_STRIPS_WATCHED", 2)


@pytest.mark.usefixtures("watched")
@pytest.mark.parametrize(("pause", "threads"), [(0.0, 5), (5.0, 2)])
def test_threads_are_added_where_strips_are_wanted_faster_and_the_pixels_stay(rasters, monkeypatch, pause, threads):
    """By a clock that goes on by a second whenever it is looked at, so that a strip takes one."""
    ticks = itertools.count()
    waited: list[float] = []
    monkeypatch.setattr(strip_reader.time, "perf_counter", lambda: next(ticks) + sum(waited))
    plans = [modality.plan for modality in rasters(LAYOUTS["tiles"]).modalities]
    with StripReader(plans, 300, 5) as reader, StripReader(plans, 300, 1) as alone:
        for pair in zip(reader.strips(ROWS), alone.strips(ROWS)):
            for found, expected in zip(*pair):
                assert np.array_equal(found[0], expected[0], equal_nan=True) and np.array_equal(found[1], expected[1])
            waited.append(pause)
        assert len(reader._handles) == threads


@pytest.mark.usefixtures("watched")
def test_reading_goes_on_with_the_threads_there_are_where_no_more_files_may_be_opened(rasters, monkeypatch):
    plans = [modality.plan for modality in rasters(LAYOUTS["tiles"]).modalities]
    with StripReader(plans, 300, 8) as reader:
        monkeypatch.setattr(strip_reader, "OpenRaster", refuse)
        strips = [strip[0][1] for strip in reader.strips(ROWS)]
        assert len(reader._handles) == 2
    assert np.concatenate(strips).mean() > 0.98  # nodata in all three bands: one pixel of 125


def refuse(plan):
    raise RasterIOError("Too many open files.")


def test_the_network_s_limit_of_threads_holds_for_reading():
    assert StripReader([plan()], 300, 1)._most == 1
    assert StripReader([plan()], 300)._most == min(usable_cores(), 64)
    assert StripReader([plan()], 300, 999)._most == 64
