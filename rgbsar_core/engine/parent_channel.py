"""A child process's end of the pipes to the one that started it."""

from __future__ import annotations

import os
import sys
import threading
from typing import Any

from .protocol import encode_message, error_message


class ParentChannel:
    """Messages of :mod:`.protocol` on this process's stdin and stdout.

    What else prints goes to stderr from now on, and what else reads finds nothing: on Windows a library that looks at
    stdin while it is loaded would wait for the thread that waits there for messages.
    """

    def __init__(self) -> None:
        self._source = os.fdopen(os.dup(0), "rb")
        self._channel = os.fdopen(os.dup(1), "wb", buffering=0)
        self._lock = threading.Lock()
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        os.dup2(2, 1)  # prints of libraries, C code included, cannot reach the messages any more
        sys.stdout = sys.stderr

    def send(self, kind: str, **fields: Any) -> None:
        """Send one message; a parent that is gone ends the process."""
        self._write(encode_message(kind, **fields))

    def send_error(self, error: BaseException) -> None:
        """Send a failure with its class."""
        self._write(error_message(error))

    def _write(self, line: bytes) -> None:
        with self._lock:
            try:
                self._channel.write(line)
            except OSError:
                os._exit(0)
