"""How results look: the card's class names and colours, a ramp for percents, stretched backscatter; names, a group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Optional

from qgis.core import (
    QgsColorRampShader,
    QgsContrastEnhancement,
    QgsPalettedRasterRenderer,
    QgsProcessingContext,
    QgsRasterMinMaxOrigin,
    QgsRasterShader,
    QgsSingleBandPseudoColorRenderer,
)
from qgis.PyQt.QtGui import QColor

from .when_loaded import when_loaded

_PERCENT_RAMP = (
    (0, "#440154"),
    (25, "#3b528b"),
    (50, "#21918c"),
    (75, "#5ec962"),
    (100, "#fde725"),
)
_QGIS_GROUPS = hasattr(QgsProcessingContext.LayerDetails(), "groupName")  # from QGIS 3.32 on


def style_result(context: Any, path: Optional[str], name: str, classes: Sequence[Any] = (), group: str = "") -> None:
    """Have a result styled, named and grouped if QGIS is going to load it.

    Args:
        context: QGIS's processing context.
        path: the result, as returned by the algorithm; None if it was not asked for.
        name: layer name.
        classes: of a class raster; empty for a raster of percents.
        group: layer-tree group shared by the results of one run, or "".
    """

    def change(layer: Any, context: Any) -> None:
        provider = layer.dataProvider()
        layer.setRenderer(paletted_renderer(provider, classes) if classes else percent_renderer(provider))
        if group and not _QGIS_GROUPS and context.project() is not None:
            _move_to_group(layer, group, context.project().layerTreeRoot(), bool(classes))

    details = when_loaded(context, path, name, change)
    if details is not None and _QGIS_GROUPS:
        details.groupName = group
        details.layerSortKey = 1 if classes else 0  # the map above the percents


def style_backscatter(context: Any, path: str, name: str) -> None:
    """Have backscatter named, and stretched from its 2 % to its 98 % quantile, if QGIS is going to load it.

    Between minimum and maximum, QGIS's choice, a single bright target leaves all the rest black.

    Args:
        context: QGIS's processing context.
        path: the result, as returned by the algorithm.
        name: layer name.
    """
    stretch = QgsContrastEnhancement.ContrastEnhancementAlgorithm.StretchToMinimumMaximum
    quantiles = QgsRasterMinMaxOrigin.Limits.CumulativeCut
    when_loaded(context, path, name, lambda layer, context: layer.setContrastEnhancement(stretch, quantiles))


def use_stored_style(context: Any, path: str, name: str) -> None:
    """Have a result named and drawn in its file's default style, which Processing leaves out, if QGIS loads it.

    Args:
        context: QGIS's processing context.
        path: the result, as returned by the algorithm.
        name: layer name.
    """
    when_loaded(context, path, name, lambda layer, context: layer.loadDefaultStyle())


def paletted_renderer(provider: Any, classes: Sequence[Any]) -> QgsPalettedRasterRenderer:
    """Class values with the names and colours of the model's legend."""
    entries = [QgsPalettedRasterRenderer.Class(c.value, QColor(*c.color), c.name) for c in classes]
    return QgsPalettedRasterRenderer(provider, 1, entries)


def percent_renderer(provider: Any) -> QgsSingleBandPseudoColorRenderer:
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
