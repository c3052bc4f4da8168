"""SegNet against its authors' answers, and the common specification; un-pooling."""

from __future__ import annotations

import functools
import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F

import rgbsar_core
from rgbsar_core.errors import CheckpointMismatchError, InputError
from rgbsar_core.models import segnet
from rgbsar_core.models.complexity import count_parameters
from rgbsar_core.models.layers.unpool import unpool
from rgbsar_core.models.segnet_reference import reference_key_map
from rgbsar_core.registry import load_published, measure_network

from .base import StackedNetworkSpecification
from .parity import (
    Shapes,
    authors_shapes,
    authors_weights,
    case_inputs,
    compare,
    manifest_shapes,
    read_manifest,
    small_golden,
    with_statistics,
)

#: Optical bands, SAR bands, height, width, batch of the golden cases; 7 classes.
CASES = {0: (13, 2, 64, 64, 2), 1: (13, 2, 100, 75, 2), 2: (3, 3, 64, 64, 1)}
CLASSES = 7
DEAD = 138_357_544  # parameters of the VGG-16 that the authors' code builds and never runs


class TestSegNet(StackedNetworkSpecification):
    name = "segnet"
    # The manifest's 29,448,775 of six bands and 7 classes; 2 classes less in the last 3x3 convolution of 64.
    expected_parameters = 29_448_775 - 2 * (64 * 9 + 1)
    half_precision_bound = 0.02


def without_memory(**parameters: Any) -> segnet.SegNet:
    with torch.device("meta"):
        return segnet.build(**parameters)


def case_shapes(case: int) -> Shapes:
    optical, sar, *_ = CASES[case]
    network = without_memory(optical_channels=optical, sar_channels=sar, num_classes=CLASSES)
    return authors_shapes(network, reference_key_map(network))


def empty_weights() -> dict[str, torch.Tensor]:
    return {key: torch.empty(shape, device="meta") for key, shape in case_shapes(0).items()}


@functools.cache  # a few hundred kilobytes each
def answers(case: int) -> dict[str, np.ndarray]:
    """Logits of a golden case; mean and deviation after each normalisation, in their order, and of the logits."""
    network = rgbsar_core.load_reference("segnet", authors_weights(case_shapes(case)))
    images = case_inputs(*CASES[case])
    layers = [*network.encoder.features, *itertools.chain(*reversed(network.decoder))]
    described = [layer for layer in layers if isinstance(layer, torch.nn.BatchNorm2d)] + [network.classifier]
    with torch.inference_mode():
        logits, statistics = with_statistics(described, lambda: network(*images))
    return {"logits": logits.numpy(), "stats": statistics}


# --- parity


@pytest.mark.parametrize("case", CASES)
def test_network_answers_as_the_authors_code(case: int) -> None:
    assert compare(answers(case), small_golden("segnet"), case) == 2


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_network_answers_as_the_full_golden(shared: Path, case: int) -> None:
    full = np.load(shared / "reference" / "segnet" / "golden.npz")
    assert compare(answers(case), full, case) == 2


def test_key_names_and_shapes_are_the_manifest_s(shared: Path) -> None:
    listed = manifest_shapes(read_manifest(shared, "segnet")["state_dict"])
    dead = {key: listed.pop(key) for key in list(listed) if key.startswith("vgg16.")}
    assert case_shapes(0) == listed
    assert sum(int(np.prod(shape)) for shape in dead.values()) == DEAD


# --- size and cost


@pytest.mark.parametrize(
    ("bands", "parameters", "encoder", "macs"),
    [((13, 2), 29_453_959, 14_730_048, 40_693_137_408), ((3, 3), 29_448_775, 14_724_864, 40_353_398_784)],
)
def test_cost_is_the_manifest_s(bands: tuple[int, int], parameters: int, encoder: int, macs: int) -> None:
    optical, sar = bands
    cost = measure_network("segnet", optical_channels=optical, sar_channels=sar, num_classes=CLASSES)
    assert (cost.parameters, cost.training_parameters, cost.macs) == (parameters, parameters, macs)
    network = without_memory(optical_channels=optical, sar_channels=sar, num_classes=CLASSES)
    assert count_parameters(network.encoder) == encoder


def test_documented_cost_is_the_measured_one(repository: Path) -> None:
    text = (repository / "docs" / "models" / "segnet.md").read_text(encoding="utf-8")
    for modality in ("both", "optical", "sar"):
        cost = measure_network("segnet", modality=modality)
        assert f"| `{modality}` | {cost.parameters:,} | {cost.macs / 1e9:.3f} |" in text


# --- loading


