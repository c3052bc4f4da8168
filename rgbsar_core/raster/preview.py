"""A small picture of a map for reports, made from its rows while they pass."""

from __future__ import annotations

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

from ..legend import Legend
from ..strips import RowBlock


class MapPicture:
    """Collects every n-th pixel of the rows of a map and paints them in the legend's colours.

    Args:
        width, height: of the map, pixels.
        legend: values and colours; everything else is transparent.
        largest_side: of the picture, pixels; a larger map is thinned to the nearest pixels.
    """

    def __init__(self, width: int, height: int, legend: Legend, largest_side: int = 900) -> None:
        factor = max(1.0, max(width, height) / largest_side)
        self._rows = _centres(height, factor)
        self._columns = _centres(width, factor)
        self._legend = legend
        self._labels: NDArray[np.uint8] = np.zeros((len(self._rows), len(self._columns)), np.uint8)

    def add(self, block: RowBlock) -> None:
        """Take the picture's pixels out of some rows; order does not matter."""
        first, last = np.searchsorted(self._rows, (block.row, block.row + block.height))
        wanted = self._rows[first:last] - block.row
        self._labels[first:last] = block.labels[wanted][:, self._columns]

    def png(self) -> bytes:
        """The picture as a PNG file with a palette.

        Source: PNG specification (third edition), sections 5 and 11.
        """
        height, width = self._labels.shape
        palette: NDArray[np.uint8] = np.zeros((256, 3), np.uint8)
        opacity: NDArray[np.uint8] = np.zeros(256, np.uint8)
        for entry in self._legend.classes:
            palette[entry.value] = entry.color
            opacity[entry.value] = 255
        scanlines = np.zeros((height, width + 1), np.uint8)  # each starts with its filter: 0, none
        scanlines[:, 1:] = self._labels
        return b"\x89PNG\r\n\x1a\n" + b"".join(
            (
                _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
                _chunk(b"PLTE", palette.tobytes()),
                _chunk(b"tRNS", opacity.tobytes()),
                _chunk(b"IDAT", zlib.compress(scanlines.tobytes(), 6)),
                _chunk(b"IEND", b""),
            )
        )


def _centres(size: int, factor: float) -> NDArray[np.int64]:
    """Which pixels along one side are taken: those in the middle of equal steps."""
    count = max(1, round(size / factor))
    return np.minimum((np.arange(count) + 0.5) * size / count, size - 1).astype(np.int64)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
