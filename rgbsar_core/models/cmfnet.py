"""CMFNet: a SegNet of two encoders whose skip connections pass through transformers over channels.

Paper: Ma, Zhang, Pun, A Crossmodal Multiscale Fusion Network for Semantic Segmentation of Remote Sensing Data,
IEEE Journal of Selected Topics in Applied Earth Observations and Remote Sensing 15 (2022), 3463-3474
(doi:10.1109/JSTARS.2022.3165005).

Two VGG-16 encoders of their own weights. Their four finest maps go through a cross-modal transformer, whose tokens
are patches but whose attention is among channels: each optical channel asks what the SAR channels of all four
scales hold. A second transformer does the same within its result. The coarsest maps of both encoders are gated and
added; a SegNet decoder takes them back to full size by the optical encoder's pooling places, adding at each stage
the encoder's map and the transformers' one.

Kept as in the authors' code (sstary/SSRS, 707b454), because it changes the numbers:

* ReLU comes before batch normalisation, and pooling after both. So zeros are equal everywhere in a map, windows of
  equal values are common, and the first of them in row-major order is the maximum.
* Keys and values have one matrix for all four heads, queries one a head. Keys come from the other modality, values
  from the own one: the modalities meet in the attention weights alone.
* A head of the joint vector of 960 channels is the same quarter of each scale, not a run of 240 channels; results of
  the heads are interleaved, the head the fastest index.
* Scores are divided by the root of 960 whatever the width of the query, and each head's score matrix is normalised
  as a whole before the softmax.
* The decoder's first stage adds the fused map to its own maxima, pooled and put back.

Ours: any band counts and sizes (padded to multiples of 32, position embeddings resampled bilinearly; the authors'
code takes one size, square), logits without the log-softmax at the end, none of the 8,540,800 published parameters
that no output depends on (`cmfnet_reference.DROPPED`). Maps are reconstructed before they are up-sampled, not after:
the same numbers for less arithmetic; in training the running variances alone differ, by a factor below n / (n - 1)
for n tokens in a batch. Written from shared/reference/cmfnet/spec.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .layers.conv import resize, spatial_size
from .layers.unpool import unpool
from .network import NetworkParameters, SegmentationNetwork, build_network

#: Channels of the 3x3 convolutions, stage by stage; the encoder halves the sides between stages, the decoder doubles
#: them before each.
ENCODER = ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512))
DECODER = ((512, 512, 512), (512, 512, 256), (256, 256, 128), (128, 64), (64,))
#: Of the four scales the transformers work on: channels of the map, and side of the patch that is one token.
CHANNELS = (64, 128, 256, 512)
PATCHES = (16, 8, 4, 2)
JOINT_CHANNELS = sum(CHANNELS)
HEADS = 4
LAYERS = 4
EPSILON = 1e-6


@dataclass(frozen=True)
class CmfNetParameters(NetworkParameters):
    """Everything that shapes the network; the defaults are the authors'.

    Attributes:
        token_side: side of the square grid of learned position embeddings: a 16th of the side of the training tiles.
            Other sizes work, with the embeddings resampled.
        dropout: share dropped of tokens, attention weights and attention results, in training.
    """

    token_side: int = 16
    dropout: float = 0.1

    network = "cmfnet"


class CmfNet(SegmentationNetwork):
    """CMFNet, without auxiliary heads.

    Attention and the gates look at the whole tile, so a pixel's class depends on the extent of its tile.
    """

    multiple = 32

    def __init__(self, parameters: CmfNetParameters) -> None:
        super().__init__(parameters)
        self.optical_encoder = Encoder(parameters.optical_channels)
        self.sar_encoder = Encoder(parameters.sar_channels)
        self.cross_transformer = CrossModalTransformer(parameters.token_side, parameters.dropout)
        self.single_transformer = SingleModalTransformer(parameters.token_side, parameters.dropout)
        self.optical_gate = ChannelGate(ENCODER[-1][-1])
        self.sar_gate = ChannelGate(ENCODER[-1][-1])
        self.decoder = Decoder(parameters.num_classes)
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.kaiming_normal_(module.weight)

    def segment(self, optical: Tensor, sar: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Logits at the size of the input."""
        (*optical_maps, optical), places = self.optical_encoder(optical)  # four maps at 1 ... 1 / 8, one at 1 / 16
        (*sar_maps, sar), _ = self.sar_encoder(sar)
        fused = optical * self.optical_gate(optical) + sar * self.sar_gate(sar)
        crossed = self.cross_transformer(optical_maps, sar_maps)
        skips = [x + y for x, y in zip(optical_maps, self.single_transformer(crossed))]
        return self.decoder(fused, skips, places), ()


