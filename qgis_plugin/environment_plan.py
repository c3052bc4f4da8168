"""What making the managed environment will do, said before anything is downloaded."""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess  # nosec B404: asking a Python its version
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from . import builds, core_link, network, runtime

RESOURCES = Path(__file__).resolve().parent / "resources"
TORCH = RESOURCES / "runtime-torch.txt"
REQUIREMENTS = RESOURCES / "runtime-requirements.txt"
GIGABYTE = 1024**3


@dataclass(frozen=True)
class Plan:
    """What making the environment will do.

    Args:
        folder: where it will lie.
        base: Python it is made from.
        build: of PyTorch.
        wheels: folder of downloaded wheels to install from without a network, or None.
        python_minor: of the base, 12 for Python 3.12.
    """

    folder: Path
    base: str
    build: builds.Build
    wheels: Optional[Path] = None
    python_minor: int = 0

    @property
    def downloads(self) -> Path:
        """Where downloaded files stay."""
        return downloads_of(self.folder) / self.build.tag

    @property
    def note(self) -> Path:
        """File that says for which versions the downloads are complete."""
        return self.downloads / "complete.txt"

    @property
    def pins(self) -> str:
        """Changes with the pinned versions and the Python: other downloads are not taken for complete."""
        pinned = hashlib.sha256(TORCH.read_bytes() + REQUIREMENTS.read_bytes()).hexdigest()
        return f"{pinned} for Python 3.{self.python_minor}"

    @property
    def is_downloaded(self) -> bool:
        """True if everything lies in :attr:`downloads` already."""
        has_torch = any((self.downloads / "wheels").glob("torch-*.whl"))
        return has_torch and self.note.is_file() and self.note.read_text(encoding="utf-8") == self.pins

    def lines(self) -> list[str]:
        """The plan for people, before anything happens."""
        proxy = network.for_children().kind
        reason, free = self.build.reason, free_gigabytes(self.folder)
        download = f"about {self.build.download_gigabytes:g} GB{', through ' + proxy if proxy else ''}"
        if self.wheels is not None:
            reason, download = "as in the folder of wheels.", f"none, the files lie in '{self.wheels}'"
        elif self.is_downloaded:
            download = f"none, the files lie in '{self.downloads}'"
        return [
            f"PyTorch: {reason}",
            f"Download: {download}",
            f"Disk: about {self.build.disk_gigabytes:g} GB in '{self.folder.parent}' ({free:.1f} GB are free)",
            f"Environment: '{self.folder}', made from '{self.base}'",
        ]


def make_plan(python: str, wish: str, wheels: Optional[Path]) -> Plan:
    """What would be done here and now.

    Args:
        python: to build on, or "" for QGIS's own.
        wish: ``auto``, ``cpu`` or ``cuda``.
        wheels: folder of wheels, or None.

    Raises:
        MissingDependencyError: there is no such Python.
        InputError: CUDA was asked for and cannot run here.
    """
    base = python or own_python()
    report = builds.GpuReport() if wish == "cpu" else builds.find_gpus()
    minor = _python_minor(base)
    build = builds.choose_build(wish, report, platform.system(), platform.machine(), minor)
    return Plan(runtime.managed_folder(), base, build, wheels, minor)


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


def downloads_of(folder: Path) -> Path:
    """Where the downloads of an environment stay, one folder for each build."""
    return folder.with_name(folder.name + "-downloads")


def _python_minor(python: str) -> int:
    """12 for Python 3.12; 0 for a program that does not answer (making the environment then says what is wrong)."""
    interpreter = core_link.core_module("engine.interpreter")
    try:
        answer = subprocess.run(  # nosec B603: list form, a Python the user chose
            [python, "-c", "import sys; sys.stdout.write(str(sys.version_info[1]))"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=30,
            env=interpreter.scrub_environment(os.environ),
            **interpreter.creation_flags(),
        )
    except (OSError, subprocess.TimeoutExpired):
        return 0
    return int(answer.stdout) if answer.stdout.isdigit() else 0


def free_gigabytes(folder: Path) -> float:
    """Free gigabytes on the disk a folder is on or will be on."""
    existing = next(path for path in folder.absolute().parents if path.is_dir())
    return shutil.disk_usage(existing).free / GIGABYTE