def test_classes_and_bands_are_read_from_the_tensors() -> None:
    weights = empty_weights()
    settings = rgbsar_core.load_reference("segnet", weights).settings
    assert (settings.optical_channels, settings.sar_channels, settings.num_classes) == (13, 2, 7)
    assert settings.modality == "both"
    published = load_published("segnet", weights, optical_channels=10).settings
    assert (published.optical_channels, published.sar_channels) == (10, 5)
    alone = rgbsar_core.load_reference("segnet", weights, modality="optical")
    assert (alone.inputs, alone.settings.optical_channels) == (("optical",), 15)


def test_the_dead_classification_network_may_be_there_or_not() -> None:
    weights = empty_weights()
    dead = {"vgg16.features.0.weight": torch.zeros(64, 3, 3, 3), "vgg16.classifier.6.bias": torch.zeros(1000)}
    network = rgbsar_core.load_reference("segnet", {**dead, **weights})
    assert count_parameters(network) == 29_453_959


def test_tensors_that_do_not_fit_are_named() -> None:
    weights = empty_weights()
    missing = "decoder_convtr_31.1.running_var"
    with pytest.raises(CheckpointMismatchError, match=f"1 missing: {missing}"):
        rgbsar_core.load_reference("segnet", {k: v for k, v in weights.items() if k != missing})
    with pytest.raises(CheckpointMismatchError, match="1 unexpected: decoder_convtr_00.1.weight"):
        rgbsar_core.load_reference("segnet", {**weights, "decoder_convtr_00.1.weight": torch.zeros(7)})
    wrong = "decoder_convtr_30.0.weight"
    with pytest.raises(CheckpointMismatchError, match=rf"{wrong} \(256, 512, 3, 3\) instead of \(512, 256, 3, 3\)"):
        rgbsar_core.load_reference("segnet", {**weights, wrong: torch.zeros(256, 512, 3, 3)})
    with pytest.raises(CheckpointMismatchError, match="no tensor encoder_conv_00.0.weight"):
        rgbsar_core.load_reference("segnet", {"x": torch.zeros(1)})


def test_an_unknown_modality_is_refused() -> None:
    with pytest.raises(InputError, match="modality 'radar'; it knows both, optical, sar"):
        segnet.build(modality="radar")


# --- un-pooling


@pytest.mark.parametrize("memory", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
def test_unpooling_is_that_of_torch_at_odd_sizes(memory: torch.memory_format, dtype: torch.dtype) -> None:
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(2, 3, 13, 10, generator=generator).relu().to(dtype).contiguous(memory_format=memory)
    pooled, indices = F.max_pool2d(x, 2, return_indices=True)
    values = torch.randn(pooled.shape, generator=generator).to(dtype).contiguous(memory_format=memory)
    found = unpool(values, indices, (13, 10))
    assert found.dtype == dtype
    assert torch.equal(found.float(), F.max_unpool2d(values.float(), indices, 2, output_size=(13, 10)))
    assert found.is_contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize("memory", [torch.contiguous_format, torch.channels_last])
def test_of_equal_values_the_first_in_reading_order_gets_the_value_back(memory: torch.memory_format) -> None:
    x = torch.tensor([[0.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0], [5.0, 0.0, 0.0]]).expand(1, 2, 4, 3)
    _, indices = F.max_pool2d(x.contiguous(memory_format=memory), 2, return_indices=True)
    found = unpool(torch.tensor([[[[1.0], [2.0]]]]).expand(1, 2, 2, 1), indices, (4, 3))
    expected = torch.tensor([[1.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0], [2.0, 0.0, 0.0]])
    assert torch.equal(found, expected.expand(1, 2, 4, 3))


def test_gradients_of_unpooling_come_back_from_the_places_of_the_maxima() -> None:
    x = torch.arange(12.0).reshape(1, 1, 3, 4)  # maxima of the two windows: 5 and 7, in the second row
    _, indices = F.max_pool2d(x, 2, return_indices=True)
    values = torch.zeros(1, 1, 1, 2, requires_grad=True)
    (unpool(values, indices, (3, 4)) * x).sum().backward()
    assert values.grad is not None
    assert values.grad.tolist() == [[[[5.0, 7.0]]]]


def test_the_network_can_be_exported() -> None:
    network = segnet.build(optical_channels=1, sar_channels=1, num_classes=2).eval()
    images = (torch.randn(1, 1, 33, 35), torch.randn(1, 1, 33, 35))
    with torch.inference_mode():
        exported = torch.export.export(network, images).module()(*images)
        torch.testing.assert_close(exported, network(*images), rtol=0, atol=1e-5)
