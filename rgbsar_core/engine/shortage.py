"""What a run does when other programs take the device's memory: smaller batches, pauses, larger batches again."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Callable

import torch

from ..callbacks import IsCancelled
from ..errors import OperationCancelled, ResourceLimitError, RgbSarError

logger = logging.getLogger(__name__)

PAUSES = (2.0, 4.0, 8.0, 16.0, 32.0)
"""Seconds a run waits, one pause after the other, for room for a single tile."""

CALM_SECONDS = 30.0
"""After so long without want of memory a batch of twice the size is tried; each failed try doubles the time."""

LONGEST_CALM_SECONDS = 600.0

_POLL_SECONDS = 0.1

_SHORTAGES = ("out of memory", "can't allocate memory", "not enough memory", "ALLOC_FAILED")
"""How torch's allocators and CUDA's libraries say it where they have no class of error for it."""


def is_shortage(error: BaseException) -> bool:
    """Whether memory was wanting."""
    if isinstance(error, (torch.OutOfMemoryError, MemoryError)):
        return True
    return isinstance(error, RuntimeError) and any(text in str(error) for text in _SHORTAGES)


@contextmanager
def naming_shortage(sentence: str) -> Iterator[None]:
    """Where memory ends outside the network's passes, which are tried again, the user is told this."""
    try:
        yield
    except RgbSarError:
        raise
    except RuntimeError as error:
        if not is_shortage(error):
            raise
        raise ResourceLimitError(sentence) from error


class BatchLimit:
    """Tiles a batch may hold: fewer once memory runs out, step by step more after calm times. Any thread may ask.

    Args:
        largest: the settled size, never exceeded.
        now: clock, seconds.
    """

    def __init__(self, largest: int, now: Callable[[], float] = time.monotonic) -> None:
        self.size = self.smallest = self._largest = largest
        self._now = now
        self._calm = CALM_SECONDS
        self._grow_at = 0.0
        self._has_grown = False
        self._lock = threading.Lock()

    def lower(self, size: int) -> None:
        """Larger batches than this do not fit now."""
        with self._lock:
            if self._has_grown:
                self._calm = min(2 * self._calm, LONGEST_CALM_SECONDS)
            self._has_grown = False
            self.size = min(self.size, size)
            self.smallest = min(self.smallest, size)
            self._grow_at = self._now() + self._calm

    def note_fit(self) -> None:
        """A batch went through."""
        with self._lock:
            if self.size < self._largest and self._now() >= self._grow_at:
                self.size = min(2 * self.size, self._largest)
                self._has_grown = True
                self._grow_at = self._now() + self._calm


class Patience:
    """Waits for room for a single tile, if there once was room; until :meth:`begin` nothing is waited for."""

    def __init__(self) -> None:
        self._pauses: tuple[float, ...] = ()
        self._is_cancelled: IsCancelled = lambda: False
        self._tell: Callable[[str], None] = lambda text: None
        self._ended = threading.Event()

    def begin(self, is_cancelled: IsCancelled, tell: Callable[[str], None]) -> None:
        """A tile has fitted.

        Args:
            is_cancelled: asked while waiting.
            tell: called with a sentence for the user, in whatever thread waits.
        """
        self._pauses, self._is_cancelled, self._tell = PAUSES, is_cancelled, tell

    def end(self) -> None:
        """Nobody wants the result: who waits is cancelled."""
        self._ended.set()

    def wait(self, times: int, tile: int) -> None:
        """Let some time pass before a tile of this side is tried again.

        Args:
            times: how often it was waited for already.
            tile: in pixels.

        Raises:
            ResourceLimitError: it never fitted, or has not for all the pauses.
            OperationCancelled: ``is_cancelled`` returned True.
        """
        if not self._pauses:
            raise ResourceLimitError(
                f"A single tile of {tile} x {tile} pixels does not fit the device's memory. Choose a smaller tile "
                "size, close other programs that use the device, or choose the device 'cpu'."
            )
        if times == len(self._pauses):
            raise ResourceLimitError(
                f"Other programs have taken the device's memory: for {sum(self._pauses):.0f} seconds a single tile of "
                f"{tile} x {tile} pixels found no room; expected that of the job's beginning. Close these programs, or "
                "wait for their end, and start the job again."
            )
        seconds = self._pauses[times]
        text = f"Waiting for memory: other programs have taken the device's; next try in {seconds:.0f} s"
        logger.warning(text)
        self._tell(text)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self._ended.wait(_POLL_SECONDS) or self._is_cancelled():
                raise OperationCancelled("The classification was cancelled.")
