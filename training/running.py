"""Lightning's trainer as a recipe wants it."""

from __future__ import annotations

import csv
import dataclasses
import importlib.util
import logging
import os
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import lightning
import torch
from lightning.fabric.plugins.environments.cluster_environment import ClusterEnvironment
from lightning.fabric.plugins.environments.slurm import SLURMEnvironment
from lightning.fabric.plugins.environments.torchelastic import TorchElasticEnvironment
from lightning.fabric.utilities.exceptions import MisconfigurationException
from lightning.fabric.utilities.rank_zero import rank_zero_only
from lightning.pytorch.callbacks import Callback, EarlyStopping, ModelCheckpoint
from lightning.pytorch.loggers import CSVLogger, Logger, TensorBoardLogger

from rgbsar_core.engine.device import choose_device, choose_precision
from rgbsar_core.errors import InputError, as_sentence

from .callbacks import RunBar, StepLog
from .checkpoints import BEST, LAST, WholeFileCheckpointIO
from .recipe import Recipe

HARMLESS = (
    "Checkpoint directory .* exists and is not empty",  # it is the run's own folder
    "Found .* module.* in eval mode",  # the averaged network
    "The number of training batches .* is smaller than the logging interval",
    "Experiment logs directory .* exists and is not empty",  # earlier rows are kept under another name
    "You're resuming from a checkpoint that ended before the epoch ended",  # sample numbers follow the steps
    "The `srun` command is available on your system but is not used",  # a machine may have Slurm and a user none
    "`isinstance.treespec, LeafSpec.` is deprecated",
)
"""Lightning's warnings of what is meant to be so."""


def quieten() -> None:
    """Leave of Lightning's messages those that a user can do something about."""
    for package in ("lightning.pytorch", "lightning.fabric"):
        logging.getLogger(package).setLevel(logging.WARNING)
    for text in HARMLESS:
        warnings.filterwarnings("ignore", text)


def is_first_process() -> bool:
    """Whether this is the only process of the run, or the one of several that tells and writes."""
    return not getattr(rank_zero_only, "rank", 0)


def with_precision(recipe: Recipe) -> Recipe:
    """The recipe with `auto` settled: 16 bits where the device computes faster with them.

    Raises:
        InputError: the device cannot be used.
    """
    run = recipe.trainer
    if run.precision != "auto":
        return recipe
    device, _ = choose_device({"gpu": "cuda"}.get(run.accelerator, run.accelerator))
    dtype, _ = choose_precision("auto", device)
    found = {torch.bfloat16: "bf16-mixed", torch.float16: "16-mixed"}.get(dtype, "32-true")
    return dataclasses.replace(recipe, trainer=dataclasses.replace(run, precision=found))


def make_trainer(
    recipe: Recipe, output: Path, watchers: Sequence[Callback] = (), begun: int = 0
) -> lightning.Trainer:
    """The trainer, with its checkpoints and logs in `output`.

    Args:
        recipe: of the run.
        output: folder.
        watchers: further callbacks.
        begun: steps that the checkpoint has which the run goes on from.

    Raises:
        InputError: Lightning refuses the settings.
    """
    with lightning_told():
        return _trainer(recipe, output, watchers, begun)


@contextmanager
def lightning_told() -> Iterator[None]:
    """Make a sentence of what Lightning refuses.

    Raises:
        InputError: it does.
    """
    try:
        yield
    except (ValueError, MisconfigurationException) as error:
        refused = as_sentence(f"Lightning refuses the recipe's trainer settings: {error}")
        raise InputError(f"{refused} Correct them.") from error


