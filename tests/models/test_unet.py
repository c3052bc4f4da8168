"""U-Net against both reference codes, and the common specification."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import rgbsar_core
from rgbsar_core.errors import CheckpointMismatchError, InputError
from rgbsar_core.models import unet
from rgbsar_core.models.complexity import measure_complexity
from rgbsar_core.models.unet_reference import reference_key_map
from rgbsar_core.networks import network_info
from rgbsar_core.registry import measure_network

from . import parity
from .base import StackedNetworkSpecification

# Variant -> case of its full golden -> (optical bands, SAR bands, height, width, batch).
_COMMON = {0: (13, 2, 64, 64, 2), 1: (13, 2, 100, 75, 2), 2: (3, 3, 64, 64, 1)}
CASES = {"plain": _COMMON, "bilinear": {3: (3, 3, 64, 64, 1)}, "resnet50": _COMMON}
# The module whose answer a row of the golden's statistics describes.
_PATHS = (*(f"encoder.blocks.{i}" for i in range(5)), *(f"decode_head.blocks.{i}" for i in range(4)))
STATISTICS = {
    "plain": (*_PATHS, "decode_head.classifier"),
    "bilinear": (*_PATHS, "decode_head.classifier"),
    "resnet50": (
        "encoder.bn1",
        "encoder.maxpool",
        *(f"encoder.layer{i}" for i in (1, 2, 3, 4)),
        *(f"decode_head.blocks.{i}" for i in range(5)),
        "decode_head.classifier",
    ),
}


class TestBilinearUNet(StackedNetworkSpecification):
    name = "unet"
    parameters = {"variant": "bilinear"}
    half_precision_bound = 0.005
    expected_parameters = 17_265_095 - 2 * (64 + 1)  # the manifest's 3 + 3 bands, two classes less


class TestResNetUNet(StackedNetworkSpecification):
    name = "unet"
    parameters = {"variant": "resnet50"}
    half_precision_bound = 0.015
    expected_parameters = 32_531_383 - 2 * (16 * 9 + 1)


def without_memory(**parameters: Any) -> unet.UNet:
    with torch.device("meta"):
        return unet.build(**parameters)


def authors_shapes(**parameters: Any) -> parity.Shapes:
    network = without_memory(**parameters)
    return parity.authors_shapes(network, reference_key_map(network))


def empty_weights(**parameters: Any) -> dict[str, torch.Tensor]:
    return {key: torch.empty(shape, device="meta") for key, shape in authors_shapes(**parameters).items()}


@functools.cache  # a few hundred kilobytes each; the networks are let go
def answers(variant: str, case: int) -> dict[str, np.ndarray]:
    optical, sar, *size = CASES[variant][case]
    shapes = authors_shapes(variant=variant, optical_channels=optical, sar_channels=sar, num_classes=7)
    network = rgbsar_core.load_reference("unet", parity.authors_weights(shapes))
    settings = network.settings
    assert (settings.variant, settings.optical_channels, settings.sar_channels) == (variant, optical, sar)
    modules = [network.get_submodule(name) for name in STATISTICS[variant]]
    images = parity.case_inputs(optical, sar, *size)
    with torch.inference_mode():
        logits, statistics = parity.with_statistics(modules, lambda: network(*images))
    return {"logits": logits.numpy(), "stats": statistics}


# --- parity


@pytest.mark.parametrize(("variant", "case"), [("plain", 1), ("bilinear", 3), ("resnet50", 1)])
def test_network_answers_as_the_reference_code(variant: str, case: int) -> None:
    found = answers(variant, case)
    assert parity.compare(found, parity.small_golden("unet"), f"{variant}_{case}") == 2


@pytest.mark.slow
@pytest.mark.parametrize(("variant", "case"), [(variant, case) for variant in CASES for case in CASES[variant]])
def test_network_answers_as_the_full_golden(shared: Path, variant: str, case: int) -> None:
    suffix = "_resnet50" if variant == "resnet50" else ""
    manifest = parity.read_manifest(shared, "unet", f"manifest{suffix}.json")
    details = manifest["cases"][case]
    optical, sar, *size = CASES[variant][case]
    assert [details[name] for name in ("c_opt", "c_sar", "h", "w", "batch")] == [optical, sar, *size]
    theirs = parity.manifest_shapes(manifest["state_dict"], details["state_dict_diff"])
    assert authors_shapes(variant=variant, optical_channels=optical, sar_channels=sar, num_classes=7) == theirs
    golden = np.load(shared / "reference" / "unet" / f"golden{suffix}.npz")
    assert parity.compare(answers(variant, case), golden, case) == 2


# --- size and cost


@pytest.mark.parametrize(
    ("variant", "optical", "sar", "parameters", "macs"),
    [
        ("plain", 13, 2, 31_044_935, 48_645_537_792),
        ("plain", 3, 3, 31_039_751, 48_305_799_168),
        ("bilinear", 3, 3, 17_265_095, 40_118_517_760),
        ("resnet50", 13, 2, 32_559_607, 11_305_746_432),
        ("resnet50", 3, 3, 32_531_383, 10_843_324_416),
    ],
)
def test_cost_is_the_references(variant: str, optical: int, sar: int, parameters: int, macs: int) -> None:
    network = without_memory(variant=variant, optical_channels=optical, sar_channels=sar, num_classes=7)
    cost = measure_complexity(network, optical, sar, size=256)
    assert (cost.parameters, cost.training_parameters, cost.macs) == (parameters, parameters, macs)


def test_documented_sizes_are_the_measured_ones(repository: Path) -> None:
    text = (repository / "docs" / "models" / "unet.md").read_text(encoding="utf-8")
    rows = [line.strip("|").split("|") for line in text.split("<!-- sizes")[1].splitlines()[3:6]]
    assert tuple(row[0].strip(" `") for row in rows) == unet.VARIANTS
    for variant, parameters, gigamacs, *_ in rows:
        cost = measure_network("unet", variant=variant.strip(" `"))
        assert int(parameters.replace(",", "")) == cost.parameters
        assert float(gigamacs) == round(cost.macs / 1e9, 3)


# --- loading


@pytest.mark.parametrize("variant", unet.VARIANTS)
def test_variant_bands_and_classes_are_read_from_the_tensors(variant: str) -> None:
    weights = empty_weights(variant=variant, optical_channels=4, sar_channels=2, num_classes=3)
    settings = rgbsar_core.load_reference("unet", weights).settings
    assert (settings.variant, settings.num_classes) == (variant, 3)
    assert (settings.optical_channels, settings.sar_channels) == (3, 3)  # six bands: the papers' 3 + 3
    settings = rgbsar_core.load_reference("unet", weights, sar_channels=2).settings
    assert (settings.optical_channels, settings.sar_channels) == (4, 2)


def test_weights_of_one_modality_are_read_where_it_is_named() -> None:
    weights = empty_weights(variant="resnet50", modality="sar", sar_channels=2)
    network = rgbsar_core.load_reference("unet", weights, modality="sar")
    assert network.inputs == ("sar",)
    assert network.settings.sar_channels == 2
    assert network.encoder.conv1.in_channels == 2


@pytest.mark.parametrize(
    ("variant", "missing"),
    [
        ("plain", "down2.maxpool_conv.1.double_conv.4.running_var"),
        ("bilinear", "up4.conv.double_conv.3.weight"),
        ("resnet50", "decoder.blocks.4.conv2.1.bias"),
    ],
)
def test_tensors_that_do_not_fit_are_named(variant: str, missing: str) -> None:
    weights = empty_weights(variant=variant)
    with pytest.raises(CheckpointMismatchError, match=f"1 missing: {missing}"):
        rgbsar_core.load_reference("unet", {key: x for key, x in weights.items() if key != missing})
    with pytest.raises(CheckpointMismatchError, match="1 unexpected: encoder.fc.weight"):
        rgbsar_core.load_reference("unet", {**weights, "encoder.fc.weight": torch.empty(1, device="meta")})
    with pytest.raises(CheckpointMismatchError, match=rf"{missing} \(3,\) instead of"):
        rgbsar_core.load_reference("unet", {**weights, missing: torch.empty(3, device="meta")})


def test_weights_of_another_network_are_refused() -> None:
    with pytest.raises(CheckpointMismatchError, match="no tensor inc.double_conv.0.weight"):
        rgbsar_core.load_reference("unet", {"backbone.conv1.weight": torch.empty(64, 4, 7, 7, device="meta")})


# --- behaviour


@pytest.mark.parametrize("side", [16, 17, 31])
def test_map_coming_up_is_padded_with_zeros_at_its_end(side: int) -> None:
    # An identity in place of the convolutions shows what they see: the skip in front, the padded map behind.
    block = unet.UpBlock(1, 1, bilinear=False)
    block.conv = torch.nn.Identity()  # type: ignore[assignment]
    torch.nn.init.ones_(block.up.weight)
    torch.nn.init.zeros_(block.up.bias)
    skip = torch.full((1, 1, side, side), 5.0)
    joined = block(torch.ones(1, 2, side // 2, side // 2), skip).detach()
    assert torch.equal(joined[:, :1], skip)
    even = side // 2 * 2
    assert torch.equal(joined[:, 1:, :even, :even], torch.full((1, 1, even, even), 2.0))
    assert float(joined[:, 1:, even:].sum() + joined[:, 1:, :, even:].sum()) == 0.0


def test_decoder_of_the_resnet_variant_starts_as_the_references() -> None:
    torch.manual_seed(0)
    decoder = unet.ResNetDecoder(num_classes=6).requires_grad_(False)
    for conv in (decoder.blocks[0][0], decoder.blocks[3][3]):
        bound = (6 / conv.weight[0].numel()) ** 0.5  # He et al.: uniform in +- sqrt(6 / fan in)
        assert 0.99 * bound < float(conv.weight.abs().max()) <= bound
    bound = (6 / (9 * 16 + 9 * 6)) ** 0.5  # Glorot and Bengio: sqrt(6 / (fan in + fan out))
    assert 0.95 * bound < float(decoder.classifier.weight.abs().max()) <= bound
    assert float(decoder.classifier.bias.abs().max()) == 0.0


def test_table_agrees_with_the_network() -> None:
    info = network_info("unet")
    assert info.options == {"variant": unet.VARIANTS, "modality": unet.MODALITIES}
    assert info.minimum_size == unet.UNet.minimum_side


def test_impossible_parameters_are_refused() -> None:
    with pytest.raises(InputError, match="plain, bilinear, resnet50"):
        unet.build(variant="resnet101")
    with pytest.raises(InputError, match="both, optical, sar"):
        unet.build(modality="radar")
