"""A ramp keeps its place to 1/100 pixel, whatever lattices the two rasters have."""

from __future__ import annotations

import numpy as np
import pytest
from osgeo import osr

from rgbsar_core.errors import GridMismatchError
from rgbsar_core.parameters import Extent
from rgbsar_core.raster.align import open_pair
from rgbsar_core.raster.grid import apply_affine
from tests.rasters import NORTH_UP, job, model_card, read_raster, wkt, write_polygons, write_raster

CARD = model_card(optical=("gray",), sar=("VV", "VH"))
SOUTH_UP = (500_000.0, 10.0, 0.0, 3_999_000.0, 0.0, 10.0)
ROTATED = (500_100.0, 9.6, 2.8, 3_999_700.0, 2.8, -9.6)  # 16.26 degrees, 10 m pixels


def write_ramp(path, geotransform, epsg, width, height, **options):
    """Two bands: easting and northing (or longitude and latitude) of each pixel centre, shifted to be positive."""
    columns, rows = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
    x, y = apply_affine(tuple(map(float, geotransform)), columns, rows)
    ramp = np.stack([x - x.min() + 1, y - y.min() + 1])
    write_raster(path, ramp, geotransform, epsg, **options)
    return x.min() - 1, y.min() - 1


def write_optical(path, geotransform=NORTH_UP, epsg=32611, width=100, height=100):
    return write_raster(path, np.full((height, width), 7, np.uint8), geotransform, epsg)


def centres(grid, epsg):
    """Coordinates of the grid's pixel centres in another CRS."""
    columns, rows = np.meshgrid(np.arange(grid.width) + 0.5, np.arange(grid.height) + 0.5)
    x, y = apply_affine(grid.geotransform, columns, rows)
    source, target = osr.SpatialReference(wkt=grid.crs_wkt), osr.SpatialReference(wkt=wkt(epsg))
    for reference in (source, target):
        reference.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    transformation = osr.CoordinateTransformation(source, target)
    points = transformation.TransformPoints(np.column_stack([x.ravel(), y.ravel()]).tolist())
    return np.array(points)[:, 0].reshape(x.shape), np.array(points)[:, 1].reshape(x.shape)


def read_all(pair):
    strips = list(pair.strips())
    return tuple(np.concatenate([getattr(s, name) for s in strips], axis=-2) for name in ("optical", "sar", "valid"))


LATTICES = {
    "same CRS, finer, half a pixel off": ((500_101, 4, 0, 3_999_899, 0, -4), 32611, 150, 150),
    "same CRS, coarser": ((500_105, 20, 0, 3_999_895, 0, -20), 32611, 30, 30),
    "south-up": ((500_103, 10, 0, 3_999_203, 0, 10), 32611, 60, 60),
    "rotated": (ROTATED, 32611, 60, 60),
    "another UTM zone": ((-40_150, 12, 0, 4_016_850, 0, -12), 32612, 110, 110),
    "World Mercator": ((-13_024_420, 11, 0, 4_295_400, 0, -11), 3395, 120, 120),
    "degrees": ((-117.0, 0.0001, 0, 36.1445, 0, -0.0001), 4326, 110, 90),
}


@pytest.mark.parametrize("name", list(LATTICES))
@pytest.mark.parametrize("base", [NORTH_UP, SOUTH_UP, ROTATED], ids=["north-up", "south-up", "rotated"])
def test_a_warped_ramp_is_right_to_a_hundredth_of_a_pixel(tmp_path, name, base):
    geotransform, epsg, width, height = LATTICES[name]
    zero = write_ramp(tmp_path / "sar.tif", geotransform, epsg, width, height)
    optical = write_optical(tmp_path / "optical.tif", base)
    pair = open_pair(job(optical, str(tmp_path / "sar.tif"), sar_units="linear"), CARD)
    _, sar, valid = read_all(pair)
    expected = centres(pair.grid, epsg)
    size = np.hypot(geotransform[1], geotransform[4])
    columns, rows = _source_pixels(geotransform, *expected)
    inner = (columns > 4) & (columns < width - 4) & (rows > 4) & (rows < height - 4)
    assert inner.sum() > 400
    assert (valid[inner] == 3).all()
    for band in range(2):
        error = np.abs(sar[band] + zero[band] - expected[band])[inner].max()
        assert error < 0.01 * size, f"{error / size:.4f} pixel"


def _source_pixels(geotransform, x, y):
    from rgbsar_core.raster.grid import invert_affine

    return apply_affine(invert_affine(tuple(map(float, geotransform))), x, y)


