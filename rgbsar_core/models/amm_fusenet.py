"""AMM-FuseNet: two ResNet-50 encoders whose multi-scale maps meet in one concatenation at a quarter of the size.

Paper: Ma, Karakuş, Rosin, AMM-FuseNet: Attention-Based Multi-Modal Image Fusion Network for Land Cover Mapping,
Remote Sensing 14(18), 4458, 2022 (doi:10.3390/rs14184458).

Each modality has an encoder of its own weights. Its four maps are projected to 48 channels and weighted by channel
attention; its finest map also goes through CADenseASPP, densely connected dilated convolutions with channel
attention. Nothing is exchanged between the modalities before all ten maps are joined and classified.

Kept as in the authors' code (oktaykarakus/ReSIF, 646da1a), because it changes the numbers:

* Channel attention acts on the projected maps after their ReLU, but inside CADenseASPP before the ReLU.
* Its kernel has 3 taps whatever the number of channels (the rule of the ECA paper adapts it).
* CADenseASPP looks at the encoder's first map, a quarter of the size, with dilations that do not follow the output
  stride; its pooling branch sees that map, not the results of the other branches.
* Fresh weights: the projections of stages 2 to 4, the attention and the first convolutions start from PyTorch's own
  distribution, the rest of the encoders from Kaiming's over fan-out, the rest of the head from Kaiming's over fan-in.

Ours: a convolution with normalisation in each CADenseASPP that the authors build and never use is left out. Written
from shared/reference/amm_fusenet/spec.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from .encoders.resnet import CHANNELS, ResNetEncoder
from .layers.conv import ConvNormAct, resize, spatial_size
from .network import NetworkParameters, SegmentationNetwork, build_network

PROJECTED = 48
WIDTH = 256
DILATIONS = (3, 6, 12, 18)
FUSED = 2 * (len(CHANNELS) * PROJECTED + WIDTH)


@dataclass(frozen=True)
class AmmFuseNetParameters(NetworkParameters):
    """Everything that shapes the network; the defaults are those of the authors' training.

    Attributes:
        output_stride: of the encoders' last stage: 16, or 8 for finer maps at half as much work again.
        dropout: share of values dropped after CADenseASPP, in training.
        encoder_momentum: of the encoders' batch statistics, in training. The authors train with 0.01, which wants
            thousands of steps before the statistics are those of the data.
    """

    output_stride: int = 16
    dropout: float = 0.1
    encoder_momentum: float = 0.1

    network = "amm_fusenet"
    choices = {"output_stride": (16, 8)}


class AmmFuseNet(SegmentationNetwork):
    """AMM-FuseNet. Training needs batches of two or more: CADenseASPP pools each image to one value a channel."""

    def __init__(self, parameters: AmmFuseNetParameters) -> None:
        super().__init__(parameters)
        stride = parameters.output_stride
        self.optical_encoder = ResNetEncoder(parameters.optical_channels, output_stride=stride)
        self.sar_encoder = ResNetEncoder(parameters.sar_channels, output_stride=stride)
        self.optical_branch = MultiScaleBranch(parameters.dropout)
        self.sar_branch = MultiScaleBranch(parameters.dropout)
        self.fuse = ConvNormAct(FUSED, WIDTH, 3, activation=nn.ReLU(inplace=True))
        self.classifier = nn.Conv2d(WIDTH, parameters.num_classes, 1)
        _kaiming_fan_in(self.fuse.conv)
        _kaiming_fan_in(self.classifier)
        self.optical_encoder.conv1.reset_parameters()
        self.sar_encoder.conv1.reset_parameters()
        for module in (*self.optical_encoder.modules(), *self.sar_encoder.modules()):
            if isinstance(module, nn.BatchNorm2d):
                module.momentum = parameters.encoder_momentum

    def segment(self, optical: Tensor, sar: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Logits at the size of the input; there is no auxiliary head."""
        maps = self.optical_branch(self.optical_encoder(optical))
        maps += self.sar_branch(self.sar_encoder(sar))
        logits = self.classifier(self.fuse(torch.cat(maps, dim=1)))  # (N, K, H / 4, W / 4)
        return resize(logits, spatial_size(optical)), ()


