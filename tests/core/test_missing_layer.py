"""A model trained with modality dropout maps one layer alone; every other model asks for the missing one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rgbsar_core.classify import classify_rasters
from rgbsar_core.engine.local import LocalEngine
from rgbsar_core.errors import EngineError, InputError
from rgbsar_core.job_state import job_state
from rgbsar_core.missing_layer import inputs_given
from rgbsar_core.parameters import ClassificationParameters, EngineOptions, Extent
from rgbsar_core.raster.align import open_pair
from tests.core.fakes import NumpyEngine, fingerprint
from tests.rasters import NORTH_UP, job, model_card, read_raster, write_raster

PLAIN = EngineOptions(device="cpu", precision="float32", backend="torch", threads=1)
DROPOUT = model_card(modality_dropout=True)
SOUTH = Extent(NORTH_UP[0], NORTH_UP[3] - 640, NORTH_UP[0] + 640, NORTH_UP[3] - 80, "")
"""All of the scene but its first eight rows."""


def parameters(optical: str, sar: str, model: Path, folder: Path, **options: object) -> ClassificationParameters:
    folder.mkdir()
    names = {"output": "map.tif", "confidence": "sure.tif", "probabilities": "each.tif", "area_table": "areas.csv"}
    files = {name: str(folder / file) for name, file in names.items()}
    fields = {"sar_units": "linear", "engine": PLAIN, **files, **options}
    return ClassificationParameters(optical=optical, sar=sar, model=str(model), **fields)


@pytest.mark.parametrize("left_out", ["optical", "sar"])
def test_a_layer_left_out_is_a_layer_without_a_valid_pixel_to_the_byte(layers, dropout_model, tmp_path, left_out):
    """Of the empty layer one pixel is valid, north of the extent: a file without any is refused."""
    empty = {"optical": np.zeros((3, 64, 64), np.uint8), "sar": np.full((2, 64, 64), -9999, np.float32)}[left_out]
    empty[:, 0, 0] = 1
    path = write_raster(tmp_path / "empty.tif", empty, nodata=empty[0, 1, 1].item())
    given = dict(zip(("optical", "sar"), layers))
    pair = parameters(**{**given, left_out: path}, model=dropout_model, folder=tmp_path / "pair", extent=SOUTH)
    alone = parameters(**{**given, left_out: ""}, model=dropout_model, folder=tmp_path / "alone", extent=SOUTH)
    classify_rasters(pair)
    classify_rasters(alone)
    assert fingerprint(tmp_path / "alone") == fingerprint(tmp_path / "pair")
    assert set(np.unique(read_raster(alone.output))) <= {0, 1, 3} and (read_raster(alone.output) > 0).all()


@pytest.mark.parametrize(
    ("optical", "sar", "sentence"),
    [
        ("", "s.tif", "No optical layer was given: mapped from the SAR layer alone, on its grid"),
        ("o.tif", "", "No SAR layer was given: mapped from the optical layer alone, on its grid"),
    ],
)
@pytest.mark.parametrize("grid", ["optical", "sar"])
def test_the_map_has_the_grid_of_the_layer_that_is_there(tmp_path, optical, sar, sentence, grid):
    coarse = (NORTH_UP[0], 20.0, 0.0, NORTH_UP[3], 0.0, -20.0)
    write_raster(tmp_path / "o.tif", np.ones((3, 60, 50), np.uint8))
    write_raster(tmp_path / "s.tif", np.full((2, 20, 30), 0.5, np.float32), coarse)
    paths = (str(tmp_path / name) if name else "" for name in (optical, sar))
    pair = open_pair(job(*paths, grid=grid), DROPOUT)
    found = pair.grid.width, pair.grid.height, pair.grid.geotransform
    assert found == ((50, 60, NORTH_UP) if optical else (30, 20, coarse))
    assert any(text.startswith(sentence) and "expect lower accuracy" in text for text in pair.assumptions)
    strip = next(pair.strips())
    assert (strip.optical is None, strip.sar is None) == (not optical, not sar)
    assert (strip.valid == (1 if optical else 2)).all()


def test_report_names_the_missing_layer_and_nobody_looks_at_the_alignment(layers, dropout_model, tmp_path, monkeypatch):
    def never(*_: object) -> list[str]:
        raise EngineError("looked at")

    monkeypatch.setattr("rgbsar_core.classify.quick_warning", never)
    page = tmp_path / "report.html"
    request = parameters(layers[0], "", dropout_model, tmp_path / "map", report=str(page))
    classify_rasters(request, engine=NumpyEngine())
    text = page.read_text(encoding="utf-8")
    assert "SAR: not given<br>" in text and "mapped from the optical layer alone" in text


@pytest.mark.parametrize(
    ("optical", "sar", "card", "parts"),
    [
        ("o", "", model_card(), ("No SAR layer was given", "'Test model' needs both", "Choose that layer, too")),
        ("", "s", model_card(), ("No optical layer was given", "'Test model' needs both", "Choose that layer, too")),
        ("", "", model_card(), ("No optical and no SAR layer was given", "needs both", "Choose a layer")),
        ("", "", DROPOUT, ("No optical and no SAR layer was given", "needs at least one of them", "Choose a layer")),
        ("o", "", model_card(optical=()), ("No SAR layer was given", "needs it", "Choose a layer")),
    ],
)
def test_what_the_model_cannot_do_without_is_asked_for(optical, sar, card, parts):
    with pytest.raises(InputError) as caught:
        inputs_given(card, optical, sar)
    assert all(part in str(caught.value) for part in parts)


def test_a_model_that_needs_both_leaves_nothing_behind(layers, model_file, tmp_path):
    request = parameters(layers[0], "", model_file, tmp_path / "map")
    with pytest.raises(InputError, match="No SAR layer was given; the model 'Test model' needs both layers"):
        classify_rasters(request)
    assert list((tmp_path / "map").iterdir()) == []


def test_a_model_of_one_input_never_asked_for_the_other_layer(layers):
    pair = open_pair(job(layers[0], ""), model_card(sar=()))
    assert pair.sar is None and not any("SAR" in text for text in pair.assumptions)


def test_rows_made_from_a_file_as_optical_are_not_taken_over_for_the_same_file_as_sar(tmp_path, model_file):
    """Same file, same grid, same settings."""
    card = model_card(optical=("red",), sar=("VV",), sar_units="digital_number", modality_dropout=True)
    path = write_raster(tmp_path / "both.tif", np.arange(1, 401, dtype=np.float32).reshape(1, 20, 20))
    states = []
    for paths in ((path, ""), ("", path)):
        request = job(*paths, model=str(model_file), sar_units="digital_number")
        states.append(job_state(request, open_pair(request, card)))
    assert states[0] != states[1]
    assert {key for key in states[0] if states[0][key] != states[1][key]} == {"inputs"}


def test_an_interrupted_map_of_one_layer_goes_on(layers, dropout_model, tmp_path):
    def fail(row: int) -> None:
        if row >= 16:
            raise EngineError("The worker died.")

    request = parameters(layers[0], "", dropout_model, tmp_path / "map", resume=True)
    with pytest.raises(EngineError, match="32 of 64 rows are kept"):
        classify_rasters(request, engine=NumpyEngine(fail))
    assert classify_rasters(request, engine=NumpyEngine()).resumed_rows == 32


def test_an_engine_kept_warm_maps_with_both_layers_and_with_one(layers, dropout_model, tmp_path):
    engine = LocalEngine()
    try:
        first, alone, again = (
            classify_rasters(parameters(layers[0], sar, dropout_model, tmp_path / name), engine=engine).path
            for name, sar in (("first", layers[1]), ("alone", ""), ("again", layers[1]))
        )
    finally:
        engine.close()
    assert np.array_equal(read_raster(first), read_raster(again))
    assert not np.array_equal(read_raster(first), read_raster(alone))
