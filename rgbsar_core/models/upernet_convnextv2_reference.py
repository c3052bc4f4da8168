"""Published weights of UPerNet on a ConvNeXt V2: the authors' key names, and what shapes and names tell.

Authors' code: the single-modality configurations of whu-pzhang/ASANet, 58f64c3. Written from
shared/reference/asanet/manifest.json (variants single_rgb and single_sar).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from torch import Tensor

from .asanet_reference import read_parameters, reference_name
from .reference_keys import merge_copies, reverse_bands
from .upernet_convnextv2 import UPerNetConvNextV2, build
from .weights import assign_weights, build_without_memory

_PREFIXES = {"encoder": "backbone.", "decode_head": "decode_head.", "auxiliary_head": "auxiliary_head."}


def load_reference(state_dict: Mapping[str, Tensor], **overrides: Any) -> UPerNetConvNextV2:
    """Build the network from weights under the authors' key names; see `registry.load_reference`.

    Read from names and shapes: bands, classes, size, widths of the heads. Weights do not say which modality they
    look at: "optical" is taken, modality="sar" overrides; modality="both" needs both band counts, too.
    The authors' networks take the optical bands as blue, green, red, or the SAR band three times.
    """
    found = read_parameters(state_dict, "upernet_convnextv2")
    del found["variant"]
    network = build_without_memory(build, {**found, "modality": "optical", **overrides})
    return assign_weights(network, state_dict, reference_key_map(network))


def load_published(state_dict: Mapping[str, Tensor], **overrides: Any) -> UPerNetConvNextV2:
    """Like `load_reference`, with the optical bands as red, green, blue or the SAR band once.

    Stacked weights are none of the authors'; they stay as they are.

    Raises:
        InputError: not three bands, so not fed in the authors' way.
    """
    network = load_reference(state_dict, **overrides)
    if network.settings.modality == "optical":
        reverse_bands(network.encoder.stem)
    elif network.settings.modality == "sar":
        merge_copies(network.encoder.stem)
        network.settings = replace(network.settings, sar_channels=1)
    return network


def reference_key_map(network: UPerNetConvNextV2) -> dict[str, str]:
    """Our key -> the authors' key, for every tensor of the network."""
    parts = {key: key.split(".", 1) for key in network.state_dict()}
    return {key: _PREFIXES[part] + reference_name(part, rest) for key, (part, rest) in parts.items()}
