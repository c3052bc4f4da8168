"""From layers and labels to a folder of tiles for training, split so that neighbours stay together.

The labels are read twice: to see which classes there are and where, and to cut the tiles. The layers are read once,
in strips. The folder appears under its name only when complete.
"""

from __future__ import annotations

import os
import shutil
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Callable, Optional

import numpy as np

from .. import __version__
from ..callbacks import IsCancelled, Progress
from ..errors import InputError, OperationCancelled, RasterIOError
from ..legend import NODATA_VALUE, Legend
from ..parameters import ClassificationParameters
from ..patience import patiently
from ..raster.gdal_calls import quiet_gdal
from ..raster.mask import PolygonMask
from ..raster.partial import temporary_beside
from ..raster.planning import map_window, scene_grid
from ..raster.source import open_raster
from ..raster.vectors import find_field, is_vector, open_vector
from ..raster.writer import check_name, check_writable
from .blocks import TileLattice
from .classes import join_classes
from .description import FILE_NAME, STRETCH, DatasetDescription, ModalityDescription
from .labels import open_labels
from .make_job import SPLITS, MakeParameters, MakeResult, SceneFiles, SplitCount
from .places import Place, common_form, look_at_labels, scene_names, side_of_block
from .scene import open_scene
from .splitting import Block, MadeTile, split_tiles
from .tiles import cut, cut_labels, tile_rows, write_labels, write_modality

__all__ = ["MakeParameters", "MakeResult", "SceneFiles", "check_labels", "check_layers", "make_dataset"]
_LOOK_SHARE = 0.1


def check_layers(parameters: MakeParameters) -> None:
    """Refuse, without reading pixels, layers and output folders that cannot be used.

    Raises:
        InputError: layers, bands or an output folder that cannot be used.
        GridMismatchError: no CRS, no common ground.
        RasterIOError: the output cannot be written to.
    """
    _refuse_output(parameters.output)
    for files in parameters.scenes:
        job = parameters.alignment(files)
        _refuse_one_for_both(job)
        sources = open_raster(files.optical, "optical", job.optical_bands), open_raster(files.sar, "SAR", job.sar_bands)
        map_window(scene_grid(job, sources), job.extent, PolygonMask(job.mask) if job.mask else None)


def check_labels(parameters: MakeParameters) -> None:
    """Refuse, without reading pixels or features, labels that cannot be used.

    Raises:
        InputError: neither polygons nor a raster, no such field.
        GridMismatchError: no CRS.
    """
    for files in parameters.scenes:
        if is_vector(files.labels):
            find_field(open_vector(files.labels, "label layer"), parameters.field)
        else:
            open_raster(files.labels, "label")


