"""Writing a GeoPackage of one layer, feature by feature."""

from __future__ import annotations

import os
import traceback
from collections.abc import Mapping, Sequence
from typing import Any, Optional

from ..errors import InputError, RasterIOError
from .gdal_calls import NO_ROOM, attempt, gdal, io_message, last_error, ogr, quiet_gdal, require_success
from .grid import spatial_reference

_STYLES = "layer_styles"  # QGIS's own table


class GeoPackage:
    """A file that is being written; complete when its context is left without an error.

    Args:
        path: to write; it must not exist.
        what: could not be done, for the message of a failure: "The sample could not be written".
        layer: name of the layer.
        kind: of its geometries, one of `ogr.wkbPoint` and so on.
        crs_wkt: of the coordinates.
        fields: names and types (`ogr.OFTReal` and so on) of the attributes.
        metadata: of the layer.

    Raises:
        RasterIOError: the disk is full or gone; so do `add` and the end of the context.
    """

    def __init__(
        self,
        path: str,
        what: str,
        layer: str,
        kind: int,
        crs_wkt: str,
        fields: Sequence[tuple[str, int]],
        metadata: Optional[Mapping[str, str]] = None,
    ) -> None:
        self._path, self._what, self._name, self._kind, self._crs = path, what, layer, kind, crs_wkt
        self._fields, self._metadata = fields, metadata or {}

    def __enter__(self) -> GeoPackage:
        self._dataset = self._call(gdal.GetDriverByName("GPKG").Create, self._path, 0, 0, 0, gdal.GDT_Unknown)
        try:
            self._layer = self._call(self._dataset.CreateLayer, self._name, spatial_reference(self._crs), self._kind)
            for name, kind in self._fields:
                self._call(self._layer.CreateField, ogr.FieldDefn(name, kind))
            for name, text in self._metadata.items():
                self._call(self._layer.SetMetadataItem, name, text)
            self._call(self._dataset.StartTransaction)
        except RasterIOError as error:
            self._close(error)
            raise
        return self

    def add(self, geometry: Any, attributes: Mapping[str, Any]) -> None:
        """Add one feature, which takes the geometry over; an attribute left out or None stays empty."""
        feature = ogr.Feature(self._layer.GetLayerDefn())
        for name, value in attributes.items():
            if value is not None:
                feature.SetField(name, value)
        feature.SetGeometryDirectly(geometry)
        self._call(self._layer.CreateFeature, feature)

    def __exit__(self, kind: object, error: Optional[BaseException], *_: object) -> None:
        if error is not None:
            self._close(error)
            return
        try:
            self._call(self._dataset.CommitTransaction)
            self._call(self._dataset.FlushCache)
        except RasterIOError as failed:
            self._close(failed)
            raise
        failure = self._close()
        if failure:
            raise RasterIOError(io_message(self._what, failure, NO_ROOM))

    def _close(self, error: Optional[BaseException] = None) -> str:
        """Let go of the file, which writes what is left; returns GDAL's failure, if any."""
        with quiet_gdal():
            if error is not None:
                traceback.clear_frames(error.__traceback__)  # else they keep the file open
            self._layer = self._dataset = None
            return last_error()

    def _call(self, function: Any, *args: Any) -> Any:
        return require_success(self._what, NO_ROOM, function, *args)


def refuse_other_layers(path: str, layer: str) -> None:
    """Refuse to replace a GeoPackage that holds more than the layer the new one will hold.

    Args:
        path: to write.
        layer: name of the only layer.

    Raises:
        InputError: the file that is there has others; QGIS keeps layers drawn by hand side by side in one file.
    """
    dataset = attempt(gdal.OpenEx, path, gdal.OF_VECTOR)[0] if os.path.exists(path) else None
    names = [] if dataset is None else [dataset.GetLayer(index).GetName() for index in range(dataset.GetLayerCount())]
    others = [name for name in names if name not in (layer, _STYLES)]
    if others:
        raise InputError(
            f"'{path}' holds other layers ({', '.join(others)}), which would be lost; expected a new file, or one with "
            f"the layer {layer} alone. Choose another name."
        )
