"""Reading vector layers of points and polygons that carry a class."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Optional

import numpy as np
from numpy.typing import NDArray

from ..class_matching import RawClass
from ..errors import GridMismatchError, InputError, RasterIOError
from .gdal_calls import attempt, gdal, io_message, ogr, require
from .grid import Grid

DEFAULT_FIELD = "label"
ID_FIELD = "id"
READ_AGAIN = "The file may be damaged; export the layer again."
_NO_CRS = "Undefined "  # what GeoPackages without one say: "Undefined Cartesian SRS", "Undefined geographic SRS"
_POINTS = (ogr.wkbPoint, ogr.wkbMultiPoint)
POLYGONS = (ogr.wkbPolygon, ogr.wkbMultiPolygon, ogr.wkbCurvePolygon, ogr.wkbMultiSurface)
_KINDS = {"points": _POINTS, "polygons": POLYGONS}


@dataclass(frozen=True)
class VectorLayer:
    """A layer of points or polygons, as plain data.

    Args:
        path: vector file.
        name: of the layer in it.
        kind: "points" or "polygons".
        crs_wkt: coordinate reference system as WKT.
        outline: one pixel around all features, in that CRS.
        fields: names of the attributes.
        features: how many.
        metadata: of the layer.
        role: what messages call it.
    """

    path: str
    name: str
    kind: str
    crs_wkt: str
    outline: Grid
    fields: tuple[str, ...]
    features: int
    metadata: dict[str, str]
    role: str = "reference"

    @property
    def label(self) -> str:
        """How messages call it."""
        return f"{self.role} '{os.path.basename(self.path)}'"


def is_vector(path: str) -> bool:
    """True if GDAL opens this as a vector file."""
    dataset, _ = attempt(gdal.OpenEx, split_layer(path)[0], gdal.OF_VECTOR)
    return dataset is not None and dataset.GetLayerCount() > 0


def split_layer(path: str) -> tuple[str, dict[str, str]]:
    """File and options of a layer as QGIS writes it: `FILE|layername=NAME|...`."""
    if os.path.exists(path):
        return path, {}
    file, *options = path.split("|")
    return file, dict(option.split("=", 1) for option in options if "=" in option)


def choose_layer(dataset: Any, file: str, options: dict[str, str], role: str) -> Any:
    """The layer that options name, else the first.

    Raises:
        InputError: there is no such layer, or a filter was given, which would be lost.
    """
    if "subset" in options:
        raise InputError(
            f"The {role} '{file}' was given with the filter '{options['subset']}'; expected a whole layer. Export the "
            "filtered features as a file of their own, and give that."
        )
    wanted = options.get("layername", options.get("layerid", "0"))
    if "layername" in options:
        layer, _ = attempt(dataset.GetLayerByName, wanted)
    else:
        known = [str(index) for index in range(dataset.GetLayerCount())]
        layer = dataset.GetLayer(known.index(wanted)) if wanted in known else None
    if layer is None:
        raise InputError(f"The {role} '{file}' has no layer '{wanted}'; expected one it has. Choose another.")
    return layer


def open_vector(path: str, role: str = "reference") -> VectorLayer:
    """Look at a layer of points or polygons.

    Args:
        path: vector file; QGIS's suffixes `|layername=...` and `|layerid=...` choose a layer.
        role: what messages call it.

    Raises:
        InputError: no vector file, no such layer, no features, features that are neither points nor polygons.
        GridMismatchError: no CRS.
    """
    file, options = split_layer(path)
    dataset, failure = attempt(gdal.OpenEx, file, gdal.OF_VECTOR)
    if dataset is None:
        found = f"cannot be read ({failure})" if os.path.exists(file) else "was not found"
        raise InputError(f"The {role} '{file}' {found}; expected a file of points or polygons. Choose another.")
    layer = choose_layer(dataset, file, options, role)
    features = int(attempt(layer.GetFeatureCount)[0] or 0)
    if features == 0:
        raise InputError(f"The {role} '{file}' is empty; expected points or polygons with a class. Add some.")
    if layer.GetGeomType() == ogr.wkbNone:
        raise InputError(
            f"The {role} '{file}' is a table without places; expected points or polygons. Load it into QGIS (Layer > "
            "Add Layer > Add Delimited Text Layer), and export that layer as GeoPackage."
        )
    reference = layer.GetSpatialRef()
    if reference is None or (reference.GetName() or "").startswith(_NO_CRS):
        raise GridMismatchError(
            f"The {role} '{file}' has no coordinate reference system; expected one. Assign it (in QGIS: Assign "
            "Projection)."
        )
    definition = layer.GetLayerDefn()
    extent, _ = attempt(layer.GetExtent, can_return_null=True)
    if extent is None or not np.isfinite(extent).all():
        raise InputError(f"The {role} '{file}' has features without a place; expected points or polygons. Mend it.")
    xmin, xmax, ymin, ymax = extent
    width, height = max(xmax - xmin, 1e-12), max(ymax - ymin, 1e-12)
    return VectorLayer(
        path=file,
        name=layer.GetName(),
        kind=_kind(layer, file, role),
        crs_wkt=reference.ExportToWkt(),
        outline=Grid(1, 1, (xmin, width, 0.0, ymax, 0.0, -height), reference.ExportToWkt()),
        fields=tuple(definition.GetFieldDefn(i).GetName() for i in range(definition.GetFieldCount())),
        features=features,
        metadata=dict(layer.GetMetadata() or {}),
        role=role,
    )


def open_layer(source: VectorLayer) -> tuple[Any, Any]:
    """OGR's data set and layer; keep the first as long as the second is used.

    Raises:
        RasterIOError: the file is gone.
    """
    dataset = require(f"'{source.path}' cannot be opened again", READ_AGAIN, gdal.OpenEx, source.path, gdal.OF_VECTOR)
    layer, failure = attempt(dataset.GetLayerByName, source.name)
    if layer is None:
        raise RasterIOError(io_message(f"'{source.path}' has lost its layer '{source.name}'", failure, READ_AGAIN))
    return dataset, layer


def find_field(source: VectorLayer, wanted: Optional[str]) -> str:
    """The attribute that holds the classes: the one asked for, else `label`; capitals do not matter.

    Raises:
        InputError: there is none.
    """
    name = (wanted or DEFAULT_FIELD).casefold()
    for field in source.fields:
        if field.casefold() == name:
            return field
    known = ", ".join(source.fields) or "none"
    raise InputError(
        f"The {source.label} has no field '{wanted or DEFAULT_FIELD}'; its fields are: "
        f"{known}. Name the field that holds the class."
    )


def class_of(feature: Any, index: int) -> RawClass:
    """A feature's class as it stands in the file: a number or a text; "" where there is none.

    Raises:
        InputError: bytes that are no text in the file's encoding.
    """
    if not feature.IsFieldSetAndNotNull(index):
        return ""
    kind = feature.GetFieldDefnRef(index).GetType()
    if kind in (ogr.OFTInteger, ogr.OFTInteger64):
        return int(feature.GetFieldAsInteger64(index))
    if kind == ogr.OFTReal:
        return float(feature.GetFieldAsDouble(index))
    text = str(feature.GetFieldAsString(index))
    if any("\ud800" <= letter <= "\udfff" for letter in text):  # how Python holds bytes that are no text
        shown = text.encode("utf-8", "replace").decode()
        raise InputError(
            f"The field '{feature.GetFieldDefnRef(index).GetName()}' has the class '{shown}', which is no text in the "
            "file's encoding; expected readable names. Set the layer's encoding in QGIS and export it as GeoPackage."
        )
    return text if text.strip() else ""


def read_features(source: VectorLayer, layer: Any) -> Iterator[Any]:
    """Every feature of an open layer.

    Raises:
        InputError: one is of another kind than the layer.
        RasterIOError: one cannot be read.
    """
    layer.ResetReading()
    while True:
        feature = require(f"'{source.path}' cannot be read", READ_AGAIN, layer.GetNextFeature)
        if feature is None:
            return
        geometry = feature.GetGeometryRef()
        if geometry is not None and ogr.GT_Flatten(geometry.GetGeometryType()) not in _KINDS[source.kind]:
            raise InputError(
                f"The {source.label} holds {source.kind} and, as feature {feature.GetFID()}, a "
                f"{geometry.GetGeometryName()}; expected features of one kind. Export each kind as a layer of its own."
            )
        yield feature


def count_entries(source: VectorLayer, field: str) -> dict[RawClass, int]:
    """How many features have which class; "" stands for none.

    Raises:
        RasterIOError: they cannot be read.
    """
    _dataset, layer = open_layer(source)
    index = layer.GetLayerDefn().GetFieldIndex(field)
    counts: dict[RawClass, int] = {}
    for feature in read_features(source, layer):
        entry = class_of(feature, index)
        counts[entry] = counts.get(entry, 0) + 1
    return counts


@dataclass(frozen=True)
class LabelledPoints:
    """(n,) coordinates, indices into `entries` (the distinct classes as they stand in the file), ids (0 for none)."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    codes: NDArray[np.int64]
    ids: NDArray[np.int64]
    entries: list[RawClass]