class ConvReluNorm(nn.Module):
    """3x3 convolution with a bias -> ReLU -> batch normalisation, in this order."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, 3, padding=1)
        self.norm = nn.BatchNorm2d(out_channels)

    def forward(self, x: Tensor) -> Tensor:
        """x (N, C_in, H, W) -> (N, C_out, H, W)."""
        x = self.norm(F.relu(self.conv(x), inplace=True))
        return x


def _stages(in_channels: int, table: Sequence[Sequence[int]]) -> nn.ModuleList:
    stages = nn.ModuleList()
    for widths in table:
        inputs = (in_channels, *widths[:-1])
        stages.append(nn.Sequential(*(ConvReluNorm(*pair) for pair in zip(inputs, widths))))
        in_channels = widths[-1]
    return stages


class Encoder(nn.Module):
    """VGG-16's five stages of convolutions, ReLU before the normalisation."""

    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.stages = _stages(in_channels, ENCODER)

    def forward(self, x: Tensor) -> tuple[list[Tensor], list[Tensor]]:
        """x (N, C, H, W) -> maps of the five stages, at 1 ... 1 / 16, and the places of the four poolings' maxima."""
        maps, places = [self.stages[0](x)], []
        for stage in self.stages[1:]:
            x, place = F.max_pool2d(maps[-1], 2, return_indices=True)
            maps.append(stage(x))
            places.append(place)
        return maps, places


