"""Points and polygons with a class: from QGIS's layers to what the core opens, and what is wrong at a glance."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsFields, QgsWkbTypes

from . import sources

DEFAULT_FIELD = "label"
_OF_THE_FILE = QgsFields.FieldOrigin.OriginProvider
_FILE_FORMATS = ["gpkg", "shp", "geojson", "json", "fgb", "sqlite", "tab", "kml", "gml"]


def vector_path(algorithm: Any, parameters: dict[str, Any], name: str, field: str, context: Any, feedback: Any) -> str:
    """What the core opens: the layer's own file, or a copy of what is not in it as QGIS shows it.

    Selections, filters, layers in memory, another CRS, a class field that is joined or computed.
    """
    vector = algorithm.parameterAsVectorLayer(parameters, name, context)
    as_in_file = vector is None or (
        vector.crs() == vector.dataProvider().crs()
        and vector.fields().fieldOrigin(vector.fields().lookupField(field or DEFAULT_FIELD)) == _OF_THE_FILE
    )
    path, layer = algorithm.parameterAsCompatibleSourceLayerPathAndLayerName(
        parameters, name, context, _FILE_FORMATS if as_in_file else [], "gpkg", feedback
    )
    return f"{path}|layername={layer}" if layer else path


def chosen_field(source: Any, wanted: str) -> str:
    """The field that holds the class, as the layer spells it; "" if there is none."""
    index = source.fields().lookupField(wanted or DEFAULT_FIELD)
    return source.fields().at(index).name() if index >= 0 else ""


def vector_problem(source: Any, layer: Any, field: str, role: str = "reference", points: bool = True) -> str:
    """A sentence if points or polygons cannot be used, else "".

    Args:
        source: QGIS's feature source, or None where QGIS found none.
        layer: the vector layer behind it, or None.
        field: name given by the user, or "" for the default.
        role: what the sentence calls the layer.
        points: points are welcome, too.
    """
    wanted = "points or polygons" if points else "polygons"
    if source is None:
        return f"The {role} could not be opened. Choose a layer of {wanted}."
    name = f"The {role} layer '{source.sourceName()}'"
    kinds = QgsWkbTypes.GeometryType
    allowed = (kinds.PointGeometry, kinds.PolygonGeometry) if points else (kinds.PolygonGeometry,)
    if QgsWkbTypes.geometryType(source.wkbType()) not in allowed:
        return f"{name} holds {'neither points nor' if points else 'no'} polygons. Choose another layer."
    if not source.sourceCrs().isValid():
        return f"{name} has no CRS. Assign the right one with 'Assign projection'."
    if layer is not None and layer.isModified():
        return f"{name} has edits that are not saved. Save them first."
    if source.featureCount() == 0:
        return f"{name} has no features. Choose another layer, or clear the selection option."
    if not chosen_field(source, field):
        known = ", ".join(entry.name() for entry in source.fields()) or "none"
        return (
            f"{name} has no field '{field or DEFAULT_FIELD}'; its fields are: {known}. Choose the field that holds the "
            "class."
        )
    return ""


def class_entries(source: Any, field: str) -> list[Any]:
    """Distinct class names or numbers of a field; empty ones left out."""
    values = source.uniqueValues(source.fields().lookupField(field))
    return [value for value in values if isinstance(value, (int, float, str)) and str(value).strip()]


def apart_problem(map_layer: Any, crs: Any, extent: Any, name: str, context: Any) -> str:
    """A sentence if a reference shares no ground with the map, else ""."""
    boxes = sources.apart_boxes(((map_layer.crs(), map_layer.extent()), (crs, extent)), context)
    if not boxes:
        return ""
    return (
        f"The reference '{name}' lies outside the map '{map_layer.name()}': {boxes[1].toString(3)} and "
        f"{boxes[0].toString(3)} (longitude, latitude). Choose a reference of the same place, or correct its CRS."
    )
