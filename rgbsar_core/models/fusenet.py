"""FuseNet with two VGG-16 encoders, as ASANet's table compares it, and the same with its decoder connected.

Paper: Hazirbas et al., FuseNet: Incorporating Depth into Semantic Segmentation via Fusion-Based CNN Architecture,
ACCV 2016 (doi:10.1007/978-3-319-54181-5_14).

Each modality has an encoder of its own. After every stage the two pooled maps e_i = optical + SAR + convolution of
both are fused. A decoder stage un-pools its map with the indices of the optical pooling and convolves it.

Kept as in the authors' code (whu-pzhang/ASANet, 58f64c3), because it changes the numbers:

* Variant "unchained": a decoder stage sees its own fused map alone, never the stage before it. The logits depend on
  the first encoder stage only, the auxiliary logits on the first two; all other parameters, 54 of 55 million, do
  nothing. Variant "chained" adds the output of the stage before to the fused map: the same parameters, all in use.
* The encoders exchange nothing and the fused maps go to the decoder alone: the layout of V-FuseNet, its third branch
  not chained. The FuseNet of the paper adds the second modality into the first encoder.
* Un-pooling takes the optical indices for the fused map.
* The convolutions of the encoders have a bias, those after the fusion none.

Ours: any band counts, any size (padded inside to a multiple of 32, which the authors' code needs), and stages that
no output depends on are not computed. Written from shared/reference/fusenet/spec.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from .encoders.vgg import CHANNELS, DECODER_CHANNELS, STAGES, VggEncoder
from .layers.conv import ConvNormAct, spatial_size
from .layers.unpool import unpool
from .layers.upernet import FCNHead
from .network import NetworkParameters, SegmentationNetwork, build_network

VARIANTS = ("unchained", "chained")
HEAD_WIDTH = 16
AUXILIARY_STAGE = 1


@dataclass(frozen=True)
class FuseNetParameters(NetworkParameters):
    """Everything that shapes the network; the defaults are the table's.

    Attributes:
        variant: unchained, as published: the decoder's stages are not connected; or chained: they are. To train a
            network for use, choose chained.
        auxiliary: whether there is an auxiliary head; only the training loss uses it.
    """

    variant: str = "unchained"
    auxiliary: bool = True

    network = "fusenet"
    choices = {"variant": VARIANTS}


class FuseNet(SegmentationNetwork):
    """FuseNet, chained or not.

    Distributed training of the variant "unchained" must look for unused parameters (`find_unused_parameters=True` of
    torch, strategy `ddp_find_unused_parameters_true` of Lightning): most of them get no gradient.
    """

    multiple = 2**STAGES

    def __init__(self, parameters: FuseNetParameters) -> None:
        super().__init__(parameters)
        self.optical_encoder = VggEncoder(parameters.optical_channels)
        self.sar_encoder = VggEncoder(parameters.sar_channels)
        self.fusion = nn.ModuleList(_conv(2 * channels, channels) for channels in CHANNELS)
        self.decoder = nn.ModuleList(
            nn.Sequential(*(_conv(before, after) for before, after in zip(channels, channels[1:])))
            for channels in DECODER_CHANNELS
        )
        self.decode_head = FCNHead(DECODER_CHANNELS[0][-1], HEAD_WIDTH, parameters.num_classes, dropout=0.0)
        if parameters.auxiliary:
            self.auxiliary_head = FCNHead(
                DECODER_CHANNELS[AUXILIARY_STAGE][-1], HEAD_WIDTH, parameters.num_classes, dropout=0.0
            )

    def segment(self, optical: Tensor, sar: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Logits at the size of the input; in training also those of the auxiliary head, at half of it."""
        auxiliary = self.training and self.settings.auxiliary
        stages = STAGES
        if self.settings.variant == "unchained":
            stages = AUXILIARY_STAGE + 1 if auxiliary else 1
        maps = self.features(optical, sar, stages)
        logits = self.decode_head(maps[0])
        return logits, (self.auxiliary_head(maps[AUXILIARY_STAGE]),) if auxiliary else ()

    def features(self, optical: Tensor, sar: Tensor, stages: int = STAGES) -> list[Tensor]:
        """The decoder's maps d_0 ... d_{stages - 1}, finest first: (N, C_i, H / 2 ** i, W / 2 ** i).

        Sides must be multiples of 2 ** stages.
        """
        fused = []
        for i in range(stages):
            size = spatial_size(optical)
            optical, indices = self.optical_encoder.stage(i, optical)
            sar, _ = self.sar_encoder.stage(i, sar)
            both = optical + sar + self.fusion[i](torch.cat([optical, sar], dim=1))  # e_i
            fused.append((both, indices, size))
        maps: list[Tensor] = []
        for i in reversed(range(stages)):
            x, indices, size = fused[i]
            if self.settings.variant == "chained" and maps:
                x = x + maps[0]
            maps.insert(0, self.decoder[i](unpool(x, indices, size)))  # d_i
        return maps


def _conv(in_channels: int, out_channels: int) -> ConvNormAct:
    return ConvNormAct(in_channels, out_channels, 3, activation=nn.ReLU(inplace=True))


def build(**parameters: Any) -> FuseNet:
    """Build the network from the fields of `FuseNetParameters`.

    Raises:
        InputError: a field that does not exist, or a value it does not take.
    """
    return build_network(FuseNet, FuseNetParameters, parameters)
