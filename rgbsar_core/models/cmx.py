"""CMX: two Mix Transformers that correct each other after every stage, fused by exchanging attention contexts.

Paper: Zhang et al., CMX: Cross-Modal Fusion for RGB-X Semantic Segmentation With Transformers, IEEE Transactions on
Intelligent Transportation Systems 24(12), 2023 (doi:10.1109/TITS.2023.3300537).

After each stage the Feature Rectification Module (FRM) adds to each modality the other one, weighted per channel and
per position; the rectified maps go on to the next stage and to the Feature Fusion Module (FFM). There each modality
asks with its own features and is answered from the other's context, a small matrix that does not depend on the image
size, and the pair becomes one map. Four such maps feed SegFormer's MLP decoder.

Kept as in the authors' code (as whu-pzhang/ASANet, 58f64c3, configures it), because it changes the numbers:

* Stochastic depth rises linearly over the 16 blocks but for stage 2: all its optical blocks have the rate of the
  fourth block, all its SAR blocks that of the fifth.
* The context's softmax runs over the key channels, the rows of the matrix; keys and values have no bias.
* The normalisation of the decoder has eps 1e-3, that of the FFM 1e-5; LayerNorm has 1e-6 in the blocks, 1e-5 in the
  patch embeddings, the spatial reductions and the FFM.

Ours: any band counts; contexts are computed in float32 at least, since they are sums over all positions; the decoder
applies its 1x1 convolution before enlarging the maps, which gives the same sum for 2.9 of 14.8 GMAC less. Written
from shared/reference/cmx/spec.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .encoders.mix_transformer import CHANNELS, DEPTHS, HEAD_WIDTH, HEADS, STAGES, MixTransformerEncoder, initialise
from .layers.conv import resize, spatial_size
from .layers.precision import without_autocast
from .network import NetworkParameters, SegmentationNetwork, build_network

DECODER_WIDTH = 512


@dataclass(frozen=True)
class CmxParameters(NetworkParameters):
    """Everything that shapes the network; the defaults are the paper's.

    Attributes:
        drop_path_rate: of the encoders' last block: probability of skipping it in training.
        dropout: share of channels dropped before the classification layer, in training.
    """

    drop_path_rate: float = 0.1
    dropout: float = 0.1

    network = "cmx"


class Cmx(SegmentationNetwork):
    """CMX with two MiT-B2 encoders. There is no auxiliary head."""

    def __init__(self, parameters: CmxParameters) -> None:
        super().__init__(parameters)
        optical_rates, sar_rates = drop_path_rates(parameters.drop_path_rate)
        self.optical_encoder = MixTransformerEncoder(parameters.optical_channels, optical_rates)
        self.sar_encoder = MixTransformerEncoder(parameters.sar_channels, sar_rates)
        self.rectification = nn.ModuleList(FeatureRectificationModule(channels) for channels in CHANNELS)
        self.fusion = nn.ModuleList(FeatureFusionModule(*widths) for widths in zip(CHANNELS, HEADS))
        self.rectification.apply(initialise)
        self.fusion.apply(initialise)
        self.decode_head = MLPDecoder(CHANNELS, DECODER_WIDTH, parameters.num_classes, dropout=parameters.dropout)

    def segment(self, optical: Tensor, sar: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Logits at the size of the input; there is no auxiliary head."""
        return resize(self.decode_head(self.features(optical, sar)), spatial_size(optical)), ()

    def features(self, optical: Tensor, sar: Tensor) -> list[Tensor]:
        """The four fused maps handed to the head, (N, C_i, H / 4 ... H / 32, W / 4 ... W / 32)."""
        maps = []
        for i in range(STAGES):
            optical = self.optical_encoder.stage(i, optical)
            sar = self.sar_encoder.stage(i, sar)
            optical, sar = self.rectification[i](optical, sar)
            maps.append(self.fusion[i](optical, sar))
        return maps


