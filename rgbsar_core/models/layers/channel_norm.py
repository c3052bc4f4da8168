"""LayerNorm over the channels of a map."""

from __future__ import annotations

from torch import Tensor, nn


class ChannelNorm(nn.LayerNorm):
    """Layer normalisation over the channels of (N, C, H, W)."""

    def forward(self, x: Tensor) -> Tensor:
        """x (N, C, H, W) -> the same shape, in channels-last memory."""
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
