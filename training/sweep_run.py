"""One run of a sweep: whether the one that is there is the one asked for, and training it in processes of its own."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess  # nosec B404
import sys
from dataclasses import asdict, dataclass, fields, is_dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from rgbsar_core.errors import EngineError, InputError, RgbSarError

from .checkpoints import LAST, read_checkpoint
from .recipe import Recipe
from .recipe_file import read_recipe

logger = logging.getLogger(__name__)

MAY_DIFFER = (
    "trainer.output", "trainer.resume", "trainer.progress_bar", "trainer.workers", "trainer.threads", "data.memory_mb",
)  # fmt: skip
"""Keys that say how a run is carried out, not what comes of it."""


@dataclass(frozen=True)
class Run:
    """A candidate with one seed.

    Attributes:
        candidate, seed: which.
        folder: of its checkpoints, figures and model.
        file: recipe that it starts from.
        settings: overrides, `key=value`.
    """

    candidate: str
    seed: int
    folder: Path
    file: Path
    settings: tuple[str, ...]

    @property
    def is_done(self) -> bool:
        """Whether its figures are there: they are written last."""
        return (self.folder / "metrics.json").is_file()

    @property
    def is_begun(self) -> bool:
        """Whether it was stopped and can be resumed."""
        return (self.folder / f"{LAST}.ckpt").is_file()

    @property
    def overrides(self) -> tuple[str, ...]:
        """Its settings, place and start."""
        place = f"trainer.output={json.dumps(str(self.folder))}"
        return (*self.settings, place, *(["trainer.resume=true"] if self.is_begun else []))

    def recipe(self) -> Recipe:
        """What is asked for.

        Raises:
            InputError: a recipe that cannot be.
        """
        return read_recipe(self.file, self.overrides)

    def require_same(self) -> None:
        """Refuse a run that was made, or begun, by another recipe than the one asked for.

        Raises:
            InputError: it was; or it is to run on several machines.
        """
        try:
            asked, made = self.recipe(), self._recorded()
        except RgbSarError:
            return  # told when its turn comes
        if asked.trainer.nodes > 1:
            raise InputError(
                f"trainer.nodes is {asked.trainer.nodes}; a sweep trains on one machine. Leave it out, or train each "
                "recipe with training.train."
            )
        if made is None:
            return
        difference = first_difference(made, asked)
        if difference is not None:
            key, before, now = difference
            raise InputError(
                f"The run in '{self.folder}' was made with {key} {json.dumps(before)}, this sweep asks for "
                f"{json.dumps(now)}; expected the same, for the table compares runs of one kind. Give another output, "
                "or delete that folder to train anew."
            )

    def _recorded(self) -> dict[str, Any] | None:
        """The recipe it was made by; None where there is no run, or none was kept."""
        if self.is_done:
            figures = json.loads((self.folder / "metrics.json").read_text(encoding="utf-8"))
            found: dict[str, Any] | None = figures.get("recipe")
        elif self.is_begun:
            found = json.loads(read_checkpoint(self.folder / f"{LAST}.ckpt").get("recipe", "null"))
        else:
            return None
        if found is None:
            logger.warning(
                "'%s' does not say by which recipe it was made, as older versions left it; it is taken for the one "
                "asked for.", self.folder,
            )  # fmt: skip
        return found


def first_difference(made: dict[str, Any], asked: Any, above: str = "") -> tuple[str, Any, Any] | None:
    """Key, earlier and present value of the first setting that differs and matters; None without one.

    A key that the earlier recipe does not have is younger than it: its default does what was done before.

    Args:
        made: the earlier recipe, or a section of it, as plain data.
        asked: the present one, a dataclass.
        above: the section's name and a dot.
    """
    plain = json.loads(json.dumps(asdict(asked), default=str))
    for entry in fields(asked):
        name, now = f"{above}{entry.name}", plain[entry.name]
        if entry.name not in made or name in MAY_DIFFER or made[entry.name] == now:
            continue
        section = getattr(asked, entry.name)
        if is_dataclass(section) and isinstance(made[entry.name], dict):
            inner = first_difference(made[entry.name], section, f"{name}.")
            if inner is not None:
                return inner
        else:
            return name, made[entry.name], now
    return None


def require_one_process() -> None:
    """Refuse to be one of several processes, which would all train every run.

    Raises:
        InputError: torchrun started several.
    """
    processes = int(os.environ.get("WORLD_SIZE", "1"))
    if processes > 1:
        raise InputError(
            f"The sweep was started as {processes} processes; expected one, which starts the others for each run. Run "
            "python -m training.sweep by itself, with trainer.devices=N."
        )


def train_apart(file: Path, overrides: tuple[str, ...]) -> None:
    """Train by the command line, whose first process starts the others; so none is left over for the next run.

    Raises:
        EngineError: it failed.
        KeyboardInterrupt: it was stopped.
    """
    command = [sys.executable, "-m", f"{__package__}.train", str(file), *overrides]
    before = signal.signal(signal.SIGTERM, _stop)  # else the processes would outlive the sweep
    try:
        with subprocess.Popen(command) as process:  # nosec B603
            try:
                code = process.wait()
            except KeyboardInterrupt:
                process.terminate()
                process.wait()
                raise
    finally:
        signal.signal(signal.SIGTERM, before)
    if code == 130:
        raise KeyboardInterrupt
    if code:
        raise EngineError(
            f"Training in several processes ended with exit code {code}; expected 0. Its own message stands above."
        )


def _stop(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
