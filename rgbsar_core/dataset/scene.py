"""The two layers of a scene on one grid, as classifying puts them there, with their numbers left as they are."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Optional

import numpy as np
from numpy.typing import NDArray

from ..callbacks import IsCancelled
from ..errors import InputError
from ..legend import LandCoverClass, Legend
from ..model_card import Band, InputSpec, ModelCard
from ..parameters import ClassificationParameters
from ..radiometry import InputTransform
from ..raster.align import AlignedPair, open_pair
from ..raster.bands import common_name
from ..raster.grid import Grid
from ..raster.mask import PolygonMask
from ..raster.modality import Modality, own_units
from ..raster.planning import scene_grid
from ..raster.scene import scene_transform
from ..raster.source import RasterBand, RasterSource, open_raster
from .description import STRETCH, ModalityDescription

_ANY_RANGE = 1e9  # a deviation that no model trained on 8-bit pixels has: numbers are left as they are


@dataclass(frozen=True)
class AlignedScene:
    """Two layers on one grid.

    Args:
        pair: their strips; pixels outside the polygon mask are valid.
        optical, sar: what the tiles will hold.
        assumptions, warnings: sentences for the user.
        mask: polygon file or None.
        stretch: low and high percentile of every band of "optical" and "sar" over the whole scene, as classifying
            finds them, in the units of the tiles.
    """

    pair: AlignedPair
    optical: ModalityDescription
    sar: ModalityDescription
    assumptions: tuple[str, ...]
    warnings: tuple[str, ...]
    mask: Optional[str]
    stretch: dict[str, list[list[float]]]

    def inside_mask(self) -> Callable[[int, int], NDArray[np.bool_]]:
        """From first row and height to (height, W) True where labels count; opens the mask in this thread."""
        width, grid = self.pair.grid.width, self.pair.grid
        if self.mask is None:
            return lambda row, height: np.ones((height, width), bool)
        polygons = PolygonMask(self.mask)
        return lambda row, height: polygons.inside(grid.window(0, row, width, height))


def open_scene(parameters: ClassificationParameters, is_cancelled: IsCancelled) -> AlignedScene:
    """Open a scene's two layers.

    Args:
        parameters: files, bands, units, grid, extent, mask; model and output are not looked at.
        is_cancelled: asked while pixels are sampled.

    Raises:
        InputError, GridMismatchError, NodataError, RasterIOError, OperationCancelled: as `align.open_pair`.
    """
    optical = _source(parameters.optical, "optical", parameters.optical_bands)
    sar = _source(parameters.sar, "SAR", parameters.sar_bands)
    specs, names, notes, units = [], [], [], []
    for source, chosen in ((optical, parameters.optical_bands), (sar, parameters.sar_bands)):
        numbers = chosen or tuple(band.number for band in source.bands)
        found, sentences = own_units(source, numbers, parameters, is_cancelled)
        specs.append(_spec(source, numbers, found))
        names.append(numbers)
        units.append(found)
        notes += sentences
    asked = replace(parameters, optical_bands=names[0], sar_bands=names[1], sar_units=units[1])
    pair = open_pair(asked, _card(specs), is_cancelled)
    transforms: list[Optional[InputTransform]] = [pair.optical, pair.sar]
    described = [
        _described(source, numbers, spec, modality, transform)
        for source, numbers, spec, modality, transform in zip((optical, sar), names, specs, pair.modalities, transforms)
        if transform is not None
    ]
    return AlignedScene(
        pair=replace(pair, mask=None),
        optical=described[0],
        sar=described[1],
        assumptions=(*notes, *pair.assumptions),
        warnings=pair.warnings,
        mask=parameters.mask,
        stretch={m.role: _stretch(m, scene_grid(asked, (optical, sar)), is_cancelled) for m in pair.modalities},
    )


def _stretch(modality: Modality, scene: Grid, is_cancelled: IsCancelled) -> list[list[float]]:
    plain = replace(modality.transform, convert="none")  # the tiles keep the numbers as they are read
    spec = replace(modality.spec, percentiles=STRETCH)
    found, _ = scene_transform(replace(modality, spec=spec, transform=plain), scene, is_cancelled)
    return [[low, high] for low, high in zip(found.low, found.high)]


def _source(path: str, role: str, chosen: Optional[tuple[int, ...]]) -> RasterSource:
    source = open_raster(path, role, chosen)
    numbers = [band.number for band in source.bands]
    missing = [number for number in chosen or () if number not in numbers]
    if missing:
        raise InputError(
            f"Band {missing[0]} was chosen, but {source.label} has the bands {', '.join(map(str, numbers[:12]))}. "
            "Choose bands it has."
        )
    return source


def _spec(source: RasterSource, numbers: tuple[int, ...], units: str) -> InputSpec:
    role = "optical" if source.role == "optical" else "sar"
    bands = tuple(_band(source.band(number), role) for number in numbers)
    zero, wide = (0.0,) * len(bands), (_ANY_RANGE,) * len(bands)
    return InputSpec(role, bands, units, None, None, zero, wide)


def _band(band: RasterBand, role: str) -> Band:
    common = common_name(band, role)
    return Band(" ".join(band.description.split())[:80] or common or f"band {band.number}", common)


def _card(specs: list[InputSpec]) -> ModelCard:
    """Stands for a model that takes every number as it is."""
    legend = Legend((LandCoverClass(1, "any", (0, 0, 0)),))
    return ModelCard("dataset", "data set", "none", {}, tuple(specs), legend, gsd=None, tile_size=32, overlap=0)


def _described(
    source: RasterSource, numbers: tuple[int, ...], spec: InputSpec, modality: Modality, transform: InputTransform
) -> ModalityDescription:
    return ModalityDescription(
        folder=spec.role,
        bands=spec.bands,
        units=spec.units if transform.convert == "none" else "linear",  # decibels are warped as linear power
        scale=transform.scale,
        offset=transform.offset,
        dtype=modality.plan.dtype,
        nodata=_nodata(source, numbers, modality),
    )


def _nodata(source: RasterSource, numbers: tuple[int, ...], modality: Modality) -> Optional[float]:
    """What pixels without a measurement are filled with; None where there are none."""
    if np.dtype(modality.plan.dtype).kind == "f":
        return math.nan
    declared = {source.band(number).nodata for number in numbers} - {None}
    if len(declared) == 1:
        value: Any = declared.pop()
        if float(value).is_integer() and _holds(modality.plan.dtype, float(value)):
            return float(value)
    covered = source.alpha is not None or source.has_mask
    return 0.0 if covered or any(value is not None for value in modality.plan.nodata) else None


def _holds(dtype: str, value: float) -> bool:
    limits = np.iinfo(dtype)
    return bool(limits.min <= value <= limits.max)
