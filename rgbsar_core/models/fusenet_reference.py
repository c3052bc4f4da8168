"""FuseNet's published weights: the authors' key names, and what shapes and names tell of the network.

Authors' code: whu-pzhang/ASANet, 58f64c3. Written from shared/reference/fusenet/{spec.md, manifest.json}.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from torch import Tensor

from .encoders.vgg import CONVOLUTIONS
from .fusenet import FuseNet, build
from .reference_keys import key_map, load_renamed, merge_copies, reverse_bands, shape_of


def _patterns() -> list[tuple[str, str]]:
    """The authors number convolutions and poolings of an encoder in one row."""
    patterns = []
    for ours, theirs in (("optical_encoder", "backbone.backbone"), ("sar_encoder", "backbone.backbone2")):
        number = 0
        for places in CONVOLUTIONS:
            for place in places:
                patterns.append((rf"^{ours}\.features\.{place}\.", f"{theirs}.features.{number}.conv."))
                patterns.append((rf"^{ours}\.features\.{place + 1}\.", f"{theirs}.features.{number}.bn."))
                number += 1
            number += 1  # the pooling
    return [
        *patterns,
        (r"^fusion\.", "backbone.fuse_convs."),
        (r"^decoder\.", "backbone.decoder_convs."),
        (r"_head\.conv\.", "_head.convs.0."),
        (r"_head\.classifier\.", "_head.conv_seg."),
        (r"\.norm\.", ".bn."),
    ]


_PATTERNS = _patterns()


def load_reference(state_dict: Mapping[str, Tensor], **overrides: Any) -> FuseNet:
    """Build the network from weights under the authors' key names; see `registry.load_reference`.

    Read from names and shapes: band counts, classes, whether there is an auxiliary head. Both variants have the same
    tensors: "unchained", as published, is taken, variant="chained" overrides.
    The authors' network takes the optical bands as blue, green, red, and the SAR band three times.
    """
    found = {
        "optical_channels": shape_of(state_dict, "backbone.backbone.features.0.conv.weight", "fusenet")[1],
        "sar_channels": shape_of(state_dict, "backbone.backbone2.features.0.conv.weight", "fusenet")[1],
        "num_classes": shape_of(state_dict, "decode_head.conv_seg.weight", "fusenet")[0],
        "auxiliary": "auxiliary_head.conv_seg.weight" in state_dict,
    }
    return load_renamed(build, {**found, **overrides}, state_dict, _PATTERNS)


def load_published(state_dict: Mapping[str, Tensor], **overrides: Any) -> FuseNet:
    """Like `load_reference`, with the optical bands as red, green, blue and the SAR band once.

    Raises:
        InputError: not three bands a modality, so not fed in the authors' way.
    """
    network = load_reference(state_dict, **overrides)
    reverse_bands(network.optical_encoder.stem)
    merge_copies(network.sar_encoder.stem)
    network.settings = replace(network.settings, sar_channels=1)
    return network


def reference_key_map(network: FuseNet) -> dict[str, str]:
    """Our key -> the authors' key, for every tensor of the network."""
    return key_map(network, _PATTERNS)