def _trainer(recipe: Recipe, output: Path, watchers: Sequence[Callback], begun: int) -> lightning.Trainer:
    run = recipe.trainer
    return lightning.Trainer(
        accelerator=run.accelerator,
        devices=run.devices,
        num_nodes=run.nodes,
        strategy=run.strategy,
        precision=run.precision,  # type: ignore[arg-type]
        deterministic="warn" if run.deterministic else None,
        max_steps=run.steps,
        max_epochs=-1,
        accumulate_grad_batches=run.accumulate,
        gradient_clip_val=recipe.optimiser.clip,
        reload_dataloaders_every_n_epochs=1,
        use_distributed_sampler=False,
        num_sanity_val_steps=0,
        log_every_n_steps=10,
        callbacks=[*watchers, *_callbacks(recipe, output)],
        plugins=[WholeFileCheckpointIO(), *_environments()],
        enable_progress_bar=run.progress_bar,
        enable_model_summary=False,
        logger=_loggers(output, begun),
    )


def _environments() -> list[ClusterEnvironment]:
    """How processes find each other, where Lightning's choice needs a correction.

    Under Slurm it would answer a signal by requeueing the job itself, from a checkpoint in the working directory, where
    the next job finds it, of whatever recipe that is. Here Slurm requeues, and `trainer.resume` knows the checkpoint.

    Raises:
        InputError: Slurm's tasks are not counted by node.
    """
    if TorchElasticEnvironment.detect() or not SLURMEnvironment.detect():
        return []
    try:
        return [SLURMEnvironment(auto_requeue=False)]
    except RuntimeError as error:
        raise InputError(
            f"Slurm's tasks found that Lightning cannot use ({str(error).rstrip('.')}); expected --ntasks-per-node. "
            "Correct the batch script."
        ) from error


def _callbacks(recipe: Recipe, output: Path) -> list[Callback]:
    """The last checkpoint is written after the best one and all counting, so that it knows of them."""
    run = recipe.trainer
    callbacks: list[Callback] = [StepLog()]
    if run.progress_bar:
        callbacks.append(RunBar(refresh_rate=10))
    if run.early_stop is not None:
        callbacks.append(
            EarlyStopping(
                "val_miou", mode="max", patience=run.early_stop, check_finite=False, check_on_train_epoch_end=False
            )
        )
    if run.keep == "best":
        callbacks.append(
            ModelCheckpoint(
                dirpath=output, filename=BEST, monitor="val_miou", mode="max", save_top_k=1, save_weights_only=True,
                enable_version_counter=False, save_on_train_epoch_end=False,
            )  # fmt: skip
        )
    callbacks.append(
        ModelCheckpoint(
            dirpath=output, filename=LAST, save_top_k=1, enable_version_counter=False, save_on_train_epoch_end=True
        )
    )
    return callbacks


def keep_rows(output: Path, begun: int) -> None:
    """Give the table of a run's earlier part another name: the logger of a resumed run begins its own.

    Rows of steps that the checkpoint does not have are left out, for these steps come again. A new run (`begun` is 0)
    has no earlier part: it removes those of the run whose table its logger replaces.
    """
    table = output / "log" / "metrics.csv"
    if not is_first_process():
        return
    earlier = list(table.parent.glob("metrics.*.csv"))
    if not begun:
        for part in earlier:
            part.unlink()
        return
    if not table.is_file():
        return
    with table.open(newline="", encoding="utf-8") as file:
        rows = csv.DictReader(file)
        names = rows.fieldnames or ()
        steps = ((row, row.get("step") or "") for row in rows)  # of a row that a kill cut off: none
        kept = [row for row, step in steps if step.isdigit() and int(step) < begun]
    part = table.with_name("metrics.csv.part")
    with part.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, names, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(kept)
    os.replace(part, table.with_name(f"metrics.{len(earlier) + 1}.csv"))
    table.unlink()


def _loggers(output: Path, begun: int) -> list[Logger]:
    """CSV always, TensorBoard where it is installed; neither touches the disk before the run starts.

    TensorBoard hides what it has of an earlier run, or part, from the step `begun` on.
    """
    loggers: list[Logger] = [CSVLogger(output, name="", version="log")]
    if importlib.util.find_spec("tensorboard") is not None:
        loggers.append(TensorBoardLogger(output, name="", version="log", purge_step=begun))
    return loggers
