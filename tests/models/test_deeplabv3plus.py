"""DeepLabV3+ against the answers of the authors' code, and the common specification."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from rgbsar_core.errors import InputError
from rgbsar_core.models import deeplabv3plus, deeplabv3plus_reference
from rgbsar_core.models.complexity import count_parameters
from rgbsar_core.registry import measure_network

from . import parity
from .stacked import CLASSES, StackedResNetSpecification


class TestDeepLabV3Plus(StackedResNetSpecification):
    name = "deeplabv3plus"
    module, reference = deeplabv3plus, deeplabv3plus_reference
    # 39,767,655 of the authors with 3 + 3 bands and 7 classes; the classifier loses 2 classes.
    expected_parameters = 39_767_655 - 2 * 257
    half_precision_bound = 0.02
    head = (
        "low_level",
        *(f"aspp.branches.{i}" for i in range(4)),
        "aspp.pooling",
        "aspp",
        "fuse.conv",
        "classifier",
    )
    low = {"logits_low": "classifier"}

    def test_parts_have_the_parameters_of_the_manifest(self, shared: Path) -> None:
        counts = parity.read_manifest(shared, self.name)["parameters"]["13+2 os16"]
        with torch.device("meta"):
            network = self.module.build(optical_channels=13, sar_channels=2, num_classes=CLASSES)
        assert count_parameters(network.aspp) == counts["aspp"]
        assert count_parameters(network.low_level) == counts["low_level_projection"]
        assert count_parameters(network.fuse) + count_parameters(network.classifier) == counts["classifier"]

    def test_documented_costs_are_the_measured_ones(self, repository: Path) -> None:
        rows = self.documented_costs(repository)
        assert [row[0] for row in rows] == ["16", "8"]
        for stride, parameters, gigamacs in rows:
            cost = measure_network(self.name, output_stride=int(stride))
            assert (parameters, gigamacs) == (f"{cost.parameters:,}", f"{cost.macs / 1e9:.3f}")


@pytest.mark.parametrize(("stride", "dilations"), [(16, [1, 6, 12, 18]), (8, [1, 12, 24, 36])])
def test_dilations_of_aspp_follow_the_output_stride(stride: int, dilations: list[int]) -> None:
    with torch.device("meta"):
        network = deeplabv3plus.build(output_stride=stride)
    assert [branch.conv.dilation[0] for branch in network.aspp.branches] == dilations


def test_fresh_weights_of_the_head_start_from_fan_in() -> None:
    torch.manual_seed(0)
    network = deeplabv3plus.build(num_classes=CLASSES)
    convolutions = (network.low_level.conv, network.aspp.branches[1].conv, network.fuse.conv, network.classifier)
    for conv, fan_in in zip(convolutions, (256, 2048 * 9, 304 * 9, 256)):
        assert conv.weight.std().item() == pytest.approx((2 / fan_in) ** 0.5, rel=0.05)


def test_training_with_one_image_is_refused_with_the_remedy() -> None:
    with pytest.raises(InputError, match="batch size of 2"):
        deeplabv3plus.build().train()(torch.zeros(1, 3, 64, 64), torch.zeros(1, 1, 64, 64))


@pytest.mark.parametrize(("name", "value"), [("output_stride", 32), ("modality", "radar"), ("dropout", 1.0)])
def test_impossible_parameters_are_refused(name: str, value: Any) -> None:
    with pytest.raises(InputError, match=name):
        deeplabv3plus.build(**{name: value})
