"""Decay and rate of every parameter, against the measured factors of the reference."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from rgbsar_core.errors import InputError
from rgbsar_core.registry import create_network
from training.optimisers import SHARE, make_optimiser, parameter_groups, rate_share
from training.recipe import OptimiserRecipe

TINY = (3, 3, 9, 3)


def asanet(size: str = "tiny") -> nn.Module:
    with torch.device("meta"):
        return create_network("asanet", optical_channels=3, sar_channels=1, num_classes=2, size=size)


def share_of_each(network: nn.Module, groups: list[dict[str, Any]]) -> dict[str, float]:
    names = {id(parameter): name for name, parameter in network.named_parameters()}
    return {names[id(parameter)]: group[SHARE] for group in groups for parameter in group["params"]}


def test_asanet_by_stage_has_the_factors_measured_in_the_authors_program() -> None:
    """shared/reference/asanet/spec.md, section 8."""
    network = asanet()
    shares = share_of_each(network, parameter_groups(network, OptimiserRecipe(layer_decay=0.9)))
    expected = {"downsamples": 7, "stages.0": 6, "stages.1": 5, "stages.2": 4, "stages.3": 3, "norms": 0}
    for encoder in ("optical_encoder.", "sar_encoder."):
        for part, power in expected.items():
            found = {share for name, share in shares.items() if name.startswith(encoder + part)}
            assert found == {0.9**power}, part
    others = {share for name, share in shares.items() if "encoder." not in name}
    assert others == {1.0}
    assert len(shares) == len(list(network.parameters()))


@pytest.mark.parametrize(
    ("name", "power"),
    [
        ("downsamples.0.0.weight", 7), ("stages.0.2.norm.bias", 6), ("downsamples.1.1.weight", 5),
        ("stages.1.0.norm.bias", 5), ("downsamples.2.1.weight", 4), ("stages.2.0.norm.bias", 4),
        ("stages.2.5.norm.bias", 3), ("stages.2.8.norm.bias", 2), ("downsamples.3.1.weight", 1),
        ("stages.3.2.norm.bias", 1), ("norms.3.weight", 0),
    ],
)  # fmt: skip
def test_by_layer_three_blocks_of_the_long_stage_move_alike(name: str, power: int) -> None:
    """mmsegmentation, layer-wise decay of ConvNeXt-T (`num_layers=6`)."""
    assert rate_share(name, 0.5, "layer", TINY) == 0.5**power


def test_one_dimensional_parameters_decay_only_if_asked() -> None:
    network = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Conv2d(2, 2, 1))
    kept = parameter_groups(network, OptimiserRecipe(weight_decay=0.1))
    assert [(len(group["params"]), group["weight_decay"]) for group in kept] == [(2, 0.1), (4, 0.0)]
    decayed = parameter_groups(network, OptimiserRecipe(weight_decay=0.1, decay_flat=True))
    assert {group["weight_decay"] for group in decayed} == {0.1}


@pytest.mark.parametrize(
    ("kind", "moved"),
    [
        # gradient 2; sgd: 2 + 0.5 * 1 = 2.5, times the rate; twice with momentum 0.5: 2.5, then 0.5 * 2.5 + 2.375
        ("sgd", 1.0 - 0.1 * 2.5 - 0.1 * (0.5 * 2.5 + 2.0 + 0.5 * 0.75)),
        # adam's steps are the sign of (gradient + decay) here
        ("adam", 1.0 - 0.1 - 0.1),
        # adamw shrinks by 1 - 0.1 * 0.5 before each step
        ("adamw", (1.0 * 0.95 - 0.1) * 0.95 - 0.1),
    ],
)
def test_each_kind_moves_a_weight_by_its_own_rule(kind: str, moved: float) -> None:
    network = nn.Linear(2, 2, bias=False)
    nn.init.ones_(network.weight)
    recipe = OptimiserRecipe(kind=kind, rate=0.1, weight_decay=0.5, momentum=0.5, betas=(0.0, 0.0))
    optimiser = make_optimiser(network, recipe, fused=False)
    for _ in range(2):
        network.weight.grad = torch.full((2, 2), 2.0)
        optimiser.step()
    torch.testing.assert_close(network.weight.detach(), torch.full((2, 2), moved))


@pytest.mark.parametrize("kind", ["sgd", "adam", "adamw"])
def test_torch_may_group_the_tensors_of_what_is_not_fused(kind: str) -> None:
    defaults = make_optimiser(nn.Linear(2, 2), OptimiserRecipe(kind=kind), fused=False).defaults
    assert defaults["fused"] is None and defaults["foreach"] is None


def test_rates_by_layer_want_a_convnext() -> None:
    with torch.device("meta"):
        network = create_network("cmx", optical_channels=3, sar_channels=1, num_classes=2)
    with pytest.raises(InputError, match="has no ConvNeXt V2 encoder; expected asanet.*layer_decay=null"):
        parameter_groups(network, OptimiserRecipe(layer_decay=0.9))


def test_unknown_kinds_and_rules_are_refused() -> None:
    with pytest.raises(InputError, match="optimiser.kind is 'lion'; expected adamw, adam or sgd"):
        OptimiserRecipe(kind="lion")
    with pytest.raises(InputError, match="optimiser.layer_rule is 'block'; expected stage or layer"):
        OptimiserRecipe(layer_rule="block")
