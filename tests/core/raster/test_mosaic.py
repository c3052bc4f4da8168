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


def made_part(folder: Path) -> dict[str, str]:
    folder.mkdir()
    part = {"labels": str(folder / "labels.tif"), "confidence": str(folder / "confidence.tif")}
    with MapWriter(part["labels"], grid(), LEGEND, part["confidence"]) as writer:
        for block in blocks():
            writer.write(block)
        writer.commit()
    return part


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_virtual_rasters_and_their_parts_take_their_places_together_or_not_at_all(tmp_path, monkeypatch):
    """Whichever file cannot be moved, earlier rasters of the names stay, and none ever stands beside new parts."""
    part = made_part(tmp_path / "made")
    expected = read_raster(part["labels"])
    folder = tmp_path / "out"
    folder.mkdir()
    for name in ("map.vrt", "map.vrt.aux.xml", "confidence.vrt"):
        (folder / name).write_text(f"an earlier {name}")
    before, parts_before = contents(folder), contents(tmp_path / "made")
    replace = os.replace
    left = [0]  # moves until one is refused; those that undo the others are allowed again

    def refusing(source: str, target: Path) -> None:
        left[0] -= 1
        if left[0] == -1:
            raise PermissionError(13, "Permission denied")
        replace(source, target)
        if (folder / "map.parts").exists() and any((folder / "map.parts").iterdir()):
            shown = [folder / name for name in ("map.vrt", "confidence.vrt") if (folder / name).exists()]
            assert not any("earlier" in path.read_text() for path in shown)

    monkeypatch.setattr(os, "replace", refusing)
    paths = str(folder / "map.vrt"), LEGEND, str(folder / "confidence.vrt")
    for refused in range(8):
        left[0] = refused
        with pytest.raises(RasterIOError, match="Permission denied"), VirtualWriter([part], *paths) as virtual:
            virtual.commit(AREAS)
        assert contents(folder) == before and contents(tmp_path / "made") == parts_before
        assert not (folder / "map.parts").exists()
    left[0] = 8
    with VirtualWriter([part], *paths) as virtual:
        virtual.commit(AREAS)
    assert left == [0], "there is no further move that could be refused"
    assert set(contents(folder)) == {"map.vrt", "confidence.vrt", *(f"map.parts/{name}" for name in parts_before)}
    assert (read_raster(folder / "map.vrt") == expected).all() and expected.any()


def test_parts_that_cannot_be_moved_back_are_not_removed(tmp_path, monkeypatch):
    part = made_part(tmp_path / "made")
    replace = os.replace

    def refusing(source: Path, target: Path) -> None:
        if Path(target).name == "map.vrt" or Path(source).name == "labels.tif" and Path(source).parent.suffix:
            raise PermissionError(13, "Permission denied")
        replace(source, target)

    monkeypatch.setattr(os, "replace", refusing)
    with pytest.raises(RasterIOError), VirtualWriter([part], str(tmp_path / "map.vrt"), LEGEND) as virtual:
        virtual.commit(AREAS)
    assert (tmp_path / "map.parts" / "labels.tif").exists()


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
