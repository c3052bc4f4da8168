"""Styles that lie in a GeoPackage: Processing loads its results without them, so that they have to be asked for."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsProcessingLayerPostProcessorInterface

_alive: dict[str, StoredStyle] = {}  # QGIS keeps only a C++ pointer: without this Python deletes the object first


class StoredStyle(QgsProcessingLayerPostProcessorInterface):
    """Gives a layer the default style of its file when QGIS adds it to the project.

    Args:
        key: the layer's path.
    """

    def __init__(self, key: str) -> None:
        super().__init__()
        self._key = key

    def postProcessLayer(self, layer: Any, context: Any, feedback: Any) -> None:
        """Called by QGIS in the main thread."""
        layer.loadDefaultStyle()
        layer.triggerRepaint()
        _alive.pop(self._key, None)


def use_stored_style(context: Any, path: str, name: str) -> None:
    """Have a result named and drawn in its file's default style if QGIS is going to load it.

    Args:
        context: QGIS's processing context.
        path: the result, as returned by the algorithm.
        name: layer name.
    """
    if not context.willLoadLayerOnCompletion(path):
        return
    details = context.layerToLoadOnCompletionDetails(path)
    details.name = name
    _alive[path] = StoredStyle(path)
    details.setPostProcessor(_alive[path])