class ChannelGate(nn.Module):
    """Weight of each channel from the means of all."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        """x (N, C, h, w) -> weights in 0..1 (N, C, 1, 1)."""
        return torch.sigmoid(self.conv(x.mean(dim=(2, 3), keepdim=True)))


class CrossModalTransformer(nn.Module):
    """Channel transformer of both modalities; the optical maps come out of it."""

    def __init__(self, token_side: int, dropout: float) -> None:
        super().__init__()
        self.optical_embeddings = _embeddings(token_side, dropout)
        self.sar_embeddings = _embeddings(token_side, dropout)
        self.layers = nn.ModuleList(CrossModalLayer(dropout, last=i == LAYERS - 1) for i in range(LAYERS))
        self.reconstructions = nn.ModuleList(Reconstruction(*pair) for pair in zip(CHANNELS, PATCHES))

    def forward(self, optical_maps: Sequence[Tensor], sar_maps: Sequence[Tensor]) -> list[Tensor]:
        """Twice four maps (N, C_i, H ... H / 8, W ... W / 8) -> four, as the optical ones."""
        optical = [embed(x) for embed, x in zip(self.optical_embeddings, optical_maps)]
        sar = [embed(x) for embed, x in zip(self.sar_embeddings, sar_maps)]
        for layer in self.layers:
            optical, sar = layer(optical, sar)
        return [rebuild(x, y) for rebuild, x, y in zip(self.reconstructions, optical, optical_maps)]


class SingleModalTransformer(nn.Module):
    """Channel transformer of one stream."""

    def __init__(self, token_side: int, dropout: float) -> None:
        super().__init__()
        self.embeddings = _embeddings(token_side, dropout)
        self.layers = nn.ModuleList(SingleModalLayer(dropout) for _ in range(LAYERS))
        self.reconstructions = nn.ModuleList(Reconstruction(*pair) for pair in zip(CHANNELS, PATCHES))

    def forward(self, maps: Sequence[Tensor]) -> list[Tensor]:
        """Four maps (N, C_i, H ... H / 8, W ... W / 8) -> four of the same shapes."""
        tokens = [embed(x) for embed, x in zip(self.embeddings, maps)]
        for layer in self.layers:
            tokens = layer(tokens)
        return [rebuild(x, y) for rebuild, x, y in zip(self.reconstructions, tokens, maps)]


class Embedding(nn.Module):
    """Patches of one scale as tokens, with a learned embedding of their position."""

    def __init__(self, channels: int, patch: int, token_side: int, dropout: float) -> None:
        super().__init__()
        self.grid = (token_side, token_side)
        self.projection = nn.Conv2d(channels, channels, patch, stride=patch)
        self.positions = nn.Parameter(torch.zeros(1, token_side * token_side, channels))
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        """x (N, C, H, W) -> tokens (N, n, C), row by row; n = (H / patch) (W / patch)."""
        x = self.projection(x)
        positions = self.positions.transpose(1, 2).unflatten(2, self.grid)
        x = x + resize(positions, spatial_size(x))
        tokens: Tensor = self.dropout(x.flatten(2).transpose(1, 2))
        return tokens


def _embeddings(token_side: int, dropout: float) -> nn.ModuleList:
    return nn.ModuleList(Embedding(channels, patch, token_side, dropout) for channels, patch in zip(CHANNELS, PATCHES))


class CrossModalLayer(nn.Module):
    """One layer of both streams: queries and values of the own, keys of the other.

    After the last layer only the optical stream is used, so it has no parts that serve the SAR stream alone.
    """

    def __init__(self, dropout: float, *, last: bool) -> None:
        super().__init__()
        self.last = last
        self.optical_joint = JointHeads()
        self.sar_joint = JointHeads()
        self.optical_value = _head_projection()
        self.sar_key = _head_projection()
        self.optical_blocks = _channel_blocks(dropout)
        if not last:
            self.optical_key = _head_projection()
            self.sar_value = _head_projection()
            self.sar_blocks = _channel_blocks(dropout)

    def forward(self, optical: list[Tensor], sar: list[Tensor]) -> tuple[list[Tensor], list[Tensor]]:
        """Twice four (N, n, C_i) -> the same; the last layer leaves the SAR ones as they are."""
        optical_heads, sar_heads = self.optical_joint(optical), self.sar_joint(sar)
        keys, values = self.sar_key(sar_heads), self.optical_value(optical_heads)
        optical = [block(x, keys, values) for block, x in zip(self.optical_blocks, optical)]
        if not self.last:
            keys, values = self.optical_key(optical_heads), self.sar_value(sar_heads)
            sar = [block(x, keys, values) for block, x in zip(self.sar_blocks, sar)]
        return optical, sar


class SingleModalLayer(nn.Module):
    """One layer of one stream."""

    def __init__(self, dropout: float) -> None:
        super().__init__()
        self.joint = JointHeads()
        self.key = _head_projection()
        self.value = _head_projection()
        self.blocks = _channel_blocks(dropout)

    def forward(self, tokens: list[Tensor]) -> list[Tensor]:
        """Four (N, n, C_i) -> the same."""
        heads = self.joint(tokens)
        keys, values = self.key(heads), self.value(heads)
        return [block(x, keys, values) for block, x in zip(self.blocks, tokens)]


class JointHeads(nn.Module):
    """The channels of all scales side by side, normalised, and dealt to the heads."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(JOINT_CHANNELS, eps=EPSILON)

    def forward(self, tokens: Sequence[Tensor]) -> Tensor:
        """Four (N, n, C_i) -> (N, heads, n, 240): a head has its quarter of each scale."""
        scales = self.norm(torch.cat(list(tokens), dim=-1)).split(CHANNELS, dim=-1)
        return torch.cat([x.unflatten(-1, (HEADS, -1)) for x in scales], dim=-1).transpose(1, 2)


