"""SegNet: an encoder whose pooling remembers where its maxima were, and a decoder that puts values back there.

Paper: Badrinarayanan et al., SegNet: A Deep Convolutional Encoder-Decoder Architecture for Image Segmentation,
IEEE Transactions on Pattern Analysis and Machine Intelligence 39(12) (2017), 2481-2495
(doi:10.1109/TPAMI.2016.2644615).

The thirteen convolutions of VGG-16 with batch normalisation encode the stacked bands; each stage ends in a 2x2
maximum pooling. The decoder mirrors it: un-pool with the indices of the stage, then as many convolutions.

Kept as in the authors' code (oktaykarakus/ReSIF, 646da1a, the baseline of AMM-FuseNet), because it changes the
numbers:

* The decoder's convolutions are transposed ones of stride 1: an ordinary one with the kernel turned round, but
  weights are stored as (in, out, 3, 3).
* The sizes before pooling are kept: an odd side loses its last row or column in pooling and gets it back as zeros.
* The last convolution is the classifier, 3x3, without normalisation.

Ours: any band counts; one modality alone; every convolution of the encoder starts from VGG's scheme (there the
first is made anew for the bands). The authors' dead copy of a whole VGG-16 is not built. Written from
shared/reference/segnet/spec.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn

from .encoders.vgg import DECODER_CHANNELS, STAGES, VggEncoder
from .layers.conv import spatial_size
from .layers.unpool import unpool
from .network import MODALITIES, NetworkParameters, SegmentationNetwork, build_network, stacked_channels


@dataclass(frozen=True)
class SegNetParameters(NetworkParameters):
    """Everything that shapes the network.

    Attributes:
        modality: both (optical and SAR bands stacked), or optical or sar alone; the other input is ignored.
    """

    modality: str = "both"

    network = "segnet"
    choices = {"modality": MODALITIES}


class SegNet(SegmentationNetwork):
    """SegNet on the stacked bands."""

    def __init__(self, parameters: SegNetParameters) -> None:
        super().__init__(parameters)
        self.encoder = VggEncoder(stacked_channels(parameters))
        self.decoder = nn.ModuleList(_decoder_stage(channels) for channels in DECODER_CHANNELS)
        self.classifier = nn.ConvTranspose2d(DECODER_CHANNELS[0][-1], parameters.num_classes, 3, padding=1)

    def segment(self, optical: Tensor, sar: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Logits at the size of the input; there is no auxiliary head."""
        x = self.stack(optical, sar)
        poolings = []
        for i in range(STAGES):
            size = spatial_size(x)
            x, indices = self.encoder.stage(i, x)  # (N, C_i, H // 2 ** (i + 1), W // 2 ** (i + 1))
            poolings.append((indices, size))
        for i in reversed(range(STAGES)):
            x = self.decoder[i](unpool(x, *poolings[i]))  # (N, C_{i-1}, H // 2 ** i, W // 2 ** i)
        return self.classifier(x), ()


def _decoder_stage(channels: tuple[int, ...]) -> nn.Sequential:
    """Transposed 3x3 convolution with bias, batch normalisation and ReLU, from each width to the next."""
    layers: list[nn.Module] = []
    for before, after in zip(channels, channels[1:]):
        layers += [nn.ConvTranspose2d(before, after, 3, padding=1), nn.BatchNorm2d(after), nn.ReLU(inplace=True)]
    return nn.Sequential(*layers)


def build(**parameters: Any) -> SegNet:
    """Build the network from the fields of `SegNetParameters`.

    Raises:
        InputError: a field that does not exist, or a value it does not take.
    """
    return build_network(SegNet, SegNetParameters, parameters)
