"""What every engine offers, and the messages the worker process and its parent exchange.

Control travels as JSON, one object per line, on the worker's stdin and stdout; pixels travel through the
files of :mod:`.ring`. This module needs the standard library only: QGIS's process imports it.

=============  =========  ==========================================================================
message        direction  fields
=============  =========  ==========================================================================
hello          to parent  protocol, core, python, torch, devices: sent once, after torch is imported
prepare        to worker  job
prepared       to parent  info, block_rows, classes
predict        to worker  input, output: layouts of the slot files
strip          to worker  slot, row, height: pixels lie in an input slot
strip_free     to parent  slot: the worker has copied them
end            to worker  no more strips
rows           to parent  slot, row, height, info: finished map rows lie in an output slot
rows_free      to worker  slot: the parent has copied them
waiting        to parent  text: what the worker waits for, for the user
done           to parent  info, statistics
cancel         to worker  stop the prediction
cancelled      to parent  it has stopped
error          to parent  error (exception class), text
bye            both       end; the worker also ends when its stdin closes
=============  =========  ==========================================================================
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, Callable, Protocol

from .. import errors
from ..callbacks import IsCancelled
from ..errors import EngineError, RgbSarError, as_sentence
from ..parameters import EngineJob
from ..results import EngineInfo, EngineStatistics
from ..strips import RowBlock, Strip

PROTOCOL_VERSION = 1
SLOTS = 3
"""Slots in each direction: one being filled, one on its way, one being emptied."""

_LONGEST_LINE = 10_000_000


class Engine(Protocol):
    """Strips of pixels in, rows of the map out. Used in this order: prepare, predict (often), close."""

    def prepare(self, job: EngineJob) -> EngineInfo:
        """Load the model and settle device, precision and batch size."""

    def predict(
        self, strips: Iterable[Strip], is_cancelled: IsCancelled, tell: Callable[[str], None] = ...
    ) -> Iterator[RowBlock]:
        """Map a raster; raises ``OperationCancelled`` soon after ``is_cancelled`` says so.

        ``tell`` is called with a sentence for the user when the engine waits for something.
        """

    @property
    def info(self) -> EngineInfo:
        """What really runs, with the warnings of the last prediction."""

    @property
    def statistics(self) -> EngineStatistics:
        """Where the time of the last prediction went."""

    def close(self) -> None:
        """Free the model; the engine may be prepared again."""


def ignore(text: str) -> None:
    """Tells nobody."""


def encode_message(kind: str, **fields: Any) -> bytes:
    """One line of the protocol."""
    return (json.dumps({"type": kind, **fields}, ensure_ascii=True) + "\n").encode("ascii")


def decode_message(line: bytes) -> dict[str, Any]:
    """Read one line of the protocol.

    Raises:
        EngineError: the line is not a message of ours.
    """
    try:
        message = json.loads(line.decode("utf-8")) if len(line) <= _LONGEST_LINE else None
    except (ValueError, RecursionError):
        message = None
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        raise EngineError(
            f"The engine's process sent {line[:80]!r}, which is no message of this protocol. "
            "Check that the chosen interpreter is a plain Python."
        )
    return message


def error_message(error: BaseException) -> bytes:
    """An exception as a message; classes of other packages travel as EngineError with their name."""
    kind = type(error).__name__
    if isinstance(error, RgbSarError) and hasattr(errors, kind):
        return encode_message("error", error=kind, text=str(error))
    return encode_message("error", error="EngineError", text=as_sentence(f"{kind}: {error}"))


def error_from_message(message: dict[str, Any]) -> RgbSarError:
    """The exception an ``error`` message stands for, of the class it was raised with."""
    kind = getattr(errors, str(message.get("error")), None)
    text = str(message.get("text"))
    if isinstance(kind, type) and issubclass(kind, RgbSarError):
        return kind(text)
    return EngineError(text)


def info_from_json(data: dict[str, Any]) -> EngineInfo:
    """Engine facts as they were before they travelled as plain data: lists become tuples again."""
    return EngineInfo(**{**data, "warnings": tuple(data.get("warnings", ()))})
