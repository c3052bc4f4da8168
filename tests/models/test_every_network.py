"""Every network of the table: documented, and mapping rasters through the engine that users run."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from rgbsar_core.classify import classify_rasters
from rgbsar_core.engine.local import LocalEngine
from rgbsar_core.engine.model_file import load_model, save_model
from rgbsar_core.errors import InputError
from rgbsar_core.networks import NetworkInfo, list_networks
from rgbsar_core.parameters import ClassificationParameters, EngineOptions
from rgbsar_core.registry import create_network
from tests.rasters import model_card, read_raster, write_raster

#: The cheapest form of networks that have one.
SMALL: dict[str, dict[str, Any]] = {
    "asanet": {"size": "atto"},
    "upernet_convnextv2": {"size": "atto"},
    "afnet": {"preset": "lite"},
    "ftransunet": {"depth": 4},
    "unet": {"variant": "bilinear"},
    "denseaspp": {"variant": "densenet121"},
    "whfnet": {"width": 32},
}
NAMES = [info.name for info in list_networks()]
#: They normalise a batch of single values where the image is as small as may be.
NEED_TWO_SMALL_IMAGES = {
    *("asanet", "amm_fusenet", "cmx", "sa_gate", "afnet", "whfnet"),
    *("upernet_convnextv2", "deeplabv3plus", "pspnet", "unet"),
}


@pytest.mark.parametrize("name", NAMES)
def test_one_image_as_small_as_may_be_trains_or_is_refused_with_the_batch_to_take(name: str) -> None:
    with torch.device("meta"):  # shapes alone say it
        network = create_network(name, optical_channels=3, sar_channels=2, num_classes=2, **SMALL.get(name, {}))
        side = int(network.minimum_side)  # type: ignore[arg-type]
        image = torch.empty(1, 3, side, side), torch.empty(1, 2, side, side)
    if name in NEED_TWO_SMALL_IMAGES:
        with pytest.raises(InputError, match="batch size of 2"):
            network(*image)
    else:
        assert network(*image).logits.shape == (1, 2, side, side)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_model_file_of_the_network_maps_two_rasters_as_the_network_itself_labels_them(
    name: str, tmp_path: Path
) -> None:
    side = max(64, next(info.minimum_size for info in list_networks() if info.name == name))
    form = SMALL.get(name, {})
    torch.manual_seed(3)
    network = create_network(name, optical_channels=3, sar_channels=2, num_classes=2, **form).eval()
    card = dataclasses.replace(model_card(), network=name, network_parameters=form, tile_size=side, overlap=16)
    save_model(tmp_path / "m.safetensors", network, card)
    numbers = np.random.default_rng(7)
    optical = numbers.uniform(-2, 2, (3, side, side)).astype(np.float32)
    sar = numbers.uniform(0.1, 1.0, (2, side, side)).astype(np.float32)
    request = ClassificationParameters(
        optical=write_raster(tmp_path / "optical.tif", optical),
        sar=write_raster(tmp_path / "sar.tif", sar),
        model=str(tmp_path / "m.safetensors"),
        output=str(tmp_path / "map.tif"),
        sar_units="linear",
        engine=EngineOptions(device="cpu", precision="float32", backend="torch", threads=1),
    )
    engine = LocalEngine()
    try:
        classify_rasters(request, engine=engine)
    finally:
        engine.close()
    loaded, _ = load_model(tmp_path / "m.safetensors")
    with torch.inference_mode():
        logits = loaded(torch.from_numpy(optical)[None], torch.from_numpy(sar)[None])[0]
    sure = (logits[0] - logits[1]).abs() > 1e-3 * logits.std()  # the engine's memory layout rounds differently
    expected = np.array(card.legend.values, np.uint8)[logits.argmax(0).numpy()]
    labels = read_raster(tmp_path / "map.tif")[0]
    assert sure.float().mean() > 0.9
    np.testing.assert_array_equal(labels[sure.numpy()], expected[sure.numpy()])


@pytest.mark.parametrize("info", list_networks(), ids=NAMES)
def test_the_network_has_a_page_that_names_paper_and_command(info: NetworkInfo, repository: Path) -> None:
    page = (repository / "docs" / "models" / f"{info.name}.md").read_text(encoding="utf-8")
    assert info.doi in page
    assert info.name in page
