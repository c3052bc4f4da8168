"""UPerNet on a ConvNeXt V2: what a fusion network must beat, on one modality or on both stacked.

Papers: Xiao et al., Unified Perceptual Parsing for Scene Understanding, ECCV 2018
(doi:10.1007/978-3-030-01228-1_26); Woo et al., ConvNeXt V2, CVPR 2023 (doi:10.1109/CVPR52729.2023.01548). The
single-modality baseline of Zhang et al., ASANet (doi:10.1016/j.isprsjprs.2024.09.025).

One ConvNeXt V2 encoder, a UPerNet head on its four normalised maps, an auxiliary head on the third. As in a plain
ConvNeXt, the un-normalised stream goes on from stage to stage; ASANet passes the normalised one.

Ours: both modalities stacked as one image, any band counts, ASANet's sizes (the authors' is "tiny").
Written from shared/reference/asanet/spec.md, sections 2, 5 and 7.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional

from torch import Tensor

from .asanet import AUXILIARY_STAGE, DECODER_WIDTHS, MINIMUM_SIDE
from .encoders.convnext_v2 import SIZES, ConvNextV2Encoder
from .layers.conv import resize, spatial_size
from .layers.upernet import FCNHead, UPerNetHead
from .network import MODALITIES, NetworkParameters, SegmentationNetwork, build_network, stacked_channels


@dataclass(frozen=True)
class UPerNetConvNextV2Parameters(NetworkParameters):
    """Everything that shapes the network; the defaults are those of ASANet's paper.

    Attributes:
        modality: both (stacked, optical bands first), optical or sar (the other input is ignored).
        size: a ConvNeXt V2 size: atto, femto, pico, nano, tiny (the paper), base.
        decoder_width: channels in the UPerNet head; None takes the size's.
        auxiliary_width: channels in the auxiliary head; None takes half the decoder's.
        drop_path_rate: stochastic depth of the encoder in training; None takes the size's.
        dropout: share of channels dropped before each classification layer, in training.
        auxiliary: whether there is an auxiliary head; only the training loss uses it.
    """

    modality: str = "both"
    size: str = "tiny"
    decoder_width: Optional[int] = None
    auxiliary_width: Optional[int] = None
    drop_path_rate: Optional[float] = None
    dropout: float = 0.1
    auxiliary: bool = True

    network = "upernet_convnextv2"
    choices = {"modality": MODALITIES, "size": tuple(SIZES)}


class UPerNetConvNextV2(SegmentationNetwork):
    """UPerNet on one ConvNeXt V2.

    Training needs batches of two or more: some layers see one value per image and channel.
    """

    minimum_side = MINIMUM_SIDE

    def __init__(self, parameters: UPerNetConvNextV2Parameters) -> None:
        super().__init__(parameters)
        size = SIZES[parameters.size]
        width = parameters.decoder_width or DECODER_WIDTHS[parameters.size]
        rate = size.drop_path_rate if parameters.drop_path_rate is None else parameters.drop_path_rate
        classes, dropout = parameters.num_classes, parameters.dropout
        self.encoder = ConvNextV2Encoder(stacked_channels(parameters), size, rate)
        self.decode_head = UPerNetHead(size.channels, width, classes, dropout=dropout)
        if parameters.auxiliary:
            auxiliary_width = parameters.auxiliary_width or max(1, width // 2)
            self.auxiliary_head = FCNHead(size.channels[AUXILIARY_STAGE], auxiliary_width, classes, dropout=dropout)

    def segment(self, optical: Tensor, sar: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Logits at the size of the input; in training also those of the auxiliary head, at 1 / 16 of it."""
        maps = self.encoder(self.stack(optical, sar))
        logits = resize(self.decode_head(maps), spatial_size(optical))
        if not (self.training and self.settings.auxiliary):
            return logits, ()
        return logits, (self.auxiliary_head(maps[AUXILIARY_STAGE]),)


def build(**parameters: Any) -> UPerNetConvNextV2:
    """Build the network from the fields of `UPerNetConvNextV2Parameters`.

    Raises:
        InputError: a field that does not exist, or a value it does not take.
    """
    return build_network(UPerNetConvNextV2, UPerNetConvNextV2Parameters, parameters)
