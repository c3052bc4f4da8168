"""CMFNet's published weights: the authors' key names, and what shapes and names tell of the network.

Authors' code: sstary/SSRS, 707b454. Written from shared/reference/cmfnet/manifest.json.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from torch import Tensor

from ..errors import CheckpointMismatchError
from .cmfnet import CHANNELS, ENCODER, CmfNet, build
from .reference_keys import key_map, load_renamed, shape_of

#: Tensors of published checkpoints that no output depends on: gates of the four finest maps, keys and values of the
#: heads after the first, and whatever serves only the SAR maps that come out of the cross-modal transformer.
DROPPED = (
    r"attention_[1-4](_d)?\.",
    r"mtc1?\.encoder\.layer\.\d\.channel_attn\.(key|value)d?\.[1-3]\.",
    r"mtc\.encoder\.layer\.3\.channel_attn\.(queryd\d|outd\d|key\.0|valued\.0)\.",
    r"mtc\.encoder\.layer\.3\.(attn_normd|ffn_normd|ffnd)\d\.",
    r"mtc\.reconstruct_d\d\.",
)

_UNITS = [(stage, unit) for stage, widths in enumerate(ENCODER) for unit in range(len(widths))]
_STREAMS = {"": "", "optical_": "", "sar_": "d"}
_BLOCK = {
    "norm": "attn_norm{}",
    "queries": "channel_attn.query{}",
    "out": "channel_attn.out{}",
    "mlp_norm": "ffn_norm{}",
    r"mlp\.0": "ffn{}.fc1",
    r"mlp\.2": "ffn{}.fc2",
}
#: Authors count stages, units and scales from 1, and the decoder's backwards.
_PATTERNS = (
    *((rf"^(\w+_encoder)\.stages\.{i}\.{j}\.", rf"\1.{i + 1}_{j + 1}.") for i, j in _UNITS),
    *((rf"^decoder\.stages\.{4 - i}\.{len(ENCODER[i]) - 1 - j}\.", f"decoder.{i + 1}_{j + 1}.") for i, j in _UNITS),
    (r"^optical_encoder\.(\w+)\.", r"conv\1."),
    (r"^sar_encoder\.(\w+)\.", r"conv\1_d."),
    (r"^decoder\.classifier\.", "conv1_1_D."),
    (r"^decoder\.(\w+)\.", r"conv\1_D."),
    (r"^(conv\w+)\.conv\.", r"\1."),
    (r"^(conv\w+)\.norm\.", r"\1_bn."),
    (r"^optical_gate\.conv\.", "attention_5.1."),
    (r"^sar_gate\.conv\.", "attention_5_d.1."),
    (r"^cross_transformer\.", "mtc."),
    (r"^single_transformer\.", "mtc1."),
    *(
        (rf"\.{ours}embeddings\.{i}\.", f".embeddings{theirs}_{i + 1}.")
        for ours, theirs in _STREAMS.items()
        for i in range(len(CHANNELS))
    ),
    (r"\.projection\.", ".patch_embeddings."),
    (r"\.positions$", ".position_embeddings"),
    *(
        (rf"\.{ours}blocks\.{i}\.{part}\.", f".{name.format(f'{theirs}{i + 1}')}.")
        for ours, theirs in _STREAMS.items()
        for i in range(len(CHANNELS))
        for part, name in _BLOCK.items()
    ),
    (r"\.layers\.", ".encoder.layer."),
    (r"\.joint\.norm\.", ".attn_norm."),
    (r"\.optical_joint\.norm\.", ".attn_normx."),
    (r"\.sar_joint\.norm\.", ".attn_normy."),
    (r"\.(optical_)?(key|value)\.", r".channel_attn.\2.0."),
    (r"\.sar_(key|value)\.", r".channel_attn.\1d.0."),
    *((rf"\.reconstructions\.{i}\.token_norm\.", f".encoder.encoder_norm{i + 1}.") for i in range(len(CHANNELS))),
    *((rf"\.reconstructions\.{i}\.", f".reconstruct_{i + 1}.") for i in range(len(CHANNELS))),
)


def load_reference(state_dict: Mapping[str, Tensor], **overrides: Any) -> CmfNet:
    """Build the network from weights under the authors' key names; see `registry.load_reference`.

    Read from shapes: band counts, classes and the side of the grid of position embeddings. The dead tensors of
    `DROPPED` may be there or not. The authors feed three optical bands divided by 255, in no other order that we
    know of than their files', and one band of the second modality stretched to 0..1 tile by tile.

    Raises:
        CheckpointMismatchError: tensors missing, left over or of the wrong shape; the message names them.
    """
    return load_renamed(build, {**_read_parameters(state_dict), **overrides}, state_dict, _PATTERNS, dropped=DROPPED)


#: Published weights take conventional inputs as they are: no bands in another order, no copies.
load_published = load_reference


def reference_key_map(network: CmfNet) -> dict[str, str]:
    """Our key -> the authors' key, for every tensor of the network."""
    return key_map(network, _PATTERNS)


def _read_parameters(state_dict: Mapping[str, Tensor]) -> dict[str, int]:
    positions = "mtc.embeddings_1.position_embeddings"
    tokens = shape_of(state_dict, positions, "cmfnet")[1]
    if math.isqrt(tokens) ** 2 != tokens:
        raise CheckpointMismatchError(
            f"{positions} has {tokens} tokens; the authors' grids are square (256 = 16 x 16). "
            "Give weights of a network trained on square tiles."
        )
    return {
        "optical_channels": shape_of(state_dict, "conv1_1.weight", "cmfnet")[1],
        "sar_channels": shape_of(state_dict, "conv1_1_d.weight", "cmfnet")[1],
        "num_classes": shape_of(state_dict, "conv1_1_D.weight", "cmfnet")[0],
        "token_side": math.isqrt(tokens),
    }
