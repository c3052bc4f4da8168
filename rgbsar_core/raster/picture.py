"""Small pictures for reports."""

from __future__ import annotations

import base64
import uuid

import numpy as np
from numpy.typing import NDArray

from ..errors import RasterIOError
from .gdal_calls import attempt, gdal, io_message, require


def png_address(pixels: NDArray[np.uint8]) -> str:
    """(3, h, w) red, green, blue as a PNG picture in the text of an HTML page: the value of `src`.

    Raises:
        RasterIOError: this GDAL writes no PNG.
    """
    what, remedy = "A picture for the report could not be made", "Leave the report out."
    count, height, width = pixels.shape
    image = gdal.GetDriverByName("MEM").Create("", width, height, count, gdal.GDT_Byte)
    image.WriteRaster(0, 0, width, height, np.ascontiguousarray(pixels).tobytes())
    driver = gdal.GetDriverByName("PNG")
    if driver is None:
        raise RasterIOError(io_message(what, "this GDAL has no PNG driver", remedy))
    path = f"/vsimem/{uuid.uuid4().hex}.png"
    try:
        copy = require(what, remedy, driver.CreateCopy, path, image)
        del copy  # closed, so that the picture is complete
        file = gdal.VSIFOpenL(path, "rb")
        content = bytes(gdal.VSIFReadL(1, gdal.VSIStatL(path).size, file))
        gdal.VSIFCloseL(file)
    finally:
        attempt(gdal.Unlink, path)
    return "data:image/png;base64," + base64.b64encode(content).decode("ascii")
