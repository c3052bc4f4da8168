"""What the rows of a map depend on: a job may go on from earlier rows only where all of it is as it was."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from . import __version__
from .model_store import checksum
from .parameters import BACKENDS, ClassificationParameters, EngineOptions
from .raster.align import AlignedPair
from .raster.fingerprints import gdal_version, layer_state, mask_state
from .results import EngineInfo

_NOT_IN_THE_PIXELS = ("output", "confidence", "probabilities", "area_table", "report", "output_format", "resume")
_ELSEWHERE = ("optical", "sar", "mask", "model")
_FACTS = ("device", "precision", "backend", "batch_size", "tile_size", "overlap", "rows_per_band", "torch_version")


def job_state(parameters: ClassificationParameters, pair: AlignedPair) -> dict[str, Any]:
    """By subject: settings, inputs, mask, model, software; plain data."""
    settings = asdict(parameters)
    for name in (*_NOT_IN_THE_PIXELS, *_ELSEWHERE):
        settings.pop(name)
    settings["engine"].pop("threads")  # more of them are faster, nothing else
    used = {modality.role: getattr(parameters, modality.role) for modality in pair.modalities}
    return {
        "settings": settings,
        "grid": [pair.grid.width, pair.grid.height, pair.grid.geotransform, pair.grid.crs_wkt],
        "inputs": {role: layer_state(path) for role, path in used.items()},
        "mask": mask_state(parameters.mask),
        "model": checksum(Path(parameters.model)),
        "software": [__version__, gdal_version()],
    }


def engine_facts(info: EngineInfo) -> dict[str, Any]:
    """What of an engine decides the pixels."""
    return {name: getattr(info, name) for name in _FACTS}


def options_as_before(options: EngineOptions, facts: dict[str, Any]) -> EngineOptions:
    """The user's options, with what an engine would settle by measuring settled as in the earlier run."""
    backend = facts["backend"] if options.backend == "auto" and facts["backend"] in BACKENDS else options.backend
    return replace(options, backend=backend, batch_size=facts["batch_size"])
