"""What a training run leaves that is cancelled, falls silent or dies; a stub that learns nothing stands for it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import rgbsar_core
from rgbsar_core.errors import EngineError, OperationCancelled, RasterIOError
from rgbsar_core.model_training import process
from rgbsar_core.model_training.parameters import TrainParameters
from rgbsar_core.model_training.process import TrainingProcess
from rgbsar_core.model_training.train import Runtime, train_model
from tests.core.dataset.places import make, write_labels, write_layers

CORE_PARENT = Path(rgbsar_core.__file__).resolve().parent.parent
STUB = """
import json, os, sys, time
from pathlib import Path

def send(kind, **fields):
    sys.stdout.write(json.dumps({"type": kind, **fields}) + "\\n")
    sys.stdout.flush()

def main():
    send("hello", python="3", torch="2", lightning="2")
    output = Path(json.loads(Path(json.loads(sys.stdin.readline())["recipe"]).read_text())["trainer"]["output"])
    time.sleep(SECONDS_TO_PREPARE)
    send("progress", share=0.5, step=1, loss=1.0, miou=None, minutes_left=1.0)
    sys.stdin.readline()
    (output / "unmeasured.safetensors").write_bytes(b"weights")
    END
"""
SILENT = "time.sleep(600)"
DYING = "os._exit(9)"
FINISHING = """
    import numpy
    (output / "model.safetensors").write_bytes(b"measured weights")
    numpy.save(output / "shown.npy", numpy.zeros((1, 32, 32), numpy.uint8))
    result = {"losses": [], "validations": [], "measured_on": "val", "device": "cpu", "shown": [0]}
    result["accuracy"] = {"confusion_matrix": [[5, 1, 0], [0, 4, 0], [0, 0, 3]]}
    result["training"] = {"steps": 1, "minutes": 1.0, "precision": "32-true"}
    result["calibration"] = {"temperature": 1.0, "expected_calibration_error": None}
    (output / "result.json").write_text(json.dumps(result))
    send("done", model=str(output / "model.safetensors"), result=str(output / "result.json"))
"""
MEASURING = """
    for number in range(20):
        time.sleep(0.1)
        send("measuring", images=number + 1)
    send("done", model="m", result="r")
"""


def training_package(folder: Path, end: str, seconds: float = 0.0) -> Path:
    """A training package that prepares for so long, makes a step, and ends so when it is cancelled."""
    package = folder / "stub"
    package.mkdir()
    (package / "__init__.py").write_text("")
    text = STUB.replace("SECONDS_TO_PREPARE", str(seconds)).replace("    END", f"    {end.strip()}")
    (package / "train_job.py").write_text(text)
    return package


@pytest.fixture(scope="module")
def data_set(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("place")
    optical, sar, _, _ = write_layers(folder)
    make((optical, sar, write_labels(folder / "labels.gpkg")), folder / "set", shares=(60, 20, 20))
    return str(folder / "set")


def cancelled_at(word: str) -> tuple[Callable[[float, str], None], Callable[[], bool]]:
    """A progress callback, and one that says True once its text begins so."""
    seen: list[str] = []
    return lambda share, text: seen.append(text), lambda: any(text.startswith(word) for text in seen)


def run(data_set: str, model: Path, package: Path, word: str = "Training:", report: str | None = None) -> Any:
    parameters = TrainParameters(folder=data_set, model=str(model), device="cpu", report=report)
    return train_model(parameters, Runtime(sys.executable, CORE_PARENT, package), *cancelled_at(word))


def test_a_cancelled_run_is_waited_for_as_long_as_it_tells_what_it_measures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "SILENCE_SECONDS", 1.0)
    recipe = tmp_path / "recipe.json"
    recipe.write_text(f'{{"trainer": {{"output": "{tmp_path.as_posix()}"}}}}')
    heard: list[dict[str, Any]] = []
    with TrainingProcess(sys.executable, CORE_PARENT, training_package(tmp_path, MEASURING)) as started:
        started.wait_until_ready(lambda: False)
        done, cut_short = started.train(recipe, heard.append, lambda: bool(heard))
    assert done["model"] == "m" and cut_short
    assert [message["type"] for message in heard] == ["progress", "cancelled", *["measuring"] * 20]


@pytest.mark.parametrize(("end", "message"), [
    (SILENT, "was silent for 1 seconds and was ended.* weights so far are not lost: '.*own.safetensors' holds"),
    (DYING, "ended unexpectedly with exit code 9.* weights so far are not lost: '.*own.safetensors' holds"),
])  # fmt: skip
def test_a_run_that_falls_silent_or_dies_while_it_measures_loses_its_report_alone(
    data_set: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str, message: str
) -> None:
    monkeypatch.setattr(process, "SILENCE_SECONDS", 1.0)
    model = tmp_path / "models" / "own.safetensors"
    model.parent.mkdir()
    with pytest.raises(EngineError, match=message):
        run(data_set, model, training_package(tmp_path, end))
    assert model.read_bytes() == b"weights" and list(model.parent.iterdir()) == [model]


def test_the_report_of_a_run_cut_short_does_not_ask_for_the_test_tiles_it_has(data_set: str, tmp_path: Path) -> None:
    report = tmp_path / "report.html"
    result = run(data_set, tmp_path / "own.safetensors", training_package(tmp_path, FINISHING), report=str(report))
    assert result.cut_short and result.tiles["test"] and result.measured.overall == 12 / 13
    page = report.read_text(encoding="utf-8")
    assert "A run that is not cut short is measured on the test tiles" in page and "A share for testing" not in page


def test_a_report_that_cannot_be_written_says_that_the_model_is_complete(
    data_set: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(texts: dict[str, str]) -> None:
        (name,) = texts
        raise RasterIOError(f"'{name}' could not be written.")

    monkeypatch.setattr("rgbsar_core.model_training.train.publish_texts", full)
    model, report = tmp_path / "own.safetensors", tmp_path / "report.html"
    with pytest.raises(RasterIOError, match=r"report.html' could not be written. The model is complete: '.*own\.safet"):
        run(data_set, model, training_package(tmp_path, FINISHING), report=str(report))
    assert model.read_bytes() == b"measured weights" and not report.exists()


def test_weights_whose_place_cannot_be_written_are_kept_elsewhere(
    data_set: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    model = tmp_path / "models" / "own.safetensors"
    model.parent.mkdir()
    folder_gone = f"os.rmdir({str(model.parent)!r}); os._exit(9)"
    with pytest.raises(EngineError, match="The best weights so far are not lost"):
        run(data_set, model, training_package(tmp_path, folder_gone))
    (kept,) = tmp_path.glob("rgbsar-model-*/own.safetensors")
    assert kept.read_bytes() == b"weights"


def test_a_run_that_fails_leaves_the_older_model_and_its_own_weights_beside_it(data_set: str, tmp_path: Path) -> None:
    model = tmp_path / "own.safetensors"
    model.write_bytes(b"older")
    with pytest.raises(EngineError, match="'.*own-rescued.safetensors' holds them"):
        run(data_set, model, training_package(tmp_path, DYING))
    assert model.read_bytes() == b"older" and model.with_name("own-rescued.safetensors").read_bytes() == b"weights"


def test_cancelling_before_the_first_step_leaves_the_older_model(data_set: str, tmp_path: Path) -> None:
    model = tmp_path / "own.safetensors"
    model.write_bytes(b"older")
    package = training_package(tmp_path, DYING, seconds=600.0)
    with pytest.raises(OperationCancelled):
        run(data_set, model, package, "Preparing tiles")
    assert model.read_bytes() == b"older"
