"""What a class raster says of its classes: colours, names, attribute table, areas."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..errors import RasterIOError
from ..legend import NODATA_VALUE, Legend
from ..results import ClassArea
from .gdal_calls import attempt, gdal, io_message, last_error, quiet_gdal

NODATA_NAME = "no data"
_TABLES_BESIDE = "GTIFF_WRITE_RAT_TO_PAM"
_REMEDY = "Choose another folder."


def color_table(legend: Legend) -> Any:
    """GDAL colour table; nodata is transparent."""
    table = gdal.ColorTable()
    table.SetColorEntry(NODATA_VALUE, (0, 0, 0, 0))
    for entry in legend.classes:
        table.SetColorEntry(entry.value, (*entry.color, 255))
    return table


def area_metadata(areas: tuple[ClassArea, ...]) -> dict[str, str]:
    """One metadata item per class: ``RGBSAR_AREA_3 = water: 12.34 ha, 1234 pixels``."""
    return {f"RGBSAR_AREA_{a.value}": f"{a.name}: {a.hectares:.4f} ha, {a.pixels} pixels" for a in areas}


def attribute_table(legend: Legend, areas: tuple[ClassArea, ...]) -> Any:
    """GDAL raster attribute table: Value, Class, Red, Green, Blue, Count, Area_ha."""
    table = gdal.RasterAttributeTable()
    columns = (
        ("Value", gdal.GFT_Integer, gdal.GFU_MinMax),
        ("Class", gdal.GFT_String, gdal.GFU_Name),
        ("Red", gdal.GFT_Integer, gdal.GFU_Red),
        ("Green", gdal.GFT_Integer, gdal.GFU_Green),
        ("Blue", gdal.GFT_Integer, gdal.GFU_Blue),
        ("Count", gdal.GFT_Real, gdal.GFU_PixelCount),
        ("Area_ha", gdal.GFT_Real, gdal.GFU_Generic),
    )
    for name, kind, usage in columns:
        table.CreateColumn(name, kind, usage)
    table.SetRowCount(len(legend))
    found = {area.value: area for area in areas}
    for row, entry in enumerate(legend.classes):
        area = found.get(entry.value)
        table.SetValueAsInt(row, 0, entry.value)
        table.SetValueAsString(row, 1, entry.name)
        for column, part in enumerate(entry.color, start=2):
            table.SetValueAsInt(row, column, part)
        table.SetValueAsDouble(row, 5, float(area.pixels) if area else 0.0)
        table.SetValueAsDouble(row, 6, area.hectares if area else 0.0)
    return table


def describe_classes(path: Path, legend: Legend, areas: tuple[ClassArea, ...]) -> None:
    """Put class names, colours and attribute table into the side file (``.aux.xml``) GDAL and QGIS read.

    A palette inside a TIFF always has 256 entries, and QGIS lists them all; the side file's goes before it and
    ends with the last class.

    Raises:
        RasterIOError: the side file cannot be written.
    """
    with _tables_beside():
        _describe_classes(path, legend, areas)


@contextmanager
def _tables_beside() -> Iterator[None]:
    """Have GDAL put attribute tables into side files: those of TIFFs opened for reading are lost from GDAL 3.12 on."""
    before = gdal.GetThreadLocalConfigOption(_TABLES_BESIDE)
    gdal.SetThreadLocalConfigOption(_TABLES_BESIDE, "YES")
    try:
        yield
    finally:
        gdal.SetThreadLocalConfigOption(_TABLES_BESIDE, before)


def _describe_classes(path: Path, legend: Legend, areas: tuple[ClassArea, ...]) -> None:
    dataset, failure = attempt(gdal.Open, str(path))
    if dataset is None:
        raise RasterIOError(io_message(f"'{path}' cannot be opened again", failure, _REMEDY))
    band = dataset.GetRasterBand(1)
    names = [""] * (max(legend.values) + 1)
    names[NODATA_VALUE] = NODATA_NAME
    for entry in legend.classes:
        names[entry.value] = entry.name
    for setter, value in (
        (band.SetColorTable, color_table(legend)),
        (band.SetCategoryNames, names),
        (band.SetDefaultRAT, attribute_table(legend, areas)),
    ):
        _, failure = attempt(setter, value)
        if failure:
            raise RasterIOError(io_message(f"The class names of '{path}' cannot be stored", failure, _REMEDY))
    with quiet_gdal():
        band = dataset = None
        reason = last_error()
    if reason:
        raise RasterIOError(io_message(f"The class names of '{path}' cannot be stored", reason, _REMEDY))
