"""What every test may rely on: no display needed, a QGIS profile that is thrown away, the repository's folders."""

from __future__ import annotations

import atexit
import importlib.util
import os
import shutil
import tempfile
from pathlib import Path

import hypothesis
import pytest

REPOSITORY = Path(__file__).resolve().parent.parent

# Before anything imports qgis: no window system, never the developer's own QGIS settings, and one profile a worker,
# since one test's proxy or model would else appear in another's QGIS.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
if "QGIS_CUSTOM_CONFIG_PATH" not in os.environ:
    _profile = tempfile.mkdtemp(prefix="rgbsar-profile-")
    os.environ["QGIS_CUSTOM_CONFIG_PATH"] = _profile
    atexit.register(shutil.rmtree, _profile, ignore_errors=True)
if "PYTEST_XDIST_WORKER" in os.environ:
    _of_the_worker = Path(os.environ["QGIS_CUSTOM_CONFIG_PATH"], os.environ["PYTEST_XDIST_WORKER"])
    _of_the_worker.mkdir(exist_ok=True)
    os.environ["QGIS_CUSTOM_CONFIG_PATH"] = str(_of_the_worker)

# The same examples on every run, and no limit on how long one takes: a busy machine is no failure.
hypothesis.settings.register_profile("project", deadline=None, derandomize=True)
hypothesis.settings.load_profile("project")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip, with the reason, the marked tests this machine cannot run."""
    skips = {}
    if importlib.util.find_spec("qgis") is None:
        skips["qgis"] = pytest.mark.skip(reason="QGIS's Python bindings are not installed")
    if any(item.get_closest_marker("gpu") for item in items) and not _has_cuda():
        skips["gpu"] = pytest.mark.skip(reason="no CUDA device")
    for item in items:
        for marker, skip in skips.items():
            if item.get_closest_marker(marker):
                item.add_marker(skip)


def _has_cuda() -> bool:
    import torch

    return torch.cuda.is_available()


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root folder of the working tree."""
    return REPOSITORY


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of published references and real imagery beside the repository; skips where it is absent."""
    folder = REPOSITORY.parent / "shared"
    if not folder.is_dir():
        pytest.skip("the shared folder with references and imagery is not beside the repository")
    return folder
