"""The Triton kernels, run by Triton's interpreter on the CPU, against torch.

They need the package triton, of a version whose interpreter takes masks made of a scalar comparison. float16, because
the interpreter multiplies no bfloat16 matrices.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from rgbsar_core.models.encoders.convnext_v2 import EPSILON, Block
from rgbsar_core.models.fused import head_launch, joint_launch, launch
from rgbsar_core.models.fused.convnext_v2 import FusedBlock

pytestmark = pytest.mark.skipif(importlib.util.find_spec("triton") is None, reason="needs the package triton")
HALF = torch.float16


@pytest.fixture(autouse=True, scope="module")
def interpreter() -> Iterator[None]:
    os.environ["TRITON_INTERPRET"] = "1"  # read when Triton is imported, and when the kernels' modules are
    triton = pytest.importorskip("triton")
    if tuple(map(int, triton.__version__.split(".")[:2])) > (3, 6):
        pytest.skip("this Triton's interpreter refuses masks made of a scalar comparison")
    torch.manual_seed(0)
    with torch.inference_mode():
        yield
    del os.environ["TRITON_INTERPRET"]


def a_map(*shape: int) -> Tensor:
    return torch.randn(shape).to(HALF).to(memory_format=torch.channels_last)


def same(found: Tensor, expected: Tensor) -> None:
    assert found.shape == expected.shape
    difference = (found.double() - expected.double()).norm() / expected.double().norm()
    assert difference < 1e-3


@pytest.mark.parametrize("library_from", [1, 1 << 20])
def test_a_block_is_the_plain_block(library_from: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launch, "LIBRARY_PROJECTION_FROM", library_from)
    plain = Block(24, 0.0).eval()
    for parameter in plain.parameters():
        parameter.normal_(0, 1.0 if parameter.dim() == 1 else parameter[0].numel() ** -0.5)
    x = a_map(2, 24, 7, 5)
    fused = FusedBlock(plain)
    expected = plain(x.float())
    for layer in fused.modules():
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            layer.to(HALF)
    same(launch.block(x, fused.depthwise, fused.expand, fused.project, fused.gamma, EPSILON), expected)


def test_patches_are_normalised_over_channels() -> None:
    x = a_map(2, 40, 7, 5)
    normal = F.layer_norm(x.float().permute(0, 2, 3, 1), (40,), eps=EPSILON)[:, :6, :4]
    patches = normal.unflatten(1, (3, 2)).unflatten(3, (2, 2)).transpose(2, 3).flatten(3)
    same(joint_launch.patched_norm(x, EPSILON), patches)


def test_a_level_is_enlarged_and_added() -> None:
    fine, coarse = a_map(2, 40, 8, 8), a_map(2, 40, 3, 4)
    same(head_launch.added(fine, coarse), F.relu(fine.float()) + enlarged(coarse.float(), (8, 8)))


def test_logits_are_enlarged() -> None:
    logits = torch.randn(2, 6, 5, 7)
    same(head_launch.enlarged(logits, (20, 30)), enlarged(logits, (20, 30)))


def test_taps_are_spread_over_columns() -> None:
    taps, matrix = torch.randn(2, 3, 12, 3, 40).to(HALF), torch.randn(9, 12).to(HALF)
    rows = torch.zeros(2, 11, 9, 40, dtype=HALF)
    head_launch.spread(taps, matrix, rows, 2)
    same(rows[:, 2:], torch.einsum("wk,nrkic->nriwc", matrix.float(), taps.float()).flatten(1, 2))
    assert (rows[:, :2] == 0).all()


@pytest.mark.parametrize(("width", "classes"), [(40, 6), (1024, 70)])  # of the second no program holds all classes
def test_the_last_layer_adds_both_parts(width: int, classes: int) -> None:
    finest, coarse, bias = a_map(2, width, 4, 8), torch.randn(2, 4, 8, width).to(HALF), torch.randn(width).to(HALF)
    classifier = nn.Conv2d(width, classes, 1).to(HALF)
    found = head_launch.classified(finest, coarse, bias, classifier)
    hidden = F.relu(finest.float() + coarse.float().permute(0, 3, 1, 2) + bias.float()[:, None, None])
    same(found, classifier.float()(hidden))


def test_a_joints_steps() -> None:
    optical, sar, gates = a_map(2, 40, 7, 5), a_map(2, 40, 7, 5), torch.rand(2, 2, 40).to(HALF)
    difference = optical.float() - sar.float()
    same(joint_launch.leads(optical, sar), torch.stack([difference.amax((2, 3)), -difference.amin((2, 3))]))
    pair = joint_launch.gated_pair(optical, sar, gates)
    gated = [x.float() * gate.float()[..., None, None] for x, gate in zip((optical, sar), gates)]
    same(pair, torch.cat(gated, dim=1).permute(0, 2, 3, 1))
    logits = torch.randn(2, 7, 5, 80).to(HALF)
    shares = [torch.softmax(part.float(), -1).permute(0, 3, 1, 2) for part in logits.chunk(2, -1)]
    same(joint_launch.selected(pair, logits), gated[0] * shares[0] + gated[1] * shares[1])


def enlarged(x: Tensor, size: tuple[int, int]) -> Tensor:
    return F.interpolate(x, size=size, mode="bilinear")
