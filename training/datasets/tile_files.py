"""Which files belong together in a folder of tiles, and which tiles make up a split.

Two layouts cover the published data sets: names in list files (ASANet: `rgb/NAME.tif sar/NAME.tif label/NAME.tif
train.txt`), and a folder for each role and split whose file names differ by a word (AMM-FuseNet: `s1_dir/train`,
`s2_dir/train`, `ann_dir/train`). Files are paired by their own names, never by their path: a data folder may
lie below one called `s1`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rgbsar_core.dataset.name_list import list_names
from rgbsar_core.errors import InputError

from ..recipe import DataRecipe, FilesRecipe, LabelFilesRecipe, TilesRecipe

#: Seeds of what belongs to the data and not to a run: the same tiles for every seed of the recipe.
_HOLD_OUT_SEED = 624
_FRACTION_SEED = 20


@dataclass(frozen=True)
class Tile:
    """Files of one tile.

    Attributes:
        name: in lists and reports.
        optical, sar, label: the files.
        label_files: how the label is stored.
    """

    name: str
    optical: Path
    sar: Path
    label: Path
    label_files: LabelFilesRecipe


def find_tiles(folder: Path, tiles: TilesRecipe, splits: Sequence[str]) -> tuple[Tile, ...]:
    """The tiles of the splits, sorted by name within each.

    Raises:
        InputError: no such split, no tiles, or files without a partner.
    """
    return tuple(tile for split in splits for tile in _split(folder, tiles, split))


def keep_fraction(names: Sequence[str], fraction: float) -> tuple[int, ...]:
    """Numbers of the images that a share of the training set keeps, in their order.

    A smaller share lies within every larger one, whatever the run's seed.

    Raises:
        InputError: it keeps none.
    """
    if len(names) * fraction < 0.5:
        raise InputError(
            f"data.fraction is {fraction:g}, which keeps none of {len(names)} images; expected a share that keeps one. "
            f"Raise it to 1/{len(names)} or more."
        )
    order = np.random.default_rng(_FRACTION_SEED).permutation(len(names))
    by_name = np.argsort(np.array(names, dtype=np.str_), kind="stable")
    kept = by_name[order[: max(1, round(len(names) * fraction))]]
    return tuple(sorted(int(number) for number in kept))


def shared_names(folder: Path, layout: TilesRecipe, first: str, second: str) -> tuple[str, ...]:
    """Tiles that the lists of two splits share; none where a list is missing, or each split has a folder of its own."""
    own_folder = "{split}" in layout.optical.folder
    lists = [folder / layout.lists[split] for split in (first, second) if split in layout.lists]
    if own_folder or len(lists) < 2 or not all(path.is_file() for path in lists):
        return ()
    names = [_read_list(folder, layout.lists, split) for split in (first, second)]
    return tuple(sorted(set(names[0]) & set(names[1])))


def _split(folder: Path, tiles: TilesRecipe, split: str) -> tuple[Tile, ...]:
    if not tiles.hold_out:
        return _listed(folder, tiles, split)
    if split not in ("train", "val"):
        return _listed(folder, tiles, split)
    training = _listed(folder, tiles, "train")
    if tiles.hold_out >= len(training):
        raise InputError(
            f"The recipe holds out {tiles.hold_out} tiles for validation; '{folder}' has {len(training)} to train on. "
            "Lower data.tiles.hold_out."
        )
    held = held_out(len(training), tiles.hold_out)
    return tuple(tile for number, tile in enumerate(training) if (number in held) == (split == "val"))


def held_out(count: int, wish: int) -> set[int]:
    """Numbers of the training tiles, sorted by name, that are set aside: the same ones for every run."""
    order = np.random.default_rng(_HOLD_OUT_SEED).permutation(count)
    return set(order[:wish].tolist())


def _listed(folder: Path, tiles: TilesRecipe, split: str) -> tuple[Tile, ...]:
    label_files = tiles.split_labels.get(split, tiles.label)
    roles = (tiles.optical, tiles.sar, label_files)
    if tiles.lists:
        names = _read_list(folder, tiles.lists, split)
        paths = {name: _three([_file(folder, files, split, name) for files in roles]) for name in names}
    else:
        paths = _paired(folder, roles, split)
    if not paths:
        raise InputError(f"The split '{split}' of '{folder}' has no tile; expected some. Check the lists and folders.")
    return tuple(
        Tile(name, optical, sar, label, label_files) for name, (optical, sar, label) in sorted(paths.items())
    )


def _read_list(folder: Path, lists: dict[str, str], split: str) -> tuple[str, ...]:
    if split not in lists:
        raise InputError(
            f"The recipe names no list of the split '{split}'; it has {', '.join(lists)}. Choose one of them."
        )
    path = folder / lists[split]
    names = tuple(list_names(path))
    repeated = next((name for name in names if names.count(name) > 1), None) if len(set(names)) < len(names) else None
    if repeated is not None:
        raise InputError(f"The list '{path}' names the tile '{repeated}' twice; expected each name once. Correct it.")
    return names


def _file(folder: Path, files: FilesRecipe, split: str, name: str) -> Path:
    path = folder_of(folder, files, split) / (name + files.extension)
    if not path.is_file():
        raise InputError(
            f"The tile '{name}' of the split '{split}' has no file '{path}'; expected optical, SAR and label of every "
            "listed tile. Add the file, or take the name out of the list."
        )
    return path


def _paired(folder: Path, roles: Sequence[FilesRecipe], split: str) -> dict[str, tuple[Path, Path, Path]]:
    """Tiles of folders without lists: files of the roles with the same name but for the role's word."""
    found = [files_by_key(folder_of(folder, files, split), files) for files in roles]
    every = set().union(*found)
    for files, keys in zip(roles, found):
        lonely = sorted(every - set(keys))
        if lonely:
            where = folder_of(folder, files, split)
            example = next(keys[lonely[0]] for keys in found if lonely[0] in keys)
            raise InputError(
                f"'{where}' has no partner of '{example.name}' ({len(lonely)} missing); expected optical, SAR and "
                "label of every tile. Complete the folder, or correct the recipe's tokens and extensions."
            )
    return {_name(found[0][key]): _three([keys[key] for keys in found]) for key in sorted(every)}


