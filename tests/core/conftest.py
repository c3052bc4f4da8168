"""One small real model file and one small scene for all tests of the core's use cases."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from rgbsar_core.model_card import ModelCard
from tests.rasters import model_card, write_raster

SMALL = {"size": "atto", "decoder_width": 16}
NODATA_ROWS = 4
HARD = "" if os.name == "nt" else '"<|>'  # characters that Windows has no names with


@pytest.fixture(scope="session")
def small_card() -> ModelCard:
    """ASANet atto for red, green, blue and VV, VH in linear power; classes 1 and 3; tiles of 64 pixels."""
    inputs = tuple(
        dataclasses.replace(spec, mean=(mean,) * len(spec.bands), std=(std,) * len(spec.bands))
        for spec, mean, std in zip(model_card().inputs, (128.0, 0.5), (64.0, 0.25))
    )
    return dataclasses.replace(
        model_card(),
        network_parameters=SMALL,
        inputs=inputs,
        description="Weights drawn at random, for tests.",
        licence="CC0-1.0",
        training_data=({"name": "nothing", "attribution": "Nobody & sons"},),
        metrics={"mIoU": 0.25, "per class": {"water": 0.5}},
        seed=3,
    )


@pytest.fixture(scope="session")
def scene() -> tuple[np.ndarray, np.ndarray]:
    """Optical (3, 64, 64) uint8 and SAR (2, 64, 64) linear power; -9999 in the SAR's first four rows."""
    numbers = np.random.default_rng(11)
    optical = numbers.integers(0, 256, (3, 64, 64)).astype(np.uint8)
    sar = numbers.uniform(0.1, 1.0, (2, 64, 64)).astype(np.float32)
    sar[:, :NODATA_ROWS] = -9999
    return optical, sar


@pytest.fixture(scope="session")
def model_file(small_card: ModelCard, scene: tuple[np.ndarray, np.ndarray], tmp_path_factory) -> Path:
    """The card with a network around it; its last layer is set so that both classes appear in the scene."""
    import torch

    from rgbsar_core import create_network
    from rgbsar_core.engine.model_file import save_model

    torch.manual_seed(3)
    network = create_network("asanet", optical_channels=3, sar_channels=2, num_classes=2, **SMALL).eval()
    optical, sar = (torch.from_numpy(pixels.astype(np.float32))[None] for pixels in scene)
    with torch.inference_mode():
        logits = network((optical - 128) / 64, (sar.clamp(min=0) - 0.5) / 0.25)
        lead = logits[:, 0] - logits[:, 1]
        classifier = network.get_submodule("decode_head.classifier")
        for tensor in (classifier.weight, classifier.bias):
            tensor.mul_(2 / lead.std())
        classifier.bias[1] += (2 * lead / lead.std()).median()
    path = tmp_path_factory.mktemp("model dir") / f"modèle d'essai {HARD}.safetensors"
    save_model(path, network, small_card)
    return path


@pytest.fixture(scope="session")
def dropout_model(model_file: Path, small_card: ModelCard, tmp_path_factory) -> Path:
    """The small model, said to be trained with modality dropout."""
    from rgbsar_core.engine.model_file import load_model, save_model

    network, _ = load_model(model_file)
    path = tmp_path_factory.mktemp("dropout") / "dropout.safetensors"
    save_model(path, network, dataclasses.replace(small_card, modality_dropout=True))
    return path


@pytest.fixture
def layers(scene: tuple[np.ndarray, np.ndarray], tmp_path: Path) -> tuple[str, str]:
    """The scene as two files in a folder of their own, names with space, quotes and letters beyond ASCII."""
    folder = tmp_path / "in put"
    folder.mkdir()
    optical, sar = scene
    return (
        write_raster(folder / "optique 'été' №1.tif", optical),
        write_raster(folder / f"sar {HARD} ß.tif", sar, nodata=-9999),
    )


@pytest.fixture
def gdal_mode() -> Iterator[None]:
    """Puts back afterwards whether GDAL raises exceptions, which commands set."""
    from osgeo import gdal

    before = gdal.GetUseExceptions()
    yield
    (gdal.UseExceptions if before else gdal.DontUseExceptions)()


@pytest.fixture(params=[False, True], ids=["OSR returns", "OSR raises"])
def either_mode(request: pytest.FixtureRequest) -> Iterator[None]:
    """Inside QGIS, Processing's own algorithms have all of GDAL raise."""
    from osgeo import osr

    if request.param and not hasattr(osr, "ExceptionMgr"):
        pytest.skip("before 3.7, GDAL cannot turn this for a thread")
    before = osr.GetUseExceptions()
    (osr.UseExceptions if request.param else osr.DontUseExceptions)()
    yield
    (osr.UseExceptions if before else osr.DontUseExceptions)()
