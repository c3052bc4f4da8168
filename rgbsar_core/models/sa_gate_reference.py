"""SA-Gate's published weights: the key names of the ASANet repository, and what shapes tell of the network.

Authors' code: whu-pzhang/ASANet, 58f64c3. Written from shared/reference/sa_gate/{spec.md, manifest.json}.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from torch import Tensor

from ..errors import CheckpointMismatchError
from .reference_keys import key_map, load_renamed, merge_copies, reverse_bands, shape_of
from .sa_gate import LAYERS, SaGate, build

_PATTERNS = (
    (r"^optical_encoder\.", "backbone."),
    (r"^sar_encoder\.(layer\d\.\d+\.)?", r"backbone.\1hha_"),
    *((rf"^shared_downsamples\.{i}\.", f"backbone.layer{i + 1}.0.downsample.") for i in range(LAYERS)),
    (r"^gates\.(\d)\.optical_filter\.", r"backbone.sagates.\1.fsp_rgb.filter.fc."),
    (r"^gates\.(\d)\.sar_filter\.", r"backbone.sagates.\1.fsp_hha.filter.fc."),
    (r"^gates\.(\d)\.optical_score\.", r"backbone.sagates.\1.gate_rgb."),
    (r"^gates\.(\d)\.sar_score\.", r"backbone.sagates.\1.gate_hha."),
    (r"\.context\.branches\.", ".aspp.map_convs."),
    (r"\.context\.branch_norm\.", ".aspp.map_bn."),
    (r"\.context\.join\.", ".aspp.red_conv."),
    (r"\.context\.pooling\.conv\.", ".aspp.global_pooling_conv."),
    (r"\.context\.pooling\.norm\.", ".aspp.global_pooling_bn."),
    (r"\.context\.pooling_join\.", ".aspp.pool_red_conv."),
    (r"\.context\.norm\.", ".aspp.red_bn."),
    (r"\.low_level\.", ".c1_bottleneck."),
    (r"\.refine\.", ".last_conv."),
    (r"^auxiliary_head\.conv\.", "auxiliary_head.convs.0."),
    (r"_head\.classifier\.", "_head.conv_seg."),
    (r"\.norm\.", ".bn."),
)


def load_reference(state_dict: Mapping[str, Tensor], **overrides: Any) -> SaGate:
    """Build the network from weights under the authors' key names; see `registry.load_reference`.

    Band counts, classes and the auxiliary head are read from names and shapes. The authors' networks take the optical
    bands as blue, green, red, and the SAR band three times.

    Raises:
        CheckpointMismatchError: also where the two copies of a shared tensor differ.
    """
    found = {
        "optical_channels": shape_of(state_dict, "backbone.conv1.0.weight", "sa_gate")[1],
        "sar_channels": shape_of(state_dict, "backbone.hha_conv1.0.weight", "sa_gate")[1],
        "num_classes": shape_of(state_dict, "decode_head.conv_seg.weight", "sa_gate")[0],
        "auxiliary": "auxiliary_head.conv_seg.weight" in state_dict,
    }
    return load_renamed(build, {**found, **overrides}, _untied(state_dict), _PATTERNS)


def load_published(state_dict: Mapping[str, Tensor], **overrides: Any) -> SaGate:
    """Like `load_reference`, with the optical bands as red, green, blue and the SAR band once.

    Raises:
        InputError: not three bands a modality, so not fed in the authors' way.
    """
    network = load_reference(state_dict, **overrides)
    reverse_bands(network.optical_encoder.first_convolution)
    merge_copies(network.sar_encoder.first_convolution)
    network.settings = replace(network.settings, sar_channels=1)
    return network


def reference_key_map(network: SaGate) -> dict[str, str]:
    """Our key -> the authors' key, for every tensor of the network; of two tied keys, the one we read."""
    return key_map(network, _PATTERNS)


def tied_key(key: str) -> str:
    """The authors' second key of a tensor of the shared branches, whose first is `key`."""
    return key.replace(".downsample.", ".hha_downsample.")


def _untied(state_dict: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The weights with the shared branches once.

    Raises:
        CheckpointMismatchError: a shared tensor whose second copy is missing or another.
    """
    tied = {key: tied_key(key) for key in state_dict if tied_key(key) != key}
    faults = [
        second
        for first, second in tied.items()
        if second not in state_dict
        or state_dict[first].shape != state_dict[second].shape
        or bool((state_dict[first] != state_dict[second]).any())
    ]
    if faults:
        raise CheckpointMismatchError(
            "SA-Gate's down-sampling branches serve both modalities, so the weights hold each of their tensors twice; "
            f"of {len(tied)}, {len(faults)} have no equal second copy: {', '.join(faults)}. Give the authors' whole "
            "state dictionary, values unchanged."
        )
    return {key: tensor for key, tensor in state_dict.items() if key not in tied.values()}
