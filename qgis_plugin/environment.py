"""The managed environment: a virtual environment with PyTorch, made only when the user asks for it.

It lies outside the plugin folder and outside QGIS's own Python; nothing is ever put on QGIS's ``sys.path``.
"""

from __future__ import annotations

import os
import platform
import queue
import shutil
import subprocess  # nosec B404
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Optional

from . import core_link, runtime

REQUIREMENTS = Path(__file__).resolve().parent / "resources" / "runtime-requirements.txt"
CPU_INDEX = "https://download.pytorch.org/whl/cpu"
"""PyTorch's own index of builds without CUDA; on Linux the default build brings 2 GB of CUDA libraries."""
GIGABYTE = 1024**3
_PIP_SETTINGS_THAT_REDIRECT = ("PIP_TARGET", "PIP_PREFIX", "PIP_USER", "PIP_ROOT", "PIP_REQUIRE_VIRTUALENV")


@dataclass(frozen=True)
class Plan:
    """What making the environment will do.

    Args:
        folder: where it will lie.
        base: Python it is made from.
        gpu: True for the build that uses NVIDIA GPUs.
        wheels: folder of downloaded wheels to install from without a network, or None.
    """

    folder: Path
    base: str
    gpu: bool = False
    wheels: Optional[Path] = None

    @property
    def uses_cpu_index(self) -> bool:
        """True where the default build would bring CUDA and nobody asked for it."""
        return platform.system() == "Linux" and platform.machine() == "x86_64" and not self.gpu and not self.wheels

    @property
    def download_gigabytes(self) -> float:
        """About what is downloaded."""
        if self.wheels:
            return 0.0
        return 2.8 if self.gpu else 0.3

    @property
    def disk_gigabytes(self) -> float:
        """About what it takes on disk, with room to unpack."""
        return 9.0 if self.gpu else 2.0


def create(
    plan: Plan,
    progress: Callable[[float, str], None],
    say: Callable[[str], None],
    is_cancelled: Callable[[], bool],
) -> str:
    """Make the environment anew; an older one in the same folder is replaced only by a complete one.

    Args:
        plan: what to do.
        progress: told the share done (0..1) and the step.
        say: gets every line pip prints.
        is_cancelled: asked several times a second.

    Returns:
        The interpreter of the environment.

    Raises:
        ResourceLimitError: too little room on the disk.
        MissingDependencyError: a step failed; the message ends with its last lines.
        OperationCancelled: nothing was left behind, an older environment still works.
    """
    errors = core_link.errors
    if plan.wheels is not None and not any(plan.wheels.glob("*.whl")):
        raise errors.InputError(
            f"No wheel (*.whl) lies in '{plan.wheels}'. Choose the folder filled with "
            f"'pip download -r {REQUIREMENTS.name}' on a machine of the same kind."
        )
    plan.folder.parent.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(plan.folder.parent).free / GIGABYTE
    if plan.wheels is None and free < plan.disk_gigabytes:
        raise errors.ResourceLimitError(
            f"{free:.1f} GB are free in '{plan.folder.parent}'; the environment needs about "
            f"{plan.disk_gigabytes:.0f} GB. "
            f"Make room, or set the environment variable {runtime.FOLDER_VARIABLE} to a folder on another disk."
        )
    python = str(runtime.python_of(plan.folder))
    steps = [(0.0, "Making a virtual environment", [plan.base, "-m", "venv", "--clear", str(plan.folder)])]
    steps.append((0.1, "Installing PyTorch", [python, "-m", "pip", *_pip_arguments(plan)]))
    backup = plan.folder.with_name(plan.folder.name + ".old")
    _remove(backup)
    if plan.folder.exists():
        plan.folder.rename(backup)
    complete = False
    try:
        for share, text, command in steps:
            progress(share, text)
            _call(command, text, say, is_cancelled)
        complete = True
    finally:
        if not complete:
            _remove(plan.folder)
            if backup.exists():
                backup.rename(plan.folder)
    _remove(backup)
    progress(1.0, "Environment complete")
    return python


