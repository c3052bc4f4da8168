"""Polygons whose outline is made of arcs, drawn as labels and as a mask."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from osgeo import ogr, osr

from rgbsar_core.dataset.labels import open_labels
from rgbsar_core.legend import LandCoverClass, Legend
from rgbsar_core.raster.grid import Grid
from rgbsar_core.raster.mask import PolygonMask
from tests.rasters import UTM_11N


@pytest.fixture
def discs(tmp_path: Path) -> tuple[str, Grid]:
    """A disc of 30 pixels' radius in the middle of 100 x 100 pixels of 10 m; its outline is a circle, not a ring."""
    place = osr.SpatialReference()
    place.ImportFromEPSG(UTM_11N)
    path = str(tmp_path / "discs.gpkg")
    holder = ogr.GetDriverByName("GPKG").CreateDataSource(path)
    layer = holder.CreateLayer("discs", place, ogr.wkbCurvePolygon)
    layer.CreateField(ogr.FieldDefn("label", ogr.OFTString))
    feature = ogr.Feature(layer.GetLayerDefn())
    feature["label"] = "lake"
    circle = "200 500,500 800,800 500,500 200,200 500"
    feature.SetGeometry(ogr.CreateGeometryFromWkt(f"CURVEPOLYGON(CIRCULARSTRING({circle}))"))
    layer.CreateFeature(feature)
    feature = layer = holder = None
    return path, Grid(100, 100, (0.0, 10.0, 0.0, 1000.0, 0.0, -10.0), place.ExportToWkt())


def in_the_disc() -> np.ndarray:
    rows, columns = np.indices((100, 100)) + 0.5
    return np.asarray(np.hypot(rows - 50, columns - 50))


def test_a_polygon_of_arcs_is_drawn_as_its_circle(discs: tuple[str, Grid]) -> None:
    path, grid = discs
    values = open_labels(path, None, 1).drawn(Legend((LandCoverClass(7, "lake", (0, 0, 255)),)), grid).rows(0, 100)
    away = in_the_disc()
    assert (values[away < 29.9] == 7).all() and (values[away > 30.1] == 0).all()


def test_a_mask_of_arcs_lets_its_disc_through(discs: tuple[str, Grid]) -> None:
    path, grid = discs
    inside = PolygonMask(path).inside(grid)
    assert inside[in_the_disc() < 29.9].all() and not inside[in_the_disc() > 30.1].any()
