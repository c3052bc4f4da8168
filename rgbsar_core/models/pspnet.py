"""PSPNet: the deepest map beside its means over coarser and coarser cells.

Paper: Zhao et al., Pyramid Scene Parsing Network, CVPR 2017 (doi:10.1109/CVPR.2017.660).

The optical and the SAR image are stacked, optical bands first. Pyramid pooling averages the last map of a ResNet-50
over 1, 2, 3 and 6 cells a side; a 3x3 convolution joins map and means, and its classes are brought to the size of
the input in one step.

Kept as in the code the goldens come from (oktaykarakus/ReSIF, 646da1a), because it changes the numbers:

* Output stride 16 (the paper's is 8, an option), and no auxiliary head.
* Bilinear resizing aligns pixel edges (PyTorch-Encoding's PSPNet aligns corners, an option).
* Dropout acts on single values, not on whole channels.

Ours: any band counts, one modality alone, and on request the auxiliary head of the paper on the third layer. Written
from shared/reference/pspnet/spec.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn

from .encoders.resnet import CHANNELS, ResNetEncoder
from .layers.conv import ConvNormAct, resize, spatial_size
from .layers.pyramid_pooling import POOLED_SIZES, PyramidPooling
from .layers.upernet import FCNHead
from .network import MODALITIES, NetworkParameters, SegmentationNetwork, build_network, stacked_channels

WIDTH = 512
AUXILIARY_LAYER = 2
AUXILIARY_WIDTH = 256


@dataclass(frozen=True)
class PspNetParameters(NetworkParameters):
    """Everything that shapes the network.

    Attributes:
        modality: both images stacked, or optical or sar alone.
        output_stride: of the encoder's last map: 16, or 8 for a finer one at three times the work.
        align_corners: whether resizing aligns the corners of the maps; False aligns pixel edges.
        dropout: share of values dropped before classification, in training.
        auxiliary: whether there is an auxiliary head; only the training loss uses it (weight 0.4 in the paper).
    """

    modality: str = "both"
    output_stride: int = 16
    align_corners: bool = False
    dropout: float = 0.1
    auxiliary: bool = False

    network = "pspnet"
    choices = {"modality": MODALITIES, "output_stride": (16, 8)}


class PspNet(SegmentationNetwork):
    """PSPNet on ResNet-50. Training needs batches of two or more: one level pools each image to one value a channel."""

    def __init__(self, parameters: PspNetParameters) -> None:
        super().__init__(parameters)
        self.encoder = ResNetEncoder(stacked_channels(parameters), output_stride=parameters.output_stride)
        channels = CHANNELS[-1]
        self.pyramid = PyramidPooling(channels, WIDTH, align_corners=parameters.align_corners)
        self.bottleneck = ConvNormAct(channels + len(POOLED_SIZES) * WIDTH, WIDTH, 3, activation=nn.ReLU(inplace=True))
        for block in (*self.pyramid, self.bottleneck):
            block.conv.reset_parameters()  # PyTorch's own distribution, in this head
        self.dropout = nn.Dropout(parameters.dropout)
        self.classifier = nn.Conv2d(WIDTH, parameters.num_classes, 1)
        if parameters.auxiliary:
            self.auxiliary_head = FCNHead(
                CHANNELS[AUXILIARY_LAYER], AUXILIARY_WIDTH, parameters.num_classes, dropout=parameters.dropout
            )

    def segment(self, optical: Tensor, sar: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Logits at the size of the input; in training also the auxiliary head's, where there is one, at 1 / 16."""
        layers = self.encoder(self.stack(optical, sar))
        logits = self.classifier(self.dropout(self.bottleneck(self.pyramid(layers[-1]))))
        logits = resize(logits, spatial_size(optical), align_corners=self.settings.align_corners)
        if not (self.training and self.settings.auxiliary):
            return logits, ()
        return logits, (self.auxiliary_head(layers[AUXILIARY_LAYER]),)


def build(**parameters: Any) -> PspNet:
    """Build the network from the fields of `PspNetParameters`.

    Raises:
        InputError: a field that does not exist, or a value it does not take.
    """
    return build_network(PspNet, PspNetParameters, parameters)
