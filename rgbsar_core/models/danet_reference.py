"""DANet's published weights: the authors' key names, and what shapes tell of the network.

Code: junfu1115/DANet, b0a0fa0, built with a ResNet-50 of torchvision's stem. Written from
shared/reference/danet/{spec.md, manifest.json}.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from .danet import DANet, build
from .reference_keys import key_map, load_renamed, move_sar_last, shape_of, stacked_bands

_PATTERNS = (
    (r"^position_branch\.reduce\.", "head.conv5a."),
    (r"^position_branch\.attention\.(query|key|value)\.", r"head.sa.\1_conv."),
    (r"^position_branch\.attention\.", "head.sa."),
    (r"^position_branch\.smooth\.", "head.conv51."),
    (r"^channel_branch\.reduce\.", "head.conv5c."),
    (r"^channel_branch\.attention\.", "head.sc."),
    (r"^channel_branch\.smooth\.", "head.conv52."),
    (r"^auxiliary_heads\.0\.", "head.conv6."),
    (r"^auxiliary_heads\.1\.", "head.conv7."),
    (r"^classifier\.", "head.conv8."),
    (r"^encoder\.", "pretrained."),
    (r"\.conv\.", ".0."),
    (r"\.norm\.", ".1."),
)


def load_reference(state_dict: Mapping[str, Tensor], **overrides: Any) -> DANet:
    """Build the network from weights under the authors' key names; see `registry.load_reference`.

    Classes, the number of stacked bands and whether the branches have classifiers are read from names and shapes. No
    tensor tells modality and band counts (read as `stacked_bands` says) nor the multi-grid (off); modality,
    optical_channels, sar_channels and multi_grid override.
    """
    found = {
        **stacked_bands(shape_of(state_dict, "pretrained.conv1.weight", "danet")[1], overrides),
        "num_classes": shape_of(state_dict, "head.conv8.1.weight", "danet")[0],
        "auxiliary": any(key.startswith(("head.conv6.", "head.conv7.")) for key in state_dict),
    }
    return load_renamed(build, {**found, **overrides}, state_dict, _PATTERNS)


def load_published(state_dict: Mapping[str, Tensor], *, sar_first: bool = False, **overrides: Any) -> DANet:
    """Like `load_reference`, with the optical bands before the SAR bands.

    Bands are expected in the order of the training data, each once; the authors' own networks take red, green, blue
    (modality="optical"). Whoever trained on a stack with the SAR bands in front says sar_first=True.
    """
    network = load_reference(state_dict, **overrides)
    if sar_first:
        move_sar_last(network.encoder.conv1, network.settings.sar_channels)
    return network


def reference_key_map(network: DANet) -> dict[str, str]:
    """Our key -> the authors' key, for every tensor of the network."""
    return key_map(network, _PATTERNS)
