"""How results look: class names and colours of the card, a ramp for percents, names and a group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qgis.core import (
    QgsColorRampShader,
    QgsPalettedRasterRenderer,
    QgsProcessingLayerPostProcessorInterface,
    QgsRasterShader,
    QgsSingleBandPseudoColorRenderer,
)
from qgis.PyQt.QtGui import QColor

_PERCENT_RAMP = (
    (0, "#440154"),
    (25, "#3b528b"),
    (50, "#21918c"),
    (75, "#5ec962"),
    (100, "#fde725"),
)
_alive: dict[str, LayerStyle] = {}  # QGIS keeps only a C++ pointer: without this Python deletes the object first


class LayerStyle(QgsProcessingLayerPostProcessorInterface):
    """Styles one result layer when QGIS adds it to the project.

    Args:
        key: the result's path.
        classes: classes of a class raster (``ClassArea`` or ``LandCoverClass``), or empty for a percent raster.
        group: layer-tree group to put the layer in, or "".
    """

    def __init__(self, key: str, classes: Sequence[Any], group: str) -> None:
        super().__init__()
        self._key = key
        self._classes = tuple(classes)
        self._group = group

    def postProcessLayer(self, layer: Any, context: Any, feedback: Any) -> None:
        """Called by QGIS in the main thread."""
        renderer = paletted_renderer if self._classes else percent_renderer
        layer.setRenderer(renderer(layer.dataProvider(), self._classes))
        layer.triggerRepaint()
        if self._group and context.project() is not None:
            _move_to_group(layer, self._group, context.project().layerTreeRoot(), bool(self._classes))
        _alive.pop(self._key, None)


def style_result(context: Any, path: str, name: str, classes: Sequence[Any] = (), group: str = "") -> None:
    """Have a result styled, named and grouped if QGIS is going to load it.

    Args:
        context: QGIS's processing context.
        path: the result, as returned by the algorithm.
        name: layer name (users may have chosen file names in Processing's options instead).
        classes: of a class raster; empty for a raster of percents.
        group: layer-tree group shared by the results of one run, or "".
    """
    if not path or not context.willLoadLayerOnCompletion(path):
        return
    details = context.layerToLoadOnCompletionDetails(path)
    details.name = name
    if hasattr(details, "groupName"):  # QGIS 3.32
        details.groupName, group = group, ""
        details.layerSortKey = 1 if classes else 0  # the map above the percents
    _alive[path] = LayerStyle(path, classes, group)
    details.setPostProcessor(_alive[path])


def forget_styles() -> None:
    """Drop what still waits; called when the plugin is unloaded."""
    _alive.clear()


def paletted_renderer(provider: Any, classes: Sequence[Any]) -> QgsPalettedRasterRenderer:
    """Class values with the names and colours of the model's legend."""
    entries = [QgsPalettedRasterRenderer.Class(c.value, QColor(*c.color), c.name) for c in classes]
    return QgsPalettedRasterRenderer(provider, 1, entries)


def percent_renderer(provider: Any, classes: Sequence[Any] = ()) -> QgsSingleBandPseudoColorRenderer:
    """Band 1 from 0 % (dark) to 100 % (bright), in a ramp that colour-blind people can read."""
    ramp = QgsColorRampShader(0, 100)
    ramp.setColorRampType(QgsColorRampShader.Type.Interpolated)
    ramp.setColorRampItemList(
        [QgsColorRampShader.ColorRampItem(value, QColor(color), f"{value} %") for value, color in _PERCENT_RAMP]
    )
    shader = QgsRasterShader()
    shader.setRasterShaderFunction(ramp)
    renderer = QgsSingleBandPseudoColorRenderer(provider, 1, shader)
    renderer.setClassificationMin(0)
    renderer.setClassificationMax(100)
    return renderer


def _move_to_group(layer: Any, name: str, root: Any, is_map: bool) -> None:
    """The map on top with its legend open; rasters of percents below it, switched off."""
    node = root.findLayer(layer.id())
    if node is None:
        return
    group = root.findGroup(name) or root.insertGroup(0, name)
    moved = node.clone()
    moved.setExpanded(is_map)
    moved.setItemVisibilityChecked(is_map)
    group.insertChildNode(0 if is_map else -1, moved)
    node.parent().removeChildNode(node)
