"""What holds for the scene as a whole: common ground of both modalities, percentiles of their values."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..callbacks import IsCancelled
from ..errors import NodataError
from ..radiometry import InputTransform, scene_percentiles, to_units
from .grid import Grid
from .modality import Modality
from .sampling import sample_pixels
from .source import capital

PERCENTILE_PIXELS = 2**20
_COMMON_GROUND_PIXELS = 2**16


def require_common_ground(
    modalities: tuple[Modality, ...], scene: Grid, dropout: bool, is_cancelled: IsCancelled
) -> None:
    """Refuse a pair without a pixel the model can map.

    Raises:
        NodataError: where one raster has pixels the other has none.
    """
    needed = [m.plan for m in modalities]
    if dropout or len(needed) < 2:
        return
    _, empty = sample_pixels(tuple(needed), scene, _COMMON_GROUND_PIXELS, is_cancelled, least=1)
    if empty:
        raise NodataError(
            "Optical and SAR raster have no valid pixel in common, although their outlines overlap; expected ground "
            "that both show. Check the nodata values, or choose other scenes."
        )


def scene_transform(modality: Modality, scene: Grid, is_cancelled: IsCancelled) -> tuple[InputTransform, list[str]]:
    """The modality's radiometry, with the scene's percentiles where card or units want them.

    Returns:
        The transform; warnings.

    Raises:
        NodataError: no valid pixel on the common ground.
    """
    spec = modality.spec
    if spec.percentiles is None and not modality.top_quantile:
        return modality.transform, []
    values, empty = sample_pixels((modality.plan,), scene, PERCENTILE_PIXELS, is_cancelled)
    if empty:
        raise NodataError(
            f"{capital(modality.plan.label)} has no valid pixel on the common ground; "
            "expected some. Check its nodata value and its place."
        )
    physical = to_units(modality.transform, values[0])
    if spec.percentiles is None:
        top = np.maximum(np.percentile(physical, 99, axis=1), 1e-12) / 255
        zero = (0.0,) * len(top)
        return replace(modality.transform, low=zero, high=tuple(map(float, top)), clip=(0.0, 255.0)), []
    low, high = scene_percentiles(physical, *spec.percentiles)
    ends = np.percentile(physical, spec.percentiles, axis=1)
    flat = [band.name for band, lowest, highest in zip(spec.bands, *ends) if highest <= lowest]
    warnings = []
    if flat:
        warnings.append(f"The {modality.plan.label[4:]} is constant in {', '.join(flat)}; the map cannot use it.")
    return replace(modality.transform, low=low, high=high), warnings
