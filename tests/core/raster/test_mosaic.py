"""A map in parts under a virtual raster; tests/core/test_cluster.py makes whole ones."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rgbsar_core.errors import RasterIOError
from rgbsar_core.raster.mosaic import VirtualWriter
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
