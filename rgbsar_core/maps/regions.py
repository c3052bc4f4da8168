"""Connected regions of a class map, found strip by strip: their sizes, their contacts, and their pixels again.

A region is a set of valid pixels of one class that hang together over pixel edges (4-connected) or also over corners
(8-connected). A strip's regions get numbers at once; that two of them are one region may only show further down. Such
provisional regions are called fragments here. The same strips always give the same fragments, so that a second pass
finds every pixel's region again without anything having been stored per pixel.

Source: run-based two-pass labelling, He, Chao and Suzuki, IEEE Trans. Image Processing 17(5), 2008, 749-756
(doi:10.1109/TIP.2008.919369); the union of labels here works on whole arrays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..legend import NODATA_VALUE

CONNECTIVITIES = (4, 8)
Numbers = NDArray[np.int64]
Mask = NDArray[np.bool_]
Part = tuple[slice, slice]
_ACROSS: tuple[Part, Part] = (np.s_[1:, :-1], np.s_[1:, 1:])
_DOWN: tuple[Part, Part] = (np.s_[:-1, :], np.s_[1:, :])
_FALLING: tuple[Part, Part] = (np.s_[:-1, :-1], np.s_[1:, 1:])
_RISING: tuple[Part, Part] = (np.s_[:-1, 1:], np.s_[1:, :-1])
_DIAGONALS = ((*_FALLING, _RISING), (*_RISING, _FALLING))


@dataclass(frozen=True)
class StripRegions:
    """The regions of one strip of rows, as runs of equal pixels within a row.

    Attributes:
        labels: (h + 1, W) class values: the last row of the strip above, then this strip.
        starts: (R,) first pixel of every run in the flattened strip.
        components: (R,) number of the run's region within the strip.
        image: (h + 1, W) the same numbers for every pixel of `labels`.
        fragments: (C,) fragment of each of these regions, 0 for nodata.
    """

    labels: NDArray[np.uint8]
    starts: Numbers
    components: Numbers
    image: Numbers
    fragments: Numbers

    @property
    def lengths(self) -> Numbers:
        """(R,) pixels of every run."""
        return np.diff(self.starts, append=self.labels[1:].size)

    @property
    def rows(self) -> Numbers:
        """(R,) row of every run within the strip."""
        return self.starts // self.labels.shape[1]

    def sums(self, pixels: NDArray[Any]) -> Numbers:
        """(R,) sums over the pixels of every run of (h, W) whole numbers."""
        return np.add.reduceat(pixels.ravel(), self.starts, dtype=np.int64)

    def totals(self, per_run: Numbers) -> Numbers:
        """(C,) sums per region of whole numbers given per run."""
        count = len(self.fragments)
        return np.bincount(self.components, per_run.astype(np.float64), count).astype(np.int64)  # exact below 2**53

    def painted(self, values: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """(h, W) with each fragment's value."""
        return values[self.fragments][self.image[1:]]

    def contacts(self, corners: bool) -> NDArray[np.int32]:
        """(P, 3) pairs of fragments that touch, each once, and over how many pixel edges.

        Contacts with the strip above are counted, those with the strip below are not yet known.

        Args:
            corners: list pairs that meet at corners only, too; over 0 edges.
        """
        labels, found = self.labels, []
        for a, b in (_ACROSS, _DOWN):
            touch = (labels[a] != labels[b]) & (labels[a] != NODATA_VALUE) & (labels[b] != NODATA_VALUE)
            found.append(_pairs(self.image[a], self.image[b], touch))
        edges = sum(len(pairs) for pairs in found)
        if corners:
            for a, b, others in _DIAGONALS:
                touch = _only_at_corner(labels, a, b, others) & (labels[a] != labels[b])
                found.append(_pairs(self.image[a], self.image[b], touch))
        pairs = np.sort(self.fragments[np.concatenate(found)], axis=1)
        base = self.fragments.max(initial=0) + 1
        keys, where = np.unique(pairs[:, 0] * base + pairs[:, 1], return_inverse=True)
        lengths = np.bincount(where[:edges], minlength=len(keys))
        return np.column_stack([keys // base, keys % base, lengths]).astype(np.int32)


@dataclass(frozen=True)
class Regions:
    """The regions of a whole map; number 0 is nodata, the others follow in the order of their first pixels.

    Attributes:
        of_fragment: (F,) region of every fragment.
        values: (N,) uint8 class values.
        first_pixels: (N,) flat index of every region's first pixel, row by row; -1 for nodata.
    """

    of_fragment: Numbers
    values: NDArray[np.uint8]
    first_pixels: Numbers


class RegionLabeller:
    """Numbers the regions of a map whose strips come from top to bottom.

    Args:
        width: of the map, pixels.
        connectivity: 4 or 8.

    Raises:
        InputError: another connectivity.
    """

    def __init__(self, width: int, connectivity: int = 4) -> None:
        if connectivity not in CONNECTIVITIES:
            raise InputError(f"The connectivity is {connectivity}; expected 4 (pixel edges) or 8 (also corners).")
        self._corners = connectivity == 8
        self._above: NDArray[np.uint8] = np.zeros(width, np.uint8)
        self._fragments_above: Numbers = np.zeros(width, np.int64)
        self._next_pixel = 0
        self._first_pixels = [np.array([-1])]
        self._values: list[NDArray[np.uint8]] = [np.array([NODATA_VALUE], np.uint8)]
        self._links: list[Numbers] = []
        self.count = 1

    def label(self, labels: NDArray[np.uint8]) -> StripRegions:
        """Find the regions of the next (h, W) rows."""
        width = labels.shape[1]
        rows = np.concatenate([self._above[None], labels])  # the last row of the strip above links both
        new_run = np.ones(rows.shape, bool)
        new_run[:, 1:] = rows[:, 1:] != rows[:, :-1]
        run = (np.cumsum(new_run.ravel()) - 1).reshape(rows.shape)
        starts = np.flatnonzero(new_run.ravel())
        above = starts < width
        run_fragments = self._fragments_above[starts[above]]
        pairs = np.concatenate([_same_region(rows, new_run, run, self._corners), _first_of_equal(run_fragments)])
        roots = joined(len(starts), pairs)
        is_root = roots == np.arange(len(starts))
        components = (np.cumsum(is_root) - 1)[roots]
        fragments = self._numbered(rows.ravel()[starts[is_root]], starts[is_root] - width, components, run_fragments)
        self._above = labels[-1].copy()
        self._fragments_above = fragments[components[run[-1]]]
        self._next_pixel += labels.size
        return StripRegions(rows, starts[~above] - width, components[~above], components[run], fragments)

    def _numbered(
        self, values: NDArray[np.uint8], first_pixels: Numbers, components: Numbers, run_fragments: Numbers
    ) -> Numbers:
        """(C,) fragment per component: the lowest one above it, or the next free number in order of first pixels."""
        unknown = np.iinfo(np.int64).max
        fragments = np.full(len(values), unknown)
        owners = components[: len(run_fragments)]
        np.minimum.at(fragments, owners, run_fragments)
        several = run_fragments != fragments[owners]
        self._links.append(np.column_stack([fragments[owners][several], run_fragments[several]]))
        fragments[values == NODATA_VALUE] = 0
        fresh = np.flatnonzero(fragments == unknown)
        fragments[fresh] = self.count + np.arange(len(fresh))
        self._first_pixels.append(first_pixels[fresh] + self._next_pixel)
        self._values.append(values[fresh])
        self.count += len(fresh)
        return fragments

    def regions(self) -> Regions:
        """The regions of all rows so far."""
        roots = joined(self.count, np.concatenate([*self._links, np.zeros((0, 2), np.int64)]))
        is_root = roots == np.arange(self.count)
        values, first_pixels = np.concatenate(self._values), np.concatenate(self._first_pixels)
        return Regions((np.cumsum(is_root) - 1)[roots], values[is_root], first_pixels[is_root])


class FragmentSums:
    """Whole numbers added up per fragment while strips pass.

    Args:
        columns: how many sums.
    """

    def __init__(self, columns: int) -> None:
        self._table: Numbers = np.zeros((columns, 1024), np.int64)

    def add(self, strip: StripRegions, *per_run: Numbers) -> None:
        """Add one (R,) array per column."""
        needed = int(strip.fragments.max(initial=0)) + 1
        if needed > self._table.shape[1]:
            grown = np.zeros((len(self._table), needed * 3 // 2), np.int64)
            grown[:, : self._table.shape[1]] = self._table
            self._table = grown
        for column, numbers in zip(self._table, per_run):
            column[strip.fragments] += strip.totals(numbers)  # of all fragments only nodata's stands more than once

    def per_region(self, regions: Regions) -> Numbers:
        """(columns, N) sums per region; those of number 0, nodata, mean nothing."""
        sums = np.zeros((len(self._table), len(regions.values)), np.int64)
        for total, column in zip(sums, self._table):
            np.add.at(total, regions.of_fragment, column[: len(regions.of_fragment)])
        return sums


def joined(count: int, pairs: Numbers) -> Numbers:
    """Connected components of a graph: the lowest node of each node's component.

    Args:
        count: nodes 0 to count - 1.
        pairs: (P, 2) nodes that belong together.
    """
    roots = np.arange(count)
    while len(pairs):
        ends = roots[pairs]
        pairs = ends[ends[:, 0] != ends[:, 1]]
        np.minimum.at(roots, pairs.max(axis=1), pairs.min(axis=1))
        while True:
            further = roots[roots]
            if np.array_equal(further, roots):
                break
            roots = further
    return roots


def _same_region(rows: NDArray[np.uint8], new_run: Mask, run: Numbers, corners: bool) -> Numbers:
    """(P, 2) runs in neighbouring rows that belong to one region."""
    up, down = rows[:-1], rows[1:]
    touch = (up == down) & (up != NODATA_VALUE) & (new_run[:-1] | new_run[1:])
    pairs = [_pairs(run[:-1], run[1:], touch)]
    if corners:
        for a, b, others in _DIAGONALS:
            touch = _only_at_corner(rows, a, b, others) & (rows[a] == rows[b])
            pairs.append(_pairs(run[a], run[b], touch))
    return np.concatenate(pairs)


def _only_at_corner(rows: NDArray[np.uint8], a: Part, b: Part, others: tuple[Part, Part]) -> Mask:
    """Valid pixels that meet at a corner whose two other pixels are of neither's class."""
    valid = (rows[a] != NODATA_VALUE) & (rows[b] != NODATA_VALUE)
    for other in others:
        valid &= (rows[other] != rows[a]) & (rows[other] != rows[b])
    return valid


def _first_of_equal(fragments: Numbers) -> Numbers:
    """(P, 2) runs of the row above that are known to be of one fragment, each with the first of them."""
    first, where = np.unique(fragments, return_index=True, return_inverse=True)[1:]
    pairs = np.column_stack([first[where], np.arange(len(fragments))])
    return pairs[(fragments > 0) & (pairs[:, 0] != pairs[:, 1])]


def _pairs(a: Numbers, b: Numbers, where: Mask) -> Numbers:
    return np.column_stack([a[where], b[where]])
