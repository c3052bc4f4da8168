"""DANet against the answers of its authors' code, and the common specification."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F

import rgbsar_core
from rgbsar_core.errors import InputError
from rgbsar_core.models import danet, danet_reference
from rgbsar_core.models.complexity import count_parameters
from rgbsar_core.models.network import SegmentationNetwork, TrainingOutput
from rgbsar_core.registry import measure_network

from . import parity
from .stacked import CLASSES, Case, StackedResNetSpecification

POSITION = tuple(f"position_branch.{part}" for part in ("reduce", "attention", "smooth"))
CHANNEL = tuple(f"channel_branch.{part}" for part in ("reduce", "attention", "smooth"))


class TestDANet(StackedResNetSpecification):
    name = "danet"
    module, reference = danet, danet_reference
    stem = "pretrained.conv1.weight"
    other_form = {"multi_grid": True}
    other_label = ""
    # 47,453,591 of the authors with 3 + 3 bands and 7 classes; each of three classifiers loses 2 classes.
    expected_parameters = 47_453_591 - 3 * 2 * 513
    half_precision_bound = 0.05
    head = (*POSITION, "auxiliary_heads.0", *CHANNEL, "auxiliary_heads.1", "classifier")
    low = {"logits_low": "classifier", "pam_low": "auxiliary_heads.0", "cam_low": "auxiliary_heads.1"}
    uncounted_macs = 2 * 512 * CLASSES * 32 * 32  # the classifiers of the branches

    def network(self, **overrides: Any) -> torch.nn.Module:
        """Attention switched on, which fresh weights have off."""
        network = super().network(**overrides)
        for branch in (network.position_branch, network.channel_branch):
            torch.nn.init.ones_(branch.attention.gamma)
        return network

    def run(self, network: SegmentationNetwork, case: Case) -> torch.Tensor:
        logits: torch.Tensor = with_branches(network, parity.case_inputs(*case)).logits
        return logits

    def test_parts_have_the_parameters_of_the_manifest(self, shared: Path) -> None:
        counts = parity.read_manifest(shared, self.name)["parameters"]["13+2"]
        with torch.device("meta"):
            network = self.module.build(optical_channels=13, sar_channels=2, num_classes=CLASSES)
        position, channel = network.position_branch, network.channel_branch
        assert count_parameters(position.attention) == counts["pam"]
        assert count_parameters(channel.attention) == counts["cam"]
        convolutions = (position.reduce, position.smooth, channel.reduce, channel.smooth)
        assert sum(map(count_parameters, convolutions)) == counts["head_convs"]
        assert count_parameters(network.classifier) + count_parameters(network.auxiliary_heads) == counts["classifiers"]

    def test_documented_costs_are_the_measured_ones(self, repository: Path) -> None:
        ((parameters, with_auxiliary, gigamacs),) = self.documented_costs(repository)
        for multi_grid in (False, True):
            cost = measure_network(self.name, multi_grid=multi_grid)
            assert (parameters, with_auxiliary) == (f"{cost.parameters:,}", f"{cost.training_parameters:,}")
            assert gigamacs == f"{cost.macs / 1e9:.3f}"

    def test_branches_are_classified_at_full_size_in_training_only(self) -> None:
        network, images = self.network().eval(), self.images()
        with torch.inference_mode():
            logits = network(*images)
            answer = with_branches(network, images)
            torch.testing.assert_close(answer.logits, logits, rtol=0, atol=0)
            for head, found in zip(network.auxiliary_heads, answer.auxiliary):
                low = parity.output_of(head, lambda: with_branches(network, images))
                expected = F.interpolate(low, (self.side, self.side), mode="bilinear", align_corners=True)
                torch.testing.assert_close(found, expected, rtol=0, atol=0)
        assert len(answer.auxiliary) == 2

    def test_weights_without_classifiers_of_the_branches_are_accepted(self) -> None:
        tensors = {key: x for key, x in self.zeros(3, 1).items() if not key.startswith(("head.conv6", "head.conv7"))}
        network = rgbsar_core.load_reference(self.name, tensors)
        assert not network.settings.auxiliary
        assert network.train()(*(torch.zeros(2, bands, 32, 32) for bands in (3, 1))).auxiliary == ()

    def test_training_takes_one_image(self) -> None:
        answer = self.network().train()(*self.images(batch=1))
        assert bool(torch.isfinite(answer.logits).all())


def with_branches(network: torch.nn.Module, images: tuple[torch.Tensor, torch.Tensor]) -> TrainingOutput:
    """The answer of training, from layers in evaluation mode."""
    network.training = True  # the network alone
    answer: TrainingOutput = network(*images)
    network.training = False
    return answer


def test_multi_grid_dilates_the_last_layer() -> None:
    for multi_grid, dilations in ((False, [2, 4, 4]), (True, [4, 8, 16])):
        with torch.device("meta"):
            network = danet.build(multi_grid=multi_grid)
        assert [block.conv2.dilation[0] for block in network.encoder.layer4] == dilations


def test_channel_attention_by_hand() -> None:
    # Channels (1, 0) and (1, 2): products 1, 1 / 1, 5. The unlike one is preferred, without one being like itself.
    attention = danet.ChannelAttentionModule().double()
    torch.nn.init.constant_(attention.gamma, 0.5)
    x = torch.tensor([[[[1.0, 0.0]], [[1.0, 2.0]]]], dtype=torch.float64)
    like = 1 / (1 + torch.tensor(4.0, dtype=torch.float64).exp())  # weight of the second channel for itself
    expected = x + 0.5 * torch.stack([torch.tensor([1.0, 1.0]), torch.stack([torch.ones(()), 2 * like])])[:, None]
    torch.testing.assert_close(attention(x), expected, rtol=0, atol=1e-12)


def test_position_attention_is_a_softmax_of_plain_products() -> None:
    torch.manual_seed(0)
    attention = danet.PositionAttentionModule().double()
    torch.nn.init.constant_(attention.gamma, 0.5)
    x = torch.randn(2, 512, 3, 4, dtype=torch.float64)
    with torch.inference_mode():
        query, key, value = (conv(x).flatten(2) for conv in (attention.query, attention.key, attention.value))
        weights = torch.softmax(torch.einsum("bci,bcj->bij", query, key), dim=2)
        expected = x + 0.5 * torch.einsum("bij,bcj->bci", weights, value).reshape(x.shape)
        torch.testing.assert_close(attention(x), expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_channel_attention_keeps_full_precision_under_autocast(dtype: torch.dtype) -> None:
    torch.manual_seed(0)
    attention = danet.ChannelAttentionModule()
    torch.nn.init.ones_(attention.gamma)
    half = (10 * torch.randn(1, 16, 48, 48)).to(dtype)  # products up to 230,000: more than float16 holds
    with torch.inference_mode():
        exact = attention(half.float())
        with torch.autocast("cpu", dtype):
            found = attention(half)
    torch.testing.assert_close(found.float(), exact, rtol=2.0**-7, atol=0.1)


def test_a_fresh_network_is_without_attention() -> None:
    network = danet.build()
    assert [branch.attention.gamma.item() for branch in (network.position_branch, network.channel_branch)] == [0, 0]


@pytest.mark.parametrize(("name", "value"), [("multi_grid", 1), ("modality", "radar"), ("auxiliary", None)])
def test_impossible_parameters_are_refused(name: str, value: Any) -> None:
    with pytest.raises(InputError, match=name):
        danet.build(**{name: value})
