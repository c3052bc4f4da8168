"""The recipe of a run, as plain data: what `training/recipe_file.py` reads.

Augmentation, loss, optimiser and schedule are those of the shipped model (`training/recipes/asanet/landcover_us.yaml`),
whose data are scaled in the same way: 1st and 99th percentile of each scene.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

from ..dataset.description import STRETCH, DatasetDescription, ModalityDescription, trained_units
from ..dataset.pack import Packed
from ..networks import network_info
from .parameters import TrainParameters

LARGEST_CROP = 192
LARGEST_TILE = 512
ENDLESS = 1_000_000
"""Steps of a run that the clock ends."""

RATES = {"asanet": 1.5e-3, "upernet_convnextv2": 1.5e-3}
OTHER_RATE = 5e-4
FINE_TUNING = 1 / 3
"""Of the rate for fresh weights."""

BETWEEN_VALIDATIONS = (25, 500)
"""Least and most steps; in between, one pass through the training tiles."""

AUGMENTATION = {
    "scale": [0.7, 1.4],
    "gamma": [1.0, 1.0],
    "optical_gain": [0.85, 1.18],
    "optical_offset": [-0.047, 0.047],
    "band_gain": [0.94, 1.06],
    "band_offset": [-0.024, 0.024],
    "sar_gain": [0.75, 1.33],
    "sar_offset": [-0.031, 0.031],
}


def build_recipe(
    parameters: TrainParameters, described: DatasetDescription, packed: Packed, output: Path
) -> dict[str, Any]:
    """The recipe of a run.

    Args:
        parameters: of the run, network and options those of the model it starts from, if any.
        described: the data set.
        packed: its arrays.
        output: folder of checkpoints and model.
    """
    tile = min(described.tile_size, LARGEST_TILE)
    crop = parameters.crop or min(described.tile_size, LARGEST_CROP)
    epoch = -(-packed.tiles["train"] // parameters.batch)
    steps = parameters.epochs * epoch if parameters.epochs else ENDLESS
    least, most = BETWEEN_VALIDATIONS
    rate = RATES.get(parameters.network, OTHER_RATE) * (FINE_TUNING if parameters.start_from else 1.0)
    both = network_info(parameters.network).inputs == ("optical", "sar") and not _alone(parameters)
    return {
        "name": re.sub(r"[^a-z0-9]+", "-", Path(parameters.model).stem.lower()).strip("-") or "model",
        "title": parameters.title or f"Land cover, trained on {described.name}",
        "description": _story(parameters, described, packed),
        "licence": parameters.licence,
        "seed": parameters.seed,
        "classes": described.legend.to_json(),
        "network": {
            "name": parameters.network,
            "parameters": parameters.options,
            "start_from": parameters.start_from,
        },
        "optical": _modality(described.optical),
        "sar": _modality(described.sar),
        "data": {
            "folders": [str(packed.folder)],
            "gsd": described.gsd,
            "sources": [
                {
                    "name": described.name,
                    **{key: source[key] for key in ("optical", "sar", "labels") if key in source},
                    "split": _split(packed),
                }
                for source in described.sources
            ],
        },
        "augmentation": {
            "crop": crop,
            **AUGMENTATION,
            "drop_optical": parameters.dropout / 2 if both else 0.0,
            "drop_sar": parameters.dropout / 2 if both else 0.0,
        },
        "loss": {"auxiliary": 0.4, "label_smoothing": 0.05},
        "optimiser": {"rate": parameters.rate or rate, "weight_decay": 0.05, "clip": 1.0},
        "schedule": {"kind": "cosine", "warm_up": 0.05, "final": 0.01},
        "validation": {"tile": tile, "overlap": tile // 4, "batch": parameters.batch},
        "trainer": {
            "output": str(output),
            "steps": steps,
            "max_minutes": parameters.minutes,
            "batch": parameters.batch,
            "validate_every": min(max(epoch, least), most, steps),
            "average": 0.998,
            "keep": "best",
            "accelerator": parameters.device,
            "precision": "auto",
            "workers": parameters.workers if sys.platform == "linux" else 0,
            "progress_bar": False,
        },
    }


def _alone(parameters: TrainParameters) -> bool:
    """Whether the network's form looks at one modality."""
    return {"optical", "sar"} & {parameters.options.get("modality"), parameters.options.get("variant")} != set()


def _modality(described: ModalityDescription) -> dict[str, Any]:
    return {
        "bands": [{"name": band.name, "common_name": band.common_name} for band in described.bands],
        "units": trained_units(described),
        "percentiles": list(STRETCH),
    }


def _split(packed: Packed) -> str:
    uses = {"train": "trained on", "val": "for validation", "test": "for the test"}
    return f"tiles of all sources: {', '.join(f'{count} {uses[split]}' for split, count in packed.tiles.items())}"


def _story(parameters: TrainParameters, described: DatasetDescription, packed: Packed) -> str:
    start = f", starting from {Path(parameters.start_from).name}" if parameters.start_from else ""
    return (
        f"Trained on {packed.tiles['train']} tiles of the data set {described.name}{start}; best weights chosen on "
        f"{packed.tiles['val']} validation tiles. Use on other places, seasons or sensors is untested."
    )
