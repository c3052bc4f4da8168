"""WHFNet: wavelet-driven heterogeneous fusion of an optical and a SAR image.

Paper: Ren et al., WHFNet: A Wavelet-Driven Heterogeneous Fusion Network for High-Frequency Enhanced Optical-SAR
Remote Sensing Segmentation, IEEE Transactions on Geoscience and Remote Sensing (2026)
(doi:10.1109/TGRS.2026.3662689).

A Swin Transformer V2 looks at the optical image, a ConvNeXt V2 at the SAR image. Beside each, a small frequency
encoder looks at the image's high frequencies: what one step of the Haar wavelet leaves without its low-low band,
stretched to 0..255. At each stride the Cross-Modal Interactor (CMI) gates the frequency map of each modality into
its encoder map (two spatial-frequency fusion modules, SFFM) and adds the two. The four sums feed a UPerNet head.

Kept as in the authors' code (XD-MG/WHFNet, eff9555), because it changes the numbers:

* The wavelet acts on the normalised input. Its result is stretched by the extremes of each band of the TILE and
  truncated to whole numbers: the answer depends on the tile's extent, and one bright scatterer dims the rest.
* For SAR it acts on ln(1 + |x|): standardised values below and above the mean become alike.
* Nothing of the fusion goes back into the encoders, and their plain streams go on from stage to stage.
* SFFM has no activation between its batch normalisation and its last convolution.
* Swin V2's zero padding is attended to, and a map whose smaller side is one window is not shifted.

Ours: any band counts (the authors copy the one SAR band to three), sides padded to multiples of 32, the wavelet on
the network's own device, two narrower forms. Written from shared/reference/whfnet/spec.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn

from .encoders.convnext_v2 import SIZES, ConvNextV2Encoder
from .encoders.swin_v2 import SwinV2Encoder
from .layers.conv import resize, spatial_size
from .layers.upernet import FCNHead, UPerNetHead
from .network import NetworkParameters, SegmentationNetwork, build_network

COARSEST_STRIDE = 32
#: Width of the encoders -> of the UPerNet head; the auxiliary heads have half of it.
DECODER_WIDTHS = {96: 256, 64: 176, 32: 88}
HAAR = 0.7071067811865476


@dataclass(frozen=True)
class WhfNetParameters(NetworkParameters):
    """Everything that shapes the network; the defaults are the paper's.

    Attributes:
        width: channels of the encoders' first stage: 96 (the paper), 64 or 32 (ours, for small machines).
        window: side of Swin V2's attention windows, tokens: 4 (the authors' Xi'an and Korea configurations) or
            8 (WHU-OPT-SAR). No side of an input may be under 32 windows.
        optical_drop_path_rate: stochastic depth of Swin V2 in training.
        sar_drop_path_rate: stochastic depth of ConvNeXt V2 in training.
        dropout: share of channels dropped before each classification layer, in training.
        auxiliary: whether there are auxiliary heads; only the training loss uses them.
    """

    width: int = 96
    window: int = 4
    optical_drop_path_rate: float = 0.1
    sar_drop_path_rate: float = 0.4
    dropout: float = 0.1
    auxiliary: bool = True

    network = "whfnet"
    choices = {"width": tuple(DECODER_WIDTHS), "window": (4, 8)}


class WhfNet(SegmentationNetwork):
    """WHFNet.

    Training needs batches of two or more: some layers see one value per image and channel.
    """

    multiple = COARSEST_STRIDE

    def __init__(self, parameters: WhfNetParameters) -> None:
        super().__init__(parameters)
        self.minimum_side = COARSEST_STRIDE * parameters.window
        optical, sar, classes = parameters.optical_channels, parameters.sar_channels, parameters.num_classes
        width, dropout = DECODER_WIDTHS[parameters.width], parameters.dropout
        size = SIZES["tiny"]
        size = replace(size, channels=tuple(parameters.width * 2**i for i in range(len(size.channels))))
        self.optical_encoder = SwinV2Encoder(
            optical, parameters.width, parameters.window, parameters.optical_drop_path_rate
        )
        self.sar_encoder = ConvNextV2Encoder(sar, size, parameters.sar_drop_path_rate)
        self.optical_frequency_encoder = FrequencyEncoder(optical, size.channels)
        self.sar_frequency_encoder = FrequencyEncoder(sar, size.channels)
        self.interactors = nn.ModuleList(CrossModalInteractor(channels) for channels in size.channels)
        self.decode_head = UPerNetHead(size.channels, width, classes, dropout=dropout)
        if parameters.auxiliary:
            self.auxiliary_heads = nn.ModuleList(
                FCNHead(size.channels[stage], width // 2, classes, dropout=dropout) for stage in (2, 3, 3)
            )

    def segment(self, optical: Tensor, sar: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Logits at the size of the input; in training also three auxiliary ones.

        The auxiliary logits are those of the third fused map, at 1 / 16 of the size, and of the last optical and
        the last SAR map, at 1 / 32; the paper's loss weighs them by 0.4, 0.3 and 0.3.
        """
        fused, optical_map, sar_map = self.features(optical, sar)
        logits = resize(self.decode_head(fused), spatial_size(optical))
        if not (self.training and self.settings.auxiliary):
            return logits, ()
        maps = (fused[2], optical_map, sar_map)
        return logits, tuple(head(x) for head, x in zip(self.auxiliary_heads, maps))

    def features(self, optical: Tensor, sar: Tensor) -> tuple[list[Tensor], Tensor, Tensor]:
        """Four fused maps (N, C_i, H / 4 ... H / 32, ...), the last optical and the last SAR map."""
        optical_details, sar_details = self.high_frequency_images(optical, sar)
        optical_details = self.optical_frequency_encoder(optical_details)
        sar_details = self.sar_frequency_encoder(sar_details)
        optical_maps, sar_maps = self.optical_encoder(optical), self.sar_encoder(sar)
        fused = []
        for i, interactor in enumerate(self.interactors):
            optical, sar, both = interactor(optical_maps[i], optical_details[i], sar_maps[i], sar_details[i])
            fused.append(both)
        return fused, optical, sar

    def high_frequency_images(self, optical: Tensor, sar: Tensor) -> tuple[Tensor, Tensor]:
        """What the frequency encoders see: the same shapes, whole numbers 0..255; no gradient passes.

        In float32, or float64 for float64 images: truncation makes the type matter.
        """
        precise = torch.promote_types(optical.dtype, torch.float32)
        optical_details = high_frequencies(optical.detach().to(precise))
        sar_details = high_frequencies(torch.log(1.0 + (sar.detach().to(precise).abs() + 1e-6)))
        return optical_details.to(optical.dtype), sar_details.to(sar.dtype)


