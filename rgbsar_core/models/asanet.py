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

from dataclasses import dataclass, fields
from typing import Any, NamedTuple, Optional, Union

import torch
from torch import Tensor, nn

from ..errors import InputError
from .encoders.convnext_v2 import SIZES, STAGES, ConvNextV2Encoder
from .layers.conv import ConvNormAct, resize, spatial_size
from .layers.upernet import FCNHead, UPerNetHead

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


class TrainingOutput(NamedTuple):
    """What `forward` returns in training mode.

    Attributes:
        logits: (N, K, H, W), at the size of the input.
        auxiliary: logits of the auxiliary heads, (N, K, H / 16, W / 16) each; the LOSS resizes them
            (bilinear, align_corners=False) to the label and weighs them (0.4 in the paper).
    """

    logits: Tensor
    auxiliary: tuple[Tensor, ...]


@dataclass(frozen=True)
class AsaNetParameters:
    """Everything that shapes the network; the defaults are the paper's.

    Attributes:
        optical_channels: bands of the optical input.
        sar_channels: bands of the SAR input.
        num_classes: channels of the logits.
        size: a ConvNeXt V2 size: atto, femto, pico, nano, tiny (the paper), base.
        variant: asanet, or an ablation of the paper: cfm (no SFM), sfm (SFM, maps added), pwa (maps added),
            optical and sar (one modality; the other input is ignored).
        decoder_width: channels in the UPerNet head; None takes the size's.
        auxiliary_width: channels in the auxiliary head; None takes half the decoder's.
        drop_path_rate: stochastic depth of both encoders in training; None takes the size's.
        dropout: share of channels dropped before each classification layer, in training.
        auxiliary: whether there is an auxiliary head; only the training loss uses it.
    """

    optical_channels: int = 3
    sar_channels: int = 1
    num_classes: int = 6
    size: str = "tiny"
    variant: str = "asanet"
    decoder_width: Optional[int] = None
    auxiliary_width: Optional[int] = None
    drop_path_rate: Optional[float] = None
    dropout: float = 0.1
    auxiliary: bool = True

    def __post_init__(self) -> None:
        for name, value, known in (("size", self.size, SIZES), ("variant", self.variant, VARIANTS)):
            if not isinstance(value, str) or value not in known:
                raise InputError(
                    f"asanet was asked for {name} {value!r}; it knows {', '.join(known)}. Choose one of these."
                )
        for name in ("optical_channels", "sar_channels", "num_classes", "decoder_width", "auxiliary_width"):
            number = getattr(self, name)
            if number is None and name.endswith("_width"):
                continue
            if not isinstance(number, int) or isinstance(number, bool) or number < 1:
                raise InputError(f"asanet got {name} = {number!r}; it needs a whole number of 1 or more.")
        for name in ("drop_path_rate", "dropout"):
            rate = getattr(self, name)
            if rate is not None and not (isinstance(rate, (int, float)) and 0.0 <= rate < 1.0):
                raise InputError(f"asanet got {name} = {rate!r}; it needs a rate from 0 up to, not including, 1.")
        if not isinstance(self.auxiliary, bool):
            raise InputError(f"asanet got auxiliary = {self.auxiliary!r}; it needs True or False.")


class AsaNet(nn.Module):
    """ASANet and its ablations: `network(optical, sar) -> logits`.

    In training mode the answer is a `TrainingOutput` (logits and auxiliary logits), in evaluation mode the
    logits alone. Training needs batches of two or more: some layers see one value per image and channel.

    Attributes:
        settings: what the network was built from.
    """

    def __init__(self, parameters: AsaNetParameters) -> None:
        super().__init__()
        self.settings = parameters
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

    def forward(self, optical: Optional[Tensor], sar: Optional[Tensor]) -> Union[Tensor, TrainingOutput]:
        """optical (N, C_opt, H, W), sar (N, C_sar, H, W) -> logits (N, K, H, W), no softmax.

        Variants of one modality ignore the other input, which may be None.

        Raises:
            InputError: wrong number of bands, different sizes, a side under 32 pixels, or a batch of one in
                training.
        """
        size = self._check(optical, sar)
        maps = self.features(optical, sar)
        logits = resize(self.decode_head(maps), size)
        if not self.training:
            return logits
        if not self.settings.auxiliary:
            return TrainingOutput(logits, ())
        return TrainingOutput(logits, (self.auxiliary_head(maps[AUXILIARY_STAGE]),))

    def features(self, optical: Optional[Tensor], sar: Optional[Tensor]) -> list[Tensor]:
        """The four fused maps handed to the heads, (N, C_i, H / 4 ... H / 32, W / 4 ... W / 32)."""
        variant = VARIANTS[self.settings.variant]
        if variant is None:
            alone: list[Tensor] = (
                self.optical_encoder(optical) if self.settings.variant == "optical" else self.sar_encoder(sar)
            )
            return alone
        if optical is None or sar is None:
            raise InputError("asanet got one image; this variant needs an optical and a SAR image. Give both.")
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

    def _check(self, optical: Optional[Tensor], sar: Optional[Tensor]) -> tuple[int, int]:
        """Refuse inputs the network cannot take; return the height and width it will answer with."""
        sizes = []
        for role, image, channels in (
            ("optical", optical, self.settings.optical_channels),
            ("sar", sar, self.settings.sar_channels),
        ):
            if role not in self.inputs:
                continue
            if image is None or image.dim() != 4 or image.shape[1] != channels:
                found = "nothing" if image is None else f"a tensor of shape {tuple(image.shape)}"
                raise InputError(
                    f"The {role} input is {found}; this network takes (N, {channels}, H, W). "
                    f"Give {channels} bands, or build the network with {role}_channels to match."
                )
            sizes.append(spatial_size(image))
        if sizes[0] != sizes[-1]:
            raise InputError(
                f"The optical image is {sizes[0]} and the SAR image {sizes[-1]} (height, width); asanet needs "
                "the same grid. Resample one to the other first."
            )
        if min(sizes[0]) < MINIMUM_SIDE:
            raise InputError(
                f"The image is {sizes[0][0]} x {sizes[0][1]} pixels; asanet needs {MINIMUM_SIDE} or more on "
                f"each side. Pad it to {MINIMUM_SIDE} x {MINIMUM_SIDE} or choose larger tiles."
            )
        return sizes[0]


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
    known = [field.name for field in fields(AsaNetParameters)]
    unknown = sorted(set(parameters) - set(known))
    if unknown:
        raise InputError(
            f"asanet got the parameter {', '.join(unknown)}; it takes {', '.join(known)}. "
            "Remove it or correct its name."
        )
    return AsaNet(AsaNetParameters(**parameters))
