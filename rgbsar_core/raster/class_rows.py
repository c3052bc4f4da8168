"""Reading rows of a raster of whole numbers below 256 back: parts of a map on their way into the whole."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..errors import RasterIOError
from .gdal_calls import attempt, gdal, io_message
from .source import DAMAGED


def read_planes(path: str, row: int, height: int) -> NDArray[np.uint8]:
    """(bands, height, width) bytes of some rows.

    Raises:
        RasterIOError: they cannot be read.
    """
    dataset, failure = attempt(gdal.Open, path)
    data = None
    if dataset is not None:
        window = (0, row, dataset.RasterXSize, height)
        data, failure = attempt(dataset.ReadRaster, *window, buf_type=gdal.GDT_Byte)
    if data is None or failure:
        raise RasterIOError(io_message(f"The part '{path}' cannot be read", failure, DAMAGED))
    return np.frombuffer(data, np.uint8).reshape(dataset.RasterCount, height, dataset.RasterXSize)