class FeatureRectificationModule(nn.Module):
    """FRM: x1 + x2 (c + s) / 2 and the reverse, c a weight of each channel and s one of each position."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.channel_weights = nn.Sequential(
            nn.Linear(4 * channels, 4 * channels), nn.ReLU(inplace=True), nn.Linear(4 * channels, 2 * channels)
        )
        self.spatial_weights = nn.Sequential(
            nn.Conv2d(2 * channels, channels, 1), nn.ReLU(inplace=True), nn.Conv2d(channels, 2, 1)
        )

    def forward(self, optical: Tensor, sar: Tensor) -> tuple[Tensor, Tensor]:
        """Two maps (N, C, h, w) -> the same two, rectified. The first half of the weights is for SAR."""
        pair = torch.cat([optical, sar], dim=1)
        pooled = torch.cat([pair.mean(dim=(2, 3)), pair.amax(dim=(2, 3))], dim=1)  # (N, 4C)
        channel = torch.sigmoid(self.channel_weights(pooled))[:, :, None, None].chunk(2, dim=1)  # (N, C, 1, 1)
        spatial = torch.sigmoid(self.spatial_weights(pair)).chunk(2, dim=1)  # (N, 1, h, w)
        return (
            torch.addcmul(optical, sar, channel[1] + spatial[1], value=0.5),
            torch.addcmul(sar, optical, channel[0] + spatial[0], value=0.5),
        )


class FeatureFusionModule(nn.Module):
    """FFM: exchange contexts between the modalities, then embed the pair into one map."""

    def __init__(self, channels: int, heads: int) -> None:
        super().__init__()
        self.optical_path = CrossPath(channels, heads)
        self.sar_path = CrossPath(channels, heads)
        self.embedding = ChannelEmbedding(channels)

    def forward(self, optical: Tensor, sar: Tensor) -> Tensor:
        """Two maps (N, C, h, w) -> one (N, C, h, w)."""
        optical, sar = optical.permute(0, 2, 3, 1), sar.permute(0, 2, 3, 1)
        optical_kept, optical_query = self.optical_path.split(optical)
        sar_kept, sar_query = self.sar_path.split(sar)
        optical_context = self.optical_path.context(optical_query)
        sar_context = self.sar_path.context(sar_query)
        optical = self.optical_path(optical, optical_kept, optical_query, sar_context)
        sar = self.sar_path(sar, sar_kept, sar_query, optical_context)
        fused: Tensor = self.embedding(torch.cat([optical, sar], dim=-1).permute(0, 3, 1, 2))
        return fused


class CrossPath(nn.Module):
    """One modality's side of the exchange."""

    def __init__(self, channels: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.project = nn.Linear(channels, 2 * channels)
        self.key_value = nn.Linear(channels, 2 * channels, bias=False)
        self.restore = nn.Linear(2 * channels, channels)
        self.norm = nn.LayerNorm(channels)

    def split(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """x (N, h, w, C) -> what the modality keeps to itself and its query, both of the same shape."""
        kept, query = F.relu(self.project(x)).chunk(2, dim=-1)
        return kept, query

    def context(self, query: Tensor) -> Tensor:
        """query (N, h, w, C) -> softmax over the key channels of keys^T values / 8, (N, heads, 64, 64)."""
        key, value = self.key_value(query).chunk(2, dim=-1)
        precise = torch.promote_types(key.dtype, torch.float32)
        with without_autocast(key):
            keys, values = self._by_head(key.to(precise)), self._by_head(value.to(precise))
            scores = keys.transpose(-2, -1) @ values * HEAD_WIDTH**-0.5
        return torch.softmax(scores, dim=-2)

    def forward(self, x: Tensor, kept: Tensor, query: Tensor, context: Tensor) -> Tensor:
        """x, kept, query (N, h, w, C) and the other modality's context -> (N, h, w, C)."""
        answer = (self._by_head(query) @ context.to(query.dtype)).transpose(1, 2).reshape(query.shape)
        x = self.norm(x + self.restore(torch.cat([kept, answer], dim=-1)))
        return x

    def _by_head(self, x: Tensor) -> Tensor:
        """x (N, h, w, C) -> (N, heads, h w, 64)."""
        return x.reshape(x.shape[0], -1, self.heads, HEAD_WIDTH).transpose(1, 2)


class ChannelEmbedding(nn.Module):
    """The pair's 2C channels into C: a residual 1x1 convolution and a depthwise bottleneck, normalised."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.residual = nn.Conv2d(2 * channels, channels, 1, bias=False)
        self.bottleneck = nn.Sequential(
            nn.Conv2d(2 * channels, channels, 1),
            nn.Conv2d(channels, channels, 3, padding=1, groups=channels),
            nn.ReLU(inplace=True),
            nn.Conv2d(channels, channels, 1),
            nn.BatchNorm2d(channels),
        )
        self.norm = nn.BatchNorm2d(channels)

    def forward(self, x: Tensor) -> Tensor:
        """x (N, 2C, h, w) -> (N, C, h, w)."""
        x = self.norm(self.residual(x) + self.bottleneck(x))
        return x


class MLPDecoder(nn.Module):
    """SegFormer's decoder: project each map, enlarge all to the finest, join by a 1x1 convolution, classify.

    Enlarging mixes positions, a 1x1 convolution channels, so their order is free: each map passes its share of the
    joining convolution at its own size, and the enlarged results are added.
    """

    def __init__(self, in_channels: Sequence[int], width: int, num_classes: int, *, dropout: float) -> None:
        super().__init__()
        self.projections = nn.ModuleList(nn.Linear(channels, width) for channels in in_channels)
        self.join = nn.Conv2d(len(in_channels) * width, width, 1)
        self.norm = nn.BatchNorm2d(width, eps=1e-3)
        self.dropout = nn.Dropout2d(dropout)
        self.classifier = nn.Conv2d(width, num_classes, 1)
        self.apply(initialise)
        for conv in (self.join, self.classifier):
            nn.init.kaiming_normal_(conv.weight)

    def forward(self, features: Sequence[Tensor]) -> Tensor:
        """Four maps (N, C_i, H_i, W_i), finest first -> logits (N, K, H_0, W_0), no softmax."""
        finest = spatial_size(features[0])
        shares = self.join.weight.flatten(1).chunk(len(features), dim=1)[::-1]  # coarsest first in the weights
        biases = (self.join.bias, *(None for _ in features[1:]))
        maps = []
        for x, projection, share, bias in zip(features, self.projections, shares, biases):
            y = F.linear(projection(x.permute(0, 2, 3, 1)), share, bias)  # (N, H_i, W_i, width)
            maps.append(resize(y.permute(0, 3, 1, 2), finest))
        joined = sum(maps[1:], maps[0])
        logits: Tensor = self.classifier(self.dropout(F.relu(self.norm(joined))))
        return logits


def drop_path_rates(highest: float) -> tuple[list[float], list[float]]:
    """Rates of the 16 blocks of the optical and of the SAR encoder."""
    blocks = sum(DEPTHS)
    rising = [highest * i / (blocks - 1) for i in range(blocks)]
    first, second = DEPTHS[:2]
    optical, sar = (
        [*rising[:first], *([rising[first + shift]] * second), *rising[first + second :]] for shift in (0, 1)
    )
    return optical, sar


def build(**parameters: Any) -> Cmx:
    """Build the network from the fields of `CmxParameters`.

    Raises:
        InputError: a field that does not exist, or a value it does not take.
    """
    return build_network(Cmx, CmxParameters, parameters)
