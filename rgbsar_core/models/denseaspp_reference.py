"""DenseASPP's published weights: the key names of both reference codes, and what names and shapes tell.

Reference code: LikeLy-Journey/SegmenTron, 4bc605e (resnet50); DeepMotionAIResearch/DenseASPP, 35a3e05
(densenet121). Written from shared/reference/denseaspp/manifest.json and manifest_densenet121.json.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from .denseaspp import RATES, DenseAspp, build
from .reference_keys import key_map, load_renamed, shape_of, stacked_bands

_RESNET = (
    *((rf"^decode_head\.layers\.{i}\.norm", f"head.dense_aspp_block.aspp_{rate}.bn") for i, rate in enumerate(RATES)),
    *((rf"^decode_head\.layers\.{i}\.", f"head.dense_aspp_block.aspp_{rate}.") for i, rate in enumerate(RATES)),
    (r"^decode_head\.classifier\.", "head.block.1."),
)
_DENSENET = (
    (r"^encoder\.", ""),
    *((rf"^decode_head\.layers\.{i}\.", f"ASPP_{rate}.") for i, rate in enumerate(RATES)),
    (r"\.(norm|conv)([12])\.", r".\1.\2."),
    (r"^decode_head\.classifier\.", "classification.1."),
)
#: Variant -> (our key to theirs, their first convolution, their classification layer).
_FORMS = {
    "resnet50": (_RESNET, "encoder.conv1.weight", "head.block.1.weight"),
    "densenet121": (_DENSENET, "features.conv0.weight", "classification.1.weight"),
}
#: The ImageNet classifier of SegmenTron's encoder; nothing reads it.
_DEAD = (r"encoder\.fc\.",)


def load_reference(state_dict: Mapping[str, Tensor], **overrides: Any) -> DenseAspp:
    """Build the network from weights under the reference's key names; see `registry.load_reference`.

    Read from names and shapes: variant, classes, bands of the stack. Where the SAR bands begin, and whether
    there are any, is assumed (`reference_keys.stacked_bands`); optical_channels, sar_channels and modality
    override. Nothing tells the output stride: 8 is taken, output_stride=16 overrides; nor how the logits are
    up-sampled: corners aligned, align_corners=False overrides.
    """
    read = "densenet121" if _FORMS["densenet121"][1] in state_dict else "resnet50"
    variant = overrides.get("variant", read)
    patterns, first, classifier = _FORMS.get(str(variant), _FORMS[read])
    found = {
        **stacked_bands(shape_of(state_dict, first, "denseaspp")[1], overrides),
        "num_classes": shape_of(state_dict, classifier, "denseaspp")[0],
        "variant": variant,
    }
    return load_renamed(build, {**found, **overrides}, state_dict, patterns, dropped=_DEAD)


def load_published(state_dict: Mapping[str, Tensor], **overrides: Any) -> DenseAspp:
    """`load_reference`: no author fed another order. The stack is as it was trained, optical bands first."""
    return load_reference(state_dict, **overrides)


def reference_key_map(network: DenseAspp) -> dict[str, str]:
    """Our key -> the reference's key, for every tensor of the network."""
    return key_map(network, _FORMS[network.settings.variant][0])