class MultiScaleBranch(nn.Module):
    """The head's part of one modality: four projected maps and CADenseASPP, all at a quarter of the size."""

    def __init__(self, dropout: float) -> None:
        super().__init__()
        projections = [
            ConvNormAct(
                channels, PROJECTED, activation=nn.Sequential(nn.ReLU(inplace=True), EfficientChannelAttention())
            )
            for channels in CHANNELS
        ]
        _kaiming_fan_in(projections[0].conv)
        for projection in projections[1:]:
            projection.conv.reset_parameters()
        self.projections = nn.ModuleList(projections)
        self.context = ChannelAttentionDenseASPP(CHANNELS[0], dropout)

    def forward(self, stages: tuple[Tensor, Tensor, Tensor, Tensor]) -> list[Tensor]:
        """Outputs of the encoder's stages -> four (N, 48, H / 4, W / 4), one (N, 256, H / 4, W / 4)."""
        size = spatial_size(stages[0])
        maps = [resize(project(x), size) for project, x in zip(self.projections, stages)]
        return [*maps, self.context(stages[0])]


class EfficientChannelAttention(nn.Module):
    """CA module: each channel is weighted by the means of itself and its two neighbours.

    Paper: Wang et al., ECA-Net: Efficient Channel Attention for Deep Convolutional Neural Networks, CVPR 2020
    (doi:10.1109/CVPR42600.2020.01155).
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv1d(1, 1, 3, padding=1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """x (N, C, h, w) -> the same shape."""
        means = x.mean(dim=(2, 3)).unsqueeze(1)  # (N, 1, C)
        weights = torch.sigmoid(self.conv(means)).transpose(1, 2).unsqueeze(3)  # (N, C, 1, 1)
        return x * weights


class ChannelAttentionDenseASPP(nn.Module):
    """CADenseASPP: dilated convolutions, each fed with all results before it, beside a pooled map."""

    def __init__(self, channels: int, dropout: float) -> None:
        super().__init__()
        dense = [
            ConvNormAct(
                channels + i * WIDTH,
                WIDTH,
                3,
                dilation=dilation,
                activation=nn.Sequential(EfficientChannelAttention(), nn.ReLU(inplace=True)),
            )
            for i, dilation in enumerate(DILATIONS)
        ]
        self.dense = nn.ModuleList(dense)
        self.pooling = ConvNormAct(channels, WIDTH, activation=nn.ReLU(inplace=True))
        self.project = ConvNormAct(channels + (len(DILATIONS) + 1) * WIDTH, WIDTH, activation=nn.ReLU(inplace=True))
        self.dropout = nn.Dropout(dropout)
        for block in (*dense, self.pooling, self.project):
            _kaiming_fan_in(block.conv)

    def forward(self, x: Tensor) -> Tensor:
        """x (N, C, h, w) -> (N, 256, h, w)."""
        pooled = self.pooling(x.mean(dim=(2, 3), keepdim=True)).expand(-1, -1, *spatial_size(x))
        for block in self.dense:
            x = torch.cat([x, block(x)], dim=1)
        result: Tensor = self.dropout(self.project(torch.cat([x, pooled], dim=1)))
        return result


def _kaiming_fan_in(conv: nn.Conv2d) -> None:
    nn.init.kaiming_normal_(conv.weight)


def build(**parameters: Any) -> AmmFuseNet:
    """Build the network from the fields of `AmmFuseNetParameters`.

    Raises:
        InputError: a field that does not exist, or a value it does not take.
    """
    return build_network(AmmFuseNet, AmmFuseNetParameters, parameters)
