"""A map wider than the device's memory: the files are those of a map in one piece, also after an interruption."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rgbsar_core.classify import classify_rasters
from rgbsar_core.errors import OperationCancelled, ResourceLimitError
from rgbsar_core.parameters import ClassificationParameters, EngineOptions
from rgbsar_core.resume import journal_folder
from tests.core.fakes import fingerprint
from tests.rasters import write_raster

HEIGHT, WIDTH = 150, 300
# Two classes, three optical bands and two SAR bands, bands of tiles 64 rows high: see `column_bytes`.
COLUMN = 64 * (4 * 7 + 2 + 24 * 3)
NAMES = {"output": "map.tif", "confidence": "sure.tif", "probabilities": "each.tif", "area_table": "areas.csv"}


@pytest.fixture(scope="module")
def wide(tmp_path_factory) -> tuple[str, str]:
    numbers = np.random.default_rng(5)
    folder = tmp_path_factory.mktemp("wide")
    sar = numbers.uniform(0.1, 1.0, (2, HEIGHT, WIDTH)).astype(np.float32)
    sar[:, 20:110, 60:150] = -9999
    return (
        write_raster(folder / "o.tif", numbers.integers(0, 256, (3, HEIGHT, WIDTH)).astype(np.uint8)),
        write_raster(folder / "s.tif", sar, nodata=-9999),
    )


def job(layers: tuple[str, str], model: Path, folder: Path) -> ClassificationParameters:
    folder.mkdir(exist_ok=True)
    return ClassificationParameters(
        optical=layers[0],
        sar=layers[1],
        model=str(model),
        sar_units="linear",
        engine=EngineOptions(device="cpu", precision="float32", backend="torch", threads=2),
        resume=True,
        **{name: str(folder / file) for name, file in NAMES.items()},
    )


def settle(monkeypatch, columns: int) -> None:
    """Give the device memory for so many columns."""
    monkeypatch.setattr("rgbsar_core.engine.local.room_for_rows", lambda device, batch_bytes: COLUMN * columns)


def test_an_interrupted_map_in_panels_is_finished_in_other_panels_with_the_files_of_one_piece(
    wide, model_file, tmp_path, monkeypatch
):
    settle(monkeypatch, WIDTH)
    whole = classify_rasters(job(wide, model_file, tmp_path / "whole"))
    assert whole.engine.warnings == ()

    parameters = job(wide, model_file, tmp_path / "parts")
    shares: list[float] = []
    settle(monkeypatch, 70)
    with pytest.raises(OperationCancelled) as stopped:
        classify_rasters(parameters, lambda share, text: shares.append(share), lambda: max(shares, default=0) > 0.3)
    assert "of 150 rows are kept" in stopped.value.kept
    assert journal_folder(parameters.output).exists()

    settle(monkeypatch, 200)
    finished = classify_rasters(parameters)
    assert finished.resumed_rows > 0
    assert "300 pixels wide" in finished.warnings[-1] and "mapped in 2 panels" in finished.warnings[-1]
    assert fingerprint(tmp_path / "parts") == fingerprint(tmp_path / "whole")


def test_a_device_that_is_too_small_is_refused_before_anything_is_written(wide, model_file, tmp_path, monkeypatch):
    settle(monkeypatch, 63)
    parameters = job(wide, model_file, tmp_path / "map")
    with pytest.raises(ResourceLimitError, match="single column of tiles, 64 pixels wide with 2 classes"):
        classify_rasters(parameters)
    assert list((tmp_path / "map").iterdir()) == []
