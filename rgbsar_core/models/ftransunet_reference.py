"""FTransUNet's published weights: the authors' key names, and what shapes and names tell of the network.

Authors' code: sstary/SSRS, folder FTransUNet, 707b454. Written from shared/reference/ftransunet/spec.md and its
manifest.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from torch import Tensor

from ..errors import CheckpointMismatchError
from .ftransunet import FTransUNet, build
from .reference_keys import key_map, load_renamed, shape_of

_EMBEDDINGS = "transformer.embeddings."
_HYBRID = _EMBEDDINGS + "hybrid_model."
_LAYER = r"^(transformer\.encoder\.layer\.\d+\.)"
_NUMBERED = re.compile(r"transformer\.encoder\.layer\.(\d+)\.")
_PROJECTIONS = "(query|key|value|out)"
_PATTERNS = (
    (r"^position_embeddings", _EMBEDDINGS + "position_embeddings"),
    (r"^optical_embedding\.", _EMBEDDINGS + "patch_embeddings."),
    (r"^sar_embedding\.", _EMBEDDINGS + "patch_embeddingsd."),
    (r"^optical_encoder\.root\.", _HYBRID + "root."),
    (r"^sar_encoder\.root\.", _HYBRID + "rootd."),
    (r"^optical_encoder\.", _HYBRID + "body."),
    (r"^sar_encoder\.", _HYBRID + "bodyd."),
    (r"^fusion\.(\d)\.optical\.", _HYBRID + r"se_layer\1.se_rgb.fc."),
    (r"^fusion\.(\d)\.sar\.", _HYBRID + r"se_layer\1.se_depth.fc."),
    (r"^layers\.", "transformer.encoder.layer."),
    (_LAYER + rf"optical\.{_PROJECTIONS}\.", r"\1attn.\2."),
    (_LAYER + rf"sar\.{_PROJECTIONS}\.", r"\1attn.\2d."),
    (_LAYER + r"optical\.self_weight", r"\1attn.w11"),
    (_LAYER + r"optical\.cross_weight", r"\1attn.w12"),
    (_LAYER + r"sar\.self_weight", r"\1attn.w21"),
    (_LAYER + r"sar\.cross_weight", r"\1attn.w22"),
    (_LAYER + r"optical\.(fc\d)", r"\1ffn.\2"),
    (_LAYER + r"sar\.(fc\d)", r"\1ffnd.\2"),
    (_LAYER + r"optical\.", r"\1"),
    (_LAYER + r"sar\.(\w+_norm)", r"\1\2d"),
    (r"^optical_norm\.", "transformer.encoder.encoder_norm."),
    (r"^sar_norm\.", "transformer.encoder.encoder_normd."),
    (r"^(decoder\..+)\.conv\.", r"\1.0."),
    (r"^(decoder\..+)\.norm\.", r"\1.1."),
    (r"^classifier\.", "segmentation_head.0."),
)


def load_reference(state_dict: Mapping[str, Tensor], **overrides: Any) -> FTransUNet:
    """Build the network from weights under the authors' key names; see `registry.load_reference`.

    Read from names and shapes: band counts, classes, depth, and the grid of tokens, taken as square. Weights of
    another grid do not say its sides: `token_rows` and `token_columns` do.
    """
    return load_renamed(build, {**_read_parameters(state_dict, overrides), **overrides}, state_dict, _PATTERNS)


def load_published(state_dict: Mapping[str, Tensor], **overrides: Any) -> FTransUNet:
    """The same as `load_reference`: the authors feed what a data set's image has, in its order, and one further band.

    For Potsdam that is red, green, blue, divided by 255. The further band is a surface model scaled to 0..1 over each
    tile; SAR takes its place.
    """
    return load_reference(state_dict, **overrides)


def reference_key_map(network: FTransUNet) -> dict[str, str]:
    """Our key -> the authors' key, for every tensor of the network."""
    return key_map(network, _PATTERNS)


def _read_parameters(state_dict: Mapping[str, Tensor], overrides: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters that the authors' key names and tensor shapes tell.

    Raises:
        CheckpointMismatchError: a tensor that every FTransUNet has is missing, or the tokens make no square and the
            overrides do not say their grid.
    """
    tokens = shape_of(state_dict, _EMBEDDINGS + "position_embeddings", "ftransunet")[1]
    side = math.isqrt(tokens)
    if side * side != tokens and not {"token_rows", "token_columns"} <= set(overrides):
        raise CheckpointMismatchError(
            f"The position embeddings are {tokens} tokens, which make no square grid as the authors' do. "
            "Give token_rows and token_columns."
        )
    layers = [int(match[1]) for match in map(_NUMBERED.match, state_dict) if match]
    return {
        "optical_channels": shape_of(state_dict, _HYBRID + "root.conv.weight", "ftransunet")[1],
        "sar_channels": shape_of(state_dict, _HYBRID + "rootd.conv.weight", "ftransunet")[1],
        "num_classes": shape_of(state_dict, "segmentation_head.0.weight", "ftransunet")[0],
        "token_rows": side,
        "token_columns": side,
        "depth": max(layers, default=0) + 1,
    }
