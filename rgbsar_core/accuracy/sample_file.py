"""The file of a sample: points to be labelled, as GeoPackage."""

from __future__ import annotations

import os
import traceback
from pathlib import Path
from typing import Any, Optional

import numpy as np
from numpy.typing import NDArray

from ..errors import RasterIOError
from ..raster.gdal_calls import attempt, gdal, io_message, last_error, ogr, quiet_gdal, require
from ..raster.grid import spatial_reference
from ..raster.partial import temporary_beside
from ..raster.vectors import DEFAULT_FIELD

SAMPLE_LAYER = "sample"
_NO_ROOM = "Free disk space or choose another folder; nothing was left behind."
_SQLITE_COMPANIONS = ("-wal", "-journal")


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
    temporary = temporary_beside(Path(path), ".gpkg")
    try:
        _write(str(temporary), crs_wkt, x, y, columns, metadata)
        _refuse_open_database(path)
        os.replace(temporary, path)
    except RasterIOError as error:
        with quiet_gdal():
            traceback.clear_frames(error.__traceback__)  # else they keep the file open
        raise
    except OSError as error:
        raise RasterIOError(
            f"'{path}' could not be replaced: {error.strerror}. It may be open in another program; close it there or "
            "choose another name."
        ) from error
    finally:
        for suffix in ("", *_SQLITE_COMPANIONS, "-shm"):
            Path(f"{temporary}{suffix}").unlink(missing_ok=True)


def filled_labels(path: str) -> int:
    """How many points of an earlier sample in this file carry a label; 0 if it is none."""
    if not os.path.exists(path):
        return 0
    dataset, _ = attempt(gdal.OpenEx, path, gdal.OF_VECTOR)
    layer = None if dataset is None else attempt(dataset.GetLayerByName, SAMPLE_LAYER)[0]
    if layer is None or layer.GetLayerDefn().GetFieldIndex(DEFAULT_FIELD) < 0:
        return 0
    attempt(layer.SetAttributeFilter, f"{DEFAULT_FIELD} IS NOT NULL AND {DEFAULT_FIELD} <> ''")
    return int(attempt(layer.GetFeatureCount)[0] or 0)


def _write(
    path: str,
    crs_wkt: str,
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    columns: dict[str, Optional[list[Any]]],
    metadata: dict[str, str],
) -> None:
    what = "The sample could not be written"

    def call(function: Any, *args: Any, **kwargs: Any) -> Any:
        result = require(what, _NO_ROOM, function, *args, **kwargs)
        if isinstance(result, int) and result != 0:
            raise RasterIOError(io_message(what, None, _NO_ROOM))
        return result

    driver = gdal.GetDriverByName("GPKG")
    dataset = call(driver.Create, path, 0, 0, 0, gdal.GDT_Unknown)
    layer = call(dataset.CreateLayer, SAMPLE_LAYER, spatial_reference(crs_wkt), ogr.wkbPoint)
    for name, values in columns.items():
        first = "" if values is None else values[0]
        kind = {int: ogr.OFTInteger, float: ogr.OFTReal}.get(type(first), ogr.OFTString)
        call(layer.CreateField, ogr.FieldDefn(name, kind))
    for name, text in metadata.items():
        call(layer.SetMetadataItem, name, text)
    call(dataset.StartTransaction)
    for index in range(len(x)):
        feature = ogr.Feature(layer.GetLayerDefn())
        for name, values in columns.items():
            if values is not None:
                feature.SetField(name, values[index])
        point = ogr.Geometry(ogr.wkbPoint)
        point.SetPoint_2D(0, float(x[index]), float(y[index]))
        feature.SetGeometryDirectly(point)
        call(layer.CreateFeature, feature)
    call(dataset.CommitTransaction)
    call(dataset.FlushCache)
    with quiet_gdal():
        layer = dataset = None
        failure = last_error()
    if failure:
        raise RasterIOError(io_message(what, failure, _NO_ROOM))


def _refuse_open_database(path: str) -> None:
    """A journal beside the old file means that a program has it open, and would spoil the new one."""
    for suffix in _SQLITE_COMPANIONS:
        if Path(f"{path}{suffix}").exists():
            raise RasterIOError(
                f"'{path}' is open in a program ('{os.path.basename(path)}{suffix}' lies beside it). Remove its layer "
                "from the project there, or choose another name."
            )
