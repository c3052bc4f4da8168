"""A job that ends early leaves no thread computing: it could take the process down while Python ends."""

from __future__ import annotations

import threading
import time

import pytest

from rgbsar_core import classify
from rgbsar_core.errors import EngineError, OperationCancelled
from rgbsar_core.parameters import ClassificationParameters
from rgbsar_core.pipeline import meanwhile
from tests.core.fakes import NumpyEngine


class BrokenEngine(NumpyEngine):
    def prepare(self, job):
        raise EngineError("No such network; expected one. Choose another model.")


@pytest.fixture
def job(layers, model_file, tmp_path) -> ClassificationParameters:
    return ClassificationParameters(*layers, str(model_file), str(tmp_path / "map.tif"))


class Work:
    """Stands for what is done in a thread; it ends a moment after it is told to."""

    def __init__(self) -> None:
        self.has_ended = False

    def __call__(self, *arguments):
        is_cancelled = arguments[-1]
        while not is_cancelled():
            time.sleep(0.01)
        time.sleep(0.3)
        self.has_ended = True
        return []


def test_the_look_at_the_alignment_ends_when_the_model_cannot_be_loaded(job, monkeypatch):
    look = Work()
    monkeypatch.setattr(classify, "quick_warning", look)
    with pytest.raises(EngineError, match="No such network"):
        classify.classify_rasters(job, engine=BrokenEngine())
    assert look.has_ended


def test_the_look_at_the_alignment_ends_when_the_run_is_cancelled(job, monkeypatch):
    look, start = Work(), time.monotonic()
    monkeypatch.setattr(classify, "quick_warning", look)
    with pytest.raises(OperationCancelled):
        classify.classify_rasters(job, is_cancelled=lambda: time.monotonic() - start > 1, engine=NumpyEngine())
    assert look.has_ended


def test_opening_ends_when_the_run_is_cancelled(job, monkeypatch):
    opening = Work()
    monkeypatch.setattr(classify, "open_pair", opening)
    with pytest.raises(OperationCancelled):
        classify.classify_rasters(job, is_cancelled=lambda: True, engine=NumpyEngine())
    assert opening.has_ended


def test_work_that_hangs_does_not_hold_up_the_end(monkeypatch):
    monkeypatch.setattr("rgbsar_core.pipeline._LEAVING_SECONDS", 0.05)
    disk = threading.Event()
    with meanwhile(lambda stop: disk.wait(30), lambda: False) as outcome:
        pass
    assert not outcome.done()
    disk.set()
