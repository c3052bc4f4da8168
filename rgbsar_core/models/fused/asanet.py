"""ASANet's joints, SFM, normalisation and CFM of a stage, as one.

The mean of a 1x1 convolution is the convolution of the mean, so CFM's first convolution acts on one pixel. Nothing
stands between `merge` and the two `select`s: one product. CFM's perceptrons see one pixel each, where the depthwise
kernel is its centre: two matrices for each stream, run together.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from ..asanet import AsaNet, ChannelGate
from ..layers.conv import resize, spatial_size
from ..network import SegmentationNetwork
from . import head_launch, joint_launch, launch
from .folding import folded, linear


class FusedAsaNet(AsaNet):
    """An `AsaNet` of the full variant, in evaluation mode, whose encoders and head are fused already."""

    def __init__(self, plain: AsaNet) -> None:
        SegmentationNetwork.__init__(self, plain.settings)
        self.optical_encoder, self.sar_encoder = plain.optical_encoder, plain.sar_encoder
        self.decode_head = plain.decode_head
        self.joints = nn.ModuleList(
            Joint(*parts)
            for parts in zip(plain.focusing, plain.optical_encoder.norms, plain.sar_encoder.norms, plain.fusion)
        )
        self.eval()

    def segment(self, optical: Tensor, sar: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Logits at the size of the input."""
        logits, size = self.decode_head(self.features(optical, sar)), spatial_size(optical)
        if launch.is_fast(self.decode_head.classifier.weight):
            return head_launch.enlarged(logits, size), ()
        return resize(logits, size), ()

    def features(self, optical: Tensor, sar: Tensor) -> list[Tensor]:
        """The four fused maps handed to the head."""
        maps = []
        for i, joint in enumerate(self.joints):
            optical, sar, fused = joint(self.optical_encoder.stage(i, optical), self.sar_encoder.stage(i, sar))
            maps.append(fused)
        return maps


class Joint(nn.Module):
    """Where the two streams of a stage meet."""

    def __init__(self, focusing: Any, optical_norm: Any, sar_norm: Any, fusion: Any) -> None:
        super().__init__()
        like = fusion.merge.weight
        self.optical_norm, self.sar_norm = optical_norm, sar_norm
        self.reduce, self.restore = _linear(focusing.reduce), _linear(focusing.restore)
        self.gather = _linear(fusion.gather)
        self.gates = PairedGates(fusion.optical_gate, fusion.sar_gate)
        merge, merge_bias = _numbers(fusion.merge)
        (optical, optical_bias), (sar, sar_bias) = _numbers(fusion.optical_select), _numbers(fusion.sar_select)
        select = torch.cat([optical, sar])
        self.select = linear(select @ merge, torch.cat([optical_bias, sar_bias]) + select @ merge_bias, like=like)

    def forward(self, optical: Tensor, sar: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Two maps (N, C, h, w) -> the normalised maps of both streams, and the fused one."""
        fast = launch.is_ready(optical, self.select.weight)
        leads = joint_launch.leads(optical, sar) if fast else _leads(optical, sar)  # (2, N, C)
        weights = 1.0 + torch.sigmoid(self.restore(nn.functional.gelu(self.reduce(leads))))
        if fast:
            (optical, optical_mean), (sar, sar_mean) = (
                joint_launch.scaled_norm(x, scale, norm.weight, norm.bias, norm.eps)
                for x, scale, norm in ((optical, weights[0], self.optical_norm), (sar, weights[1], self.sar_norm))
            )
        else:
            optical, sar = optical * weights[0][..., None, None], sar * weights[1][..., None, None]
            optical, sar = self.optical_norm(optical), self.sar_norm(sar)
            optical_mean, sar_mean = optical.mean(dim=(2, 3)), sar.mean(dim=(2, 3))
        gates = self.gates(self.gather(torch.cat([optical_mean, sar_mean], dim=1)))  # (2, N, C)
        if fast:
            pair = joint_launch.gated_pair(optical, sar, gates)  # (N, h, w, 2C)
            return optical, sar, joint_launch.selected(pair, self.select(pair))
        gated = optical * gates[0][..., None, None], sar * gates[1][..., None, None]
        logits = self.select(torch.cat(gated, dim=1).permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
        selected = [x * torch.softmax(s, dim=1).to(x.dtype) for x, s in zip(gated, logits.chunk(2, dim=1))]
        return optical, sar, selected[0] + selected[1]


class PairedGates(nn.Module):
    """The `ChannelGate`s of both streams on the same pooled pixel, as two batched products."""

    def __init__(self, optical: ChannelGate, sar: ChannelGate) -> None:
        super().__init__()
        expand, expand_bias, project, project_bias = zip(*(_gate(gate) for gate in (optical, sar)))
        like = optical.expand.conv.weight
        self.expand = linear(torch.cat(expand), torch.cat(expand_bias), like=like)
        self.project = linear(torch.cat(project), torch.cat(project_bias), like=like)

    def forward(self, pooled: Tensor) -> Tensor:
        """pooled (N, C) -> weights in 0..1 (2, N, C), optical first."""
        hidden = self.expand(pooled).clamp(0.0, 6.0).unflatten(1, (2, -1)).transpose(0, 1)  # (2, N, 4C)
        weight = self.project.weight.unflatten(0, (2, -1)).transpose(1, 2)  # (2, 4C, C)
        return torch.sigmoid(torch.baddbmm(self.project.bias.unflatten(0, (2, 1, -1)), hidden, weight))


def _leads(optical: Tensor, sar: Tensor) -> Tensor:
    difference = optical - sar
    return torch.stack([difference.amax(dim=(2, 3)), -difference.amin(dim=(2, 3))])


def _numbers(layer: nn.Conv2d) -> tuple[Tensor, Tensor]:
    """Weight (out, in) and bias of a 1x1 convolution, in double precision."""
    if layer.bias is None:
        return layer.weight.detach().double().flatten(1), layer.weight.new_zeros(len(layer.weight)).double()
    return layer.weight.detach().double().flatten(1), layer.bias.detach().double()


def _linear(layer: nn.Conv2d) -> nn.Linear:
    return linear(*_numbers(layer), like=layer.weight)


def _gate(gate: ChannelGate) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Two layers of a gate on one pixel: weight and bias before ReLU6, weight and bias after it."""
    (expand, expand_bias), (depthwise, depthwise_bias), (project, project_bias) = (
        folded(unit) for unit in (gate.expand, gate.depthwise, gate.project)
    )
    centre = depthwise[:, 0, 1, 1]
    return (
        expand.flatten(1) * centre[:, None],
        expand_bias * centre + depthwise_bias,
        project.flatten(1),
        project_bias,
    )
