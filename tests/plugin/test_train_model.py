"""``rgbsar:trainmodel`` through ``processing.run``: a model that maps, what cancel leaves, refusals."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any, Callable

import numpy as np
import pytest

from rgbsar_core.dataset.make import MakeParameters, SceneFiles, make_dataset
from rgbsar_core.model_card import read_card

from .conftest import Recorder, read, write_tiff

pytestmark = pytest.mark.qgis

ORIGIN = (500_000.0, 5_000_000.0)
SIDE = 400  # pixels of 10 m: 25 tiles of 64 with gaps of 16
COLORS = np.array([[60, 110, 60], [120, 100, 80]])
POWER = np.array([0.02, 0.2])


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Two layers of a chessboard of 50 pixels (wood dark, town bright) and its data set."""
    folder = tmp_path_factory.mktemp("pläce")
    numbers = np.random.default_rng(4)
    cells = np.arange(SIDE) // 50
    town = (cells[:, None] + cells[None]) % 2
    optical = (COLORS[town].transpose(2, 0, 1) + numbers.normal(0, 8, (3, SIDE, SIDE))).clip(1, 255)
    sar = (POWER[town] * numbers.gamma(4, 1 / 4, (SIDE, SIDE)))[None]
    files = [
        write_tiff(folder / "optical.tif", optical.astype(np.uint8), ORIGIN, 10.0, 32633),
        write_tiff(folder / "sar.tif", sar.astype(np.float32), ORIGIN, 10.0, 32633),
        write_tiff(folder / "labels.tif", (town[None] + 1).astype(np.uint8), ORIGIN, 10.0, 32633),
    ]
    scene = SceneFiles(*files)
    make_dataset(
        MakeParameters(scenes=(scene,), output=str(folder / "set"), tile_size=64, block_tiles=1, gap=16, seed=1)
    )
    return {"OPTICAL": files[0], "SAR": files[1], "FOLDER": str(folder / "set")}


@pytest.fixture
def job(place: dict[str, str], tmp_path: Path) -> dict[str, Any]:
    """Parameters of a short run."""
    return {
        "FOLDER": place["FOLDER"],
        "MINUTES": 0,
        "EPOCHS": 8,
        "BATCH": 4,
        "DEVICE": 1,
        "MODEL": str(tmp_path / "my modèl.safetensors"),
    }


def run(job: dict[str, Any], feedback: Any = None) -> dict[str, Any]:
    import processing

    return processing.run("rgbsar:trainmodel", job, feedback=feedback or Recorder())


def refused(job: dict[str, Any]) -> str:
    from qgis.core import QgsProcessingException

    with pytest.raises(QgsProcessingException) as caught:
        run(job)
    assert not Path(job["MODEL"]).exists()
    assert list(Path(job["MODEL"]).parent.glob(".*")) == []
    return str(caught.value)


@pytest.fixture(scope="module")
def lightning() -> None:
    """Debian has no package of it: there the tests that train are skipped."""
    pytest.importorskip("lightning", reason="training needs lightning, which is not installed")


