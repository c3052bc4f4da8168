"""The managed environment: a virtual environment with PyTorch, made only when the user asks for it.

It lies outside the plugin folder and outside QGIS's own Python; nothing is ever put on QGIS's ``sys.path``. It is made
beside its final place and moved there when a child process could import everything. What was downloaded stays in a
folder of its own: a creation that was stopped goes on from there, and a repair needs no network.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Callable

from qgis.PyQt.QtCore import QLockFile

from . import child, core_link, network, runtime
from .environment_plan import REQUIREMENTS, RESOURCES, TORCH, Plan, downloads_of, free_gigabytes

PIP = "pip==25.3"
"""Resumes broken downloads, tells its progress, knows the system's certificates; ensurepip may bring an older one."""
_QUIET = ("--no-input", "--disable-pip-version-check")
_PIP_SETTINGS_THAT_REDIRECT = ("PIP_TARGET", "PIP_PREFIX", "PIP_USER", "PIP_ROOT", "PIP_REQUIRE_VIRTUALENV")
_DOWNLOAD_SPAN = 0.25  # of the whole, for each of the two downloads
_PROGRESS = re.compile(r"Progress (\d+) of (\d+)")


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
        InputError: the folder cannot be used, or another QGIS uses it.
        ResourceLimitError: too little room on the disk.
        MissingDependencyError: a step failed; the message ends with its last lines.
        OperationCancelled: an older environment still works; downloads stay.
    """
    _check_wheels(plan)
    parent = plan.folder.parent
    try:
        parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise core_link.errors.InputError(
            f"The folder '{parent}' cannot be made ({error.strerror}); the environment needs one that can be written "
            f"to. Set the environment variable {runtime.FOLDER_VARIABLE} to another folder."
        ) from error
    if plan.wheels is None and not plan.is_downloaded and free_gigabytes(plan.folder) < plan.build.disk_gigabytes:
        raise core_link.errors.ResourceLimitError(
            f"{free_gigabytes(plan.folder):.1f} GB are free in '{parent}'; the environment needs about "
            f"{plan.build.disk_gigabytes:g} GB. "
            f"Make room, or set the environment variable {runtime.FOLDER_VARIABLE} to a folder on another disk."
        )
    with _alone_in(parent):
        return _make(plan, progress, say, is_cancelled)


def remove(folder: Path) -> bool:
    """Delete a managed environment with its downloads and what an interrupted creation left; True if there was one.

    Raises:
        InputError: another QGIS makes one there.
        ResourceLimitError: a folder could not be deleted.
    """
    existed = folder.exists()
    with _alone_in(folder.parent):
        for path in (folder, runtime.unfinished_folder(folder), _older(folder), downloads_of(folder)):
            _remove(path)
    return existed


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Keep another QGIS from making or removing an environment there at the same time."""
    lock = QLockFile(str(folder / ".in-use.lock"))
    lock.setStaleLockTime(0)  # of a process that is gone it does not count, however young
    if not lock.tryLock(0) and lock.error() == QLockFile.LockError.LockFailedError:
        raise core_link.errors.InputError(
            f"Another QGIS window is making or removing an environment in '{folder}'; one at a time can. Wait until it "
            "is done."
        )
    try:
        yield
    finally:
        lock.unlock()


def _make(
    plan: Plan, progress: Callable[[float, str], None], say: Callable[[str], None], is_cancelled: Callable[[], bool]
) -> str:
    making = runtime.unfinished_folder(plan.folder)
    _remove(making)
    certificates = plan.folder.parent / ".certificates.pem"
    complete = False
    try:
        steps = _Steps(plan, making, certificates, progress, say, is_cancelled)
        steps.call(0.0, "Making a virtual environment", [plan.base, "-m", "venv", "--clear", str(making)])
        wheels = plan.wheels or _download(plan, steps)
        _install(plan, wheels, steps)
        progress(0.95, "Testing the environment")
        probe = core_link.core_module("engine.interpreter")
        found = probe.require_usable(probe.probe(str(runtime.python_of(making))))
        if plan.wheels is None and plan.build.is_cuda and not found.cuda_devices:
            say("PyTorch sees no NVIDIA GPU with this build; the CPU will be used until the driver is updated.")
        _move_into_place(making, plan.folder)
        complete = True
    except core_link.errors.OperationCancelled:
        if downloads_of(plan.folder).exists():
            say(f"What was downloaded stays in '{downloads_of(plan.folder)}'; the next creation goes on from there.")
        raise
    finally:
        certificates.unlink(missing_ok=True)
        if not complete:
            _remove(making)
    progress(1.0, "Environment complete")
    return str(runtime.python_of(plan.folder))


