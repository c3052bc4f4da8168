"""Pyramid pooling module: a map beside its means over coarser and coarser cells.

Paper: Zhao et al., Pyramid Scene Parsing Network, CVPR 2017 (doi:10.1109/CVPR.2017.660), Fig. 3 (c).
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .conv import ConvNormAct, resize, spatial_size

#: Cells a side of the four levels.
POOLED_SIZES = (1, 2, 3, 6)


class PyramidPooling(nn.ModuleList):
    """One 1x1 convolution a level, on the averages over 1, 2, 3 and 6 cells a side.

    Args:
        in_channels: of the map.
        width: channels of each level.
        align_corners: how the levels are brought back to the map's size, see `resize`.
    """

    def __init__(self, in_channels: int, width: int, *, align_corners: bool = False) -> None:
        super().__init__(ConvNormAct(in_channels, width, activation=nn.ReLU(inplace=True)) for _ in POOLED_SIZES)
        self.align_corners = align_corners

    def forward(self, x: Tensor) -> Tensor:
        """x (N, C, h, w) -> (N, C + 4 width, h, w), x first, then the levels, coarsest first.

        Cell i of n covers floor(i h / n) to ceil((i + 1) h / n): cells overlap where n does not divide the side,
        and repeat pixels where the side is smaller than n.
        """
        size = spatial_size(x)
        levels = (conv(F.adaptive_avg_pool2d(x, cells)) for cells, conv in zip(POOLED_SIZES, self))
        return torch.cat([x, *(resize(level, size, align_corners=self.align_corners) for level in levels)], dim=1)
