"""Blocks and normalisations of ConvNeXt V2 with as few passes over their maps as the arithmetic allows.

The normalisation's factor and summand go into the layer behind it, and so does GRN's summand. On a GPU with Triton
a block is four kernels (`kernels.py`): depthwise convolution and normalisation; expansion, GELU and the sums of
squares; GRN's factors; projection of the scaled map plus the block's input. Where the map is small, the last two are a
pass that scales it, and a library's product.
"""

from __future__ import annotations

from typing import Any, Union

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..encoders.convnext_v2 import EPSILON, Block
from ..layers.channel_norm import ChannelNorm
from . import joint_launch, launch
from .folding import linear


class FusedBlock(nn.Module):
    """A `Block` in evaluation mode; its answer has the type of its input."""

    def __init__(self, block: Block) -> None:
        super().__init__()
        self.depthwise = block.depthwise
        expand, project = (layer.weight.detach().double() for layer in (block.expand, block.project))
        expand_bias, project_bias = (layer.bias.detach().double() for layer in (block.expand, block.project))
        factor, summand = block.norm.weight.detach().double(), block.norm.bias.detach().double()
        self.expand = linear(expand * factor, expand_bias + expand @ summand, like=block.expand.weight)
        beta = block.grn.beta.detach().double()
        self.project = linear(project, project_bias + project @ beta, like=block.project.weight)
        self.gamma = nn.Parameter(block.grn.gamma.detach(), requires_grad=False)

    def forward(self, x: Tensor) -> Tensor:
        """x (N, C, H, W) -> (N, C, H, W)."""
        if launch.is_ready(x, self.expand.weight):
            return launch.block(x, self.depthwise, self.expand, self.project, self.gamma, EPSILON)
        y = self.depthwise(x).permute(0, 2, 3, 1)  # (N, H, W, C)
        y = F.layer_norm(y, y.shape[-1:], eps=EPSILON).to(x.dtype)
        y = F.gelu(self.expand(y))  # (N, H, W, 4C)
        values = y.to(torch.promote_types(y.dtype, torch.float32))
        norm = (values * values).sum(dim=(1, 2), keepdim=True).sqrt()  # (N, 1, 1, 4C)
        scale = 1.0 + self.gamma * (norm / (norm.mean(dim=-1, keepdim=True) + EPSILON))
        y = self.project(y * scale.to(y.dtype)).permute(0, 3, 1, 2)  # (N, C, H, W)
        return x + y.to(x.dtype)


class FusedStem(nn.Module):
    """The first convolution, of patches that do not overlap, as a product, and its normalisation."""

    def __init__(self, parts: Any) -> None:
        super().__init__()
        convolution, norm = parts
        self.side = convolution.stride[0]
        self.product = _patch_product(convolution.weight.detach().double(), convolution)
        self.norm = FusedChannelNorm(norm)

    def forward(self, x: Tensor) -> Tensor:
        """x (N, C, H, W) -> (N, C', H // side, W // side)."""
        side = self.side
        height, width = x.shape[2] // side, x.shape[3] // side
        x = x.permute(0, 2, 3, 1)[:, : side * height, : side * width]
        cut = x.unflatten(1, (height, side)).unflatten(3, (width, side)).transpose(2, 3)  # (N, h, w, side, side, C)
        if launch.is_fast(self.product.weight):
            cut = torch.empty(cut.shape, dtype=self.product.weight.dtype, device=x.device).copy_(cut)
        result: Tensor = self.norm(self.product(cut.flatten(3)).permute(0, 3, 1, 2))
        return result


class FusedDownsample(nn.Module):
    """Normalisation and 2x2 convolution of stride 2: the map is normalised into patches, which meet one matrix."""

    def __init__(self, parts: Any) -> None:
        super().__init__()
        norm, convolution = parts
        self.eps = norm.eps
        weight = convolution.weight.detach().double()  # (out, C, 2, 2)
        factor, summand = norm.weight.detach().double(), norm.bias.detach().double()
        extra = torch.einsum("ocij,c->o", weight, summand)
        self.product = _patch_product(weight * factor[:, None, None], convolution, extra)

    def forward(self, x: Tensor) -> Tensor:
        """x (N, C, H, W) -> (N, C', H // 2, W // 2)."""
        if launch.is_ready(x, self.product.weight):
            patches = joint_launch.patched_norm(x, self.eps)
        else:
            height, width = x.shape[2] // 2, x.shape[3] // 2
            y = x.permute(0, 2, 3, 1)[:, : 2 * height, : 2 * width]
            y = y.to(torch.promote_types(x.dtype, torch.float32))
            y = F.layer_norm(y, y.shape[-1:], eps=self.eps).to(x.dtype)
            patches = y.unflatten(1, (height, 2)).unflatten(3, (width, 2)).transpose(2, 3).flatten(3)
        result: Tensor = self.product(patches).permute(0, 3, 1, 2)
        return result


def _patch_product(weight: Tensor, like: nn.Conv2d, extra: Union[float, Tensor] = 0.0) -> nn.Linear:
    """A convolution of patches side by side as a layer of (row, column, channel)."""
    bias = torch.zeros(len(weight)) if like.bias is None else like.bias.detach().double()
    return linear(weight.permute(0, 2, 3, 1).flatten(1), bias + extra, like=like.weight)


class FusedChannelNorm(nn.Module):
    """A `ChannelNorm` whose answer has the type of its input, under autocast too."""

    def __init__(self, norm: ChannelNorm) -> None:
        super().__init__()
        self.eps = norm.eps
        self.weight = nn.Parameter(norm.weight.detach(), requires_grad=False)
        self.bias = nn.Parameter(norm.bias.detach(), requires_grad=False)

    def forward(self, x: Tensor) -> Tensor:
        """x (N, C, H, W) -> the same shape, in channels-last memory."""
        if launch.is_ready(x, x):
            return joint_launch.channel_norm(x, self.weight, self.bias, self.eps)
        y = x.permute(0, 2, 3, 1).to(torch.promote_types(x.dtype, torch.float32))
        weight, bias = self.weight.to(y.dtype), self.bias.to(y.dtype)
        return F.layer_norm(y, y.shape[-1:], weight, bias, self.eps).to(x.dtype).permute(0, 3, 1, 2)
