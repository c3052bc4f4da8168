"""U-Net: a contracting and an expansive path, joined by skips, over the stacked optical and SAR bands.

Paper: Ronneberger et al., U-Net: Convolutional Networks for Biomedical Image Segmentation, MICCAI 2015
(doi:10.1007/978-3-319-24574-4_28).

Each level of the contracting path halves the map and doubles its channels; each level of the expansive path
doubles the map, sets it beside the map of the same level (the skip) and convolves the pair twice. The variants
`plain` and `bilinear` have the paper's two paths, with padded and normalised convolutions; `resnet50` takes a
ResNet-50 for the contracting path.

Kept as in the reference code (milesial/Pytorch-UNet, 21d7850; segmentation_models.pytorch 0.6.0), because it
changes the numbers:

* The skip comes first in `plain` and `bilinear`, last in `resnet50`.
* Pooling rounds odd sizes down; the map coming up is then padded with zeros, the odd row or column at the end.
* `bilinear` up-samples with corners aligned, and its deepest level has 512 channels, not 1024.
* `resnet50` up-samples to the nearest pixel, straight to the size of the next skip; its first skip is taken
  before the encoder's max-pooling; its classification layer is 3x3.

Ours: any two band counts, stacked optical first, or one modality alone. Written from
shared/reference/unet/spec.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Optional, Union

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .encoders.resnet import CHANNELS, ResNetEncoder
from .layers.conv import spatial_size
from .network import MODALITIES, NetworkParameters, SegmentationNetwork, build_network, stacked_channels

VARIANTS = ("plain", "bilinear", "resnet50")
WIDTHS = (64, 128, 256, 512, 1024)
BILINEAR_WIDTHS = (64, 128, 256, 512, 512)
RESNET_DECODER_WIDTHS = (256, 128, 64, 32, 16)


@dataclass(frozen=True)
class UNetParameters(NetworkParameters):
    """Everything that shapes the network.

    Attributes:
        variant: plain (transposed convolutions, as the paper), bilinear (just over half the parameters), or resnet50
            (an encoder for which ImageNet weights exist).
        modality: both (stacked), optical or sar (the other input is ignored).
    """

    variant: str = "plain"
    modality: str = "both"

    network = "unet"
    choices = {"variant": VARIANTS, "modality": MODALITIES}


class UNet(SegmentationNetwork):
    """U-Net in its three variants; no auxiliary head, no dropout."""

    minimum_side = 16

    def __init__(self, parameters: UNetParameters) -> None:
        super().__init__(parameters)
        channels = stacked_channels(parameters)
        self.encoder: Union[ContractingPath, ResNetEncoder]
        self.decode_head: Union[ExpansivePath, ResNetDecoder]
        if parameters.variant == "resnet50":
            self.encoder = ResNetEncoder(channels)
            self.decode_head = ResNetDecoder(parameters.num_classes)
        else:
            bilinear = parameters.variant == "bilinear"
            widths = BILINEAR_WIDTHS if bilinear else WIDTHS
            self.encoder = ContractingPath(channels, widths)
            self.decode_head = ExpansivePath(widths, parameters.num_classes, bilinear=bilinear)

    def segment(self, optical: Tensor, sar: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Logits at the size of the input; there are no auxiliary ones."""
        x = self.stack(optical, sar)
        if isinstance(self.encoder, ResNetEncoder):
            stem = self.encoder.stem(x)
            return self.decode_head((stem, *self.encoder.layers(stem)), spatial_size(x)), ()
        return self.decode_head(self.encoder(x)), ()


