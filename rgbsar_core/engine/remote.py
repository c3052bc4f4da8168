"""The engine in a process of its own: torch never enters the caller's process.

Torch-free, numpy only. Pixels go through the slots of :mod:`.ring`, control through :mod:`.protocol`. The
process stays warm between jobs. It is ended by :meth:`WorkerEngine.close`, and ends itself when the caller
dies.
"""

from __future__ import annotations

import logging
import os
import time
import weakref
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Callable, Optional

from ..callbacks import IsCancelled
from ..errors import EngineError, OperationCancelled
from ..parameters import EngineJob
from ..results import EngineInfo, EngineStatistics
from ..strips import RowBlock, Strip
from .exchange import Exchange
from .interpreter import worker_command
from .protocol import PROTOCOL_VERSION, error_from_message, ignore, info_from_json
from .worker_process import WorkerProcess

logger = logging.getLogger(__name__)

START_SECONDS = 180.0
GRACE_SECONDS = 3.0
_POLL_SECONDS = 0.1


class WorkerEngine:
    """Runs the network in a worker process.

    Args:
        interpreter: Python executable with torch, numpy and safetensors.
        core_parent: folder that holds ``rgbsar_core``; None takes the one this file belongs to.
        start_seconds: how long the process may take to import torch.
        grace_seconds: how long it may take to obey, before it is terminated, then killed.
        is_cancelled: asked while the process starts or loads a model.

    Attributes:
        is_cancelled: as given; another may take its place between two jobs.
    """

    def __init__(
        self,
        interpreter: str,
        core_parent: Optional[Path] = None,
        start_seconds: float = START_SECONDS,
        grace_seconds: float = GRACE_SECONDS,
        is_cancelled: IsCancelled = lambda: False,
    ) -> None:
        self.is_cancelled = is_cancelled
        self._interpreter = interpreter
        self._core_parent = Path(core_parent or Path(__file__).resolve().parents[2])
        self._start_seconds = start_seconds
        self._grace_seconds = grace_seconds
        self._process: Optional[WorkerProcess] = None
        self._job: Optional[EngineJob] = None
        self._info: Optional[EngineInfo] = None
        self._block_rows = 0
        self._classes = 0
        self._statistics = EngineStatistics()

    @property
    def info(self) -> EngineInfo:
        """What really runs, with the warnings of the last prediction."""
        if self._info is None:
            raise EngineError("The engine was not prepared; expected prepare() first. Call it with a job.")
        return self._info

    @property
    def statistics(self) -> EngineStatistics:
        """Where the time of the last prediction went, as the worker measured it."""
        return self._statistics

    @property
    def process_id(self) -> Optional[int]:
        """The worker's process id while it lives."""
        return self._process.pid if self._process is not None and self._process.is_alive else None

    @property
    def facts(self) -> dict[str, Any]:
        """The worker's hello: protocol, core, python, torch and devices. Starts it if need be."""
        return dict(self._running().hello)

    def prepare(self, job: EngineJob) -> EngineInfo:
        """Start the worker if it does not run, and let it load the model.

        Raises:
            MissingDependencyError: the interpreter cannot be started or has no torch.
            EngineError: the worker died or spoke another protocol.
            RgbSarError: whatever the engine raised there, with its own class.
        """
        process = self._running()
        # The worker has another working directory, so the path must not depend on ours.
        process.send("prepare", job=replace(job, model=os.path.abspath(job.model)).to_json())
        answer = self._answer(process, "prepared")
        self._job = job
        self._block_rows, self._classes = int(answer["block_rows"]), int(answer["classes"])
        self._info = info_from_json(answer["info"])
        return self._info

    def predict(
        self, strips: Iterable[Strip], is_cancelled: IsCancelled, tell: Callable[[str], None] = ignore
    ) -> Iterator[RowBlock]:
        """Map the prepared raster; see :class:`~rgbsar_core.engine.protocol.Engine`.

        Raises:
            OperationCancelled: soon after ``is_cancelled`` says so; the worker stays warm if it obeyed.
            EngineError: nothing was prepared, or the worker died.
            RgbSarError: whatever the engine raised there, with its own class.
        """
        process, job = self._process, self._job
        if process is None or job is None:
            raise EngineError("The engine was not prepared; expected prepare() first. Call it with a job.")
        exchange = Exchange(process, strips, job, self._block_rows, self._classes)
        finished = False
        try:
            while True:
                message = self._next_message(process, exchange, is_cancelled)
                if message["type"] == "waiting":
                    logger.warning(message["text"])
                    tell(message["text"])
                    continue
                if message["type"] == "done":
                    self._statistics = EngineStatistics(**message["statistics"])
                    self._info = info_from_json(message["info"])
                    finished = True
                    return
                if message["type"] == "error":
                    finished = True
                    raise error_from_message(message)
                self._info = info_from_json(message["info"])
                yield exchange.take(message)
        finally:
            if exchange.stop() and not finished:
                self._cancel(process)
            exchange.close()

    def close(self) -> None:
        """End the worker: ask, then terminate, then kill."""
        process, self._process, self._job = self._process, None, None
        if process is not None:
            process.end(self._grace_seconds)

    def _running(self) -> WorkerProcess:
        if self._process is not None and not self._process.is_alive:
            self.close()
        if self._process is None:
            process = WorkerProcess(worker_command(self._interpreter, self._core_parent))
            try:
                process.hello = self._answer(process, "hello", self._start_seconds)
                if process.hello.get("protocol") != PROTOCOL_VERSION:
                    raise EngineError(
                        f"The worker speaks protocol {process.hello.get('protocol')}; expected "
                        f"{PROTOCOL_VERSION}. Install the plugin again."
                    )
            except BaseException:
                process.end(self._grace_seconds)
                raise
            self._process = process
            weakref.finalize(self, process.end, self._grace_seconds)  # an engine that nobody closed
        return self._process

    def _answer(self, process: WorkerProcess, kind: str, seconds: float = float("inf")) -> dict[str, Any]:
        """Wait for one kind of message; leftovers of a cancelled run are passed over."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.is_cancelled():
                process.end(self._grace_seconds)  # in the middle of importing or loading it does not listen
                raise OperationCancelled("The classification was cancelled.")
            message = process.receive(_POLL_SECONDS)
            if message is None:
                continue
            if message["type"] == "error":
                raise error_from_message(message)
            if message["type"] == kind:
                return message
        raise EngineError(
            f"The worker did not answer within {seconds:.0f} seconds. Its last words: {process.last_words()}. "
            "Try again; if it stays so, check the interpreter in the runtime settings."
        )

    @staticmethod
    def _next_message(process: WorkerProcess, exchange: Exchange, is_cancelled: IsCancelled) -> dict[str, Any]:
        while True:
            if is_cancelled():
                raise OperationCancelled("The classification was cancelled.")
            if exchange.failure is not None:
                raise exchange.failure
            message = process.receive(_POLL_SECONDS)
            if message is not None and message["type"] in ("rows", "waiting", "done", "error"):
                return message

    def _cancel(self, process: WorkerProcess) -> None:
        """Make the worker stop: by message, and if it does not obey, by ending it."""
        deadline = time.monotonic() + self._grace_seconds
        process.send("cancel")
        while process.is_alive and time.monotonic() < deadline:
            try:
                message = process.receive(_POLL_SECONDS)
            except EngineError as error:
                logger.debug("The cancelled worker ended: %s", error)
                break
            if message is not None and message["type"] in ("cancelled", "done", "error"):
                return
        self.close()
