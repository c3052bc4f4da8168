"""Mix Transformer encoder MiT-B2: four stages at strides 4, 8, 16 and 32, in SegFormer's key names.

Paper: Xie et al., SegFormer: Simple and Efficient Design for Semantic Segmentation with Transformers, NeurIPS 2021
(arXiv 2105.15203). Written from shared/reference/cmx/spec.md, section 1.

Inside a stage, maps are (N, H, W, C): linear layers and normalisation act on the last dimension, and a convolution
sees the same memory as channels-last. Two eps of LayerNorm coexist: 1e-6 in the blocks and after a stage, 1e-5 after
a patch embedding and after a spatial reduction.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

import torch.nn.functional as F
from torch import Tensor, nn

from ..layers.drop_path import DropPath

STAGES = 4
CHANNELS = (64, 128, 320, 512)
DEPTHS = (3, 4, 6, 3)
HEADS = (1, 2, 5, 8)
#: Side of the squares of positions that become one key and value.
REDUCTIONS = (8, 4, 2, 1)
HEAD_WIDTH = 64
#: (kernel, stride) of the patch embedding of each stage.
EMBEDDINGS = ((7, 4), (3, 2), (3, 2), (3, 2))
EPSILON = 1e-6


class MixTransformerEncoder(nn.Module):
    """MiT-B2; a SegFormer file of ImageNet weights fits by name, its classifier `head` left out.

    Args:
        in_channels: bands of the input.
        drop_path_rates: of the 16 blocks, first stage first: probability of skipping it in training.

    Linear layers start from a truncated normal distribution of standard deviation 0.02, convolutions from
    Kaiming's over fan-out; the groups of a depthwise one share its fan.
    """

    def __init__(self, in_channels: int, drop_path_rates: Sequence[float]) -> None:
        super().__init__()
        inputs = (in_channels, *CHANNELS)
        ends = list(accumulate(DEPTHS))
        for i in range(STAGES):
            rates = drop_path_rates[ends[i] - DEPTHS[i] : ends[i]]
            blocks = (Block(CHANNELS[i], HEADS[i], REDUCTIONS[i], rate) for rate in rates)
            self.add_module(f"patch_embed{i + 1}", OverlapPatchEmbedding(inputs[i], CHANNELS[i], *EMBEDDINGS[i]))
            self.add_module(f"block{i + 1}", nn.Sequential(*blocks))
            self.add_module(f"norm{i + 1}", nn.LayerNorm(CHANNELS[i], eps=EPSILON))
        self.apply(initialise)

    @property
    def stem(self) -> nn.Conv2d:
        """The convolution that sees the bands."""
        stem: nn.Conv2d = self.get_submodule("patch_embed1.proj")  # type: ignore[assignment]
        return stem

    def stage(self, index: int, x: Tensor) -> Tensor:
        """One stage, 0 to 3: (N, C_{i-1}, H, W) -> normalised map (N, C_i, H', W'), sizes rounded up."""
        for part in ("patch_embed", "block", "norm"):
            x = self.get_submodule(f"{part}{index + 1}")(x)
        return x.permute(0, 3, 1, 2)

    def forward(self, x: Tensor) -> list[Tensor]:
        """x (N, C, H, W) -> the four normalised maps."""
        maps = []
        for i in range(STAGES):
            x = self.stage(i, x)
            maps.append(x)
        return maps


class OverlapPatchEmbedding(nn.Module):
    """A strided convolution whose kernels overlap, and normalisation."""

    def __init__(self, in_channels: int, out_channels: int, kernel_size: int, stride: int) -> None:
        super().__init__()
        self.proj = nn.Conv2d(in_channels, out_channels, kernel_size, stride=stride, padding=kernel_size // 2)
        self.norm = nn.LayerNorm(out_channels)

    def forward(self, x: Tensor) -> Tensor:
        """x (N, C_in, H, W) -> (N, H / stride, W / stride, C_out)."""
        x = self.norm(self.proj(x).permute(0, 2, 3, 1))
        return x


class Block(nn.Module):
    """x + attention(norm(x)), then x + Mix-FFN(norm(x)), each with stochastic depth."""

    def __init__(self, channels: int, heads: int, reduction: int, drop_path: float) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(channels, eps=EPSILON)
        self.attn = EfficientSelfAttention(channels, heads, reduction)
        self.norm2 = nn.LayerNorm(channels, eps=EPSILON)
        self.mlp = MixFeedForward(channels)
        self.drop_path = DropPath(drop_path)

    def forward(self, x: Tensor) -> Tensor:
        """x (N, H, W, C) -> (N, H, W, C)."""
        x = x + self.drop_path(self.attn(self.norm1(x)))
        x = x + self.drop_path(self.mlp(self.norm2(x)))
        return x


class EfficientSelfAttention(nn.Module):
    """Every position asks; squares of `reduction` x `reduction` positions answer."""

    def __init__(self, channels: int, heads: int, reduction: int) -> None:
        super().__init__()
        self.heads = heads
        self.reduction = reduction
        self.q = nn.Linear(channels, channels)
        self.kv = nn.Linear(channels, 2 * channels)
        self.proj = nn.Linear(channels, channels)
        if reduction > 1:
            self.sr = nn.Conv2d(channels, channels, reduction, stride=reduction)
            self.norm = nn.LayerNorm(channels)

    def forward(self, x: Tensor) -> Tensor:
        """x (N, H, W, C) -> (N, H, W, C)."""
        images = x.shape[0]
        query = self.q(x).reshape(images, -1, self.heads, HEAD_WIDTH).transpose(1, 2)  # (N, heads, H W, 64)
        reduced = x
        if self.reduction > 1:
            reduced = self.norm(self.sr(x.permute(0, 3, 1, 2)).permute(0, 2, 3, 1))
        key_value = self.kv(reduced).reshape(images, -1, 2, self.heads, HEAD_WIDTH)
        key, value = key_value.permute(2, 0, 3, 1, 4).unbind(0)  # (N, heads, H W / reduction ** 2, 64)
        answer = F.scaled_dot_product_attention(query, key, value)
        result: Tensor = self.proj(answer.transpose(1, 2).reshape(x.shape))
        return result


class MixFeedForward(nn.Module):
    """Mix-FFN: expand by 4, a depthwise 3x3 convolution that tells positions apart, GELU, project."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(channels, 4 * channels)
        self.dwconv = DepthwiseConv(4 * channels)
        self.fc2 = nn.Linear(4 * channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        """x (N, H, W, C) -> (N, H, W, C)."""
        x = self.fc2(F.gelu(self.dwconv(self.fc1(x))))
        return x


class DepthwiseConv(nn.Module):
    """The 3x3 convolution of Mix-FFN; a module of its own for the key name `dwconv.dwconv`."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.dwconv = nn.Conv2d(channels, channels, 3, padding=1, groups=channels)

    def forward(self, x: Tensor) -> Tensor:
        """x (N, H, W, C) -> (N, H, W, C)."""
        x = self.dwconv(x.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
        return x


def initialise(module: nn.Module) -> None:
    """Fresh weights of the encoder's rule, for one linear layer or convolution."""
    if isinstance(module, nn.Linear):
        nn.init.trunc_normal_(module.weight, std=0.02)
    elif isinstance(module, nn.Conv2d):
        fan_out = module.kernel_size[0] * module.kernel_size[1] * module.out_channels // module.groups
        nn.init.normal_(module.weight, std=(2.0 / fan_out) ** 0.5)
    else:
        return
    if module.bias is not None:
        nn.init.zeros_(module.bias)
