"""ASANet: asymmetric semantic aligning of an optical and a SAR image for land cover classification.

Paper: Zhang et al., ASANet: Asymmetric Semantic Aligning Network for RGB and SAR image land cover
classification, ISPRS Journal of Photogrammetry and Remote Sensing 218 (2024), 574-587
(doi:10.1016/j.isprsjprs.2024.09.025).

Two ConvNeXt V2 encoders of their own weights. After each stage the Semantic Focusing Module (SFM) weighs the
channels of each stream by how far it exceeds the other, and the Cascade Fusion Module (CFM) selects channels,
then positions, of the pair into one map. Four such maps feed a UPerNet head.

Kept as in the authors' code (whu-pzhang/ASANet, 58f64c3), because it changes the numbers:

* The normalised streams, not the plain ones, go on to the next stage (a plain ConvNeXt passes the plain one;
  the single-modality variants do, too).
* SFM takes the maximum over the map of the SIGNED difference; both streams share one perceptron.
* The second step of CFM is a softmax over the channels of each pixel; fused maps are of the order 1 / C.
* CFM's perceptron works on 1x1 maps, so only the centre of its 3x3 depthwise kernel ever acts.

Ours: any band counts (the authors copy the one SAR band to three), the sizes of ConvNeXt V2 with a decoder
width to match (theirs is "tiny", 256). Written from shared/reference/asanet/spec.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional

import torch
from torch import Tensor, nn

from .encoders.convnext_v2 import SIZES, STAGES, ConvNextV2Encoder
from .layers.conv import ConvNormAct, resize, spatial_size
from .layers.upernet import FCNHead, UPerNetHead
from .network import NetworkParameters, SegmentationNetwork, build_network

#: variant -> (uses SFM, uses CFM); without CFM the two maps are added. None: one encoder alone.
VARIANTS: dict[str, Optional[tuple[bool, bool]]] = {
    "asanet": (True, True),
    "cfm": (False, True),
    "sfm": (True, False),
    "pwa": (False, False),
    "optical": None,
    "sar": None,
}
DECODER_WIDTHS = {"atto": 64, "femto": 80, "pico": 112, "nano": 144, "tiny": 256, "base": 320}
MINIMUM_SIDE = 32
AUXILIARY_STAGE = 2


@dataclass(frozen=True)
class AsaNetParameters(NetworkParameters):
    """Everything that shapes the network; the defaults are the paper's.

    Attributes:
        size: a ConvNeXt V2 size: atto, femto, pico, nano, tiny (the paper), base.
        variant: asanet, or an ablation of the paper: cfm (no SFM), sfm (SFM, maps added), pwa (maps added),
            optical and sar (one modality; the other input is ignored).
        decoder_width: channels in the UPerNet head; None takes the size's.
        auxiliary_width: channels in the auxiliary head; None takes half the decoder's.
        drop_path_rate: stochastic depth of both encoders in training; None takes the size's.
        dropout: share of channels dropped before each classification layer, in training.
        auxiliary: whether there is an auxiliary head; only the training loss uses it.
    """

    size: str = "tiny"
    variant: str = "asanet"
    decoder_width: Optional[int] = None
    auxiliary_width: Optional[int] = None
    drop_path_rate: Optional[float] = None
    dropout: float = 0.1
    auxiliary: bool = True

    network = "asanet"
    choices = {"size": tuple(SIZES), "variant": tuple(VARIANTS)}


class AsaNet(SegmentationNetwork):
    """ASANet and its ablations.

    Training needs batches of two or more: some layers see one value per image and channel.
    """

    minimum_side = MINIMUM_SIDE

    def __init__(self, parameters: AsaNetParameters) -> None:
        super().__init__(parameters)
        size = SIZES[parameters.size]
        width = parameters.decoder_width or DECODER_WIDTHS[parameters.size]
        rate = size.drop_path_rate if parameters.drop_path_rate is None else parameters.drop_path_rate
        if parameters.variant != "sar":
            self.optical_encoder = ConvNextV2Encoder(parameters.optical_channels, size, rate)
        if parameters.variant != "optical":
            self.sar_encoder = ConvNextV2Encoder(parameters.sar_channels, size, rate)
        focuses, fuses = VARIANTS[parameters.variant] or (False, False)
        if focuses:
            self.focusing = nn.ModuleList(SemanticFocusingModule(channels) for channels in size.channels)
        if fuses:
            self.fusion = nn.ModuleList(CascadeFusionModule(channels) for channels in size.channels)
        self.decode_head = UPerNetHead(size.channels, width, parameters.num_classes, dropout=parameters.dropout)
        if parameters.auxiliary:
            self.auxiliary_head = FCNHead(
                size.channels[AUXILIARY_STAGE],
                parameters.auxiliary_width or max(1, width // 2),
                parameters.num_classes,
                dropout=parameters.dropout,
            )

    @property
    def inputs(self) -> tuple[str, ...]:
        """The modalities the network looks at."""
        variant = self.settings.variant
        return (variant,) if VARIANTS[variant] is None else ("optical", "sar")

    def segment(self, optical: Tensor, sar: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Logits at the size of the input; in training also those of the auxiliary head, at 1 / 16 of it."""
        maps = self.features(optical, sar)
        logits = resize(self.decode_head(maps), spatial_size(optical))
        if not (self.training and self.settings.auxiliary):
            return logits, ()
        return logits, (self.auxiliary_head(maps[AUXILIARY_STAGE]),)

    def features(self, optical: Tensor, sar: Tensor) -> list[Tensor]:
        """The four fused maps handed to the heads, (N, C_i, H / 4 ... H / 32, W / 4 ... W / 32)."""
        variant = VARIANTS[self.settings.variant]
        if variant is None:
            alone: list[Tensor] = (
                self.optical_encoder(optical) if self.settings.variant == "optical" else self.sar_encoder(sar)
            )
            return alone
        focuses, fuses = variant
        maps = []
        for i in range(STAGES):
            optical = self.optical_encoder.stage(i, optical)
            sar = self.sar_encoder.stage(i, sar)
            if focuses:
                optical, sar = self.focusing[i](optical, sar)
            optical = self.optical_encoder.norms[i](optical)
            sar = self.sar_encoder.norms[i](sar)
            maps.append(self.fusion[i](optical, sar) if fuses else optical + sar)
        return maps


