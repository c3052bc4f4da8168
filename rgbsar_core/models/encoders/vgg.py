"""VGG-16 encoder with batch normalisation, in torchvision's layout and key names (`vgg16_bn`, `features`).

Paper: Simonyan and Zisserman, Very Deep Convolutional Networks for Large-Scale Image Recognition, ICLR 2015
(arXiv 1409.1556). Written from shared/reference/fusenet/spec.md, section 1, and shared/reference/segnet/spec.md.
"""

from __future__ import annotations

from torch import Tensor, nn

CHANNELS = (64, 128, 256, 512, 512)
#: Places of the convolutions in `features`, by stage. Normalisation and activation follow each; after the last of
#: a stage comes its pooling.
CONVOLUTIONS = ((0, 3), (7, 10), (14, 17, 20), (24, 27, 30), (34, 37, 40))
STAGES = len(CHANNELS)
#: The stages of a decoder that mirrors the encoder, 0 last to run: channels of the un-pooled map, then after each
#: convolution. SegNet adds its classifier as the second convolution of stage 0.
DECODER_CHANNELS = (
    (64, 64),
    (128, 128, 64),
    (256, 256, 256, 128),
    (512, 512, 512, 256),
    (512, 512, 512, 512),
)


class VggEncoder(nn.Module):
    """Five stages of 3x3 convolutions, each with bias, batch normalisation and ReLU; a 2x2 maximum pooling ends each.

    Convolutions start from Kaiming's normal distribution over fan-out and bias 0, normalisation from 1 and 0.

    Args:
        in_channels: bands of the input.
    """

    def __init__(self, in_channels: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for places, channels in zip(CONVOLUTIONS, CHANNELS):
            for _ in places:
                conv = nn.Conv2d(in_channels, channels, 3, padding=1)
                nn.init.kaiming_normal_(conv.weight, mode="fan_out", nonlinearity="relu")
                nn.init.zeros_(conv.bias)  # type: ignore[arg-type]
                layers += [conv, nn.BatchNorm2d(channels), nn.ReLU(inplace=True)]
                in_channels = channels
            layers.append(nn.MaxPool2d(2, return_indices=True))
        self.features = nn.Sequential(*layers)

    @property
    def stem(self) -> nn.Conv2d:
        """The convolution that sees the bands."""
        stem: nn.Conv2d = self.features[0]  # type: ignore[assignment]
        return stem

    def stage(self, index: int, x: Tensor) -> tuple[Tensor, Tensor]:
        """Run one stage: (N, C_{i-1}, H, W) -> pooled (N, C_i, H // 2, W // 2) and its indices for `unpool`.

        Of equal values in a window, frequent as zeros after ReLU, the first in reading order is taken.
        """
        first, pooling = CONVOLUTIONS[index][0], CONVOLUTIONS[index][-1] + 3
        for place in range(first, pooling):
            x = self.features[place](x)
        pooled, indices = self.features[pooling](x)
        return pooled, indices
