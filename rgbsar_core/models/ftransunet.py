"""FTransUNet: multilevel multimodal fusion of two convolutional streams and a two-stream transformer.

Paper: Ma, Zhang, Pun, Liu: A Multilevel Multimodal Fusion Transformer for Remote Sensing Semantic Segmentation,
IEEE Transactions on Geoscience and Remote Sensing 62 (2024) (doi:10.1109/TGRS.2024.3373033).

TransUNet's hybrid encoder (a ResNet-50 of three stages, then ViT-B/16), once for each modality. After the root and
each stage, squeeze and excitation weighs the channels of both streams and adds them; the sum replaces the OPTICAL
stream, the SAR stream goes on as it is. Both end as tokens. In the middle half of the transformer's layers each
stream also attends to the other's keys and values. The two sequences are added and decoded with three skips, all
from the fused stream.

Kept as in the authors' code (sstary/SSRS, 707b454), because it changes the numbers:

* The pooling after the root has no padding: the first stage works on H / 4 - 1 rows. Its skip alone is padded with
  zeros, at the bottom and right; the map that goes on is not.
* Kernels of the encoders are standardised in every forward pass; the shortcut of a stage's first unit is normalised
  over each channel alone, with eps 1e-5 instead of 1e-6.
* The result of attending to the other modality goes through the same output projection as that to itself.
* Up-sampling in the decoder aligns the corners.

Ours: any band counts; any size, square or not (theirs is fixed by the position embeddings; here they are resampled
bilinearly, pixel edges aligned, where the tokens differ from the grid they were made for); zeros of the skip's
padding in the dtype of the features (theirs are float32); the two attention results are mixed before the output
projection, which is linear, so it runs once; the depth of the transformer.
Written from shared/reference/ftransunet/spec.md.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .layers.conv import ConvNormAct, resize, spatial_size
from .network import NetworkParameters, SegmentationNetwork, build_network

#: The encoder's parts: root, and stages of (units, channels).
ROOT_CHANNELS = 64
STAGES = ((3, 256), (4, 512), (9, 1024))
TOKEN_CHANNELS, HEADS, MLP_CHANNELS = 768, 12, 3072
#: Of the decoder: channels into its blocks, of their skips, and out of them.
DECODER_CHANNELS = (512, 256, 128, 64, 16)
SKIP_CHANNELS = (512, 256, 64, 0)
#: Layers of the largest published transformers of this kind. A card that asks for more would keep us building.
LARGEST_DEPTH = 48


@dataclass(frozen=True)
class FTransUNetParameters(NetworkParameters):
    """Everything that shapes the network; the defaults are the paper's.

    Attributes:
        token_rows: rows of the grid of position embeddings; a token is 16 pixels, so 16 rows are an image of 256.
        token_columns: columns of that grid.
        depth: layers of the transformer; the modalities exchange in the middle half of them.
        dropout: share of values dropped in the transformer, in training.
    """

    token_rows: int = 16
    token_columns: int = 16
    depth: int = 12
    dropout: float = 0.1

    network = "ftransunet"
    choices = {"depth": tuple(range(1, LARGEST_DEPTH + 1))}


class FTransUNet(SegmentationNetwork):
    """FTransUNet.

    Attention is quadratic in the tokens, (H / 16) (W / 16); the authors' images have 256 pixels a side.
    """

    minimum_side = 32
    multiple = 16

    def __init__(self, parameters: FTransUNetParameters) -> None:
        super().__init__(parameters)
        channels = (ROOT_CHANNELS, *(channels for _, channels in STAGES))
        depth, dropout = parameters.depth, parameters.dropout
        self.optical_encoder = hybrid_resnet(parameters.optical_channels)
        self.sar_encoder = hybrid_resnet(parameters.sar_channels)
        self.fusion = nn.ModuleList(SqueezeExcitationFusion(c) for c in channels)
        self.optical_embedding = nn.Conv2d(channels[-1], TOKEN_CHANNELS, 1)
        self.sar_embedding = nn.Conv2d(channels[-1], TOKEN_CHANNELS, 1)
        tokens = parameters.token_rows * parameters.token_columns
        self.position_embeddings = nn.Parameter(torch.empty(1, tokens, TOKEN_CHANNELS))
        nn.init.normal_(self.position_embeddings, std=0.02)
        self.dropout = nn.Dropout(dropout)
        self.layers = nn.ModuleList(
            TwoStreamLayer(dropout, exchange=depth // 4 <= i < depth - depth // 4) for i in range(depth)
        )
        self.optical_norm = nn.LayerNorm(TOKEN_CHANNELS, eps=1e-6)
        self.sar_norm = nn.LayerNorm(TOKEN_CHANNELS, eps=1e-6)
        self.decoder = Decoder()
        self.classifier = nn.Conv2d(DECODER_CHANNELS[-1], parameters.num_classes, 3, padding=1)

    def segment(self, optical: Tensor, sar: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Logits at the size of the input."""
        skips = []
        for optical_stage, sar_stage, fusion in zip(self.optical_encoder, self.sar_encoder, self.fusion):
            sar = sar_stage(sar)
            optical = fusion(optical_stage(optical), sar)
            skips.append(optical)  # 64 channels at H / 2, 256 at H / 4 - 1, 512 at H / 8, 1024 at H / 16
        skips[1] = F.pad(skips[1], (0, 1, 0, 1))

        grid = spatial_size(optical)
        positions = self.positions(grid)
        optical = self.dropout(_to_tokens(self.optical_embedding(optical)) + positions)
        sar = self.dropout(_to_tokens(self.sar_embedding(sar)) + positions)
        for layer in self.layers:
            optical, sar = layer(optical, sar)
        fused = _to_map(self.optical_norm(optical) + self.sar_norm(sar), grid)
        return self.classifier(self.decoder(fused, skips[2::-1])), ()

    def positions(self, grid: tuple[int, int]) -> Tensor:
        """Position embeddings (1, rows * columns, 768) of a grid of tokens; as stored where the grid is theirs."""
        stored = _to_map(self.position_embeddings, (self.settings.token_rows, self.settings.token_columns))
        return _to_tokens(resize(stored, grid))