@pytest.fixture(scope="module")
def trained(
    lightning: None, provider: Any, place: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """Result, log and files of one run of a few dozen steps."""
    folder = tmp_path_factory.mktemp("out put é")
    feedback = Recorder()
    result = run(
        {
            "FOLDER": place["FOLDER"], "MINUTES": 0, "EPOCHS": 12, "BATCH": 4, "DEVICE": 1, "TITLE": "Wood & town",
            "LICENCE": "CC-BY-4.0",
            "MODEL": str(folder / "own.safetensors"), "REPORT": str(folder / "report.html"),
        },
        feedback,
    )  # fmt: skip
    return {"result": result, "feedback": feedback, "folder": folder}


@pytest.mark.slow
def test_the_model_knows_its_data(trained: dict[str, Any], place: dict[str, str]) -> None:
    card = read_card(trained["result"]["MODEL"])
    assert (card.network, card.network_parameters, card.title) == ("asanet", {"size": "atto"}, "Wood & town")
    assert card.legend.values == (1, 2) and card.tile_size == 64 and card.gsd == pytest.approx(10, rel=0.01)
    assert card.optical is not None and card.sar is not None
    assert (card.optical.units, card.sar.units) == ("digital_number", "db")
    assert card.optical.percentiles == card.sar.percentiles == (1.0, 99.0)
    assert card.metrics is not None and card.metrics["mean_iou"] > 0.5
    assert card.licence == "CC-BY-4.0" and card.commit
    assert " trained on, " in card.training_data[0]["split"]


@pytest.mark.slow
def test_the_log_follows_the_run(trained: dict[str, Any]) -> None:
    feedback, result = trained["feedback"], trained["result"]
    assert any(line.startswith("Training: step ") and "loss" in line and " left" in line for line in feedback.lines)
    assert any("mIoU" in line and "on the validation tiles" in line for line in feedback.lines)
    assert any(line.startswith("on the ") and " test tiles: overall accuracy" in line for line in feedback.lines)
    assert feedback.shares == sorted(feedback.shares) and feedback.shares[-1] == 100
    assert result["OVERALL_ACCURACY"] > 0.8 and result["STEPS"] > 0 and feedback.errors == []


@pytest.mark.slow
def test_the_report_shows_curves_matrix_and_samples(trained: dict[str, Any]) -> None:
    page = (trained["folder"] / "report.html").read_text(encoding="utf-8")
    for text in ("Reference &#8595; &nbsp; Predicted &#8594;", "training loss", "mean IoU", "labelled pixels right"):
        assert text in page
    assert page.count("data:image/png;base64,") % 4 == 0 and "data:image/png;base64," in page


@pytest.mark.slow
def test_nothing_but_the_outputs_is_left(trained: dict[str, Any]) -> None:
    assert {path.name for path in trained["folder"].iterdir()} == {"own.safetensors", "report.html"}


@pytest.mark.slow
def test_the_model_maps_the_place_it_was_trained_on(
    trained: dict[str, Any], place: dict[str, str], tmp_path: Path
) -> None:
    """Scaling and units in the map are those of training, or the map would be far from the labels."""
    import processing

    job = {"OPTICAL": place["OPTICAL"], "SAR": place["SAR"], "MODEL": trained["result"]["MODEL"], "BACKEND": 1}
    processing.run("rgbsar:classify", {**job, "OUTPUT": str(tmp_path / "map.tif")}, feedback=Recorder())
    labels = read(str(Path(place["OPTICAL"]).with_name("labels.tif")))
    assert (read(str(tmp_path / "map.tif")) == labels).mean() > 0.85


@pytest.mark.slow
def test_cancelling_keeps_the_best_weights_so_far(lightning: None, provider: Any, job: dict[str, Any]) -> None:
    feedback = Recorder(cancel_at="Training: step")
    result = run({**job, "EPOCHS": 500}, feedback)
    assert any("the best weights so far were kept" in line for line in feedback.lines)
    assert read_card(job["MODEL"]).legend.values == (1, 2)
    assert result["STEPS"] < 400


@pytest.mark.slow
def test_cancelling_before_the_first_step_leaves_nothing(lightning: None, provider: Any, job: dict[str, Any]) -> None:
    feedback = Recorder(cancel_at="Starting the training process")
    assert "MODEL" not in run(job, feedback) or not Path(job["MODEL"]).exists()
    assert "Cancelled. Nothing was written." in feedback.lines
    assert list(Path(job["MODEL"]).parent.iterdir()) == []


@pytest.mark.slow
def test_a_model_with_other_classes_is_a_start(
    lightning: None, provider: Any, job: dict[str, Any], model: str
) -> None:
    """Two classes instead of three; network and size are the model's, whatever is chosen."""
    feedback = Recorder()
    run({**job, "EPOCHS": 1, "START": model, "NETWORK": "unet"}, feedback)
    card = read_card(job["MODEL"])
    assert (card.network, card.network_parameters) == ("asanet", {"size": "atto"})
    assert "starting from modèle 'tiny'.safetensors" in card.description


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="a shell script stands in for an interpreter")
def test_an_interpreter_without_lightning_says_what_to_install(
    provider: Any, job: dict[str, Any], tmp_path: Path
) -> None:
    from qgis_plugin import runtime

    away = tmp_path / "away"
    away.mkdir()
    (away / "lightning.py").write_text("raise ImportError('No module named lightning')\n")
    script = away / "python"
    script.write_text(f'#!/bin/sh\nPYTHONPATH={away} exec {sys.executable} "$@"\n')
    script.chmod(0o755)
    before = runtime.interpreter_setting()
    runtime.choose_interpreter(str(script))
    try:
        message = refused({**job, "MODEL": str(tmp_path / "model.safetensors")})
    finally:
        runtime.choose_interpreter(before)
    assert "needs the packages lightning and PyYAML" in message and "cannot import lightning" in message
    assert "pip install lightning" in message and "rgbsar:runtime" in message


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="a shell script stands in for an interpreter")
def test_a_process_that_dies_is_reported_with_its_last_words(
    provider: Any, job: dict[str, Any], tmp_path: Path
) -> None:
    from qgis_plugin import runtime

    script = tmp_path / "python"
    script.write_text("#!/bin/sh\necho out of luck >&2\nexit 7\n")
    script.chmod(0o755)
    before = runtime.interpreter_setting()
    runtime.choose_interpreter(str(script))
    try:
        message = refused(job)
    finally:
        runtime.choose_interpreter(before)
    assert "exit code 7" in message and "out of luck" in message


