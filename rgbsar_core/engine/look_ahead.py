"""How far to read ahead of the network, from what reading and computing were seen to take.

Rows that wait cost memory and give nothing but cover for the reader's bad moments. While one read takes its slowest
time, the network uses up that time divided by what it needs for one chunk: so many chunks must lie ready. A network
slower than the slowest read needs one, however fast the disk is.
"""

from __future__ import annotations

import math
from collections import deque
from typing import Optional

MOST_CHUNKS = 8
"""Chunks of rows waiting at most."""

MOST_BYTES = 256 * 2**20
"""Host memory they may fill; a single chunk may be larger."""

_RECENT_READS = 32
_WEIGHT_OF_THE_LAST = 0.2
_SHORTEST = 1e-6  # seconds; a band without a valid pixel takes none


class LookAhead:
    """Sizes the queue between the reader and the network; not locked, the owner does that."""

    def __init__(self) -> None:
        self._reads: deque[float] = deque(maxlen=_RECENT_READS)
        self._use_seconds: Optional[float] = None
        self._most = 1

    def note_chunk(self, size: int) -> None:
        """A chunk has so many bytes."""
        self._most = max(1, min(MOST_CHUNKS, MOST_BYTES // max(size, 1)))

    def note_read(self, seconds: float) -> None:
        """Reading a chunk took so long, waiting for room not counted."""
        self._reads.append(seconds)

    def note_use(self, seconds: float) -> None:
        """From taking a chunk to asking for the next one went by so much."""
        before = seconds if self._use_seconds is None else self._use_seconds
        self._use_seconds = before + _WEIGHT_OF_THE_LAST * (seconds - before)

    @property
    def depth(self) -> int:
        """Chunks that may wait; one until both sides were seen."""
        if not self._reads or self._use_seconds is None:
            return 1
        return max(1, min(self._most, math.ceil(max(self._reads) / max(self._use_seconds, _SHORTEST))))
