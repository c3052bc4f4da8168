"""Stochastic depth: a branch is left out at random in training.

Paper: Huang et al., Deep Networks with Stochastic Depth, ECCV 2016 (doi:10.1007/978-3-319-46493-0_39).
"""

from __future__ import annotations

from torch import Tensor, nn


class DropPath(nn.Module):
    """Stochastic depth: in training a sample's branch becomes 0 with probability `rate`, else x / (1 - rate)."""

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate = rate

    def forward(self, x: Tensor) -> Tensor:
        """x (N, ...) -> (N, ...)."""
        if not self.training or self.rate == 0.0:
            return x
        kept = x.new_empty((x.shape[0], *(1,) * (x.dim() - 1))).bernoulli_(1.0 - self.rate)
        return x * (kept / (1.0 - self.rate))
