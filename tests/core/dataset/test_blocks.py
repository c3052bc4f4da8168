"""Tiles and blocks: they never touch across splits, and every split gets its share of every class."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rgbsar_core.dataset.blocks import TileLattice, assign_blocks, choose_block


def test_tiles_lie_side_by_side_in_a_block_and_a_gap_follows():
    lattice = TileLattice(width=100, height=33, tile=16, block=2, gap=4)
    assert lattice.pitch == 36
    assert lattice.columns == [(0, 0), (16, 0), (36, 1), (52, 1), (72, 2), (88, 2)]
    assert lattice.rows == [(0, 0), (16, 0)]
    assert lattice.block_window(0, 2) == (72, 0, 28, 32)


@given(st.integers(1, 400), st.integers(1, 50), st.integers(1, 5), st.integers(1, 40))
def test_tiles_of_two_blocks_are_a_gap_apart_and_tiles_of_one_do_not_overlap(size, tile, block, gap):
    starts = TileLattice(size, size, tile, block, gap).starts(size)
    assert starts[0] == (0, 0) and all(start < size for start, _ in starts)
    for (first, first_block), (second, second_block) in zip(starts, starts[1:]):
        assert second - first == (tile if first_block == second_block else tile + gap)


def test_the_largest_block_is_chosen_that_leaves_twelve_with_labels():
    everywhere = np.ones((32, 32), bool)  # cells of 32 pixels: 1024 x 1024 pixels
    smaller = everywhere[:22, :22]
    assert choose_block([(smaller, 704, 704)], 32, 64, 16) == (3, 16)  # pitch 272: 3 x 3 blocks, 208: 4 x 4
    assert choose_block([(everywhere, 1024, 1024)], 32, 256, 64) == (1, 16)  # pitch 320: 4 x 4, the last cut off
    assert choose_block([(everywhere, 1024, 1024)] * 12, 32, 256, 64) == (4, 12)  # each scene one block
    one_corner = np.zeros((32, 32), bool)
    one_corner[:4, :4] = True
    assert choose_block([(one_corner, 1024, 1024)], 32, 256, 64) == (1, 1)
    between = np.zeros((32, 32), bool)
    between[:, 8] = True  # its centre, pixel 272, lies in the strip between the first two blocks
    assert choose_block([(between, 1024, 1024)], 32, 256, 64) == (1, 0)


def test_every_split_sees_every_class_that_lies_in_three_blocks():
    counts = np.zeros((12, 3), np.int64)
    counts[:, 0] = 100
    counts[[1, 4, 7], 1] = 10
    counts[[2], 2] = 5
    for seed in range(10):
        splits = assign_blocks(counts, (0.7, 0.15, 0.15), seed)
        assert sorted(splits[[1, 4, 7]]) == [0, 1, 2]
        assert splits[2] == 0, "a class of one block is learned, not tested"
        assert np.bincount(splits).tolist() == [8, 2, 2]


@pytest.mark.parametrize("shares", [(0.7, 0.15, 0.15), (0.5, 0.25, 0.25), (0.8, 0.2, 0.0)])
def test_shares_are_met_for_every_class_where_blocks_are_many(shares):
    counts = np.random.default_rng(0).integers(0, 1000, (200, 4))
    splits = assign_blocks(counts, shares, seed=3)
    for split, share in enumerate(shares):
        found = counts[splits == split].sum(axis=0) / counts.sum(axis=0)
        np.testing.assert_allclose(found, share, atol=0.03)


@pytest.mark.parametrize("seed", range(10))
def test_a_few_blocks_of_unlike_size_are_shared_out_as_near_to_the_shares_as_they_can_be(seed):
    """Of both classes 14, 3 and 3 of 20 pixels: the first three blocks, and one of (1, 2) with one of (2, 1) each."""
    counts = np.array([[7, 6], [1, 7], [6, 1], [1, 2], [2, 1], [1, 2], [2, 1]])
    splits = assign_blocks(counts, (0.7, 0.15, 0.15), seed)
    assert [counts[splits == split].sum(axis=0).tolist() for split in range(3)] == [[14, 14], [3, 3], [3, 3]]


def test_on_twenty_layouts_of_few_uneven_blocks_no_class_is_missing_and_the_shares_are_met_within_three_points():
    apart = []
    for seed in range(20):
        generator = np.random.default_rng(seed)
        blocks = 6 + 24 * seed // 19
        sizes = 20000 * generator.lognormal(0, 1, (blocks, 1))
        counts = 100 + (sizes * generator.dirichlet((0.4,) * 4, blocks)).astype(np.int64)
        splits = assign_blocks(counts, (0.7, 0.15, 0.15), seed)
        filled = np.stack([counts[splits == split].sum(axis=0) for split in range(3)])
        assert filled.all()
        apart.append(np.abs(filled.sum(axis=1) / counts.sum() - (0.7, 0.15, 0.15)).max())
    assert np.mean(apart) < 0.03


def test_the_seed_decides():
    counts = np.random.default_rng(0).integers(0, 1000, (30, 3))
    first, again, other = (assign_blocks(counts, (0.7, 0.15, 0.15), seed).tolist() for seed in (1, 1, 2))
    assert first == again and first != other
