"""``rgbsar:runtime``: status, choosing an interpreter, the managed environment; and a QGIS that has no torch."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .conftest import Recorder

pytestmark = pytest.mark.qgis

STATUS, USE, CREATE, REMOVE, PLAN, REPAIR = range(6)


@pytest.fixture
def runtime(provider: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The plugin's runtime module with an empty folder for the managed environment; the setting is restored."""
    from qgis_plugin import runtime

    monkeypatch.setenv("RGBSAR_RUNTIME_DIR", str(tmp_path / "run time"))
    yield runtime
    runtime.choose_interpreter(sys.executable)


def run(feedback: Any = None, **parameters: Any) -> dict[str, Any]:
    """Run the algorithm."""
    import processing

    return processing.run("rgbsar:runtime", parameters, feedback=feedback or Recorder())


def fake_python(folder: Path, script: str) -> str:
    """A program that is no Python."""
    path = folder / "python3"
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def test_status_names_interpreter_versions_and_device(runtime: Any, tmp_path: Path) -> None:
    """In the log, in the outputs and on a page that hides the home folder."""
    import torch

    feedback = Recorder()
    result = run(feedback, ACTION=STATUS, REPORT=str(tmp_path / "status.html"))
    assert (result["PYTHON"], result["TORCH"]) == (sys.executable, torch.__version__)
    assert result["DEVICE"].split(" ")[0] in ("cpu", "cuda", "mps")
    assert f"PyTorch: {torch.__version__}" in feedback.lines
    page = (tmp_path / "status.html").read_text(encoding="utf-8")
    assert "The engine is ready." in page and torch.__version__ in page


def test_markdown_report_is_a_table(runtime: Any, tmp_path: Path) -> None:
    """For an issue on the web."""
    run(ACTION=STATUS, REPORT=str(tmp_path / "status.md"))
    page = (tmp_path / "status.md").read_text(encoding="utf-8")
    assert page.startswith("The engine is ready.\n\n| Runtime | |\n| --- | --- |\n| RGB-SAR Land Cover | ")
    assert "| Models folder | " in page and "| NVIDIA driver | " in page


def test_plan_says_build_download_disk_and_place_and_touches_nothing(
    runtime: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With an NVIDIA GPU, as its driver's program names it."""
    from qgis_plugin import builds

    report = builds.GpuReport((builds.Gpu("NVIDIA RTX A2000", 580, (8, 6)),))
    monkeypatch.setattr(builds, "find_gpus", lambda: report)
    feedback = Recorder()
    assert run(feedback, ACTION=PLAN) == {}
    text = "\n".join(feedback.lines)
    assert "CUDA 13.0 build for NVIDIA RTX A2000 (compute capability 8.6), driver 580." in text
    assert "Download: about 2.8 GB" in text and "Disk: about 9 GB" in text
    assert str(runtime.managed_folder()) in text
    assert not runtime.managed_folder().parent.exists()


def test_home_folder_is_hidden(qgis: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports are posted in public."""
    from qgis_plugin import diagnosis

    monkeypatch.setenv("HOME", "/home/ada")
    monkeypatch.setenv("USERPROFILE", "/home/ada")
    assert diagnosis.hide_home("/home/ada/env/bin/python") == "~/env/bin/python"
    assert diagnosis.hide_home("in '/home/ada' and /home/adam") == "in '~' and /home/adam"


def test_an_environments_folder_is_an_interpreter_for_every_algorithm(runtime: Any, provider: Any) -> None:
    """The options accept one."""
    runtime.choose_interpreter(sys.prefix)
    assert Path(runtime.find_interpreter()).is_file()
    assert provider.algorithm("classify").canExecute() == (True, "")
    runtime.choose_interpreter(sys.prefix + " that is gone")
    assert not provider.algorithm("trainmodel").canExecute()[0]


def test_a_report_that_cannot_be_written_is_one_sentence(
    runtime: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from qgis.core import QgsProcessingException

    from qgis_plugin import diagnosis

    known = diagnosis.Status((("QGIS", "3"),), sys.executable, "2", "cpu", "")
    monkeypatch.setattr(diagnosis, "status", lambda: known)
    (tmp_path / "report.md").mkdir()
    with pytest.raises(QgsProcessingException, match="^'.*report.md' could not be written"):
        run(ACTION=STATUS, REPORT=str(tmp_path / "report.md"))
    assert [path.name for path in tmp_path.iterdir()] == ["report.md"]


def test_python_without_torch_is_not_accepted(runtime: Any, tmp_path: Path) -> None:
    """The message says what is missing and what to do; the setting stays."""
    from qgis.core import QgsProcessingException

    before = runtime.interpreter_setting()
    with pytest.raises(QgsProcessingException) as caught:
        run(ACTION=USE, INTERPRETER=fake_python(tmp_path, "echo no Python here >&2; exit 3"))
    assert "no Python here" in str(caught.value) and "rgbsar:runtime" in str(caught.value)
    assert runtime.interpreter_setting() == before


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"ACTION": USE}, "No Python is given"),
        ({"ACTION": USE, "INTERPRETER": "/nowhere/python3"}, "'/nowhere/python3' is no file"),
        ({"ACTION": CREATE}, "Tick 'Yes, download PyTorch'.*Download: about 0.25 GB.*GB are free"),
        ({"ACTION": PLAN, "INTERPRETER": "/nowhere/python3"}, "'/nowhere/python3' is no file"),
        ({"ACTION": CREATE, "BUILD": 2, "CONFIRM": True}, "NVIDIA GPUs was asked for.*Choose the automatic build"),
    ],
)
def test_incomplete_requests_are_refused(runtime: Any, parameters: dict[str, Any], sentence: str) -> None:
    """Nothing is downloaded without a yes."""
    from qgis.core import QgsProcessingException

    with pytest.raises(QgsProcessingException, match=sentence):
        run(**parameters)
    assert not runtime.managed_folder().exists()


def test_without_any_torch_classify_says_what_to_do(
    runtime: Any, job: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the dialog opens, and when a script runs it all the same."""
    import processing
    from qgis.core import QgsApplication, QgsProcessingException

    runtime.choose_interpreter("")
    monkeypatch.setattr(runtime.site, "getsitepackages", lambda: [])
    can, reason = QgsApplication.processingRegistry().createAlgorithmById("rgbsar:classify").canExecute()
    assert not can
    assert "rgbsar:runtime" in reason and "managed environment" in reason
    with pytest.raises(QgsProcessingException, match="rgbsar:runtime"):
        processing.run("rgbsar:classify", job)
    assert not Path(job["OUTPUT"]).exists()


def test_chosen_python_that_lost_torch_is_named(runtime: Any, job: dict[str, Any], tmp_path: Path) -> None:
    """The run fails with the interpreter, the trouble and the remedy; nothing is written."""
    import processing
    from qgis.core import QgsProcessingException

    broken = fake_python(tmp_path, "echo torch is gone >&2; exit 1")
    runtime.choose_interpreter(broken)
    with pytest.raises(QgsProcessingException) as caught:
        processing.run("rgbsar:classify", job)
    assert "torch is gone" in str(caught.value)
    assert "rgbsar:runtime" in str(caught.value)
    assert not Path(job["OUTPUT"]).exists()
