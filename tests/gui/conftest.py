"""One visit of QGIS's real window, on a screen of its own (Xvfb), shared by all tests of this folder."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
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
def window(tmp_path_factory: pytest.TempPathFactory, repository: Path, model: str) -> dict[str, Any]:  # noqa: F811
    """What ``drive.py`` saw."""
    program = qgis_program()
    if program is None or shutil.which("xvfb-run") is None:
        pytest.skip("QGIS's window is not tested: qgis or xvfb-run is not installed")
    folder = tmp_path_factory.mktemp("window")
    (folder / "results").mkdir()
    numbers = np.random.default_rng(2)
    optical = numbers.integers(1, 255, (3, 400, 400), dtype=np.uint8)
    sar = numbers.integers(1, 255, (1, 400, 400), dtype=np.uint8)
    plan = {
        "root": str(repository),
        "python": sys.executable,
        "optical": write_tiff(folder / "optical.tif", optical, (500_000.0, 5_000_000.0), 10.0, 32633),
        "sar": write_tiff(folder / "sar.tif", sar, (500_000.0, 5_000_000.0), 10.0, 32633),
        "model": model,
        "folder": str(folder / "results"),
        "answer": str(folder / "answer.json"),
    }
    (folder / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
    environment = {
        **{name: value for name, value in os.environ.items() if name != "QT_QPA_PLATFORM"},
        "RGBSAR_GUI_PLAN": str(folder / "plan.json"),
        "QGIS_CUSTOM_CONFIG_PATH": str(tmp_path_factory.mktemp("profile")),
    }
    screen = ["xvfb-run", "-a", "-s", "-screen 0 1400x900x24"]
    command = [*screen, program, "--noversioncheck", "--nologo", "--code", str(Path(__file__).with_name("drive.py"))]
    visit = subprocess.run(
        command, env=environment, cwd=folder, capture_output=True, text=True, timeout=LONGEST_VISIT, check=False
    )
    answer = folder / "answer.json"
    assert answer.is_file(), f"QGIS ended with {visit.returncode} and no answer: {visit.stdout}{visit.stderr}"
    seen: dict[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
    assert not seen["problem"], seen["problem"] + visit.stderr
    return seen
