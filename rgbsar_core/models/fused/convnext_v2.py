"""Blocks and normalisations of ConvNeXt V2 with as few passes over their maps as the arithmetic allows.

The normalisation's factor and summand go into the layer behind it, and so does GRN's summand. On a GPU with Triton
a block is four kernels (`kernels.py`): depthwise convolution and normalisation; expansion, GELU and the sums of
squares; GRN's factors; projection of the scaled map plus the block's input.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..encoders.convnext_v2 import EPSILON, Block
from ..layers.channel_norm import ChannelNorm
from . import launch
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
            return launch.channel_norm(x, self.weight, self.bias, self.eps)
        y = x.permute(0, 2, 3, 1).to(torch.promote_types(x.dtype, torch.float32))
        weight, bias = self.weight.to(y.dtype), self.bias.to(y.dtype)
        return F.layer_norm(y, y.shape[-1:], weight, bias, self.eps).to(x.dtype).permute(0, 3, 1, 2)
