"""The table of networks: what can be built, without importing torch.

Building a network imports the one file that defines it. A new network is one entry of `_NETWORKS`.
"""

from __future__ import annotations

import difflib
import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .errors import MissingDependencyError, UnknownModelError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

    from torch import Tensor, nn

    from .models.complexity import Complexity


@dataclass(frozen=True)
class NetworkInfo:
    """What is known of a network before it is built.

    Attributes:
        name: stable lower-case identifier.
        title: name for people.
        paper: authors, title and journal.
        doi: of the paper, without a resolver in front.
        year: of the paper.
        inputs: the modalities it uses, "optical" and/or "sar".
        minimum_size: smallest side of an input, pixels.
        stride: a side must be a multiple of this many pixels; 1 where any size will do.
        sizes: accepted values of the parameter `size`, smallest first; empty where there is none.
        variants: accepted values of the parameter `variant`, the paper's network first; may be empty.
        module: relative module that has `build(**parameters)`.
        reference_module: relative module that has `load_reference(state_dict, **overrides)` and
            `load_published`, of the same form.
    """

    name: str
    title: str
    paper: str
    doi: str
    year: int
    inputs: tuple[str, ...]
    minimum_size: int
    stride: int
    sizes: tuple[str, ...]
    variants: tuple[str, ...]
    module: str
    reference_module: str


_NETWORKS = {
    info.name: info
    for info in (
        NetworkInfo(
            name="asanet",
            title="ASANet",
            paper=(
                "Zhang et al., ASANet: Asymmetric Semantic Aligning Network for RGB and SAR image land cover "
                "classification, ISPRS Journal of Photogrammetry and Remote Sensing 218, 574-587"
            ),
            doi="10.1016/j.isprsjprs.2024.09.025",
            year=2024,
            inputs=("optical", "sar"),
            minimum_size=32,
            stride=1,
            sizes=("atto", "femto", "pico", "nano", "tiny", "base"),
            variants=("asanet", "cfm", "sfm", "pwa", "optical", "sar"),
            module=".models.asanet",
            reference_module=".models.asanet_reference",
        ),
    )
}


def list_networks() -> tuple[NetworkInfo, ...]:
    """All networks, in the order of the table."""
    return tuple(_NETWORKS.values())


def network_info(name: str) -> NetworkInfo:
    """The entry of one network.

    Raises:
        UnknownModelError: no such network; the message has the close matches and the full list.
    """
    info = _NETWORKS.get(name)
    if info is not None:
        return info
    close = difflib.get_close_matches(name.lower(), _NETWORKS, n=3)
    hint = f" Did you mean {' or '.join(close)}?" if close else ""
    raise UnknownModelError(
        f"There is no network named {name!r}; this version knows: {', '.join(_NETWORKS)}.{hint} "
        "Choose a name of the list, or update the software if the name is newer than it."
    )


def create_network(
    name: str, *, optical_channels: int, sar_channels: int, num_classes: int, **parameters: Any
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
    network: nn.Module = _module(name, "module").build(**shape, **parameters)
    return network


def restore_network(
    name: str,
    tensors: Mapping[str, Tensor],
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
    build = _module(name, "module").build
    network: nn.Module = _import(name, ".models.weights").restore(build, {**shape, **parameters}, tensors)
    return network


def check_tensors(
    name: str,
    tensors: Mapping[str, Tensor],
    *,
    optical_channels: int,
    sar_channels: int,
    num_classes: int,
    **parameters: Any,
) -> None:
    """Refuse what `restore_network` would refuse, without building anything."""
    shape = {"optical_channels": optical_channels, "sar_channels": sar_channels, "num_classes": num_classes}
    build = _module(name, "module").build
    _import(name, ".models.weights").check(build, {**shape, **parameters}, tensors)


def measure_network(
    name: str,
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
    build = _module(name, "module").build
    network = _import(name, ".models.weights").build_without_memory(build, {**shape, **parameters})
    measure = _import(name, ".models.complexity").measure_complexity
    complexity: Complexity = measure(network, optical_channels, sar_channels, tile_size)
    return complexity


def load_reference(name: str, state_dict: Mapping[str, Tensor], **overrides: Any) -> nn.Module:
    """Build a network from weights under its authors' key names.

    Band counts, classes, size and variant are read from names and shapes; `overrides` win over what was read.

    Returns:
        The network in evaluation mode, in the dtype of the tensors.

    Raises:
        UnknownModelError: no such network.
        CheckpointMismatchError: tensors missing, left over or of the wrong shape; the message names them.
    """
    network: nn.Module = _module(name, "reference_module").load_reference(state_dict, **overrides)
    return network


def load_published(name: str, state_dict: Mapping[str, Tensor], **overrides: Any) -> nn.Module:
    """Like `load_reference`, but for conventional inputs: optical bands red, green, blue, one SAR band.

    Authors feed other orders and copies of bands; the first convolutions are rewritten so that the answer is
    the same.

    Raises:
        UnknownModelError, CheckpointMismatchError: as `load_reference`.
        InputError: weights that do not take what the authors feed.
    """
    network: nn.Module = _module(name, "reference_module").load_published(state_dict, **overrides)
    return network


def _module(name: str, field: str) -> ModuleType:
    return _import(name, getattr(network_info(name), field))


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