def read_points(source: VectorLayer, field: str) -> LabelledPoints:
    """All points of a layer, those of multipoints one by one.

    Raises:
        RasterIOError: they cannot be read.
    """
    _dataset, layer = open_layer(source)
    definition = layer.GetLayerDefn()
    index, id_index = definition.GetFieldIndex(field), definition.GetFieldIndex(ID_FIELD)
    numbers: dict[RawClass, int] = {}
    rows: list[tuple[float, float, int, int]] = []
    for feature in read_features(source, layer):
        entry = class_of(feature, index)
        code = numbers.setdefault(entry, len(numbers))
        unit = class_of(feature, id_index) if id_index >= 0 else 0
        for point in _parts(feature.GetGeometryRef()):
            rows.append((point.GetX(), point.GetY(), code, unit if isinstance(unit, int) else 0))
    table = np.array(rows, np.float64).reshape(-1, 4)
    codes, ids = table[:, 2].astype(np.int64), table[:, 3].astype(np.int64)
    return LabelledPoints(table[:, 0], table[:, 1], codes, ids, list(numbers))


def _parts(geometry: Any) -> list[Any]:
    """The points of a point or multipoint; none of an empty geometry."""
    if geometry is None or geometry.IsEmpty():
        return []
    count = geometry.GetGeometryCount()
    return [geometry.GetGeometryRef(i) for i in range(count)] if count else [geometry]


def _kind(layer: Any, file: str, role: str) -> str:
    kind = ogr.GT_Flatten(layer.GetGeomType())
    if kind in (ogr.wkbUnknown, ogr.wkbGeometryCollection):
        kind = _first_kind(layer)
    if kind in _POINTS:
        return "points"
    if kind in POLYGONS:
        return "polygons"
    raise InputError(
        f"The {role} '{file}' holds {ogr.GeometryTypeToName(kind)} features; expected points or polygons. Choose "
        "another layer."
    )


def _first_kind(layer: Any) -> int:
    """The type of the first geometry there is; features may have none."""
    kind = int(ogr.wkbNone)
    while kind == ogr.wkbNone:
        feature, _ = attempt(layer.GetNextFeature)
        if feature is None:
            break
        geometry = feature.GetGeometryRef()
        kind = kind if geometry is None else int(ogr.GT_Flatten(geometry.GetGeometryType()))
    layer.ResetReading()
    return kind