def hybrid_resnet(in_channels: int) -> nn.Sequential:
    """The convolutional part of the hybrid encoder: root, block1, block2, block3, under the archive's names.

    x (N, C, H, W) -> (N, 64, H / 2, W / 2) -> 256 channels at H / 4 - 1 -> 512 at H / 8 -> 1024 at H / 16.
    """
    root = (
        ("conv", StandardisedConv2d(in_channels, ROOT_CHANNELS, 7, stride=2, padding=3, bias=False)),
        ("gn", nn.GroupNorm(32, ROOT_CHANNELS, eps=1e-6)),
        ("relu", nn.ReLU(inplace=True)),
    )
    stages = [("root", nn.Sequential(OrderedDict[str, nn.Module](root)))]
    channels = ROOT_CHANNELS
    for i, (units, out_channels) in enumerate(STAGES, start=1):
        stage: OrderedDict[str, nn.Module] = OrderedDict()
        if i == 1:
            stage["pool"] = nn.MaxPool2d(3, stride=2)
        stage["unit1"] = ResidualUnit(channels, out_channels, stride=1 if i == 1 else 2)
        stage.update((f"unit{j}", ResidualUnit(out_channels, out_channels)) for j in range(2, units + 1))
        stages.append((f"block{i}", nn.Sequential(stage)))
        channels = out_channels
    return nn.Sequential(OrderedDict(stages))


class StandardisedConv2d(nn.Conv2d):
    """Convolution whose kernels have mean 0 and variance 1 over inputs and positions, for each output channel."""

    def forward(self, x: Tensor) -> Tensor:
        """x (N, C_in, H, W) -> (N, C_out, H', W')."""
        kernel = F.layer_norm(self.weight, self.weight.shape[1:], eps=1e-5)  # (w - mean) / sqrt(variance + eps)
        return F.conv2d(x, kernel, None, self.stride, self.padding)