def make_dataset(
    parameters: MakeParameters,
    progress: Optional[Progress] = None,
    is_cancelled: Optional[IsCancelled] = None,
) -> MakeResult:
    """Cut scenes into tiles with labels and split them by blocks into train, val and test.

    Args:
        parameters: the job.
        progress: called with the share done (0..1) and a sentence for the user.
        is_cancelled: asked often; True stops the job.

    Raises:
        InputError: layers, labels or an output folder that cannot be used; too few labels.
        ClassMapError: classes that do not fit together.
        GridMismatchError: no CRS, no common ground.
        NodataError: no label where both layers have data.
        RasterIOError: reading or writing failed.
        OperationCancelled: `is_cancelled` returned True; nothing was left behind.
    """
    started = time.perf_counter()
    say: Progress = progress or (lambda share, text: None)
    stop: IsCancelled = is_cancelled or (lambda: False)
    check_layers(parameters)
    check_labels(parameters)
    say(0.0, "Opening layers and labels")
    layers = [open_labels(files.labels, parameters.field, parameters.label_band) for files in parameters.scenes]
    known = parameters.classes or join_classes([layer.found for layer in layers])
    places = []
    for name, files, layer in zip(scene_names(parameters.scenes), parameters.scenes, layers):
        places.append(Place(name, files, open_scene(parameters.alignment(files), stop), layer))
    optical, sar, warnings = common_form([place.scene for place in places])
    legend, cells, contested = look_at_labels(
        places, known, parameters.classes is None, lambda share, text: say(_LOOK_SHARE * share, text), stop
    )
    block = side_of_block(parameters, places, cells)
    with _staged_folder(Path(os.path.realpath(parameters.output))) as folder:
        for part in (optical.folder, sar.folder, "label"):
            (folder / part).mkdir()
        written, left_out = [], 0
        for number, place in enumerate(places):
            place = replace(place, scene=replace(place.scene, optical=optical, sar=sar))
            share = (1 - _LOOK_SHARE) / len(places)
            first = _LOOK_SHARE + number * share

            def report(done: float, first: float = first, share: float = share, name: str = place.name) -> None:
                say(first + share * done, f"Cutting tiles: {name}, {100 * done:.0f} %")

            tiles, dropped = _cut_scene(place, number, known, legend.values, block, parameters, folder, report, stop)
            written.append(tiles)
            left_out += dropped
        lattices = [_lattice(place, parameters, block) for place in places]
        splits, lists = split_tiles(written, lattices, places, legend, parameters)
        for name, names in lists.items():
            _write_text(folder / f"{name}.txt", "".join(f"{tile}\n" for tile in names))
        result = MakeResult(
            path=parameters.output,
            legend=legend,
            splits=splits,
            block_tiles=block,
            tile_size=parameters.tile_size,
            left_out=left_out,
            seconds=time.perf_counter() - started,
            assumptions=tuple(dict.fromkeys(text for place in places for text in place.scene.assumptions)),
            warnings=(*warnings, *_contested(contested), *_lonely_classes(legend, splits)),
        )
        described = _description(parameters, places, written, result, optical, sar)
        _write_text(folder / FILE_NAME, described.to_text())
        if stop():
            raise OperationCancelled("Making the data set was cancelled.")
    say(1.0, "Finished")
    return result


def _cut_scene(
    place: Place,
    number: int,
    known: Legend,
    wanted: Sequence[int],
    block: int,
    parameters: MakeParameters,
    folder: Path,
    report: Callable[[float], None],
    stop: IsCancelled,
) -> tuple[list[MadeTile], int]:
    """Write the tiles of one scene; returns them, and how many had too few labels."""
    scene, grid, tile = place.scene, place.scene.pair.grid, parameters.tile_size
    lattice = _lattice(place, parameters, block)
    drawn, inside = place.labels.drawn(known, grid), scene.inside_mask()
    written, dropped = [], 0
    for row in tile_rows(scene, lattice, stop):
        height = len(row.valid)
        labels = drawn.rows(row.row, height)
        labels[~(row.valid & inside(row.row, height))] = NODATA_VALUE
        for index, (column, block_column) in enumerate(lattice.columns):
            piece = cut_labels(labels, column, tile)
            counts = np.bincount(piece.ravel(), minlength=256)[list(wanted)]
            if counts.sum() == 0:
                continue
            if counts.sum() < parameters.least_labelled * piece.size:
                dropped += 1
                continue
            name = f"{place.name}_r{row.index:03d}c{index:03d}"
            place_of_tile = grid.window(column, row.row, tile, tile)
            for described, pixels in ((scene.optical, row.optical), (scene.sar, row.sar)):
                path = folder / described.folder / f"{name}.tif"
                write_modality(path, cut(pixels, column, tile), place_of_tile, described)
            write_labels(folder / "label" / f"{name}.tif", piece, place_of_tile)
            written.append(MadeTile(name, Block(number, row.block_row, block_column), counts))
        report(min(1.0, (row.row + tile) / grid.height))
    return written, dropped


def _refuse_one_for_both(job: ClassificationParameters) -> None:
    """A stack of optical and SAR bands may be given twice, with different bands."""
    apart = job.optical_bands and job.sar_bands and not set(job.optical_bands) & set(job.sar_bands)
    if job.optical == job.sar and not apart:
        raise InputError(
            f"'{job.optical}' was given as optical and as SAR raster; expected two rasters, or different bands of one. "
            "Choose the other raster, or the bands."
        )


