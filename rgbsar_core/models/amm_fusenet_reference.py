"""AMM-FuseNet's published weights: the authors' key names, and what shapes tell of the network.

Authors' code: oktaykarakus/ReSIF, 646da1a, folder AMM-FuseNet. Written from
shared/reference/amm_fusenet/{spec.md, manifest.json}.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from .amm_fusenet import DILATIONS, AmmFuseNet, build
from .encoders.resnet import CHANNELS
from .reference_keys import key_map, load_renamed, shape_of

#: Built by the authors' code, read by nothing: 66,048 parameters a modality.
_DEAD = (r"classifier\.dense_aspp_(image|dsm)\.conv1\.",)


def _patterns() -> list[tuple[str, str]]:
    patterns = [(r"^optical_encoder\.", "backbone1."), (r"^sar_encoder\.", "backbone2.")]
    for ours, theirs in (("optical_branch", "image"), ("sar_branch", "dsm")):
        patterns.append((rf"^{ours}\.context\.", f"classifier.dense_aspp_{theirs}."))
        for i in range(len(CHANNELS)):
            block = f"_block{i + 1}" if i else ""
            patterns += [
                (rf"^{ours}\.projections\.{i}\.activation\.1\.", f"classifier.eca_net_{i + 1}_{theirs}."),
                (rf"^{ours}\.projections\.{i}\.", f"classifier.project{block}_{theirs}."),
            ]
    patterns += [(rf"\.dense\.{i}\.", f".asppConv_{i + 1}.") for i in range(len(DILATIONS))]
    return [
        *patterns,
        (r"^classifier\.(weight|bias)$", r"classifier.classifier.3.\1"),
        (r"^fuse\.", "classifier.classifier."),
        (r"\.pooling\.conv\.", ".asppPooling.1."),
        (r"\.pooling\.norm\.", ".asppPooling.2."),
        (r"\.(project\w*|asppConv_\d|classifier)\.conv\.", r".\1.0."),
        (r"\.norm\.", ".1."),
        (r"\.activation\.0\.", ".2."),
    ]


_PATTERNS = _patterns()


def load_reference(state_dict: Mapping[str, Tensor], **overrides: Any) -> AmmFuseNet:
    """Build the network from weights under the authors' key names; see `registry.load_reference`.

    Band counts and classes are read from shapes. The output stride is in no tensor: 16, the default of the authors'
    training, is taken; output_stride=8 overrides (the authors' file names end in os16 or os8).
    Tensors of the layers that nothing reads may be there or not.
    """
    found = {
        "optical_channels": shape_of(state_dict, "backbone1.conv1.weight", "amm_fusenet")[1],
        "sar_channels": shape_of(state_dict, "backbone2.conv1.weight", "amm_fusenet")[1],
        "num_classes": shape_of(state_dict, "classifier.classifier.3.weight", "amm_fusenet")[0],
    }
    return load_renamed(build, {**found, **overrides}, state_dict, _PATTERNS, dropped=_DEAD)


def load_published(state_dict: Mapping[str, Tensor], **overrides: Any) -> AmmFuseNet:
    """`load_reference` itself: the authors feed all bands once, in the order of the file.

    Optical: the 13 bands of Sentinel-2 in the order of their file, or red, green, blue, near infrared. Second input:
    the two bands of Sentinel-1, or one of elevation.
    """
    return load_reference(state_dict, **overrides)


def reference_key_map(network: AmmFuseNet) -> dict[str, str]:
    """Our key -> the authors' key, for every tensor of the network."""
    return key_map(network, _PATTERNS)
