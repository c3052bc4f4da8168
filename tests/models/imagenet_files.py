"""Names and shapes of the public ImageNet files, and where each tensor belongs in a network.

Written out here a second time, in plain loops, so that nothing is taken from the patterns under test. A `Listing` maps
the file's name to (shape, key in the network or None). In a key, `@` stands for the encoder's prefix and ROLE for
optical or sar.
"""

from __future__ import annotations

from typing import Optional

import torch

Shape = tuple[int, ...]
Listing = dict[str, tuple[Shape, Optional[str]]]


def resnet(depths: tuple[int, ...], *, deep_stem: bool = False, counters: bool = True) -> Listing:
    """torchvision, timm; with a deep stem SA-Gate's, whose network shares the down-sampling residuals."""
    found: Listing = {}
    channels = 64
    if deep_stem:
        channels = 128
        _add(found, "conv1.0.weight", (64, 3, 3, 3))
        _batch_norm(found, "conv1.1", 64, counters)
        _add(found, "conv1.3.weight", (64, 64, 3, 3))
        _batch_norm(found, "conv1.4", 64, counters)
        _add(found, "conv1.6.weight", (128, 64, 3, 3))
    else:
        _add(found, "conv1.weight", (64, 3, 7, 7))
    _batch_norm(found, "bn1", channels, counters)
    for i, depth in enumerate(depths):
        width = 64 * 2**i
        for j in range(depth):
            block = f"layer{i + 1}.{j}"
            shapes = ((width, channels, 1, 1), (width, width, 3, 3), (4 * width, width, 1, 1))
            for k, shape in enumerate(shapes, start=1):
                _add(found, f"{block}.conv{k}.weight", shape)
                _batch_norm(found, f"{block}.bn{k}", shape[0], counters)
            if j == 0:
                ours = f"shared_downsamples.{i}" if deep_stem else f"@{block}.downsample"
                _add(found, f"{block}.downsample.0.weight", (4 * width, channels, 1, 1), f"{ours}.0.weight")
                _batch_norm(found, f"{block}.downsample.1", 4 * width, counters, f"{ours}.1")
            channels = 4 * width
    _linear(found, "fc", 1000, channels, None)
    return found


def vgg16(*, batch_norm: bool, cmfnet: bool = False) -> Listing:
    """torchvision; `cmfnet`: into the names of that network's encoder."""
    found: Listing = {}
    place, ours, channels = 0, 0, 3
    for stage, (width, convolutions) in enumerate(zip((64, 128, 256, 512, 512), (2, 2, 3, 3, 3))):
        for unit in range(convolutions):
            conv = f"@stages.{stage}.{unit}.conv" if cmfnet else f"@features.{ours}"
            norm = f"@stages.{stage}.{unit}.norm" if cmfnet else f"@features.{ours + 1}"
            _add(found, f"features.{place}.weight", (width, channels, 3, 3), f"{conv}.weight")
            _add(found, f"features.{place}.bias", (width,), f"{conv}.bias")
            if batch_norm:
                _batch_norm(found, f"features.{place + 1}", width, True, norm)
            place += 3 if batch_norm else 2  # ReLU has a place too
            ours += 3
            channels = width
        place += 1  # and so has the pooling
        ours += 1
    for name, out, into in (("0", 4096, 25088), ("3", 4096, 4096), ("6", 1000, 4096)):
        _linear(found, f"classifier.{name}", out, into, None)
    return found


