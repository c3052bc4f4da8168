"""A child process's end of the pipes to the one that started it."""

from __future__ import annotations

import os
import sys
import threading
from typing import Any

from .protocol import encode_message, error_message


class ParentChannel:
    """Messages of :mod:`.protocol` on this process's stdin and stdout; what else prints goes to stderr from now on."""

    def __init__(self) -> None:
        self._source = sys.stdin.buffer
        self._channel = os.fdopen(os.dup(1), "wb", buffering=0)
        self._lock = threading.Lock()
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
