"""How backscatter looks: grey, or the bands as colours, stretched over what most of its pixels hold."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsContrastEnhancement,
    QgsProcessingLayerPostProcessorInterface,
    QgsRasterMinMaxOrigin,
)

_alive: dict[str, BackscatterStyle] = {}  # QGIS keeps only a C++ pointer: without this Python deletes the object first


class BackscatterStyle(QgsProcessingLayerPostProcessorInterface):
    """Stretches one result layer from its 2 % to its 98 % quantile when QGIS adds it to the project.

    Between minimum and maximum, QGIS's choice, a single bright target leaves all the rest black.

    Args:
        key: the result's path.
    """

    def __init__(self, key: str) -> None:
        super().__init__()
        self._key = key

    def postProcessLayer(self, layer: Any, context: Any, feedback: Any) -> None:
        """Called by QGIS in the main thread."""
        layer.setContrastEnhancement(
            QgsContrastEnhancement.ContrastEnhancementAlgorithm.StretchToMinimumMaximum,
            QgsRasterMinMaxOrigin.Limits.CumulativeCut,
        )
        layer.triggerRepaint()
        _alive.pop(self._key, None)


def style_backscatter(context: Any, path: str, name: str) -> None:
    """Have a result stretched and named if QGIS is going to load it.

    Args:
        context: QGIS's processing context.
        path: the result, as returned by the algorithm.
        name: layer name.
    """
    if not context.willLoadLayerOnCompletion(path):
        return
    details = context.layerToLoadOnCompletionDetails(path)
    details.name = name
    _alive[path] = BackscatterStyle(path)
    details.setPostProcessor(_alive[path])