@pytest.mark.parametrize("gsd", [25.0, 10.0, 4.0])
def test_a_chosen_pixel_size_moves_neither_raster(tmp_path, gsd):
    zero = write_ramp(tmp_path / "sar.tif", (500_101, 4, 0, 3_999_899, 0, -4), 32611, 150, 150)
    optical = write_optical(tmp_path / "optical.tif")
    pair = open_pair(job(optical, str(tmp_path / "sar.tif"), sar_units="linear", gsd=gsd), CARD)
    _, sar, _ = read_all(pair)
    assert pair.grid.geotransform[1] == gsd
    expected = centres(pair.grid, 32611)[0]
    inner = np.s_[8:-8, 8:-8]
    assert np.abs(sar[0] + zero[0] - expected)[inner].max() < 0.01 * 4


def test_cubic_resampling_moves_nothing_either(tmp_path):
    zero = write_ramp(tmp_path / "sar.tif", (500_103, 4, 0, 3_999_897, 0, -4), 32611, 150, 150)
    optical, sar = write_optical(tmp_path / "o.tif"), str(tmp_path / "sar.tif")
    parameters = job(optical, sar, sar_units="linear", resampling="cubic")
    pair = open_pair(parameters, CARD)
    error = read_all(pair)[1][0] + zero[0] - centres(pair.grid, 32611)[0]
    assert np.abs(error[4:-4, 4:-4]).max() < 0.01 * 4


def test_nearest_takes_the_pixel_under_the_centre(tmp_path):
    # SAR pixels of 30 m from x = 500,000: the centres 5, 15, 25 m lie in the first, 35 ... in the second.
    sar = np.arange(1, 65, dtype=np.float32).reshape(1, 8, 8).repeat(2, axis=0)
    path = write_raster(tmp_path / "s.tif", sar, (500_000, 30, 0, 4_000_000, 0, -30))
    parameters = job(write_optical(tmp_path / "o.tif"), path, sar_units="linear", resampling="nearest")
    pair = open_pair(parameters, CARD)
    assert np.array_equal(read_all(pair)[1], sar.repeat(3, axis=1).repeat(3, axis=2))


def test_two_rasters_on_one_lattice_are_read_without_resampling(tmp_path):
    rng = np.random.default_rng(1)
    optical = rng.integers(1, 255, (1, 40, 50)).astype(np.uint8)
    sar = rng.uniform(0.01, 1, (2, 30, 40)).astype(np.float32)
    optical_path = write_raster(tmp_path / "o.tif", optical)
    sar_path = write_raster(tmp_path / "s.tif", sar, (500_050, 10, 0, 3_999_970, 0, -10))
    pair = open_pair(job(optical_path, sar_path), CARD)
    pixels = read_all(pair)
    # SAR starts 5 columns and 3 rows inside the optical raster.
    assert np.array_equal(pixels[0], optical[:, 3:33, 5:45])
    assert np.array_equal(pixels[1], sar)
    assert pair.grid.geotransform == (500_050, 10, 0, 3_999_970, 0, -10)


def test_the_sar_grid_can_be_the_map_s_grid(tmp_path):
    optical = write_optical(tmp_path / "o.tif")
    write_ramp(tmp_path / "s.tif", (500_100, 20, 0, 3_999_900, 0, -20), 32611, 30, 30)
    pair = open_pair(job(optical, str(tmp_path / "s.tif"), grid="sar", sar_units="linear"), CARD)
    assert pair.grid.geotransform == (500_100, 20, 0, 3_999_900, 0, -20)
    assert np.array_equal(read_all(pair)[1], read_raster(tmp_path / "s.tif"))


def test_an_extent_in_another_crs_is_snapped_to_the_grid(tmp_path):
    optical = write_optical(tmp_path / "o.tif")
    sar = write_raster(tmp_path / "s.tif", np.ones((2, 100, 100), np.float32))
    # Pixel centres at 5, 15, ... m: the extent 203 to 297 m holds the centres 205 ... 295, ten columns from the 20th.
    extent = Extent(xmin=500_203, ymin=3_999_703, xmax=500_297, ymax=3_999_797, crs="EPSG:32611")
    pair = open_pair(job(optical, sar, extent=extent), CARD)
    assert pair.grid.geotransform == (500_200, 10, 0, 3_999_800, 0, -10)
    assert (pair.grid.width, pair.grid.height) == (10, 10)
    degrees = Extent(xmin=-116.99778, ymin=36.1420, xmax=-116.9967, ymax=36.1429, crs="EPSG:4326")
    pair = open_pair(job(optical, sar, extent=degrees), CARD)
    origin = pair.grid.geotransform
    assert (origin[0] - 500_000) % 10 == 0 and (origin[3] - 4_000_000) % 10 == 0
    assert 5 < pair.grid.width < 15


