"""One prediction's pixels between the caller and the worker: strips go out, finished rows come back."""

from __future__ import annotations

import queue
import shutil
import tempfile
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Optional

from ..errors import EngineError
from ..parameters import EngineJob
from ..strips import RowBlock, Strip
from .protocol import SLOTS
from .ring import Ring, input_layout, output_layout, read_block, write_rows
from .worker_process import WorkerProcess

_POLL_SECONDS = 0.1
_LARGEST_SLOT = 32_000_000


class Exchange:
    """One prediction's pixels: a thread feeds strips into slots, :meth:`take` copies finished rows out."""

    def __init__(
        self, process: WorkerProcess, strips: Iterable[Strip], job: EngineJob, block_rows: int, classes: int
    ) -> None:
        self.failure: Optional[BaseException] = None
        self._process = process
        self._strips = strips
        self._job = job
        self._block_rows = block_rows
        self._classes = classes if job.probabilities else None
        self._folder = Path(tempfile.mkdtemp(prefix="run-", dir=process.folder))
        self._inputs: Optional[Ring] = None
        self._outputs: Optional[Ring] = None
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._has_begun = False
        process.free_slots = queue.Queue()
        self._free = process.free_slots
        self._thread = threading.Thread(target=self._run, name="rgbsar-feeder", daemon=True)
        self._thread.start()

    def take(self, message: dict[str, Any]) -> RowBlock:
        """Copy finished rows out and give their slot back."""
        if self._outputs is None:
            raise EngineError("The worker sent rows before it had any pixels. Run the job again.")
        slot = int(message["slot"])
        for ring in (self._inputs, self._outputs):
            if ring is not None:
                ring.forget_files()
        block = read_block(self._outputs.arrays(slot), int(message["row"]), int(message["height"]))
        self._process.send("rows_free", slot=slot)
        return block

    def stop(self) -> bool:
        """Feed no more; returns whether the worker knows of the prediction."""
        with self._lock:
            self._stop.set()
            return self._has_begun

    def close(self) -> None:
        """Wait for the feeder and remove the files."""
        self._stop.set()
        self._thread.join(timeout=10)
        for ring in (self._inputs, self._outputs):
            if ring is not None:
                ring.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _run(self) -> None:
        try:
            self._feed()
        except BaseException as error:  # handed to the consumer's thread and raised there
            self.failure = error
        finally:
            close = getattr(self._strips, "close", None)
            if callable(close):
                close()

    def _feed(self) -> None:
        rows = 0
        for strip in self._strips:
            if self._inputs is None:
                rows = min(strip.height, max(1, _LARGEST_SLOT // _row_bytes(strip)))
                self._open(strip, rows)
            for first in range(0, strip.height, rows):
                slot = self._free_slot()
                if slot is None or self._inputs is None:
                    return
                part = slice(first, first + rows)
                pixels = {
                    "optical": None if strip.optical is None else strip.optical[:, part],
                    "sar": None if strip.sar is None else strip.sar[:, part],
                    "valid": strip.valid[part],
                }
                write_rows(self._inputs.arrays(slot), pixels)
                height = len(strip.valid[part])
                self._process.send("strip", slot=slot, row=strip.row + first, height=height)
        if self._inputs is None:
            raise EngineError("No strip came from the raster; expected at least one. Check the inputs.")
        self._process.send("end")

    def _open(self, first: Strip, rows: int) -> None:
        self._inputs = Ring(input_layout(first, rows, self._folder, SLOTS), create=True)
        layout = output_layout(
            min(self._block_rows, self._job.height), self._job.width, self._classes, self._folder, SLOTS
        )
        self._outputs = Ring(layout, create=True)
        for slot in range(SLOTS):
            self._free.put(slot)
        with self._lock:
            if self._stop.is_set():  # nobody would end a prediction that begins now
                return
            self._has_begun = True
            self._process.send("predict", input=self._inputs.layout.to_json(), output=self._outputs.layout.to_json())

    def _free_slot(self) -> Optional[int]:
        while not self._stop.is_set():
            try:
                return self._free.get(timeout=_POLL_SECONDS)
            except queue.Empty:
                continue
        return None


def _row_bytes(strip: Strip) -> int:
    arrays = [pixels for pixels in (strip.optical, strip.sar, strip.valid) if pixels is not None]
    return max(1, sum(array.nbytes for array in arrays) // strip.height)
