"""The engine's own process: protocol on one side, engine on the other.

Started by :class:`rgbsar_core.engine.remote.WorkerEngine`; needs torch, numpy and safetensors, no GDAL. Its
stdout carries protocol lines only: whatever libraries print goes to stderr. It ends when told to, and when
its stdin closes, which is how it notices that its parent has died, even in the middle of a prediction.
"""

from __future__ import annotations

import os
import platform
import queue
import sys
import threading
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Optional

from .engine.parent_channel import ParentChannel
from .engine.protocol import PROTOCOL_VERSION, decode_message
from .engine.ring import Ring, SlotLayout, read_strip, write_rows
from .errors import EngineError, MissingDependencyError, OperationCancelled, RgbSarError
from .parameters import EngineJob
from .strips import Strip

if TYPE_CHECKING:
    from .engine.local import LocalEngine

_FAILURES = (RgbSarError, RuntimeError, ValueError, TypeError, KeyError, AttributeError, OSError, MemoryError)


def main() -> int:
    """Run the worker on this process's stdin and stdout; returns the exit code."""
    worker = Worker()
    try:
        import torch

        from . import __version__
        from .engine.device import list_devices
        from .engine.local import LocalEngine
    except ImportError as error:
        worker.send_error(
            MissingDependencyError(
                f"The interpreter '{sys.executable}' cannot import torch: {error}. The engine needs torch, numpy "
                "and safetensors. Install them there, or choose another interpreter."
            )
        )
        return 1
    worker.send(
        "hello",
        protocol=PROTOCOL_VERSION,
        core=__version__,
        python=platform.python_version(),
        torch=str(torch.__version__),
        devices=list_devices(),
    )
    code = worker.serve(LocalEngine())
    sys.stderr.flush()
    os._exit(code)  # the listening thread holds stdin, over which Python's own shutdown would stumble


class Worker(ParentChannel):
    """Answers the parent's messages."""

    def __init__(self) -> None:
        super().__init__()
        self._requests: queue.Queue[dict[str, Any]] = queue.Queue()
        self._strips: queue.Queue[dict[str, Any]] = queue.Queue()
        self._free_rows: queue.Queue[int] = queue.Queue()
        self._cancelled = threading.Event()

    def serve(self, engine: LocalEngine) -> int:
        """Work until told to end."""
        threading.Thread(target=self._listen, name="rgbsar-parent", daemon=True).start()
        while True:
            request = self._requests.get()
            try:
                if request["type"] == "prepare":
                    info = engine.prepare(EngineJob.from_json(request["job"]))
                    self.send(
                        "prepared",
                        info=asdict(info),
                        block_rows=engine.block_rows,
                        classes=engine.class_count,
                    )
                elif request["type"] == "predict":
                    self._predict(engine, request)
                elif request["type"] == "bye":
                    self.send("bye")
                    return 0
                else:
                    raise EngineError(f"The message '{request['type']}' is not known here. Update the plugin.")
            except OperationCancelled:
                self.send("cancelled")
            except _FAILURES as error:
                self.send_error(error)

    def _predict(self, engine: LocalEngine, request: dict[str, Any]) -> None:
        inputs = Ring(SlotLayout.from_json(request["input"]), create=False)
        outputs: Optional[Ring] = None
        try:
            outputs = Ring(SlotLayout.from_json(request["output"]), create=False)
            for slot in range(len(outputs.layout.paths)):
                self._free_rows.put(slot)
            strips = self._incoming(inputs)
            for block in engine.predict(strips, self._cancelled.is_set, lambda text: self.send("waiting", text=text)):
                slot = self._free_slot()
                pixels = {name: getattr(block, name) for name in ("labels", "confidence", "probabilities")}
                write_rows(outputs.arrays(slot), pixels)
                info = asdict(engine.info)  # a converted network is settled, or given up, at the first batch
                self.send("rows", slot=slot, row=block.row, height=block.height, info=info)
        finally:
            inputs.close()
            if outputs is not None:
                outputs.close()
        # Windows deletes no file that is mapped: the parent removes them when it hears this.
        self.send("done", info=asdict(engine.info), statistics=asdict(engine.statistics))

    def _incoming(self, inputs: Ring) -> Iterator[Strip]:
        """Strips as they arrive; a slot is given back once the engine asks for the next strip."""
        while True:
            message = self._get(self._strips)
            if message["type"] == "end":
                return
            yield read_strip(inputs.arrays(message["slot"]), message["row"], message["height"])
            self.send("strip_free", slot=message["slot"])

    def _free_slot(self) -> int:
        slot: int = self._get(self._free_rows)
        return slot

    def _get(self, source: queue.Queue[Any]) -> Any:
        while not self._cancelled.is_set():
            try:
                return source.get(timeout=0.1)
            except queue.Empty:
                continue
        raise OperationCancelled("The parent cancelled the prediction.")

    def _listen(self) -> None:
        """Sort the parent's messages; runs in its own thread so that cancel arrives at once."""
        for line in iter(self._source.readline, b""):
            try:
                message = decode_message(line)
                kind = message["type"]
                if kind in ("strip", "end"):
                    self._strips.put(message)
                elif kind == "rows_free":
                    self._free_rows.put(int(message["slot"]))
                elif kind == "cancel":
                    self._cancelled.set()
                else:
                    if kind == "predict":
                        self._new_run()
                    self._requests.put(message)
            except (EngineError, KeyError, TypeError, ValueError) as error:
                self.send_error(error)
        os._exit(0)  # the parent is gone: nobody waits for a result, and a batch may run for minutes

    def _new_run(self) -> None:
        """Forget what a cancelled run left behind."""
        self._cancelled.clear()
        for leftover in (self._strips, self._free_rows):
            with leftover.mutex:
                leftover.queue.clear()
