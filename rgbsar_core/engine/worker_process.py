"""The operating system's side of the worker: start it, talk to it, keep its last words, end it."""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import shutil
import subprocess  # nosec B404: starting the engine's process is the purpose of this module
import tempfile
import threading
import weakref
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any, Callable, Optional, Union

from ..errors import EngineError, MissingDependencyError
from .interpreter import creation_flags, scrub_environment
from .protocol import decode_message, encode_message

logger = logging.getLogger(__name__)

LAST_LINES = 20


class WorkerProcess:
    """A started worker.

    Args:
        command: the interpreter and its arguments, as ``worker_command`` gives them.

    Raises:
        MissingDependencyError: the interpreter cannot be started.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self._ended = False
        self.hello: dict[str, Any] = {}
        self.free_slots: queue.Queue[int] = queue.Queue()
        self.folder = Path(tempfile.mkdtemp(prefix="rgbsar-"))
        self._messages: queue.Queue[Union[dict[str, Any], EngineError]] = queue.Queue()
        self._lines: deque[str] = deque(maxlen=LAST_LINES)
        self._lock = threading.Lock()
        self._remove_folder = weakref.finalize(self, shutil.rmtree, str(self.folder), True)
        try:
            self._process = subprocess.Popen(  # nosec B603: list form, the user's chosen interpreter
                list(command),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                cwd=self.folder,
                env=scrub_environment(os.environ),
                **creation_flags(),
            )
        except OSError as error:
            self._remove_folder()
            raise MissingDependencyError(
                f"The interpreter '{command[0]}' cannot be started: {error.strerror or error}. Expected a Python "
                "with torch. Choose another interpreter in the runtime settings."
            ) from error
        self._threads = [
            threading.Thread(target=_read, args=(target, stream), name=name, daemon=True)
            for target, stream, name in (
                (self._read_messages, self._process.stdout, "rgbsar-worker-messages"),
                (self._read_log, self._process.stderr, "rgbsar-worker-log"),
            )
        ]
        for thread in reversed(self._threads):  # the first waits for the second when the worker dies at once
            thread.start()

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether the process runs."""
        return self._process.poll() is None

    def send(self, kind: str, **fields: Any) -> None:
        """Send one message. A worker that is gone is noticed by :meth:`receive`, with its last words."""
        line = encode_message(kind, **fields)
        with self._lock, contextlib.suppress(OSError, ValueError):
            if self._process.stdin is not None:
                self._process.stdin.write(line)

    def receive(self, seconds: float) -> Optional[dict[str, Any]]:
        """The next message, or None when none came in time.

        Raises:
            EngineError: the worker ended or sent garbage; it does not run any more.
        """
        try:
            message = self._messages.get(timeout=seconds)
        except queue.Empty:
            return None
        if isinstance(message, EngineError):
            self._messages.put(message)  # whoever asks again gets the same answer
            raise message
        return message

    def last_words(self) -> str:
        """The last lines the worker wrote to stderr."""
        return " | ".join(self._lines) or "(nothing)"

    def end(self, grace_seconds: float) -> None:
        """Say bye, then terminate, then kill; remove the private folder. May be called again."""
        if self._ended:
            return
        self._ended = True
        self.send("bye")
        with self._lock, contextlib.suppress(OSError):
            if self._process.stdin is not None:
                self._process.stdin.close()
        for force in (self._process.terminate, self._process.kill):
            try:
                self._process.wait(timeout=grace_seconds)
                break
            except subprocess.TimeoutExpired:
                force()
        self._process.wait()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(timeout=grace_seconds)
        self._remove_folder()

    def _read_messages(self, stream: IO[bytes]) -> None:
        reader = _LineReader(stream)
        try:
            for line in reader:
                message = decode_message(line)
                if message["type"] == "strip_free":
                    self.free_slots.put(int(message["slot"]))
                else:
                    self._messages.put(message)
        except (EngineError, KeyError, TypeError, ValueError) as error:
            self._process.kill()
            failure = error if isinstance(error, EngineError) else EngineError(f"The worker sent nonsense: {error}.")
            self._messages.put(failure)
            return
        except OSError as error:
            logger.debug("The worker's messages cannot be read: %s", error)
        code = self._process.wait()
        self._threads[1].join(timeout=5)
        self._messages.put(
            EngineError(
                f"The engine's process ended unexpectedly with exit code {code}{_signal_name(code)}. Its last "
                f"words: {self.last_words()}. Run again with a smaller batch or tile, or on the device 'cpu'; "
                "report this text if it stays."
            )
        )

    def _read_log(self, stream: IO[bytes]) -> None:
        with contextlib.suppress(OSError, ValueError):
            for line in _LineReader(stream):
                text = line.decode("utf-8", errors="replace").rstrip()
                self._lines.append(text)
                logger.debug("worker: %s", text)


def _read(take: Callable[[IO[bytes]], None], stream: IO[bytes]) -> None:
    """Only the reader closes a pipe: closed by others, its number may be a new pipe's, and be read on here."""
    with stream:
        take(stream)


class _LineReader:
    """Lines of an unbuffered pipe; a line without an end is given out in pieces instead of filling memory."""

    _PIECE = 1 << 16
    _LONGEST = 1 << 20

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._rest = b""

    def __iter__(self) -> _LineReader:
        return self

    def __next__(self) -> bytes:
        while b"\n" not in self._rest and len(self._rest) < self._LONGEST:
            piece = self._stream.read(self._PIECE)
            if not piece:
                if self._rest:
                    line, self._rest = self._rest, b""
                    return line
                raise StopIteration
            self._rest += piece
        line, _, self._rest = self._rest.partition(b"\n")
        return line


def _signal_name(code: int) -> str:
    """What a strange exit code means, where that is known."""
    known = {-4: "illegal instruction", -6: "abort", -9: "killed, perhaps for lack of memory", -11: "crash"}
    known.update({0xC0000005: "access violation", 0xC0000135: "a DLL was not found", 137: "killed"})
    return f" ({known[code]})" if code in known else ""
