"""The file of a sample: points to be labelled, as GeoPackage."""

from __future__ import annotations

import os
from typing import Any, Optional

import numpy as np
from numpy.typing import NDArray

from ..raster.gdal_calls import attempt, gdal, ogr
from ..raster.geopackage import GeoPackage
from ..raster.staging import StagedFiles
from ..raster.vectors import ID_FIELD

SAMPLE_LAYER = "sample"
STRATA_FIELDS = ("stratum", "map_class", "weight_ha")


def write_sample(
    path: str,
    crs_wkt: str,
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    columns: dict[str, Optional[list[Any]]],
    metadata: dict[str, str],
) -> None:
    """Write points as GeoPackage; the file appears under its name only when complete.

    Args:
        path: file to write, `.gpkg`.
        crs_wkt: of the coordinates.
        x, y: (n,) coordinates.
        columns: attributes by name; integers, floats or texts, one a point; None for texts to be filled in.
        metadata: of the layer.

    Raises:
        RasterIOError: it could not be written or moved to its name.
    """
    fields = []
    for name, values in columns.items():
        first = "" if values is None else values[0]
        fields.append((name, {int: ogr.OFTInteger, float: ogr.OFTReal}.get(type(first), ogr.OFTString)))
    with StagedFiles() as files:
        with GeoPackage(
            files.path(path), "The sample could not be written", SAMPLE_LAYER, ogr.wkbPoint, crs_wkt, fields, metadata
        ) as file:
            for index in range(len(x)):
                point = ogr.Geometry(ogr.wkbPoint)
                point.SetPoint_2D(0, float(x[index]), float(y[index]))
                file.add(point, {name: values[index] for name, values in columns.items() if values is not None})
        files.publish()


def filled_labels(path: str) -> int:
    """How many points of an earlier sample in this file carry a label, in whatever field; 0 if it is none."""
    dataset = attempt(gdal.OpenEx, path, gdal.OF_VECTOR)[0] if os.path.exists(path) else None
    layer = None if dataset is None else attempt(dataset.GetLayerByName, SAMPLE_LAYER)[0]
    if layer is None:
        return 0
    definition = layer.GetLayerDefn()
    names = [definition.GetFieldDefn(index).GetName() for index in range(definition.GetFieldCount())]
    quoted = ['"' + name.replace('"', '""') + '"' for name in names if name not in (ID_FIELD, *STRATA_FIELDS)]
    attempt(layer.SetAttributeFilter, " OR ".join(f"({name} IS NOT NULL AND {name} <> '')" for name in quoted) or "0")
    return int(attempt(layer.GetFeatureCount)[0] or 0)
