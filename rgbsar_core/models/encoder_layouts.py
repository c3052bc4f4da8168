"""How public ImageNet files name the tensors of our encoders.

Patterns turn our names into a file's, as in `reference_keys.py`; the order of a file means nothing.
Names and shapes were read in the publishers' code: pytorch/vision `resnet.py`, `densenet.py` and `vgg.py`, huggingface/
pytorch-image-models `resnet.py`, `convnext.py` and `swin_transformer_v2.py`, facebookresearch/ConvNeXt-V2
`convnextv2.py`, microsoft/Swin-Transformer `swin_transformer_v2.py`, open-mmlab/mmpretrain `convnext.py`,
NVlabs/SegFormer `mix_transformer.py`, charlesCXK/RGBD_Semantic_Segmentation_PyTorch `dual_resnet.py`,
Beckschen/TransUNet `vit_seg_modeling.py`. No published file itself was at hand.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from .encoders.vgg import CONVOLUTIONS
from .layers.conv import resize
from .reference_keys import Patterns

#: An expression that matches no name.
NONE = "$."


@dataclass(frozen=True)
class EncoderKind:
    """One kind of encoder as our networks build it.

    Attributes:
        title: for people.
        family: of files that fit, see `Layout`.
        stem: weight of the convolution that sees the bands, named from `optical_encoder.`, `sar_encoder.` or
            `encoder.` on; only this kind has that name there.
        names: what turns our names, from there on, into those that the patterns of `Layout` start from.
        elsewhere: the same for whole names of tensors outside; `ROLE` stands for optical or sar.
    """

    title: str
    family: str
    stem: str
    names: Patterns = ()
    elsewhere: Patterns = ()


_VGG_UNITS = [(i, j, place) for i, stage in enumerate(CONVOLUTIONS) for j, place in enumerate(stage)]

ENCODER_KINDS = (
    EncoderKind("ResNet", "resnet", "conv1.weight"),
    EncoderKind(
        "ResNet-101 with a stem of three convolutions",
        "resnet-deep-stem",
        "conv1.0.weight",
        elsewhere=tuple((rf"^shared_downsamples\.{i}\.", f"layer{i + 1}.0.downsample.") for i in range(4)),
    ),
    EncoderKind("VGG-16", "vgg", "features.0.weight"),
    EncoderKind(
        "VGG-16",
        "vgg",
        "stages.0.0.conv.weight",  # CMFNet
        names=tuple(
            (rf"^stages\.{i}\.{j}\.{part}\.", f"features.{place + offset}.")
            for i, j, place in _VGG_UNITS
            for offset, part in enumerate(("conv", "norm"))
        ),
    ),
    EncoderKind("DenseNet-121", "densenet", "features.conv0.weight"),
    EncoderKind("ConvNeXt V2", "convnext", "downsamples.0.0.weight"),
    EncoderKind("MiT-B2", "mit", "patch_embed1.proj.weight"),
    EncoderKind("Swin V2", "swin", "downsamples.0.projection.weight"),
    EncoderKind(
        "R50+ViT-B/16",
        "hybrid",
        "root.conv.weight",
        elsewhere=(
            (r"^ROLE_embedding\.", "embedding."),
            (r"^layers\.(\d+)\.ROLE\.(\w+)\.", r"layers.\1.\2."),  # not the weights of the exchange: they have no dot
            (r"^ROLE_norm\.", "norm."),
            (r"^position_embeddings$", "position_embeddings"),
        ),
    ),
)

#: (name in the file, its tensor, our shape, settings of the network) -> the tensor as we store it. One that cannot
#: be brought to our shape comes back as it is, for the caller to refuse.
Conversion = Callable[[str, Tensor, tuple[int, ...], Any], Tensor]


def keep(name: str, tensor: Tensor, shape: tuple[int, ...], settings: Any) -> Tensor:
    """Our shape where only sides of 1 differ: linear layers stored as 1x1 convolutions, vectors as (1, 1, 1, C)."""
    same = [side for side in tensor.shape if side != 1] == [side for side in shape if side != 1]
    return tensor.reshape(shape) if same else tensor


def from_quadrants(name: str, tensor: Tensor, shape: tuple[int, ...], settings: Any) -> Tensor:
    """Swin's merging of patches: its columns are ordered by (dx, dy, channel), ours by (channel, dy, dx)."""
    if name.endswith("downsample.reduction.weight") and tuple(tensor.shape) == shape:
        return tensor.unflatten(1, (2, 2, -1)).permute(0, 3, 2, 1).flatten(1)
    return keep(name, tensor, shape, settings)


