"""How the points of a sample look and are labelled: a list of class names to choose from, labelled points marked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qgis.core import (
    QgsCategorizedSymbolRenderer,
    QgsEditorWidgetSetup,
    QgsMarkerSymbol,
    QgsProcessingLayerPostProcessorInterface,
    QgsRendererCategory,
)

LABEL_FIELD = "label"
_IS_LABELLED = f"coalesce(\"{LABEL_FIELD}\", '') <> ''"
_SYMBOLS = (
    (0, "to be labelled", {"color": "255,255,255,0", "outline_color": "#d81b60"}),
    (1, "labelled", {"color": "#43a047", "outline_color": "#1b5e20"}),
)
_alive: dict[str, SampleStyle] = {}  # QGIS keeps only a C++ pointer: without this Python deletes the object first


class SampleStyle(QgsProcessingLayerPostProcessorInterface):
    """Prepares a sample for labelling when QGIS adds it to the project.

    Args:
        key: the layer's path.
        classes: names to choose from.
    """

    def __init__(self, key: str, classes: Sequence[str]) -> None:
        super().__init__()
        self._key = key
        self._classes = tuple(classes)

    def postProcessLayer(self, layer: Any, context: Any, feedback: Any) -> None:
        """Called by QGIS in the main thread."""
        index = layer.fields().lookupField(LABEL_FIELD)
        choices = [{name: name} for name in self._classes]
        layer.setEditorWidgetSetup(index, QgsEditorWidgetSetup("ValueMap", {"map": choices}))
        layer.setRenderer(_renderer())
        layer.triggerRepaint()
        _alive.pop(self._key, None)


def style_sample(context: Any, path: str, name: str, classes: Sequence[str]) -> None:
    """Have a sample named and prepared for labelling if QGIS is going to load it.

    Args:
        context: QGIS's processing context.
        path: the sample, as returned by the algorithm.
        name: layer name.
        classes: names to choose from.
    """
    if not context.willLoadLayerOnCompletion(path):
        return
    details = context.layerToLoadOnCompletionDetails(path)
    details.name = name
    _alive[path] = SampleStyle(path, classes)
    details.setPostProcessor(_alive[path])


def _renderer() -> QgsCategorizedSymbolRenderer:
    categories = []
    for value, text, colors in _SYMBOLS:
        properties = {"name": "circle", "size": "3", "outline_width": "0.6", **colors}
        categories.append(QgsRendererCategory(value, QgsMarkerSymbol.createSimple(properties), text))
    return QgsCategorizedSymbolRenderer(_IS_LABELLED, categories)
