"""WHFNet's published weights: the authors' key names, and what shapes and names tell of the network.

Authors' code: XD-MG/WHFNet, eff9555. Written from shared/reference/whfnet/manifest.json.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from torch import Tensor

from .asanet_reference import reference_name
from .reference_keys import merge_copies, rename, reverse_bands, shape_of
from .weights import assign_weights, build_without_memory
from .whfnet import WhfNet, build

# The authors' first encoder is the SAR one, their second the optical one; parts told by "asanet" are named as there.
_PREFIXES = {
    "optical_encoder": "backbone.backbone2.",
    "sar_encoder": "backbone.backbone.",
    "optical_frequency_encoder": "backbone.freq_encoders.0.",
    "sar_frequency_encoder": "backbone.freq_encoders.1.",
    "interactors": "backbone.cmi_modules.",
    "decode_head": "decode_head.",
    "auxiliary_heads": "auxiliary_head.",
}
_PATTERNS = {
    "optical_encoder": (
        (r"^downsamples\.0\.", "patch_embed."),
        (r"^downsamples\.(\d)\.", r"stages.\1.downsample."),
        (r"^stages\.(\d)\.(\d)\.", r"stages.\1.blocks.\2."),
        (r"^norms\.", "norm"),
        (r"\.attention\.", ".attn.w_msa."),
        (r"\.position_mlp\.", ".cpb_mlp."),
        (r"\.project\.", ".proj."),
        (r"\.mlp\.0\.", ".ffn.layers.0.0."),
        (r"\.mlp\.2\.", ".ffn.layers.1."),
    ),
    "interactors": (
        (r"\.(opt|sar)\w*\.", r".\1_freq_spatial_fusion."),
        (r"\.project\.", ".proj_in."),
        (r"\.project_details\.", ".proj_freq."),
        (r"\.gate\.", ".sa."),
        (r"\.mix\.", ".conv."),
    ),
}
_AS_IN_ASANET = {"sar_encoder": "encoder", "decode_head": "decode_head", "auxiliary_heads": "auxiliary_head"}
#: Ends of the keys that follow from the window; the authors, too, drop them from what they load.
_DERIVED = (".relative_coords_table", ".relative_position_index")
_TABLE = "backbone.backbone2.stages.0.blocks.0.attn.w_msa.relative_coords_table"


def load_reference(state_dict: Mapping[str, Tensor], **overrides: Any) -> WhfNet:
    """Build the network from weights under the authors' key names; see `registry.load_reference`.

    Read from names and shapes: band counts, classes, width, auxiliary heads, and the window, if the tables that follow
    from it are there (they are dropped after that). Where they are not, no other tensor tells it: 4 is taken, as in
    two of the authors' three configurations; window=8 (WHU-OPT-SAR) overrides. The authors' network takes the SAR
    band three times; see `load_published` for the optical bands.

    Raises:
        CheckpointMismatchError: tensors missing, left over or of the wrong shape.
    """
    network = build_without_memory(build, {**_read_parameters(state_dict), **overrides})
    live = {key: tensor for key, tensor in state_dict.items() if not key.endswith(_DERIVED)}
    return assign_weights(network, live, reference_key_map(network))


def load_published(state_dict: Mapping[str, Tensor], *, fed_rgb: bool = False, **overrides: Any) -> WhfNet:
    """Like `load_reference`, with the optical bands as red, green, blue and the SAR band once.

    The authors' configurations for Xi'an and WHU-OPT-SAR feed blue, green, red. The one for Korea feeds red, green,
    blue, which no tensor tells: give `fed_rgb=True`. All feed three copies of one SAR band.

    Raises:
        InputError: not three bands a modality, so not fed in the authors' way.
    """
    network = load_reference(state_dict, **overrides)
    if not fed_rgb:
        reverse_bands(network.optical_encoder.stem)
        reverse_bands(network.optical_frequency_encoder.stem)
    merge_copies(network.sar_encoder.stem)
    merge_copies(network.sar_frequency_encoder.stem)
    network.settings = replace(network.settings, sar_channels=1)
    return network


def reference_key_map(network: WhfNet) -> dict[str, str]:
    """Our key -> the authors' key, for every tensor of the network; `_DERIVED` ones are not among them."""
    key_map = {}
    for key in network.state_dict():
        part, rest = key.split(".", 1)
        prefix = _PREFIXES[part]
        if part == "auxiliary_heads":
            index, rest = rest.split(".", 1)
            prefix += f"{index}."
        as_in_asanet = _AS_IN_ASANET.get(part)
        name = reference_name(as_in_asanet, rest) if as_in_asanet else rename(rest, _PATTERNS.get(part, ()))
        key_map[key] = prefix + name
    return key_map


def _read_parameters(state_dict: Mapping[str, Tensor]) -> dict[str, Any]:
    stem = shape_of(state_dict, "backbone.backbone2.patch_embed.projection.weight", "whfnet")
    found = {
        "optical_channels": stem[1],
        "width": stem[0],
        "sar_channels": shape_of(state_dict, "backbone.backbone.downsample_layers.0.0.weight", "whfnet")[1],
        "num_classes": shape_of(state_dict, "decode_head.conv_seg.weight", "whfnet")[0],
        "auxiliary": "auxiliary_head.0.conv_seg.weight" in state_dict,
    }
    if _TABLE in state_dict:
        found["window"] = (shape_of(state_dict, _TABLE, "whfnet")[1] + 1) // 2  # (1, 2w - 1, 2w - 1, 2)
    return found
