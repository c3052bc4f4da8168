"""What a network starts from: ImageNet weights for its encoders, or a trained model to fine-tune."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import nn

from rgbsar_core.engine.encoder_file import read_encoder_file
from rgbsar_core.engine.model_file import load_model
from rgbsar_core.errors import BandCountError, CheckpointMismatchError, InputError
from rgbsar_core.models.encoder_weights import load_encoder_weights
from rgbsar_core.registry import create_network

from .recipe import NetworkRecipe, Recipe

logger = logging.getLogger(__name__)


def start(network: nn.Module, recipe: Recipe) -> None:
    """Give a fresh network the weights that the recipe names, if any.

    Raises:
        ModelFileError: a file that cannot be read or does not fit.
        InputError: no encoder for the weights, or a model of other bands.
    """
    load_encoders(network, recipe.network)
    if recipe.network.start_from is not None:
        load_start(network, recipe, recipe.network.start_from)


def freeze(network: nn.Module, parts: Sequence[str]) -> None:
    """Keep parts of a network as they are: no gradients, batch statistics and drop paths as in prediction.

    Args:
        network: changed in place.
        parts: names of modules in it.

    Raises:
        InputError: the network has no part of that name.
    """
    modules = dict(network.named_modules())
    for name in parts:
        if name not in modules or not name:
            known = ", ".join(child for child, _ in network.named_children())
            raise InputError(
                f"network.frozen names '{name}', which the network does not have; expected one of {known}, or a part "
                "of these such as NAME.0. Correct the recipe."
            )
        modules[name].requires_grad_(False).eval()


def load_encoders(network: nn.Module, recipe: NetworkRecipe) -> None:
    """Give the encoders the ImageNet weights the recipe names, if any.

    Raises:
        ModelFileError: a file that cannot be read or does not fit.
        InputError: the network has no encoder for them.
    """
    roles = ("optical", "sar") if recipe.sar_encoder_weights is None else ("optical",)
    for path, whose in ((recipe.encoder_weights, roles), (recipe.sar_encoder_weights, ("sar",))):
        if path is not None:
            logger.info("%s: %s", path, load_encoder_weights(network, read_encoder_file(path), whose))


def load_start(network: nn.Module, recipe: Recipe, path: str) -> None:
    """Give the network the weights of a model file of the same network and band counts.

    Another class list renews what depends on the number of classes, the last layers of the heads; the rest is kept.

    Args:
        network: fresh; changed in place.
        recipe: of the run.
        path: of the model file.

    Raises:
        BandCountError: the model takes other band counts.
        CheckpointMismatchError: it is another network, or the same in another form.
        ModelFileError: the file cannot be used.
    """
    trained, card = load_model(path)
    name = Path(path).name
    for role, found, wanted in (("optical", card.optical, recipe.optical), ("SAR", card.sar, recipe.sar)):
        if found is not None and len(found.bands) != len(wanted.bands):
            raise BandCountError(
                f"The model '{name}' takes {len(found.bands)} {role} bands, the recipe has {len(wanted.bands)}; "
                "expected the same. Choose the model's bands, or a model of these."
            )
    own, theirs = (_form(module) for module in (network, trained))
    if card.network != recipe.network.name or own != theirs:
        differing = sorted(key for key in own if own[key] != theirs.get(key))
        raise CheckpointMismatchError(
            f"The model '{name}' is {_told(card.network, theirs, differing)}, the recipe has "
            f"{_told(recipe.network.name, own, differing)}; expected the same network. Give its size and variant in "
            "the recipe, or start from another file."
        )
    same_classes = card.legend.values == recipe.legend.values and card.legend.names == recipe.legend.names
    fresh = set() if same_classes else class_keys(recipe)
    tensors = {key: tensor for key, tensor in trained.state_dict().items() if key not in fresh}
    network.load_state_dict({**network.state_dict(), **tensors})
    logger.info("%s: %d tensors kept, %d renewed for the new classes", path, len(tensors), len(fresh))


def class_keys(recipe: Recipe) -> set[str]:
    """Names of the network's tensors whose shape depends on the number of classes."""

    def shapes(classes: int) -> dict[str, torch.Size]:
        with torch.device("meta"):
            network = create_network(
                recipe.network.name,
                optical_channels=len(recipe.optical.bands),
                sar_channels=len(recipe.sar.bands),
                num_classes=classes,
                **recipe.network.keywords(),
            )
        return {key: tensor.shape for key, tensor in network.state_dict().items()}

    fewer, more = shapes(2), shapes(3)
    return {key for key in fewer if fewer[key] != more[key]}


def _form(network: nn.Module) -> dict[str, Any]:
    """All that shapes a network but its bands and classes."""
    settings: Any = network.settings
    outside = ("optical_channels", "sar_channels", "num_classes")
    return {key: value for key, value in asdict(settings).items() if key not in outside}


def _told(network: str, form: dict[str, Any], keys: list[str]) -> str:
    return " ".join((network, *(f"{key}={form[key]}" for key in keys if key in form)))
