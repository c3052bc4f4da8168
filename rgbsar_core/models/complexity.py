"""What a network costs: parameters and multiply-accumulates."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode


@dataclass(frozen=True)
class Complexity:
    """Cost of a network.

    Attributes:
        parameters: trainable numbers, the training-only heads left out.
        training_parameters: the same, those heads included.
        macs: multiply-accumulates (one multiplication and one addition counted as one) of convolutions and
            matrix products for one image, training-only heads left out.
    """

    parameters: int
    training_parameters: int
    macs: int


def count_macs(network: nn.Module, optical_channels: int, sar_channels: int, size: int = 256) -> int:
    """Multiply-accumulates of one forward pass of one image of size x size pixels, in evaluation mode.

    Counts convolutions and matrix products, as the papers' tables do; normalisation, activation and resizing
    are left out. The network may lie on the "meta" device, where nothing is computed.
    """
    device = next(network.parameters()).device
    dtype = next(network.parameters()).dtype
    optical = torch.zeros(1, optical_channels, size, size, device=device, dtype=dtype)
    sar = torch.zeros(1, sar_channels, size, size, device=device, dtype=dtype)
    was_training = network.training
    network.eval()
    counter = FlopCounterMode(display=False)
    with torch.inference_mode(), counter:
        network(optical, sar)
    network.train(was_training)
    return int(counter.get_total_flops()) // 2


def count_map_bytes(network: nn.Module, optical_channels: int, sar_channels: int, size: int, bytes_each: int) -> int:
    """Fewest bytes one forward pass of one image moves, if no map stays on the chip from one product to the next.

    Every convolution and matrix product reads its map once and writes its answer once; all between them is free.
    """
    moved = 0

    def count(module: nn.Module, inputs: tuple[torch.Tensor, ...], output: torch.Tensor) -> None:
        nonlocal moved
        moved += bytes_each * (inputs[0].numel() + output.numel())

    layers = [module for module in network.modules() if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d, nn.Linear))]
    hooks = [layer.register_forward_hook(count) for layer in layers]
    try:
        count_macs(network, optical_channels, sar_channels, size)
    finally:
        for hook in hooks:
            hook.remove()
    return moved


def count_parameters(network: nn.Module) -> int:
    """Trainable numbers; a tensor used twice counts once."""
    return sum(parameter.numel() for parameter in network.parameters())


def measure_complexity(network: nn.Module, optical_channels: int, sar_channels: int, size: int = 256) -> Complexity:
    """Parameters and multiply-accumulates of a network; `auxiliary_head` and `auxiliary_heads` serve training only."""
    total = count_parameters(network)
    auxiliary = [getattr(network, name, None) for name in ("auxiliary_head", "auxiliary_heads")]
    training_only = sum(count_parameters(head) for head in auxiliary if isinstance(head, nn.Module))
    return Complexity(
        parameters=total - training_only,
        training_parameters=total,
        macs=count_macs(network, optical_channels, sar_channels, size),
    )
