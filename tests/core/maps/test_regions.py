"""Regions and their merging against flood filling and a one-at-a-time counterpart."""

from __future__ import annotations

import numpy as np
import pytest

from rgbsar_core.errors import InputError, OperationCancelled
from rgbsar_core.maps.region_merging import Merged, RegionTable, merge_small_regions
from rgbsar_core.maps.regions import FragmentSums, RegionLabeller
from tests.core.maps.map_tools import borders, flood, merge

U_SHAPE = np.array([[1, 2, 1, 2, 1], [1, 2, 1, 2, 1], [1, 1, 1, 2, 1], [2, 2, 2, 2, 1], [1, 1, 1, 1, 1]], np.uint8)
CHESS = np.array([[1, 2, 1, 0], [2, 1, 2, 1], [1, 2, 0, 2]], np.uint8)


def maps(count: int) -> list[np.ndarray]:
    numbers = np.random.default_rng(5)
    sizes = [tuple(numbers.integers(1, 22, 2)) for _ in range(count)]
    return [numbers.integers(0, 2 + n % 4, size).astype(np.uint8) for n, size in enumerate(sizes)]


def labelled(values: np.ndarray, height: int, connectivity: int):
    """Regions of a map given in strips, and all that is known of them."""
    labeller, sums = RegionLabeller(values.shape[1], connectivity), FragmentSums(2)
    strips = []
    for row in range(0, len(values), height):
        strip = labeller.label(values[row : row + height])
        sums.add(strip, strip.lengths, strip.lengths * (row + strip.rows))
        strips.append(strip)
    return strips, labeller.regions(), sums


@pytest.mark.parametrize("connectivity", [4, 8])
@pytest.mark.parametrize("height", [1, 2, 7, 100])
def test_regions_contacts_and_sums_equal_those_of_flood_filling(connectivity: int, height: int) -> None:
    for values in (U_SHAPE, CHESS, *maps(25)):
        expected = flood(values, connectivity)
        strips, regions, sums = labelled(values, height, connectivity)
        image = np.concatenate([regions.of_fragment[strip.fragments][strip.image[1:]] for strip in strips])
        np.testing.assert_array_equal(image, expected)
        first = [np.flatnonzero(expected.ravel() == n)[0] for n in range(1, expected.max() + 1)]
        assert regions.first_pixels.tolist() == [-1, *first]
        assert regions.values.tolist() == [0, *values.ravel()[first]]
        pixels, rows = sums.per_region(regions)[:, 1:]
        row_numbers = np.repeat(np.arange(len(values)), values.shape[1])
        assert pixels.tolist() == np.bincount(expected.ravel())[1:].tolist()
        assert rows.tolist() == np.bincount(expected.ravel(), row_numbers)[1:].tolist()
        contacts: dict[tuple[int, int], int] = {}
        for one, two, edges in np.concatenate([strip.contacts(corners=False) for strip in strips]):
            pair = tuple(sorted((int(regions.of_fragment[one]), int(regions.of_fragment[two]))))
            contacts[pair] = contacts.get(pair, 0) + int(edges)
        assert contacts == borders(expected)


def test_fragments_can_be_painted_in_a_second_pass() -> None:
    strips, regions, _ = labelled(U_SHAPE, 2, 4)
    colours = np.arange(10, 10 + len(regions.values), dtype=np.uint8)[regions.of_fragment]
    again = np.concatenate([strip.painted(colours) for strip in labelled(U_SHAPE, 2, 4)[0]])
    np.testing.assert_array_equal(again, flood(U_SHAPE) + 10)


def test_another_connectivity_is_refused() -> None:
    with pytest.raises(InputError, match="connectivity is 6"):
        RegionLabeller(5, 6)


def merged(
    values: np.ndarray, least: int, connectivity: int, weights: np.ndarray, height: int
) -> tuple[Merged, np.ndarray]:
    labeller, sums, contacts, strips = RegionLabeller(values.shape[1], connectivity), FragmentSums(2), [], []
    for row in range(0, len(values), height):
        strips.append(labeller.label(values[row : row + height]))
        sums.add(strips[-1], strips[-1].lengths, strips[-1].sums(weights[row : row + height]))
        contacts.append(strips[-1].contacts(connectivity == 8))
    regions = labeller.regions()
    found = np.concatenate(contacts)
    found[:, :2] = regions.of_fragment[found[:, :2]]
    result = merge_small_regions(
        RegionTable(regions.values, *sums.per_region(regions), found), least, lambda share: None, lambda: False
    )
    return result, np.concatenate([strip.painted(result.values[regions.of_fragment]) for strip in strips])


@pytest.mark.parametrize("connectivity", [4, 8])
@pytest.mark.parametrize("least", [2, 5, 12])
def test_merging_equals_giving_one_region_away_at_a_time(connectivity: int, least: int) -> None:
    numbers = np.random.default_rng(least)
    for values in maps(20):
        weights = numbers.integers(1, 101, values.shape)
        expected = merge(values, least, connectivity, weights)
        for height in (1, 5, 100):
            np.testing.assert_array_equal(merged(values, least, connectivity, weights, height)[1], expected)


@pytest.mark.parametrize("connectivity", [4, 8])
def test_no_small_region_with_a_neighbour_is_left_and_nodata_stays(connectivity: int) -> None:
    """The promise GDAL's sieve does not keep: in noise of five classes it leaves most small regions."""
    values = np.random.default_rng(3).integers(0, 6, (60, 70)).astype(np.uint8)
    result, image = merged(values, 9, connectivity, np.ones_like(values), 16)
    np.testing.assert_array_equal(image == 0, values == 0)
    regions = flood(image, connectivity)
    small = np.flatnonzero(np.bincount(regions.ravel())[1:] < 9) + 1
    touching = {number for pair in borders(regions) for number in pair}
    assert not touching & set(small.tolist())
    assert result.isolated == len(small)


def test_the_doubtful_region_goes_first_and_saves_its_neighbour() -> None:
    """Four pixels in a row, units of two: which pairs they form depends on who goes first."""
    row = np.array([[1, 2, 3, 4]], np.uint8)
    for confidence, expected in (([90, 10, 80, 20], [1, 1, 3, 3]), ([10, 80, 20, 95], [2, 2, 4, 4])):
        assert merged(row, 2, 4, np.array([confidence]), 9)[1][0].tolist() == expected


def test_the_longest_shared_border_decides_before_evidence() -> None:
    values = np.array([[1, 1, 1, 1], [1, 2, 3, 3], [1, 3, 3, 3]], np.uint8)
    weights = np.where(values == 1, 100, 1)  # two edges with each: the evidence decides
    assert merged(values, 2, 4, weights, 9)[1][1, 1] == 1
    values[1, 0] = 3  # three edges with class 3
    assert merged(values, 2, 4, weights, 9)[1][1, 1] == 3


def test_a_region_surrounded_by_nodata_stays_and_is_counted() -> None:
    result, image = merged(np.array([[1, 0, 2], [0, 0, 2]], np.uint8), 9, 4, np.ones((2, 3), int), 9)
    assert image.tolist() == [[1, 0, 2], [0, 0, 2]]
    assert (result.merged, result.isolated) == (0, 2)


def test_merging_stops_when_asked() -> None:
    table = RegionTable(
        np.array([0, 1, 2], np.uint8), np.array([0, 1, 1]), np.array([0, 1, 1]), np.array([[1, 2, 1]], np.int32)
    )
    with pytest.raises(OperationCancelled):
        merge_small_regions(table, 2, lambda share: None, lambda: True)
