"""Draw a class raster as a map with title, legend, scale bar and source, by QGIS's print layout.

Usage: ``python tools/draw_map.py LANDCOVER.tif MAP.png [OPTICAL.tif]``
"""

from __future__ import annotations

import sys
from pathlib import Path

from qgis.core import (
    QgsApplication,
    QgsLayoutExporter,
    QgsLayoutItemLabel,
    QgsLayoutItemLegend,
    QgsLayoutItemMap,
    QgsLayoutItemPicture,
    QgsLayoutItemScaleBar,
    QgsLayoutPoint,
    QgsLayoutSize,
    QgsMapLayerLegendUtils,
    QgsPrintLayout,
    QgsProject,
    QgsRasterLayer,
    QgsUnitTypes,
)
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QFont

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
MILLIMETRES = QgsUnitTypes.LayoutMillimeters
PAGE = (250.0, 156.0)


def main(landcover: str, picture: str) -> None:
    """Write the PNG."""
    application = QgsApplication([], False)
    application.initQgis()
    project = QgsProject.instance()
    project.setEllipsoid("EPSG:7030")
    layers = [
        layer(landcover, "Land cover"),
        layer(str(EXAMPLES / "optical.tif"), "Sentinel-2"),
        layer(str(EXAMPLES / "sar.tif"), "Sentinel-1"),
    ]
    project.addMapLayers(layers)
    project.setCrs(layers[0].crs())
    layout = QgsPrintLayout(project)
    layout.initializeDefaults()
    layout.pageCollection().page(0).setPageSize(QgsLayoutSize(*PAGE, MILLIMETRES))
    label(layout, "Land cover from one optical and one SAR image", (8, 5), (180, 10), 17, bold=True)
    label(layout, "Lake Elsinore, California, November 2020", (8, 13.5), (180, 7), 11)
    main_map = place_map(layout, layers[0], layers[0].extent(), (8, 22), (128, 128))
    place_map(layout, layers[1], layers[0].extent(), (142, 22), (49, 49))
    place_map(layout, layers[2], layers[0].extent(), (195, 22), (49, 49))
    label(layout, "Sentinel-2, true colour", (142, 72), (50, 6), 9)
    label(layout, "Sentinel-1, VH", (195, 72), (50, 6), 9)
    place_legend(layout, layers[0], (141, 82))
    place_scale_bar(layout, main_map, (142, 128))
    north = QgsLayoutItemPicture(layout)
    north.setPicturePath(":/images/north_arrows/layout_default_north_arrow.svg")
    place(layout, north, (232, 124), (12, 14))
    source = "Model landcover-us (ASANet), RGB-SAR Land Cover. Contains modified Copernicus Sentinel data 2020."
    label(layout, source, (142, 144), (102, 8), 7)
    settings = QgsLayoutExporter.ImageExportSettings()
    settings.dpi = 130
    answer = QgsLayoutExporter(layout).exportToImage(picture, settings)
    if answer != QgsLayoutExporter.Success:
        raise SystemExit(f"QGIS could not write {picture} (code {answer}).")
    project.clear()
    application.exitQgis()


def layer(path: str, name: str) -> QgsRasterLayer:
    """A raster layer as QGIS styles it by itself: colours and names come from the file."""
    found = QgsRasterLayer(path, name)
    if not found.isValid():
        raise SystemExit(f"QGIS cannot open {path}.")
    return found


def place(layout: QgsPrintLayout, item: object, at: tuple[float, float], size: tuple[float, float]) -> None:
    """Put an item on the page; millimetres from the upper left corner."""
    layout.addLayoutItem(item)
    item.attemptMove(QgsLayoutPoint(*at, MILLIMETRES))
    item.attemptResize(QgsLayoutSize(*size, MILLIMETRES))


def label(
    layout: QgsPrintLayout,
    text: str,
    at: tuple[float, float],
    size: tuple[float, float],
    points: int,
    bold: bool = False,
) -> None:
    """A line of text."""
    item = QgsLayoutItemLabel(layout)
    item.setText(text)
    item.setFont(QFont("DejaVu Sans", points, QFont.Weight.Bold if bold else QFont.Weight.Normal))
    item.setHAlign(Qt.AlignmentFlag.AlignLeft)
    place(layout, item, at, size)


def place_map(
    layout: QgsPrintLayout,
    shown: QgsRasterLayer,
    extent: object,
    at: tuple[float, float],
    size: tuple[float, float],
) -> QgsLayoutItemMap:
    """A framed map of one layer."""
    item = QgsLayoutItemMap(layout)
    place(layout, item, at, size)
    item.setCrs(QgsProject.instance().crs())
    item.setLayers([shown])
    item.setExtent(extent)
    item.setFrameEnabled(True)
    return item


def place_legend(layout: QgsPrintLayout, shown: QgsRasterLayer, at: tuple[float, float]) -> None:
    """The classes of the map, as the layer names them."""
    item = QgsLayoutItemLegend(layout)
    item.setAutoUpdateModel(False)
    root = item.model().rootGroup()
    root.clear()
    node = root.addLayer(shown)
    node.setCustomProperty("legend/title-style", "hidden")
    classes = item.model().layerLegendNodes(node)
    unwanted = ("Band 1", "no data")
    wanted = [i for i, entry in enumerate(classes) if not str(entry.data(0)).startswith(unwanted)]
    QgsMapLayerLegendUtils.setLegendNodeOrder(node, wanted)
    item.model().refreshLayerLegend(node)
    place(layout, item, at, (100, 40))
    item.adjustBoxSize()


def place_scale_bar(layout: QgsPrintLayout, measured: QgsLayoutItemMap, at: tuple[float, float]) -> None:
    """A bar of true ground kilometres (the projection's own metres are longer here)."""
    item = QgsLayoutItemScaleBar(layout)
    item.setStyle("Single Box")
    item.setLinkedMap(measured)
    item.setUnits(QgsUnitTypes.DistanceKilometers)
    item.setUnitLabel("km")
    item.setNumberOfSegments(2)
    item.setNumberOfSegmentsLeft(0)
    item.setUnitsPerSegment(1)
    place(layout, item, at, (70, 12))
    item.update()


if __name__ == "__main__":
    main(*sys.argv[1:3])
