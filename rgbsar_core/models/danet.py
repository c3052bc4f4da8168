"""DANet: self-attention between the positions, and between the channels, of the deepest map.

Paper: Fu et al., Dual Attention Network for Scene Segmentation, CVPR 2019 (doi:10.1109/CVPR.2019.00326).

The optical and the SAR image are stacked, optical bands first. Two branches read the last map of a ResNet-50 (output
stride 8): in one every position gathers from the positions like it, in the other every channel from the channels
UNLIKE it. Their sum is classified; in training each branch also is classified by itself.

Kept as in the authors' code (junfu1115/DANet, b0a0fa0), because it changes the numbers:

* The products of position attention are not divided by the root of their length.
* Channel attention subtracts each product from the row's largest before the softmax, so similar channels get small
  weights; a softmax of the negative products is the same.
* Logits are brought to the size of the input with corners aligned.

Ours: any band counts, one modality alone, torchvision's stem (the authors' option; their default are three 3x3
convolutions). Written from shared/reference/danet/spec.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .encoders.resnet import CHANNELS, ResNetEncoder
from .layers.conv import ConvNormAct, resize, spatial_size
from .layers.precision import without_autocast
from .network import MODALITIES, NetworkParameters, SegmentationNetwork, build_network, stacked_channels

OUTPUT_STRIDE = 8
MULTI_GRID = (4, 8, 16)
WIDTH = CHANNELS[-1] // 4
QUERY_WIDTH = WIDTH // 8


@dataclass(frozen=True)
class DANetParameters(NetworkParameters):
    """Everything that shapes the network.

    Attributes:
        modality: both images stacked, or optical or sar alone.
        multi_grid: dilate the three blocks of the encoder's last layer by 4, 8, 16 instead of 2, 4, 4, as the
            published DANet-101 does.
        dropout: share of channels dropped before each classification layer, in training.
        auxiliary: whether the branches have classifiers of their own; only the training loss uses them (weight 1).
    """

    modality: str = "both"
    multi_grid: bool = False
    dropout: float = 0.1
    auxiliary: bool = True

    network = "danet"
    choices = {"modality": MODALITIES}


class DANet(SegmentationNetwork):
    """DANet on ResNet-50.

    Position attention compares every two of the H W / 64 positions: its memory grows with the square of the tile's
    area, and the answer depends on the tile's size.
    """

    def __init__(self, parameters: DANetParameters) -> None:
        super().__init__(parameters)
        classes, dropout = parameters.num_classes, parameters.dropout
        self.encoder = ResNetEncoder(
            stacked_channels(parameters),
            output_stride=OUTPUT_STRIDE,
            multi_grid=MULTI_GRID if parameters.multi_grid else None,
        )
        self.position_branch = AttentionBranch(PositionAttentionModule())
        self.channel_branch = AttentionBranch(ChannelAttentionModule())
        self.classifier = _classifier(classes, dropout)
        if parameters.auxiliary:
            self.auxiliary_heads = nn.ModuleList(_classifier(classes, dropout) for _ in range(2))

    def segment(self, optical: Tensor, sar: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Logits at the size of the input; in training also those of the position and of the channel branch."""
        size = spatial_size(optical)
        x = self.encoder(self.stack(optical, sar))[-1]  # (N, 2048, H / 8, W / 8)
        position, channel = self.position_branch(x), self.channel_branch(x)
        logits = resize(self.classifier(position + channel), size, align_corners=True)
        if not (self.training and self.settings.auxiliary):
            return logits, ()
        branches = zip(self.auxiliary_heads, (position, channel))
        return logits, tuple(resize(head(branch), size, align_corners=True) for head, branch in branches)


class AttentionBranch(nn.Module):
    """A 3x3 convolution to a quarter of the channels, attention, another 3x3 convolution."""

    def __init__(self, attention: nn.Module) -> None:
        super().__init__()
        self.reduce = _conv(CHANNELS[-1])
        self.attention = attention
        self.smooth = _conv(WIDTH)

    def forward(self, x: Tensor) -> Tensor:
        """x (N, 2048, h, w) -> (N, 512, h, w)."""
        x = self.smooth(self.attention(self.reduce(x)))
        return x


class PositionAttentionModule(nn.Module):
    """PAM: each position adds gamma times the values of all positions, weighted by likeness; gamma starts at 0."""

    def __init__(self) -> None:
        super().__init__()
        self.query = nn.Conv2d(WIDTH, QUERY_WIDTH, 1)
        self.key = nn.Conv2d(WIDTH, QUERY_WIDTH, 1)
        self.value = nn.Conv2d(WIDTH, WIDTH, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        """x (N, C, h, w) -> the same shape."""
        layers = (self.query, self.key, self.value)
        query, key, value = (layer(x).flatten(2).transpose(1, 2).unsqueeze(1) for layer in layers)
        gathered = F.scaled_dot_product_attention(query, key, value, scale=1.0)  # (N, 1, h w, C)
        return torch.addcmul(x, self.gamma, gathered.transpose(2, 3).reshape(x.shape))


class ChannelAttentionModule(nn.Module):
    """CAM: each channel adds gamma times all channels, weighted by unlikeness; gamma starts at 0."""

    def __init__(self) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        """x (N, C, h, w) -> the same shape.

        The products sum over all positions: half precision would overflow, or blur differences the softmax sees.
        """
        with without_autocast(x):
            channels = x.flatten(2).to(torch.promote_types(x.dtype, torch.float32))  # (N, C, h w)
            weights = torch.softmax(-(channels @ channels.transpose(1, 2)), dim=2)  # (N, C, C)
            gathered = (weights @ channels).reshape(x.shape).to(x.dtype)
        return torch.addcmul(x, self.gamma, gathered)


def _conv(in_channels: int) -> ConvNormAct:
    block = ConvNormAct(in_channels, WIDTH, 3, activation=nn.ReLU(inplace=True))
    block.conv.reset_parameters()  # PyTorch's own distribution, in this head
    return block


def _classifier(num_classes: int, dropout: float) -> nn.Sequential:
    return nn.Sequential(nn.Dropout2d(dropout), nn.Conv2d(WIDTH, num_classes, 1))


def build(**parameters: Any) -> DANet:
    """Build the network from the fields of `DANetParameters`.

    Raises:
        InputError: a field that does not exist, or a value it does not take.
    """
    return build_network(DANet, DANetParameters, parameters)
