"""`rgbsar design-sample` and `rgbsar assess`: what goes to which stream, and exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from rgbsar_core.cli import main
from tests.rasters import write_raster
from tests.vectors import fill_labels, read_features

pytestmark = pytest.mark.usefixtures("gdal_mode")


@pytest.fixture
def map_file(tmp_path: Path) -> str:
    pixels = np.random.default_rng(1).choice([1, 2], (40, 50)).astype(np.uint8)
    return write_raster(tmp_path / "map é.tif", pixels)


def test_a_sample_is_drawn_labelled_and_assessed(map_file: str, tmp_path: Path, capsys) -> None:
    sample, report = str(tmp_path / "sample.gpkg"), str(tmp_path / "r.html")
    drawing = ["design-sample", map_file, "-o", sample, "--total", "60", "--expected-users", "0.9,0.7", "--seed", "3"]
    assert main([*drawing, "--json"]) == 0
    said = capsys.readouterr()
    drawn = json.loads(said.out)
    assert drawn["total"] == 60 and drawn["expected_users"] == [0.9, 0.7] and said.err == ""
    assert len(read_features(sample)) == 60
    fill_labels(sample, lambda points: ["class 1"] * 60)
    assert main(["assess", map_file, sample, "--report", report]) == 0
    said = capsys.readouterr()
    assert "Warning: Fewer than 30 points" in said.out and "60 points compared, classes found by name" in said.out
    assert "Comparing map and reference\n" in said.err and Path(report).is_file()
    assert main(["assess", map_file, sample, "--json", "--probability-sample", "no"]) == 0
    assert json.loads(capsys.readouterr().out)["estimated"] is None
    assert main(["assess", map_file, sample, "-q"]) == 0
    assert capsys.readouterr().out == ""


def test_refusals_are_one_sentence_and_exit_code_1(map_file: str, tmp_path: Path, capsys) -> None:
    assert main(["assess", map_file, str(tmp_path / "no.gpkg")]) == 1
    said = capsys.readouterr()
    assert said.out == "" and "no.gpkg" in said.err and "Traceback" not in said.err
    assert main(["design-sample", map_file, "-o", str(tmp_path / "sample.shp")]) == 1
    assert "Let its name end in .gpkg" in capsys.readouterr().err


def test_wrong_usage_is_exit_code_2(map_file: str, tmp_path: Path, capsys) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["design-sample", map_file, "-o", "s.gpkg", "--expected-users", "high"])
    assert stopped.value.code == 2 and "'high' is no list of numbers" in capsys.readouterr().err
