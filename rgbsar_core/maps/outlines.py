"""Outlines of regions that neighbours share to the last digit, optionally without the pixels' steps.

A boundary between pixels consists of arcs: runs of pixel edges between junctions, the corners where three or more
boundaries meet. An arc is drawn as a pure function of its corners, always from the same end, so that the regions on
both sides get the same line without knowing of each other: no gaps, no overlaps.

Straightening an arc keeps every pixel's centre on its side. The pixel edges become gates, each a piece of the line
between the two pixel centres beside the edge; the new line passes all gates of its arc, in order, with as few bends
as a greedy search finds. Every arc has gates of its own, and between them it runs through a unit square around a
corner that only this arc visits: so lines can neither cross each other nor themselves.

Source: the greedy search is the cone intersection method of Sklansky and Gonzalez, Pattern Recognition 12(5), 1980,
327-331 (doi:10.1016/0031-3203(80)90031-X), with gates in place of circles.

Coordinates are (column, row) of pixel corners, whole numbers, (0, 0) the map's first corner.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Union

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError

LARGEST_TOLERANCE = 0.45
Points = NDArray[np.float64]
Corners = NDArray[np.int64]
Pair = tuple[float, float]


def check_tolerance(tolerance: float) -> None:
    """Refuse a tolerance that would let lines pass pixel centres.

    Raises:
        InputError: below 0 or above `LARGEST_TOLERANCE`.
    """
    if not 0 <= tolerance <= LARGEST_TOLERANCE:
        raise InputError(
            f"The simplification is {tolerance:g} pixels; expected 0 (none) to {LARGEST_TOLERANCE}, so that every "
            "pixel centre stays in its polygon. Choose a smaller one."
        )


class JunctionFinder:
    """Collects the junctions of a map whose strips come from top to bottom.

    Args:
        width, height: of the map, pixels.
    """

    def __init__(self, width: int, height: int) -> None:
        self._above: NDArray[np.uint8] = np.zeros((1, width + 2), np.uint8)  # nodata surrounds the map
        self._row = 0
        self._width, self._height = width, height
        self._keys: list[Corners] = [np.array([0, width])]

    def add(self, labels: NDArray[np.uint8]) -> None:
        """Look at the next (h, W) rows of class values."""
        rows = np.concatenate([self._above, np.pad(labels, ((0, 0), (1, 1)))])
        self._keys.append(self._found(rows))
        self._row += len(labels)
        self._above = rows[-1:]

    def keys(self) -> Corners:
        """Sorted numbers of the junctions, `row * (W + 1) + column`; after the last row. The map's corners count."""
        last = self._found(np.pad(self._above, ((0, 1), (0, 0))))
        corners = self._height * (self._width + 1) + np.array([0, self._width])
        return np.unique(np.concatenate([*self._keys, last, corners]))

    def _found(self, rows: NDArray[np.uint8]) -> Corners:
        across, down = rows[:, 1:] != rows[:, :-1], rows[1:] != rows[:-1]
        lines = across[:-1].astype(np.uint8) + across[1:] + down[:, :-1] + down[:, 1:]
        row, column = np.nonzero(lines > 2)
        return (row + self._row) * (self._width + 1) + column


def draw_ring(ring: Corners, junctions: Corners, width: int, tolerance: float) -> Points:
    """The outline of a region as it is to be drawn.

    Args:
        ring: (n, 2) corners where the outline turns, closed (first = last), in either direction.
        junctions: what `JunctionFinder.keys` gave.
        width: of the map, pixels.
        tolerance: by how much of a pixel the line may leave the middle of a pixel edge; 0 keeps the edges.

    Returns:
        (m, 2) points, closed; at tolerance 0 the corners where it turns, and every junction.
    """
    corners = _every_corner(ring)[:-1]
    keys = corners[:, 1] * (width + 1) + corners[:, 0]
    found = junctions[np.minimum(np.searchsorted(junctions, keys), len(junctions) - 1)]
    ends = np.flatnonzero(found == keys)
    if len(ends) == 0:
        return _draw_closed(corners, keys, tolerance)
    corners = np.roll(corners, -ends[0], axis=0)
    corners = np.concatenate([corners, corners[:1]])
    ends = np.append(ends - ends[0], len(corners) - 1)
    parts = [_draw_arc(corners[first : last + 1], tolerance)[:-1] for first, last in zip(ends, ends[1:])]
    return np.concatenate([*parts, parts[0][:1]])


