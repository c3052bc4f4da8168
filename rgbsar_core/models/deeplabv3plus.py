"""DeepLabV3+: dilated convolutions of several reaches on the deepest map, sharpened by a shallow one.

Paper: Chen et al., Encoder-Decoder with Atrous Separable Convolution for Semantic Image Segmentation, ECCV 2018
(doi:10.1007/978-3-030-01234-2_49).

The optical and the SAR image are stacked, optical bands first. Atrous spatial pyramid pooling (ASPP) looks at the
last map of a ResNet-50 through three dilated convolutions, a plain one and a global mean; the result, brought to a
quarter of the size, is classified together with a few channels of the encoder's first map.

Kept as in the code the goldens come from (oktaykarakus/ReSIF, 646da1a; the network of VainF/DeepLabV3Plus-Pytorch),
because it changes the numbers:

* Plain 3x3 convolutions where the paper has depthwise separable ones, and one in the decoder where it has two.
* ResNet-50 in the form that strides on the 3x3 convolution, where the paper has Xception or ResNet-101.

Ours: any band counts, one modality alone. Written from shared/reference/deeplabv3plus/spec.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from .encoders.resnet import CHANNELS, ResNetEncoder
from .layers.conv import ConvNormAct, resize, spatial_size
from .network import MODALITIES, NetworkParameters, SegmentationNetwork, build_network, stacked_channels

LOW_LEVEL = 48
WIDTH = 256
#: Output stride -> dilations of ASPP's 3x3 convolutions.
DILATIONS = {16: (6, 12, 18), 8: (12, 24, 36)}


@dataclass(frozen=True)
class DeepLabV3PlusParameters(NetworkParameters):
    """Everything that shapes the network.

    Attributes:
        modality: both images stacked, or optical or sar alone.
        output_stride: of the encoder's last map: 16, or 8 for a finer one at three times the work.
        dropout: share of values dropped after ASPP, in training.
    """

    modality: str = "both"
    output_stride: int = 16
    dropout: float = 0.1

    network = "deeplabv3plus"
    choices = {"modality": MODALITIES, "output_stride": tuple(DILATIONS)}


class DeepLabV3Plus(SegmentationNetwork):
    """DeepLabV3+ on ResNet-50. Training needs batches of two or more: ASPP pools each image to one value a channel."""

    def __init__(self, parameters: DeepLabV3PlusParameters) -> None:
        super().__init__(parameters)
        stride = parameters.output_stride
        self.encoder = ResNetEncoder(stacked_channels(parameters), output_stride=stride)
        self.low_level = _conv(CHANNELS[0], LOW_LEVEL)
        self.aspp = AtrousSpatialPyramidPooling(CHANNELS[-1], DILATIONS[stride], parameters.dropout)
        self.fuse = _conv(LOW_LEVEL + WIDTH, WIDTH, 3)
        self.classifier = nn.Conv2d(WIDTH, parameters.num_classes, 1)
        nn.init.kaiming_normal_(self.classifier.weight)

    def segment(self, optical: Tensor, sar: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Logits at the size of the input; there is no auxiliary head."""
        first, _, _, last = self.encoder(self.stack(optical, sar))
        low_level = self.low_level(first)  # (N, 48, H / 4, W / 4)
        context = resize(self.aspp(last), spatial_size(low_level))
        logits = self.classifier(self.fuse(torch.cat([low_level, context], dim=1)))
        return resize(logits, spatial_size(optical)), ()


class AtrousSpatialPyramidPooling(nn.Module):
    """ASPP: a 1x1 convolution, 3x3 convolutions of growing dilation and a global mean side by side, then joined."""

    def __init__(self, channels: int, dilations: tuple[int, ...], dropout: float) -> None:
        super().__init__()
        self.branches = nn.ModuleList(
            [_conv(channels, WIDTH), *(_conv(channels, WIDTH, 3, dilation) for dilation in dilations)]
        )
        self.pooling = _conv(channels, WIDTH)
        self.project = _conv((len(dilations) + 2) * WIDTH, WIDTH)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        """x (N, C, h, w) -> (N, 256, h, w)."""
        pooled = self.pooling(x.mean(dim=(2, 3), keepdim=True)).expand(-1, -1, *spatial_size(x))
        branches = [branch(x) for branch in self.branches]
        joined: Tensor = self.dropout(self.project(torch.cat([*branches, pooled], dim=1)))
        return joined


def _conv(in_channels: int, out_channels: int, kernel_size: int = 1, dilation: int = 1) -> ConvNormAct:
    block = ConvNormAct(in_channels, out_channels, kernel_size, dilation=dilation, activation=nn.ReLU(inplace=True))
    nn.init.kaiming_normal_(block.conv.weight)  # over fan-in, in this head
    return block


def build(**parameters: Any) -> DeepLabV3Plus:
    """Build the network from the fields of `DeepLabV3PlusParameters`.

    Raises:
        InputError: a field that does not exist, or a value it does not take.
    """
    return build_network(DeepLabV3Plus, DeepLabV3PlusParameters, parameters)
