"""From QGIS's feedback object to the callables the core asks for, and from a result to the log."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

_SECONDS_BETWEEN_TEXTS = 5.0
_SHARE_BETWEEN_TEXTS = 0.05


class ProgressReporter:
    """Carries the core's progress to a ``QgsProcessingFeedback``.

    The bar moves with every call. A new step goes to the log at once; what changes with every row (time left) only
    after 5 seconds or a twentieth of the time so far, because QGIS keeps each progress text in the log.

    Args:
        feedback: QGIS's feedback object.
    """

    def __init__(self, feedback: Any) -> None:
        self._feedback = feedback
        self._step = ""
        self._started = self._said = time.monotonic()

    def __call__(self, share: float, text: str) -> None:
        """Progress callback of the core: share 0..1 and a sentence like ``Step: details``."""
        self._feedback.setProgress(100.0 * share)
        step = text.partition(":")[0]
        now = time.monotonic()
        if step != self._step:
            self._feedback.setProgressText(text)
        elif now - self._said >= max(_SECONDS_BETWEEN_TEXTS, _SHARE_BETWEEN_TEXTS * (now - self._started)):
            self._feedback.setProgressText(f"{text} ({100 * share:.0f} %)")
        else:
            return
        self._step, self._said = step, now

    def is_cancelled(self) -> bool:
        """True once the user pressed Cancel."""
        return bool(self._feedback.isCanceled())


def log(result: Any, lines: Iterable[str], feedback: Any) -> None:
    """Say what to beware of and what was found.

    Args:
        result: of the core, with its ``warnings``.
        lines: its summary.
        feedback: QGIS's feedback object.
    """
    for warning in result.warnings:
        feedback.pushWarning(warning)
    for line in lines:
        feedback.pushInfo(line)
