"""The networks once more, for inference alone: the same answers with fewer operations and passes over memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import nn

from ..asanet import AsaNet
from ..encoders.convnext_v2 import Block, ConvNextV2Encoder
from ..layers.channel_norm import ChannelNorm
from ..layers.upernet import UPerNetHead
from .asanet import FusedAsaNet
from .convnext_v2 import FusedBlock, FusedChannelNorm, FusedDownsample, FusedStem
from .folding import fold_batch_norms
from .upernet import FusedUPerNetHead

_REPLACEMENTS: dict[type[nn.Module], Callable[[Any], nn.Module]] = {
    Block: FusedBlock,
    ChannelNorm: FusedChannelNorm,
    UPerNetHead: FusedUPerNetHead,
}


def fuse_network(network: nn.Module) -> nn.Module:
    """Rewrite a network in evaluation mode for speed; equal up to rounding.

    Args:
        network: changed, and not fit for training or saving afterwards.

    Returns:
        The network to run.
    """
    for encoder in list(network.modules()):
        if isinstance(encoder, ConvNextV2Encoder):
            stem, *others = encoder.downsamples
            encoder.downsamples = nn.ModuleList([FusedStem(stem), *map(FusedDownsample, others)])
    _replace_parts(network)
    if type(network) is AsaNet and network.settings.variant == "asanet":
        network = FusedAsaNet(network)
    fold_batch_norms(network)
    return network.eval()


def _replace_parts(module: nn.Module) -> None:
    for name, child in module.named_children():
        replacement = _REPLACEMENTS.get(type(child))
        if replacement is None:
            _replace_parts(child)
        else:
            module.register_module(name, replacement(child))
