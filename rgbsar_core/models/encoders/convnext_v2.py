"""ConvNeXt V2 encoder: four stages at strides 4, 8, 16 and 32.

Paper: Woo et al., ConvNeXt V2: Co-designing and Scaling ConvNets with Masked Autoencoders, CVPR 2023
(doi:10.1109/CVPR52729.2023.01548). Written from shared/reference/asanet/spec.md, section 2.

Layers that work on channels (normalisation, linear, GELU, GRN) run on an (N, H, W, C) view. With a
channels-last input, as the first normalisation makes it, that view costs no copy.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..layers.channel_norm import ChannelNorm
from ..layers.drop_path import DropPath

EPSILON = 1e-6
STAGES = 4


@dataclass(frozen=True)
class ConvNextV2Size:
    """Blocks and channels of the four stages, and the drop-path rate that suits the size in training."""

    depths: tuple[int, int, int, int]
    channels: tuple[int, int, int, int]
    drop_path_rate: float


#: The authors' widths and depths (paper, section 4 and appendix).
SIZES: dict[str, ConvNextV2Size] = {
    "atto": ConvNextV2Size((2, 2, 6, 2), (40, 80, 160, 320), 0.1),
    "femto": ConvNextV2Size((2, 2, 6, 2), (48, 96, 192, 384), 0.1),
    "pico": ConvNextV2Size((2, 2, 6, 2), (64, 128, 256, 512), 0.1),
    "nano": ConvNextV2Size((2, 2, 8, 2), (80, 160, 320, 640), 0.2),
    "tiny": ConvNextV2Size((3, 3, 9, 3), (96, 192, 384, 768), 0.4),
    "base": ConvNextV2Size((3, 3, 27, 3), (128, 256, 512, 1024), 0.4),
}


class ConvNextV2Encoder(nn.Module):
    """The four stages, each with its down-sampling in front and a normalisation for its output.

    The caller decides where the output normalisations act: a network may pass the normalised map on to the
    next stage (ASANet does) or the plain one (`forward` does, as ConvNeXt).

    Args:
        in_channels: bands of the input.
        size: blocks and channels.
        drop_path_rate: probability of skipping the last block in training; it rises linearly from 0.
    """

    def __init__(self, in_channels: int, size: ConvNextV2Size, drop_path_rate: float) -> None:
        super().__init__()
        channels = size.channels
        self.downsamples = nn.ModuleList([_stem(in_channels, channels[0])])
        self.downsamples.extend(_downsample(channels[i - 1], channels[i]) for i in range(1, STAGES))
        blocks = sum(size.depths)
        rates = [drop_path_rate * i / (blocks - 1) for i in range(blocks)]
        self.stages = nn.ModuleList()
        for width, depth in zip(channels, size.depths):
            self.stages.append(nn.Sequential(*(Block(width, rates.pop(0)) for _ in range(depth))))
        self.norms = nn.ModuleList(ChannelNorm(width, eps=EPSILON) for width in channels)
        self.apply(_initialise)

    @property
    def stem(self) -> nn.Conv2d:
        """The convolution that sees the bands."""
        stem: nn.Conv2d = self.downsamples[0][0]  # type: ignore[index]
        return stem

    def stage(self, index: int, x: Tensor) -> Tensor:
        """Run down-sampling and blocks of one stage: (N, C_{i-1}, H, W) -> (N, C_i, H', W')."""
        result: Tensor = self.stages[index](self.downsamples[index](x))
        return result

    def forward(self, x: Tensor) -> list[Tensor]:
        """x (N, C, H, W) -> four normalised maps at strides 4, 8, 16, 32; sizes are rounded down."""
        maps = []
        for i in range(STAGES):
            x = self.stage(i, x)
            maps.append(self.norms[i](x))
        return maps


class Block(nn.Module):
    """x + DropPath(project(GRN(GELU(expand(norm(depthwise(x))))))), paper Fig. 5 (right)."""

    def __init__(self, channels: int, drop_path: float) -> None:
        super().__init__()
        self.depthwise = nn.Conv2d(channels, channels, 7, padding=3, groups=channels)
        self.norm = nn.LayerNorm(channels, eps=EPSILON)
        self.expand = nn.Linear(channels, 4 * channels)
        self.grn = GlobalResponseNorm(4 * channels)
        self.project = nn.Linear(4 * channels, channels)
        self.drop_path = DropPath(drop_path)

    def forward(self, x: Tensor) -> Tensor:
        """x (N, C, H, W) -> (N, C, H, W)."""
        y = self.depthwise(x).permute(0, 2, 3, 1)  # (N, H, W, C)
        y = self.grn(F.gelu(self.expand(self.norm(y))))  # (N, H, W, 4C)
        y = self.project(y).permute(0, 3, 1, 2)  # (N, C, H, W)
        result: Tensor = x + self.drop_path(y)
        return result


class GlobalResponseNorm(nn.Module):
    """y = gamma (x N) + beta + x, N = ||x|| over the map / mean of that over the channels (paper, eq. 1-3).

    Written as x (1 + gamma N) + beta: one pass over x. The norm is taken in float32 at least.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.zeros(channels))
        self.beta = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        """x (N, H, W, C) -> (N, H, W, C), same dtype."""
        precise = torch.promote_types(x.dtype, torch.float32)
        if torch.is_grad_enabled():  # the gradient of vector_norm exists where a map is all zero
            norm = torch.linalg.vector_norm(x, dim=(1, 2), keepdim=True, dtype=precise)  # (N, 1, 1, C)
        else:  # the same number, five times as fast on a CPU
            values = x.to(precise)
            norm = (values * values).sum(dim=(1, 2), keepdim=True).sqrt()
        ratio = norm / (norm.mean(dim=-1, keepdim=True) + EPSILON)
        scale = (1.0 + self.gamma * ratio).to(x.dtype)
        return torch.addcmul(self.beta.to(x.dtype), x, scale)


def _stem(in_channels: int, channels: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(in_channels, channels, 4, stride=4), ChannelNorm(channels, eps=EPSILON))


def _downsample(in_channels: int, channels: int) -> nn.Sequential:
    return nn.Sequential(ChannelNorm(in_channels, eps=EPSILON), nn.Conv2d(in_channels, channels, 2, stride=2))


def _initialise(module: nn.Module) -> None:
    if isinstance(module, (nn.Conv2d, nn.Linear)):
        nn.init.trunc_normal_(module.weight, std=0.02)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
