"""The built zip in ``qgis_process``: a throw-away profile, no display, the repository off the path."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from .conftest import read

pytestmark = [pytest.mark.qgis, pytest.mark.slow]

# Debian's `qgis_process` is a script that passes a flag the program refuses; the program itself is the .bin.
PROGRAM = shutil.which("qgis_process.bin") or shutil.which("qgis_process")
if PROGRAM is None:
    pytestmark.append(pytest.mark.skip(reason="qgis_process is not installed"))


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> dict[str, str]:
    """Environment of a profile with the zip installed and enabled, and our interpreter chosen."""
    home = tmp_path_factory.mktemp("qgis profile é")
    variables = {**os.environ, "QGIS_CUSTOM_CONFIG_PATH": str(home), "QT_QPA_PLATFORM": "offscreen"}
    build = tmp_path_factory.mktemp("build")
    subprocess.run([sys.executable, "tools/package.py", "zip", "--build", str(build)], cwd=repository, check=True)
    (archive,) = build.glob("*.zip")
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(home / "profiles" / "default" / "python" / "plugins")
    variables = {name: value for name, value in variables.items() if name != "PYTHONPATH"}
    enabled = run(variables, "plugins", "enable", "rgbsar_landcover")
    assert enabled.returncode == 0, enabled.stdout + enabled.stderr
    use = run(variables, "run", "rgbsar:runtime", "--ACTION=1", f"--INTERPRETER={sys.executable}")
    assert use.returncode == 0, use.stdout + use.stderr
    return variables


def run(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Call qgis_process, away from the repository."""
    command = [str(PROGRAM), *arguments]
    folder = environment["QGIS_CUSTOM_CONFIG_PATH"]
    return subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, timeout=120)


def test_qgis_process_lists_and_explains_the_algorithm(environment: dict[str, str]) -> None:
    """With the help of every parameter."""
    listed = run(environment, "list").stdout
    assert "rgbsar:classify" in listed and "rgbsar:runtime" in listed
    described = run(environment, "help", "rgbsar:classify").stdout
    for text in ("OPTICAL_BANDS", "SAR_UNITS", "Decibels", "CONFIDENCE"):
        assert text in described


def test_qgis_process_makes_the_map(environment: dict[str, str], job: dict[str, Any]) -> None:
    """Exit code 0, results as JSON, a map on disk."""
    arguments = [f"{name}={value}" for name, value in job.items()]
    finished = run(environment, "--json", "run", "rgbsar:classify", "--", *arguments)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    results = json.loads(finished.stdout)["results"]
    assert results["MAPPED_PIXELS"] == 70 * 80
    assert read(results["OUTPUT"]).shape == (90, 70)


def test_qgis_process_fails_with_a_sentence(environment: dict[str, str], job: dict[str, Any], tmp_path: Path) -> None:
    """Exit code 1, no traceback, no file."""
    job = {**job, "SAR_BANDS": "5"}
    finished = run(environment, "run", "rgbsar:classify", "--", *[f"{name}={value}" for name, value in job.items()])
    assert finished.returncode != 0
    assert "has no band 5" in finished.stdout + finished.stderr
    assert "Traceback" not in finished.stdout + finished.stderr
    assert not Path(job["OUTPUT"]).exists()
