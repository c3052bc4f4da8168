"""Sentinel-1 over Sentinel-2: added shifts are found on real scenes. The example scene is always here."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from osgeo import gdal

from rgbsar_core.alignment.check import AlignmentParameters, AlignmentResult, check_alignment, quick_warning
from tests.rasters import job

# One that lies right to a pixel, one that is five pixels off.
SCENES = ("T14RNT_273", "T14RNT_294")


@pytest.fixture(scope="module")
def example(repository: Path) -> tuple[str, str]:
    return str(repository / "examples" / "optical.tif"), str(repository / "examples" / "sar.tif")


def moved(sar: str, rows: float, columns: float, folder: Path) -> str:
    """The SAR raster with an origin moved down and to the right, in its own pixels."""
    path = str(folder / f"moved_{rows}_{columns}.vrt")
    view = gdal.Translate(path, sar, format="VRT")
    g = gdal.Open(sar).GetGeoTransform()
    view.SetGeoTransform((g[0] + columns * g[1], *g[1:3], g[3] + rows * g[5], *g[4:]))
    view = None
    return path


def measure(optical: str, sar: str, **options: object) -> AlignmentResult:
    return check_alignment(AlignmentParameters(optical=optical, sar=sar, **options))


def warned(optical: str, sar: str) -> list[str]:
    return quick_warning(job(optical, sar), lambda: False)


def part(path: Path, folder: Path) -> str:
    """512 x 512 pixels of it."""
    cut = str(folder / path.name)
    gdal.Translate(cut, str(path), srcWin=[0, 0, 512, 512]).FlushCache()
    return cut


@pytest.fixture(scope="module")
def as_it_is(example, tmp_path_factory) -> AlignmentResult:
    return measure(*example, corrected=str(tmp_path_factory.mktemp("corrected") / "sar.tif"))


def test_the_example_scene_lies_four_pixels_too_far_north(example, as_it_is):
    """As its lake shows: the SAR's islands and shores lie 4 to 5 pixels of 10 m above the optical image's."""
    result = as_it_is
    assert result.verdict == "shifted" and result.error < 1
    assert 30 < result.north_m < 50 and abs(result.east_m) < 15
    assert "too far north" in warned(*example)[0]


def test_added_shifts_are_found_on_the_example_scene(example, as_it_is, tmp_path):
    after = measure(example[0], moved(example[1], -2.3, 9.6, tmp_path))
    east, north = after.east_m - as_it_is.east_m, after.north_m - as_it_is.north_m
    assert math.hypot(east - 96, north - 23) < 5


def test_the_corrected_example_is_not_warned_of_until_it_is_moved_by_five_pixels(example, as_it_is, tmp_path):
    assert warned(example[0], as_it_is.corrected) == []
    assert "too far" in warned(example[0], moved(as_it_is.corrected, 0, 5.0, tmp_path))[0]


@pytest.mark.parametrize("scene", SCENES)
def test_real_scenes_tell_added_shifts_to_half_a_pixel(shared, tmp_path, scene):
    """A quarter of each scene, to be quick."""
    optical, sar = (part(shared / "data" / "scenes" / f"{scene}_{role}.tif", tmp_path) for role in ("optical", "sar"))
    before = measure(optical, sar, corrected=str(tmp_path / "corrected.tif"))
    after = measure(optical, moved(sar, -7.3, 4.6, tmp_path))
    assert math.hypot(after.shift.row - before.shift.row + 7.3, after.shift.column - before.shift.column - 4.6) < 0.5
    assert warned(optical, before.corrected) == []
    assert "too far" in warned(optical, moved(before.corrected, 3.0, -4.0, tmp_path))[0]
