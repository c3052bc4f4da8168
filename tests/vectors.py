"""Vector layers for the tests: points and polygons with attributes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Optional, Union

from osgeo import gdal, ogr, osr

from tests.rasters import UTM_11N

Ring = Sequence[tuple[float, float]]
FIELD_TYPES = {int: ogr.OFTInteger, float: ogr.OFTReal, str: ogr.OFTString}
DRIVERS = {".gpkg": "GPKG", ".shp": "ESRI Shapefile", ".geojson": "GeoJSON"}


def write_points(
    path: Union[str, Path],
    places: Sequence[tuple[float, float]],
    fields: Mapping[str, Sequence[Any]],
    epsg: Optional[int] = UTM_11N,
) -> str:
    """One point a place; the first value of a field that is not None decides its type; None is null."""
    shapes = []
    for x, y in places:
        shape = ogr.Geometry(ogr.wkbPoint)
        shape.SetPoint_2D(0, x, y)
        shapes.append(shape)
    return _write(path, ogr.wkbPoint, shapes, fields, epsg)


def write_labelled_polygons(
    path: Union[str, Path], rings: Sequence[Ring], fields: Mapping[str, Sequence[Any]], epsg: Optional[int] = UTM_11N
) -> str:
    """One polygon a ring."""
    shapes = []
    for ring in rings:
        line = ogr.Geometry(ogr.wkbLinearRing)
        for x, y in (*ring, ring[0]):
            line.AddPoint_2D(x, y)
        shape = ogr.Geometry(ogr.wkbPolygon)
        shape.AddGeometry(line)
        shapes.append(shape)
    return _write(path, ogr.wkbPolygon, shapes, fields, epsg)


def box(left: float, top: float, right: float, bottom: float) -> Ring:
    """A rectangle as a ring."""
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def read_features(path: Union[str, Path]) -> list[dict[str, Any]]:
    """Attributes of every feature, with its coordinates as x and y."""
    dataset = gdal.OpenEx(str(path), gdal.OF_VECTOR)
    rows = []
    for feature in dataset.GetLayer(0):
        geometry = feature.GetGeometryRef()
        rows.append({**feature.items(), "x": geometry.GetX(), "y": geometry.GetY()})
    return rows


def fill_labels(path: Union[str, Path], label: Any) -> None:
    """Set the label of every point of a sample to what `label(features)` returns for it (a list; None is null)."""
    labels = label(read_features(path))
    dataset = gdal.OpenEx(str(path), gdal.OF_VECTOR | gdal.OF_UPDATE)
    layer = dataset.GetLayer(0)
    layer.StartTransaction()
    for feature, text in zip(list(layer), labels):
        if text is not None:
            feature.SetField("label", text)
            layer.SetFeature(feature)
    layer.CommitTransaction()
    layer = dataset = None


def _write(
    path: Union[str, Path],
    kind: int,
    shapes: Sequence[Any],
    fields: Mapping[str, Sequence[Any]],
    epsg: Optional[int],
) -> str:
    reference = None
    if epsg is not None:
        reference = osr.SpatialReference()
        reference.ImportFromEPSG(epsg)
        reference.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    dataset = ogr.GetDriverByName(DRIVERS[Path(path).suffix]).CreateDataSource(str(path))
    layer = dataset.CreateLayer("units", reference, kind)
    for name, values in fields.items():
        first = next((value for value in values if value is not None), "")
        layer.CreateField(ogr.FieldDefn(name, FIELD_TYPES[type(first)]))
    layer.StartTransaction()
    for index, shape in enumerate(shapes):
        feature = ogr.Feature(layer.GetLayerDefn())
        for name, values in fields.items():
            if values[index] is not None:
                feature.SetField(name, values[index])
        feature.SetGeometry(shape)
        layer.CreateFeature(feature)
    layer.CommitTransaction()
    layer = dataset = None
    return str(path)
