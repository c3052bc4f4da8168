"""Lattices: where pixels lie, and how much ground they cover."""

import math

import pytest

from rgbsar_core.errors import GridMismatchError
from rgbsar_core.raster.grid import Grid, apply_affine, footprint, invert_affine, lattice_offset, same_crs
from tests.rasters import NORTH_UP, wkt


def grid(geotransform=NORTH_UP, epsg=32611, width=40, height=20):
    return Grid(width, height, tuple(map(float, geotransform)), wkt(epsg))


ROTATED = (500_000.0, 8.0, 6.0, 4_000_000.0, 6.0, -8.0)


@pytest.mark.parametrize("geotransform", [NORTH_UP, (0, 10, 0, 0, 0, 10), ROTATED])
def test_the_inverse_geotransform_leads_back_to_the_pixel(geotransform):
    x, y = apply_affine(tuple(map(float, geotransform)), 7.25, 3.5)
    assert apply_affine(invert_affine(tuple(map(float, geotransform))), x, y) == pytest.approx((7.25, 3.5), abs=1e-6)


def test_pixels_without_area_are_refused():
    with pytest.raises(GridMismatchError, match="pixels without area"):
        invert_affine((0.0, 10.0, 10.0, 0.0, 5.0, 5.0))


@pytest.mark.parametrize("place", [math.nan, math.inf])
def test_pixels_without_a_place_are_refused(place):
    with pytest.raises(GridMismatchError, match="pixels without area or place"):
        invert_affine((place, 10.0, 0.0, 0.0, 0.0, -10.0))


def test_a_window_starts_at_its_pixel_on_a_rotated_lattice():
    # 2 columns and 1 row along (8, 6) and (6, -8): x + 16 + 6, y + 12 - 8.
    assert grid(ROTATED).window(2, 1, 5, 5).geotransform == (500_022.0, 8.0, 6.0, 4_000_004.0, 6.0, -8.0)


def test_a_grid_cut_from_a_lattice_is_found_at_its_offset():
    assert lattice_offset(grid(), grid().window(5, 7, 10, 4)) == (5, 7)


@pytest.mark.parametrize(
    "other",
    [
        grid((500_005, 10, 0, 4_000_000, 0, -10)),  # half a pixel off
        grid((500_000, 20, 0, 4_000_000, 0, -20)),  # other pixel size
        grid((500_000, 10, 0, 4_000_000, 0, 10)),  # south-up
        grid(epsg=32612),  # other zone
    ],
)
def test_a_grid_beside_the_lattice_has_no_offset(other):
    assert lattice_offset(grid(), other) is None


def test_axis_order_does_not_make_two_systems_differ():
    assert same_crs("EPSG:4326", "OGC:CRS84")


def test_rescaling_keeps_origin_and_directions():
    # The pixel vectors of the rotated lattice are 10 m long; 25 m is 2.5 of them.
    finer = grid(ROTATED).rescaled(25)
    assert finer.geotransform == pytest.approx((500_000, 20, 15, 4_000_000, 15, -20))
    assert (finer.width, finer.height) == (16, 8)


def test_footprint_of_a_shifted_coarser_grid():
    # 20 m pixels starting 3 pixels of 10 m right and 2 down; 5 x 4 of them span 10 x 8 pixels.
    coarse = grid((500_030, 20, 0, 3_999_980, 0, -20), width=5, height=4)
    assert footprint(coarse, grid()) == pytest.approx((3, 2, 13, 10))


def test_one_degree_pixels_add_up_to_the_surface_of_the_earth():
    # WGS 84 ellipsoid: 510,065,621.7 square kilometres.
    whole = grid((-180, 1 / 4, 0, 90, 0, -1 / 4), 4326, width=1440, height=720)
    total = sum(whole.pixel_area_m2(row) for row in range(720)) * 1440
    assert total / 1e6 == pytest.approx(510_065_621.7, rel=1e-5)


