"""``rgbsar:runtime``: status, choosing an interpreter, the managed environment; and a QGIS that has no torch."""

from __future__ import annotations

import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .conftest import Recorder

pytestmark = pytest.mark.qgis

STATUS, USE, CREATE, REMOVE = range(4)


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


def write_wheel(folder: Path, name: str, version: str, source: str) -> None:
    """A wheel with one module."""
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{name}.py", source)
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")


def required_versions() -> dict[str, str]:
    """Versions the requirement file pins for the Python of this test."""
    from packaging.requirements import Requirement

    from qgis_plugin.environment import REQUIREMENTS

    lines = [line for line in REQUIREMENTS.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    wanted = [entry for entry in map(Requirement, lines) if entry.marker is None or entry.marker.evaluate()]
    return {entry.name: str(entry.specifier).removeprefix("==") for entry in wanted}


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    """A folder with stand-ins for all that the managed environment gets."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    versions = required_versions()
    assert set(versions) == {"torch", "numpy", "safetensors", "lightning", "PyYAML"}
    torch = (
        f"from types import SimpleNamespace as S\n__version__ = '{versions['torch']}'\n"
        "cuda = S(is_available=lambda: False)\nbackends = S(mps=S(is_available=lambda: False))\n"
    )
    for name, version in versions.items():
        write_wheel(folder, name, version, torch if name == "torch" else f"__version__ = '{version}'\n")
    return folder


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


def test_home_folder_is_hidden(qgis: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports are posted in public."""
    from qgis_plugin import diagnosis

    monkeypatch.setenv("HOME", "/home/ada")
    monkeypatch.setenv("USERPROFILE", "/home/ada")
    assert diagnosis.hide_home("/home/ada/env/bin/python") == "~/env/bin/python"


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
        ({"ACTION": CREATE}, "Tick 'Yes, download PyTorch'"),
    ],
)
def test_incomplete_requests_are_refused(runtime: Any, parameters: dict[str, Any], sentence: str) -> None:
    """Nothing is downloaded without a yes."""
    from qgis.core import QgsProcessingException

    with pytest.raises(QgsProcessingException, match=sentence):
        run(**parameters)
    assert not runtime.managed_folder().exists()


@pytest.mark.slow
def test_managed_environment_is_made_from_wheels_used_and_removed(runtime: Any, wheels: Path) -> None:
    """It becomes the interpreter in use; remove deletes it."""
    made = run(ACTION=CREATE, WHEELS=str(wheels))
    assert Path(made["PYTHON"]).is_relative_to(runtime.managed_folder())
    assert made["TORCH"] == required_versions()["torch"]
    run(ACTION=REMOVE)
    assert not runtime.managed_folder().exists()


@pytest.mark.slow
def test_failed_creation_says_why_and_keeps_the_older_environment(runtime: Any, tmp_path: Path) -> None:
    """A folder of wheels without torch."""
    from qgis.core import QgsProcessingException

    older = runtime.managed_folder() / "bin" / "python3"
    older.parent.mkdir(parents=True)
    older.write_text("older", encoding="utf-8")
    folder = tmp_path / "few wheels"
    folder.mkdir()
    write_wheel(folder, "numpy", "1.0", "")
    with pytest.raises(QgsProcessingException, match="Installing PyTorch failed"):
        run(ACTION=CREATE, WHEELS=str(folder))
    assert older.read_text(encoding="utf-8") == "older"
    assert len(list(runtime.managed_folder().parent.iterdir())) == 1


def test_cancelled_creation_leaves_nothing(runtime: Any, wheels: Path) -> None:
    """Cancelled while the virtual environment is made."""
    feedback = Recorder(cancel_at="Making a virtual environment")
    assert run(feedback, ACTION=CREATE, WHEELS=str(wheels)) == {}
    assert list(runtime.managed_folder().parent.iterdir()) == []


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
