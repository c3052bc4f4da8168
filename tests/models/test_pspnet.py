"""PSPNet against the answers of the authors' code, and the common specification."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

import rgbsar_core
from rgbsar_core.errors import InputError
from rgbsar_core.models import pspnet, pspnet_reference
from rgbsar_core.models.complexity import count_parameters
from rgbsar_core.models.layers.pyramid_pooling import PyramidPooling
from rgbsar_core.registry import measure_network

from . import parity
from .stacked import CLASSES, StackedResNetSpecification


class TestPspNet(StackedResNetSpecification):
    name = "pspnet"
    module, reference = pspnet, pspnet_reference
    # 46,594,823 of the authors with 3 + 3 bands and 7 classes; the classifier loses 2 classes.
    expected_parameters = 46_594_823 - 2 * 513
    half_precision_bound = 0.02
    head = (*(f"pyramid.{i}" for i in range(4)), "pyramid", "bottleneck.conv", "bottleneck", "classifier")
    low = {"logits_low": "classifier"}

    def test_parts_have_the_parameters_of_the_manifest(self, shared: Path) -> None:
        counts = parity.read_manifest(shared, self.name)["parameters"]["13+2 os16"]
        with torch.device("meta"):
            network = self.module.build(optical_channels=13, sar_channels=2, num_classes=CLASSES)
        assert count_parameters(network.pyramid) == counts["pyramid_pooling"]
        assert count_parameters(network.bottleneck) + count_parameters(network.classifier) == counts["classifier"]

    def test_documented_costs_are_the_measured_ones(self, repository: Path) -> None:
        rows = self.documented_costs(repository)
        assert [row[0] for row in rows] == ["16", "8"]
        for stride, parameters, with_auxiliary, gigamacs in rows:
            cost = measure_network(self.name, output_stride=int(stride), auxiliary=True)
            assert (parameters, with_auxiliary) == (f"{cost.parameters:,}", f"{cost.training_parameters:,}")
            assert gigamacs == f"{cost.macs / 1e9:.3f}"

    def test_auxiliary_head_reads_the_third_layer_in_training_only(self) -> None:
        network = self.network(auxiliary=True).train()
        answer = network(*self.images())
        assert [tuple(logits.shape) for logits in answer.auxiliary] == [(2, 5, 4, 4)]
        assert network.auxiliary_head.conv.conv.in_channels == 1024
        with torch.inference_mode():
            assert isinstance(network.eval()(*self.images()), torch.Tensor)

    def test_aligned_corners_are_an_override(self) -> None:
        network = rgbsar_core.load_reference(self.name, self.zeros(3, 1), align_corners=True)
        assert network.settings.align_corners
        network = self.network(align_corners=True).eval()
        images = self.images()
        with torch.inference_mode():
            low = parity.output_of(network.classifier, lambda: network(*images))
            logits = network(*images)
        for corner in (0, -1):
            torch.testing.assert_close(logits[..., corner, corner], low[..., corner, corner])


def test_pyramid_pooling_by_hand() -> None:
    # One channel, 2 x 2 pixels, convolutions of weight 1 and normalisation of weight 1: the means themselves.
    pyramid = PyramidPooling(1, 1).double().eval()
    for level in pyramid:
        torch.nn.init.ones_(level.conv.weight)
    x = torch.tensor([[[[1.0, 2.0], [3.0, 6.0]]]], dtype=torch.float64)
    found = pyramid(x).detach()
    torch.testing.assert_close(found[:, :1], x)
    torch.testing.assert_close(found[:, 1:2], torch.full_like(x, 3.0), rtol=1e-4, atol=0)  # eps of normalisation
    torch.testing.assert_close(found[:, 2:3], x, rtol=1e-4, atol=0)
    # Three cells on two pixels overlap: first, both, second; resizing 3 -> 2 takes 3/4 and 1/4 of neighbours.
    rows = torch.tensor([[0.75 + 0.125, 0.125], [0.125, 0.125 + 0.75]], dtype=torch.float64)
    torch.testing.assert_close(found[0, 3], rows @ x[0, 0] @ rows.T, rtol=1e-4, atol=0)


def test_fresh_weights_of_the_head_are_pytorch_s() -> None:
    torch.manual_seed(0)
    network = pspnet.build()
    for conv, fan_in in ((network.pyramid[0].conv, 2048), (network.bottleneck.conv, 4096 * 9)):
        bound = fan_in**-0.5
        assert 0.99 * bound < conv.weight.abs().max().item() <= bound


def test_training_with_one_image_is_refused_with_the_remedy() -> None:
    with pytest.raises(InputError, match="batch size of 2"):
        pspnet.build().train()(torch.zeros(1, 3, 64, 64), torch.zeros(1, 1, 64, 64))


@pytest.mark.parametrize(("name", "value"), [("output_stride", 32), ("modality", "radar"), ("align_corners", 1)])
def test_impossible_parameters_are_refused(name: str, value: Any) -> None:
    with pytest.raises(InputError, match=name):
        pspnet.build(**{name: value})
