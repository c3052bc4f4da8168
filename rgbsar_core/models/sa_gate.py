"""SA-Gate: two ResNet-101 whose maps a gate separates and aggregates after every layer.

Paper: Chen et al., Bi-directional Cross-Modality Feature Propagation with Separation-and-Aggregation Gate for RGB-D
Semantic Segmentation, ECCV 2020 (doi:10.1007/978-3-030-58621-8_33).

The gate first lets each modality pass on what the other lacks: a weight per channel, from the means of both
(separation). Then every position chooses between the two originals by a softmax over two scores (aggregation). The
merged map goes to the decoder; its mean with each stream goes on to the next layer. The decoder is DeepLabV3+'s:
dilated convolutions on the merged map of layer 4, refined by that of layer 1.

Kept as in the authors' code (as whu-pzhang/ASANet, 58f64c3, configures it), because it changes the numbers:

* The 1x1 convolution of the residual that opens each layer is ONE for both modalities; in training its statistics
  follow both, the optical image first.
* Each filter of the gate sees the guiding modality first, the filtered one second.
* Scores come from the filtered maps, the merged map is made of the original ones.
* The four dilated convolutions have no normalisation of their own but one over all of them together; image pooling is
  added, not joined; the activations there are leaky.
* Layer 4 keeps its stride (output stride 32), decoder maps are 512 wide, pixel edges are aligned; the network's first
  publication, on RGB-D, dilates layer 4 instead, has 256 and aligned corners.

Ours: any band counts. Fresh weights start from Kaiming's normal distribution over fan-out, classification layers from
0.01. Written from shared/reference/sa_gate/spec.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .encoders.resnet import CHANNELS, DEPTHS, Bottleneck
from .layers.conv import ConvNormAct, init_classifier, resize, spatial_size
from .layers.upernet import FCNHead
from .network import NetworkParameters, SegmentationNetwork, build_network

LAYERS = len(CHANNELS)
BLOCKS = DEPTHS[101]
STRIDES = (1, 2, 2, 2)
#: Channels that enter each layer; the first are the stem's.
INPUTS = (128, *CHANNELS[:-1])
DECODER_WIDTH = 512
LOW_LEVEL_WIDTH = 48
DILATIONS = (6, 12, 18)


@dataclass(frozen=True)
class SaGateParameters(NetworkParameters):
    """Everything that shapes the network; the defaults are the authors'.

    Attributes:
        dropout: share of channels dropped before each classification layer, in training.
        auxiliary: whether there is an auxiliary head; only the training loss uses it (weight 0.2).
    """

    dropout: float = 0.1
    auxiliary: bool = True

    network = "sa_gate"


class SaGate(SegmentationNetwork):
    """SA-Gate. Training needs batches of two or more: image pooling leaves one value per image and channel."""

    def __init__(self, parameters: SaGateParameters) -> None:
        super().__init__(parameters)
        self.optical_encoder = StreamEncoder(parameters.optical_channels)
        self.sar_encoder = StreamEncoder(parameters.sar_channels)
        self.shared_downsamples = nn.ModuleList(
            nn.Sequential(nn.Conv2d(before, after, 1, stride=stride, bias=False), nn.BatchNorm2d(after))
            for before, after, stride in zip(INPUTS, CHANNELS, STRIDES)
        )
        self.gates = nn.ModuleList(SeparationAggregationGate(channels) for channels in CHANNELS)
        self.apply(_initialise)
        self.decode_head = SaGateDecoder(CHANNELS[0], CHANNELS[-1], parameters.num_classes, dropout=parameters.dropout)
        if parameters.auxiliary:
            self.auxiliary_head = FCNHead(
                CHANNELS[-1], DECODER_WIDTH, parameters.num_classes, dropout=parameters.dropout
            )

    def segment(self, optical: Tensor, sar: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Logits at the size of the input; in training also those of the auxiliary head, at 1 / 32 of it."""
        maps = self.features(optical, sar)
        logits = resize(self.decode_head(maps), spatial_size(optical))
        if not (self.training and self.settings.auxiliary):
            return logits, ()
        return logits, (self.auxiliary_head(maps[-1]),)

    def features(self, optical: Tensor, sar: Tensor) -> list[Tensor]:
        """The four merged maps, (N, 256 ... 2048, H / 4 ... H / 32, W / 4 ... W / 32)."""
        optical, sar = self.optical_encoder.stem(optical), self.sar_encoder.stem(sar)
        maps = []
        for i in range(LAYERS):
            downsample = self.shared_downsamples[i]
            optical = self.optical_encoder.layer(i, optical, downsample(optical))
            sar = self.sar_encoder.layer(i, sar, downsample(sar))
            optical, sar, merged = self.gates[i](optical, sar)
            maps.append(merged)
        return maps