def test_mercator_metres_shrink_with_latitude():
    # Snyder eq. 7-8: scale = sqrt(1 - e2 sin2(lat)) / cos(lat); at 34.0 degrees 1.20496, so 10 m are 8.299 m.
    e2, latitude = 0.00669437999014, math.radians(34)
    scale = math.sqrt(1 - e2 * math.sin(latitude) ** 2) / math.cos(latitude)
    northing = 4_000_000.0  # replaced below by the row of 34 degrees
    e = math.sqrt(e2)
    northing = 6_378_137 * (
        math.asinh(math.tan(latitude)) - e * math.atanh(e * math.sin(latitude))
    )
    mercator = grid((-13_000_000, 10, 0, northing + 5, 0, -10), 3395, width=11, height=1)
    assert mercator.ground_sampling_m() == pytest.approx(10 / scale, rel=1e-6)


def test_utm_pixels_at_the_central_meridian_are_a_little_larger_than_their_numbers():
    # Scale 0.9996 there: 10 map metres are 10.004 on the ground, 100.08 square metres.
    central = grid((499_950, 10, 0, 4_000_000, 0, -10), width=10, height=10)
    assert central.ground_sampling_m() == pytest.approx(10 / 0.9996, rel=1e-7)
    assert central.pixel_area_m2(3) == pytest.approx((10 / 0.9996) ** 2, rel=1e-7)


def test_pixels_on_the_180th_meridian_are_as_large_as_their_neighbours():
    # World Mercator around 150 degrees east: the meridian lies 30 degrees of the equator further, in a middle column.
    easting = math.radians(30) * 6_378_137
    crossing = grid((easting - 55, 10, 0, 4_000_000, 0, -10), 3832, width=11, height=2)
    beside = grid((easting - 10_055, 10, 0, 4_000_000, 0, -10), 3832, width=11, height=2)
    assert crossing.ground_sampling_m() == pytest.approx(beside.ground_sampling_m(), rel=1e-6)
    assert crossing.pixel_area_m2(0) == pytest.approx(beside.pixel_area_m2(0), rel=1e-6)


def test_pixels_on_the_pole_are_as_large_as_the_projection_says():
    # EPSG:3995, polar stereographic with true scale at 71 degrees north. Snyder eq. 14-15 (m), 15-9
    # (t), 21-33 and 21-34: the scale at the pole is m(71) / t(71) / 2 * sqrt((1 + e)^(1 + e) * (1 - e)^(1 - e)).
    e, latitude = math.sqrt(0.00669437999014), math.radians(71)
    part = e * math.sin(latitude)
    m = math.cos(latitude) / math.sqrt(1 - part**2)
    t = math.tan(math.pi / 4 - latitude / 2) / ((1 - part) / (1 + part)) ** (e / 2)
    scale = m / t / 2 * math.sqrt((1 + e) ** (1 + e) * (1 - e) ** (1 - e))
    pole = grid((-55, 10, 0, 55, 0, -10), 3995, width=11, height=11)
    assert pole.ground_sampling_m() == pytest.approx(10 / scale, rel=1e-6)
    assert pole.pixel_area_m2(5) == pytest.approx((10 / scale) ** 2, rel=1e-6)



@pytest.mark.usefixtures("either_mode")
def test_pixels_off_the_earth_count_as_map_units_without_a_warning(recwarn):
    view = Grid(14, 14, (-7e6, 1e6, 0.0, 7e6, 0.0, -1e6), "+proj=ortho +lat_0=36 +lon_0=-117 +datum=WGS84")
    assert view.pixel_area_m2(0) == 1e12  # the corner of a view of the whole globe: space
    assert view.pixel_area_m2(7) > 1e12
    assert not recwarn.list


def test_a_footprint_holds_the_edges_between_its_corners():
    """Parallels bow southwards on this map: 50 degrees north lies deepest on its middle meridian, 10 degrees east."""
    degrees = grid((-10, 1, 0, 60, 0, -1), 4326, width=40, height=10)
    left, top, right, bottom = footprint(degrees, grid((0, 1000, 0, 6_000_000, 0, -1000), 3035))
    # Of the WGS 84 ellipsoid: 2 degrees of latitude from 50 to 52 are 222.5 km, the map's origin lies at 3,210 km.
    assert bottom == pytest.approx((6_000_000 - (3_210_000 - 222_500)) / 1000, abs=0.5)
    corner = footprint(degrees, grid((0, 1000, 0, 6_000_000, 0, -1000), 3035), (0, 9.999, 0.001, 10))
    assert bottom - corner[3] > 100  # kilometres
