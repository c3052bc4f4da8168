"""A map in parts under a virtual raster; tests/core/test_cluster.py makes whole ones."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from rgbsar_core.errors import GridMismatchError, RasterIOError
from rgbsar_core.raster.mosaic import VirtualWriter, require_joinable
from rgbsar_core.raster.writer import MapWriter
from tests.rasters import read_raster

from .test_writer import AREAS, LEGEND, blocks, grid


@pytest.mark.parametrize(("held", "shown"), [("map.vrt", []), ("confidence.vrt", ["map.vrt"])])
def test_a_virtual_raster_in_its_place_never_loses_its_parts(tmp_path, monkeypatch, held, shown):
    """Another program holds one of the files that are to be replaced."""
    made = tmp_path / "made"
    made.mkdir()
    part = {"labels": str(made / "labels.tif"), "confidence": str(made / "confidence.tif")}
    with MapWriter(part["labels"], grid(), LEGEND, part["confidence"]) as writer:
        for block in blocks():
            writer.write(block)
        writer.commit()
    expected = read_raster(part["labels"])
    replace = os.replace

    def refusing(source: str, target: Path) -> None:
        if Path(target).name == held:
            raise PermissionError(13, "Permission denied")
        replace(source, target)

    monkeypatch.setattr(os, "replace", refusing)
    folder = tmp_path / "out"
    folder.mkdir()
    paths = str(folder / "map.vrt"), LEGEND, str(folder / "confidence.vrt")
    with pytest.raises(RasterIOError, match="Permission denied"), VirtualWriter([part], *paths) as virtual:
        virtual.commit(AREAS)
    assert [path.name for path in folder.glob("*.vrt")] == shown
    for name in shown:
        assert (read_raster(folder / name) == expected).all()


def test_a_second_run_of_the_same_virtual_raster_leaves_the_parts_of_the_first(tmp_path):
    """Both began while there was no folder of parts; the first is ready before the second."""
    output = str(tmp_path / "map.vrt")
    runs = []
    for name in ("first", "second"):
        part = str(tmp_path / f"{name}.tif")
        with MapWriter(part, grid(), LEGEND) as writer:
            for block in blocks():
                writer.write(block)
            writer.commit()
        runs.append(VirtualWriter([{"labels": part}], output, LEGEND).__enter__())
    runs[0].commit(AREAS)
    expected = read_raster(output)
    with pytest.raises(RasterIOError, match="'.*map.parts' could not be written"):
        runs[1].commit(AREAS)
    assert (read_raster(output) == expected).all() and expected.any()


@pytest.mark.parametrize("geotransform", [(0, 10, 0, 0, 0, 10), (0, 9, 3, 0, 3, -9)], ids=["south-up", "rotated"])
def test_parts_that_no_virtual_raster_can_join_are_refused_before_they_are_made(geotransform):
    require_joinable(grid())
    with pytest.raises(GridMismatchError, match="rotated or not north-up.*Choose GTiff or COG"):
        require_joinable(replace(grid(), geotransform=geotransform))
