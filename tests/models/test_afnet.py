"""AFNet (reconstruction, paper inferred): the common specification, and the figures of its own specification.

There is nothing to be on par with: no code, weights or answers of the authors are public.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

import rgbsar_core
from rgbsar_core import registry
from rgbsar_core.errors import InputError
from rgbsar_core.models import afnet, afnet_reference
from rgbsar_core.models.complexity import Complexity, count_parameters
from rgbsar_core.networks import network_info
from rgbsar_core.registry import measure_network

from .base import NetworkSpecification

STATEMENT = "reconstruction, paper inferred"
# The specification's parameters and GMAC of 3 + 3 bands, 6 classes, 256 x 256, without the auxiliary head.
SPECIFIED = {"lite": (56_861_741, 23.37), "table": (340_220_557, 66.22)}


class TestAfNet(NetworkSpecification):
    name = "afnet"
    # The specified lite, an auxiliary head on 256 channels (3x3 to 256, its norm, 6 classes), one optical band more
    # and one SAR band less, which cancel, and one class less in two classifiers.
    expected_parameters = 56_861_741 + (256 * 256 * 9 + 512 + 257 * 6) - 2 * 257
    half_precision_bound = 0.02


def without_memory(**parameters: Any) -> afnet.AfNet:
    with torch.device("meta"):
        return afnet.build(**parameters)


@functools.cache
def cost(preset: str, sar_channels: int) -> Complexity:
    return measure_network("afnet", optical_channels=3, sar_channels=sar_channels, num_classes=6, preset=preset)


# --- size and cost


@pytest.mark.parametrize("preset", SPECIFIED)
def test_parameters_are_the_specified_ones(preset: str) -> None:
    assert cost(preset, 3).parameters == SPECIFIED[preset][0]


class SmallOperations(TorchDispatchMode):
    """Counts what the specification's counter adds to convolutions, by that counter's weights.

    Batch normalisation 2 a value, bilinear resizing 4 a value of the result, means 1 a value of the input.
    """

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = function(*args, **(kwargs or {}))
        name = str(function)
        if "batch_norm" in name:
            self.count += 2 * args[0].numel()
        elif "upsample_bilinear2d" in name:
            self.count += 4 * result.numel()
        elif "aten.mean" in name:
            self.count += args[0].numel()
        return result


@pytest.mark.parametrize("preset", SPECIFIED)
def test_multiply_accumulates_are_the_specified_ones(preset: str) -> None:
    """The specification counts norms, resizing and pooling too (0.4 % and less); we count convolutions alone."""
    network = without_memory(optical_channels=3, sar_channels=3, num_classes=6, preset=preset).eval()
    image = torch.zeros(1, 3, 256, 256, device="meta")
    with torch.inference_mode(), SmallOperations() as small:
        network(image, image)
    assert 0 < small.count < 0.004 * cost(preset, 3).macs
    assert round((cost(preset, 3).macs + small.count) / 1e9, 2) == SPECIFIED[preset][1]


def test_the_large_preset_has_the_specified_parts() -> None:
    network = without_memory(optical_channels=3, sar_channels=3, num_classes=6, preset="table")
    found = [*map(count_parameters, (*network.fusion, network.context, *network.refinement, network.decode_head))]
    millions = [2.30, 9.18, 36.71, 146.82, 35.66, 2.95, 11.80, 47.20, 0.59]  # MAFB 2..5, ASPP, RAFB 2..4, head
    assert [round(count / 1e6, 2) for count in found] == millions
    assert round(count_parameters(network.optical_encoder) / 1e6, 2) == 23.51


def test_documented_costs_are_the_measured_ones(repository: Path) -> None:
    text = (repository / "docs" / "models" / "afnet.md").read_text(encoding="utf-8")
    for preset in network_info("afnet").options["preset"]:
        for bands in (1, 3):
            found = cost(preset, bands)
            row = f"| {found.training_parameters:,} | {found.parameters:,} | {found.macs / 1e9:.3f} |"
            assert f"| `{preset}` | 3 + {bands} {row}" in text


# --- no parity is claimed


def test_published_weights_are_refused_because_there_are_none() -> None:
    for load in (rgbsar_core.load_reference, registry.load_published):
        with pytest.raises(InputError, match="reconstruction, paper inferred: its authors published no weights"):
            load("afnet", {"backbone.conv1.weight": torch.zeros(1)})


def test_every_mention_of_the_name_says_that_it_is_a_reconstruction(repository: Path) -> None:
    assert STATEMENT in network_info("afnet").title
    page = (repository / "docs" / "models" / "afnet.md").read_text(encoding="utf-8")
    for text in (afnet.__doc__, afnet.AfNet.__doc__, afnet_reference.__doc__, page):
        assert text is not None
        assert STATEMENT in text.splitlines()[0]


# --- behaviour


def test_attention_fused_block_by_hand() -> None:
    """Channel weights 1/2 on both maps, their sum in the centre tap, position weight sigmoid(1): v (1 + sigmoid)."""
    block = afnet.AttentionFusedBlock(2, 1, 1).double().eval()
    with torch.no_grad():
        for parameter in block.parameters():
            parameter.zero_()
        block.fuse.conv.weight[0, :, 1, 1] = 1.0
        block.fuse.norm.weight.fill_(1.0)
        block.fuse.norm.running_var.fill_(1.0 - 1e-5)
        block.position.bias.fill_(1.0)
    first = torch.tensor([[[[4.0, -8.0]]]], dtype=torch.float64)
    second = torch.tensor([[[[2.0, 2.0]]]], dtype=torch.float64)
    weight = 1.0 + torch.sigmoid(torch.tensor(1.0, dtype=torch.float64))
    expected = torch.tensor([[[[3.0, 0.0]]]], dtype=torch.float64) * weight  # ReLU((4 + 2) / 2), ReLU(-3)
    torch.testing.assert_close(block(first, second), expected, rtol=0, atol=1e-12)


def test_channel_attention_sees_the_means_of_both_maps() -> None:
    block = afnet.AttentionFusedBlock(2, 1, 1).eval()
    with torch.no_grad():
        for layer in (block.reduce, block.restore):
            layer.weight.copy_(torch.eye(2)[:, :, None, None])
            layer.bias.zero_()
    seen: list[torch.Tensor] = []
    block.fuse.register_forward_hook(lambda _module, inputs, _output: seen.append(inputs[0]))
    with torch.inference_mode():
        block(torch.tensor([[[[1.0, 3.0]]]]), torch.tensor([[[[-2.0, 0.0]]]]))
    weights = torch.sigmoid(torch.tensor([2.0, 0.0]))  # means 2 and -1, ReLU
    torch.testing.assert_close(seen[0][0, :, 0], torch.tensor([[1.0, 3.0], [-2.0, 0.0]]) * weights[:, None])


def test_second_convolution_adds_to_the_fused_map() -> None:
    torch.manual_seed(0)
    block = afnet.AttentionFusedBlock(4, 3, 1, refined=True).double().eval()
    plain = afnet.AttentionFusedBlock(4, 3, 1).double().eval()
    plain.load_state_dict({key: x for key, x in block.state_dict().items() if not key.startswith("refine.")})
    x = torch.randn(1, 2, 5, 7, dtype=torch.float64)
    with torch.inference_mode():
        scale = 1.0 + torch.sigmoid(block.position.bias)
        fused = plain(x, x) / scale
        torch.testing.assert_close(block(x, x) / scale, fused + block.refine(fused), rtol=0, atol=1e-12)


def test_maps_meet_at_the_specified_places() -> None:
    network = without_memory(optical_channels=3, sar_channels=3, preset="table").eval()
    met: list[list[tuple[int, ...]]] = []
    for block in (*network.fusion, network.context, *network.refinement):
        block.register_forward_hook(lambda _module, inputs, _output: met.append([tuple(x.shape[1:]) for x in inputs]))
    with torch.inference_mode():
        network(*(torch.zeros(1, 3, 100, 75, device="meta") for _ in range(2)))
    stages = [(256, 25, 19), (512, 13, 10), (1024, 7, 5), (2048, 4, 3)]
    deeper = [(2 * channels, height, width) for channels, height, width in stages]
    assert met[:4] == [[stage, stage] for stage in stages]
    assert met[4] == [stages[3]]
    assert met[5:] == [[deeper[i], stages[i]] for i in (2, 1, 0)]
    assert [branch.conv.dilation[0] for branch in network.context.branches] == [1, 6, 12, 18]


@pytest.mark.parametrize("preset", SPECIFIED)
def test_auxiliary_logits_come_from_the_fused_third_stage(preset: str) -> None:
    network = without_memory(optical_channels=4, sar_channels=2, num_classes=5, preset=preset).train()
    images = torch.zeros(2, 4, 100, 75, device="meta"), torch.zeros(2, 2, 100, 75, device="meta")
    answer = network(*images)
    assert answer.logits.shape == (2, 5, 100, 75)
    assert [logits.shape for logits in answer.auxiliary] == [(2, 5, 7, 5)]
    without = without_memory(optical_channels=4, sar_channels=2, num_classes=5, preset=preset, auxiliary=False)
    assert without.train()(*images).auxiliary == ()
    assert count_parameters(without) == count_parameters(network) - count_parameters(network.auxiliary_head)


def test_training_with_one_image_is_refused_with_the_remedy() -> None:
    with pytest.raises(InputError, match="batch size of 2"):
        without_memory().train()(torch.zeros(1, 3, 64, 64, device="meta"), torch.zeros(1, 1, 64, 64, device="meta"))


def test_impossible_presets_are_refused_with_the_list() -> None:
    with pytest.raises(InputError, match="preset 'wide'; it knows lite, table"):
        afnet.build(preset="wide")
