"""The values of a tile as a network is trained on them: physical, in the units asked for, NaN where nothing is.

Packing for QGIS and training by script both read tiles here, so that a model sees the same in either.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .description import ModalityDescription
from .tile_file import TileFile
from .trainable import converted


def value_type(described: ModalityDescription, units: str) -> np.dtype[Any]:
    """The tiles' own type where their numbers are taken as they are and everywhere there, else float32."""
    plain = units == described.units and described.nodata is None
    unscaled = set(described.scale) == {1.0} and set(described.offset) == {0.0}
    own = np.dtype(described.dtype or "float32")
    return own if plain and unscaled and own.kind in "ui" and own.itemsize <= 2 else np.dtype(np.float32)


def tile_values(tile: TileFile, described: ModalityDescription, units: str) -> NDArray[Any]:
    """(C, h, w) values of one tile, of the type that `value_type` says.

    Args:
        tile: as read; with the bands of the description.
        described: the modality.
        units: wanted.

    Raises:
        InputError: units that the tile's cannot be changed into.
    """
    kind = value_type(described, units)
    if kind.kind != "f":
        return np.asarray(tile.pixels, kind)
    scale, offset = (np.array(part)[:, None, None] for part in (described.scale, described.offset))
    values = converted(tile.pixels * scale + offset, described, units)
    values[:, ~tile.valid] = np.nan
    return np.asarray(values, kind)
