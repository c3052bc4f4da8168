"""Tiles as plain arrays, read without GDAL; `rgbsar_core/dataset/pack.py` writes them and says what they hold.

The arrays stay on disk: a crop reads its own pixels alone.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rgbsar_core.errors import InputError
from rgbsar_core.legend import Legend

from ..recipe import ModalityRecipe
from .images import LabelledImages, Scene
from .tile_files import keep_fraction

FILE_NAME = "packed.json"
ROLES = ("optical", "sar")


class PackedSet(LabelledImages):
    """Tiles of one or more splits.

    Args:
        names: of the tiles.
        places: of each tile: its split's arrays, its number in them, its scene's (low, high) of optical and SAR.
    """

    def __init__(
        self, names: Sequence[str], places: Sequence[tuple[dict[str, NDArray[Any]], int, list[NDArray[np.float64]]]]
    ) -> None:
        self.names = tuple(names)
        self._places = tuple(places)

    def image(self, number: int) -> Scene:
        """One tile; its pixels are read when they are looked at."""
        arrays, row, (optical, sar) = self._places[number]
        pixels = [arrays[role][row] for role in (*ROLES, "label")]
        return Scene(self.names[number], pixels[0], pixels[1], pixels[2], optical, sar)

    def labels(self, number: int) -> NDArray[np.uint8]:
        """The labels of one tile."""
        arrays, row, _ = self._places[number]
        labels: NDArray[np.uint8] = arrays["label"][row]
        return labels


def is_packed(folder: Path) -> bool:
    """Whether a folder holds packed tiles."""
    return (folder / FILE_NAME).is_file()


def open_packed(
    folder: Path,
    splits: Sequence[str],
    optical: ModalityRecipe,
    sar: ModalityRecipe,
    legend: Legend,
    fraction: float = 1.0,
) -> PackedSet:
    """The tiles of some splits.

    Args:
        folder: of the arrays.
        splits: to read, in this order.
        optical, sar: of the recipe.
        legend: the classes, in the order the data set was packed with.
        fraction: share of the tiles that is kept.

    Raises:
        InputError: arrays that do not fit the recipe or each other.
    """
    described = json.loads((folder / FILE_NAME).read_text(encoding="utf-8"))
    for role, recipe in zip(ROLES, (optical, sar)):
        if recipe.percentiles != tuple(described["percentiles"]):
            raise InputError(
                f"The tiles in '{folder}' were packed with the percentiles {described['percentiles']}; the recipe's "
                f"{role}.percentiles are {recipe.percentiles}. Give the same, so that maps are scaled as in training."
            )
    names: list[str] = []
    places: list[tuple[dict[str, NDArray[Any]], int, list[NDArray[np.float64]]]] = []
    for split in splits:
        entry = described["splits"].get(split)
        if entry is None:
            raise InputError(
                f"'{folder}' has no tiles of the split '{split}'; it has {', '.join(described['splits'])}. Pack a data "
                "set that has some."
            )
        arrays = {name: np.load(folder / f"{split}_{name}.npy", mmap_mode="r") for name in (*ROLES, "label")}
        for role, recipe in zip(ROLES, (optical, sar)):
            if arrays[role].shape[1] != len(recipe.bands):
                raise InputError(
                    f"The {role} tiles in '{folder}' have {arrays[role].shape[1]} bands, the recipe has "
                    f"{len(recipe.bands)}; expected the same. Correct the recipe's bands."
                )
        if len(entry["pixels"]) != len(legend):
            raise InputError(
                f"'{folder}' was packed with {len(entry['pixels'])} classes, the recipe has {len(legend)}; expected "
                "the same. Pack the data set again."
            )
        for row, scene in enumerate(entry["scenes"]):
            ranges = [np.array(described["scenes"][scene][role], np.float64) for role in ROLES]
            places.append((arrays, row, ranges))
        names += entry["names"]
    kept = keep_fraction(names, fraction)
    return PackedSet([names[number] for number in kept], [places[number] for number in kept])
