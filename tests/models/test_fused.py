"""Networks rewritten for inference answer as the plain ones do; only the arithmetic's order differs."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from rgbsar_core.models.asanet import VARIANTS
from rgbsar_core.models.fused.upernet import FusedPyramidPooling
from rgbsar_core.models.layers.pyramid_pooling import PyramidPooling
from rgbsar_core.registry import create_network, fuse_network

TOLERANCE = 1e-8
"""Of float64 logits of ordinary size."""


def ready_network(name: str = "asanet", optical: int = 3, sar: int = 1, **parameters: Any) -> nn.Module:
    """A network in float64 in which nothing is 0 or 1, so that a forgotten weight shows."""
    torch.manual_seed(0)
    shape = {"optical_channels": optical, "sar_channels": sar, "num_classes": 4}
    network = create_network(name, **shape, **parameters).double().eval()
    with torch.no_grad():
        for parameter in network.parameters():
            if parameter.dim() > 1:
                parameter.normal_(0, parameter[0].numel() ** -0.5)
            else:
                parameter.uniform_(0.2, 1.2)
        for module in network.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.running_mean.normal_(0, 0.1)
                module.running_var.uniform_(0.5, 2.0)
    return network


def images(height: int, width: int, optical: int = 3, sar: int = 1) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(1)
    return tuple(
        torch.randn(2, bands, height, width, generator=generator, dtype=torch.float64) for bands in (optical, sar)
    )


def largest_difference(network: nn.Module, inputs: tuple[Tensor, Tensor]) -> float:
    with torch.inference_mode():
        expected = network(*inputs)
        found = fuse_network(copy.deepcopy(network))(*inputs)
    assert found.shape == expected.shape
    return float((found - expected).abs().max() / expected.std())


@pytest.mark.parametrize("size", ["atto", "tiny"])
def test_the_fused_network_gives_the_plain_ones_logits(size: str) -> None:
    assert largest_difference(ready_network(size=size), images(64, 96)) < TOLERANCE


@pytest.mark.parametrize("variant", VARIANTS)
def test_so_does_every_ablation(variant: str) -> None:
    assert largest_difference(ready_network(size="atto", variant=variant), images(64, 64)) < TOLERANCE


@pytest.mark.parametrize("shape", [(33, 32), (45, 70), (97, 64), (130, 161)])
def test_so_it_does_where_no_stage_divides_the_side(shape: tuple[int, int]) -> None:
    assert largest_difference(ready_network(size="atto"), images(*shape)) < TOLERANCE


@pytest.mark.parametrize("bands", [(1, 1), (4, 2), (12, 3)])
def test_so_it_does_with_any_bands(bands: tuple[int, int]) -> None:
    assert largest_difference(ready_network(optical=bands[0], sar=bands[1], size="atto"), images(64, 64, *bands)) < (
        TOLERANCE
    )


def test_so_do_the_other_networks_with_parts_that_are_replaced() -> None:
    network = ready_network("upernet_convnextv2", size="atto")
    assert largest_difference(network, images(64, 80)) < TOLERANCE


@pytest.mark.parametrize("name", ["pspnet"])
def test_so_do_networks_whose_batch_normalisations_are_folded(name: str) -> None:
    network = ready_network(name)
    inputs = images(64, 64)
    assert largest_difference(network, inputs) < TOLERANCE
    folded = fuse_network(copy.deepcopy(network))
    assert count(folded, nn.BatchNorm2d) <= count(network, nn.BatchNorm2d)


def test_nothing_is_left_to_normalise_batches() -> None:
    assert count(fuse_network(ready_network(size="atto")), nn.BatchNorm2d) == 0


def test_all_levels_of_pyramid_pooling_at_once_are_the_levels_one_by_one() -> None:
    torch.manual_seed(2)
    plain = PyramidPooling(5, 3).double().eval()
    x = torch.randn(2, 5, 7, 4, dtype=torch.float64)  # cells overlap, and repeat pixels
    with torch.inference_mode():
        torch.testing.assert_close(FusedPyramidPooling(plain)(x), plain(x), rtol=0, atol=1e-12)


def test_pyramid_pooling_of_a_large_tile_takes_memory_for_its_cells_not_for_pairs_of_pixels() -> None:
    """A tile of 4096 pixels has 128 x 128 positions: their pairs are 2 GiB, their means over 50 cells 6 MB."""
    largest = 0

    class Sizes(TorchFunctionMode):
        def __torch_function__(self, function, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
            nonlocal largest
            made = function(*args, **(kwargs or {}))
            largest = max(largest, made.numel() if isinstance(made, torch.Tensor) else 0)
            return made

    pooling = FusedPyramidPooling(PyramidPooling(1, 1).eval())
    with torch.inference_mode(), Sizes():
        pooling(torch.zeros(1, 1, 128, 128))
    assert largest <= 128 * 128 * 50


def test_under_autocast_the_fused_network_is_as_near_to_float32_as_the_plain_one() -> None:
    network = ready_network(size="atto").float()
    optical, sar = (x.float() for x in images(64, 64))
    with torch.inference_mode():
        exact = network(optical, sar)
        errors = []
        for form in (network, fuse_network(copy.deepcopy(network))):
            with torch.autocast("cpu", torch.bfloat16):
                errors.append(float((form(optical, sar).float() - exact).norm() / exact.norm()))
    assert errors[1] < max(0.02, 2 * errors[0])


def count(network: nn.Module, kind: type[nn.Module]) -> int:
    return sum(isinstance(module, kind) for module in network.modules())
