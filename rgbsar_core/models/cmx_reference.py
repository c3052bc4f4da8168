"""CMX's published weights: the key names of the ASANet repository, and what shapes tell of the network.

Authors' code: whu-pzhang/ASANet, 58f64c3. Written from shared/reference/cmx/{spec.md, manifest.json}.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from torch import Tensor

from .cmx import Cmx, build
from .reference_keys import key_map, load_renamed, merge_copies, reverse_bands, shape_of

_PATTERNS = (
    (r"^optical_encoder\.", "backbone."),
    (r"^sar_encoder\.", "backbone.extra_"),
    (r"^rectification\.(\d)\.(channel|spatial)_weights\.", r"backbone.FRMs.\1.\2_weights.mlp."),
    (r"^fusion\.", "backbone.FFMs."),
    *(
        (rf"\.{path}_path\.{ours}\.", f".cross.{theirs}{number}.")
        for number, path in ((1, "optical"), (2, "sar"))
        for ours, theirs in (
            ("project", "channel_proj"),
            ("key_value", "cross_attn.kv"),
            ("restore", "end_proj"),
            ("norm", "norm"),
        )
    ),
    (r"\.embedding\.bottleneck\.", ".channel_emb.channel_embed."),
    (r"\.embedding\.", ".channel_emb."),
    (r"^decode_head\.projections\.(\d)\.", r"decode_head.layers.\1.proj."),
    (r"^decode_head\.join\.", "decode_head.fusion_conv.conv."),
    (r"^decode_head\.norm\.", "decode_head.fusion_conv.bn."),
    (r"^decode_head\.classifier\.", "decode_head.conv_seg."),
)


def load_reference(state_dict: Mapping[str, Tensor], **overrides: Any) -> Cmx:
    """Build the network from weights under the authors' key names; see `registry.load_reference`.

    Band counts and classes are read from shapes. The authors' networks take the optical bands as blue, green, red, and
    the SAR band three times.
    """
    found = {
        "optical_channels": shape_of(state_dict, "backbone.patch_embed1.proj.weight", "cmx")[1],
        "sar_channels": shape_of(state_dict, "backbone.extra_patch_embed1.proj.weight", "cmx")[1],
        "num_classes": shape_of(state_dict, "decode_head.conv_seg.weight", "cmx")[0],
    }
    return load_renamed(build, {**found, **overrides}, state_dict, _PATTERNS)


def load_published(state_dict: Mapping[str, Tensor], **overrides: Any) -> Cmx:
    """Like `load_reference`, with the optical bands as red, green, blue and the SAR band once.

    Raises:
        InputError: not three bands a modality, so not fed in the authors' way.
    """
    network = load_reference(state_dict, **overrides)
    reverse_bands(network.optical_encoder.stem)
    merge_copies(network.sar_encoder.stem)
    network.settings = replace(network.settings, sar_channels=1)
    return network


def reference_key_map(network: Cmx) -> dict[str, str]:
    """Our key -> the authors' key, for every tensor of the network."""
    return key_map(network, _PATTERNS)