class DoubleConv(nn.Sequential):
    """Twice: 3x3 convolution without bias, batch normalisation, ReLU."""

    def __init__(self, in_channels: int, out_channels: int, middle_channels: Optional[int] = None) -> None:
        middle = middle_channels or out_channels
        super().__init__(
            nn.Conv2d(in_channels, middle, 3, padding=1, bias=False),
            nn.BatchNorm2d(middle),
            nn.ReLU(inplace=True),
            nn.Conv2d(middle, out_channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(out_channels),
            nn.ReLU(inplace=True),
        )


class ContractingPath(nn.Module):
    """Five double convolutions with 2x2 max-pooling between them; paper Fig. 1, left."""

    def __init__(self, in_channels: int, widths: Sequence[int]) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(
            DoubleConv(before, width) for before, width in zip((in_channels, *widths), widths)
        )

    def forward(self, x: Tensor) -> list[Tensor]:
        """x (N, C, H, W) -> maps of the five levels, finest first; each halves a side, rounding down."""
        maps: list[Tensor] = []
        for block in self.blocks:
            x = block(F.max_pool2d(x, 2) if maps else x)
            maps.append(x)
        return maps


class UpBlock(nn.Module):
    """Up-sampling by 2 to the skip's channels, then a double convolution of skip and map; paper Fig. 1, right."""

    def __init__(self, skip_channels: int, out_channels: int, *, bilinear: bool) -> None:
        super().__init__()
        self.up: nn.Module
        if bilinear:
            self.up = nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True)
        else:
            self.up = nn.ConvTranspose2d(2 * skip_channels, skip_channels, 2, stride=2)
        self.conv = DoubleConv(2 * skip_channels, out_channels, skip_channels)

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        """x (N, C', h, w), skip (N, C, H, W) with H = 2 h or 2 h + 1 -> (N, C_out, H, W)."""
        x = self.up(x)
        rows, columns = skip.shape[-2] - x.shape[-2], skip.shape[-1] - x.shape[-1]
        if rows or columns:
            x = F.pad(x, (columns // 2, columns - columns // 2, rows // 2, rows - rows // 2))
        x = self.conv(torch.cat([skip, x], dim=1))
        return x


class ExpansivePath(nn.Module):
    """Four up-blocks and a 1x1 classification layer."""

    def __init__(self, widths: Sequence[int], num_classes: int, *, bilinear: bool) -> None:
        super().__init__()
        skips = tuple(reversed(widths[:-1]))
        # Bilinear up-sampling keeps the channels, so each block already gives the next skip's number.
        outputs = (*skips[1:], skips[-1]) if bilinear else skips
        self.blocks = nn.ModuleList(UpBlock(skip, out, bilinear=bilinear) for skip, out in zip(skips, outputs))
        self.classifier = nn.Conv2d(widths[0], num_classes, 1)

    def forward(self, maps: Sequence[Tensor]) -> Tensor:
        """Maps of the levels, finest first -> logits (N, K, H, W)."""
        x = maps[-1]
        for block, skip in zip(self.blocks, reversed(maps[:-1])):
            x = block(x, skip)
        logits: Tensor = self.classifier(x)
        return logits


class ResNetDecoder(nn.Module):
    """Five double convolutions, each after up-sampling to the nearest pixel, and a 3x3 classification layer."""

    def __init__(self, num_classes: int) -> None:
        super().__init__()
        skips = (*reversed(CHANNELS[:-1]), 64, 0)  # layers 3, 2 and 1, stem, none
        before = (CHANNELS[-1], *RESNET_DECODER_WIDTHS)
        self.blocks = nn.ModuleList(
            DoubleConv(below + skip, width) for below, skip, width in zip(before, skips, RESNET_DECODER_WIDTHS)
        )
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_uniform_(module.weight, mode="fan_in", nonlinearity="relu")
        self.classifier = nn.Conv2d(RESNET_DECODER_WIDTHS[-1], num_classes, 3, padding=1)
        nn.init.xavier_uniform_(self.classifier.weight)
        nn.init.zeros_(self.classifier.bias)  # type: ignore[arg-type]

    def forward(self, maps: Sequence[Tensor], size: tuple[int, int]) -> Tensor:
        """Stem and layers of the encoder, finest first -> logits (N, K, *size)."""
        x = maps[-1]
        for block, skip in zip(self.blocks, reversed(maps[:-1])):
            x = block(torch.cat([F.interpolate(x, size=spatial_size(skip), mode="nearest"), skip], dim=1))
        x = self.blocks[-1](F.interpolate(x, size=size, mode="nearest"))
        logits: Tensor = self.classifier(x)
        return logits


def build(**parameters: Any) -> UNet:
    """Build the network from the fields of `UNetParameters`.

    Raises:
        InputError: a field that does not exist, or a value it does not take.
    """
    return build_network(UNet, UNetParameters, parameters)
