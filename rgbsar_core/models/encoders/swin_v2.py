"""Swin Transformer V2 encoder, depth of size tiny: four stages at strides 4, 8, 16 and 32.

Paper: Liu et al., Swin Transformer V2: Scaling Up Capacity and Resolution, CVPR 2022
(doi:10.1109/CVPR52688.2022.01170). Written from shared/reference/whfnet/spec.md, section 4.

Maps are (N, H, W, C) inside. What depends on the window alone (the table of offsets, the index of pairs) and the
masks of shifted windows are made anew in each pass, which costs next to nothing: there are no buffers.
"""

from __future__ import annotations

import math
from typing import NamedTuple, Optional

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..layers.channel_norm import ChannelNorm
from ..layers.drop_path import DropPath

DEPTHS = (2, 2, 6, 2)
HEAD_WIDTH = 32
EPSILON = 1e-5
LARGEST_LOGIT_SCALE = math.log(100.0)
LARGEST_BIAS = 16.0
MASKED = -100.0


class Positions(NamedTuple):
    """Relative positions inside a window of w x w tokens.

    Attributes:
        offsets: ((2w - 1)^2, 2), log-spaced offsets (dy, dx) of a query from a key.
        pairs: (w^2, w^2), the row of `offsets` of each query and key.
    """

    offsets: Tensor
    pairs: Tensor


class SwinV2Encoder(nn.Module):
    """Patch embedding, four stages of blocks, and a normalisation for the output of each stage.

    The plain stream, not the normalised one, goes on to the next stage.

    Args:
        in_channels: bands of the input.
        width: channels of the first stage, a multiple of 32; the others double it. Size tiny has 96.
        window: side of the attention windows, tokens; no map may be narrower: inputs of 32 x window or more.
        drop_path_rate: probability of skipping the last block in training; it rises linearly from 0.

    Linear layers start from a truncated normal distribution (0.02) and biases of 0, as ConvNeXt V2's here, which is
    ours; the convolution from torch's defaults, the logit scale from ln 10.
    """

    def __init__(self, in_channels: int, width: int, window: int, drop_path_rate: float) -> None:
        super().__init__()
        self.window = window
        widths = [width * 2**i for i in range(len(DEPTHS))]
        self.downsamples = nn.ModuleList([PatchEmbedding(in_channels, width)])
        self.downsamples.extend(PatchMerging(channels) for channels in widths[:-1])
        blocks = sum(DEPTHS)
        rates = [drop_path_rate * i / (blocks - 1) for i in range(blocks)]
        self.stages = nn.ModuleList(
            Stage(Block(channels, rates.pop(0)) for _ in range(depth))
            for channels, depth in zip(widths, DEPTHS)
        )
        self.norms = nn.ModuleList(ChannelNorm(channels, eps=EPSILON) for channels in widths)
        self.apply(_initialise)

    @property
    def stem(self) -> nn.Conv2d:
        """The convolution that sees the bands."""
        stem: nn.Conv2d = self.downsamples[0].projection  # type: ignore[assignment]
        return stem

    def forward(self, x: Tensor) -> list[Tensor]:
        """x (N, C, H, W), sides multiples of 32 -> four normalised maps (N, C_i, H / 4 ... H / 32, ...)."""
        positions = relative_positions(self.window, x.device)
        maps = []
        for downsample, stage, norm in zip(self.downsamples, self.stages, self.norms):
            x = stage(downsample(x), self.window, positions)  # (N, h, w, C_i)
            maps.append(norm(x.permute(0, 3, 1, 2)))
        return maps


class PatchEmbedding(nn.Module):
    """Squares of 4 x 4 pixels as tokens."""

    def __init__(self, in_channels: int, channels: int) -> None:
        super().__init__()
        self.projection = nn.Conv2d(in_channels, channels, 4, stride=4)
        self.norm = nn.LayerNorm(channels, eps=EPSILON)

    def forward(self, x: Tensor) -> Tensor:
        """x (N, C, H, W) -> (N, H / 4, W / 4, C')."""
        tokens: Tensor = self.norm(self.projection(x).permute(0, 2, 3, 1))
        return tokens


