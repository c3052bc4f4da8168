"""Which data set folders a network can be trained from, and the units and value ranges it is trained on."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path
from typing import Any, Optional

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..radiometry import convert_units
from ..raster.units import sar_conversion
from .description import STRETCH, DatasetDescription, ModalityDescription, read_description, trained_units
from .findings import Findings
from .folder import SampleFolder, open_folder

ROLES = ("optical", "sar")
_PLACE = re.compile(r"_r\d+c\d+$")


def open_training_folder(path: str) -> tuple[SampleFolder, DatasetDescription]:
    """A folder that a network can be trained from; nothing but its texts is read.

    Raises:
        InputError: no data set, no training or validation tiles, files missing, one class only.
        ClassMapError: a class list that cannot be used.
    """
    findings = Findings()
    if not path or not Path(path).is_dir():
        raise InputError(f"The folder '{path}' was not found; expected a data set. Choose the folder of one.")
    described = read_description(Path(path))
    if described is None:
        raise InputError(
            f"'{path}' has no dataset.json; expected the folder of a data set. Choose one that 'Create training data' "
            "(rgbsar:createtrainingdata, rgbsar dataset make) made."
        )
    folder = open_folder(path, {}, findings)
    missing = next((finding.where for finding in findings.sorted() if finding.kind == "missing"), None)
    if missing:
        raise InputError(
            f"The data set '{path}' lacks files ({missing[0]}); expected optical, SAR and label of every listed tile. "
            "Run 'Check training data' to see all, and make the data set again."
        )
    for split, what in (("train", "training"), ("val", "validation")):
        if not folder.splits.get(split):
            raise InputError(
                f"The data set '{path}' has no {what} tile in {split}.txt; expected at least one. Make it again with a "
                f"share for {what}, or with more labels."
            )
    if len(described.legend) < 2:
        raise InputError(
            f"The data set '{path}' has one class only ({described.legend.names[0]}); expected two or more. Label "
            "other land cover, too."
        )
    scene_stretch(described)
    return folder, described


def scene_stretch(
    described: DatasetDescription, units: Optional[dict[str, str]] = None
) -> dict[str, dict[str, list[list[float]]]]:
    """Low and high of each band, by scene and modality.

    Args:
        described: the data set.
        units: wanted, by modality, and such that `converted` knows the way; None takes those a network is trained on.

    Raises:
        InputError: the description does not hold them.
    """
    wanted = units or {role: trained_units(getattr(described, role)) for role in ROLES}
    found: dict[str, dict[str, list[list[float]]]] = {}
    for source in described.sources:
        try:
            stretch = source["stretch"]
            found[str(source["name"])] = {
                role: _in_units(stretch[role], getattr(described, role), wanted[role]) for role in ROLES
            }
            fits = tuple(stretch["percentiles"]) == STRETCH
        except (KeyError, TypeError, ValueError):
            fits = False
        if not fits:
            break
    else:
        if found:
            return found
    raise InputError(
        "The data set's dataset.json does not hold the value ranges of its scenes; expected them, so that the network "
        "sees tiles as it will see whole layers. Make the data set again with this version."
    )


def scene_of(name: str, scenes: Collection[str]) -> str:
    """The scene that a tile was cut from, by the tile's name.

    Raises:
        InputError: it is none of the scenes.
    """
    scene = _PLACE.sub("", name)
    if scene in scenes:
        return scene
    raise InputError(
        f"The tile '{name}' belongs to no scene that dataset.json lists ({', '.join(list(scenes)[:5])}); expected a "
        "name such as SCENE_r003c012. Make the data set again."
    )


def _in_units(ends: Any, described: ModalityDescription, units: str) -> list[list[float]]:
    values = np.array(ends, np.float64)
    if values.shape != (len(described.bands), 2):
        raise ValueError("one low and one high per band")
    values = converted(values, described, units)
    values[:, 1] = np.where(values[:, 1] > values[:, 0], values[:, 1], values[:, 0] + 1.0)
    return [[float(low), float(high)] for low, high in values]


def converted(values: NDArray[np.float64], described: ModalityDescription, units: str) -> NDArray[np.float64]:
    """Physical values in other units, changed as mapping changes them.

    Raises:
        InputError: units that theirs cannot be changed into.
    """
    return np.asarray(convert_units(values, sar_conversion(described.units, units)), np.float64)
