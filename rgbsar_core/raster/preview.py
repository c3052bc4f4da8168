"""A small picture of a class raster, for reports."""

from __future__ import annotations

import numpy as np
from osgeo import gdal

from ..errors import RasterIOError
from ..legend import Legend


def preview_png(path: str, legend: Legend, largest_side: int = 900) -> bytes:
    """Render a class raster in its legend's colours, nodata transparent.

    Args:
        path: class raster.
        legend: values and colours.
        largest_side: of the picture in pixels; larger rasters are decimated by the nearest pixel.

    Returns:
        The bytes of a PNG file.

    Raises:
        RasterIOError: the raster cannot be read.
    """
    dataset = gdal.Open(path)
    if dataset is None:
        raise RasterIOError(f"'{path}' cannot be opened: {gdal.GetLastErrorMsg()}. Was it removed or renamed?")
    factor = max(1.0, max(dataset.RasterXSize, dataset.RasterYSize) / largest_side)
    width = max(1, round(dataset.RasterXSize / factor))
    height = max(1, round(dataset.RasterYSize / factor))
    labels = dataset.GetRasterBand(1).ReadAsArray(buf_xsize=width, buf_ysize=height)
    colors = np.zeros((256, 4), np.uint8)
    for entry in legend.classes:
        colors[entry.value] = (*entry.color, 255)
    picture = np.moveaxis(colors[labels], -1, 0)
    memory = gdal.GetDriverByName("MEM").Create("", width, height, 4, gdal.GDT_Byte)
    for index in range(4):
        memory.GetRasterBand(index + 1).WriteArray(picture[index])
    name = f"/vsimem/rgbsar_preview_{id(memory)}.png"
    gdal.GetDriverByName("PNG").CreateCopy(name, memory)
    file = gdal.VSIFOpenL(name, "rb")
    try:
        gdal.VSIFSeekL(file, 0, 2)
        size = gdal.VSIFTellL(file)
        gdal.VSIFSeekL(file, 0, 0)
        return bytes(gdal.VSIFReadL(1, size, file))
    finally:
        gdal.VSIFCloseL(file)
        gdal.Unlink(name)
        gdal.Unlink(name + ".aux.xml")
