"""DenseNet-121 encoder of DenseASPP, in torchvision's key names.

Paper: Huang et al., Densely Connected Convolutional Networks, CVPR 2017 (doi:10.1109/CVPR.2017.243), in the form
of DenseASPP's first authors: dilation instead of the later strides, a transition after the fourth block too, and
so 512 channels at the end instead of 1024. ImageNet weights fit by name but for `features.transition4`, which
they lack, and `features.norm5`, which they have for 1024 channels.
Written from shared/reference/denseaspp/spec.md, section B.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

LAYERS = (6, 12, 24, 16)
STEM, GROWTH, BOTTLENECK = 64, 32, 128
OUT_CHANNELS = 512
#: Output stride -> (dilation, whether the transition behind it pools) of the four blocks.
STRIDES = {
    8: ((1, True), (1, False), (2, False), (4, False)),
    16: ((1, True), (1, True), (1, False), (2, False)),
}


class DenseLayer(nn.Module):
    """1x1 and 3x3 convolution, normalisation and ReLU in front of each; the input stays in front of the answer."""

    def __init__(self, in_channels: int, dilation: int) -> None:
        super().__init__()
        self.norm1 = nn.BatchNorm2d(in_channels)
        self.conv1 = nn.Conv2d(in_channels, BOTTLENECK, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(BOTTLENECK)
        self.conv2 = nn.Conv2d(BOTTLENECK, GROWTH, 3, padding=dilation, dilation=dilation, bias=False)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        """x (N, C, H, W) -> (N, C + 32, H, W)."""
        new = self.conv1(self.relu(self.norm1(x)))
        new = self.conv2(self.relu(self.norm2(new)))
        return torch.cat([x, new], dim=1)


class DenseNetEncoder(nn.Module):
    """Stem, four dense blocks with a transition behind each, normalisation and ReLU.

    Args:
        in_channels: bands of the input.
        output_stride: 8 (the authors') or 16.

    Convolutions start from Kaiming's normal distribution, normalisation from 1 and 0.
    """

    def __init__(self, in_channels: int, output_stride: int = 8) -> None:
        super().__init__()
        self.features = nn.Sequential()
        self.features.add_module("conv0", nn.Conv2d(in_channels, STEM, 7, stride=2, padding=3, bias=False))
        self.features.add_module("norm0", nn.BatchNorm2d(STEM))
        self.features.add_module("relu0", nn.ReLU(inplace=True))
        self.features.add_module("pool0", nn.MaxPool2d(3, stride=2, padding=1))
        channels = STEM
        for i, (layers, (dilation, pools)) in enumerate(zip(LAYERS, STRIDES[output_stride]), start=1):
            self.features.add_module(f"denseblock{i}", _dense_block(channels, layers, dilation))
            channels += layers * GROWTH
            self.features.add_module(f"transition{i}", _transition(channels, pools=pools))
            channels //= 2
        self.features.add_module("norm5", nn.BatchNorm2d(OUT_CHANNELS))
        self.features.add_module("relu5", nn.ReLU(inplace=True))
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, nonlinearity="relu")

    def forward(self, x: Tensor) -> Tensor:
        """x (N, C, H, W) -> (N, 512, H / output stride, W / output stride), no value below 0.

        The stem rounds sizes up, the pooling of a transition down.
        """
        x = self.features(x)
        return x


def _dense_block(in_channels: int, layers: int, dilation: int) -> nn.Sequential:
    block = nn.Sequential()
    for i in range(layers):
        block.add_module(f"denselayer{i + 1}", DenseLayer(in_channels + i * GROWTH, dilation))
    return block


def _transition(in_channels: int, *, pools: bool) -> nn.Sequential:
    """Normalisation, ReLU, a 1x1 convolution that halves the channels and, where it pools, means of 2x2."""
    transition = nn.Sequential()
    transition.add_module("norm", nn.BatchNorm2d(in_channels))
    transition.add_module("relu", nn.ReLU(inplace=True))
    transition.add_module("conv", nn.Conv2d(in_channels, in_channels // 2, 1, bias=False))
    if pools:
        transition.add_module("pool", nn.AvgPool2d(2))
    return transition
