"""Slow and simple counterparts of the map algorithms, written from their definitions."""

from __future__ import annotations

from typing import Optional

import numpy as np

EDGES = ((0, 1), (1, 0), (0, -1), (-1, 0))
CORNERS = ((1, 1), (1, -1), (-1, 1), (-1, -1))


def flood(values: np.ndarray, connectivity: int = 4) -> np.ndarray:
    """Region of every pixel, from 1 in the order of first pixels, 0 where the value is 0."""
    steps = EDGES + CORNERS if connectivity == 8 else EDGES
    regions = np.zeros(values.shape, int)
    for start in zip(*np.nonzero(values)):
        if regions[start]:
            continue
        regions[start] = number = regions.max() + 1
        waiting = [start]
        while waiting:
            row, column = waiting.pop()
            for down, right in steps:
                there = row + down, column + right
                if _inside(there, values) and values[there] == values[start] and not regions[there]:
                    regions[there] = number
                    waiting.append(there)
    return regions


def borders(regions: np.ndarray) -> dict[tuple[int, int], int]:
    """Pixel edges between every two touching regions."""
    found: dict[tuple[int, int], int] = {}
    for a, b in ((regions[:, 1:], regions[:, :-1]), (regions[1:], regions[:-1])):
        for pair in zip(a.ravel(), b.ravel()):
            if 0 not in pair and pair[0] != pair[1]:
                key = (int(min(pair)), int(max(pair)))
                found[key] = found.get(key, 0) + 1
    return found


def vote(values: np.ndarray, size: int, confidence: Optional[np.ndarray] = None) -> np.ndarray:
    """Majority filter, window by window."""
    half, result = size // 2, values.copy()
    for row, column in zip(*np.nonzero(values)):
        window = np.s_[max(0, row - half) : row + half + 1, max(0, column - half) : column + half + 1]
        votes: dict[int, int] = {}
        weights = np.ones_like(values) if confidence is None else np.maximum(confidence, 1)
        for value, weight in zip(values[window].ravel(), weights[window].ravel()):
            if value:
                votes[int(value)] = votes.get(int(value), 0) + int(weight)
        own = int(values[row, column])
        result[row, column] = max(votes, key=lambda value: (votes[value], value == own, -value))
    return result


def merge(values: np.ndarray, least: int, connectivity: int, weights: np.ndarray) -> np.ndarray:
    """Give regions of fewer than `least` pixels away, one after the other, finding all regions anew each time."""
    values = values.copy()
    while True:
        regions = flood(values, connectivity)
        small = [n for n in range(1, regions.max() + 1) if (regions == n).sum() < least]
        small.sort(key=lambda n: (weights[regions == n].sum(), n))
        for number in small:
            around = _neighbours(values, regions, number, connectivity)
            if around:
                evidence = {
                    value: sum(weights[regions == n].sum() for n in numbers) for value, (_, numbers) in around.items()
                }
                best = max(around, key=lambda value: (around[value][0], evidence[value], -value))
                values[regions == number] = best
                break
        else:
            return values


def _neighbours(
    values: np.ndarray, regions: np.ndarray, number: int, connectivity: int
) -> dict[int, tuple[int, set[int]]]:
    """By class: shared pixel edges, and the regions it belongs to."""
    found: dict[int, tuple[int, set[int]]] = {}
    for row, column in zip(*np.nonzero(regions == number)):
        for step in EDGES + CORNERS if connectivity == 8 else EDGES:
            there = row + step[0], column + step[1]
            if _inside(there, values) and values[there] and regions[there] != number:
                edges, numbers = found.get(int(values[there]), (0, set()))
                found[int(values[there])] = (edges + (step in EDGES), numbers | {int(regions[there])})
    return found


def _inside(there: tuple[int, int], values: np.ndarray) -> bool:
    return 0 <= there[0] < values.shape[0] and 0 <= there[1] < values.shape[1]
