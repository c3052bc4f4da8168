"""A QGIS without window, our provider in it, two small rasters, a model file and the way to run an algorithm."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Callable

import numpy as np
import pytest

from rgbsar_core.legend import LandCoverClass, Legend
from rgbsar_core.model_card import Band, InputSpec, ModelCard

collect_ignore_glob = [] if importlib.util.find_spec("qgis") else ["test_*.py"]

LEGEND = Legend(
    (
        LandCoverClass(1, "water", (33, 102, 172)),
        LandCoverClass(3, "built-up & roads", (200, 30, 60)),
        LandCoverClass(7, "vegetation", (50, 140, 60)),
    )
)
MAKE_MODEL = """
import json, sys
import torch
from rgbsar_core import create_network
from rgbsar_core.engine.model_file import save_model
from rgbsar_core.model_card import ModelCard
torch.manual_seed(5)
card = ModelCard.from_json(json.loads(sys.stdin.read()))
network = create_network(
    "asanet", optical_channels=3, sar_channels=1, num_classes=3, **card.network_parameters
)
save_model(sys.argv[1], network.eval(), card)
"""


def model_card(**changes: Any) -> ModelCard:
    """Card of the test's model: red, green, blue and VV, three classes whose values are no channel numbers."""
    fields = {
        "name": "test-atto",
        "title": "Test ASANet",
        "network": "asanet",
        "network_parameters": {"size": "atto"},
        "inputs": (
            InputSpec(
                role="optical",
                bands=(Band("R", "red"), Band("G", "green"), Band("B", "blue")),
                units="digital_number",
                percentiles=(1.0, 99.0),
                clip=(0.0, 1.0),
                mean=(0.5, 0.5, 0.5),
                std=(0.25, 0.25, 0.25),
            ),
            InputSpec(
                role="sar",
                bands=(Band("VV"),),
                units="digital_number",
                percentiles=(1.0, 99.0),
                clip=(0.0, 1.0),
                mean=(0.5,),
                std=(0.25,),
            ),
        ),
        "legend": LEGEND,
        "gsd": 10.0,
        "tile_size": 64,
        "overlap": 16,
    }
    return ModelCard(**{**fields, **changes})


def write_tiff(path: Path, array: np.ndarray, origin: tuple[float, float], pixel: float, epsg: int | None) -> str:
    """A GeoTIFF of (bands, rows, columns), north up; nodata 0."""
    from osgeo import gdal, gdal_array, osr

    kind = gdal_array.NumericTypeCodeToGDALTypeCode(array.dtype.type)
    dataset = gdal.GetDriverByName("GTiff").Create(str(path), array.shape[2], array.shape[1], array.shape[0], kind)
    dataset.SetGeoTransform((origin[0], pixel, 0.0, origin[1], 0.0, -pixel))
    if epsg is not None:
        crs = osr.SpatialReference()
        crs.ImportFromEPSG(epsg)
        dataset.SetProjection(crs.ExportToWkt())
    for number, band in enumerate(array, start=1):
        dataset.GetRasterBand(number).WriteArray(band)
        dataset.GetRasterBand(number).SetNoDataValue(0)
    dataset = None
    return str(path)


def read(path: str) -> np.ndarray:
    """First band of a raster."""
    from osgeo import gdal

    return gdal.Open(path).ReadAsArray()


@pytest.fixture(scope="session")
def qgis() -> Iterator[Any]:
    """QGIS without a window, its settings in the profile of tests/conftest.py, Processing initialised."""
    from qgis.core import QgsApplication
    from qgis.PyQt.QtCore import QCoreApplication, QSettings

    QSettings.setDefaultFormat(QSettings.Format.IniFormat)
    QCoreApplication.setOrganizationName("QGIS")
    QCoreApplication.setApplicationName("QGIS3")
    application = QgsApplication.instance() or QgsApplication([], True)
    application.initQgis()
    plugins = str(Path(QgsApplication.pkgDataPath()) / "python" / "plugins")
    if plugins not in sys.path:
        sys.path.append(plugins)
    from processing.core.Processing import Processing

    Processing.initialize()
    yield application