def folder_of(folder: Path, files: FilesRecipe, split: str) -> Path:
    """Where the files of a role and split lie."""
    return folder / files.folder.replace("{split}", split)


def files_by_key(folder: Path, files: FilesRecipe) -> dict[str, Path]:
    """The files of a role below a folder, by what their names share with their partners'.

    Raises:
        InputError: no folder, or two files of one key.
    """
    if not folder.is_dir():
        raise InputError(f"There is no folder '{folder}'; expected the tiles of this split. Check the data folder.")
    keys: dict[str, Path] = {}
    for path in sorted(folder.rglob(f"*{files.extension}")):
        key = without_token(path.name[: -len(files.extension)], files.token)
        if key in keys:
            raise InputError(f"'{keys[key]}' and '{path}' have the same name; expected one of each. Rename one.")
        keys[key] = path
    return keys


def without_token(stem: str, token: str) -> str:
    """The part of a file's name that its partners share.

    The role's word counts where it stands alone (`ROIs1158_s1_30`, not the s1 of `ROIs1158`); only if it never does,
    anywhere.
    """
    if not token:
        return stem
    word = re.escape(token)
    alone = re.sub(rf"(?<![A-Za-z0-9]){word}(?![A-Za-z0-9])", "*", stem)
    return alone if alone != stem else stem.replace(token, "*")


def _three(paths: list[Path]) -> tuple[Path, Path, Path]:
    optical, sar, label = paths
    return optical, sar, label


def _name(path: Path) -> str:
    return path.name[: path.name.rfind(".")]


def data_folder(data: DataRecipe) -> Path:
    """The first of the recipe's folders that exists.

    Raises:
        InputError: none does.
    """
    for folder in data.folders:
        if Path(folder).is_dir():
            return Path(folder)
    raise InputError(
        f"None of the data folders exists: {', '.join(data.folders)}; expected one of them. Put the data there, or "
        "give data.folders=[FOLDER]."
    )
