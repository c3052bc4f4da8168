"""AFNet (reconstruction, paper inferred): attention-fused blocks between two ResNet-50 encoders and on the way up.

Inferred paper: Yang et al., An attention-fused network for semantic segmentation of very-high-resolution remote
sensing imagery, ISPRS Journal of Photogrammetry and Remote Sensing 177 (2021), 238-262
(doi:10.1016/j.isprsjprs.2021.05.004).

No code or weights of the authors are public, and which AFNet the published tables of optical-SAR networks mean is an
inference. This reconstruction takes three parts from the paper's abstract: a multipath encoder (MPE), multipath
attention-fused blocks (MAFB) that fuse the paths, and refinement attention-fused blocks (RAFB) that fuse deep with
shallow features. It is not checked against any reference.

Ours, therefore: the inside of every block, all widths, the context block, the heads, the training. Written from
shared/reference/afnet/spec.md, section 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional

import torch
from torch import Tensor, nn

from .encoders.resnet import CHANNELS, ResNetEncoder
from .layers.conv import ConvNormAct, resize, spatial_size
from .layers.upernet import FCNHead
from .network import NetworkParameters, SegmentationNetwork, build_network

DILATIONS = (6, 12, 18)
HEAD_WIDTH = 256
AUXILIARY_STAGE = 2


@dataclass(frozen=True)
class Preset:
    """Widths of one form of the network.

    Attributes:
        projected: channels each stage of each modality is projected to before it is fused; None: it is not.
        reduction: of the channels inside the channel attention.
        refined: whether a MAFB has a second convolution.
        context: channels of each branch of the context block.
    """

    projected: Optional[int]
    reduction: int
    refined: bool
    context: int


#: lite: the one to use. table: sized to come near the cost that published tables print for "AFNet".
PRESETS = {
    "lite": Preset(projected=128, reduction=16, refined=False, context=256),
    "table": Preset(projected=None, reduction=1, refined=True, context=512),
}


@dataclass(frozen=True)
class AfNetParameters(NetworkParameters):
    """Everything that shapes the network; all values are ours (reconstruction, paper inferred).

    Attributes:
        preset: lite, or table (six times the parameters, three times the work).
        dropout: share of channels dropped before each classification layer, in training.
        auxiliary: whether there is an auxiliary head; only the training loss uses it.
    """

    preset: str = "lite"
    dropout: float = 0.1
    auxiliary: bool = True

    network = "afnet"
    choices = {"preset": tuple(PRESETS)}


class AfNet(SegmentationNetwork):
    """AFNet (reconstruction, paper inferred).

    Training needs batches of two or more: the context block pools each image to one value a channel.
    """

    def __init__(self, parameters: AfNetParameters) -> None:
        super().__init__(parameters)
        preset = PRESETS[parameters.preset]
        self.optical_encoder = ResNetEncoder(parameters.optical_channels)
        self.sar_encoder = ResNetEncoder(parameters.sar_channels)
        self.optical_projections = _projections(preset.projected)
        self.sar_projections = _projections(preset.projected)
        paths = [preset.projected or channels for channels in CHANNELS]
        fused = [2 * preset.projected if preset.projected else channels for channels in CHANNELS]
        self.fusion = nn.ModuleList(
            AttentionFusedBlock(2 * path, channels, preset.reduction, refined=preset.refined)
            for path, channels in zip(paths, fused)
        )
        self.context = ContextBlock(fused[-1], preset.context)
        self.refinement = nn.ModuleList(
            AttentionFusedBlock(deeper + channels, channels, preset.reduction)
            for deeper, channels in zip(fused[1:], fused)
        )
        self.decode_head = FCNHead(fused[0], HEAD_WIDTH, parameters.num_classes, dropout=parameters.dropout)
        if parameters.auxiliary:
            self.auxiliary_head = FCNHead(
                fused[AUXILIARY_STAGE], HEAD_WIDTH, parameters.num_classes, dropout=parameters.dropout
            )

    def segment(self, optical: Tensor, sar: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Logits at the size of the input; in training also those of the auxiliary head, at 1 / 16 of it."""
        maps = self.features(optical, sar)
        x = self.context(maps[-1])
        for i in range(len(self.refinement) - 1, -1, -1):
            x = self.refinement[i](resize(x, spatial_size(maps[i])), maps[i])
        logits = resize(self.decode_head(x), spatial_size(optical))
        if not (self.training and self.settings.auxiliary):
            return logits, ()
        return logits, (self.auxiliary_head(maps[AUXILIARY_STAGE]),)

    def features(self, optical: Tensor, sar: Tensor) -> list[Tensor]:
        """The four fused maps, (N, C_i, H / 4 ... H / 32, W / 4 ... W / 32)."""
        optical_maps = [project(x) for project, x in zip(self.optical_projections, self.optical_encoder(optical))]
        sar_maps = [project(x) for project, x in zip(self.sar_projections, self.sar_encoder(sar))]
        return [fuse(*pair) for fuse, *pair in zip(self.fusion, optical_maps, sar_maps)]