def copy(place: dict[str, str], tmp_path: Path, change: Callable[[Path], None]) -> str:
    folder = Path(shutil.copytree(place["FOLDER"], tmp_path / "copy"))
    change(folder)
    return str(folder)


def one_class(folder: Path) -> None:
    described = json.loads((folder / "dataset.json").read_text())
    (folder / "dataset.json").write_text(json.dumps({**described, "classes": described["classes"][:1]}))


@pytest.mark.parametrize(("change", "message"), [
    ({"FOLDER": "/nowhere"}, "was not found; expected a data set"),
    ({"NETWORK": "asanet giant"}, "ASANet has no size 'giant'; expected atto, femto"),
    ({"NETWORK": "yolo"}, "There is no network named 'yolo'"),
    ({"OPTIONS": "depth=3"}, "ASANet has no parameter 'depth'; expected size=atto/"),
    ({"OPTIONS": "variant=best"}, "ASANet has no variant 'best'; expected asanet, cfm"),
    ({"NETWORK": "whfnet"}, "WHFNet needs at least 128 pixels; tiles and crops have 64"),
    ({"NETWORK": "whfnet", "OPTIONS": "window=8"}, "WHFNet needs at least 256 pixels; tiles and crops have 64"),
    ({"EPOCHS": None}, "Neither minutes nor epochs were given"),
    ({"MINUTES": None, "EPOCHS": None}, "Neither minutes nor epochs were given"),  # emptied, not left at 20
])  # fmt: skip
def test_what_cannot_work_is_refused_before_it_starts(
    provider: Any, job: dict[str, Any], change: dict[str, Any], message: str
) -> None:
    assert message in refused({**job, **change})


def test_a_model_of_another_kind_of_file_is_refused(provider: Any, job: dict[str, Any]) -> None:
    assert "is no .safetensors file" in refused({**job, "MODEL": str(Path(job["MODEL"]).with_suffix(".pt"))})


def test_folders_without_data_or_with_one_class_are_refused(
    provider: Any, job: dict[str, Any], place: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    assert "has no dataset.json" in refused({**job, "FOLDER": str(tmp_path / "empty")})
    assert "has one class only" in refused({**job, "FOLDER": copy(place, tmp_path, one_class)})


def test_a_start_with_other_bands_is_refused(
    provider: Any, job: dict[str, Any], place: dict[str, str], tmp_path: Path, model: str
) -> None:
    def two_bands(folder: Path) -> None:
        described = json.loads((folder / "dataset.json").read_text())
        for name in ("bands", "scale", "offset"):
            described["optical"][name] = described["optical"][name][:2]
        described["sources"][0]["stretch"]["optical"] = described["sources"][0]["stretch"]["optical"][:2]
        (folder / "dataset.json").write_text(json.dumps(described))

    message = refused({**job, "FOLDER": copy(place, tmp_path, two_bands), "START": model})
    assert "takes 3 optical bands (R, G, B), the data set has 2" in message


def test_a_disk_without_room_for_a_temporary_folder_is_one_sentence(
    provider: Any, job: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(**_: str) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.mkdtemp", full)
    assert refused(job).startswith("A file could not be read or written ([Errno 28] No space left on device)")


def test_a_file_that_is_no_model_is_no_start(provider: Any, job: dict[str, Any], place: dict[str, str]) -> None:
    assert "is truncated or not a .safetensors file" in refused({**job, "START": place["SAR"]})
