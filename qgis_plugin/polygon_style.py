"""Class colours for polygons: stored in the GeoPackage, so that they come along wherever it is opened in QGIS."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qgis.core import QgsCategorizedSymbolRenderer, QgsFillSymbol, QgsRendererCategory, QgsVectorLayer


def save_style(path: str, classes: Sequence[Any]) -> str:
    """Make class names and colours the default style of a GeoPackage's polygons.

    Args:
        path: GeoPackage with one layer of polygons that have the field ``value``.
        classes: with value, name and color.

    Returns:
        What went wrong, or "".
    """
    layer = QgsVectorLayer(path, "land cover", "ogr")
    categories = []
    for entry in classes:
        red, green, blue = entry.color
        look = {"color": f"{red},{green},{blue}", "outline_color": "60,60,60", "outline_width": "0.1"}
        categories.append(QgsRendererCategory(entry.value, QgsFillSymbol.createSimple(look), entry.name))
    layer.setRenderer(QgsCategorizedSymbolRenderer("value", categories))
    return str(layer.saveStyleToDatabase("land cover", "", True, "") or "")