def densenet121(*, dotted: bool) -> Listing:
    """torchvision and timm; `dotted`: the names in the file that torchvision hosts, which has no counters."""
    found: Listing = {}
    counters = not dotted
    _add(found, "features.conv0.weight", (64, 3, 7, 7))
    _batch_norm(found, "features.norm0", 64, counters)
    channels = 64
    for i, layers in enumerate((6, 12, 24, 16), start=1):
        for j in range(1, layers + 1):
            layer = f"features.denseblock{i}.denselayer{j}"
            dot = "." if dotted else ""
            _batch_norm(found, f"{layer}.norm{dot}1", channels, counters, f"@{layer}.norm1")
            _add(found, f"{layer}.conv{dot}1.weight", (128, channels, 1, 1), f"@{layer}.conv1.weight")
            _batch_norm(found, f"{layer}.norm{dot}2", 128, counters, f"@{layer}.norm2")
            _add(found, f"{layer}.conv{dot}2.weight", (32, 128, 3, 3), f"@{layer}.conv2.weight")
            channels += 32
        if i < 4:
            _batch_norm(found, f"features.transition{i}.norm", channels, counters)
            _add(found, f"features.transition{i}.conv.weight", (channels // 2, channels, 1, 1))
            channels //= 2
    _batch_norm(found, "features.norm5", channels, counters, None)
    _linear(found, "classifier", 1000, channels, None)
    return found


#: Part of a block -> its name, in ours and the three layouts; then the stem, the down-sampling and the last norm.
CONVNEXT_NAMES = {
    "authors": {
        "parts": ("dwconv", "norm", "pwconv1", "grn.gamma", "grn.beta", "pwconv2"),
        "block": "stages.{}.{}.",
        "downsample": "downsample_layers.{}.",
        "norm": "norm",
        "head": "head",
        "grn": (1, 1, 1, -1),
    },
    "mmpretrain": {
        "parts": ("depthwise_conv", "norm", "pointwise_conv1", "grn.gamma", "grn.beta", "pointwise_conv2"),
        "block": "backbone.stages.{}.{}.",
        "downsample": "backbone.downsample_layers.{}.",
        "norm": "backbone.norm3",
        "head": "head.fc",
        "grn": (-1,),
    },
    "timm": {
        "parts": ("conv_dw", "norm", "mlp.fc1", "mlp.grn.weight", "mlp.grn.bias", "mlp.fc2"),
        "block": "stages.{}.blocks.{}.",
        "downsample": "stages.{}.downsample.",
        "norm": "head.norm",
        "head": "head.fc",
        "grn": (1, 1, 1, -1),
    },
}
CONVNEXT_SIZES = {
    "atto": ((2, 2, 6, 2), (40, 80, 160, 320)),
    "tiny": ((3, 3, 9, 3), (96, 192, 384, 768)),
}


def convnextv2(size: str, layout: str, *, pretrained_only: bool = False, as_convolutions: bool = False) -> Listing:
    """The authors', mmpretrain's or timm's; `pretrained_only`: without last norm and classifier, as timm's fcmae."""
    found: Listing = {}
    names = CONVNEXT_NAMES[layout]
    depths, widths = CONVNEXT_SIZES[size]
    before = 3
    for i, (depth, width) in enumerate(zip(depths, widths)):
        down = "stem." if layout == "timm" and i == 0 else names["downsample"].format(i)
        conv, norm = (0, 1) if i == 0 else (1, 0)
        side = 4 if i == 0 else 2
        _add(found, f"{down}{conv}.weight", (width, before, side, side), f"@downsamples.{i}.{conv}.weight")
        _add(found, f"{down}{conv}.bias", (width,), f"@downsamples.{i}.{conv}.bias")
        _layer_norm(found, f"{down}{norm}", width if i == 0 else before, f"@downsamples.{i}.{norm}")
        for j in range(depth):
            block, ours = names["block"].format(i, j), f"@stages.{i}.{j}."
            depthwise, norm_name, expand, gamma, beta, project = (block + part for part in names["parts"])
            _add(found, f"{depthwise}.weight", (width, 1, 7, 7), f"{ours}depthwise.weight")
            _add(found, f"{depthwise}.bias", (width,), f"{ours}depthwise.bias")
            _layer_norm(found, norm_name, width, f"{ours}norm")
            for name, our_name, out, into in (
                (expand, "expand", 4 * width, width),
                (project, "project", width, 4 * width),
            ):
                shape = (out, into, 1, 1) if as_convolutions else (out, into)
                _add(found, f"{name}.weight", shape, f"{ours}{our_name}.weight")
                _add(found, f"{name}.bias", (out,), f"{ours}{our_name}.bias")
            grn = tuple(4 * width if side == -1 else side for side in names["grn"])
            _add(found, gamma, grn, f"{ours}grn.gamma")
            _add(found, beta, grn, f"{ours}grn.beta")
        before = width
    if not pretrained_only:
        _layer_norm(found, names["norm"], before, "@norms.3")
        _linear(found, names["head"], 1000, before, None)
    return found


def mit(depths: tuple[int, ...] = (3, 4, 6, 3)) -> Listing:
    """SegFormer's mit_b2; (3, 4, 18, 3) is mit_b3."""
    found: Listing = {}
    before = 3
    for i, (depth, width, reduction) in enumerate(zip(depths, (64, 128, 320, 512), (8, 4, 2, 1)), start=1):
        side = 7 if i == 1 else 3
        _add(found, f"patch_embed{i}.proj.weight", (width, before, side, side))
        _add(found, f"patch_embed{i}.proj.bias", (width,))
        _layer_norm(found, f"patch_embed{i}.norm", width)
        for j in range(depth):
            block = f"block{i}.{j}"
            _layer_norm(found, f"{block}.norm1", width)
            _linear(found, f"{block}.attn.q", width, width)
            _linear(found, f"{block}.attn.kv", 2 * width, width)
            _linear(found, f"{block}.attn.proj", width, width)
            if reduction > 1:
                _add(found, f"{block}.attn.sr.weight", (width, width, reduction, reduction))
                _add(found, f"{block}.attn.sr.bias", (width,))
                _layer_norm(found, f"{block}.attn.norm", width)
            _layer_norm(found, f"{block}.norm2", width)
            _linear(found, f"{block}.mlp.fc1", 4 * width, width)
            _add(found, f"{block}.mlp.dwconv.dwconv.weight", (4 * width, 1, 3, 3))
            _add(found, f"{block}.mlp.dwconv.dwconv.bias", (4 * width,))
            _linear(found, f"{block}.mlp.fc2", width, 4 * width)
        _layer_norm(found, f"norm{i}", width)
        before = width
    _linear(found, "head", 1000, before, None)
    return found


def swinv2_tiny(layout: str, window: int) -> Listing:
    """The authors' (microsoft), or timm's, which has no tables and counts the mergings from 1."""
    found: Listing = {}
    _add(found, "patch_embed.proj.weight", (96, 3, 4, 4), "@downsamples.0.projection.weight")
    _add(found, "patch_embed.proj.bias", (96,), "@downsamples.0.projection.bias")
    _layer_norm(found, "patch_embed.norm", 96, "@downsamples.0.norm")
    for i, depth in enumerate((2, 2, 6, 2)):
        width, heads = 96 * 2**i, 3 * 2**i
        if i > 0:
            merging = f"layers.{i - 1 if layout == 'authors' else i}.downsample"
            _add(found, f"{merging}.reduction.weight", (width, 2 * width), f"@downsamples.{i}.reduction.weight")
            _layer_norm(found, f"{merging}.norm", width, f"@downsamples.{i}.norm")
        for j in range(depth):
            block, ours = f"layers.{i}.blocks.{j}", f"@stages.{i}.{j}"
            _add(found, f"{block}.attn.q_bias", (width,), f"{ours}.attention.q_bias")
            _add(found, f"{block}.attn.v_bias", (width,), f"{ours}.attention.v_bias")
            _add(found, f"{block}.attn.logit_scale", (heads, 1, 1), f"{ours}.attention.logit_scale")
            _linear(found, f"{block}.attn.cpb_mlp.0", 512, 2, f"{ours}.attention.position_mlp.0")
            _add(found, f"{block}.attn.cpb_mlp.2.weight", (heads, 512), f"{ours}.attention.position_mlp.2.weight")
            _add(found, f"{block}.attn.qkv.weight", (3 * width, width), f"{ours}.attention.qkv.weight")
            _linear(found, f"{block}.attn.proj", width, width, f"{ours}.attention.project")
            _layer_norm(found, f"{block}.norm1", width, f"{ours}.norm1")
            _linear(found, f"{block}.mlp.fc1", 4 * width, width, f"{ours}.mlp.0")
            _linear(found, f"{block}.mlp.fc2", width, 4 * width, f"{ours}.mlp.2")
            _layer_norm(found, f"{block}.norm2", width, f"{ours}.norm2")
            if layout == "authors":
                table = 2 * window - 1
                _add(found, f"{block}.attn.relative_coords_table", (1, table, table, 2), None)
                _add(found, f"{block}.attn.relative_position_index", (window**2, window**2), None)
                if j % 2 and i < 3:
                    _add(found, f"{block}.attn_mask", (4, window**2, window**2), None)
    _layer_norm(found, "norm", 768, "@norms.3")
    _linear(found, "head" if layout == "authors" else "head.fc", 1000, 768, None)
    return found


def r50_vit_b16(layers: int = 12, grid: int = 14) -> Listing:
    """Google's archive. Shapes are Flax's; a kernel's last side is what it puts out."""
    found: Listing = {}
    _add(found, "conv_root/kernel", (7, 7, 3, 64), "@root.conv.weight")
    _flax_norm(found, "gn_root", (1, 1, 1, 64), "@root.gn")
    before = 64
    for i, (units, width) in enumerate(((3, 64), (4, 128), (9, 256)), start=1):
        for j in range(1, units + 1):
            unit, ours = f"block{i}/unit{j}", f"@block{i}.unit{j}"
            shapes = ((1, 1, before, width), (3, 3, width, width), (1, 1, width, 4 * width))
            for k, shape in enumerate(shapes, start=1):
                _add(found, f"{unit}/conv{k}/kernel", shape, f"{ours}.conv{k}.weight")
                _flax_norm(found, f"{unit}/gn{k}", (1, 1, 1, shape[-1]), f"{ours}.gn{k}")
            if j == 1:
                _add(found, f"{unit}/conv_proj/kernel", (1, 1, before, 4 * width), f"{ours}.downsample.weight")
                _flax_norm(found, f"{unit}/gn_proj", (1, 1, 1, 4 * width), f"{ours}.gn_proj")
            before = 4 * width
    _add(found, "embedding/kernel", (1, 1, 1024, 768), "ROLE_embedding.weight")
    _add(found, "embedding/bias", (768,), "ROLE_embedding.bias")
    _add(found, "cls", (1, 1, 768), None)
    _add(found, "Transformer/posembed_input/pos_embedding", (1, grid * grid + 1, 768), "position_embeddings")
    for i in range(layers):
        layer, ours = f"Transformer/encoderblock_{i}", f"layers.{i}.ROLE"
        attention = f"{layer}/MultiHeadDotProductAttention_1"
        _flax_norm(found, f"{layer}/LayerNorm_0", (768,), f"{ours}.attention_norm")
        for name in ("query", "key", "value"):
            _add(found, f"{attention}/{name}/kernel", (768, 12, 64), f"{ours}.{name}.weight")
            _add(found, f"{attention}/{name}/bias", (12, 64), f"{ours}.{name}.bias")
        _add(found, f"{attention}/out/kernel", (12, 64, 768), f"{ours}.out.weight")
        _add(found, f"{attention}/out/bias", (768,), f"{ours}.out.bias")
        _flax_norm(found, f"{layer}/LayerNorm_2", (768,), f"{ours}.ffn_norm")
        for k, (into, out) in enumerate(((768, 3072), (3072, 768))):
            _add(found, f"{layer}/MlpBlock_3/Dense_{k}/kernel", (into, out), f"{ours}.fc{k + 1}.weight")
            _add(found, f"{layer}/MlpBlock_3/Dense_{k}/bias", (out,), f"{ours}.fc{k + 1}.bias")
    _flax_norm(found, "Transformer/encoder_norm", (768,), "ROLE_norm")
    _add(found, "head/kernel", (768, 21843), None)
    _add(found, "head/bias", (21843,), None)
    return found


def constants(listing: Listing) -> dict[str, torch.Tensor]:
    """Each tensor full of its own whole number (exact in float16), stored as that one number."""
    return {name: torch.tensor(float(i)).expand(shape) for i, (name, (shape, _)) in enumerate(listing.items(), start=1)}


def random(listing: Listing) -> dict[str, torch.Tensor]:
    """Numbers a network can work with: vectors near 1, kernels and matrices that keep the size of what they see."""
    generator = torch.Generator().manual_seed(0)
    return {
        name: 1.0 + 0.1 * torch.rand(shape, generator=generator)
        if len(shape) < 2
        else torch.randn(shape, generator=generator) * (shape[0] / torch.Size(shape).numel()) ** 0.5
        for name, (shape, _) in listing.items()
    }


_SAME = "the file's name"


def _add(found: Listing, name: str, shape: Shape, ours: Optional[str] = _SAME) -> None:
    found[name] = (shape, f"@{name}" if ours == _SAME else ours)


def _below(name: str, ours: Optional[str], part: str) -> Optional[str]:
    return f"@{name}.{part}" if ours == _SAME else None if ours is None else f"{ours}.{part}"


def _batch_norm(found: Listing, name: str, channels: int, counter: bool, ours: Optional[str] = _SAME) -> None:
    for part in ("weight", "bias", "running_mean", "running_var"):
        _add(found, f"{name}.{part}", (channels,), _below(name, ours, part))
    if counter:
        _add(found, f"{name}.num_batches_tracked", (), None)


def _layer_norm(found: Listing, name: str, channels: int, ours: Optional[str] = _SAME) -> None:
    for part in ("weight", "bias"):
        _add(found, f"{name}.{part}", (channels,), _below(name, ours, part))


def _linear(found: Listing, name: str, out: int, into: int, ours: Optional[str] = _SAME) -> None:
    _add(found, f"{name}.weight", (out, into), _below(name, ours, "weight"))
    _add(found, f"{name}.bias", (out,), _below(name, ours, "bias"))


def _flax_norm(found: Listing, name: str, shape: Shape, ours: str) -> None:
    _add(found, f"{name}/scale", shape, f"{ours}.weight")
    _add(found, f"{name}/bias", shape, f"{ours}.bias")
