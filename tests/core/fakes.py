"""An engine without torch for tests of everything around it, and fingerprints of folders."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Optional

import numpy as np

from rgbsar_core.errors import OperationCancelled
from rgbsar_core.model_card import read_card
from rgbsar_core.parameters import EngineJob
from rgbsar_core.results import EngineInfo, EngineStatistics
from rgbsar_core.strips import BOTH_VALID, RowBlock, Strip

ROWS = 16


class NumpyEngine:
    """First class where the first optical band is even, last class elsewhere, 80 percent sure; blocks of 16 rows.

    Args:
        after_block: called with the row after each block, before the next one is made.
        warnings: what the engine says of itself when the run is over.
    """

    def __init__(
        self, after_block: Optional[Callable[[int], None]] = None, warnings: tuple[str, ...] = ()
    ) -> None:
        self._after_block = after_block
        self._warnings = warnings
        self.closed = False
        self.ended = False
        self.statistics = EngineStatistics(tiles=1, network_seconds=0.5, total_seconds=1.0)
        self.info = EngineInfo("cpu", "test processor", "float32", "numpy", 1, 64, 8, "none")

    def prepare(self, job: EngineJob) -> EngineInfo:
        self._job = job
        self._legend = read_card(job.model).legend
        return self.info

    def predict(
        self, strips: Iterable[Strip], is_cancelled: Callable[[], bool], tell: Optional[Callable[[str], None]] = None
    ) -> Iterator[RowBlock]:
        try:
            for strip in strips:
                for first in range(-(strip.row % ROWS), strip.height, ROWS):
                    if is_cancelled():
                        raise OperationCancelled("cancelled")
                    stop_row = self._job.stop_row or self._job.height
                    block = self._block(strip, max(first, 0), first + ROWS).within(self._job.first_row, stop_row)
                    if block is not None:
                        yield block
                    if block is not None and self._after_block is not None:
                        self._after_block(block.row)
            self.info = replace(self.info, warnings=self._warnings)
        finally:
            self.ended = True

    def close(self) -> None:
        self.closed = True

    def _block(self, strip: Strip, first: int, stop: int) -> RowBlock:
        rows = slice(first, stop)
        assert strip.optical is not None
        values = self._legend.values
        labels = np.where(strip.optical[0, rows] % 2 == 0, values[0], values[-1]).astype(np.uint8)
        valid = strip.valid[rows] == BOTH_VALID
        confidence = np.where(valid, 80, 255).astype(np.uint8)
        shares = np.full((len(values), *valid.shape), 50, np.uint8) if self._job.probabilities else None
        return RowBlock(strip.row + first, np.where(valid, labels, 0).astype(np.uint8), confidence, shares)


def fingerprint(folder: Path) -> dict[str, str]:
    """Every file below a folder, hidden ones included, with a digest of its bytes."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