class ResidualUnit(nn.Module):
    """1x1, 3x3 (with the stride), 1x1 convolutions, each with group normalisation, around a residual."""

    def __init__(self, in_channels: int, out_channels: int, *, stride: int = 1) -> None:
        super().__init__()
        width = out_channels // 4
        self.conv1 = StandardisedConv2d(in_channels, width, 1, bias=False)
        self.gn1 = nn.GroupNorm(32, width, eps=1e-6)
        self.conv2 = StandardisedConv2d(width, width, 3, stride=stride, padding=1, bias=False)
        self.gn2 = nn.GroupNorm(32, width, eps=1e-6)
        self.conv3 = StandardisedConv2d(width, out_channels, 1, bias=False)
        self.gn3 = nn.GroupNorm(32, out_channels, eps=1e-6)
        self.relu = nn.ReLU(inplace=True)
        self.projects = in_channels != out_channels
        if self.projects:
            self.downsample = StandardisedConv2d(in_channels, out_channels, 1, stride=stride, bias=False)
            self.gn_proj = nn.GroupNorm(out_channels, out_channels, eps=1e-5)

    def forward(self, x: Tensor) -> Tensor:
        """x (N, C_in, h, w) -> (N, C_out, h / stride, w / stride), rounded up."""
        identity = self.gn_proj(self.downsample(x)) if self.projects else x
        x = self.relu(self.gn1(self.conv1(x)))
        x = self.relu(self.gn2(self.conv2(x)))
        return self.relu(self.gn3(self.conv3(x)) + identity)


