"""DenseASPP: densely connected atrous convolutions over the stacked optical and SAR bands.

Paper: Yang et al., DenseASPP for Semantic Segmentation in Street Scenes, CVPR 2018 (doi:10.1109/CVPR.2018.00388).

An encoder at stride 8 gives one map. Five atrous layers of rates 3, 6, 12, 18 and 24 follow, each fed with the map
and the answers of all layers before it, so that their fields of view add up; one classification layer reads
everything. The variant `densenet121` is the first authors' network; `resnet50` is the later re-implementation
whose encoder has torchvision's layout.

Kept as in the reference code (`resnet50`: LikeLy-Journey/SegmenTron, 4bc605e; `densenet121`:
DeepMotionAIResearch/DenseASPP, 35a3e05), because it changes the numbers:

* New features come in front of those they were made from.
* `resnet50` normalises behind each convolution, with ReLU behind that; `densenet121` in front of it, with
  nothing behind the second convolution, and a momentum of 0.0003.
* `densenet121`: the ReLU before the first atrous layer rectifies the encoder's map for every layer (theirs works
  in place), and that layer has no normalisation before it.
* Logits are up-sampled with corners aligned. The first authors' code asks for plain up-sampling, which aligned
  corners in the torch of its day and does not today: `align_corners=False` gives today's answer of that code.

Ours: any two band counts, stacked optical first, or one modality alone; stride 16 of `densenet121`, whose input is
padded to a multiple of the stride (theirs answers smaller than the input where the size is no multiple of 8).
Written from shared/reference/denseaspp/spec.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional, Union

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .encoders.densenet import OUT_CHANNELS, DenseNetEncoder
from .encoders.resnet import CHANNELS, ResNetEncoder
from .layers.conv import init_classifier, spatial_size
from .network import MODALITIES, NetworkParameters, SegmentationNetwork, build_network, stacked_channels

VARIANTS = ("resnet50", "densenet121")
OUTPUT_STRIDES = (8, 16)
RATES = (3, 6, 12, 18, 24)
GROWTH = 64


@dataclass(frozen=True)
class DenseAsppParameters(NetworkParameters):
    """Everything that shapes the network; rates and widths are the paper's.

    Attributes:
        variant: the encoder, and with it the form of the atrous layers: resnet50 or densenet121 (the paper).
        output_stride: of the encoder: 8 (the paper), or 16 for a third of the work.
        modality: both (stacked), optical or sar (the other input is ignored).
        align_corners: how the logits are up-sampled. True suits the published weights of both variants; False
            is what the first authors' code does on a torch of today.
        dropout: share dropped after each atrous layer and before classification, in training: of values with
            resnet50, of channels with densenet121.
    """

    variant: str = "resnet50"
    output_stride: int = 8
    modality: str = "both"
    align_corners: bool = True
    dropout: float = 0.1

    network = "denseaspp"
    choices = {"variant": VARIANTS, "output_stride": OUTPUT_STRIDES, "modality": MODALITIES}


class DenseAspp(SegmentationNetwork):
    """DenseASPP in its two variants; no auxiliary head."""

    def __init__(self, parameters: DenseAsppParameters) -> None:
        super().__init__(parameters)
        channels, stride = stacked_channels(parameters), parameters.output_stride
        self.encoder: Union[ResNetEncoder, DenseNetEncoder]
        if parameters.variant == "resnet50":
            self.encoder = ResNetEncoder(channels, 50, stride)
        else:
            self.encoder = DenseNetEncoder(channels, stride)
            self.multiple = stride
        self.decode_head = DenseAsppHead(parameters.variant, parameters.num_classes, parameters.dropout)

    def segment(self, optical: Tensor, sar: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Logits at the size of the input; there are no auxiliary ones."""
        x = self.stack(optical, sar)
        encoded = self.encoder(x)
        logits = self.decode_head(encoded[-1] if isinstance(encoded, tuple) else encoded)
        size, align_corners = spatial_size(x), self.settings.align_corners
        return F.interpolate(logits, size=size, mode="bilinear", align_corners=align_corners), ()


