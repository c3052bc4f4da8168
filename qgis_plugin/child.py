"""One step of making the environment as a child process: its lines handed on, cancelled as a whole family."""

from __future__ import annotations

import os
import queue
import signal
import subprocess  # nosec B404: running Python's own tools is the purpose of this module
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Callable, Optional

from . import core_link, runtime

_LINES_KEPT = 8
_SECONDS_TO_END = 5.0


def run(
    command: Sequence[str],
    step: str,
    folder: Path,
    environment: Mapping[str, str],
    say: Callable[[str], None],
    is_cancelled: Callable[[], bool],
) -> None:
    """Run one command to its end.

    Args:
        command: program and arguments.
        step: what it does, for messages.
        folder: to run in.
        environment: of the process, complete.
        say: gets every line it prints.
        is_cancelled: asked several times a second.

    Raises:
        MissingDependencyError: it could not be started or failed; the message ends with its last lines.
        OperationCancelled: it and its children were ended.
    """
    errors = core_link.errors
    flags = core_link.core_module("engine.interpreter").creation_flags()
    try:
        process = subprocess.Popen(  # nosec B603: list form, a Python the user chose
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            cwd=folder,
            env=dict(environment),
            start_new_session=True,
            **flags,
        )
    except OSError as error:
        raise errors.MissingDependencyError(
            f"{step} failed: '{command[0]}' could not be started ({error.strerror}). "
            "Choose another Python (3.10 or newer) as interpreter."
        ) from error
    lines: queue.Queue[Optional[str]] = queue.Queue()
    threading.Thread(target=_read_lines, args=(process, lines), daemon=True).start()
    last: list[str] = []
    line: Optional[str] = ""
    try:
        while line is not None:
            if is_cancelled():
                raise errors.OperationCancelled
            try:
                line = lines.get(timeout=0.2)
            except queue.Empty:
                continue
            if line:
                say(line)
                last = [*last[1 - _LINES_KEPT :], line]
    finally:
        if line is not None:
            _end(process)
        code = process.wait()
    if code != 0:
        ending = "\n".join(last)
        raise errors.MissingDependencyError(f"{step} failed (exit code {code}). {_advice(ending)}\n{ending}")


def _read_lines(process: subprocess.Popen[str], lines: queue.Queue[Optional[str]]) -> None:
    if process.stdout is not None:
        with process.stdout as output:
            for line in output:
                lines.put(line.rstrip())
    lines.put(None)


def _end(process: subprocess.Popen[str]) -> None:
    """End the process and what it started: Python's venv runs pip as a child, which would go on writing."""
    if process.poll() is not None:
        return
    if os.name == "posix":
        os.killpg(process.pid, signal.SIGTERM)
    else:
        killer = os.path.join(os.environ.get("SYSTEMROOT", r"C:\Windows"), "System32", "taskkill.exe")
        flags = core_link.core_module("engine.interpreter").creation_flags()
        ending = [killer, "/T", "/F", "/PID", str(process.pid)]
        subprocess.run(ending, stdin=subprocess.DEVNULL, capture_output=True, **flags)  # nosec B603
    try:
        process.wait(_SECONDS_TO_END)
    except subprocess.TimeoutExpired:
        process.kill()


def _advice(text: str) -> str:
    lower = text.lower()
    if "ensurepip" in text or "python3-venv" in text or "venvlauncher" in text:
        return (
            "This Python cannot make virtual environments: on Debian or Ubuntu install the package python3-venv, on "
            "Windows or a Mac Python 3.12 from python.org, and choose its program under 'Python'."
        )
    if "no space left" in lower or "errno 28" in lower:
        return "The disk is full: make room, then create the environment again; it goes on from what is downloaded."
    if "socks" in lower:
        return "pip cannot use SOCKS proxies: set an HTTP proxy in QGIS's options, or use a folder of wheels."
    if "certificate" in lower or "ssl" in lower:
        return (
            "The connection is not trusted (a company's proxy may open it): import its certificate in QGIS's options "
            "(Authentication > Manage certificates > Authorities), or use a folder of wheels."
        )
    if "connection" in lower or "proxy" in lower or "timed out" in lower or "timeout" in lower:
        return "The package index could not be reached: check network and proxy, or use a folder of wheels."
    if "long path support" in lower:
        return (
            "The environment's paths are longer than Windows allows: set the environment variable "
            f"{runtime.FOLDER_VARIABLE} to a short folder such as C:\\rgbsar."
        )
    if "No matching distribution" in text:
        return "There is no PyTorch for this Python and system: choose a Python from 3.10 to 3.14 as interpreter."
    return "The last lines said:"
