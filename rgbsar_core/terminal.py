"""What the command line needs of a terminal: progress, Ctrl-C, and text that cannot harm it."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Optional, TextIO


class Interrupt:
    """Ctrl-C or SIGTERM asks the job to stop, so that it can clean up; a second one ends it at once."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._previous: dict[int, Any] = {}

    def __enter__(self) -> Interrupt:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._previous[number] = signal.signal(number, self._stop)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)

    def is_set(self) -> bool:
        """True once the user asked to stop."""
        return self._event.is_set()

    def _stop(self, *_: object) -> None:
        if self._event.is_set():
            raise KeyboardInterrupt
        self._event.set()


@contextmanager
def ending_as_by_ctrl_c() -> Iterator[None]:
    """Let SIGTERM end a command as Ctrl-C does, so that it cleans up; `Interrupt` is gentler where a job can ask it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    previous = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous)


class ProgressBar:
    """A tqdm bar on stderr, fed with shares; without tqdm, or in a log file, the names of the steps."""

    def __init__(self, hidden: bool) -> None:
        self._hidden = hidden
        self._step = ""
        self._bar: Any = None
        if hidden or not sys.stderr.isatty():
            return
        try:
            from tqdm import tqdm
        except ImportError:
            write(sys.stderr, "The Python package tqdm is missing; steps are named instead of a progress bar.\n")
        else:
            self._bar = tqdm(total=100, unit="%", bar_format="{l_bar}{bar}| {elapsed}<{remaining}")

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._draw(self._bar.close)

    def show(self, share: float, text: str) -> None:
        """Move to a share of the work and name the step."""
        step = printable(text.split(":")[0])
        if self._bar is not None:
            self._bar.set_description_str(step, refresh=False)
            self._draw(self._bar.update, 100 * share - self._bar.n)
        elif step != self._step and not self._hidden:
            write(sys.stderr, f"{step}\n")
        self._step = step

    def _draw(self, call: Any, *args: float) -> None:
        try:
            call(*args)
        except OSError:
            _let_go(sys.stderr)


def open_closed_streams() -> None:
    """Give streams the caller has closed (`>&-`) a place that takes everything.

    Else the next file would get their descriptor, and what libraries print would land in it.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            descriptor = os.open(os.devnull, os.O_RDWR)  # the lowest that is free: that of the stream
            setattr(sys, name, open(descriptor, mode, encoding="utf-8"))


def write(stream: TextIO, text: str) -> Optional[OSError]:
    """Write text; a reader that has gone, or a full disk, is returned and no reason to lose a job's work."""
    try:
        stream.write(text)
        stream.flush()
    except OSError as error:
        _let_go(stream)
        return error
    return None


def _let_go(stream: TextIO) -> None:
    """Let what is left in the stream, and what follows, go nowhere: Python would try again when it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


class Parser(argparse.ArgumentParser):
    """That of argparse; help that cannot be written ends with a sentence, as any other answer."""

    def _print_message(self, message: str, file: Any = None) -> None:
        lost = write(file or sys.stderr, message) if message else None
        if file is sys.stdout and lost is not None and not isinstance(lost, BrokenPipeError):
            write(sys.stderr, f"{self.prog}: The text could not be written ({lost.strerror}). Free disk space.\n")
            sys.exit(1)


def write_any_name(stream: TextIO) -> None:
    """A file name the terminal's encoding lacks must not end the program."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")


def printable(text: str) -> str:
    """Text of a file for the terminal: control characters could rewrite what the user sees."""
    return "".join(c if c.isprintable() or c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in text)
