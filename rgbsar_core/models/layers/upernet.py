"""UPerNet decode head and FCN auxiliary head.

Paper: Xiao et al., Unified Perceptual Parsing for Scene Understanding, ECCV 2018
(doi:10.1007/978-3-030-01228-1_26); pyramid pooling of Zhao et al., PSPNet, CVPR 2017
(doi:10.1109/CVPR.2017.660). Written from shared/reference/asanet/spec.md, section 5.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from .conv import ConvNormAct, init_classifier, resize, spatial_size
from .pyramid_pooling import POOLED_SIZES, PyramidPooling


class UPerNetHead(nn.Module):
    """Pyramid pooling on the coarsest map, a feature pyramid over the rest, one classification layer.

    Args:
        in_channels: channels of the four feature maps, finest first.
        width: channels inside the head.
        num_classes: channels of the logits.
        dropout: share of channels dropped before classification, in training.
    """

    def __init__(self, in_channels: Sequence[int], width: int, num_classes: int, *, dropout: float = 0.1) -> None:
        super().__init__()
        coarsest = in_channels[-1]
        self.pooled = PyramidPooling(coarsest, width)
        self.bottleneck = _conv(coarsest + len(POOLED_SIZES) * width, width, 3)
        self.laterals = nn.ModuleList(_conv(channels, width, 1) for channels in in_channels[:-1])
        self.smooth = nn.ModuleList(_conv(width, width, 3) for _ in in_channels[:-1])
        self.fuse = _conv(len(in_channels) * width, width, 3)
        self.dropout = nn.Dropout2d(dropout)
        self.classifier = nn.Conv2d(width, num_classes, 1)
        init_classifier(self.classifier)

    def forward(self, features: Sequence[Tensor]) -> Tensor:
        """Four maps (N, C_i, H_i, W_i), finest first -> logits (N, K, H_0, W_0), no softmax."""
        levels = [lateral(x) for lateral, x in zip(self.laterals, features)]
        levels.append(self.bottleneck(self.pooled(features[-1])))
        for i in range(len(levels) - 1, 0, -1):
            levels[i - 1] = levels[i - 1] + resize(levels[i], spatial_size(levels[i - 1]))
        finest = spatial_size(levels[0])
        maps = [smooth(x) for smooth, x in zip(self.smooth, levels)] + [levels[-1]]
        fused = self.fuse(torch.cat([resize(x, finest) for x in maps], dim=1))
        logits: Tensor = self.classifier(self.dropout(fused))
        return logits


class FCNHead(nn.Module):
    """One 3x3 convolution and a classification layer: the auxiliary head of the training loss."""

    def __init__(self, in_channels: int, width: int, num_classes: int, *, dropout: float = 0.1) -> None:
        super().__init__()
        self.conv = _conv(in_channels, width, 3)
        self.dropout = nn.Dropout2d(dropout)
        self.classifier = nn.Conv2d(width, num_classes, 1)
        init_classifier(self.classifier)

    def forward(self, x: Tensor) -> Tensor:
        """x (N, C, h, w) -> logits (N, K, h, w), no softmax."""
        logits: Tensor = self.classifier(self.dropout(self.conv(x)))
        return logits


def _conv(in_channels: int, out_channels: int, kernel_size: int) -> ConvNormAct:
    return ConvNormAct(in_channels, out_channels, kernel_size, activation=nn.ReLU(inplace=True))