class SqueezeExcitationFusion(nn.Module):
    """Weigh the channels of each stream by its own mean over the map, then add the streams."""

    def __init__(self, channels: int, reduction: int = 16) -> None:
        super().__init__()
        self.optical, self.sar = (
            nn.Sequential(
                nn.Conv2d(channels, channels // reduction, 1),
                nn.ReLU(inplace=True),
                nn.Conv2d(channels // reduction, channels, 1),
                nn.Sigmoid(),
            )
            for _ in range(2)
        )

    def forward(self, optical: Tensor, sar: Tensor) -> Tensor:
        """Two maps (N, C, h, w) -> one (N, C, h, w)."""
        optical_gate = self.optical(optical.mean(dim=(2, 3), keepdim=True))  # (N, C, 1, 1)
        sar_gate = self.sar(sar.mean(dim=(2, 3), keepdim=True))
        return optical * optical_gate + sar * sar_gate


class Stream(nn.Module):
    """What one modality has of a transformer layer: its projections, its perceptron, a LayerNorm before each.

    With `exchange`, two learned scalars weigh what its tokens find in themselves and what in the other modality.
    """

    def __init__(self, dropout: float, *, exchange: bool) -> None:
        super().__init__()
        self.attention_norm = nn.LayerNorm(TOKEN_CHANNELS, eps=1e-6)
        self.query = nn.Linear(TOKEN_CHANNELS, TOKEN_CHANNELS)
        self.key = nn.Linear(TOKEN_CHANNELS, TOKEN_CHANNELS)
        self.value = nn.Linear(TOKEN_CHANNELS, TOKEN_CHANNELS)
        self.out = nn.Linear(TOKEN_CHANNELS, TOKEN_CHANNELS)
        self.exchange = exchange
        if exchange:
            self.self_weight = nn.Parameter(torch.full((1,), 0.5))
            self.cross_weight = nn.Parameter(torch.full((1,), 0.5))
        self.ffn_norm = nn.LayerNorm(TOKEN_CHANNELS, eps=1e-6)
        self.fc1 = nn.Linear(TOKEN_CHANNELS, MLP_CHANNELS)
        self.fc2 = nn.Linear(MLP_CHANNELS, TOKEN_CHANNELS)
        self.dropout = nn.Dropout(dropout)
        for layer in (self.fc1, self.fc2):
            nn.init.xavier_uniform_(layer.weight)
            nn.init.normal_(layer.bias, std=1e-6)

    def project(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Tokens (N, n, 768) -> queries, keys and values, (N, 12, n, 64) each."""
        x = self.attention_norm(x)
        return _to_heads(self.query(x)), _to_heads(self.key(x)), _to_heads(self.value(x))

    def attend(self, queries: Tensor, own: Sequence[Tensor], other: Sequence[Tensor]) -> Tensor:
        """Own queries, own and the other's keys and values -> what to add to the tokens, (N, n, 768)."""
        found = _attend(queries, *own)
        if not self.exchange:
            return self.out(found)
        found = self.self_weight * found + self.cross_weight * _attend(queries, *other)
        # Each result goes through `out`, which is linear: once is enough, but for the bias, which each one adds.
        return F.linear(found, self.out.weight) + (self.self_weight + self.cross_weight) * self.out.bias

    def perceptron(self, x: Tensor) -> Tensor:
        """Tokens (N, n, 768) -> (N, n, 768)."""
        x = self.dropout(F.gelu(self.fc1(self.ffn_norm(x))))
        return self.dropout(self.fc2(x))


class TwoStreamLayer(nn.Module):
    """A transformer layer of both modalities; with `exchange`, each also attends to the other's keys and values."""

    def __init__(self, dropout: float, *, exchange: bool) -> None:
        super().__init__()
        self.optical = Stream(dropout, exchange=exchange)
        self.sar = Stream(dropout, exchange=exchange)

    def forward(self, optical: Tensor, sar: Tensor) -> tuple[Tensor, Tensor]:
        """Optical and SAR tokens (N, n, 768) -> the same."""
        optical_queries, *optical_pair = self.optical.project(optical)
        sar_queries, *sar_pair = self.sar.project(sar)
        optical = optical + self.optical.attend(optical_queries, optical_pair, sar_pair)
        sar = sar + self.sar.attend(sar_queries, sar_pair, optical_pair)
        return optical + self.optical.perceptron(optical), sar + self.sar.perceptron(sar)


class Decoder(nn.Module):
    """Four times: double the size, append the skip (the last has none), two convolutions."""

    def __init__(self) -> None:
        super().__init__()
        self.conv_more = _conv3(TOKEN_CHANNELS, DECODER_CHANNELS[0])
        self.blocks = nn.ModuleList(
            nn.Sequential(
                OrderedDict(conv1=_conv3(channels + skip, out_channels), conv2=_conv3(out_channels, out_channels))
            )
            for channels, skip, out_channels in zip(DECODER_CHANNELS, SKIP_CHANNELS, DECODER_CHANNELS[1:])
        )

    def forward(self, x: Tensor, skips: list[Tensor]) -> Tensor:
        """x (N, 768, h, w), skips from coarse to fine -> (N, 16, 16 h, 16 w)."""
        x = self.conv_more(x)
        for i, block in enumerate(self.blocks):
            x = F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=True)
            x = block(torch.cat([x, skips[i]], dim=1) if i < len(skips) else x)
        return x


def _conv3(in_channels: int, out_channels: int) -> ConvNormAct:
    return ConvNormAct(in_channels, out_channels, 3, activation=nn.ReLU(inplace=True))


def _attend(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    """Heads (N, 12, n, 64) -> what each token found, (N, n, 768)."""
    return F.scaled_dot_product_attention(queries, keys, values).transpose(1, 2).flatten(2)


def _to_heads(x: Tensor) -> Tensor:
    return x.unflatten(2, (HEADS, -1)).transpose(1, 2)


def _to_tokens(x: Tensor) -> Tensor:
    """Map (N, C, h, w) -> tokens (N, h w, C), row by row."""
    return x.flatten(2).transpose(1, 2).contiguous()


def _to_map(x: Tensor, grid: tuple[int, int]) -> Tensor:
    return x.transpose(1, 2).unflatten(2, grid)


def build(**parameters: Any) -> FTransUNet:
    """Build the network from the fields of `FTransUNetParameters`.

    Raises:
        InputError: a field that does not exist, or a value it does not take.
    """
    return build_network(FTransUNet, FTransUNetParameters, parameters)