class PatchMerging(nn.Module):
    """Four neighbours into one token of twice the channels; the order is channel-major, the norm comes last."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.reduction = nn.Linear(4 * channels, 2 * channels, bias=False)
        self.norm = nn.LayerNorm(2 * channels, eps=EPSILON)

    def forward(self, x: Tensor) -> Tensor:
        """x (N, H, W, C) -> (N, H / 2, W / 2, 2C)."""
        x = F.pixel_unshuffle(x.permute(0, 3, 1, 2), 2).permute(0, 2, 3, 1)  # (N, H / 2, W / 2, 4C), c dy dx
        merged: Tensor = self.norm(self.reduction(x))
        return merged


class Stage(nn.ModuleList):
    """Blocks of one stride; every second one shifts the windows by half, if the map is larger than one."""

    def forward(self, x: Tensor, window: int, positions: Positions) -> Tensor:
        """x (N, H, W, C) -> the same shape."""
        height, width = x.shape[1:3]
        shift = window // 2 if min(height, width) > window else 0
        mask = shift_mask(height, width, window, shift, x.device) if shift else None
        for i, block in enumerate(self):
            x = block(x, window, positions, shift, mask) if i % 2 else block(x, window, positions)
        return x


class Block(nn.Module):
    """x + norm(DropPath(attention(x))), then x + norm(DropPath(perceptron(x))) (paper, section 3.2).

    The norm follows DropPath: a skipped branch adds the norm's bias.
    """

    def __init__(self, channels: int, drop_path: float) -> None:
        super().__init__()
        self.attention = WindowAttention(channels)
        self.norm1 = nn.LayerNorm(channels, eps=EPSILON)
        self.mlp = nn.Sequential(nn.Linear(channels, 4 * channels), nn.GELU(), nn.Linear(4 * channels, channels))
        self.norm2 = nn.LayerNorm(channels, eps=EPSILON)
        self.drop_path = DropPath(drop_path)

    def forward(
        self, x: Tensor, window: int, positions: Positions, shift: int = 0, mask: Optional[Tensor] = None
    ) -> Tensor:
        """x (N, H, W, C) -> the same shape; `mask` as `shift_mask` makes it, where the windows are shifted."""
        height, width = x.shape[1:3]
        y = _pad(x, window)  # zeros on the right and at the bottom; nothing masks them
        padded = y.shape[1:3]
        if shift:
            y = y.roll((-shift, -shift), dims=(1, 2))
        y = self.attention(_split(y, window), positions, mask)
        y = _join(y, window, padded[0], padded[1])
        if shift:
            y = y.roll((shift, shift), dims=(1, 2))
        x = x + self.norm1(self.drop_path(y[:, :height, :width]))
        result: Tensor = x + self.norm2(self.drop_path(self.mlp(x)))
        return result


class WindowAttention(nn.Module):
    """Scaled cosine attention with a continuous log-spaced position bias (paper, sections 3.2 and 3.3)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.heads = channels // HEAD_WIDTH
        self.qkv = nn.Linear(channels, 3 * channels, bias=False)
        self.q_bias = nn.Parameter(torch.zeros(channels))
        self.v_bias = nn.Parameter(torch.zeros(channels))
        self.logit_scale = nn.Parameter(torch.full((self.heads, 1, 1), math.log(10.0)))
        self.position_mlp = nn.Sequential(nn.Linear(2, 512), nn.ReLU(), nn.Linear(512, self.heads, bias=False))
        self.project = nn.Linear(channels, channels)

    def forward(self, x: Tensor, positions: Positions, mask: Optional[Tensor]) -> Tensor:
        """x (N * windows, T, C), mask (windows, T, T) or None -> (N * windows, T, C)."""
        bias = torch.cat([self.q_bias, torch.zeros_like(self.q_bias), self.v_bias])  # none for the keys
        qkv = F.linear(x, self.qkv.weight, bias).unflatten(-1, (3, self.heads, HEAD_WIDTH))
        q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)  # (N * windows, heads, T, HEAD_WIDTH) each
        scale = self.logit_scale.clamp(max=LARGEST_LOGIT_SCALE).exp()
        q, k = _unit(q) * scale, _unit(k)
        scores = self.position_bias(positions)  # added to q . k
        if mask is not None:
            scores = (scores + mask.unsqueeze(1).to(scores.dtype)).repeat(x.shape[0] // mask.shape[0], 1, 1, 1)
        y = F.scaled_dot_product_attention(q.to(v.dtype), k.to(v.dtype), v, attn_mask=scores.to(v.dtype), scale=1.0)
        result: Tensor = self.project(y.transpose(1, 2).flatten(2))
        return result

    def position_bias(self, positions: Positions) -> Tensor:
        """(1, heads, T, T), in 0..16."""
        offsets = positions.offsets.to(self.logit_scale.dtype)
        bias = self.position_mlp(offsets)[positions.pairs]  # (T, T, heads)
        return LARGEST_BIAS * torch.sigmoid(bias.permute(2, 0, 1).unsqueeze(0))


def relative_positions(window: int, device: torch.device) -> Positions:
    """Offsets in float32 whatever the network's precision: z = 8 d / (w - 1), then sign(z) log2(|z| + 1) / 3."""
    steps = torch.arange(1 - window, window, dtype=torch.float32, device=device) / (window - 1) * 8
    steps = torch.sign(steps) * torch.log2(steps.abs() + 1.0) / 3.0
    side = 2 * window - 1
    offsets = torch.stack([steps.repeat_interleave(side), steps.repeat(side)], dim=1)
    token = torch.arange(window * window, device=device)
    row, column = token // window, token % window
    pairs = (row[:, None] - row + window - 1) * side + column[:, None] - column + window - 1
    return Positions(offsets, pairs)


def shift_mask(height: int, width: int, window: int, shift: int, device: torch.device) -> Tensor:
    """What is added to the scores of pairs that shifting brought together: (windows, T, T), 0 or -100."""
    sides = [torch.arange(_next_multiple(side, window), device=device) for side in (height, width)]
    rows, columns = [(at >= len(at) - window).long() + (at >= len(at) - shift) for at in sides]
    region = _split((3 * rows[:, None] + columns)[None, :, :, None], window)  # (windows, T, 1)
    return MASKED * (region != region.transpose(1, 2))


def _unit(x: Tensor) -> Tensor:
    """Rows of x divided by their length, in float32 at least."""
    return F.normalize(x.to(torch.promote_types(x.dtype, torch.float32)), dim=-1, eps=1e-12)


def _split(x: Tensor, window: int) -> Tensor:
    """x (N, H, W, C), sides multiples of the window -> (N * windows, window^2, C), row by row."""
    x = x.unflatten(2, (-1, window)).unflatten(1, (-1, window))  # (N, H / w, w, W / w, w, C)
    return x.transpose(2, 3).flatten(3, 4).flatten(0, 2)


def _join(x: Tensor, window: int, height: int, width: int) -> Tensor:
    """The inverse of `_split`."""
    x = x.unflatten(1, (window, window)).unflatten(0, (-1, height // window, width // window))
    return x.transpose(2, 3).flatten(3, 4).flatten(1, 2)


def _pad(x: Tensor, window: int) -> Tensor:
    height, width = x.shape[1:3]
    return F.pad(x, (0, 0, 0, _next_multiple(width, window) - width, 0, _next_multiple(height, window) - height))


def _next_multiple(side: int, multiple: int) -> int:
    return -(-side // multiple) * multiple


def _initialise(module: nn.Module) -> None:
    if isinstance(module, nn.Linear):
        nn.init.trunc_normal_(module.weight, std=0.02)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
