"""Optimisers: which parameters decay, and at which share of the rate each layer moves.

Layer-wise rates follow mmsegmentation's `LearningRateDecayOptimizerConstructor` for ConvNeXt, which ASANet's
recipe uses; as measured there (whu-pzhang/ASANet at commit 58f64c3), with a decay of 0.9 by stage the
down-samplings move at 0.9^7, stages 1 to 4 at 0.9^6 to 0.9^3, everything else (norms of the stages too) at 1.
"""

from __future__ import annotations

import re
from typing import Any

import torch
from torch import nn

from rgbsar_core.errors import InputError
from rgbsar_core.models.encoders.convnext_v2 import ConvNextV2Encoder

from .recipe import OptimiserRecipe

SHARE = "share"
"""Key of a parameter group: its share of the rate."""

STAGE_STEPS = 8
"""Steps of the stage rule: down-samplings, four stages, two that nothing has, everything else."""

BLOCKS_PER_STEP = 3
"""Blocks of the long third stage that move alike under the layer rule."""

_PART = re.compile(r"(downsamples|stages)\.(\d+)\.(\d+)\.")


def make_optimiser(network: nn.Module, recipe: OptimiserRecipe, fused: bool) -> torch.optim.Optimizer:
    """The recipe's optimiser over the network's parameters.

    Args:
        network: whose parameters it moves.
        recipe: of the run.
        fused: one kernel for many parameters; faster, rounds differently. Else torch chooses: on a GPU one for each
            operation, which an outright False would forbid, for thousands of launches a step.

    Raises:
        InputError: rates by layer for a network without a ConvNeXt V2 encoder; nothing to train.
    """
    groups = parameter_groups(network, recipe)
    if recipe.kind == "sgd":
        return torch.optim.SGD(groups, lr=recipe.rate, momentum=recipe.momentum, fused=fused or None)
    kind = torch.optim.AdamW if recipe.kind == "adamw" else torch.optim.Adam
    return kind(groups, lr=recipe.rate, betas=recipe.betas, fused=fused or None)


def parameter_groups(network: nn.Module, recipe: OptimiserRecipe) -> list[dict[str, Any]]:
    """Parameters by weight decay and share of the rate; one-dimensional ones decay only with `decay_flat`.

    Frozen ones are left out.

    Raises:
        InputError: see `make_optimiser`.
    """
    encoders = {
        f"{name}.": tuple(len(stage) for stage in module.stages)  # type: ignore[arg-type]
        for name, module in network.named_modules()
        if isinstance(module, ConvNextV2Encoder)
    }
    if recipe.layer_decay is not None and not encoders:
        raise InputError(
            "optimiser.layer_decay is set, but the network has no ConvNeXt V2 encoder; expected asanet, "
            "upernet_convnextv2 or whfnet. Set optimiser.layer_decay=null."
        )
    groups: dict[tuple[float, bool], list[nn.Parameter]] = {(1.0, False): [], (1.0, True): []}
    for name, parameter in network.named_parameters():
        if not parameter.requires_grad:
            continue
        flat = parameter.numel() == max(parameter.shape, default=1)
        share = 1.0
        for prefix, depths in encoders.items():
            if recipe.layer_decay is not None and name.startswith(prefix):
                share = rate_share(name.removeprefix(prefix), recipe.layer_decay, recipe.layer_rule, depths)
        groups.setdefault((share, flat), []).append(parameter)
    if not any(groups.values()):
        raise InputError(
            "network.frozen names all of the network, so that nothing is left to train; expected a part of it. Take "
            "some of its names out."
        )
    return [
        {"params": group, "weight_decay": 0.0 if flat and not recipe.decay_flat else recipe.weight_decay, SHARE: share}
        for (share, flat), group in groups.items()
        if group
    ]


def rate_share(name: str, decay: float, rule: str, depths: tuple[int, ...]) -> float:
    """Share of the rate of one parameter of a ConvNeXt V2 encoder.

    Args:
        name: in the encoder.
        decay: factor of one step.
        rule: stage, or layer: stages 1 and 2 are a step each, stage 3 one for every three blocks, stage 4 one; a
            down-sampling moves with the stage behind it, but for the third, which moves with the first blocks.
        depths: blocks of the four stages.
    """
    found = _PART.match(name)
    if found is None:
        return 1.0
    part, stage, block = found[1], int(found[2]), int(found[3])
    if rule == "stage":
        layer = 0 if part == "downsamples" else stage + 1
        return decay ** (STAGE_STEPS - 1 - layer)
    last = 2 + -(-depths[2] // BLOCKS_PER_STEP) + 1
    if part == "downsamples":
        layer = (0, 2, 3, last)[stage]
    else:
        layer = (1, 2, 3 + block // BLOCKS_PER_STEP, last)[stage]
    return decay ** (last + 1 - layer)
