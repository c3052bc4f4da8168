"""Weights of neighbouring linear steps multiplied out, once, in double precision."""

from __future__ import annotations

from typing import Union

import torch
from torch import Tensor, nn

from ..layers.conv import ConvNormAct


def folded(unit: ConvNormAct) -> tuple[Tensor, Tensor]:
    """Weight and bias of a convolution that gives what convolution and batch normalisation give together."""
    weight = unit.conv.weight.detach().double()
    bias = torch.zeros(len(weight), dtype=torch.float64) if unit.conv.bias is None else unit.conv.bias.detach().double()
    norm = unit.norm
    if not isinstance(norm, nn.BatchNorm2d):
        return weight, bias.to(weight.device)
    if norm.running_mean is None or norm.running_var is None:
        return weight, bias.to(weight.device)
    factor = norm.weight.detach().double() / (norm.running_var.double() + norm.eps).sqrt()
    shift = norm.bias.detach().double() - norm.running_mean.double() * factor
    return weight * factor.reshape(-1, 1, 1, 1), bias.to(weight.device) * factor + shift


def convolution(weight: Tensor, bias: Tensor, like: nn.Conv2d) -> nn.Conv2d:
    """A convolution of these numbers, otherwise as `like`."""
    made: nn.Conv2d = nn.utils.skip_init(
        nn.Conv2d,
        weight.shape[1] * like.groups,
        weight.shape[0],
        like.kernel_size,  # type: ignore[arg-type]
        stride=like.stride,
        padding=like.padding,
        dilation=like.dilation,
        groups=like.groups,
        dtype=like.weight.dtype,
        device=like.weight.device,
    )
    _fill(made, weight, bias)
    return made


def linear(weight: Tensor, bias: Tensor, like: Tensor) -> nn.Linear:
    """A linear layer of these numbers, (out, in), in the type and on the device of `like`."""
    made: nn.Linear = nn.utils.skip_init(
        nn.Linear, weight.shape[1], weight.shape[0], dtype=like.dtype, device=like.device
    )
    _fill(made, weight, bias)
    return made


def fold_batch_norms(network: nn.Module) -> None:
    """Let every convolution do the work of the batch normalisation behind it."""
    for unit in network.modules():
        if isinstance(unit, ConvNormAct) and isinstance(unit.norm, nn.BatchNorm2d):
            unit.conv, unit.norm = convolution(*folded(unit), like=unit.conv), nn.Identity()


def _fill(layer: Union[nn.Conv2d, nn.Linear], weight: Tensor, bias: Tensor) -> None:
    layer.requires_grad_(False)
    layer.weight.copy_(weight.reshape(layer.weight.shape))
    if layer.bias is not None:
        layer.bias.copy_(bias)
