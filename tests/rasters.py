"""GeoTIFF writers for the tests: small rasters with a CRS, nodata, names and an offset origin."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Optional, Union

import numpy as np
from numpy.typing import NDArray
from osgeo import gdal, osr

from rgbsar_core.legend import LandCoverClass, Legend
from rgbsar_core.model_card import Band, InputSpec, ModelCard
from rgbsar_core.parameters import ClassificationParameters

GDAL_TYPES = {
    "uint8": gdal.GDT_Byte,
    "uint16": gdal.GDT_UInt16,
    "int16": gdal.GDT_Int16,
    "uint32": gdal.GDT_UInt32,
    "int32": gdal.GDT_Int32,
    "float32": gdal.GDT_Float32,
    "float64": gdal.GDT_Float64,
    "complex64": gdal.GDT_CFloat32,
}
NORTH_UP = (500_000.0, 10.0, 0.0, 4_000_000.0, 0.0, -10.0)
UTM_11N = 32611


def wkt(epsg: int) -> str:
    """WKT of an EPSG code."""
    reference = osr.SpatialReference()
    reference.ImportFromEPSG(epsg)
    return str(reference.ExportToWkt())


def write_raster(
    path: Union[str, Path],
    array: NDArray[Any],
    geotransform: Optional[Sequence[float]] = NORTH_UP,
    epsg: Optional[int] = UTM_11N,
    nodata: Optional[float] = None,
    descriptions: Sequence[str] = (),
    options: Sequence[str] = (),
    metadata: Optional[dict[str, str]] = None,
    scale: Optional[float] = None,
    offset: Optional[float] = None,
    colors: Sequence[int] = (),
    mask: Optional[NDArray[Any]] = None,
    driver: str = "GTiff",
) -> str:
    """Write (bands, height, width) or (height, width) pixels; returns the path as text.

    ``colors`` are GDAL colour interpretations (``gdal.GCI_AlphaBand`` ...), ``mask`` an internal mask band.
    """
    pixels = array[None] if array.ndim == 2 else array
    count, height, width = pixels.shape
    dataset = gdal.GetDriverByName(driver).Create(
        str(path), width, height, count, GDAL_TYPES[pixels.dtype.name], list(options)
    )
    if geotransform is not None:
        dataset.SetGeoTransform(tuple(geotransform))
    if epsg is not None:
        dataset.SetProjection(wkt(epsg))
    for name, text in (metadata or {}).items():
        dataset.SetMetadataItem(name, text)
    for index in range(count):
        band = dataset.GetRasterBand(index + 1)
        if nodata is not None:
            band.SetNoDataValue(nodata)
        if index < len(descriptions):
            band.SetDescription(descriptions[index])
        if index < len(colors):
            band.SetColorInterpretation(colors[index])
        if scale is not None:
            band.SetScale(scale)
        if offset is not None:
            band.SetOffset(offset)
        band.WriteRaster(0, 0, width, height, np.ascontiguousarray(pixels[index]).tobytes())
    if mask is not None:
        gdal.SetConfigOption("GDAL_TIFF_INTERNAL_MASK", "YES")
        dataset.CreateMaskBand(gdal.GMF_PER_DATASET)
        cover = np.ascontiguousarray(mask.astype(np.uint8) * 255)
        dataset.GetRasterBand(1).GetMaskBand().WriteRaster(0, 0, width, height, cover.tobytes())
        gdal.SetConfigOption("GDAL_TIFF_INTERNAL_MASK", None)
    dataset.FlushCache()
    band = dataset = None
    return str(path)


def read_raster(path: Union[str, Path]) -> NDArray[Any]:
    """All bands, (bands, height, width)."""
    dataset = gdal.Open(str(path))
    kind = dataset.GetRasterBand(1).DataType
    name = next(name for name, code in GDAL_TYPES.items() if code == kind)
    data = dataset.ReadRaster(buf_type=kind)
    return np.frombuffer(data, name).reshape(dataset.RasterCount, dataset.RasterYSize, dataset.RasterXSize)


def write_polygons(
    path: Union[str, Path], rings: Sequence[Sequence[tuple[float, float]]], epsg: Optional[int] = UTM_11N
) -> str:
    """Write polygons, one ring each, as GeoPackage; returns the path as text."""
    from osgeo import ogr

    reference = None
    if epsg is not None:
        reference = osr.SpatialReference()
        reference.ImportFromEPSG(epsg)
        reference.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    dataset = ogr.GetDriverByName("GPKG").CreateDataSource(str(path))
    layer = dataset.CreateLayer("polygons", reference, ogr.wkbPolygon)
    for ring in rings:
        line = ogr.Geometry(ogr.wkbLinearRing)
        for x, y in (*ring, ring[0]):
            line.AddPoint_2D(x, y)
        polygon = ogr.Geometry(ogr.wkbPolygon)
        polygon.AddGeometry(line)
        feature = ogr.Feature(layer.GetLayerDefn())
        feature.SetGeometry(polygon)
        layer.CreateFeature(feature)
        feature = None
    layer = dataset = None
    return str(path)


def model_card(
    optical: Sequence[str] = ("red", "green", "blue"),
    sar: Sequence[str] = ("VV", "VH"),
    optical_units: str = "digital_number",
    sar_units: str = "linear",
    percentiles: Optional[tuple[float, float]] = None,
    gsd: Optional[float] = 10.0,
    modality_dropout: bool = False,
) -> ModelCard:
    """A card with these bands and units; mean 0 and deviation 1, so that inputs are the physical values."""
    inputs = tuple(
        InputSpec(
            role=role,
            bands=tuple(Band(name) for name in names),
            units=units,
            percentiles=percentiles,
            clip=None,
            mean=(0.0,) * len(names),
            std=(1.0,) * len(names),
        )
        for role, names, units in (("optical", optical, optical_units), ("sar", sar, sar_units))
        if names
    )
    classes = (LandCoverClass(1, "water", (0, 0, 255)), LandCoverClass(3, "Wald „Süd“ <3", (0, 128, 0)))
    return ModelCard(
        name="test",
        title="Test model",
        network="asanet",
        network_parameters={},
        inputs=inputs,
        legend=Legend(classes),
        gsd=gsd,
        tile_size=64,
        overlap=8,
        modality_dropout=modality_dropout,
    )


def job(optical: str, sar: str, **options: Any) -> ClassificationParameters:
    """Parameters for two rasters; model and output are names only."""
    fields = {"model": "model.safetensors", "output": "map.tif", **options}
    return ClassificationParameters(optical=optical, sar=sar, **fields)