@pytest.fixture(scope="session")
def provider(qgis: Any) -> Iterator[Any]:
    """Our provider, registered; the engine runs in the interpreter that runs the tests."""
    from qgis_plugin import classFactory, runtime

    plugin = classFactory(None)
    plugin.initProcessing()
    runtime.choose_interpreter(sys.executable)
    yield plugin.provider
    runtime.stop_engine()
    qgis.processingRegistry().removeProvider(plugin.provider)


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> str:
    """A model file with fresh weights, made in another process: QGIS's process stays without torch."""
    return _model_file(tmp_path_factory.mktemp("model dir") / "modèle 'tiny'.safetensors", model_card(), repository)


@pytest.fixture(scope="session")
def dropout_model(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> str:
    """The same, said to be trained with modality dropout."""
    path = tmp_path_factory.mktemp("dropout") / "dropout.safetensors"
    return _model_file(path, model_card(modality_dropout=True), repository)


def _model_file(path: Path, card: ModelCard, repository: Path) -> str:
    subprocess.run(
        [sys.executable, "-c", MAKE_MODEL, str(path)],
        input=json.dumps(card.to_json()),
        text=True,
        check=True,
        cwd=repository,
    )
    return str(path)


@pytest.fixture(scope="session")
def scene(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Optical 90 x 100 pixels of 10 m in UTM 33N; SAR of 20 m over the eastern two thirds; 1st ten rows nodata."""
    folder = tmp_path_factory.mktemp("scène 1")
    numbers = np.random.default_rng(1)
    optical = numbers.integers(1, 255, (3, 90, 100), dtype=np.uint8)
    optical[:, :10] = 0
    sar = numbers.integers(1, 255, (1, 60, 60), dtype=np.uint8)
    return {
        "OPTICAL": write_tiff(folder / "optical image.tif", optical, (500_000.0, 5_000_000.0), 10.0, 32633),
        "SAR": write_tiff(folder / "sar.tif", sar, (500_300.0, 5_000_000.0), 20.0, 32633),
    }


def Recorder(cancel_at: str = "", call_at: tuple[str, Callable[[], None]] | None = None) -> Any:  # noqa: N802
    """A QGIS feedback that keeps what it is told.

    Args:
        cancel_at: cancels at the first progress text that contains this.
        call_at: a text, and what to call at the first progress text that contains it.
    """
    from qgis.core import QgsProcessingFeedback

    class _Recorder(QgsProcessingFeedback):
        def __init__(self) -> None:
            super().__init__(False)
            self.lines: list[str] = []
            self.errors: list[str] = []
            self.shares: list[float] = []
            self.progressChanged.connect(self.shares.append)

        def setProgressText(self, text: str) -> None:
            self.lines.append(text)
            if cancel_at and cancel_at in text:
                self.cancel()
            if call_at is not None and call_at[0] in text:
                call_at[1]()

        def pushInfo(self, info: str) -> None:
            self.lines.append(info)

        def pushWarning(self, warning: str) -> None:
            self.lines.append("warning: " + warning)

        def reportError(self, error: str, fatalError: bool = False) -> None:
            self.errors.append(error)

    return _Recorder()


@pytest.fixture
def job(scene: dict[str, str], model: str, tmp_path: Path) -> dict[str, Any]:
    """Parameters of a run that works, output included; PyTorch, which needs no preparation of each run."""
    return {**scene, "MODEL": model, "OUTPUT": str(tmp_path / "land cover.tif"), "BACKEND": 1}


@pytest.fixture
def project(qgis: Any) -> Iterator[Any]:
    """QGIS's project, empty before and after."""
    from qgis.core import QgsProject

    project = QgsProject.instance()
    project.clear()
    yield project
    project.clear()
