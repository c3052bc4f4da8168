"""Building networks by name.

Building one imports the one file that defines it, `models/<name>.py`, which has `build(**parameters)`; its
published weights are read by `models/<name>_reference.py`, which has `load_reference(state_dict, **overrides)` and
`load_published`, of the same form. The table of names is `networks.py`.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from .errors import MissingDependencyError
from .networks import network_info

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

    from torch import Tensor, nn

    from .models.complexity import Complexity


def create_network(
    name: str, /, *, optical_channels: int, sar_channels: int, num_classes: int, **parameters: Any
) -> nn.Module:
    """Build a network with fresh weights, in training mode.

    Args:
        name: a name of `list_networks`.
        optical_channels: bands of the optical input.
        sar_channels: bands of the SAR input.
        num_classes: channels of the logits.
        **parameters: further fields of the network's parameters (size, variant ...).

    Raises:
        UnknownModelError: no such network.
        InputError: parameters the network does not accept.
        MissingDependencyError: torch is not installed.
    """
    shape = {"optical_channels": optical_channels, "sar_channels": sar_channels, "num_classes": num_classes}
    network: nn.Module = _module(name).build(**shape, **parameters)
    return network


def restore_network(
    name: str,
    tensors: Mapping[str, Tensor],
    /,
    *,
    optical_channels: int,
    sar_channels: int,
    num_classes: int,
    **parameters: Any,
) -> nn.Module:
    """Build a network around tensors under its own key names, in evaluation mode and their dtype.

    Raises:
        UnknownModelError, InputError, MissingDependencyError: as `create_network`.
        CheckpointMismatchError: tensors missing, left over or of the wrong shape; the message names them.
    """
    shape = {"optical_channels": optical_channels, "sar_channels": sar_channels, "num_classes": num_classes}
    build = _module(name).build
    network: nn.Module = _import(name, ".models.weights").restore(build, {**shape, **parameters}, tensors)
    return network


def check_tensors(
    name: str,
    tensors: Mapping[str, Tensor],
    /,
    *,
    optical_channels: int,
    sar_channels: int,
    num_classes: int,
    **parameters: Any,
) -> None:
    """Refuse what `restore_network` would refuse, without building anything."""
    shape = {"optical_channels": optical_channels, "sar_channels": sar_channels, "num_classes": num_classes}
    build = _module(name).build
    _import(name, ".models.weights").check(build, {**shape, **parameters}, tensors)


def measure_network(
    name: str,
    /,
    *,
    optical_channels: int = 3,
    sar_channels: int = 1,
    num_classes: int = 6,
    tile_size: int = 256,
    **parameters: Any,
) -> Complexity:
    """Parameters and multiply-accumulates of a network for one tile; nothing is allocated or computed.

    Raises:
        UnknownModelError, InputError, MissingDependencyError: as `create_network`.
    """
    shape = {"optical_channels": optical_channels, "sar_channels": sar_channels, "num_classes": num_classes}
    build = _module(name).build
    network = _import(name, ".models.weights").build_without_memory(build, {**shape, **parameters})
    measure = _import(name, ".models.complexity").measure_complexity
    complexity: Complexity = measure(network, optical_channels, sar_channels, tile_size)
    return complexity


def fuse_network(network: nn.Module) -> nn.Module:
    """The network rewritten for speed: the same answers up to rounding, for inference alone.

    Args:
        network: in evaluation mode; changed, and not fit for training or saving afterwards.
    """
    fused: nn.Module = importlib.import_module(".models.fused", __package__).fuse_network(network)
    return fused


def load_reference(name: str, state_dict: Mapping[str, Tensor], /, **overrides: Any) -> nn.Module:
    """Build a network from weights under its authors' key names.

    Band counts, classes, size and variant are read from names and shapes; `overrides` win over what was read.

    Returns:
        The network in evaluation mode, in the dtype of the tensors.

    Raises:
        UnknownModelError: no such network.
        CheckpointMismatchError: tensors missing, left over or of the wrong shape; the message names them.
    """
    network: nn.Module = _module(name, "_reference").load_reference(state_dict, **overrides)
    return network


def load_published(name: str, state_dict: Mapping[str, Tensor], /, **overrides: Any) -> nn.Module:
    """Like `load_reference`, but for conventional inputs: optical bands red, green, blue, one SAR band.

    Authors feed other orders and copies of bands; the first convolutions are rewritten so that the answer is
    the same.

    Raises:
        UnknownModelError, CheckpointMismatchError: as `load_reference`.
        InputError: weights that do not take what the authors feed.
    """
    network: nn.Module = _module(name, "_reference").load_published(state_dict, **overrides)
    return network


def _module(name: str, suffix: str = "") -> ModuleType:
    return _import(name, f".models.{network_info(name).name}{suffix}")


def _import(name: str, module: str) -> ModuleType:
    try:
        return importlib.import_module(module, __package__)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] != "torch":
            raise
        raise MissingDependencyError(
            f"{network_info(name).title} needs the Python package torch, which this interpreter does not have. "
            "Install torch, or choose an interpreter that has it."
        ) from error
