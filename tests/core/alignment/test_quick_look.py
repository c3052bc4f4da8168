"""Classify looks at the alignment: a warning where the layers lie more than two pixels apart, never an error."""

from __future__ import annotations

import dataclasses
import logging

import numpy as np
import pytest

from rgbsar_core.alignment import check
from rgbsar_core.alignment.check import quick_warning
from rgbsar_core.classify import classify_rasters
from rgbsar_core.errors import OperationCancelled
from rgbsar_core.parameters import ClassificationParameters
from tests.core.fakes import NumpyEngine
from tests.rasters import job, write_raster

from .pictures import write_pair


@pytest.fixture(scope="module", params=[0.0, 1.5, 5.0])
def layers(request, tmp_path_factory) -> tuple[float, ClassificationParameters]:
    """How many pixels the SAR lies too far right, and a job with both layers."""
    pair = write_pair(tmp_path_factory.mktemp("layers"), 0.0, request.param, side=512)
    return request.param, job(*pair)


def look(parameters: ClassificationParameters) -> list[str]:
    return quick_warning(parameters, lambda: False)


def test_only_a_shift_of_more_than_two_pixels_is_warned_of(layers):
    columns, parameters = layers
    found = look(parameters)
    if columns < 2:
        assert found == []
    else:
        assert found[0].startswith("The SAR layer lies 5.0 pixels (50 m) too far east")
        assert "Check alignment" in found[0]


def test_the_warning_reaches_the_result_and_the_log(layers, model_file, tmp_path, caplog):
    columns, parameters = layers
    ready = dataclasses.replace(parameters, model=str(model_file), output=str(tmp_path / "map.tif"))
    with caplog.at_level(logging.WARNING):
        result = classify_rasters(ready, engine=NumpyEngine())
    found = [text for text in result.warnings if "too far" in text]
    assert len(found) == (1 if columns > 2 else 0)
    assert [record.getMessage() for record in caplog.records if "too far" in record.getMessage()] == found


@pytest.mark.parametrize("side", [64, 300])
def test_layers_that_cannot_be_told_are_passed_over(tmp_path, side):
    optical = write_raster(tmp_path / "o.tif", np.full((3, side, side), 9, np.uint8))
    sar = write_raster(tmp_path / "s.tif", np.full((1, side, side), 0.5, np.float32))
    assert look(job(optical, sar)) == []


def test_a_layer_that_cannot_be_read_is_no_matter_of_this_look(tmp_path):
    assert look(job(str(tmp_path / "no.tif"), str(tmp_path / "none.tif"))) == []


@pytest.mark.parametrize("error", [ValueError, ZeroDivisionError, MemoryError])
def test_whatever_goes_wrong_in_it_does_not_stop_the_run(tmp_path, monkeypatch, error):
    def fail(*_: object) -> None:
        raise error("broken")

    monkeypatch.setattr(check, "correlation_surface", fail)
    assert look(job(*write_pair(tmp_path))) == []


def test_it_can_be_cancelled(layers):
    with pytest.raises(OperationCancelled):
        quick_warning(layers[1], lambda: True)
