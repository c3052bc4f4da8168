"""One visit of QGIS's real window, on a screen of its own (Xvfb), shared by all tests of this folder."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.plugin.conftest import model, write_tiff  # noqa: F401 (model is a fixture)

LONGEST_VISIT = 280.0  # seconds, on a busy machine; a quiet one needs a tenth


def qgis_program() -> str | None:
    """QGIS itself: Debian 12's ``qgis`` is a wrapper that cannot be given every flag."""
    return shutil.which("qgis.bin") or shutil.which("qgis")


@pytest.fixture(scope="session")
def window(
    tmp_path_factory: pytest.TempPathFactory, repository: Path, request: pytest.FixtureRequest
) -> dict[str, Any]:
    """What ``drive.py`` saw. Of several test processes the first one visits, the others wait for its answer."""
    program = qgis_program()
    if program is None or shutil.which("xvfb-run") is None:
        pytest.skip("QGIS's window is not tested: qgis or xvfb-run is not installed")
    shared = tmp_path_factory.getbasetemp()
    folder = (shared.parent if "PYTEST_XDIST_WORKER" in os.environ else shared) / "window"
    answer = folder / "answer.json"
    said = ""
    try:
        folder.mkdir()
    except FileExistsError:
        deadline = time.monotonic() + LONGEST_VISIT
        while not answer.is_file() and time.monotonic() < deadline:
            time.sleep(0.5)
    else:
        said = visit(program, write_plan(folder, answer, repository, request.getfixturevalue("model")), folder)
    assert answer.is_file(), f"QGIS gave no answer. {said}"
    seen: dict[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
    assert not seen["problem"], seen["problem"] + said
    return seen


def write_plan(folder: Path, answer: Path, repository: Path, model_file: str) -> Path:
    """Two rasters of noise, and what to do with them."""
    numbers = np.random.default_rng(2)
    optical = numbers.integers(1, 255, (3, 400, 400), dtype=np.uint8)
    sar = numbers.integers(1, 255, (1, 400, 400), dtype=np.uint8)
    plan = {
        "root": str(repository),
        "python": sys.executable,
        "optical": write_tiff(folder / "optical.tif", optical, (500_000.0, 5_000_000.0), 10.0, 32633),
        "sar": write_tiff(folder / "sar.tif", sar, (500_000.0, 5_000_000.0), 10.0, 32633),
        "model": model_file,
        "folder": str(folder / "results"),
        "answer": str(answer),
    }
    (folder / "results").mkdir()
    path = folder / "plan.json"
    path.write_text(json.dumps(plan), encoding="utf-8")
    return path


def visit(program: str, plan: Path, folder: Path) -> str:
    """Run QGIS with ``drive.py`` in a profile of its own; return what it said."""
    environment = {name: value for name, value in os.environ.items() if name != "QT_QPA_PLATFORM"}
    environment |= {"RGBSAR_GUI_PLAN": str(plan), "QGIS_CUSTOM_CONFIG_PATH": str(folder / "profile")}
    screen = ["xvfb-run", "-a", "-s", "-screen 0 1400x900x24"]
    command = [*screen, program, "--noversioncheck", "--nologo", "--code", str(Path(__file__).with_name("drive.py"))]
    done = subprocess.run(
        command, env=environment, cwd=folder, capture_output=True, text=True, timeout=LONGEST_VISIT, check=False
    )
    return f"It ended with {done.returncode}: {done.stdout}{done.stderr}"
