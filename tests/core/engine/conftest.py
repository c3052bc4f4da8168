"""A copy of the core whose model files are the stub networks, and engines that are closed in the end."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from rgbsar_core.engine.remote import WorkerEngine


@pytest.fixture(scope="session")
def stub_core(tmp_path_factory, repository) -> Path:
    """Folder with ``rgbsar_core`` as the plugin would carry it, in a path with a space and an umlaut."""
    folder = tmp_path_factory.mktemp("plug-in copy ü")
    shutil.copytree(repository / "rgbsar_core", folder / "rgbsar_core", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(Path(__file__).with_name("stub_model_file.py"), folder / "rgbsar_core" / "engine" / "model_file.py")
    return folder


@pytest.fixture(scope="module")
def worker(stub_core) -> WorkerEngine:
    """One warm worker for the tests of a file; a test that kills it makes the next one start anew."""
    engine = WorkerEngine(sys.executable, stub_core)
    yield engine
    engine.close()
