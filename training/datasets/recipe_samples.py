"""A recipe's data set as `rgbsar_core/dataset/check.py` looks at it: its layout, bands, classes and labels."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rgbsar_core.dataset.description import DatasetDescription, ModalityDescription, read_description
from rgbsar_core.dataset.findings import Findings
from rgbsar_core.dataset.folder import Sample, SampleFolder, check_lists, complete_samples
from rgbsar_core.dataset.label_code import LabelCode
from rgbsar_core.dataset.name_list import list_names
from rgbsar_core.dataset.tile_file import TileFile
from rgbsar_core.errors import InputError
from rgbsar_core.legend import NODATA_VALUE, Legend
from rgbsar_core.metrics import IGNORE_INDEX
from rgbsar_core.model_card import Band

from ..recipe import FilesRecipe, LabelFilesRecipe, ModalityRecipe, Recipe, TilesRecipe
from .packed import is_packed
from .scenes import open_scene, rasterize_polygons, scene_splits
from .tile_files import data_folder, files_by_key, folder_of, held_out

ROLES = ("optical", "sar", "label")
_LAYOUT = "Recipe's"
_USUAL_SPLITS = ("train", "val", "test")


@dataclass(frozen=True)
class LabelledScenes(SampleFolder):
    """Scenes whose labels may be polygons.

    Args:
        polygons: file of them; "" where labels are rasters.
    """

    polygons: str = ""

    def read(self, sample: Sample, role: str) -> TileFile:
        """See `SampleFolder`."""
        if role != "label" or not self.polygons:
            return super().read(sample, role)
        values = rasterize_polygons(self.polygons, sample.name, open_scene(sample.optical))
        return TileFile(values[None].astype(np.float64), np.ones(values.shape, np.bool_), False, None)


def recipe_samples(recipe: Recipe, findings: Findings) -> SampleFolder:
    """The samples of every split that the recipe's data set has; what is wrong with their lists becomes findings.

    Raises:
        InputError: no data folder, a list or folder of the recipe's splits that is missing, or packed tiles.
    """
    if recipe.data.splits is not None:
        return _scenes(recipe, recipe.data.splits, findings)
    folder, layout = data_folder(recipe.data), recipe.data.tiles
    if is_packed(folder):
        raise InputError(
            f"'{folder}' holds packed tiles; expected the files themselves. Check the folder they were packed from."
        )
    lists: dict[str, list[str]] = {}
    files: dict[str, dict[str, dict[str, Path]]] = {}
    for split in _splits(folder, recipe):
        lists[split], files[split] = _listed(folder, layout, split) if layout.lists else _paired(folder, layout, split)
    splits = {split: complete_samples(names, files[split], findings) for split, names in lists.items()}
    _look_at_lists(lists, files, recipe, findings)
    described = read_description(folder)
    unlabelled = IGNORE_INDEX if described is None else described.ignore_value
    codes = {split: _code(layout.split_labels.get(split, layout.label), recipe.legend, unlabelled) for split in splits}
    trained = recipe.data.train_splits
    return SampleFolder(_LAYOUT, splits, _description(recipe), _bands(recipe), codes, trained)


def _splits(folder: Path, recipe: Recipe) -> list[str]:
    """Those that the recipe trains and validates on, and others that are there."""
    layout, data = recipe.data.tiles, recipe.data
    needed = [*data.train_splits, *data.validation_splits]
    if layout.lists:
        there = [split for split, name in layout.lists.items() if (folder / name).is_file()]
    else:
        there = [
            split
            for split in _USUAL_SPLITS
            if all(folder_of(folder, files, split).is_dir() for files in _roles(layout, split).values())
        ]
    return list(dict.fromkeys([*needed, *there]))


def _roles(layout: TilesRecipe, split: str) -> dict[str, FilesRecipe]:
    return dict(zip(ROLES, (layout.optical, layout.sar, layout.split_labels.get(split, layout.label))))


def _listed(folder: Path, layout: TilesRecipe, split: str) -> tuple[list[str], dict[str, dict[str, Path]]]:
    """Names of a split, and all files by role and name."""
    source = "train" if layout.hold_out and split == "val" else split
    if source not in layout.lists:
        raise InputError(
            f"The recipe names no list of the split '{split}'; it has {', '.join(layout.lists)}. Correct it."
        )
    names = list_names(folder / layout.lists[source])
    if layout.hold_out and split in ("train", "val"):
        names = sorted(names)
        held = held_out(len(names), layout.hold_out)
        names = [name for number, name in enumerate(names) if (number in held) == (split == "val")]
    files = {}
    for role, which in _roles(layout, split).items():
        place, end = folder_of(folder, which, split), len(which.extension)
        found = {path.name[:-end]: path for path in sorted(place.glob(f"*{which.extension}"))}
        below = {name: place / (name + which.extension) for name in names if "/" in name}
        files[role] = {**found, **{name: path for name, path in below.items() if path.is_file()}}
    return names, files


def _paired(folder: Path, layout: TilesRecipe, split: str) -> tuple[list[str], dict[str, dict[str, Path]]]:
    files = {
        role: files_by_key(folder_of(folder, which, split), which) for role, which in _roles(layout, split).items()
    }
    return sorted(set().union(*files.values())), files


def _look_at_lists(
    lists: dict[str, list[str]],
    files: dict[str, dict[str, dict[str, Path]]],
    recipe: Recipe,
    findings: Findings,
) -> None:
    layout, wanted = recipe.data.tiles, (recipe.data.validation_splits[0], recipe.data.train_splits)
    if "{split}" in layout.optical.folder:  # tiles of two folders may have the same names
        lists = {split: [f"{split}/{name}" for name in names] for split, names in lists.items()}
        check_lists(lists, {}, findings, *wanted)
        return
    every: dict[str, dict[str, Path]] = {role: {} for role in ROLES}
    for found in files.values():
        for role in ROLES:
            every[role].update(found[role])
    check_lists(lists, every if layout.lists else {}, findings, *wanted)


def _code(files: LabelFilesRecipe, legend: Legend, unlabelled: int) -> LabelCode:
    if files.colors:
        return LabelCode(colors={entry.color: entry.value for entry in legend.classes}, other=files.other)
    own = {value: value for value in legend.values}
    return LabelCode(values=files.values or {**own, unlabelled: NODATA_VALUE, NODATA_VALUE: NODATA_VALUE})


def _scenes(recipe: Recipe, table: str, findings: Findings) -> LabelledScenes:
    folder, polygons = data_folder(recipe.data), recipe.data.polygons or ""
    by_scene = scene_splits(table)
    lists = {
        split: [name for name, own in by_scene.items() if own == split] for split in dict.fromkeys(by_scene.values())
    }
    splits = {}
    for split, names in lists.items():
        files = {role: {name: folder / f"{name}_{role}.tif" for name in names} for role in ROLES}
        if polygons:
            files["label"] = dict.fromkeys(names, Path(polygons))
        there = {role: {name: path for name, path in found.items() if path.is_file()} for role, found in files.items()}
        splits[split] = complete_samples(names, there, findings)
    trained = recipe.data.train_splits
    check_lists(lists, {}, findings, recipe.data.validation_splits[0], trained)
    code = LabelCode(values={NODATA_VALUE: NODATA_VALUE, **{value: value for value in recipe.legend.values}})
    codes = dict.fromkeys(splits, code)
    return LabelledScenes(_LAYOUT, splits, _description(recipe), _bands(recipe), codes, trained, polygons)


def _bands(recipe: Recipe) -> dict[str, tuple[int, ...]]:
    """Each band once, however often the network sees it."""
    return {role: tuple(dict.fromkeys(getattr(recipe, role).numbers)) for role in ("optical", "sar")}


def _description(recipe: Recipe) -> DatasetDescription:
    """What the check asks of a `dataset.json`: classes, unlabelled value and names of the bands looked at."""
    return DatasetDescription(
        name=recipe.name,
        legend=recipe.legend,
        optical=_modality(recipe.optical),
        sar=_modality(recipe.sar),
        gsd=recipe.data.gsd,
        tile_size=recipe.augmentation.crop,
    )


def _modality(recipe: ModalityRecipe) -> ModalityDescription:
    named: dict[int, Band] = {}
    for number, band in zip(recipe.numbers, recipe.bands):
        named.setdefault(number, band)
    count = len(named)
    return ModalityDescription("", tuple(named.values()), recipe.units, (1.0,) * count, (0.0,) * count, "")
