"""From QGIS layers to files GDAL opens in the core, and what can be seen wrong with a layer at a glance."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Optional

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCoordinateTransformContext,
    QgsCsException,
    QgsProcessingOutputLayerDefinition,
    QgsProviderRegistry,
)


def gdal_source(layer: Any) -> str:
    """What GDAL must be given to open a layer of QGIS's GDAL provider; "" for None.

    Open options are dropped, and credentials of a cloud's files (from QGIS 3.40 on), which QGIS has given GDAL already.
    """
    return "" if layer is None else re.split(r"\|(?:option|credential):", str(layer.source()))[0]


def layer_problem(layer: Any, role: str) -> str:
    """A sentence if a raster layer cannot be used, else "".

    Args:
        layer: raster layer, or None where QGIS found none.
        role: ``optical`` or ``SAR``, for the sentence.
    """
    if layer is None or not layer.isValid():
        return f"The {role} layer could not be opened as a raster. Choose a raster layer or file."
    provider = layer.dataProvider().name()
    if provider != "gdal":
        return (
            f"The {role} layer '{layer.name()}' comes from the data provider '{provider}'; expected a raster file "
            "that GDAL opens. Save it as GeoTIFF first (Export > Save As)."
        )
    if not layer.crs().isValid():
        return (
            f"The {role} layer '{layer.name()}' has no CRS; a CRS is needed to put it on the other layer. "
            "Assign the right one with 'Assign projection'."
        )
    return _crs_problem(layer, role)


def _crs_problem(layer: Any, role: str) -> str:
    """A sentence if the user set a CRS that the file, which is what is read, does not have; else ""."""
    shown = layer.crs()
    if shown == layer.dataProvider().crs():
        return ""
    provider = QgsProviderRegistry.instance().createProvider("gdal", layer.source())  # the file may be mended since
    if not provider.isValid():
        return ""  # the core says that the file is gone
    written = provider.crs()
    centre = layer.extent().center()
    try:
        moved = QgsCoordinateTransform(written, shown, QgsCoordinateTransformContext()).transform(centre)
    except QgsCsException:
        moved = None
    if written.isValid() and moved is not None and moved.distance(centre) < layer.rasterUnitsPerPixelX() / 2:
        return ""
    found = written.userFriendlyIdentifier() if written.isValid() else "no CRS"
    return (
        f"The {role} layer '{layer.name()}' was set to {shown.userFriendlyIdentifier()} in QGIS, but its file, "
        f"which is what is read, has {found}. Write the right one into the file with 'Assign projection'."
    )


def band_problem(layer: Any, role: str, chosen: Optional[tuple[int, ...]], spec: Any, title: str) -> str:
    """A sentence if a layer lacks bands the model wants, else "".

    Args:
        layer: raster layer, or None where it is left out.
        role: ``optical`` or ``SAR``.
        chosen: band numbers the user chose, or None.
        spec: the model card's ``InputSpec``, or None if the model does without this modality.
        title: of the model.
    """
    if spec is None or layer is None:
        return ""
    wanted = ", ".join(band.name for band in spec.bands)
    expected = f"'{title}' takes {len(spec.bands)} ({wanted})"
    if chosen is None:
        if layer.bandCount() >= len(spec.bands):
            return ""
        return (
            f"The {role} layer '{layer.name()}' has {_bands(layer.bandCount())}; {expected}. "
            "Choose a layer with these bands, or another model."
        )
    if len(chosen) != len(spec.bands):
        return (
            f"{_bands(len(chosen)).capitalize()} of the {role} layer '{layer.name()}' chosen; {expected}. "
            "Choose that many, in this order, or none to let the model decide."
        )
    beyond = [band for band in chosen if not 1 <= band <= layer.bandCount()]
    if beyond:
        return (
            f"The {role} layer '{layer.name()}' has no band {beyond[0]}, only {_bands(layer.bandCount())}. "
            "Choose bands it has."
        )
    return ""


def overlap_problem(optical: Any, sar: Any, context: Any) -> str:
    """A sentence if two layers share no ground, else ""; None stands for one that is left out."""
    if optical is None or sar is None:
        return ""
    boxes = apart_boxes(((optical.crs(), optical.extent()), (sar.crs(), sar.extent())), context)
    if not boxes:
        return ""
    found = [f"{role} at {box.toString(3)}" for role, box in zip(("optical", "SAR"), boxes)]
    return (
        f"The two layers share no ground: {' and '.join(found)} (longitude, latitude). "
        "Choose layers of the same place, or correct their CRS."
    )


def apart_boxes(places: Iterable[tuple[Any, Any]], context: Any) -> list[Any]:
    """Two places, each a CRS and an extent, in degrees where they share no ground; else nothing."""
    geographic = QgsCoordinateReferenceSystem("EPSG:4326")
    boxes = []
    for crs, extent in places:
        transform = QgsCoordinateTransform(crs, geographic, context.transformContext())
        try:
            boxes.append(transform.transformBoundingBox(extent))
        except QgsCsException:
            return []  # the core, which knows the exact lattices, decides
    return [] if boxes[0].intersects(boxes[1]) else boxes


def output_path(value: Any, context: Any) -> str:
    """The file an output parameter names, or "" for none and temporary ones; registers nothing for loading."""
    if isinstance(value, QgsProcessingOutputLayerDefinition):
        value = value.sink.valueAsString(context.expressionContext())[0]
    return value if isinstance(value, str) and value != "TEMPORARY_OUTPUT" else ""


def same_file(first: str, second: str) -> bool:
    """True if two paths name one file, links and relative paths included."""
    if not first or not second:
        return False
    try:
        return Path(first).samefile(second)
    except OSError:
        return Path(first).absolute() == Path(second).absolute()


def _bands(count: int) -> str:
    return "one band" if count == 1 else f"{count} bands"