def _every_corner(ring: Corners) -> Corners:
    """All corners along the outline, one pixel edge apart."""
    steps = np.diff(ring, axis=0)
    lengths = np.abs(steps).sum(axis=1)
    walked = np.repeat(np.sign(steps), lengths, axis=0).cumsum(axis=0)
    return np.concatenate([ring[:1], ring[0] + walked])


def _draw_arc(corners: Corners, tolerance: float) -> Points:
    """An arc from junction to junction."""
    backwards = _runs_backwards(corners)
    if backwards:
        corners = corners[::-1]
    if tolerance:
        line = _straightened(_pair(corners[0]), corners, _pair(corners[-1]), tolerance)
    else:
        line = _turns(corners)
    return line[::-1] if backwards else line


def _draw_closed(corners: Corners, keys: Corners, tolerance: float) -> Points:
    """An outline without a junction: from its first corner, or from the middle of the pixel edge below it."""
    loop = np.roll(corners, -int(np.argmin(keys)), axis=0)
    loop = np.concatenate([loop, loop[:1]])
    backwards = _runs_backwards(loop)
    if backwards:
        loop = loop[::-1]
    if tolerance:
        middle = _pair((loop[0] + loop[1]) / 2)
        line = _straightened(middle, loop[1:], middle, tolerance)
    else:
        line = _turns(loop)
    return line[::-1] if backwards else line


def _runs_backwards(corners: Corners) -> bool:
    """True if the other end comes first; where both ends are one, if the other way round does."""
    first, last = _pair(corners[0]), _pair(corners[-1])
    return last < first if last != first else _pair(corners[-2]) < _pair(corners[1])


def _turns(corners: Corners) -> Points:
    steps = np.diff(corners, axis=0)
    keep = np.concatenate([[True], (steps[1:] != steps[:-1]).any(axis=1), [True]])
    return corners[keep].astype(np.float64)


def _straightened(start: Pair, corners: Corners, end: Pair, tolerance: float) -> Points:
    """A line from `start` to `end` through the gates of all pixel edges between `corners`."""
    middles = ((corners[1:] + corners[:-1]) / 2).tolist()
    steps = np.diff(corners, axis=0).tolist()
    points = [start]
    low = high = (0.0, 0.0)  # directions between which all gates since the last point can be passed
    gate = 0
    opened = 0  # first gate after the last point
    while gate <= len(middles):
        x, y = points[-1]
        if gate < len(middles):
            (mx, my), (dx, dy) = middles[gate], steps[gate]
        else:
            (mx, my), (dx, dy) = end, (0, 0)
        right = (mx + tolerance * dy - x, my - tolerance * dx - y)
        left = (mx - tolerance * dy - x, my + tolerance * dx - y)
        if gate > opened:
            right = right if _cross(low, right) > 0 else low
            left = left if _cross(high, left) < 0 else high
            if _cross(right, left) < 0:
                points.append(_on_gate(points[-1], middles[gate - 1], steps[gate - 1], low, high))
                opened = gate
                continue
        low, high = right, left
        gate += 1
    return np.array([*points, end])


def _on_gate(point: Pair, middle: Sequence[float], step: Sequence[int], low: Pair, high: Pair) -> Pair:
    """Where a line from `point` between two directions passes a gate nearest to its middle."""
    ahead = (middle[0] - point[0], middle[1] - point[1])
    if _cross(low, ahead) < 0:
        ahead = low
    elif _cross(high, ahead) > 0:
        ahead = high
    else:
        return middle[0], middle[1]
    if step[0]:  # the gate is upright
        return middle[0], point[1] + ahead[1] * (middle[0] - point[0]) / ahead[0]
    return point[0] + ahead[0] * (middle[1] - point[1]) / ahead[1], middle[1]


def _cross(a: Pair, b: Pair) -> float:
    return a[0] * b[1] - a[1] * b[0]


def _pair(point: Union[Corners, Points]) -> Pair:
    return float(point[0]), float(point[1])
