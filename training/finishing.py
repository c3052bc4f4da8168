"""What is left when the training loop is over: the model file, its confidence and its figures."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import nn

from rgbsar_core.engine.model_file import Precision, load_model, save_model
from rgbsar_core.metrics import Accuracy
from rgbsar_core.model_card import InputSpec

from .calibration import Assessment, assess, fit_temperature, sample_logits
from .card import RunFigures, build_card, describe_metrics
from .datasets.images import LabelledImages, Scene
from .recipe import Recipe

logger = logging.getLogger(__name__)

UNMEASURED = "unmeasured.safetensors"
"""Beside the model file, until that is written: the weights, whatever becomes of the measuring."""


def write_unmeasured(folder: Path, network: nn.Module, recipe: Recipe, inputs: tuple[InputSpec, ...]) -> Path:
    """Write weights as a model file that says nothing of their worth; returns the file.

    Raises:
        ModelFileError: the file cannot be written.
    """
    path = folder / UNMEASURED
    save_model(path, network, build_card(recipe, inputs, {}), precision=_stored(recipe))
    return path


def write_model(
    path: Path,
    network: nn.Module,
    recipe: Recipe,
    inputs: tuple[InputSpec, ...],
    scenes: LabelledImages,
    run: RunFigures,
    device: torch.device,
    asked: dict[str, Any],
) -> None:
    """Write the model file and `metrics.json` beside it; the figures are those of the file.

    `metrics.json` also keeps the recipe that was asked for: a sweep tells by it whether a run is the one it wants.

    Args:
        path: of the model file.
        network: to keep, on the CPU.
        recipe: of the run.
        inputs: of the card.
        scenes: of the validation, to calibrate and measure with.
        run: steps and minutes.
        device: to measure on.
        asked: the recipe as the user gave it, as plain data.

    Raises:
        ModelFileError: the file cannot be written.
    """
    draft = write_unmeasured(path.parent, network, recipe, inputs)  # the file's own name is for the complete one
    kept, drafted = load_model(draft, device=str(device))
    raw = found = _assess(kept, recipe, inputs, scenes, device)
    temperature = 1.0
    if recipe.validation.calibrate:
        temperature = fit_temperature(*sample_logits(kept, scenes, inputs, recipe.validation, device))
        found = _assess(kept, recipe, inputs, scenes, device, temperature)
        if not found.calibration_error < raw.calibration_error:  # a network at chance level, or sure enough already
            found, temperature = raw, 1.0
    metrics = describe_metrics(recipe, found.measured, found.intervals, scenes.names, run)
    metrics["calibration"] = {
        "temperature": temperature,
        "fitted_on": "the scenes measured here" if recipe.validation.calibrate else "nothing",
        "expected_calibration_error_before": _rounded(raw),
        "expected_calibration_error": _rounded(found),
    }
    if drafted.modality_dropout:
        metrics["without"] = {
            spec.role: _worth(_assess(kept, recipe, inputs, scenes, device, temperature, spec.role), recipe)
            for spec in inputs
        }
    save_model(path, network, build_card(recipe, inputs, metrics, temperature), precision=_stored(recipe))
    draft.unlink()
    part = path.with_name("metrics.json.part")
    part.write_text(json.dumps({**metrics, "recipe": asked}, indent=1), encoding="utf-8")
    os.replace(part, path.with_name("metrics.json"))  # a sweep takes a run with this file for done
    measured = found.measured
    logger.info("mIoU %.4f, OA %.4f, %d steps, %.1f min -> %s", measured.mean_iou, measured.overall, run.steps,
                run.minutes, path)  # fmt: skip
    logger.info("IoU %s", {n: round(float(i), 4) for n, i in zip(recipe.legend.names, measured.iou)})
    logger.info("calibration %s", metrics["calibration"])


def evaluate_file(path: Path, recipe: Recipe, scenes: Sequence[Scene], device: torch.device) -> Accuracy:
    """Measure a written model file, in float32."""
    network, card = load_model(path, device=str(device))
    return _assess(network, recipe, card.inputs, scenes, device, card.temperature).measured


def _stored(recipe: Recipe) -> Precision:
    return "float16" if recipe.trainer.stored == "float16" else "float32"


def _assess(
    network: nn.Module,
    recipe: Recipe,
    inputs: Sequence[InputSpec],
    scenes: Sequence[Scene],
    device: torch.device,
    temperature: float = 1.0,
    without: str = "",
) -> Assessment:
    return assess(network, scenes, inputs, len(recipe.classes), recipe.validation, device, temperature, without)


def _worth(assessment: Assessment, recipe: Recipe) -> dict[str, float | None]:
    """What the card says of maps made with one layer left out."""
    figures = assessment.measured.to_json(recipe.legend.names)
    measured = {name: figures[name] for name in ("overall_accuracy", "mean_iou")}
    return {**measured, "expected_calibration_error": _rounded(assessment)}


def _rounded(assessment: Assessment) -> float | None:
    error = assessment.calibration_error
    return round(error, 4) if error == error else None  # NaN, without a labelled pixel, is no JSON
