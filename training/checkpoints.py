"""Checkpoints that are whole or not there, and the room they need."""

from __future__ import annotations

import logging
import os
import shutil
import zipfile
from pathlib import Path, PureWindowsPath
from typing import Any

import torch
from lightning.pytorch.plugins.io import TorchCheckpointIO
from torch import nn

from rgbsar_core.errors import InputError, ModelFileError, ResourceLimitError

from .recipe import Recipe

logger = logging.getLogger(__name__)

LAST, BEST = "last", "best"
"""Names of the checkpoints, without `.ckpt`."""


class WayOn:
    """As text, what to do about a run that ended early, by the checkpoint there is when it is asked.

    The last checkpoint counts if the run was resumed from it or has written it; one that lay there before is of another
    run.

    Args:
        recipe: of the run, which has not begun.
    """

    def __init__(self, recipe: Recipe) -> None:
        self._path = Path(recipe.trainer.output) / f"{LAST}.ckpt"
        self._resumed = recipe.trainer.resume
        self._before = self._written()

    def __str__(self) -> str:
        now = self._written()
        if now is not None and (self._resumed or now != self._before):
            return "go on from the last checkpoint with trainer.resume=true"
        return "start the run again, since it has no checkpoint yet to go on from"

    def _written(self) -> int | None:
        try:
            return self._path.stat().st_mtime_ns
        except OSError:
            return None


class WholeFileCheckpointIO(TorchCheckpointIO):
    """Writes beside the final name and renames: a full disk or a power cut leaves the older checkpoint."""

    def save_checkpoint(
        self, checkpoint: dict[str, Any], path: str | os.PathLike[str], storage_options: Any = None
    ) -> None:
        """Write one checkpoint.

        Raises:
            OSError: there is no room, or the folder cannot be written to; the older file stays.
        """
        part = Path(path).with_name(Path(path).name + ".part")
        try:
            super().save_checkpoint(checkpoint, part, storage_options)
            with part.open("rb+") as file:
                os.fsync(file.fileno())  # else a power cut may leave the new name without its content
            os.replace(part, path)
        finally:
            part.unlink(missing_ok=True)


def bytes_on_disk(recipe: Recipe, network: nn.Module, has_last: bool = False) -> int:
    """What checkpoints and model file of a run take at most.

    A checkpoint holds the weights, their average and what the optimiser remembers; each is written beside the one it
    replaces.

    Args:
        recipe: of the run.
        network: of it; its weights may be on the device `meta`.
        has_last: whether there is a last checkpoint already.
    """
    weights = sum(tensor.numel() * tensor.element_size() for tensor in network.state_dict().values())
    memory = 1 if recipe.optimiser.kind == "sgd" else 2
    checkpoints = weights * (2 + memory) * (1 if has_last else 2)
    if recipe.trainer.keep == BEST:
        checkpoints += weights * 2 * 2
    return checkpoints + weights


def require_room(recipe: Recipe, network: nn.Module) -> None:
    """Refuse a run whose checkpoints will not fit the disk.

    Raises:
        ResourceLimitError: there is too little room.
    """
    output = Path(recipe.trainer.output).absolute()
    place = next(folder for folder in (output, *output.parents) if folder.exists())
    needed = bytes_on_disk(recipe, network, (output / f"{LAST}.ckpt").is_file())
    free = shutil.disk_usage(place).free
    if free < needed:
        raise ResourceLimitError(
            f"The disk of '{output}' has {free / 1e9:.1f} GB free; checkpoints and model file of this run need "
            f"{needed / 1e9:.1f} GB. Free disk space or choose another trainer.output."
        )


def tell_of_older(recipe: Recipe) -> None:
    """Warn, while nothing is lost yet, that a new run will take the place of one that could be resumed."""
    path = Path(recipe.trainer.output) / f"{LAST}.ckpt"
    if path.is_file() and not recipe.trainer.resume:
        logger.warning(
            "'%s' is the last checkpoint of an earlier run, which this new one replaces at its first validation. To go "
            "on with that run, stop now and give trainer.resume=true.", path,
        )  # fmt: skip


def read_checkpoint(path: Path) -> dict[str, Any]:
    """What a checkpoint holds; its tensors stay in the file.

    Raises:
        ModelFileError: there is none, or it is damaged.
    """
    remedy = "Start anew with trainer.resume=false."
    if not path.is_file():
        raise ModelFileError(f"There is no '{path}' to resume from; expected a run's last checkpoint. {remedy}")
    try:
        if not zipfile.is_zipfile(path):
            raise ValueError("it is no archive of torch.save")
        checkpoint: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
        int(checkpoint["global_step"]), float(checkpoint["elapsed_seconds"])  # an archive of ours
    except (TypeError, RuntimeError, OSError, EOFError, ValueError, LookupError, zipfile.BadZipFile) as error:
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise ModelFileError(
            f"'{path}' cannot be read ({reason}); expected a run's last checkpoint. {remedy}"
        ) from error
    return checkpoint


def require_same_run(path: Path, made_with: dict[str, str]) -> None:
    """Refuse a checkpoint whose weights mean something else in this run.

    Args:
        path: of the checkpoint.
        made_with: of this run, see `SegmentationTask.made_with`.

    Raises:
        InputError: weights of another network, or for other data.
        ModelFileError: no checkpoint, or a damaged one.
    """
    theirs = read_checkpoint(path).get("made_with", made_with)  # older versions did not say
    differing = [name for name, text in made_with.items() if theirs.get(name) != text]
    if differing:
        raise InputError(
            f"The checkpoint in '{path.parent}' was made with another {', '.join(differing)} than the recipe has now; "
            "expected the same. Go on with the recipe it was made with, or start anew with trainer.resume=false."
        )


def follow_folder(states: dict[str, dict[str, Any]], folder: Path) -> None:
    """Let Lightning's callbacks find a run's checkpoints where the folder lies now.

    Lightning forgets the best score in another folder, so that worse weights would take the place of the best ones.

    Args:
        states: of the callbacks, as the checkpoint has them; changed in place.
        folder: of the run.
    """
    for state in states.values():
        path = Path(os.path.realpath(folder)) / PureWindowsPath(state.get("best_model_path", "")).name  # / or \
        if path.is_file():
            state["dirpath"] = str(path.parent)
            state["best_model_path"] = state["kth_best_model_path"] = str(path)
            state["best_k_models"] = {str(path): score for score in state["best_k_models"].values()}


def load_best(path: Path, average: nn.Module) -> int:
    """Give the averaged network its best validated weights.

    Returns:
        The step they are of.
    """
    checkpoint = torch.load(path, map_location="cpu", weights_only=True)
    prefix = "average."
    state = {
        key.removeprefix(prefix): value for key, value in checkpoint["state_dict"].items() if key.startswith(prefix)
    }
    average.load_state_dict(state)
    return int(checkpoint["global_step"])
