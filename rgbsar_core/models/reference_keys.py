"""Published weights under their authors' key names: what every `<network>_reference.py` builds on."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from ..errors import CheckpointMismatchError, InputError
from .network import SegmentationNetwork
from .weights import assign_weights, build_without_memory

Network = TypeVar("Network", bound=SegmentationNetwork)
Patterns = Sequence[tuple[str, str]]


def load_renamed(
    build: Callable[..., Network],
    parameters: Mapping[str, Any],
    state_dict: Mapping[str, Tensor],
    patterns: Patterns,
    *,
    dropped: Sequence[str] = (),
) -> Network:
    """Build a network and give it weights under the authors' key names.

    Args:
        build: of the network.
        parameters: for it.
        state_dict: the authors' key -> tensor.
        patterns: our key to the authors', see `rename`.
        dropped: expressions of the authors' keys (matched from their start) that nothing ever reads; they may
            be there or not.

    Returns:
        The network in evaluation mode, in the dtype of the tensors.

    Raises:
        CheckpointMismatchError: tensors missing, left over or of the wrong shape; the message names them.
        InputError: parameters the network does not take.
    """
    network = build_without_memory(build, parameters)
    dead = [re.compile(expression) for expression in dropped]
    live = {key: tensor for key, tensor in state_dict.items() if not any(d.match(key) for d in dead)}
    return assign_weights(network, live, key_map(network, patterns))


def key_map(network: nn.Module, patterns: Patterns) -> dict[str, str]:
    """Our key -> the authors' key, for every tensor of the network."""
    return {key: rename(key, patterns) for key in network.state_dict()}


def rename(key: str, patterns: Patterns) -> str:
    """Apply every (regular expression, replacement) in turn."""
    for pattern, replacement in patterns:
        key = re.sub(pattern, replacement, key)
    return key


def shape_of(state_dict: Mapping[str, Tensor], key: str, network: str) -> tuple[int, ...]:
    """Shape of a tensor that every published form of the network has.

    Raises:
        CheckpointMismatchError: it is not there, or a bare number or row of numbers, as none of those asked for is.
    """
    if key not in state_dict or state_dict[key].dim() < 2:
        raise CheckpointMismatchError(
            f"The weights have no tensor {key} of two or more dimensions, which every published {network} has. Give "
            "the authors' whole state dictionary, key names unchanged."
        )
    return tuple(state_dict[key].shape)


def stacked_bands(stacked: int, overrides: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters `modality`, `optical_channels` and `sar_channels` of a network whose inputs are stacked.

    The first convolution tells how many bands there are, not where the SAR ones begin (optical bands come
    first). What the overrides name holds; where they name none of the three, the papers' layouts do: up to 4
    bands are all but one optical and 1 SAR (3 + 1), 6 are 3 + 3, every other number is all but two optical and
    2 SAR (13 + 2).

    Args:
        stacked: bands the first convolution takes.
        overrides: keyword arguments of `load_reference`; only the three parameters are looked at.

    Raises:
        InputError: overrides that are no whole numbers or do not add up to the stack, or a single band without
            `modality`.
    """
    modality = overrides.get("modality", "both")
    bands = {name: overrides[name] for name in ("optical_channels", "sar_channels") if name in overrides}
    for name, count in bands.items():
        if not isinstance(count, int):
            raise InputError(f"{name} = {count!r} was asked for; it needs a whole number, the bands of that input.")
    if modality in ("optical", "sar"):
        bands = {"optical_channels": 1, "sar_channels": 1, f"{modality}_channels": stacked, **bands}
        seen = bands[f"{modality}_channels"]
    else:
        if not bands:
            bands["sar_channels"] = 1 if stacked <= 4 else 3 if stacked == 6 else 2
        bands.setdefault("optical_channels", stacked - bands.get("sar_channels", 0))
        bands.setdefault("sar_channels", stacked - bands["optical_channels"])
        seen = sum(bands.values())
    if seen != stacked or min(bands.values()) < 1:
        raise InputError(
            f"The weights take {stacked} stacked bands; modality {modality!r} with {bands['optical_channels']} optical "
            f"and {bands['sar_channels']} SAR bands was asked for or assumed. Give optical_channels and sar_channels "
            'that add up to the stack, or modality="optical" or "sar" for one input alone.'
        )
    return {"modality": modality, **bands}


def reverse_bands(conv: nn.Conv2d) -> None:
    """Let a first convolution that took blue, green, red take red, green, blue.

    Raises:
        InputError: it does not take three bands.
    """
    _expect_three(conv, "optical")
    with torch.no_grad():
        conv.weight = nn.Parameter(conv.weight.flip(1).contiguous())


def merge_copies(conv: nn.Conv2d) -> None:
    """Let a first convolution that took three copies of the SAR band take the band once.

    Raises:
        InputError: it does not take three bands.
    """
    _expect_three(conv, "SAR")
    with torch.no_grad():
        conv.weight = nn.Parameter(conv.weight.sum(dim=1, keepdim=True))
    conv.in_channels = 1


def move_sar_last(conv: nn.Conv2d, sar_channels: int) -> None:
    """Let a first convolution that took the SAR bands before the optical ones take them after."""
    with torch.no_grad():
        conv.weight = nn.Parameter(conv.weight.roll(-sar_channels, dims=1))


def _expect_three(conv: nn.Conv2d, role: str) -> None:
    if conv.in_channels != 3:
        raise InputError(
            f"The checkpoint takes {conv.in_channels} {role} bands; the authors' ones take 3. Load it with "
            "rgbsar_core.load_reference and write its card yourself."
        )
