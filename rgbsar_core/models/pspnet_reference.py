"""PSPNet's published weights: the authors' key names, and what shapes tell of the network.

Code: oktaykarakus/ReSIF, 646da1a. Written from shared/reference/pspnet/{spec.md, manifest.json}.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from .layers.pyramid_pooling import POOLED_SIZES
from .pspnet import PspNet, build
from .reference_keys import key_map, load_renamed, move_sar_last, shape_of, stacked_bands

_PATTERNS = (
    (r"^classifier\.", "classifier.conv5.5."),
    (r"^bottleneck\.conv\.", "classifier.conv5.1."),
    (r"^bottleneck\.norm\.", "classifier.conv5.2."),
    *((rf"^pyramid\.{i}\.", f"classifier.conv5.0.conv{i + 1}.") for i in range(len(POOLED_SIZES))),
    (r"^encoder\.", "backbone."),
    (r"\.conv\.", ".0."),
    (r"\.norm\.", ".1."),
)


def load_reference(state_dict: Mapping[str, Tensor], **overrides: Any) -> PspNet:
    """Build the network from weights under the authors' key names; see `registry.load_reference`.

    Classes and the number of stacked bands are read from shapes. No tensor tells modality and band counts (read as
    `stacked_bands` says), the output stride (16) nor how maps are resized (pixel edges); modality, optical_channels,
    sar_channels, output_stride and align_corners override.
    """
    found = {
        **stacked_bands(shape_of(state_dict, "backbone.conv1.weight", "pspnet")[1], overrides),
        "num_classes": shape_of(state_dict, "classifier.conv5.5.weight", "pspnet")[0],
    }
    return load_renamed(build, {**found, **overrides}, state_dict, _PATTERNS)


def load_published(state_dict: Mapping[str, Tensor], *, sar_first: bool = False, **overrides: Any) -> PspNet:
    """Like `load_reference`, with the optical bands before the SAR bands.

    Bands are expected in the order of the training data, each once. Whoever trained with the SAR bands in front (the
    stacks that ReSIF's loaders of Hunan and DFC2020 keep as comments) says sar_first=True.
    """
    network = load_reference(state_dict, **overrides)
    if sar_first:
        move_sar_last(network.encoder.conv1, network.settings.sar_channels)
    return network


def reference_key_map(network: PspNet) -> dict[str, str]:
    """Our key -> the authors' key, for every tensor of the network; the auxiliary head, which is ours, has none."""
    return {ours: theirs for ours, theirs in key_map(network, _PATTERNS).items() if not ours.startswith("auxiliary")}
