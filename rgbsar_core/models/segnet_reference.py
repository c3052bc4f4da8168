"""SegNet's published weights: the authors' key names, and what shapes tell of the network.

Authors' code: oktaykarakus/ReSIF, 646da1a, folder CGSSL. Written from shared/reference/segnet/{spec.md, manifest.json}.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from .encoders.vgg import CONVOLUTIONS, DECODER_CHANNELS
from .reference_keys import key_map, load_renamed, shape_of, stacked_bands
from .segnet import SegNet, build

#: A whole classification VGG-16 that the authors' code builds and nothing reads: 138,357,544 parameters.
_DEAD = (r"vgg16\.",)


def _patterns() -> list[tuple[str, str]]:
    """The authors number convolutions by stage and place; the decoder's count down to 0."""
    patterns = [(r"^classifier\.", "decoder_convtr_00.0.")]
    for stage, places in enumerate(CONVOLUTIONS):
        for number, place in enumerate(places):
            patterns.append((rf"^encoder\.features\.{place}\.", f"encoder_conv_{stage}{number}.0."))
            patterns.append((rf"^encoder\.features\.{place + 1}\.", f"encoder_conv_{stage}{number}.1."))
        for place in range(len(DECODER_CHANNELS[stage]) - 1):
            number = len(places) - 1 - place
            patterns.append((rf"^decoder\.{stage}\.{3 * place}\.", f"decoder_convtr_{stage}{number}.0."))
            patterns.append((rf"^decoder\.{stage}\.{3 * place + 1}\.", f"decoder_convtr_{stage}{number}.1."))
    return patterns


_PATTERNS = _patterns()


def load_reference(state_dict: Mapping[str, Tensor], **overrides: Any) -> SegNet:
    """Build the network from weights under the authors' key names; see `registry.load_reference`.

    Classes and the number of stacked bands are read from shapes. Where the SAR bands begin is in no tensor:
    optical_channels, sar_channels and modality say it, else `stacked_bands` assumes it.
    Tensors of the classification network that nothing reads may be there or not.
    """
    stacked = shape_of(state_dict, "encoder_conv_00.0.weight", "segnet")[1]
    found = {
        "num_classes": shape_of(state_dict, "decoder_convtr_00.0.weight", "segnet")[1],
        **stacked_bands(stacked, overrides),
    }
    return load_renamed(build, {**found, **overrides}, state_dict, _PATTERNS, dropped=_DEAD)


def load_published(state_dict: Mapping[str, Tensor], **overrides: Any) -> SegNet:
    """`load_reference` itself: the bands are fed once, in the order of the file, optical before SAR."""
    return load_reference(state_dict, **overrides)


def reference_key_map(network: SegNet) -> dict[str, str]:
    """Our key -> the authors' key, for every tensor of the network."""
    return key_map(network, _PATTERNS)
