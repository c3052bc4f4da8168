"""A folder of tiles as plain arrays: where there is no GDAL, a network can be trained from it.

```
packed.json                      {"format_version": 1, "percentiles": [1, 99], "tile_size": 256,
                                  "scenes": [{"name", "optical": [[low, high], ...], "sar": [[low, high], ...]}],
                                  "splits": {"train": {"names": [...], "scenes": [number of each tile's scene],
                                                       "pixels": [labelled pixels of each class]}}}
train_optical.npy  train_sar.npy  train_label.npy      (N, C, h, w), (N, C, h, w), (N, h, w) uint8; likewise val, test
```

Values are physical, as a network is trained on them: optical in its units, calibrated SAR in decibels. Where there is
no measurement they are NaN. Labels are class indices in the order of the data set's classes, 255 = unlabelled.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from ..callbacks import IsCancelled, Progress
from ..errors import InputError, OperationCancelled, ResourceLimitError, RgbSarError
from ..legend import Legend
from ..metrics import IGNORE_INDEX
from .description import STRETCH, DatasetDescription, ModalityDescription, trained_units
from .folder import Sample, SampleFolder
from .make_job import SPLITS
from .tile_file import TileFile, read_tile
from .tile_values import tile_values, value_type
from .trainable import ROLES, open_training_folder, scene_of, scene_stretch

FILE_NAME = "packed.json"
_OTHER_DISK = "Free disk space, or point the environment variable TMPDIR (Windows: TEMP) to another disk."


@dataclass(frozen=True)
class Packed:
    """What was packed.

    Args:
        folder: of the arrays.
        tiles: number of each split.
        pixels: labelled pixels of each class, by split.
    """

    folder: Path
    tiles: dict[str, int]
    pixels: dict[str, tuple[int, ...]]


def pack_folder(
    path: str,
    target: Path,
    progress: Progress,
    is_cancelled: IsCancelled,
) -> Packed:
    """Write the tiles of a data set as arrays, one tile in memory at a time.

    Args:
        path: of the data set.
        target: existing folder for the arrays.
        progress: told the share done and a sentence.
        is_cancelled: asked before each tile.

    Raises:
        InputError: as `open_training_folder`; tiles of other sizes or bands, labels outside the classes, training
            tiles of one class only.
        RasterIOError: a tile that cannot be read.
        ResourceLimitError: the disk is too small.
        OperationCancelled: `is_cancelled` returned True.
    """
    folder, described = open_training_folder(path)
    stretches = scene_stretch(described)
    scenes = {name: number for number, name in enumerate(stretches)}
    _require_room(folder, described, target)
    total = sum(len(samples) for samples in folder.splits.values())
    splits: dict[str, Any] = {}
    done = 0
    for split in SPLITS:
        samples = folder.splits.get(split, ())
        if not samples:
            continue
        counts = np.zeros(len(described.legend), np.int64)
        with _open_arrays(target, split, len(samples), described) as arrays:
            for sample in samples:
                if is_cancelled():
                    raise OperationCancelled
                labels = _write_tile(sample, arrays, described)
                counts += np.bincount(labels[labels != IGNORE_INDEX], minlength=len(counts))
                done += 1
                progress(done / total, f"Preparing tiles: {done} of {total}")
        splits[split] = {
            "names": [sample.name for sample in samples],
            "scenes": [scenes[scene_of(sample.name, scenes)] for sample in samples],
            "pixels": counts.tolist(),
        }
    _require_classes(described.legend, splits["train"]["pixels"], path)
    plain = {
        "format_version": 1,
        "percentiles": list(STRETCH),
        "tile_size": described.tile_size,
        "scenes": [{"name": name, **stretch} for name, stretch in stretches.items()],
        "splits": splits,
    }
    (target / FILE_NAME).write_text(json.dumps(plain), encoding="utf-8")
    tiles = {split: len(entry["names"]) for split, entry in splits.items()}
    return Packed(target, tiles, {split: tuple(entry["pixels"]) for split, entry in splits.items()})


def _shapes(count: int, described: DatasetDescription) -> dict[str, tuple[np.dtype[Any], tuple[int, ...]]]:
    side = (described.tile_size, described.tile_size)
    modalities = {"optical": described.optical, "sar": described.sar}
    return {
        **{
            role: (value_type(modality, trained_units(modality)), (count, len(modality.bands), *side))
            for role, modality in modalities.items()
        },
        "label": (np.dtype(np.uint8), (count, *side)),
    }


class _ArrayFile:
    """A `.npy` file that grows by one tile at a time; not mapped: a disk that fills up would end the process then."""

    def __init__(self, file: BinaryIO, dtype: np.dtype[Any], shape: tuple[int, ...]) -> None:
        self.dtype = dtype
        self._file = file
        write_header: Any = np.lib.format.write_array_header_1_0
        write_header(file, {"descr": dtype.str, "fortran_order": False, "shape": shape})

    def append(self, values: NDArray[Any]) -> None:
        self._file.write(np.ascontiguousarray(values, self.dtype).data)


@contextmanager
def _open_arrays(
    target: Path, split: str, count: int, described: DatasetDescription
) -> Iterator[dict[str, _ArrayFile]]:
    try:
        with ExitStack() as files:
            yield {
                name: _ArrayFile(files.enter_context(open(target / f"{split}_{name}.npy", "wb")), dtype, shape)
                for name, (dtype, shape) in _shapes(count, described).items()
            }
    except RgbSarError:
        raise
    except OSError as error:
        raise ResourceLimitError(
            f"The tiles could not be written to the temporary folder '{target}' ({error.strerror or error}); expected "
            f"room for them. {_OTHER_DISK}"
        ) from error


def _require_room(folder: SampleFolder, described: DatasetDescription, target: Path) -> None:
    shapes = _shapes(len(folder.samples), described).values()
    needed = sum(int(np.prod(shape)) * dtype.itemsize for dtype, shape in shapes)
    free = shutil.disk_usage(target).free
    if free < 1.1 * needed:
        raise ResourceLimitError(
            f"The temporary folder '{target}' has {free / 1e9:.1f} GB free; the tiles need {needed / 1e9:.1f} GB "
            f"there. {_OTHER_DISK}"
        )


def _write_tile(sample: Sample, arrays: dict[str, _ArrayFile], described: DatasetDescription) -> NDArray[np.uint8]:
    """Write one tile; returns its labels."""
    side = described.tile_size
    missing: NDArray[np.bool_] = np.zeros((side, side), bool)
    for role in ROLES:
        modality: ModalityDescription = getattr(described, role)
        tile = read_tile(getattr(sample, role), alone=True)
        _require_form(tile, sample, role, len(modality.bands), side)
        arrays[role].append(tile_values(tile, modality, trained_units(modality)))
        if arrays[role].dtype.kind == "f":
            missing |= ~tile.valid
    tile = read_tile(sample.label, alone=True)
    _require_form(tile, sample, "label", 1, side)
    labels = _indices(tile, sample, described)
    labels[missing] = IGNORE_INDEX
    arrays["label"].append(labels)
    return labels


def _require_form(tile: TileFile, sample: Sample, role: str, bands: int, side: int) -> None:
    if tile.pixels.shape != (bands, side, side):
        count, height, width = tile.pixels.shape
        raise InputError(
            f"The {role} tile '{sample.name}' has {count} bands of {width} x {height} pixels; dataset.json says "
            f"{bands} of {side} x {side}. Run 'Check training data' and make the data set again."
        )


def _indices(tile: TileFile, sample: Sample, described: DatasetDescription) -> NDArray[np.uint8]:
    table = np.full(256, -1, np.int16)
    table[[0, described.ignore_value]] = IGNORE_INDEX
    for index, value in enumerate(described.legend.values):
        table[value] = index
    values = tile.pixels[0]
    known = (values >= 0) & (values <= 255) & (values == np.floor(values))
    found = np.where(known, table[np.where(known, values, 0).astype(np.uint8)], -1)
    if (found < 0).any():
        strange = ", ".join(f"{value:g}" for value in np.unique(values[found < 0])[:5])
        raise InputError(
            f"The label tile '{sample.name}' holds {strange}; the classes of dataset.json are "
            f"{', '.join(map(str, described.legend.values))}. Correct the labels or the class list."
        )
    return np.asarray(found, np.uint8)


def _require_classes(legend: Legend, pixels: list[int], path: str) -> None:
    present = [name for name, count in zip(legend.names, pixels) if count]
    if len(present) < 2:
        found = f"one class only ({present[0]})" if present else "no class at all"
        raise InputError(
            f"The training tiles of '{path}' show {found}; expected "
            "two or more. Label other land cover in more places, and make the data set again."
        )