def _head_projection() -> nn.Linear:
    return nn.Linear(JOINT_CHANNELS // HEADS, JOINT_CHANNELS // HEADS, bias=False)


class ChannelBlock(nn.Module):
    """The channels of one scale attend to the joint ones, then a perceptron; both around a residual."""

    def __init__(self, channels: int, dropout: float) -> None:
        super().__init__()
        width = channels // HEADS
        self.norm = nn.LayerNorm(channels, eps=EPSILON)
        self.queries = nn.ModuleList(nn.Linear(width, width, bias=False) for _ in range(HEADS))
        self.out = nn.Linear(channels, channels, bias=False)
        self.mlp_norm = nn.LayerNorm(channels, eps=EPSILON)
        self.mlp = nn.Sequential(nn.Linear(channels, 4 * channels), nn.GELU(), nn.Linear(4 * channels, channels))
        self.dropout = nn.Dropout(dropout)

    def forward(self, tokens: Tensor, keys: Tensor, values: Tensor) -> Tensor:
        """tokens (N, n, C), keys and values (N, heads, n, 240) -> (N, n, C)."""
        heads = self.norm(tokens).chunk(HEADS, dim=-1)
        queries = torch.stack([query(x) for query, x in zip(self.queries, heads)], dim=1)  # (N, heads, n, C / 4)
        scores = (queries * JOINT_CHANNELS**-0.5).transpose(2, 3) @ keys  # (N, heads, C / 4, 240)
        weights = self.dropout(torch.softmax(F.instance_norm(scores), dim=-1))
        attended = weights @ values.transpose(2, 3)  # (N, heads, C / 4, n)
        attended = attended.permute(0, 3, 2, 1).flatten(2)  # (N, n, C), the head the fastest
        tokens = tokens + self.dropout(self.out(attended))
        return tokens + self.mlp(self.mlp_norm(tokens))


def _channel_blocks(dropout: float) -> nn.ModuleList:
    return nn.ModuleList(ChannelBlock(channels, dropout) for channels in CHANNELS)


class Reconstruction(nn.Module):
    """Tokens of one scale as a map, added to the map they were made of."""

    def __init__(self, channels: int, patch: int) -> None:
        super().__init__()
        self.patch = patch
        self.token_norm = nn.LayerNorm(channels, eps=EPSILON)
        self.conv = nn.Conv2d(channels, channels, 1)
        self.norm = nn.BatchNorm2d(channels)

    def forward(self, tokens: Tensor, image: Tensor) -> Tensor:
        """tokens (N, n, C), image (N, C, H, W) -> (N, C, H, W)."""
        height, width = size = spatial_size(image)
        x = self.token_norm(tokens).transpose(1, 2).unflatten(2, (height // self.patch, width // self.patch))
        x = F.relu(self.norm(self.conv(x)))
        return image + F.interpolate(x, size=size, mode="nearest")


class Decoder(nn.Module):
    """SegNet's decoder with skip connections added, not concatenated."""

    def __init__(self, num_classes: int) -> None:
        super().__init__()
        self.stages = _stages(ENCODER[-1][-1], DECODER)
        self.classifier = nn.Conv2d(DECODER[-1][-1], num_classes, 3, padding=1)

    def forward(self, fused: Tensor, skips: Sequence[Tensor], places: Sequence[Tensor]) -> Tensor:
        """fused (N, 512, H / 16, W / 16), four maps at 1 ... 1 / 8 and the places between -> logits (N, K, H, W)."""
        x, last = F.max_pool2d(fused, 2, return_indices=True)
        for stage, skip, place in zip(self.stages, (fused, *reversed(skips)), (last, *reversed(places))):
            x = stage(unpool(x, place, spatial_size(skip)) + skip)
        logits: Tensor = self.classifier(x)
        return logits


def build(**parameters: Any) -> CmfNet:
    """Build the network from the fields of `CmfNetParameters`.

    Raises:
        InputError: a field that does not exist, or a value it does not take.
    """
    return build_network(CmfNet, CmfNetParameters, parameters)