class _Steps:
    """Runs the child processes of one creation, with its network settings and progress."""

    def __init__(
        self,
        plan: Plan,
        making: Path,
        certificates: Path,
        progress: Callable[[float, str], None],
        say: Callable[[str], None],
        is_cancelled: Callable[[], bool],
    ) -> None:
        self._folder = plan.folder.parent
        self._python = str(runtime.python_of(making))
        self._network = network.for_children()
        self._progress, self._say, self._is_cancelled = progress, say, is_cancelled
        self._share = 0.0
        scrubbed = core_link.core_module("engine.interpreter").scrub_environment(os.environ)
        scrubbed.update({name: value for name, value in os.environ.items() if name.startswith("PIP_")})
        for name in (*_PIP_SETTINGS_THAT_REDIRECT, "PYTHONDONTWRITEBYTECODE"):
            scrubbed.pop(name, None)
        if self._network.certificates:
            certificates.write_text(self._network.certificates, encoding="ascii")
            scrubbed["PIP_CERT"] = str(certificates)
        self._environment = self._network.applied_to(scrubbed)

    def call(self, share: float, step: str, command: list[str]) -> None:
        """Run one command; what pip says of a running download moves the progress, never back."""
        self._share = share
        self._progress(share, step)

        def hear(line: str) -> None:
            match = _PROGRESS.fullmatch(line.strip())
            if match is None:
                self._say(self._network.hide(line))
                return
            done, size = (int(number) / 1e6 for number in match.groups())
            self._share = max(self._share, share + _DOWNLOAD_SPAN * min(done / max(size, 1e-6), 1.0))
            self._progress(self._share, f"{step}: {done:.0f} of {size:.0f} MB")

        try:
            child.run(command, step, self._folder, self._environment, hear, self._is_cancelled)
        except core_link.errors.MissingDependencyError as error:
            raise core_link.errors.MissingDependencyError(self._network.hide(str(error))) from error

    def pip(self, share: float, step: str, action: str, *arguments: str) -> None:
        """Run pip of the new environment."""
        self.call(share, step, [self._python, "-m", "pip", action, *_QUIET, *arguments])

    def use_only_local_files(self) -> None:
        """From now on pip ignores its settings: those might name other places, with other builds."""
        kept = {name: value for name, value in self._environment.items() if not name.startswith("PIP_")}
        self._environment = {**kept, "PIP_CONFIG_FILE": os.devnull}

    def say(self, line: str) -> None:
        """A line of our own for the log."""
        self._say(line)


def _download(plan: Plan, steps: _Steps) -> Path:
    """Fill the folder of wheels; files that lie there already are not fetched again.

    pip keeps every complete file in its cache at once, but puts them into the folder only when it has all.
    """
    wheels, cache = plan.downloads / "wheels", plan.downloads / "cache"
    if plan.is_downloaded:
        steps.say(f"Using what was downloaded before into '{wheels}'")
        return wheels
    wheels.mkdir(parents=True, exist_ok=True)
    if any(wheels.iterdir()) or cache.exists():
        steps.say(f"Going on with what was downloaded before into '{plan.downloads}'")
    bar = ["--progress-bar", "raw"]
    try:
        steps.pip(0.05, "Updating pip", "install", "--progress-bar", "off", PIP)
    except core_link.errors.MissingDependencyError:
        steps.say("pip could not be updated; going on with the one of this Python, which tells no progress")
        bar = ["--progress-bar", "off"]
    place = [*bar, "--cache-dir", str(cache), "-d", str(wheels)]
    index = ["--index-url", plan.build.index] if plan.build.index else []
    # torch alone from its own index: mixed with the general one, either could shadow the other's packages
    steps.pip(0.1, "Downloading PyTorch", "download", *place, *index, "--no-deps", "-r", str(TORCH))
    found = ["--find-links", str(wheels), "-r", str(TORCH), "-r", str(REQUIREMENTS)]
    steps.pip(0.4, "Downloading its libraries", "download", *place, *found)
    plan.note.write_text(plan.pins, encoding="utf-8")
    _remove(cache)
    return wheels


def _install(plan: Plan, wheels: Path, steps: _Steps) -> None:
    steps.use_only_local_files()
    install = ["--no-warn-script-location", "--no-index", "--find-links", str(wheels)]
    try:
        steps.pip(0.8, "Installing PyTorch", "install", *install, "-r", str(TORCH), "-r", str(REQUIREMENTS))
    except core_link.errors.MissingDependencyError:
        plan.note.unlink(missing_ok=True)  # the next download looks at every file again
        raise


def _move_into_place(making: Path, folder: Path) -> None:
    """Exchange the environments; if the new one cannot be moved, the older one is put back."""
    patiently = core_link.core_module("patience").patiently
    older = _older(folder)
    try:
        if folder.exists():
            _remove(older)
            patiently(folder.rename, older)
        try:
            patiently(making.rename, folder)
        except OSError:
            if older.exists():
                older.rename(folder)
            raise
    except OSError as error:
        raise core_link.errors.ResourceLimitError(
            f"The finished environment could not be moved to '{folder}' ({error.strerror}); another program may use "
            "the one there. Close other QGIS windows and create it again: nothing needs to be downloaded for that."
        ) from error
    shutil.rmtree(older, ignore_errors=True)  # what is in use goes with the next creation or removal


def _older(folder: Path) -> Path:
    """Where an environment lies while it is replaced."""
    return folder.with_name(folder.name + ".old")


def _check_wheels(plan: Plan) -> None:
    if plan.wheels is not None and not any(plan.wheels.glob("*.whl")):
        raise core_link.errors.InputError(
            f"No wheel (*.whl) lies in '{plan.wheels}'. Choose the folder filled with 'pip download -r {TORCH.name} "
            f"-r {REQUIREMENTS.name}' (both lie in '{RESOURCES}') on a machine of the same kind."
        )


def _remove(folder: Path) -> None:
    if not folder.exists():
        return
    try:
        core_link.core_module("patience").patiently(shutil.rmtree, folder)
    except OSError as error:
        raise core_link.errors.ResourceLimitError(
            f"'{folder}' could not be deleted ({error.strerror}). Close programs that use it and delete it by hand."
        ) from error
