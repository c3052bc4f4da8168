"""The model card of a training run."""

from __future__ import annotations

import subprocess  # nosec B404
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rgbsar_core import __version__
from rgbsar_core.metrics import Accuracy
from rgbsar_core.model_card import InputSpec, ModelCard
from rgbsar_core.networks import network_info

from .bootstrap import BLOCK, IouIntervals
from .counting import published_counts
from .datasets.samples import Statistics
from .recipe import ModalityRecipe, Recipe

MOST_NAMED = 40
"""Images a card lists by name; a validation split of tiles may have thousands."""


@dataclass(frozen=True)
class RunFigures:
    """What a run came to.

    Attributes:
        steps: optimiser steps behind the weights that are kept.
        minutes: spent, earlier parts of a resumed run included.
        parameters: of the network, training-only heads included.
        weights: which weights are kept, in words.
        shared: images measured on that were trained on, too.
    """

    steps: int
    minutes: float
    parameters: int
    weights: str
    shared: int = 0


def input_specs(recipe: Recipe, statistics: tuple[Statistics, Statistics]) -> tuple[InputSpec, ...]:
    """What the network wants: both inputs, or the one that its variant looks at."""
    specs = {
        "optical": _input_spec("optical", recipe.optical, statistics[0]),
        "sar": _input_spec("sar", recipe.sar, statistics[1]),
    }
    alone = recipe.network.alone
    return tuple(specs.values()) if alone is None else (specs[alone],)


def build_card(
    recipe: Recipe, inputs: tuple[InputSpec, ...], metrics: dict[str, Any], temperature: float = 1.0
) -> ModelCard:
    """Everything that changes a number, written down."""
    change = recipe.augmentation
    return ModelCard(
        name=recipe.name,
        title=recipe.title,
        network=recipe.network.name,
        network_parameters=recipe.network.keywords(),
        inputs=inputs,
        legend=recipe.legend,
        gsd=recipe.data.gsd,
        tile_size=recipe.validation.tile,
        overlap=recipe.validation.overlap,
        modality_dropout=len(inputs) == 2 and change.drop_optical > 0 and change.drop_sar > 0,
        description=recipe.description,
        training_data=recipe.data.sources,
        seed=recipe.seed,
        commit=current_commit() or f"version {__version__}",
        metrics=metrics,
        licence=recipe.licence,
        citation=_citation(recipe),
        temperature=temperature,
    )


def describe_metrics(
    recipe: Recipe, measured: Accuracy, intervals: IouIntervals, scenes: tuple[str, ...], run: RunFigures
) -> dict[str, Any]:
    """Accuracy and how it came about; under `parity` also as the papers count it."""
    trainer = recipe.trainer
    named = f": {', '.join(scenes)}" if len(scenes) <= MOST_NAMED else ""
    unseen = f", {run.shared} of them trained on, too" if run.shared else " not trained on"
    figures: dict[str, Any] = {
        "measured_on": f"{len(scenes)} scenes{unseen}{named}",
        **intervals.join(measured.to_json(recipe.legend.names), recipe.legend.names),
        "intervals": f"bootstrap over {intervals.blocks} labelled blocks of {BLOCK} x {BLOCK} pixels",
        "training": {
            "steps": run.steps,
            "samples_per_step": trainer.batch * trainer.accumulate * trainer.devices * trainer.nodes,
            "crop_pixels": recipe.augmentation.crop,
            "minutes": round(run.minutes, 1),
            "parameters": run.parameters,
            "precision": trainer.precision,
            "weights": run.weights,
        },
    }
    if recipe.parity:
        figures["as_counted_by"] = published_counts(measured)
    return figures


def current_commit() -> str:
    """Commit of the working copy this file lies in; empty where it is installed, be it inside another repository."""
    root = Path(__file__).resolve().parent.parent
    if not (root / ".git").exists():
        return ""
    try:
        answer = subprocess.run(  # nosec B603 B607: git of whoever works on this repository
            ["git", "rev-parse", "--verify", "--quiet", "HEAD"],
            cwd=root,
            capture_output=True,
            text=True,
            timeout=10,
            check=False,
        )
    except OSError:
        return ""
    return answer.stdout.strip()


def _citation(recipe: Recipe) -> str:
    """The network's paper, then what the recipe says of data and protocol."""
    info = network_info(recipe.network.name)
    return f"{info.paper}, {info.year} (network). {recipe.citation}".strip()


def _input_spec(role: str, modality: ModalityRecipe, statistics: Statistics) -> InputSpec:
    return InputSpec(
        role=role,
        bands=modality.bands,
        units=modality.units,
        percentiles=modality.percentiles,
        clip=modality.clip,
        mean=statistics[0],
        std=statistics[1],
    )
