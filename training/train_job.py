"""A training run that a parent process starts, watches and may stop: messages, one JSON object a line.

`python -m rgbsar_training.train_job`, without arguments. Its parent is `rgbsar_core/model_training/process.py`.

=========  =========  ==============================================================================================
message    direction  fields
=========  =========  ==============================================================================================
hello      to parent  python, torch, lightning: sent once, after all is imported
train      to child   recipe: path of a recipe (YAML, JSON is YAML too)
progress   to parent  share (0..1), step, loss, miou (null before the first validation), minutes_left
validated  to parent  step, miou, overall
finishing  to parent  the loop is over: model file and figures are made
measuring  to parent  images: so many are measured, of a validation or of the model file
done       to parent  model, result: paths
cancel     to child   end the loop; the best weights so far become the model
error      to parent  error (exception class), text
bye        to child   end at once; so does the end of stdin
=========  =========  ==============================================================================================

From the first validation on, and until the model is complete, the best weights lie in the recipe's output as
`unmeasured.safetensors`, a model file: there they are if the run fails, dies or has to be ended. What libraries print
goes to stderr. Nothing heavy is imported before the messages work.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import platform
import queue
import sys
import threading

from rgbsar_core.engine.parent_channel import ParentChannel
from rgbsar_core.engine.protocol import decode_message
from rgbsar_core.errors import EngineError, MissingDependencyError, ResourceLimitError, RgbSarError, as_sentence

NEEDED = {"torch": "torch", "lightning": "lightning", "yaml": "PyYAML"}
"""Module -> package that training needs beyond numpy and safetensors."""

_FAILURES = (RuntimeError, ValueError, TypeError, KeyError, IndexError, AttributeError, ArithmeticError, ImportError)


class Parent(ParentChannel):
    """The process that started this one."""

    def __init__(self) -> None:
        super().__init__()
        self._cancelled = threading.Event()
        self.recipes: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._listen, name="rgbsar-parent", daemon=True).start()

    @property
    def is_cancelled(self) -> bool:
        """Whether the loop shall end."""
        return self._cancelled.is_set()

    def _listen(self) -> None:
        for line in iter(self._source.readline, b""):
            message = decode_message(line)
            if message["type"] == "train":
                self.recipes.put(str(message["recipe"]))
            elif message["type"] == "cancel":
                self._cancelled.set()
            else:
                break
        os._exit(0)  # nobody waits for a result any more, and a step may take minutes


def main() -> int:
    """Serve one training run on this process's stdin and stdout; returns the exit code."""
    parent = Parent()
    code = 0
    try:
        versions = _import_what_is_needed()
        parent.send("hello", python=platform.python_version(), **versions)
        _run(parent)
    except RgbSarError as error:
        parent.send_error(error)
        code = 1
    sys.stderr.flush()
    os._exit(code)  # the listening thread holds stdin, over which Python's own shutdown would stumble


def _import_what_is_needed() -> dict[str, str]:
    """Versions of torch and Lightning.

    Raises:
        MissingDependencyError: one of the packages is missing, or Python is too old.
    """
    if sys.version_info < (3, 10):
        raise MissingDependencyError(
            f"Training needs Python 3.10 or newer; '{sys.executable}' is Python {platform.python_version()}. Choose "
            "another one with rgbsar:runtime."
        )
    versions = {}
    for module, package in NEEDED.items():
        try:
            versions[module] = str(getattr(importlib.import_module(module), "__version__", ""))
        except ImportError as error:
            raise MissingDependencyError(
                f"Training needs the packages lightning and PyYAML beside torch; '{sys.executable}' cannot import "
                f"{package} ({error}). Install it there (pip install {package}), or let rgbsar:runtime create the "
                "managed environment anew, which has all of them."
            ) from error
    del versions["yaml"]
    return versions


def _run(parent: Parent) -> None:
    """Train what the parent asks for.

    Raises:
        RgbSarError: it failed; the text is for the user.
    """
    if sys.platform == "linux":  # elsewhere samples are made in this process
        multiprocessing.set_start_method("fork")  # packages loaded by path cannot be found by a spawned child
    import torch

    from .job import run_job

    try:
        model, result = run_job(parent.recipes.get(), parent.send, lambda: parent.is_cancelled)
    except RgbSarError as error:
        raise error if type(error).__module__.startswith("rgbsar_core") else EngineError(str(error)) from error
    except torch.OutOfMemoryError as error:
        raise ResourceLimitError(
            f"Memory ran out ({str(error).splitlines()[0]}); expected room for a batch. Choose a smaller batch, crop "
            "or network."
        ) from error
    except OSError as error:
        raise ResourceLimitError(
            f"A file could not be written ({error}); expected room for checkpoints and the model. Free disk space."
        ) from error
    except _FAILURES as error:
        raise EngineError(
            as_sentence(f"Training failed: {type(error).__name__}: {error}")
            + " Report this text; another network, batch or device may work."
        ) from error
    parent.send("done", model=str(model), result=str(result))


if __name__ == "__main__":
    sys.exit(main())
