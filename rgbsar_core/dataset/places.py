"""The scenes of a data set: their names, their common form, and where their labels lie."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..callbacks import IsCancelled, Progress
from ..errors import InputError, NodataError, OperationCancelled
from ..legend import NODATA_VALUE, Legend
from .blocks import choose_block, count_blocks
from .description import ModalityDescription
from .labels import LabelLayer
from .make_job import MakeParameters, SceneFiles
from .scene import AlignedScene

CELL = 32
_STRIP_PIXELS = 2**22
_GSD_FACTOR = 1.5
_LONGEST_STEM = 60


@dataclass(frozen=True)
class Place:
    """One scene with its labels."""

    name: str
    files: SceneFiles
    scene: AlignedScene
    labels: LabelLayer


def scene_names(scenes: Sequence[SceneFiles]) -> list[str]:
    """A name for each scene that can begin a file's name, each once."""
    names: list[str] = []
    taken_names: set[str] = set()
    counts: Counter[str] = Counter()
    for scene in scenes:
        stem = re.sub(r"[^\w-]+", "_", scene.name or Path(scene.optical).stem).strip("_")[:_LONGEST_STEM] or "scene"
        taken = stem
        while taken.casefold() in taken_names:
            counts[stem] += 1
            taken = f"{stem}_{counts[stem] + 1}"
        taken_names.add(taken.casefold())
        names.append(taken)
    return names


def common_form(scenes: Sequence[AlignedScene]) -> tuple[ModalityDescription, ModalityDescription, list[str]]:
    """What the tiles of all scenes hold; and warnings.

    Raises:
        InputError: scenes that differ in bands, units or type.
    """
    warnings = [text for scene in scenes for text in scene.warnings]
    forms = []
    for role in ("optical", "sar"):
        described: list[ModalityDescription] = [getattr(scene, role) for scene in scenes]
        first = described[0]
        for other in described[1:]:
            for what, mine, theirs in (
                ("bands", [band.name for band in first.bands], [band.name for band in other.bands]),
                ("units", (first.units, first.scale, first.offset), (other.units, other.scale, other.offset)),
                ("data type", first.dtype, other.dtype),
            ):
                if mine != theirs:
                    raise InputError(
                        f"The {role} rasters of the scenes differ in {what} ({mine} and {theirs}); expected the same "
                        "in all. Convert them first, or make a data set of each."
                    )
        nodata = next((entry.nodata for entry in described if entry.nodata is not None), None)
        forms.append(replace(first, nodata=nodata))
    ground = [scene.pair.grid.ground_sampling_m() for scene in scenes]
    if max(ground) > _GSD_FACTOR * min(ground):
        warnings.append(
            f"The scenes' pixels measure {min(ground):.3g} to {max(ground):.3g} m on the ground. Set the pixel size to "
            "bring them to one."
        )
    return forms[0], forms[1], list(dict.fromkeys(warnings))


def look_at_labels(
    places: Sequence[Place],
    legend: Legend,
    drop_absent: bool,
    say: Progress,
    stop: IsCancelled,
) -> tuple[Legend, list[NDArray[np.bool_]], int]:
    """Read all labels once, before any tile is cut.

    Args:
        places: the scenes.
        legend: the classes they may have.
        drop_absent: leave classes without a pixel out of the legend.
        say: called with the share done (0..1) and a sentence.
        stop: asked between strips.

    Returns:
        The legend; for each scene (rows, columns) True where a cell of 32 x 32 pixels has labels; pixels that two
        classes claim.

    Raises:
        NodataError: no label inside the scenes.
        InputError: labels of one class only.
        ClassMapError, GridMismatchError, RasterIOError: as `LabelLayer.drawn`.
        OperationCancelled: `stop` returned True.
    """
    counts = np.zeros(256, np.int64)
    cells, contested = [], 0
    for number, place in enumerate(places):
        grid = place.scene.pair.grid
        drawn, inside = place.labels.drawn(legend, grid), place.scene.inside_mask()
        labelled = np.zeros((-(-grid.height // CELL), -(-grid.width // CELL)), bool)
        height = CELL * max(1, _STRIP_PIXELS // (grid.width * CELL))
        for row in range(0, grid.height, height):
            if stop():
                raise OperationCancelled("Making the data set was cancelled.")
            say((number + row / grid.height) / len(places), f"Reading labels: {place.name}, row {row}")
            rows = min(height, grid.height - row)
            values = drawn.rows(row, rows)
            values[~inside(row, rows)] = NODATA_VALUE
            counts += np.bincount(values.ravel(), minlength=256)
            there = np.pad(values > 0, ((0, -len(values) % CELL), (0, -grid.width % CELL)))
            found = there.reshape(-1, CELL, labelled.shape[1], CELL).any(axis=(1, 3))
            labelled[row // CELL : row // CELL + len(found)] = found
        contested += drawn.contested
        cells.append(labelled)
    present = [entry for entry in legend.classes if counts[entry.value]]
    _require_classes([entry.name for entry in present], places[0], "the common ground of the layers")
    return (Legend(tuple(present)) if drop_absent else legend), cells, contested


def side_of_block(parameters: MakeParameters, places: Sequence[Place], cells: Sequence[NDArray[np.bool_]]) -> int:
    """Side of a block in tiles.

    Raises:
        InputError: the labels lie in fewer blocks than there are splits.
    """
    tile, gap = parameters.tile_size, parameters.gap_pixels
    grids = [place.scene.pair.grid for place in places]
    scenes = [(labelled, grid.width, grid.height) for labelled, grid in zip(cells, grids)]
    if parameters.block_tiles is None:
        block, count = choose_block(scenes, CELL, tile, gap)
    else:
        block = parameters.block_tiles
        count = count_blocks(scenes, CELL, tile, gap, block)
    require_blocks(count, parameters, block)
    return block


def require_blocks(count: int, parameters: MakeParameters, block: int) -> None:
    """Refuse labels in fewer blocks than there are splits; `block` is their side in tiles, or 0 for unsaid.

    Raises:
        InputError: so few.
    """
    wanted = sum(share > 0 for share in parameters.shares)
    if count >= wanted:
        return
    size = f" of {block} x {block} tiles" if block else ""
    raise InputError(
        f"The labels lie in {count} {'block' if count == 1 else 'blocks'}{size}; expected {wanted} or more, one for "
        f"each split. Choose smaller tiles ({parameters.tile_size} pixels now) or blocks, label more ground, or set "
        "the share of a split to 0."
    )


def _require_classes(names: Sequence[str], place: Place, where: str) -> None:
    if not names:
        raise NodataError(
            f"No label of '{os.path.basename(place.files.labels)}' lies on {where}; expected some. Choose labels of "
            "the same place, or correct their CRS."
        )
    if len(names) == 1:
        raise InputError(
            f"Only one class, '{names[0]}', has labels on {where}; expected two or more: a network cannot learn from "
            "one. Label something else too."
        )
