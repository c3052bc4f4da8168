"""How the points of a sample look and are labelled: a list of class names to choose from, labelled points marked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qgis.core import (
    QgsCategorizedSymbolRenderer,
    QgsEditorWidgetSetup,
    QgsMarkerSymbol,
    QgsRendererCategory,
    QgsValueMapFieldFormatter,
)
from qgis.PyQt.QtCore import QCoreApplication

from .when_loaded import when_loaded

LABEL_FIELD = "label"
_IS_LABELLED = f"coalesce(\"{LABEL_FIELD}\", '') <> ''"
_SYMBOLS = (
    (0, {"color": "255,255,255,0", "outline_color": "#d81b60"}),
    (1, {"color": "#43a047", "outline_color": "#1b5e20"}),
)


def style_sample(context: Any, path: str, name: str, classes: Sequence[str]) -> None:
    """Have a sample named and prepared for labelling if QGIS is going to load it.

    Args:
        context: QGIS's processing context.
        path: the sample, as returned by the algorithm.
        name: layer name.
        classes: names to choose from.
    """
    choices = [{text: text} for text in classes]
    choices.append({_tr("to be labelled"): QgsValueMapFieldFormatter.NULL_VALUE})  # takes a label back

    def change(layer: Any, context: Any) -> None:
        index = layer.fields().lookupField(LABEL_FIELD)
        layer.setEditorWidgetSetup(index, QgsEditorWidgetSetup("ValueMap", {"map": choices}))
        layer.setDisplayExpression(f"concat(\"id\", ' ', \"{LABEL_FIELD}\")")  # the form view's list of points
        layer.setRenderer(_renderer())

    when_loaded(context, path, name, change)


def _renderer() -> QgsCategorizedSymbolRenderer:
    categories = []
    for (value, colors), text in zip(_SYMBOLS, (_tr("to be labelled"), _tr("labelled"))):
        properties = {"name": "circle", "size": "3", "outline_width": "0.6", **colors}
        categories.append(QgsRendererCategory(value, QgsMarkerSymbol.createSimple(properties), text))
    return QgsCategorizedSymbolRenderer(_IS_LABELLED, categories)


def _tr(text: str) -> str:
    return QCoreApplication.translate("RgbSar", text)
