"""Every network of the table as ONNX: onnxruntime gives torch's logits, for batches of any size.

Encoders are cut to the fewest blocks that hold every kind of block there is: exporting takes time by the layer, and
the command itself compares every file it writes.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from rgbsar_core.engine.model_file import save_model
from rgbsar_core.engine.onnx_export import export_onnx
from rgbsar_core.models import cmfnet, ftransunet, sa_gate
from rgbsar_core.models.encoders import convnext_v2, mix_transformer, resnet, swin_v2
from rgbsar_core.networks import list_networks, network_info
from rgbsar_core.registry import create_network
from tests.rasters import model_card

from .test_every_network import SMALL

ONE_BLOCK = (1, 1, 1, 1)
WITH_SECOND_BLOCK = (2, 1, 1, 1)  # the first of a ResNet's stage has a projection, the others none
#: The form of each network that costs least; one encoder a family is enough, so DenseASPP has ResNet-50.
FORMS: dict[str, dict[str, Any]] = {**SMALL, "denseaspp": {"variant": "resnet50"}}


@pytest.fixture
def shallow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resnet, "DEPTHS", {50: WITH_SECOND_BLOCK, 101: WITH_SECOND_BLOCK})
    monkeypatch.setattr(sa_gate, "BLOCKS", WITH_SECOND_BLOCK)
    monkeypatch.setattr(mix_transformer, "DEPTHS", ONE_BLOCK)
    monkeypatch.setattr(swin_v2, "DEPTHS", (2, 1, 1, 1))  # every second block shifts its windows
    monkeypatch.setattr(cmfnet, "LAYERS", 2)  # the last layer lacks parts that the others have
    monkeypatch.setattr(ftransunet, "STAGES", tuple((2, channels) for _, channels in ftransunet.STAGES))
    for name, size in convnext_v2.SIZES.items():
        monkeypatch.setitem(convnext_v2.SIZES, name, dataclasses.replace(size, depths=ONE_BLOCK))


@pytest.mark.slow
@pytest.mark.timeout(900)  # a busy machine is no failure
@pytest.mark.parametrize("name", [info.name for info in list_networks()])
def test_the_exported_network_gives_the_logits_of_torch_for_one_image_and_for_three(
    name: str, shallow: None, tmp_path: Path
) -> None:
    onnxruntime = pytest.importorskip("onnxruntime")
    pytest.importorskip("onnxscript")
    side, form = max(64, network_info(name).minimum_size), FORMS.get(name, {})
    torch.manual_seed(0)
    network = create_network(name, optical_channels=3, sar_channels=2, num_classes=2, **form).eval()
    card = dataclasses.replace(model_card(), network=name, network_parameters=form, tile_size=side)
    source, target = tmp_path / "m.safetensors", tmp_path / "m.onnx"
    try:
        save_model(source, network, card)
        export_onnx(source, target)
        session = onnxruntime.InferenceSession(str(target), providers=["CPUExecutionProvider"])
    finally:
        source.unlink()
        target.unlink(missing_ok=True)  # hundreds of megabytes
    for batch in (1, 3):
        optical, sar = torch.randn(batch, 3, side, side), torch.randn(batch, 2, side, side)
        with torch.inference_mode():
            expected = network(optical, sar).numpy()
        (found,) = session.run(["logits"], {"optical": optical.numpy(), "sar": sar.numpy()})
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-3 * expected.std())