def own_python() -> str:
    """QGIS's own Python, to make the environment from.

    Raises:
        MissingDependencyError: it has no executable of its own (some bundles).
    """
    interpreter = core_link.core_module("engine.interpreter")
    found = next((path for path in interpreter.own_interpreters() if path.is_file()), None)
    if found is None:
        raise core_link.errors.MissingDependencyError(
            "QGIS's own Python has no program file here; one is needed to make the environment. "
            "Install Python 3.10 or newer and choose its program under 'Python'."
        )
    return str(found)


def remove(folder: Path) -> bool:
    """Delete a managed environment; True if there was one.

    Raises:
        ResourceLimitError: the folder could not be deleted.
    """
    existed = folder.exists()
    _remove(folder)
    return existed


def _pip_arguments(plan: Plan) -> list[str]:
    quiet = ["--no-input", "--disable-pip-version-check", "--no-warn-script-location", "--progress-bar", "off"]
    if plan.wheels is not None:
        source = ["--no-index", "--find-links", str(plan.wheels)]
    else:
        source = ["--extra-index-url", CPU_INDEX] if plan.uses_cpu_index else []
    return ["install", *quiet, *source, "-r", str(REQUIREMENTS)]


def _call(command: Sequence[str], step: str, say: Callable[[str], None], is_cancelled: Callable[[], bool]) -> None:
    """Run one command, hand on its lines as they come, stop it when cancelled."""
    environment = core_link.core_module("engine.interpreter").scrub_environment(os.environ)
    environment.update({name: value for name, value in os.environ.items() if name.startswith("PIP_")})
    for name in _PIP_SETTINGS_THAT_REDIRECT:
        environment.pop(name, None)
    try:
        process = subprocess.Popen(  # nosec B603
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            env=environment,
            **core_link.core_module("engine.interpreter").creation_flags(),
        )
    except OSError as error:
        raise core_link.errors.MissingDependencyError(
            f"{step} failed: '{command[0]}' could not be started ({error.strerror}). "
            "Choose another Python (3.10 or newer) as interpreter."
        ) from error
    lines: queue.Queue[Optional[str]] = queue.Queue()
    reader = threading.Thread(target=_read_lines, args=(process, lines), daemon=True)
    reader.start()
    last: list[str] = []
    line: Optional[str] = ""
    try:
        while line is not None:
            if is_cancelled():
                raise core_link.errors.OperationCancelled
            try:
                line = lines.get(timeout=0.2)
            except queue.Empty:
                continue
            if line:
                say(line)
                last = [*last[-7:], line]
    finally:
        if process.poll() is None and line is not None:
            process.terminate()
        code = process.wait()
    if code != 0:
        ending = "\n".join(last)
        raise core_link.errors.MissingDependencyError(f"{step} failed (exit code {code}). {_advice(ending)}\n{ending}")


def _read_lines(process: subprocess.Popen[str], lines: queue.Queue[Optional[str]]) -> None:
    if process.stdout is not None:
        for line in process.stdout:
            lines.put(line.rstrip())
    lines.put(None)


def _advice(text: str) -> str:
    if "ensurepip" in text or "python3-venv" in text:
        return "This Python cannot make virtual environments: on Debian or Ubuntu install the package python3-venv."
    if "No matching distribution" in text:
        return "There is no PyTorch for this Python and system: choose a Python from 3.10 to 3.13 as interpreter."
    if "Connection" in text or "SSL" in text or "proxy" in text.lower():
        return "The package index could not be reached: check network and proxy, or use a folder of wheels."
    return "The last lines said:"


def _remove(folder: Path) -> None:
    if not folder.exists():
        return
    try:
        shutil.rmtree(folder)
    except OSError as error:
        raise core_link.errors.ResourceLimitError(
            f"'{folder}' could not be deleted ({error.strerror}). Close programs that use it and delete it by hand."
        ) from error