def from_flax(name: str, tensor: Tensor, shape: tuple[int, ...], settings: Any) -> Tensor:
    """Kernels are (height, width, in, out) or (in, out), with heads as an axis of their own.

    Position embeddings are those of a square grid behind one of the class token, which is dropped; they are resampled
    to our grid bilinearly, the outermost centres aligned, as TransUNet's loader does.
    """
    if name.endswith("/pos_embedding"):
        side = math.isqrt(tensor.numel() // shape[2])  # the class token makes it one more than a square
        if tuple(tensor.shape) != (1, side * side + 1, shape[2]):
            return tensor
        grid = tensor[:, 1:].float().transpose(1, 2).unflatten(2, (side, side))
        grid = resize(grid, (settings.token_rows, settings.token_columns), align_corners=True)
        return grid.flatten(2).transpose(1, 2)
    if len(shape) == 4:
        return tensor.permute(3, 2, 0, 1) if tensor.dim() == 4 else tensor
    if tensor.numel() != math.prod(shape):
        return tensor
    return tensor.reshape(shape[::-1]).t() if name.endswith("/kernel") else tensor.reshape(shape)


@dataclass(frozen=True)
class Layout:
    """The names of one sort of file.

    Attributes:
        title: for people.
        family: of the encoders it fits.
        signature: names that every such file has and no other sort has all of.
        patterns: our names to the file's.
        fresh: expression of our names that such a file never has.
        optional: expression of our names that it may lack.
        unread: expression of its names, beside the encoder's, that stand among them and are of no use.
        convert: its tensors to ours.
    """

    title: str
    family: str
    signature: tuple[str, ...]
    patterns: Patterns = ()
    fresh: str = NONE
    optional: str = NONE
    unread: str = NONE
    convert: Conversion = keep


_PLAIN_VGG = (0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28)
_VGG_NORMS = "|".join(str(place + 1) for _, _, place in _VGG_UNITS)
_TORCHVISION_DENSENET_HAS_OTHERS = r"features\.(transition4|norm5)\."
_SWIN_TABLES = r".+\.(relative_coords_table|relative_position_index|attn_mask)$"
_SWIN = (
    (r"^downsamples\.0\.projection\.", "patch_embed.proj."),
    (r"^downsamples\.0\.", "patch_embed."),
    (r"^stages\.(\d)\.(\d+)\.", r"layers.\1.blocks.\2."),
    (r"\.attention\.", ".attn."),
    (r"\.position_mlp\.", ".cpb_mlp."),
    (r"\.project\.", ".proj."),
    (r"\.mlp\.0\.", ".mlp.fc1."),
    (r"\.mlp\.2\.", ".mlp.fc2."),
    (r"^norms\.3\.", "norm."),
)
_NORMS = r"norms\."

LAYOUTS = (
    Layout(
        "ResNet of torchvision or timm",
        "resnet",
        ("conv1.weight", "bn1.running_mean", "layer1.0.conv3.weight", "layer1.0.downsample.0.weight"),
    ),
    Layout(
        "ResNet-101 of SA-Gate's authors or timm (resnet101s)",
        "resnet-deep-stem",
        ("conv1.0.weight", "conv1.6.weight", "layer1.0.conv3.weight", "layer1.0.downsample.0.weight"),
    ),
    Layout(
        "VGG-16 with batch normalisation of torchvision",
        "vgg",
        ("features.0.weight", "features.1.running_mean", "features.40.weight"),
    ),
    Layout(
        "VGG-16 of torchvision",
        "vgg",
        ("features.0.weight", "features.2.weight", "features.28.weight"),
        patterns=tuple(
            (rf"^features\.{place}\.", f"features.{plain}.") for (_, _, place), plain in zip(_VGG_UNITS, _PLAIN_VGG)
        ),
        fresh=rf"features\.({_VGG_NORMS})\.",
    ),
    Layout(
        "DenseNet-121 of torchvision or timm",
        "densenet",
        ("features.conv0.weight", "features.denseblock1.denselayer1.norm1.weight"),
        fresh=_TORCHVISION_DENSENET_HAS_OTHERS,
        unread=_TORCHVISION_DENSENET_HAS_OTHERS,
    ),
    Layout(
        "DenseNet-121 as torchvision hosts it",
        "densenet",
        ("features.conv0.weight", "features.denseblock1.denselayer1.norm.1.weight"),
        patterns=((r"(\.denselayer\d+\.(?:norm|conv))(\d)\.", r"\1.\2."),),
        fresh=_TORCHVISION_DENSENET_HAS_OTHERS,
        unread=_TORCHVISION_DENSENET_HAS_OTHERS,
    ),
    Layout(
        "ConvNeXt V2 of its authors",
        "convnext",
        ("downsample_layers.0.0.weight", "stages.0.0.dwconv.weight", "stages.0.0.grn.gamma"),
        patterns=(
            (r"^downsamples\.", "downsample_layers."),
            (r"\.depthwise\.", ".dwconv."),
            (r"\.expand\.", ".pwconv1."),
            (r"\.project\.", ".pwconv2."),
            (r"^norms\.3\.", "norm."),
        ),
        optional=_NORMS,
    ),
    Layout(
        "ConvNeXt V2 of mmpretrain",
        "convnext",
        ("downsample_layers.0.0.weight", "stages.0.0.depthwise_conv.weight", "stages.0.0.grn.gamma"),
        patterns=(
            (r"^downsamples\.", "downsample_layers."),
            (r"\.depthwise\.", ".depthwise_conv."),
            (r"\.expand\.", ".pointwise_conv1."),
            (r"\.project\.", ".pointwise_conv2."),
            (r"^norms\.", "norm"),
        ),
        optional=_NORMS,
    ),
    Layout(
        "ConvNeXt V2 of timm",
        "convnext",
        ("stem.0.weight", "stages.0.blocks.0.conv_dw.weight", "stages.0.blocks.0.mlp.grn.weight"),
        patterns=(
            (r"^downsamples\.0\.", "stem."),
            (r"^stages\.(\d)\.(\d+)\.", r"stages.\1.blocks.\2."),
            (r"^downsamples\.(\d)\.", r"stages.\1.downsample."),
            (r"\.depthwise\.", ".conv_dw."),
            (r"\.expand\.", ".mlp.fc1."),
            (r"\.grn\.gamma$", ".mlp.grn.weight"),
            (r"\.grn\.beta$", ".mlp.grn.bias"),
            (r"\.project\.", ".mlp.fc2."),
            (r"^norms\.3\.", "head.norm."),
        ),
        optional=_NORMS,
        unread=r"head\.",
    ),
    Layout("MiT-B2 of SegFormer's authors", "mit", ("patch_embed1.proj.weight", "block1.0.attn.kv.weight")),
    Layout(
        "Swin V2 tiny of its authors",
        "swin",
        ("patch_embed.proj.weight", "layers.0.blocks.0.attn.cpb_mlp.0.weight", "layers.0.downsample.norm.weight"),
        patterns=(*_SWIN, *((rf"^downsamples\.{i}\.", f"layers.{i - 1}.downsample.") for i in (1, 2, 3))),
        optional=_NORMS,
        unread=_SWIN_TABLES,
        convert=from_quadrants,
    ),
    Layout(
        "Swin V2 tiny of timm",
        "swin",
        ("patch_embed.proj.weight", "layers.0.blocks.0.attn.cpb_mlp.0.weight", "layers.3.downsample.norm.weight"),
        patterns=(*_SWIN, (r"^downsamples\.(\d)\.", r"layers.\1.downsample.")),
        optional=_NORMS,
        unread=_SWIN_TABLES,
        convert=from_quadrants,
    ),
    Layout(
        "R50+ViT-B/16 of Google",
        "hybrid",
        ("conv_root/kernel", "block1/unit1/conv1/kernel", "Transformer/posembed_input/pos_embedding"),
        patterns=(
            (r"(^|\.)((?:attention_|ffn_)?norm|gn\w*)\.weight$", r"\1\2.scale"),
            (r"\.weight$", ".kernel"),
            (r"^root\.(conv|gn)\.", r"\1_root."),
            (r"\.downsample\.", ".conv_proj."),
            (r"^layers\.", "Transformer.encoderblock_"),
            (r"\.attention_norm\.", ".LayerNorm_0."),
            (r"\.ffn_norm\.", ".LayerNorm_2."),
            (r"\.(query|key|value|out)\.", r".MultiHeadDotProductAttention_1.\1."),
            (r"\.fc1\.", ".MlpBlock_3.Dense_0."),
            (r"\.fc2\.", ".MlpBlock_3.Dense_1."),
            (r"^norm\.", "Transformer.encoder_norm."),
            (r"^position_embeddings$", "Transformer.posembed_input.pos_embedding"),
            (r"\.", "/"),
        ),
        convert=from_flax,
    ),
)
