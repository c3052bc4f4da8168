"""The training process as its parent sees it: start, follow, stop. Messages: `training/train_job.py`."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, Callable, Optional

from ..callbacks import IsCancelled
from ..engine.interpreter import training_command
from ..engine.protocol import error_from_message
from ..engine.worker_process import WorkerProcess
from ..errors import EngineError, OperationCancelled

START_SECONDS = 180.0
SILENCE_SECONDS = 300.0
"""How long a cancelled run may say nothing: it tells of its steps and of the images it measures."""

GRACE_SECONDS = 3.0
_POLL_SECONDS = 0.2


class TrainingProcess:
    """A started training process; a context manager that ends it.

    Args:
        interpreter: Python with torch, numpy, safetensors, lightning and PyYAML.
        core_parent: folder that holds `rgbsar_core`.
        training: folder of the training package.

    Raises:
        MissingDependencyError: it cannot be started.
    """

    def __init__(self, interpreter: str, core_parent: Path, training: Path) -> None:
        self._process = WorkerProcess(training_command(interpreter, core_parent, training))

    def __enter__(self) -> TrainingProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.end(GRACE_SECONDS)

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    def wait_until_ready(self, is_cancelled: IsCancelled) -> dict[str, Any]:
        """Versions of what it imported.

        Raises:
            MissingDependencyError: a package is missing there.
            EngineError: it died, or did not answer.
            OperationCancelled: `is_cancelled` returned True.
        """
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if is_cancelled():
                raise OperationCancelled
            message = self._receive()
            if message is not None:
                return message
        raise EngineError(
            f"The training process did not start within {START_SECONDS:.0f} seconds. Its last words: "
            f"{self._process.last_words()}. Check the interpreter with rgbsar:runtime."
        )

    def train(
        self, recipe: Path, follow: Callable[[dict[str, Any]], None], is_cancelled: IsCancelled
    ) -> tuple[dict[str, Any], bool]:
        """Run a recipe to its end, or to the end of its best weights so far.

        Args:
            recipe: file.
            follow: gets every message on the way.
            is_cancelled: asked several times a second.

        Returns:
            The message `done`, and whether the run was cut short.

        Raises:
            RgbSarError: what the process reports; or it died; or it fell silent after it was asked to stop.
            OperationCancelled: before the first step.
        """
        self._process.send("train", recipe=str(recipe))
        has_weights = cancelled = False
        silent = 0.0  # counted in polls: a clock may go on while the computer sleeps
        while silent < SILENCE_SECONDS:
            if not cancelled and is_cancelled():
                if not has_weights:
                    raise OperationCancelled
                cancelled = True
                self._process.send("cancel")
                follow({"type": "cancelled"})
            message = self._receive()
            if message is None:
                silent += _POLL_SECONDS if cancelled else 0.0
                continue
            silent = 0.0
            if message["type"] == "done":
                return message, cancelled
            has_weights = has_weights or message["type"] == "progress"
            follow(message)
        raise EngineError(
            f"The cancelled training process was silent for {SILENCE_SECONDS:.0f} seconds and was ended; expected it "
            "to measure and write the best weights so far. Use a smaller data set or network if this happens again."
        )

    def _receive(self) -> Optional[dict[str, Any]]:
        message = self._process.receive(_POLL_SECONDS)
        if message is not None and message["type"] == "error":
            raise error_from_message(message)
        return message
