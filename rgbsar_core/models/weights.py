"""Putting tensors into a network strictly: each one fits, or the error names it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Optional, TypeVar

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from ..errors import CheckpointMismatchError

Network = TypeVar("Network", bound=nn.Module)
_NAMED = 8
#: The kinds of numbers that can be turned into one another; not complex ones, not float8.
_FLOATS = (torch.float16, torch.bfloat16, torch.float32, torch.float64)
_RANDOM = ("normal_", "uniform_")
_FILLING = {getattr(place, name) for place in (Tensor, nn.init) for name in dir(place) if name.endswith(_RANDOM)}


class _Unfilled(TorchFunctionMode):
    """Leaves out random numbers: tensors without memory take none, yet torch imports its compiler to see that."""

    def __torch_function__(
        self, function: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Optional[dict[str, Any]] = None
    ) -> Any:
        if function in _FILLING:
            return args[0] if args else (kwargs or {})["tensor"]
        return function(*args, **(kwargs or {}))


def build_without_memory(build: Callable[..., Network], parameters: Mapping[str, Any]) -> Network:
    """Build a network on the "meta" device: shapes only, so a hostile card cannot ask for memory."""
    with torch.device("meta"), _Unfilled():
        return build(**parameters)


def restore(build: Callable[..., Network], parameters: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> Network:
    """Build a network and give it these tensors, keys as in its own state dictionary; see `assign_weights`."""
    return assign_weights(build_without_memory(build, parameters), tensors)


def check(build: Callable[..., nn.Module], parameters: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> None:
    """Refuse tensors that do not fit the network of these parameters.

    Raises:
        CheckpointMismatchError: naming the keys.
    """
    own = build_without_memory(build, parameters).state_dict()
    check_weights(own, tensors, {key: key for key in own})


def assign_weights(
    network: Network, tensors: Mapping[str, Tensor], key_map: Optional[Mapping[str, str]] = None
) -> Network:
    """Give the network these tensors, whose type it takes (the widest, where they differ), in evaluation mode.

    The network may lie on the "meta" device, without memory of its own. The tensors are copied.

    Args:
        network: changed in place.
        tensors: one per entry of the network's state dictionary, no more.
        key_map: the network's key -> key in `tensors`; None where they are the same.

    Raises:
        CheckpointMismatchError: tensors missing, left over or of another shape or kind; nothing is changed.
    """
    own = network.state_dict()
    names = {key: key for key in own} if key_map is None else dict(key_map)
    check_weights(own, tensors, names)
    floating = {key for key, tensor in own.items() if tensor.is_floating_point()}
    dtypes = {tensors[names[key]].dtype for key in floating} or {torch.float32}
    dtype = functools.reduce(torch.promote_types, dtypes)
    values = {}
    for key, name in names.items():
        wanted = dtype if key in floating else own[key].dtype
        values[key] = tensors[name].detach().to(wanted, copy=True, memory_format=torch.contiguous_format)
    network.load_state_dict(values, strict=True, assign=True)
    for parameter in network.parameters():
        parameter.requires_grad_(True)
    return network.eval()


def check_weights(own: Mapping[str, Tensor], tensors: Mapping[str, Tensor], names: Mapping[str, str]) -> None:
    """Refuse tensors that do not fit; `names` maps a key of `own` to one of `tensors`.

    Raises:
        CheckpointMismatchError: naming the keys.
    """
    faults = []
    missing = [name for name in names.values() if name not in tensors]
    if missing:
        faults.append(f"{len(missing)} missing: {_some(missing)}")
    unexpected = sorted(set(tensors) - set(names.values()))
    if unexpected:
        faults.append(f"{len(unexpected)} unexpected: {_some(unexpected)}")
    shapes = [
        f"{name} {tuple(tensors[name].shape)} instead of {tuple(own[key].shape)}"
        for key, name in names.items()
        if name in tensors and tensors[name].shape != own[key].shape
    ]
    if shapes:
        faults.append(f"{len(shapes)} of another shape: {_some(shapes)}")
    kinds = [
        name
        for key, name in names.items()
        if name in tensors and own[key].is_floating_point() and tensors[name].dtype not in _FLOATS
    ]
    if kinds:
        faults.append(f"{len(kinds)} of another kind of number: {_some(kinds)}")
    if faults:
        raise CheckpointMismatchError(
            f"The tensors do not fit the network ({'; '.join(faults)}); it has {len(own)} tensors and takes "
            "exactly those. Choose the file, network, size and variant that belong together."
        )


def _some(names: Iterable[str]) -> str:
    listed = list(names)
    more = f" and {len(listed) - _NAMED} more" if len(listed) > _NAMED else ""
    return ", ".join(listed[:_NAMED]) + more