class SemanticFocusingModule(nn.Module):
    """SFM: scale the channels of each stream by 1 + sigmoid(perceptron(max of its lead over the other))."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        hidden = max(32, channels // 16)
        self.reduce = nn.Conv2d(channels, hidden, 1)
        self.restore = nn.Conv2d(hidden, channels, 1)
        self.activation = nn.GELU()

    def forward(self, optical: Tensor, sar: Tensor) -> tuple[Tensor, Tensor]:
        """Two maps (N, C, h, w) -> the same two, channels re-weighted."""
        difference = optical - sar
        optical_lead = difference.amax(dim=(2, 3), keepdim=True)  # (N, C, 1, 1)
        sar_lead = -difference.amin(dim=(2, 3), keepdim=True)
        return optical * self._weight(optical_lead), sar * self._weight(sar_lead)

    def _weight(self, lead: Tensor) -> Tensor:
        return 1.0 + torch.sigmoid(self.restore(self.activation(self.reduce(lead))))


class ChannelGate(nn.Module):
    """Perceptron of CFM on a pooled map: expand (BN), depthwise (ReLU6), project (BN), sigmoid."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        hidden = 4 * channels
        self.expand = ConvNormAct(channels, hidden)
        self.depthwise = ConvNormAct(hidden, hidden, 3, groups=hidden, normalise=False, activation=nn.ReLU6())
        self.project = ConvNormAct(hidden, channels)

    def forward(self, x: Tensor) -> Tensor:
        """x (N, C, 1, 1) -> weights in 0..1 (N, C, 1, 1)."""
        return torch.sigmoid(self.project(self.depthwise(self.expand(x))))


class CascadeFusionModule(nn.Module):
    """CFM: gate the channels of both maps by their pooled pair, then select per pixel, then add."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.gather = nn.Conv2d(2 * channels, channels, 1)
        self.optical_gate = ChannelGate(channels)
        self.sar_gate = ChannelGate(channels)
        self.merge = nn.Conv2d(2 * channels, channels, 1)
        self.optical_select = nn.Conv2d(channels, channels, 1)
        self.sar_select = nn.Conv2d(channels, channels, 1)

    def forward(self, optical: Tensor, sar: Tensor) -> Tensor:
        """Two maps (N, C, h, w) -> one (N, C, h, w)."""
        pooled = self.gather(torch.cat([optical, sar], dim=1)).mean(dim=(2, 3), keepdim=True)  # (N, C, 1, 1)
        optical = optical * self.optical_gate(pooled)
        sar = sar * self.sar_gate(pooled)
        merged = self.merge(torch.cat([optical, sar], dim=1))
        optical = optical * torch.softmax(self.optical_select(merged), dim=1)
        return torch.addcmul(optical, sar, torch.softmax(self.sar_select(merged), dim=1))


def build(**parameters: Any) -> AsaNet:
    """Build the network from the fields of `AsaNetParameters`.

    Raises:
        InputError: a field that does not exist, or a value it does not take.
    """
    return build_network(AsaNet, AsaNetParameters, parameters)
