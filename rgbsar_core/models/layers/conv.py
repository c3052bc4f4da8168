"""Convolution, batch normalisation and activation as one unit, and resizing."""

from __future__ import annotations

from typing import Optional

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class ConvNormAct(nn.Module):
    """Convolution -> batch normalisation (optional) -> activation (optional).

    The convolution has a bias only where no normalisation follows it. Batch normalisation uses eps 1e-5 and
    momentum 0.1; the convolution starts from Kaiming's normal distribution over fan-out.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int = 1,
        *,
        dilation: int = 1,
        groups: int = 1,
        normalise: bool = True,
        activation: Optional[nn.Module] = None,
    ) -> None:
        super().__init__()
        self.conv = nn.Conv2d(
            in_channels,
            out_channels,
            kernel_size,
            padding=dilation * (kernel_size // 2),
            dilation=dilation,
            groups=groups,
            bias=not normalise,
        )
        self.norm: nn.Module = nn.BatchNorm2d(out_channels) if normalise else nn.Identity()
        self.activation: nn.Module = nn.Identity() if activation is None else activation
        nn.init.kaiming_normal_(self.conv.weight, mode="fan_out", nonlinearity="relu")
        if self.conv.bias is not None:
            nn.init.zeros_(self.conv.bias)

    def forward(self, x: Tensor) -> Tensor:
        """x (N, C_in, H, W) -> (N, C_out, H, W)."""
        x = self.activation(self.norm(self.conv(x)))
        return x


def resize(x: Tensor, size: tuple[int, int], *, align_corners: bool = False) -> Tensor:
    """Resize x (N, C, h, w) bilinearly to size (height, width); no copy if equal.

    Pixel edges are aligned, or, with `align_corners`, the centres of the outermost pixels.
    """
    if (x.shape[-2], x.shape[-1]) == size:
        return x
    return F.interpolate(x, size=size, mode="bilinear", align_corners=align_corners)


def spatial_size(x: Tensor) -> tuple[int, int]:
    """Height and width of x (N, C, H, W) in pixels."""
    return int(x.shape[-2]), int(x.shape[-1])


def init_classifier(layer: nn.Conv2d) -> None:
    """Start a classification layer from a normal distribution of standard deviation 0.01, bias 0."""
    nn.init.normal_(layer.weight, std=0.01)
    if layer.bias is not None:
        with torch.no_grad():
            layer.bias.zero_()