def test_a_part_of_the_map_has_the_pixels_of_the_whole(tmp_path):
    optical = write_optical(tmp_path / "o.tif")
    write_ramp(tmp_path / "s.tif", LATTICES["another UTM zone"][0], 32612, 110, 110)
    whole = open_pair(job(optical, str(tmp_path / "s.tif"), sar_units="linear"), CARD)
    extent = Extent(xmin=500_400, ymin=3_999_300, xmax=500_700, ymax=3_999_600, crs="EPSG:32611")
    part = open_pair(job(optical, str(tmp_path / "s.tif"), sar_units="linear", extent=extent), CARD)
    column, row = part.window.column, part.window.row
    cut = read_all(whole)[1][:, row : row + 30, column : column + 30]
    assert np.array_equal(read_all(part)[1], cut)


def test_a_polygon_mask_clips_the_grid_and_blanks_pixels_outside(tmp_path):
    optical = write_optical(tmp_path / "o.tif")
    sar = write_raster(tmp_path / "s.tif", np.ones((2, 100, 100), np.float32))
    # A right triangle of 10 x 10 pixels, apex at the top left; centres strictly below the diagonal are inside.
    triangle = [(500_200, 3_999_800), (500_301, 3_999_699), (500_200, 3_999_699)]
    mask = write_polygons(tmp_path / "mask.gpkg", [triangle])
    pair = open_pair(job(optical, sar, mask=mask), CARD)
    valid = read_all(pair)[2]
    assert valid.shape == (10, 10)
    assert np.array_equal(valid > 0, np.tri(10, dtype=bool))


def test_strips_cover_every_row_once_and_can_start_anywhere(tmp_path):
    optical = write_raster(tmp_path / "o.tif", np.ones((1, 1500, 30), np.uint8), options=["BLOCKYSIZE=48"])
    sar = write_raster(tmp_path / "s.tif", np.ones((2, 1500, 30), np.float32))
    pair = open_pair(job(optical, sar), CARD)
    rows = [(s.row, s.height) for s in pair.strips()]
    assert [row for row, _ in rows] == [0, *np.cumsum([height for _, height in rows])[:-1]]
    assert sum(height for _, height in rows) == 1500
    assert all(row % 48 == 0 for row, _ in rows)
    resumed = [(s.row, s.height) for s in pair.strips(start_row=rows[2][0])]
    assert resumed == rows[2:]


@pytest.mark.usefixtures("either_mode")
@pytest.mark.parametrize("epsg", [9000, 8999, 4269], ids=["ITRF2014", "ITRF2008", "NAD83"])
def test_a_transformation_of_another_part_of_the_world_is_not_needed(tmp_path, epsg):
    """ITRF2014 and WGS 84 are the same to centimetres; PROJ also knows a way by New Zealand, whose file few have."""
    place = (9.0, 0.0001, 0, 50.0, 0, -0.0001)
    optical = write_optical(tmp_path / "o.tif", place, epsg)
    sar = np.arange(1, 20_001, dtype=np.float64).reshape(2, 100, 100)
    sar = write_raster(tmp_path / "s.tif", sar, place, 4326)
    pair = open_pair(job(optical, sar, sar_units="linear", resampling="nearest"), CARD)
    _, power, valid = read_all(pair)
    assert (valid == 3).all() and np.array_equal(power, read_raster(sar))


@pytest.mark.parametrize("base", ["optical", "sar"])
@pytest.mark.parametrize("turns", [0, -1])
def test_layers_across_the_180th_meridian_are_mapped_on_both_sides(tmp_path, base, turns):
    """UTM zone 1 begins at the meridian, 166,021 m at the equator; the optical raster counts on beyond 180 degrees."""
    west = 179.98 + 360 * turns
    optical = write_optical(tmp_path / "o.tif", (west, 0.0002, 0, 0.01, 0, -0.0002), 4326, 200, 100)
    sar = np.full((2, 50, 200), 0.1, np.float32)
    sar = write_raster(tmp_path / "s.tif", sar, (166_021 - 2000, 20, 0, 500, 0, -20), 32601)
    pair = open_pair(job(optical, sar, sar_units="linear", grid=base), CARD)
    valid = read_all(pair)[2]
    assert pair.grid.width == pytest.approx(200 if base == "sar" else 4000 / 22.26, abs=2)  # 0.0002 degrees are 22.26 m
    assert (valid == 3).mean() > 0.95


