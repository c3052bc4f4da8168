"""Optical and SAR raster on one grid, as strips: the road from two files to the engine.

Nothing is computed before it is read. A raster that lies on the map's lattice is read as it is; the other one is
warped block by block while strips are pulled. All scene-wide facts (units, percentiles) come from the rasters'
whole common ground, so that a map of a part equals that part of the whole map.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Optional

import numpy as np
from numpy.typing import NDArray

from ..callbacks import IsCancelled
from ..errors import OperationCancelled
from ..missing_layer import NAMES, inputs_given
from ..model_card import ModelCard
from ..parameters import ClassificationParameters
from ..radiometry import InputTransform
from ..strips import OPTICAL_VALID, SAR_VALID, Strip
from .bands import choose_bands
from .grid import Grid
from .mask import PolygonMask
from .modality import Modality, open_modality
from .planning import MapWindow, map_window, scene_grid
from .scene import require_common_ground, scene_transform
from .source import RasterSource, open_raster
from .strip_reader import StripReader

_STRIP_BYTES = 32 * 2**20
_STRIP_ROWS = (64, 512)
_GSD_FACTOR = 1.5


@dataclass(frozen=True)
class AlignedPair:
    """Both modalities on one grid. Plain data: strips may be pulled in any one thread.

    Args:
        grid: pixels of the map.
        optical, sar: radiometry of each modality, None where the model does not use it or its layer is left out.
        assumptions: sentences on what was decided without being told.
        warnings: sentences on what may spoil the map.
        modalities: how each one that is read is read, optical first.
        window: where ``grid`` lies in the scene.
        mask: polygon file or None.
        threads: how many read at most; None lets every core of the machine that reads.
    """

    grid: Grid
    optical: Optional[InputTransform]
    sar: Optional[InputTransform]
    assumptions: tuple[str, ...]
    warnings: tuple[str, ...]
    modalities: tuple[Modality, ...]
    window: MapWindow
    mask: Optional[str] = None
    threads: Optional[int] = None

    def strips(
        self, is_cancelled: Optional[IsCancelled] = None, start_row: int = 0, stop_row: Optional[int] = None
    ) -> Iterator[Strip]:
        """Full-width strips from ``start_row`` to the end, in order, without gaps.

        Args:
            is_cancelled: asked before each strip.
            start_row: first row; strips keep the heights they have in a run from the top where possible.
            stop_row: first row that is not wanted; None for all to the end.

        Raises:
            OperationCancelled: ``is_cancelled`` returned True.
            RasterIOError: rows that cannot be read.
        """
        plans = [m.plan.moved(self.window.column, self.window.row) for m in self.modalities]
        polygons = PolygonMask(self.mask) if self.mask else None
        width = self.grid.width
        with StripReader(plans, width, self.threads) as reader:
            rows = list(self._rows(start_row, self.grid.height if stop_row is None else stop_row))
            for (row, height), strips in zip(rows, reader.strips(rows)):
                if is_cancelled is not None and is_cancelled():
                    raise OperationCancelled
                valid: NDArray[np.uint8] = np.zeros((height, width), np.uint8)
                pixels: dict[str, NDArray[np.generic]] = {}
                for modality, (values, mask) in zip(self.modalities, strips):
                    pixels[modality.role] = values
                    bits = mask.view(np.uint8)
                    bits *= np.uint8(OPTICAL_VALID if modality.role == "optical" else SAR_VALID)
                    valid |= bits
                if polygons is not None:
                    valid *= polygons.inside(self.grid.window(0, row, width, height))
                yield Strip(row=row, optical=pixels.get("optical"), sar=pixels.get("sar"), valid=valid)

    def _rows(self, start_row: int, stop_row: int) -> Iterator[tuple[int, int]]:
        """First row and height of each strip; borders fall between the files' blocks where these are not too high."""
        row_bytes = self.grid.width * (1 + sum(m.pixel_bytes for m in self.modalities))
        height = min(max(_STRIP_BYTES // max(row_bytes, 1), _STRIP_ROWS[0]), _STRIP_ROWS[1])
        plan = max((m.plan for m in self.modalities), key=lambda p: p.block_height)
        block = plan.block_height if plan.block_height <= height else 1
        if height < plan.block_height <= _STRIP_ROWS[1] and plan.block_height * row_bytes <= 2 * _STRIP_BYTES:
            height = block = plan.block_height
        height -= height % block
        phase = (plan.row + self.window.row) % block
        row = start_row
        while row < stop_row:
            end = row + height
            end = min(max(end - (end + phase) % block, row + 1), stop_row)
            yield row, end - row
            row = end


def open_pair(
    parameters: ClassificationParameters, card: ModelCard, is_cancelled: Optional[IsCancelled] = None
) -> AlignedPair:
    """Open both rasters and decide how they become the model's input.

    Args:
        parameters: files, bands, units, grid, extent, mask.
        card: what the model expects; a modality it does not use, or whose layer is left out, is not opened.
        is_cancelled: asked while percentiles are sampled.

    Raises:
        InputError: a raster, its bands, units, extent or mask cannot be used; the message says why.
        GridMismatchError: no CRS, no common ground.
        NodataError: nothing valid.
        RasterIOError: a file cannot be read.
        OperationCancelled: ``is_cancelled`` returned True.
    """
    cancelled = is_cancelled or (lambda: False)
    assumptions: list[str] = []
    warnings: list[str] = []
    sources, specs, bands = [], [], []
    for spec in inputs_given(card, parameters.optical, parameters.sar):
        path, chosen = getattr(parameters, spec.role), getattr(parameters, f"{spec.role}_bands")
        source = open_raster(path, NAMES[spec.role], chosen)
        numbers, assumed, warned = choose_bands(source, spec, chosen)
        sources.append(source)
        specs.append(spec)
        bands.append(numbers)
        assumptions += assumed
        warnings += warned
    assumptions += _unread_layers(parameters, card, sources)
    scene = scene_grid(parameters, tuple(sources))
    window = map_window(scene, parameters.extent, PolygonMask(parameters.mask) if parameters.mask else None)
    modalities = []
    for source, spec, numbers in zip(sources, specs, bands):
        modality = open_modality(source, spec, numbers, scene, parameters, cancelled)
        modalities.append(modality)
        assumptions += modality.assumptions
        warnings += modality.warnings
    require_common_ground(tuple(modalities), scene, card.modality_dropout, cancelled)
    transforms = {}
    for modality in modalities:
        transforms[modality.role], warned = scene_transform(modality, scene, cancelled)
        warnings += warned
    warnings += _gsd_warnings(scene, card)
    return AlignedPair(
        grid=window.grid,
        optical=transforms.get("optical"),
        sar=transforms.get("sar"),
        assumptions=tuple(assumptions),
        warnings=tuple(dict.fromkeys(warnings)),
        modalities=tuple(modalities),
        window=window,
        mask=parameters.mask,
        threads=parameters.engine.threads,
    )


def _unread_layers(
    parameters: ClassificationParameters, card: ModelCard, sources: list[RasterSource]
) -> Iterator[str]:
    """A sentence on each layer that is not read."""
    read = {source.role for source in sources}
    for role, name in NAMES.items():
        if name in read:
            continue
        if role in {spec.role for spec in card.inputs}:
            yield (
                f"No {name} layer was given: mapped from the {sources[0].role} layer alone, on its grid, as the model "
                "was trained to do; expect lower accuracy."
            )
        elif getattr(parameters, role):
            yield f"The model uses no {name} input; that layer was not read."


def _gsd_warnings(scene: Grid, card: ModelCard) -> list[str]:
    """A model sees objects at the size it was trained on."""
    ground = scene.ground_sampling_m()
    if card.gsd is None or not math.isfinite(ground) or max(ground / card.gsd, card.gsd / ground) <= _GSD_FACTOR:
        return []
    return [
        f"The map's pixels measure {ground:.3g} m on the ground; the model was trained at {card.gsd:.3g} m. Set the "
        "pixel size near that, or expect a poorer map."
    ]
