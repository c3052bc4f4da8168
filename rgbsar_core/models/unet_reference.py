"""U-Net's published weights: the key names of both reference codes, and what names and shapes tell.

Reference code: milesial/Pytorch-UNet, 21d7850 (plain, bilinear); segmentation_models.pytorch 0.6.0 (resnet50).
Written from shared/reference/unet/manifest.json and manifest_resnet50.json.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from .reference_keys import key_map, load_renamed, shape_of, stacked_bands
from .unet import UNet, build

_PLAIN = (
    (r"^encoder\.blocks\.0\.", "inc.double_conv."),
    (r"^encoder\.blocks\.(\d)\.", r"down\1.maxpool_conv.1.double_conv."),
    *((rf"^decode_head\.blocks\.{i}\.", f"up{i + 1}.") for i in range(4)),
    (r"^(up\d\.conv)\.", r"\1.double_conv."),
    (r"^decode_head\.classifier\.", "outc.conv."),
)
_RESNET = (
    (r"^decode_head\.blocks\.(\d)\.([01])\.", r"decoder.blocks.\1.conv1.\2."),
    (r"^decode_head\.blocks\.(\d)\.3\.", r"decoder.blocks.\1.conv2.0."),
    (r"^decode_head\.blocks\.(\d)\.4\.", r"decoder.blocks.\1.conv2.1."),
    (r"^decode_head\.classifier\.", "segmentation_head.0."),
)
#: Variant -> (our key to theirs, their first convolution, their classification layer).
_FORMS = {
    "plain": (_PLAIN, "inc.double_conv.0.weight", "outc.conv.weight"),
    "bilinear": (_PLAIN, "inc.double_conv.0.weight", "outc.conv.weight"),
    "resnet50": (_RESNET, "encoder.conv1.weight", "segmentation_head.0.weight"),
}


def load_reference(state_dict: Mapping[str, Tensor], **overrides: Any) -> UNet:
    """Build the network from weights under the reference's key names; see `registry.load_reference`.

    Read from names and shapes: variant, classes, bands of the stack. Where the SAR bands begin, and whether
    there are any, is assumed (`reference_keys.stacked_bands`); optical_channels, sar_channels and modality
    override.
    """
    variant = overrides.get("variant", _variant(state_dict))
    patterns, first, classifier = _FORMS.get(str(variant), _FORMS["plain"])
    found = {
        **stacked_bands(shape_of(state_dict, first, "unet")[1], overrides),
        "num_classes": shape_of(state_dict, classifier, "unet")[0],
        "variant": variant,
    }
    return load_renamed(build, {**found, **overrides}, state_dict, patterns)


def load_published(state_dict: Mapping[str, Tensor], **overrides: Any) -> UNet:
    """`load_reference`: no author fed another order. The stack is as it was trained, optical bands first."""
    return load_reference(state_dict, **overrides)


def reference_key_map(network: UNet) -> dict[str, str]:
    """Our key -> the reference's key, for every tensor of the network."""
    return key_map(network, _FORMS[network.settings.variant][0])


def _variant(state_dict: Mapping[str, Tensor]) -> str:
    if _FORMS["resnet50"][1] in state_dict:
        return "resnet50"
    return "plain" if any(key.startswith("up1.up.") for key in state_dict) else "bilinear"