class StreamEncoder(nn.Module):
    """ResNet-101 of one modality; its stem is three 3x3 convolutions, its down-sampling residuals come from outside."""

    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Sequential(
            nn.Conv2d(in_channels, 64, 3, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(64),
            nn.ReLU(inplace=True),
            nn.Conv2d(64, 64, 3, padding=1, bias=False),
            nn.BatchNorm2d(64),
            nn.ReLU(inplace=True),
            nn.Conv2d(64, INPUTS[0], 3, padding=1, bias=False),
        )
        self.bn1 = nn.BatchNorm2d(INPUTS[0])
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        self.layer1, self.layer2, self.layer3, self.layer4 = map(_layer, INPUTS, CHANNELS, BLOCKS, STRIDES)

    @property
    def first_convolution(self) -> nn.Conv2d:
        """The convolution that sees the bands."""
        first: nn.Conv2d = self.conv1[0]  # type: ignore[assignment]
        return first

    def stem(self, x: Tensor) -> Tensor:
        """x (N, C, H, W) -> (N, 128, H / 4, W / 4)."""
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        return x

    def layer(self, index: int, x: Tensor, residual: Tensor) -> Tensor:
        """One layer, 0 to 3; `residual` is x made to fit the output of the layer's first block."""
        blocks: Any = (self.layer1, self.layer2, self.layer3, self.layer4)[index]
        first, *others = blocks
        x = self.relu(first.branch(x) + residual)
        for block in others:
            x = block(x)
        return x


class SeparationAggregationGate(nn.Module):
    """SA gate: filter each modality by the other, choose between them per position, hand both on."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.optical_filter = _channel_filter(channels)
        self.sar_filter = _channel_filter(channels)
        self.optical_score = nn.Conv2d(2 * channels, 1, 1)
        self.sar_score = nn.Conv2d(2 * channels, 1, 1)

    def forward(self, optical: Tensor, sar: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Two maps (N, C, h, w) -> the two for the next layer and the merged one, same shape."""
        optical_mean, sar_mean = optical.mean(dim=(2, 3)), sar.mean(dim=(2, 3))  # (N, C)
        to_optical = self.optical_filter(torch.cat([sar_mean, optical_mean], dim=1))[:, :, None, None]
        to_sar = self.sar_filter(torch.cat([optical_mean, sar_mean], dim=1))[:, :, None, None]
        filtered = torch.cat([torch.addcmul(optical, to_optical, sar), torch.addcmul(sar, to_sar, optical)], dim=1)
        scores = torch.cat([self.optical_score(filtered), self.sar_score(filtered)], dim=1)  # (N, 2, h, w)
        optical_share, sar_share = torch.softmax(scores, dim=1).chunk(2, dim=1)
        merged = optical * optical_share + sar * sar_share
        return F.relu((optical + merged) / 2), F.relu((sar + merged) / 2), merged


class SaGateDecoder(nn.Module):
    """Dilated convolutions on the coarsest merged map, refined by the finest, classified."""

    def __init__(self, finest: int, coarsest: int, num_classes: int, *, dropout: float) -> None:
        super().__init__()
        width = DECODER_WIDTH
        self.context = PooledDilatedConvolutions(coarsest, width)
        self.low_level = ConvNormAct(finest, LOW_LEVEL_WIDTH, activation=nn.ReLU(inplace=True))
        self.refine = nn.Sequential(
            ConvNormAct(width + LOW_LEVEL_WIDTH, width, 3, activation=nn.ReLU(inplace=True)),
            ConvNormAct(width, width, 3, activation=nn.ReLU(inplace=True)),
        )
        self.dropout = nn.Dropout2d(dropout)
        self.classifier = nn.Conv2d(width, num_classes, 1)
        init_classifier(self.classifier)

    def forward(self, features: Sequence[Tensor]) -> Tensor:
        """Four maps (N, C_i, H_i, W_i), finest first; reads the first and last -> logits (N, K, H_0, W_0)."""
        context = resize(self.context(features[-1]), spatial_size(features[0]))
        refined = self.refine(torch.cat([context, self.low_level(features[0])], dim=1))
        logits: Tensor = self.classifier(self.dropout(refined))
        return logits


class PooledDilatedConvolutions(nn.Module):
    """ASPP with one normalisation over all its convolutions; image pooling is added after their join."""

    def __init__(self, channels: int, width: int) -> None:
        super().__init__()
        self.branches = nn.ModuleList([nn.Conv2d(channels, width, 1, bias=False)])
        self.branches.extend(
            nn.Conv2d(channels, width, 3, padding=dilation, dilation=dilation, bias=False) for dilation in DILATIONS
        )
        self.branch_norm = nn.BatchNorm2d(len(self.branches) * width)
        self.join = nn.Conv2d(len(self.branches) * width, width, 1, bias=False)
        self.pooling = ConvNormAct(channels, width, activation=nn.LeakyReLU(inplace=True))
        self.pooling_join = nn.Conv2d(width, width, 1, bias=False)
        self.norm = nn.BatchNorm2d(width)
        self.activation = nn.LeakyReLU(inplace=True)  # slope 0.01
        self.apply(_initialise)

    def forward(self, x: Tensor) -> Tensor:
        """x (N, C, h, w) -> (N, width, h, w)."""
        pooled = self.pooling_join(self.pooling(x.mean(dim=(2, 3), keepdim=True)))  # (N, width, 1, 1)
        branches = self.branch_norm(torch.cat([branch(x) for branch in self.branches], dim=1))
        joined = self.join(self.activation(branches))
        x = self.activation(self.norm(joined + pooled))
        return x


def _channel_filter(channels: int) -> nn.Sequential:
    """Weights in 0..1 of the channels, from the means of the guiding modality and of the filtered one."""
    hidden = channels // 16
    return nn.Sequential(
        nn.Linear(2 * channels, hidden), nn.ReLU(inplace=True), nn.Linear(hidden, channels), nn.Sigmoid()
    )


def _layer(in_channels: int, out_channels: int, blocks: int, stride: int) -> nn.Sequential:
    first = Bottleneck(in_channels, out_channels // 4, stride=stride)
    first.downsample = None  # the network has one for both modalities
    return nn.Sequential(first, *(Bottleneck(out_channels, out_channels // 4) for _ in range(1, blocks)))


def _initialise(module: nn.Module) -> None:
    if isinstance(module, nn.Conv2d):
        nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")


def build(**parameters: Any) -> SaGate:
    """Build the network from the fields of `SaGateParameters`.

    Raises:
        InputError: a field that does not exist, or a value it does not take.
    """
    return build_network(SaGate, SaGateParameters, parameters)
