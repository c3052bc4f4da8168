"""`rgbsar benchmark --limits`: what is counted is what a hand counts, and the floor is the larger one."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from rgbsar_core.cli import main
from rgbsar_core.errors import RasterIOError
from rgbsar_core.limits import measure_limits
from tests.rasters import write_raster

from .engine.stub_model_file import load_model


def test_operations_and_bytes_of_a_tile_are_those_of_the_layers(tmp_path: Path) -> None:
    raster = write_raster(tmp_path / "raster.tif", np.ones((2, 40, 30), np.uint16))
    limits = measure_limits("convolution", raster, size=100, device="cpu", load=load_model)
    pixels, kernel = 64 * 64, 9 * 9
    multiplications = pixels * kernel * (4 * 8 + 8 * 3)  # two convolutions, 4 to 8 and 8 to 3 channels
    assert limits.plain_operations == limits.operations == 2 * multiplications
    bytes_each = {"float32": 4, "bfloat16": 2}[limits.benchmark.engine.precision]
    assert limits.map_bytes == bytes_each * pixels * (4 + 8 + 8 + 3)
    floors = (
        limits.operations / limits.operations_per_second,
        limits.map_bytes / limits.copied_bytes_per_second,
    )
    assert limits.floor_seconds == max(floors)
    assert limits.engine_seconds > limits.floor_seconds
    assert limits.read_bytes_per_second is not None
    assert limits.read_bytes_per_second > 0
    assert "times the larger floor" in limits.to_text()
    json.dumps(limits.to_json())


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(RasterIOError, match="missing.tif"):
        measure_limits("convolution", str(tmp_path / "missing.tif"), size=64, device="cpu", load=load_model)


def test_the_command_refuses_it_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["benchmark", "--limits", "--file", str(tmp_path / "missing.tif")]) != 0
    assert "missing.tif" in capsys.readouterr().err