class DenseAsppHead(nn.Module):
    """Five atrous layers, each fed with the encoder's map and all answers before it, and a classification layer."""

    def __init__(self, variant: str, num_classes: int, dropout: float) -> None:
        super().__init__()
        self.layers = nn.ModuleList()
        self.dropout: nn.Module
        if variant == "resnet50":
            channels = CHANNELS[-1]
            for rate in RATES:
                self.layers.append(AtrousLayer(channels, rate, dropout))
                channels += GROWTH
            self.dropout = nn.Dropout(dropout)
        else:
            channels = OUT_CHANNELS
            for rate in RATES:
                self.layers.append(PreActivatedAtrousLayer(channels, rate, dropout, first=rate == RATES[0]))
                channels += GROWTH
            self.dropout = nn.Dropout2d(dropout)
        self.classifier = nn.Conv2d(channels, num_classes, 1)
        init_classifier(self.classifier)

    def forward(self, x: Tensor) -> Tensor:
        """The encoder's map (N, C, h, w) -> logits (N, K, h, w)."""
        for layer in self.layers:
            x = torch.cat([layer(x), x], dim=1)
        logits: Tensor = self.classifier(self.dropout(x))
        return logits


class AtrousLayer(nn.Module):
    """1x1 convolution, then 3x3 at a rate, normalisation and ReLU behind each (`resnet50`)."""

    hidden = 256

    def __init__(self, in_channels: int, rate: int, dropout: float) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, self.hidden, 1)
        self.norm1 = nn.BatchNorm2d(self.hidden)
        self.conv2 = nn.Conv2d(self.hidden, GROWTH, 3, padding=rate, dilation=rate)
        self.norm2 = nn.BatchNorm2d(GROWTH)
        self.relu = nn.ReLU(inplace=True)
        self.dropout = nn.Dropout(dropout)
        _initialise(self.conv1, self.conv2)

    def forward(self, x: Tensor) -> Tensor:
        """x (N, C, h, w) -> (N, 64, h, w)."""
        x = self.relu(self.norm1(self.conv1(x)))
        x = self.dropout(self.relu(self.norm2(self.conv2(x))))
        return x


class PreActivatedAtrousLayer(nn.Module):
    """1x1 convolution, then 3x3 at a rate, normalisation and ReLU in front of each (`densenet121`).

    The first of the layers takes the encoder's map, already rectified, as it is.
    """

    hidden = 128
    momentum = 0.0003

    def __init__(self, in_channels: int, rate: int, dropout: float, *, first: bool) -> None:
        super().__init__()
        self.norm1: Optional[nn.Module] = None if first else nn.BatchNorm2d(in_channels, momentum=self.momentum)
        self.conv1 = nn.Conv2d(in_channels, self.hidden, 1)
        self.norm2 = nn.BatchNorm2d(self.hidden, momentum=self.momentum)
        self.conv2 = nn.Conv2d(self.hidden, GROWTH, 3, padding=rate, dilation=rate)
        self.relu = nn.ReLU(inplace=True)
        self.dropout = nn.Dropout2d(dropout)
        _initialise(self.conv1, self.conv2)

    def forward(self, x: Tensor) -> Tensor:
        """x (N, C, h, w) -> (N, 64, h, w)."""
        x = self.conv1(x if self.norm1 is None else self.relu(self.norm1(x)))
        x = self.dropout(self.conv2(self.relu(self.norm2(x))))
        return x


def _initialise(*convolutions: nn.Conv2d) -> None:
    """Kaiming's normal distribution, bias 0."""
    for conv in convolutions:
        nn.init.kaiming_normal_(conv.weight, nonlinearity="relu")
        nn.init.zeros_(conv.bias)  # type: ignore[arg-type]


def build(**parameters: Any) -> DenseAspp:
    """Build the network from the fields of `DenseAsppParameters`.

    Raises:
        InputError: a field that does not exist, or a value it does not take.
    """
    return build_network(DenseAspp, DenseAsppParameters, parameters)
