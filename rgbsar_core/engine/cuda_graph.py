"""A network's passes as a CUDA graph: hundreds of launches a batch become one."""

from __future__ import annotations

from typing import Any, Callable, Optional

import torch
from torch import Tensor

PAYS_FROM_BATCHES = 8
"""Recording costs about three passes; rasters of fewer batches are mapped without it."""


class ReplayedNetwork:
    """Recorded passes over full batches; smaller ones are filled up with whatever was there before.

    Args:
        forward: the pass to record.
        optical, sar: one tile each, or None, whose shape and memory format the batches have.
        batch: tiles of a batch.
    """

    def __init__(
        self,
        forward: Callable[[Optional[Tensor], Optional[Tensor]], Tensor],
        optical: Optional[Tensor],
        sar: Optional[Tensor],
        batch: int,
    ) -> None:
        self._inputs = [None if one is None else _batch_like(one, batch) for one in (optical, sar)]
        device = next(one.device for one in self._inputs if one is not None)
        stream = torch.cuda.Stream(device)
        stream.wait_stream(torch.cuda.current_stream(device))
        self._graph: Any = torch.cuda.CUDAGraph()
        with torch.cuda.stream(stream):  # torch stays on the recording's stream where recording fails: this leaves it
            for _ in range(2):  # libraries choose their algorithms and allocate before the recording
                forward(*self._inputs)
            # torch's own stream for recordings is kept, and may belong to another device
            with torch.cuda.graph(self._graph, stream=stream):
                self._scores = forward(*self._inputs)
        torch.cuda.current_stream(device).wait_stream(stream)

    def __call__(self, optical: Optional[Tensor], sar: Optional[Tensor]) -> Tensor:
        """Scores of a batch of at most the recorded size; valid until the next call."""
        count = 0
        for kept, one in zip(self._inputs, (optical, sar)):
            if kept is not None and one is not None:
                count = len(one)
                kept[:count].copy_(one)
        self._graph.replay()
        return self._scores[:count]


def _batch_like(one: Tensor, batch: int) -> Tensor:
    shape = (batch, *one.shape[1:])
    return torch.zeros(shape, dtype=one.dtype, device=one.device).to(memory_format=torch.channels_last)
