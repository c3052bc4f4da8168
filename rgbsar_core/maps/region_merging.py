"""Giving regions below a minimum mapping unit to their neighbours, the least certain ones first.

GDAL's sieve was tried and left: it gives each small region to its largest neighbour in one go, so that small regions
whose largest neighbours are small themselves stay (in fine patterns most of them), it counts pixels rather than
ground, and it knows no confidence.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from typing import Optional

import numpy as np
from numpy.typing import NDArray

from ..callbacks import IsCancelled
from ..errors import OperationCancelled

_CALLS_EVERY = 4096
Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class RegionTable:
    """Every region of a map; number 0 is nodata and takes no part.

    Attributes:
        values: (N,) uint8 class values.
        areas: (N,) ground, in any whole unit.
        evidence: (N,) what a region has to say for itself: its ground weighted with its confidence.
        contacts: (P, 3) int32 pairs of regions that touch, and over how many pixel edges; pairs may be repeated.
    """

    values: NDArray[np.uint8]
    areas: Numbers
    evidence: Numbers
    contacts: NDArray[np.int32]


@dataclass(frozen=True)
class Merged:
    """What became of the regions.

    Attributes:
        values: (N,) uint8 class values after merging.
        merged: how many regions went to a neighbour.
        isolated: how many stay too small because nodata surrounds them.
    """

    values: NDArray[np.uint8]
    merged: int
    isolated: int


def merge_small_regions(
    table: RegionTable, least: int, progress: Callable[[float], None], is_cancelled: IsCancelled
) -> Merged:
    """Merge until no region with a neighbour is smaller than `least`.

    The region with the least evidence goes first. It takes the class it shares the longest border with (ties: the one
    with more evidence around, then the lower value) and becomes one region with all its neighbours of that class,
    which may thus become large enough to stay.

    Args:
        table: the regions.
        least: smallest area that stays, in the unit of `table.areas`.
        progress: called with the share done.
        is_cancelled: asked often.

    Raises:
        OperationCancelled: `is_cancelled` returned True.
    """
    merging = _Merging(table, least)
    count = len(table.values)
    # evidence and region as one number: a heap of pairs takes three times the memory
    waiting = [merging.evidence[region] * count + region for region in merging.small.tolist()]
    heapq.heapify(waiting)
    steps, merged, isolated = 0, 0, 0
    while waiting:
        if steps % _CALLS_EVERY == 0:
            if is_cancelled():
                raise OperationCancelled("Merging was cancelled.")
            progress(steps / (steps + len(waiting)))
        steps += 1
        evidence, region = divmod(heapq.heappop(waiting), count)
        if not merging.is_current(region, evidence):
            continue
        grown = merging.give_away(region)
        if grown is None:
            isolated += 1
            continue
        merged += 1
        if merging.areas[grown] < least:
            heapq.heappush(waiting, merging.evidence[grown] * count + grown)
    return Merged(merging.final_values(), merged, isolated)


class _Merging:
    """Regions that grow together: a forest in which every tree is one region now.

    Only small regions need to know their neighbours; neighbours of a grown region are those of its members.
    """

    def __init__(self, table: RegionTable, least: int) -> None:
        self._least = least
        self._roots = np.arange(len(table.values))
        self._values = table.values.copy()
        is_small = table.areas < least
        is_small[0] = False
        self.small = np.flatnonzero(is_small)
        one, two, lengths = table.contacts.T
        of_one, of_two = is_small[one], is_small[two]
        owners = np.concatenate([one[of_one], two[of_two]])
        order = np.argsort(owners, kind="stable")
        first = np.searchsorted(owners[order], np.arange(len(table.values) + 1))
        self._members: dict[int, list[int]] = {}
        # memoryviews: reading single numbers of an array is several times slower
        self._parent, self._value, self._first = self._roots.data, self._values.data, first.data
        self._other = np.concatenate([two[of_one], one[of_two]])[order].data
        self._length = np.concatenate([lengths[of_one], lengths[of_two]])[order].data
        self.areas, self.evidence = table.areas.copy().data, table.evidence.copy().data

    def is_current(self, region: int, evidence: int) -> bool:
        """False for a note about a region that has grown since, or has become part of another one."""
        return self._parent[region] == region and self.evidence[region] == evidence and self.areas[region] < self._least

    def give_away(self, region: int) -> Optional[int]:
        """Join a region with its neighbours of the best class; the number it has then, None without neighbours."""
        borders: dict[int, int] = {}
        neighbours: dict[int, set[int]] = {}
        for member in self._members.get(region, (region,)):
            for contact in range(self._first[member], self._first[member + 1]):
                other = self._find(self._other[contact])
                if other != region:
                    value = self._value[other]
                    borders[value] = borders.get(value, 0) + self._length[contact]
                    neighbours.setdefault(value, set()).add(other)
        if not borders:
            return None
        known = self.evidence
        best = max(borders, key=lambda value: (borders[value], sum(known[n] for n in neighbours[value]), -value))
        return self._join([region, *neighbours[best]], best)

    def _join(self, regions: list[int], value: int) -> int:
        root = min(regions)
        area = sum(self.areas[region] for region in regions)
        self.evidence[root] = sum(self.evidence[region] for region in regions)
        self.areas[root] = area
        self._value[root] = value
        members = [self._members.pop(region, [region]) for region in regions]
        if area < self._least:  # few pixels, so few members
            self._members[root] = [member for part in members for member in part]
        for region in regions:
            self._parent[region] = root
        return root

    def _find(self, region: int) -> int:
        parent = self._parent
        while parent[region] != region:
            parent[region] = parent[parent[region]]
            region = parent[region]
        return region

    def final_values(self) -> NDArray[np.uint8]:
        """(N,) class value of every region's tree."""
        roots = self._roots
        while True:
            further = roots[roots]
            if np.array_equal(further, roots):
                return self._values[roots]
            roots = further