class AttentionFusedBlock(nn.Module):
    """MAFB (two modalities) and RAFB (deep and shallow): weigh the channels of both maps, fuse, weigh positions.

    A fresh block weighs all alike: saturated gates would learn slowly.

    Args:
        in_channels: of both maps together.
        out_channels: of the fused map.
        reduction: of the channels inside the channel attention.
        refined: whether a second convolution adds to the fused map.
    """

    def __init__(self, in_channels: int, out_channels: int, reduction: int, *, refined: bool = False) -> None:
        super().__init__()
        self.reduce = nn.Conv2d(in_channels, in_channels // reduction, 1)
        self.restore = nn.Conv2d(in_channels // reduction, in_channels, 1)
        self.fuse = _conv(in_channels, out_channels, 3)
        self.refine = _conv(out_channels, out_channels, 3) if refined else None
        self.position = nn.Conv2d(out_channels, 1, 1)
        for parameter in (*self.restore.parameters(), *self.position.parameters()):
            nn.init.zeros_(parameter)

    def forward(self, first: Tensor, second: Tensor) -> Tensor:
        """Two maps (N, C_1, h, w), (N, C_2, h, w) -> one (N, C, h, w)."""
        pair = torch.cat([first, second], dim=1)
        means = pair.mean(dim=(2, 3), keepdim=True)  # (N, C_1 + C_2, 1, 1)
        weights = torch.sigmoid(self.restore(torch.relu(self.reduce(means))))
        fused = self.fuse(pair * weights)
        if self.refine is not None:
            fused = fused + self.refine(fused)
        return fused * (1.0 + torch.sigmoid(self.position(fused)))


class ContextBlock(nn.Module):
    """Dilated convolutions beside a pooled map (atrous spatial pyramid pooling), back to the channels it got."""

    def __init__(self, channels: int, width: int) -> None:
        super().__init__()
        self.branches = nn.ModuleList([_conv(channels, width, 1)])
        self.branches.extend(_conv(channels, width, 3, dilation) for dilation in DILATIONS)
        self.pooling = _conv(channels, width, 1)
        self.project = _conv((len(DILATIONS) + 2) * width, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        """x (N, C, h, w) -> the same shape."""
        pooled = self.pooling(x.mean(dim=(2, 3), keepdim=True)).expand(-1, -1, *spatial_size(x))
        result: Tensor = self.project(torch.cat([*(branch(x) for branch in self.branches), pooled], dim=1))
        return result


def _projections(width: Optional[int]) -> nn.ModuleList:
    return nn.ModuleList(nn.Identity() if width is None else _conv(channels, width, 1) for channels in CHANNELS)


def _conv(in_channels: int, out_channels: int, kernel_size: int, dilation: int = 1) -> ConvNormAct:
    return ConvNormAct(in_channels, out_channels, kernel_size, dilation=dilation, activation=nn.ReLU(inplace=True))


def build(**parameters: Any) -> AfNet:
    """Build the network from the fields of `AfNetParameters`.

    Raises:
        InputError: a field that does not exist, or a value it does not take.
    """
    return build_network(AfNet, AfNetParameters, parameters)
