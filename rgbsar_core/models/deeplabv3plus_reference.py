"""DeepLabV3+'s published weights: the authors' key names, and what shapes tell of the network.

Code: oktaykarakus/ReSIF, 646da1a, and VainF/DeepLabV3Plus-Pytorch, 4e1087d, which have the same keys. Written from
shared/reference/deeplabv3plus/{spec.md, manifest.json}.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from .deeplabv3plus import DeepLabV3Plus, build
from .reference_keys import key_map, load_renamed, move_sar_last, shape_of, stacked_bands

_PATTERNS = (
    (r"^classifier\.", "classifier.classifier.3."),
    (r"^fuse\.", "classifier.classifier."),
    (r"^low_level\.", "classifier.project."),
    (r"^aspp\.pooling\.conv\.", "classifier.aspp.convs.4.1."),
    (r"^aspp\.pooling\.norm\.", "classifier.aspp.convs.4.2."),
    (r"^aspp\.branches\.", "classifier.aspp.convs."),
    (r"^aspp\.", "classifier.aspp."),
    (r"^encoder\.", "backbone."),
    (r"\.conv\.", ".0."),
    (r"\.norm\.", ".1."),
)


def load_reference(state_dict: Mapping[str, Tensor], **overrides: Any) -> DeepLabV3Plus:
    """Build the network from weights under the authors' key names; see `registry.load_reference`.

    Classes and the number of stacked bands are read from shapes. No tensor tells modality and band counts (read as
    `stacked_bands` says) nor the output stride (16); modality, optical_channels, sar_channels and output_stride
    override.
    """
    found = {
        **stacked_bands(shape_of(state_dict, "backbone.conv1.weight", "deeplabv3plus")[1], overrides),
        "num_classes": shape_of(state_dict, "classifier.classifier.3.weight", "deeplabv3plus")[0],
    }
    return load_renamed(build, {**found, **overrides}, state_dict, _PATTERNS)


def load_published(state_dict: Mapping[str, Tensor], *, sar_first: bool = False, **overrides: Any) -> DeepLabV3Plus:
    """Like `load_reference`, with the optical bands before the SAR bands.

    Bands are expected in the order of the training data, each once. Whoever trained with the SAR bands in front (the
    stacks that ReSIF's loaders of Hunan and DFC2020 keep as comments) says sar_first=True.
    """
    network = load_reference(state_dict, **overrides)
    if sar_first:
        move_sar_last(network.encoder.conv1, network.settings.sar_channels)
    return network


def reference_key_map(network: DeepLabV3Plus) -> dict[str, str]:
    """Our key -> the authors' key, for every tensor of the network."""
    return key_map(network, _PATTERNS)
