"""ASANet's published weights: the authors' key names, and what shapes and names tell of the network.

Authors' code: whu-pzhang/ASANet, 58f64c3. Written from shared/reference/asanet/manifest.json.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from torch import Tensor

from ..errors import CheckpointMismatchError
from .asanet import VARIANTS, AsaNet, build
from .encoders.convnext_v2 import SIZES
from .reference_keys import merge_copies, rename, reverse_bands, shape_of
from .weights import assign_weights, build_without_memory

_PREFIXES = {
    "focusing": "backbone.FRMs.",
    "fusion": "backbone.FFMs.",
    "decode_head": "decode_head.",
    "auxiliary_head": "auxiliary_head.",
}
_PATTERNS = {
    "encoder": (
        (r"^downsamples", "downsample_layers"),
        (r"^norms\.", "norm"),
        (r"\.depthwise\.", ".depthwise_conv."),
        (r"\.expand\.", ".pointwise_conv1."),
        (r"\.project\.", ".pointwise_conv2."),
    ),
    "focusing": ((r"\.reduce\.", ".sconv.0."), (r"\.restore\.", ".sconv.2.")),
    "fusion": (
        (r"\.gather\.", ".catconv1."),
        (r"\.merge\.", ".catconv2."),
        (r"\.optical_select\.", ".fc1."),
        (r"\.sar_select\.", ".fc2."),
        (r"\.optical_gate\.", ".mlp1."),
        (r"\.sar_gate\.", ".mlp2."),
        (r"\.expand\.", ".fc1."),
        (r"\.depthwise\.", ".dwconv."),
        (r"\.project\.", ".fc2."),
        (r"\.norm\.", ".bn."),
    ),
    "decode_head": (
        (r"^pooled\.(\d)\.", r"psp_modules.\1.1."),
        (r"^laterals", "lateral_convs"),
        (r"^smooth", "fpn_convs"),
        (r"^fuse", "fpn_bottleneck"),
        (r"^classifier", "conv_seg"),
        (r"\.norm\.", ".bn."),
    ),
    "auxiliary_head": (
        (r"^conv\.", "convs.0."),
        (r"^classifier", "conv_seg"),
        (r"\.norm\.", ".bn."),
    ),
}


def load_reference(state_dict: Mapping[str, Tensor], **overrides: Any) -> AsaNet:
    """Build the network from weights under the authors' key names; see `registry.load_reference`.

    Read from names and shapes: band counts, classes, size, variant, widths of the heads. Weights of one
    modality do not say which it is: "optical" is taken, variant="sar" overrides.
    The authors' networks take the optical bands as blue, green, red, and the SAR band three times.
    """
    network = build_without_memory(build, {**read_parameters(state_dict), **overrides})
    return assign_weights(network, state_dict, reference_key_map(network))


def load_published(state_dict: Mapping[str, Tensor], **overrides: Any) -> AsaNet:
    """Like `load_reference`, with the optical bands as red, green, blue and the SAR band once.

    The authors feed blue, green, red and three copies of one SAR band. Turning round the first convolution's
    kernels, or adding up the three that see the same band, gives the same answer from conventional inputs.

    Raises:
        InputError: not three bands a modality, so not fed in the authors' way.
    """
    network = load_reference(state_dict, **overrides)
    if "optical" in network.inputs:
        reverse_bands(network.optical_encoder.stem)
    if "sar" in network.inputs:
        merge_copies(network.sar_encoder.stem)
    network.settings = replace(network.settings, sar_channels=1)
    return network


def reference_key_map(network: AsaNet) -> dict[str, str]:
    """Our key -> the authors' key, for every tensor of the network."""
    single = VARIANTS[network.settings.variant] is None
    encoders = ("backbone.", "backbone.") if single else ("backbone.backbone.", "backbone.backbone2.")
    prefixes = {"optical_encoder": encoders[0], "sar_encoder": encoders[1], **_PREFIXES}
    key_map = {}
    for key in network.state_dict():
        part, rest = key.split(".", 1)
        key_map[key] = prefixes[part] + reference_name("encoder" if part.endswith("_encoder") else part, rest)
    return key_map


def reference_name(part: str, name: str) -> str:
    """A tensor's name inside a part (encoder, focusing, fusion, decode_head, auxiliary_head) as authors have it."""
    return rename(name, _PATTERNS[part])


def read_parameters(state_dict: Mapping[str, Tensor], network: str = "asanet") -> dict[str, Any]:
    """The parameters that the authors' key names and tensor shapes tell; `network` is the name for errors.

    Raises:
        CheckpointMismatchError: a tensor that every such network has is missing, or no size has its widths.
    """
    pair = "backbone.backbone.downsample_layers.0.0.weight" in state_dict
    stem = shape_of(state_dict, f"backbone.{'backbone.' if pair else ''}downsample_layers.0.0.weight", network)
    classifier = shape_of(state_dict, "decode_head.conv_seg.weight", network)
    sizes = {size.channels[0]: name for name, size in SIZES.items()}
    if stem[0] not in sizes:
        raise CheckpointMismatchError(
            f"The first convolution has {stem[0]} channels; {network}'s sizes have {', '.join(map(str, sizes))}. "
            "Give weights of one of these sizes."
        )
    found = {
        "optical_channels": stem[1],
        "num_classes": classifier[0],
        "size": sizes[stem[0]],
        "decoder_width": classifier[1],
        "auxiliary": "auxiliary_head.conv_seg.weight" in state_dict,
    }
    if found["auxiliary"]:
        found["auxiliary_width"] = shape_of(state_dict, "auxiliary_head.conv_seg.weight", network)[1]
    if not pair:
        return {**found, "variant": "optical", "sar_channels": stem[1]}
    modules = tuple(any(key.startswith(_PREFIXES[part]) for key in state_dict) for part in ("focusing", "fusion"))
    found["variant"] = next(name for name, uses in VARIANTS.items() if uses == modules)
    found["sar_channels"] = shape_of(state_dict, "backbone.backbone2.downsample_layers.0.0.weight", network)[1]
    return found