@pytest.mark.parametrize("base", ["optical", "sar"])
@pytest.mark.parametrize("side", [0, 0.003], ids=["same pixels", "resampled"])
def test_degrees_a_whole_turn_apart_are_the_same_ground(tmp_path, base, side):
    """-180.01 to -179.99 in one file, 179.99 to 180.01 in the other, where power falls towards the east."""
    west, step = {"optical": -180.01, "sar": 179.99}, 0.0002
    optical = write_optical(tmp_path / "o.tif", (west["optical"], step, 0, 0.01, 0, -step), 4326, 100, 100)
    ramp = np.broadcast_to(np.linspace(1, 0.5, 100, dtype=np.float32), (2, 100, 100))
    sar = write_raster(tmp_path / "s.tif", ramp, (west["sar"] + side * step, step, 0, 0.01, 0, -step), 4326)
    pair = open_pair(job(optical, sar, sar_units="linear", grid=base), CARD)
    _, power, valid = read_all(pair)
    assert pair.grid.geotransform[0] == pytest.approx(west[base], abs=2 * step)
    assert (valid == 3).mean() > 0.95
    assert power[0][valid == 3] == pytest.approx(ramp[0][: pair.grid.height, : pair.grid.width][valid == 3], abs=0.01)


def test_a_mask_in_degrees_a_whole_turn_away_lies_on_the_layers(tmp_path):
    """Layers from 179.99 to 180.01 degrees, a mask over their eastern half that begins at -180."""
    place = (179.99, 0.0002, 0, 0.01, 0, -0.0002)
    optical = write_optical(tmp_path / "o.tif", place, 4326, 100, 100)
    sar = write_raster(tmp_path / "s.tif", np.ones((2, 100, 100), np.float32), place, 4326)
    mask = write_polygons(tmp_path / "m.gpkg", [[(-180, 1), (-179, 1), (-179, -1), (-180, -1)]], 4326)
    pair = open_pair(job(optical, sar, sar_units="linear", mask=mask), CARD)
    assert (pair.grid.width, pair.grid.height) == (50, 100)
    assert (read_all(pair)[2] == 3).all()


def test_layers_of_different_places_are_refused_with_both_extents(tmp_path):
    optical = write_optical(tmp_path / "o.tif")
    sar = write_raster(tmp_path / "s.tif", np.ones((2, 9, 9), np.float32), (700_000, 10, 0, 4_000_000, 0, -10))
    with pytest.raises(GridMismatchError, match=r"do not overlap.*longitude -117.*longitude -114"):
        open_pair(job(optical, sar), CARD)


def test_an_extent_elsewhere_is_refused(tmp_path):
    optical = write_optical(tmp_path / "o.tif")
    sar = write_raster(tmp_path / "s.tif", np.ones((2, 100, 100), np.float32))
    with pytest.raises(GridMismatchError, match="The extent does not overlap the layers"):
        open_pair(job(optical, sar, extent=Extent(10, 50, 11, 51, "EPSG:4326")), CARD)


def test_a_pixel_size_in_metres_for_a_grid_in_degrees_is_named_with_its_unit(tmp_path):
    place = (9.0, 0.0001, 0, 50.0, 0, -0.0001)
    optical = write_optical(tmp_path / "o.tif", place, 4326)
    sar = write_raster(tmp_path / "s.tif", np.ones((2, 100, 100), np.float32), place, 4326)
    with pytest.raises(GridMismatchError, match="share less than one pixel of 10 degree; .*or smaller pixels"):
        open_pair(job(optical, sar, gsd=10), CARD)


def test_a_pixel_size_far_from_the_model_s_is_warned_of(tmp_path):
    optical = write_optical(tmp_path / "o.tif")
    sar = write_raster(tmp_path / "s.tif", np.ones((2, 100, 100), np.float32))
    pair = open_pair(job(optical, sar, gsd=20), CARD)
    assert any("measure 20 m on the ground; the model was trained at 10 m" in w for w in pair.warnings)
    pair = open_pair(job(optical, sar), CARD)
    assert pair.warnings == ()
