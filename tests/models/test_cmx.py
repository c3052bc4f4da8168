"""CMX against its authors' answers, and the common specification."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F

import rgbsar_core
from rgbsar_core.errors import CheckpointMismatchError, InputError
from rgbsar_core.models import cmx
from rgbsar_core.models.cmx_reference import reference_key_map
from rgbsar_core.models.complexity import count_parameters, measure_complexity
from rgbsar_core.registry import load_published

from . import parity
from .base import NetworkSpecification
from .reference import reference_inputs

CASE_SIZES = {0: (64, 64), 1: (64, 96), 2: (100, 75)}


class TestCmx(NetworkSpecification):
    name = "cmx"
    # The published network; one optical band more, one SAR band less, one class less.
    expected_parameters = 66_563_982 - 513
    half_precision_bound = 0.04

    def without_randomness(self) -> dict[str, Any]:
        return {"drop_path_rate": 0.0}

    def test_fresh_weights_have_the_published_spread(self) -> None:
        network = self.network()
        for name, expected in (
            ("optical_encoder.block4.0.mlp.fc1", 0.02),
            ("sar_encoder.patch_embed4.proj", (2 / (3 * 3 * 512)) ** 0.5),
            ("sar_encoder.block4.0.mlp.dwconv.dwconv", (2 / (3 * 3)) ** 0.5),  # one channel a group
            ("fusion.3.sar_path.key_value", 0.02),
            ("fusion.3.embedding.residual", (2 / 512) ** 0.5),
            ("decode_head.projections.3", 0.02),
            ("decode_head.join", (2 / 2048) ** 0.5),
        ):
            layer = network.get_submodule(name)
            assert float(layer.weight.detach().std()) == pytest.approx(expected, rel=0.03), name
            assert getattr(layer, "bias", None) is None or not layer.bias.any(), name


def without_memory(**parameters: Any) -> cmx.Cmx:
    with torch.device("meta"):
        return cmx.build(**parameters)


def authors_shapes(**parameters: Any) -> parity.Shapes:
    network = without_memory(**parameters)
    return parity.authors_shapes(network, reference_key_map(network))


def zeros(shapes: parity.Shapes) -> dict[str, torch.Tensor]:
    """A state dictionary that takes no memory."""
    return {key: torch.zeros(()).expand(shape) for key, shape in shapes.items()}


@pytest.fixture(scope="module")
def published() -> cmx.Cmx:
    shapes = authors_shapes(optical_channels=3, sar_channels=3)
    return rgbsar_core.load_reference("cmx", parity.authors_weights(shapes))


@pytest.fixture(scope="module")
def answers(published: cmx.Cmx) -> Callable[[int], dict[str, Any]]:
    return functools.cache(lambda case: run(published, case))


def run(network: cmx.Cmx, case: int) -> dict[str, Any]:
    """What the network answers on a golden case, and the maps inside it under their names in the goldens."""
    modules: dict[str, torch.nn.Module] = {"head_fusion_conv": network.decode_head.dropout}
    for i in range(4):
        for theirs, encoder in (("rgb", network.optical_encoder), ("x", network.sar_encoder)):
            modules[f"{theirs}_patch_embed{i + 1}"] = encoder.get_submodule(f"patch_embed{i + 1}")
            modules[f"{theirs}_norm{i + 1}"] = encoder.get_submodule(f"norm{i + 1}")
        modules[f"frm{i + 1}"] = network.rectification[i]
        modules[f"ffm{i + 1}_cross_0"] = network.fusion[i].optical_path
        modules[f"ffm{i + 1}_cross_1"] = network.fusion[i].sar_path
        modules[f"fused{i + 1}"] = network.fusion[i]
    optical, sar, label = reference_inputs(*CASE_SIZES[case])
    with torch.inference_mode():
        logits, inside = parity.outputs_of({**modules, "low": network.decode_head}, lambda: network(optical, sar))
    low = inside.pop("low")
    loss = F.cross_entropy(logits, label, ignore_index=255).item()
    return {"logits": logits.numpy(), "logits_low": low.numpy(), "loss": np.array([loss]), "inside": inside}


# --- parity


@pytest.mark.parametrize("case", [0, 2])
def test_published_network_answers_as_the_authors_code(answers: Any, case: int) -> None:
    golden = parity.small_golden("cmx")
    assert parity.compare(answers(case), golden, case) >= 2
    parity.compare_inside(answers(case)["inside"], "fused{}", golden, case)


@pytest.mark.slow
@pytest.mark.parametrize("case", CASE_SIZES)
def test_published_network_answers_as_the_full_golden(shared: Path, answers: Any, case: int) -> None:
    golden = np.load(shared / "reference" / "cmx" / "golden.npz")
    assert parity.compare(answers(case), golden, case) == 3
    parity.compare_inside(answers(case)["inside"], "fused{}", golden, case)


def test_key_names_and_shapes_are_the_manifest_s(shared: Path) -> None:
    listed = parity.manifest_shapes(parity.read_manifest(shared, "cmx")["state_dict"])
    assert authors_shapes(optical_channels=3, sar_channels=3) == listed


# --- cost


def test_cost_is_the_published_one() -> None:
    network = without_memory(optical_channels=3, sar_channels=3, num_classes=6)
    cost = measure_complexity(network, 3, 3, size=256)
    assert cost.parameters == cost.training_parameters == 66_563_982
    parts = [network.optical_encoder, network.sar_encoder, network.rectification, network.fusion, network.decode_head]
    assert [count_parameters(part) for part in parts] == [24_196_288, 24_196_288, 10_019_848, 6_572_032, 1_579_526]
    # The authors join the four enlarged maps; we join each at its own size.
    finest = 64 * 64
    saved = sum(finest - side * side for side in (64, 32, 16, 8)) * cmx.DECODER_WIDTH**2
    assert round((cost.macs + saved) / 1e9, 3) == 14.825
    assert round(cost.macs / 1e9, 3) == 11.956


# --- behaviour


def test_stochastic_depth_rises_but_for_the_second_stage() -> None:
    network = without_memory(drop_path_rate=0.15)
    tails = [*range(7, 16)]
    for encoder, constant in ((network.optical_encoder, 3), (network.sar_encoder, 4)):
        rates = [m.drop_path.rate for m in encoder.modules() if hasattr(m, "drop_path")]
        expected = [0, 1, 2, *[constant] * 4, *tails]
        np.testing.assert_allclose(rates, [0.01 * i for i in expected], rtol=0, atol=1e-12)


def test_encoder_takes_segformer_s_key_names() -> None:
    names = set(without_memory().optical_encoder.state_dict())
    assert len(names) == 332
    assert names >= {
        "patch_embed1.proj.weight",
        "patch_embed4.norm.bias",
        "block1.0.attn.q.weight",
        "block1.0.attn.kv.bias",
        "block3.5.attn.sr.weight",
        "block4.2.mlp.dwconv.dwconv.weight",
        "norm4.weight",
    }
    assert "block4.0.attn.sr.weight" not in names


def test_contexts_of_many_strong_positions_stay_right_in_half_precision() -> None:
    # The sum over 64 x 64 positions leaves the range of float16.
    torch.manual_seed(0)
    path = cmx.CrossPath(64, 1).eval().half()
    query = torch.full((1, 64, 64, 64), 8.0) + torch.randn(1, 64, 64, 64)
    with torch.inference_mode():
        key, value = path.key_value(query.half()).double().chunk(2, dim=-1)
        scores = key.flatten(0, 2).T @ value.flatten(0, 2) / 8
        assert float(scores.abs().max()) * 8 > torch.finfo(torch.float16).max
        context = path.context(query.half())
        with torch.autocast("cpu", torch.bfloat16):
            mixed = path.float().context(query)
    np.testing.assert_allclose(context[0, 0], torch.softmax(scores, dim=0), rtol=0, atol=1e-3)
    assert mixed.dtype == torch.float32


# --- loading


def test_bands_and_classes_are_read_from_the_tensors() -> None:
    weights = zeros(authors_shapes(optical_channels=4, sar_channels=2, num_classes=3))
    network = rgbsar_core.load_reference("cmx", weights, dropout=0.3)
    settings = network.settings
    assert (settings.optical_channels, settings.sar_channels, settings.num_classes) == (4, 2, 3)
    assert settings.dropout == 0.3
    assert not network.training
    with pytest.raises(InputError, match="4 optical bands"):
        load_published("cmx", weights)


@pytest.mark.parametrize("missing", ["backbone.extra_block2.1.attn.kv.weight", "decode_head.conv_seg.weight"])
def test_a_missing_tensor_is_refused_by_name(missing: str) -> None:
    weights = zeros(authors_shapes(optical_channels=3, sar_channels=3))
    del weights[missing]
    with pytest.raises(CheckpointMismatchError, match=missing):
        rgbsar_core.load_reference("cmx", weights)


def test_published_weights_take_red_green_blue_and_one_sar_band(published: cmx.Cmx) -> None:
    key_map = reference_key_map(published)
    weights = {key_map[key]: tensor for key, tensor in published.state_dict().items()}
    conventional = load_published("cmx", weights)
    assert conventional.settings.sar_channels == 1
    optical, sar = parity.case_inputs(3, 1, 32, 32, 1)
    with torch.inference_mode():
        expected = published(optical.flip(1), sar.expand(-1, 3, -1, -1))
        torch.testing.assert_close(conventional(optical, sar), expected, rtol=0, atol=1e-12)
