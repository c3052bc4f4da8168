"""How measured shifts look: arrows, lengthened so that they can be seen, doubtful ones pale.

Stored in the GeoPackage, so that the arrows come along wherever it is opened in QGIS.
"""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsArrowSymbolLayer,
    QgsCategorizedSymbolRenderer,
    QgsFillSymbol,
    QgsGeometryGeneratorSymbolLayer,
    QgsLineSymbol,
    QgsRendererCategory,
    QgsVectorLayer,
)

_LOOKS = (
    (1, "reliable", {"color": "#d81b60", "outline_color": "#ffffff", "outline_width": "0.2"}),
    (0, "doubtful", {"color": "#e0e0e0", "outline_color": "#616161", "outline_width": "0.2"}),
)
_LONGEST = 0.8  # of the distance between windows: a long reliable arrow


def save_style(path: str, layer_name: str) -> str:
    """Make arrows the default style of a GeoPackage's lines.

    Args:
        path: GeoPackage with one layer of lines that have the field ``reliable``.
        layer_name: of the layer.

    Returns:
        What went wrong, or "".
    """
    layer = QgsVectorLayer(f"{path}|layername={layer_name}", "shifts", "ogr")
    if not layer.isValid():
        return str(layer.error().message()) or "the file cannot be read"
    factor = _lengthening(layer)
    text = f"arrow, {factor:g} times as long"
    categories = [
        QgsRendererCategory(value, _arrow(look, factor), f"{name} ({text})") for value, name, look in _LOOKS
    ]
    layer.setRenderer(QgsCategorizedSymbolRenderer("reliable", categories))
    return str(layer.saveStyleToDatabase("shifts", "", True, "") or "")


def _arrow(look: dict[str, str], factor: float) -> Any:
    """An arrow from a line's start, ``factor`` times as long as the line."""
    start, end = "start_point($geometry)", "end_point($geometry)"
    places = [f"{axis}({start}) + {factor!r} * ({axis}({end}) - {axis}({start}))" for axis in "xy"]
    widths = {"arrow_width": "0.7", "arrow_start_width": "0.7", "head_length": "2", "head_thickness": "1.4"}
    arrow = QgsArrowSymbolLayer.create({**widths, "is_curved": "0"})
    arrow.setSubSymbol(QgsFillSymbol.createSimple(look))
    generator = QgsGeometryGeneratorSymbolLayer.create(
        {"geometryModifier": f"make_line({start}, make_point({places[0]}, {places[1]}))", "SymbolType": "Line"}
    )
    generator.setSubSymbol(_line(arrow))
    return _line(generator)


def _line(layer: Any) -> QgsLineSymbol:
    """A symbol of one layer; it owns it, which a symbol made from a list of layers does not."""
    symbol = QgsLineSymbol.createSimple({})
    symbol.changeSymbolLayer(0, layer)
    return symbol


def _lengthening(layer: Any) -> float:
    """A round number by which the reliable lines may be lengthened without running into the next window's."""
    lengths = sorted(feature.geometry().length() for feature in layer.getFeatures() if feature["reliable"])
    extent, count = layer.extent(), layer.featureCount()
    spacing = (max(extent.width(), extent.height()) or 1.0) / max(count**0.5 - 1, 1.0)
    longest = lengths[int(0.9 * (len(lengths) - 1))] if lengths else 0.0
    ratio = _LONGEST * spacing / longest if longest > 0 else 1.0
    return float(next((step for step in (100, 50, 20, 10, 5, 2) if step <= ratio), 1))
