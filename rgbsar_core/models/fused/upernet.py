"""UPerNet's head without the coarse maps ever being enlarged.

The head's last 3x3 convolution sees four maps, three of them enlarged bilinearly to the finest. Enlarging and
convolving are both linear and act on rows and columns apart, so for a coarse map x and the kernel's taps W_ij

    conv(up(x)) = sum_ij  R_i ( W_ij x ) C_j^T

with R_i (H x h) and C_j (W x w): enlarging, moved by one row or column, nothing beyond the border. The taps act at
the coarse size; what follows are products with two small matrices. That is 19.2 instead of 25.8 billion
multiply-accumulates for ASANet and a 256 x 256 tile, and the enlarged maps are never written.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..layers.conv import resize, spatial_size
from ..layers.upernet import UPerNetHead
from .folding import convolution, folded, linear

_TAPS = 3


class FusedUPerNetHead(nn.Module):
    """The head's answer with fewer operations; see the module's text."""

    def __init__(self, head: UPerNetHead) -> None:
        super().__init__()
        self.pooled, self.bottleneck = head.pooled, head.bottleneck
        self.laterals, self.smooth = head.laterals, head.smooth
        self.classifier = head.classifier
        weight, bias = folded(head.fuse)
        width = weight.shape[1] // (len(head.laterals) + 1)
        self.finest = convolution(weight[:, :width], bias, like=head.fuse.conv)
        taps = weight.permute(3, 2, 0, 1)  # (column, row, out, in)
        self.coarser = nn.ModuleList()
        for first in range(width, weight.shape[1], width):
            part = taps[..., first : first + width].flatten(0, 2)
            self.coarser.append(linear(part, torch.zeros(len(part)), like=head.fuse.conv.weight))
        self._matrices: dict[tuple[object, ...], Tensor] = {}

    def forward(self, features: Sequence[Tensor]) -> Tensor:
        """Four maps (N, C_i, H_i, W_i), finest first -> logits (N, K, H_0, W_0), no softmax."""
        levels = [lateral(x) for lateral, x in zip(self.laterals, features)]
        levels.append(self.bottleneck(self.pooled(features[-1])))
        for i in range(len(levels) - 1, 0, -1):
            levels[i - 1] = levels[i - 1] + resize(levels[i], spatial_size(levels[i - 1]))
        maps = [smooth(x) for smooth, x in zip(self.smooth, levels)] + [levels[-1]]
        fused = self.finest(maps[0])  # (N, width, H, W)
        height, width = spatial_size(fused)
        parts, sizes = [], []
        for taps, x in zip(self.coarser, maps[1:]):
            h, w = spatial_size(x)
            y = taps(x.permute(0, 2, 3, 1)).reshape(len(x), h, _TAPS * w, -1)  # (N, h, (w, column), (row, width))
            y = torch.matmul(self._matrix((w,), width, y), y)  # (N, h, W, (row, width))
            parts.append(y.unflatten(3, (_TAPS, -1)).transpose(2, 3).flatten(1, 2))  # (N, (h, row), W, width)
            sizes.append(h)
        rows = torch.cat(parts, dim=1).flatten(2)  # (N, sum of (h, row), W * width)
        coarse = torch.matmul(self._matrix(tuple(sizes), height, rows), rows).reshape(len(rows), height, width, -1)
        fused = F.relu_(fused + coarse.permute(0, 3, 1, 2))
        logits: Tensor = self.classifier(fused)
        return logits

    def _matrix(self, sizes: tuple[int, ...], size: int, like: Tensor) -> Tensor:
        """(size, sum of 3 h): enlarge axes of h pixels to `size`, for each of the three taps, and add them up."""
        key = (sizes, size, like.dtype, like.device)
        if key not in self._matrices:
            parts = [_enlarging(h, size).reshape(size, _TAPS * h) for h in sizes]
            self._matrices[key] = torch.cat(parts, dim=1).to(device=like.device, dtype=like.dtype)
        return self._matrices[key]


def _enlarging(size: int, enlarged: int) -> Tensor:
    """(enlarged, size, 3): what pixel `size` gives to the neighbour before, at and after an enlarged pixel."""
    one = F.interpolate(torch.eye(size, dtype=torch.float64)[None], size=enlarged, mode="linear")[0].t()
    before, after = torch.zeros_like(one), torch.zeros_like(one)
    before[1:], after[:-1] = one[:-1], one[1:]
    return torch.stack([before, one, after], dim=-1)