def _lattice(place: Place, parameters: MakeParameters, block: int) -> TileLattice:
    grid = place.scene.pair.grid
    return TileLattice(grid.width, grid.height, parameters.tile_size, block, parameters.gap_pixels)


def _description(
    parameters: MakeParameters,
    places: Sequence[Place],
    written: Sequence[Sequence[MadeTile]],
    result: MakeResult,
    optical: ModalityDescription,
    sar: ModalityDescription,
) -> DatasetDescription:
    sources: list[dict[str, Any]] = []
    for place, tiles in zip(places, written):
        grid = place.scene.pair.grid
        sources.append(
            {
                "name": place.name,
                **{role: os.path.basename(getattr(place.files, role)) for role in ("optical", "sar", "labels")},
                "crs": grid.crs_wkt,
                "geotransform": list(grid.geotransform),
                "ground_m": round(grid.ground_sampling_m(), 4),
                "tiles": len(tiles),
                "stretch": {"percentiles": list(STRETCH), **place.scene.stretch},
            }
        )
    plain = result.to_json()
    return DatasetDescription(
        name=Path(parameters.output).name,
        legend=result.legend,
        optical=optical,
        sar=sar,
        gsd=round(float(np.median([source["ground_m"] for source in sources])), 4),
        tile_size=parameters.tile_size,
        splits=plain["splits"],
        recipe={
            "block_tiles": result.block_tiles,
            "gap": parameters.gap_pixels,
            "seed": parameters.seed,
            "shares": dict(zip(SPLITS, parameters.split_shares)),
            "least_labelled": parameters.least_labelled,
            "resampling": parameters.resampling,
        },
        sources=tuple(sources),
        notes=result.assumptions,
        tool_version=__version__,
    )


def _contested(pixels: int) -> list[str]:
    if not pixels:
        return []
    return [f"{pixels:,} pixels lie in polygons of two classes; they were taken as unlabelled."]


def _lonely_classes(legend: Legend, splits: Sequence[SplitCount]) -> list[str]:
    """A sentence for each class that a split has no pixel of."""
    warnings = []
    for k, name in enumerate(legend.names):
        missing = [split.name for split in splits if split.tiles and not split.pixels[k]]
        if missing:
            warnings.append(
                f"The class '{name}' has no pixel in {' and '.join(missing)}: it lies in too few blocks. Label more of "
                "it elsewhere, or choose smaller blocks."
            )
    return warnings


def _refuse_output(path: str) -> None:
    if not path:
        raise InputError("No output folder was given; expected the name of a new folder. Choose one.")
    folder = Path(os.path.realpath(path))  # a link to a folder stays one
    check_name(str(folder))
    if folder.is_dir():
        if any(folder.iterdir()):
            raise InputError(f"The folder '{path}' is not empty; expected a new or an empty one. Choose another name.")
        check_writable(str(folder / "train.txt"))
        return
    if folder.exists():
        raise InputError(f"The output '{path}' is a file; expected the name of a new folder. Choose another name.")
    check_writable(str(folder))


@contextmanager
def _staged_folder(final: Path) -> Iterator[Path]:
    """A folder under a temporary name: renamed on success, removed on any failure."""
    staged = temporary_beside(final, "")
    try:
        staged.mkdir()
        try:
            yield staged
        except BaseException as error:
            with quiet_gdal():
                traceback.clear_frames(error.__traceback__)  # else they keep a tile open, which some disks keep then
            raise
        if final.is_dir():
            final.rmdir()  # it is empty; else this fails and nothing is lost
        patiently(os.replace, staged, final)
    except RasterIOError:
        raise
    except OSError as error:
        raise RasterIOError(
            f"The folder '{final}' could not be written ({error.strerror}); expected room for it and an empty folder. "
            "Free disk space or choose another name; nothing was left behind."
        ) from error
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def _write_text(path: Path, text: str) -> None:
    path.write_bytes(text.encode("utf-8"))
