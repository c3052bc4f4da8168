"""ResNet encoder with bottleneck blocks (50, 101), in torchvision's layout and key names.

Paper: He et al., Deep Residual Learning for Image Recognition, CVPR 2016 (doi:10.1109/CVPR.2016.90), in the
"v1.5" form: the stride sits on the 3x3 convolution. Written from shared/reference/amm_fusenet/spec.md, section 2.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Optional

from torch import Tensor, nn

DEPTHS = {50: (3, 4, 6, 3), 101: (3, 4, 23, 3)}
CHANNELS = (256, 512, 1024, 2048)
#: Output stride -> (stride, dilation of the first block, dilation of the others) of layer3 and layer4. A stride
#: given up for dilation leaves the first block at the dilation before.
STRIDES = {
    32: ((2, 1, 1), (2, 1, 1)),
    16: ((2, 1, 1), (1, 1, 2)),
    8: ((1, 1, 2), (1, 2, 4)),
}


class Bottleneck(nn.Module):
    """1x1, 3x3, 1x1 convolutions, each with batch normalisation, around a residual."""

    def __init__(self, in_channels: int, width: int, *, stride: int = 1, dilation: int = 1) -> None:
        super().__init__()
        out_channels = 4 * width
        self.conv1 = nn.Conv2d(in_channels, width, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride=stride, padding=dilation, dilation=dilation, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, out_channels, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(out_channels)
        self.relu = nn.ReLU(inplace=True)
        self.downsample: Optional[nn.Module] = None
        if stride != 1 or in_channels != out_channels:
            self.downsample = nn.Sequential(
                nn.Conv2d(in_channels, out_channels, 1, stride=stride, bias=False), nn.BatchNorm2d(out_channels)
            )

    def forward(self, x: Tensor) -> Tensor:
        """x (N, C, H, W) -> (N, 4 width, H / stride, W / stride)."""
        identity = x if self.downsample is None else self.downsample(x)
        x = self.relu(self.branch(x) + identity)
        return x

    def branch(self, x: Tensor) -> Tensor:
        """The three convolutions alone, without residual and last activation; same shapes."""
        x = self.relu(self.bn1(self.conv1(x)))
        x = self.relu(self.bn2(self.conv2(x)))
        x = self.bn3(self.conv3(x))
        return x


class ResNetEncoder(nn.Module):
    """Stem and four layers.

    Args:
        in_channels: bands of the input.
        depth: 50 or 101.
        output_stride: of the last layer: 32, 16 or 8; smaller ones dilate instead of striding.
        multi_grid: dilations of the three blocks of layer4 instead of the table's, or None.

    Convolutions start from Kaiming's normal distribution over fan-out, normalisation from 1 and 0.
    """

    def __init__(
        self,
        in_channels: int,
        depth: int = 50,
        output_stride: int = 32,
        multi_grid: Optional[Sequence[int]] = None,
    ) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, 64, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        third, fourth = STRIDES[output_stride]
        blocks = DEPTHS[depth]
        self.layer1 = _layer(64, 64, blocks[0], 1, (1,) * blocks[0])
        self.layer2 = _layer(256, 128, blocks[1], 2, (1,) * blocks[1])
        self.layer3 = _layer(512, 256, blocks[2], third[0], (third[1],) + (third[2],) * (blocks[2] - 1))
        dilations = tuple(multi_grid) if multi_grid else (fourth[1],) + (fourth[2],) * (blocks[3] - 1)
        self.layer4 = _layer(1024, 512, blocks[3], fourth[0], dilations)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def stem(self, x: Tensor) -> Tensor:
        """x (N, C, H, W) -> (N, 64, H / 2, W / 2), before the pooling."""
        x = self.relu(self.bn1(self.conv1(x)))
        return x

    def layers(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """The stem's map -> outputs of the four layers: 256 channels at 1 / 4, 512, 1024, 2048."""
        first = self.layer1(self.maxpool(x))
        second = self.layer2(first)
        third = self.layer3(second)
        return first, second, third, self.layer4(third)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """x (N, C, H, W) -> outputs of the four layers; each stride of 2 halves a side, rounding up."""
        return self.layers(self.stem(x))


def _layer(in_channels: int, width: int, blocks: int, stride: int, dilations: Sequence[int]) -> nn.Sequential:
    first = Bottleneck(in_channels, width, stride=stride, dilation=dilations[0])
    return nn.Sequential(
        first, *(Bottleneck(4 * width, width, dilation=dilations[i]) for i in range(1, blocks))
    )
