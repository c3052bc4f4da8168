"""Work in threads beside a job: it ends with the job, whatever ends that."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from rgbsar_core.classify import classify_rasters
from rgbsar_core.errors import EngineError
from rgbsar_core.parameters import ClassificationParameters, EngineJob
from rgbsar_core.pipeline import alongside
from rgbsar_core.results import EngineInfo
from tests.core.fakes import NumpyEngine


def test_an_engine_that_cannot_start_ends_the_look_at_the_alignment_too(layers, model_file, tmp_path, monkeypatch):
    """A thread that is still in GDAL when Python ends aborts the process."""
    looking, stopped = threading.Event(), threading.Event()

    def look(parameters: ClassificationParameters, is_cancelled: Callable[[], bool]) -> list[str]:
        looking.set()
        while not is_cancelled():
            time.sleep(0.01)
        stopped.set()
        return []

    class Broken(NumpyEngine):
        def prepare(self, job: EngineJob) -> EngineInfo:
            looking.wait(5)
            raise EngineError("no device")

    monkeypatch.setattr("rgbsar_core.classify.quick_warning", look)
    names = {"optical": layers[0], "sar": layers[1], "model": str(model_file), "output": str(tmp_path / "map.tif")}
    with pytest.raises(EngineError, match="no device"):
        classify_rasters(ClassificationParameters(**names), engine=Broken())
    assert stopped.is_set()


def test_work_that_hangs_does_not_hold_up_the_end(monkeypatch):
    monkeypatch.setattr("rgbsar_core.pipeline._GRACE_SECONDS", 0.05)
    disk = threading.Event()
    with alongside(lambda stop: disk.wait(30), lambda: False) as outcome:
        pass
    assert not outcome.done()
    disk.set()
