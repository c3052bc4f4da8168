"""Tiles of a folder that says what it is (`dataset.json`): values and ranges as maps of its scenes have them.

A tile is stretched by the percentiles of the whole scene it was cut from, not by its own. QGIS's *Train model* sees the
same numbers (`rgbsar_core/dataset/pack.py`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rgbsar_core.dataset.description import STRETCH, DatasetDescription, ModalityDescription
from rgbsar_core.dataset.tile_file import read_tile
from rgbsar_core.dataset.tile_values import tile_values
from rgbsar_core.dataset.trainable import scene_of, scene_stretch
from rgbsar_core.errors import InputError
from rgbsar_core.raster.units import sar_conversion

from ..recipe import ModalityRecipe

ROLES = ("optical", "sar")


class DescribedTiles:
    """Reads values and ranges of such tiles.

    Args:
        described: the folder.
        optical, sar: of the recipe.

    Raises:
        InputError: bands, percentiles or units that the folder does not have.
    """

    def __init__(self, described: DatasetDescription, optical: ModalityRecipe, sar: ModalityRecipe) -> None:
        self.ignore_value = described.ignore_value
        self._described = dict(zip(ROLES, (described.optical, described.sar)))
        self._recipes = dict(zip(ROLES, (optical, sar)))
        for role in ROLES:
            _require_fit(role, self._described[role], self._recipes[role])
        self._units = {"optical": described.optical.units, "sar": sar.units}
        stretched = any(recipe.percentiles is not None for recipe in self._recipes.values())
        self._stretches = scene_stretch(described, self._units) if stretched else {}

    def values(self, path: Path, role: str) -> NDArray[Any]:
        """The recipe's bands of one file, (C, H, W), in the recipe's units; NaN where there is no value.

        Raises:
            InputError: another number of bands than the folder says.
            RasterIOError: GDAL cannot read the file.
        """
        described, recipe = self._described[role], self._recipes[role]
        tile = read_tile(path, alone=True)
        self.require_bands(path, role, len(tile.pixels))
        return tile_values(tile, described, self._units[role])[[number - 1 for number in recipe.numbers]]

    def require_bands(self, path: Path, role: str, count: int) -> None:
        """Refuse a file that has other bands than the folder says.

        Raises:
            InputError: another number of them.
        """
        expected = len(self._described[role].bands)
        if count != expected:
            raise InputError(f"'{path}' has {count} bands; dataset.json says {expected}. Make the data set again.")

    def ranges(self, name: str) -> list[NDArray[np.float64]]:
        """(C, 2) low and high of the stretch of optical and SAR of one tile; 0 and 1 without percentiles.

        Raises:
            InputError: a tile of no scene that the folder knows.
        """
        found = []
        for role, recipe in self._recipes.items():
            if recipe.percentiles is None:
                found.append(np.array([[0.0, 1.0]] * len(recipe.bands)))
            else:
                ends = self._stretches[scene_of(name, self._stretches)][role]
                found.append(np.array([ends[number - 1] for number in recipe.numbers], np.float64))
        return found


def _require_fit(role: str, described: ModalityDescription, recipe: ModalityRecipe) -> None:
    """Refuse a recipe for other tiles.

    Raises:
        InputError: what does not fit.
    """
    if max(recipe.numbers) > len(described.bands):
        raise InputError(
            f"The {role} tiles have {len(described.bands)} bands, as dataset.json says; the recipe takes the bands "
            f"{', '.join(map(str, recipe.numbers))}. Correct its bands or file_bands."
        )
    if recipe.percentiles not in (None, STRETCH):
        raise InputError(
            f"{role}.percentiles are {list(recipe.percentiles or ())}; dataset.json holds those of the whole scenes, "
            f"{list(STRETCH)}, by which maps are scaled. Give {role}.percentiles={list(STRETCH)}, or null for the "
            "numbers as they are."
        )
    if role == "sar":
        sar_conversion(described.units, recipe.units)
    elif described.units != recipe.units and recipe.percentiles is None:
        raise InputError(
            f"The optical tiles are in {described.units}, as dataset.json says; optical.units is {recipe.units}, and "
            "there are no percentiles; expected the same units. Leave optical.units out, or give optical.percentiles."
        )