def high_frequencies(image: Tensor) -> Tensor:
    """An image less the mean of each 2 x 2 block, each band stretched to 0..255 and truncated; 0 where constant.

    One step of the Haar wavelet and back without the low-low band. Truncation makes every rounding count: the
    order of the operations is that of PyWavelets, and no two of them may be contracted into one.

    Args:
        image: (N, C, H, W), sides even.
    """
    x = HAAR * image
    top, bottom = x[..., 0::2, :], x[..., 1::2, :]
    low, high = HAAR * (top + bottom), HAAR * (top - bottom)  # of vertical pairs, (N, C, H / 2, W)
    low_high = HAAR * (low[..., 0::2] - low[..., 1::2])  # of horizontal pairs, (N, C, H / 2, W / 2)
    high_low = HAAR * (high[..., 0::2] + high[..., 1::2])
    high_high = HAAR * (high[..., 0::2] - high[..., 1::2])
    across = HAAR * low_high  # back: left columns, right columns, then both into upper and lower rows
    left, right = HAAR * (high_low + high_high), HAAR * (high_low - high_high)
    rows = torch.stack([across + left, right - across], dim=-1), torch.stack([across - left, -across - right], dim=-1)
    y = torch.stack([row.flatten(-2) for row in rows], dim=-2).flatten(-3, -2)  # (N, C, H, W)
    y = y - y.amin(dim=(2, 3), keepdim=True)
    span = y.amax(dim=(2, 3), keepdim=True)
    return torch.floor(y / torch.where(span == 0, 1.0, span) * 255.0)  # nothing is negative: floor truncates


class FrequencyEncoder(nn.Module):
    """Four stages beside those of an encoder, on the high-frequency image."""

    def __init__(self, in_channels: int, channels: Sequence[int]) -> None:
        super().__init__()
        self.stages = nn.ModuleList([_convolution(in_channels, channels[0], 4, stride=4)])
        for finer, coarser in zip(channels, channels[1:]):
            self.stages.append(_convolution(finer, coarser, 3, padding=1).append(nn.MaxPool2d(2)))

    @property
    def stem(self) -> nn.Conv2d:
        """The convolution that sees the bands."""
        stem: nn.Conv2d = self.stages[0][0]  # type: ignore[index]
        return stem

    def forward(self, x: Tensor) -> list[Tensor]:
        """x (N, C, H, W) -> four maps (N, C_i, H / 4 ... H / 32, W / 4 ... W / 32)."""
        maps = []
        for stage in self.stages:
            x = stage(x)
            maps.append(x)
        return maps


class CrossModalInteractor(nn.Module):
    """CMI: the encoder map of each modality with its frequency map, then their sum."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.optical = SpatialFrequencyFusionModule(channels)
        self.sar = SpatialFrequencyFusionModule(channels)

    def forward(
        self, optical: Tensor, optical_details: Tensor, sar: Tensor, sar_details: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Four maps (N, C, h, w) -> the optical, the SAR and the fused map, of the same shape."""
        optical, sar = self.optical(optical, optical_details), self.sar(sar, sar_details)
        return optical, sar, optical + sar


class SpatialFrequencyFusionModule(nn.Module):
    """SFFM: a gate of (spatial - frequency) lets frequencies into the map; both, mixed, are added to it."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.project = nn.Conv2d(channels, channels, 3, padding=1)
        self.project_details = nn.Conv2d(channels, channels, 3, padding=1)
        self.gate = nn.Sequential(
            nn.Conv2d(channels, channels // 2, 3, padding=1),
            nn.LeakyReLU(0.1, inplace=True),
            nn.Conv2d(channels // 2, channels, 3, padding=1),
            nn.Sigmoid(),
        )
        self.mix = nn.Sequential(
            nn.Conv2d(2 * channels, 2 * channels, 5, padding=2, groups=2 * channels),
            nn.BatchNorm2d(2 * channels),
            nn.Conv2d(2 * channels, channels, 3, padding=1),
        )

    def forward(self, x: Tensor, details: Tensor) -> Tensor:
        """x and details (N, C, h, w) -> (N, C, h, w)."""
        p, t = self.project(x), self.project_details(details)
        gated = torch.addcmul(p, self.gate(p - t), t)
        mixed: Tensor = self.mix(torch.cat([gated, t], dim=1))
        return mixed + x


def build(**parameters: Any) -> WhfNet:
    """Build the network from the fields of `WhfNetParameters`.

    Raises:
        InputError: a field that does not exist, or a value it does not take.
    """
    return build_network(WhfNet, WhfNetParameters, parameters)


def _convolution(
    in_channels: int, out_channels: int, kernel_size: int, *, stride: int = 1, padding: int = 0
) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, kernel_size, stride=stride, padding=padding),
        nn.BatchNorm2d(out_channels),
        nn.ReLU(inplace=True),
    )
