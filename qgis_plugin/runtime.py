"""The Python that runs the network: which one, and one warm worker process shared by all algorithms.

torch never runs inside QGIS. The interpreter is, in this order, the one the user chose, the managed environment
(see ``environment``), QGIS's own Python if torch is installed there. Nothing here is started at load time.
"""

from __future__ import annotations

import os
import site
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Callable, Optional

from qgis.core import QgsSettings
from qgis.PyQt.QtCore import QStandardPaths

from . import core_link

INTERPRETER_SETTING = "rgbsar/interpreter"
MODEL_SETTING = "rgbsar/model"
MODELS_FOLDER_SETTING = "rgbsar/models_folder"
THREADS_SETTING = "rgbsar/threads"
DEVICE_SETTING = "rgbsar/device"
FOLDER_VARIABLE = "RGBSAR_RUNTIME_DIR"
REMEDY = (
    "Run the algorithm 'Runtime: status and set-up' (rgbsar:runtime): choose a Python that has torch, numpy and "
    "safetensors, or let it create a managed environment."
)
WHAT_TO_DO = f"No Python with PyTorch (torch) is known, and the network needs one. {REMEDY}"

_lock = threading.Lock()
_engine: Optional[Any] = None


def interpreter_setting() -> str:
    """The interpreter the user chose, or ""."""
    return str(QgsSettings().value(INTERPRETER_SETTING, "") or "")


def choose_interpreter(path: str) -> None:
    """Remember the user's interpreter; "" forgets it. The warm worker ends, the next run starts a new one."""
    QgsSettings().setValue(INTERPRETER_SETTING, path)
    stop_engine()


def managed_folder() -> Path:
    """Where the managed environment lies: outside the plugin (updates wipe that), one for each Python version.

    The environment variable ``RGBSAR_RUNTIME_DIR`` overrides the parent folder.
    """
    parent = os.environ.get(FOLDER_VARIABLE)
    if not parent:
        location = QStandardPaths.StandardLocation.GenericDataLocation
        parent = os.path.join(QStandardPaths.writableLocation(location), "rgbsar_landcover")
    return Path(parent) / f"runtime-py{sys.version_info.major}.{sys.version_info.minor}"


def python_of(environment: Path) -> Path:
    """The interpreter inside a virtual environment."""
    return Path(core_link.core_module("engine.interpreter").environment_python(environment))


def unfinished_folder(folder: Path) -> Path:
    """Where a managed environment is made before it moves to its place; there after a creation that was killed."""
    return folder.with_name(folder.name + ".new")


def is_interrupted() -> bool:
    """True if a creation of the managed environment did not get to its end and there is no environment."""
    folder = managed_folder()
    return unfinished_folder(folder).exists() and not python_of(folder).is_file()


def threads_setting() -> Optional[int]:
    """CPU threads the user chose in the options, or None for all."""
    text = str(QgsSettings().value(THREADS_SETTING, "") or "")
    return int(text) if text.isdigit() and int(text) > 0 else None


def device_setting() -> str:
    """Device the user chose in the options."""
    return str(QgsSettings().value(DEVICE_SETTING, "") or "auto")


def is_configured() -> bool:
    """Cheap look, no process started: is there an interpreter worth trying?

    ``canExecute`` asks this often. Whether torch really imports there is found out when a run starts its worker,
    and the message then says what to do.
    """
    if interpreter_setting():  # a program, or an environment's folder
        try:
            return bool(find_interpreter())
        except core_link.errors.MissingDependencyError:
            return False
    if python_of(managed_folder()).is_file():
        return True
    return any((Path(folder) / "torch" / "__init__.py").is_file() for folder in site.getsitepackages())


def find_interpreter() -> str:
    """The interpreter to use; whether torch imports there is seen when it is probed or the worker starts.

    Raises:
        MissingDependencyError: there is none, or the chosen one is gone.
    """
    interpreter = core_link.core_module("engine.interpreter")
    return str(interpreter.find_interpreter(interpreter_setting(), managed_folder()))


def with_remedy(message: str) -> str:
    """A message about the runtime that ends with where to mend it."""
    return message if "rgbsar:runtime" in message else f"{message} {REMEDY}"


@contextmanager
def engine(is_cancelled: Callable[[], bool], say: Callable[[str], None]) -> Iterator[Any]:
    """The shared worker engine, for one run at a time; kept warm afterwards.

    Args:
        is_cancelled: asked while another run holds the engine, and while the engine starts and loads a model.
        say: told what is being waited for.

    Raises:
        MissingDependencyError: no interpreter has torch.
        OperationCancelled: cancelled while waiting.
    """
    waiting = False
    while not _lock.acquire(timeout=0.2):
        if is_cancelled():
            raise core_link.errors.OperationCancelled
        if not waiting:
            say("Waiting for another classification to finish")
        waiting = True
    try:
        yield _warm_engine(say, is_cancelled)
    except core_link.errors.EngineError:
        stop_engine()
        raise
    finally:
        _lock.release()


def training(say: Callable[[str], None]) -> Any:
    """What trains a network: the core's ``Runtime``. Which packages are there is seen when its process starts.

    Raises:
        MissingDependencyError: there is no interpreter, or the chosen one is gone.
    """
    found = find_interpreter()
    say(f"Training with {found}")
    kind = core_link.core_module("model_training.train").Runtime
    return kind(found, core_link.core_parent(), core_link.training_folder())


def stop_engine() -> None:
    """End the worker process, if there is one."""
    global _engine
    running, _engine = _engine, None
    if running is not None:
        running.close()


def _warm_engine(say: Callable[[str], None], is_cancelled: Callable[[], bool]) -> Any:
    global _engine
    if _engine is None:
        found = find_interpreter()
        say(f"Starting the engine with {found}")
        kind = core_link.core_module("engine.remote").WorkerEngine
        starting = kind(found, core_link.core_parent(), is_cancelled=is_cancelled)
        try:
            say("Engine: Python {python}, PyTorch {torch}".format_map(starting.facts))
        except core_link.errors.EngineError as error:
            raise core_link.errors.MissingDependencyError(f"'{found}' cannot run the engine. {error}") from error
        _engine = starting
    _engine.is_cancelled = is_cancelled
    return _engine
