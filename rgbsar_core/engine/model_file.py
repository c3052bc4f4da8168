"""Model files: tensors and card of a network in one .safetensors file, written and read strictly.

The card alone is read without torch by `model_card.read_card`.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Union

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from ..errors import CheckpointMismatchError, InputError, ModelFileError
from ..model_card import ModelCard, read_card
from ..patience import patiently
from ..registry import check_tensors, restore_network

Precision = Literal["float32", "float16"]


def save_model(
    path: Union[str, Path], network: nn.Module, card: ModelCard, *, precision: Precision = "float32"
) -> None:
    """Write a network and its card; the file appears under its name only when complete.

    Args:
        path: of the file, ending in .safetensors.
        network: whose tensors are written; it must be what the card describes.
        card: written into the header.
        precision: of the stored kernels and matrices. "float16" halves the file (relative rounding 5e-4);
            vectors (biases, normalisation, its statistics) stay as they are.

    Raises:
        CheckpointMismatchError: the network is not the card's; the message names the keys.
        ModelFileError: the file cannot be written.
    """
    path = Path(path)
    tensors = {key: _stored(tensor, precision) for key, tensor in network.state_dict().items()}
    _check_inputs(network, card)
    with _naming(path):
        check_tensors(card.network, tensors, **_parameters(card))
    if path.exists() and not path.is_file():  # a file would take its place, if the user may do everything
        raise ModelFileError(f"'{path}' is a folder, device or pipe; expected a file name. Choose another one.")
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
        os.close(handle)
    except OSError as error:
        raise ModelFileError(
            f"The model file '{path}' cannot be written: {error.strerror}. Choose a folder you may write to."
        ) from error
    try:
        save_file(tensors, temporary, metadata=card.to_metadata())
        os.chmod(temporary, 0o644)
        patiently(os.replace, temporary, path)
    except (OSError, SafetensorError) as error:
        raise ModelFileError(
            f"The model file '{path}' could not be written ({error}). Free disk space or choose another folder."
        ) from error
    finally:
        Path(temporary).unlink(missing_ok=True)


def load_model(path: Union[str, Path], device: Union[str, torch.device] = "cpu") -> tuple[nn.Module, ModelCard]:
    """Read a model file.

    Returns:
        The network in evaluation mode on `device`, in float32 (float64 if stored so), and its card.

    Raises:
        ModelFileError: truncated, not ours, of a newer format, or with a card that cannot be right.
        CheckpointMismatchError: tensors that do not fit the card's network; the message names them.
        UnknownModelError: a network this version does not know.
    """
    path = Path(path)
    card = read_card(path)
    try:
        tensors = load_file(path)
    except (OSError, SafetensorError) as error:
        raise ModelFileError(f"The tensors of '{path.name}' cannot be read ({error}). Fetch the file again.") from error
    with _naming(path):
        network = restore_network(card.network, tensors, **_parameters(card))
    _check_inputs(network, card)
    kept = next(network.parameters()).dtype
    return network.to(device, torch.promote_types(kept, torch.float32)), card


class _naming:
    """Turns what a network says of its tensors and parameters into what is wrong with the file."""

    def __init__(self, path: Path) -> None:
        self.name = path.name

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if isinstance(error, CheckpointMismatchError):
            raise CheckpointMismatchError(f"'{self.name}': {error}") from error
        if isinstance(error, InputError):
            raise ModelFileError(f"'{self.name}': its card asks for a network that cannot be. {error}") from error


def _stored(tensor: Tensor, precision: Precision) -> Tensor:
    tensor = tensor.detach().cpu()
    if precision == "float16" and tensor.is_floating_point() and tensor.dim() > 1:
        half = tensor.half()
        tensor = half if bool(torch.isfinite(half).all()) else tensor
    return tensor.clone(memory_format=torch.contiguous_format)


def _parameters(card: ModelCard) -> Mapping[str, Any]:
    """What the registry needs to build the card's network; a modality the card lacks counts one band."""
    fixed = {
        "optical_channels": len(card.optical.bands) if card.optical else 1,
        "sar_channels": len(card.sar.bands) if card.sar else 1,
        "num_classes": len(card.legend),
    }
    repeated = sorted(set(fixed) & set(card.network_parameters))
    if repeated:
        raise ModelFileError(
            f"The card of '{card.name}' gives {', '.join(repeated)} among the network parameters; they follow from "
            "its bands and classes. Remove them there."
        )
    return {**card.network_parameters, **fixed}


def _check_inputs(network: nn.Module, card: ModelCard) -> None:
    """The card must list the modalities the network looks at."""
    listed = tuple(spec.role for spec in card.inputs)
    used = getattr(network, "inputs", listed)
    if tuple(used) != listed:
        raise CheckpointMismatchError(
            f"The card of '{card.name}' lists the inputs {', '.join(listed)}; its network {card.network} looks at "
            f"{', '.join(used)}. Give the card of this network, or set its variant."
        )
