"""A training run as `train_job.py` serves it: watched step by step, and with what its report shows."""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import lightning
import numpy as np
import torch
from lightning.pytorch.callbacks import Callback

from rgbsar_core.engine.device import choose_device, device_name
from rgbsar_core.engine.model_file import load_model

from .callbacks import minutes_left
from .datasets.images import LabelledImages, WatchedImages
from .datasets.packed import FILE_NAME
from .datasets.splits import open_images, validation_images
from .finishing import evaluate_file, write_unmeasured
from .prediction import predict, scene_inputs
from .recipe import Recipe
from .recipe_file import read_recipe
from .running import quieten
from .task import SegmentationTask
from .train import train

Send = Callable[..., None]

MESSAGE_SECONDS = 0.5
"""Between two messages; each asks the device for the loss, for which it must finish its work."""

SHOWN = 8
"""Tiles whose prediction the report shows."""


class Watcher(Callback):
    """Tells where the run is, remembers its curves, and ends it when asked to.

    Args:
        send: message and its fields.
        is_cancelled: asked after every step.
    """

    def __init__(self, send: Send, is_cancelled: Callable[[], bool]) -> None:
        self.losses: list[tuple[int, float]] = []
        self.validations: list[tuple[int, float, float]] = []
        self._send = send
        self._is_cancelled = is_cancelled
        self._said = 0.0
        self._images = 0

    def on_train_batch_end(
        self, trainer: lightning.Trainer, pl_module: lightning.LightningModule, *_: object
    ) -> None:
        """A step is done."""
        if self._is_cancelled():
            trainer.should_stop = True
        now = time.monotonic()
        if now - self._said < MESSAGE_SECONDS or not isinstance(pl_module, SegmentationTask):
            return
        if trainer.global_step == 0:  # a batch of the first step, which has no pace yet
            return
        self._said = now
        step, loss = trainer.global_step, float(trainer.callback_metrics["loss"])
        self.losses.append((step, round(loss, 5)))
        self._send(
            "progress",
            share=min(pl_module.progress(), 1.0),
            step=step,
            loss=loss,
            miou=self.validations[-1][1] if self.validations else None,
            minutes_left=minutes_left(pl_module),
        )

    def on_validation_batch_end(
        self, trainer: lightning.Trainer, pl_module: lightning.LightningModule, *_: object
    ) -> None:
        """An image is measured."""
        self.tell_measured()

    def on_validation_end(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule) -> None:
        """The averaged weights were measured; NaN, without a labelled pixel, is no JSON.

        The best ones so far go to the disk as a model file: nothing that ends the process takes them along.
        """
        found = [float(trainer.callback_metrics[name]) for name in ("val_miou", "val_oa")]
        miou, overall = (round(value, 4) if value == value else 0.0 for value in found)
        best = all(miou > earlier for _, earlier, _ in self.validations)
        self.validations.append((trainer.global_step, miou, overall))
        if best and isinstance(pl_module, SegmentationTask):
            write_unmeasured(
                Path(pl_module.recipe.trainer.output), pl_module.average, pl_module.recipe, pl_module.inputs
            )
        self._images = 0
        self._send("validated", step=trainer.global_step, miou=miou, overall=overall)

    def on_train_end(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule) -> None:
        """The loop is over."""
        self._send("finishing")

    def tell_measured(self) -> None:
        """One more image is measured: whoever waits hears that the run is alive."""
        self._images += 1
        now = time.monotonic()
        if now - self._said >= MESSAGE_SECONDS:
            self._said = now
            self._send("measuring", images=self._images)


def run_job(recipe_file: str, send: Send, is_cancelled: Callable[[], bool]) -> tuple[Path, Path]:
    """Train, measure, and leave what the report shows.

    Returns:
        The model file, and `result.json` beside it: `losses` (step, loss), `validations` (step, mIoU, overall
        accuracy), `measured_on` (a split), `accuracy` (as in a card), `training` (as in a card), `calibration`,
        `device`, `shown` (numbers of tiles of that split, whose predicted class indices are in `shown.npy`).

    Raises:
        RgbSarError, OSError: as `train.train`.
    """
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    quieten()
    recipe = read_recipe(recipe_file)
    watcher = Watcher(send, is_cancelled)
    model = train(recipe, [watcher], watcher.tell_measured)
    device, _ = choose_device(recipe.trainer.accelerator)
    figures = json.loads((model.parent / "metrics.json").read_text(encoding="utf-8"))
    split, images, measured = "val", WatchedImages(validation_images(recipe), watcher.tell_measured), figures
    if _has_test(recipe) and not is_cancelled():
        split, images = "test", WatchedImages(open_images(recipe, ("test",)), watcher.tell_measured)
        measured = evaluate_file(model, recipe, images, device).to_json(recipe.legend.names)
    shown = sorted({number * len(images) // SHOWN for number in range(SHOWN)})
    np.save(model.parent / "shown.npy", _predictions(model, recipe, images, shown, device))
    result = {
        "losses": watcher.losses,
        "validations": watcher.validations,
        "measured_on": split,
        "accuracy": {name: measured[name] for name in ("overall_accuracy", "kappa", "mean_iou", "mean_f1", "classes",
                                                       "confusion_matrix")},
        "training": figures["training"],
        "calibration": figures["calibration"],
        "device": device_name(device),
        "shown": shown,
    }  # fmt: skip
    path = model.parent / "result.json"
    path.write_text(json.dumps(result), encoding="utf-8")
    return model, path


def _has_test(recipe: Recipe) -> bool:
    described = json.loads((Path(recipe.data.folders[0]) / FILE_NAME).read_text(encoding="utf-8"))
    return "test" in described["splits"] and any(described["splits"]["test"]["pixels"])


def _predictions(
    model: Path, recipe: Recipe, images: LabelledImages, numbers: list[int], device: torch.device
) -> Any:
    """(N, H, W) class indices."""
    network, card = load_model(model, device=str(device))
    found = []
    for number in numbers:
        optical, sar = scene_inputs(images[number], card.inputs)
        found.append(predict(network, optical, sar, len(recipe.classes), recipe.validation, device).labels)
    return np.stack(found)
