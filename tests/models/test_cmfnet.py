"""CMFNet against its authors' answers, and the common specification."""

from __future__ import annotations

import copy
import functools
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F

import rgbsar_core
from rgbsar_core.errors import CheckpointMismatchError
from rgbsar_core.models import cmfnet
from rgbsar_core.models.cmfnet_reference import DROPPED, reference_key_map
from rgbsar_core.models.complexity import count_parameters
from rgbsar_core.registry import measure_network

from .base import NetworkSpecification
from .parity import (
    TOLERANCE,
    authors_shapes,
    case_inputs,
    compare,
    manifest_shapes,
    read_manifest,
    small_golden,
)
from .reference import reference_tensor

PUBLISHED, LIVE = 104_074_118, 95_533_318
#: Published parameters that no output depends on, by the expressions of `DROPPED`.
DEAD = (698_240, 4_147_200, 550_400, 2_793_920, 351_040)
#: Case -> batch, height, width, SAR bands, classes. d is no case of the authors, whose code takes squares only.
CASES = {"a": (1, 256, 256, 1, 6), "b": (2, 64, 64, 1, 6), "c": (1, 96, 96, 3, 5), "d": (1, 64, 128, 1, 6)}
POSITIONS = "position_embeddings"
#: SAR tokens and maps that no output depends on.
UNMADE = re.compile(r"mtc(\.encoder\.layer\.3)?\[[4-7]\]")


class TestCmfNet(NetworkSpecification):
    name = "cmfnet"
    half_precision_bound = 0.025  # found: 0.018
    # One optical and one SAR band more than published, one class fewer; 3x3 kernels of and to 64 channels.
    expected_parameters = LIVE + 64 * 9 + 64 * 9 - (64 * 9 + 1)


def draw(key: str, shape: tuple[int, ...]) -> torch.Tensor:
    """Position embeddings are drawn like vectors; see the manifest's oddities."""
    if key.endswith(POSITIONS):
        return reference_tensor(key, (math.prod(shape),)).reshape(shape)
    return reference_tensor(key, shape)


def without_memory(**parameters: Any) -> cmfnet.CmfNet:
    with torch.device("meta"):
        return cmfnet.build(**parameters)


def shapes_of(network: cmfnet.CmfNet) -> dict[str, tuple[int, ...]]:
    return authors_shapes(network, reference_key_map(network))


def authors_tensors(network: cmfnet.CmfNet) -> dict[str, torch.Tensor]:
    state = network.state_dict()
    return {theirs: state[ours] for ours, theirs in reference_key_map(network).items()}


@functools.lru_cache(maxsize=1)
def published_network() -> cmfnet.CmfNet:
    """Of case b."""
    shapes = shapes_of(without_memory(token_side=4))
    return rgbsar_core.load_reference("cmfnet", {key: draw(key, shape) for key, shape in shapes.items()})


def network_of(case: str) -> cmfnet.CmfNet:
    if case == "b":
        return published_network()
    if case == "d":
        return on_a_grid_of(4, 8)
    _, side, _, bands, classes = CASES[case]
    shapes = shapes_of(without_memory(sar_channels=bands, num_classes=classes, token_side=side // 16))
    known = authors_tensors(published_network())
    weights = {key: known[key] if known[key].shape == shape else draw(key, shape) for key, shape in shapes.items()}
    return rgbsar_core.load_reference("cmfnet", weights)


def on_a_grid_of(height: int, width: int) -> cmfnet.CmfNet:
    network = copy.deepcopy(published_network())
    key_map = reference_key_map(network)
    for name, module in network.named_modules():
        if isinstance(module, cmfnet.Embedding):
            shape = (1, height * width, module.positions.shape[-1])
            module.grid = (height, width)
            module.positions = torch.nn.Parameter(draw(key_map[f"{name}.positions"], shape))
    return network


@functools.cache  # a few megabytes in all
def answers(case: str) -> dict[str, np.ndarray]:
    """What our network answers on a golden case; a network is run once for both sets of goldens."""
    batch, height, width, bands, _ = CASES[case]
    optical, sar = (image[:batch] for image in case_inputs(3, bands, height, width, batch=2))
    network = network_of(case)
    statistics: dict[str, tuple[float, float]] = {}
    hooks = [
        module.register_forward_hook(functools.partial(note_statistics, statistics, name))
        for name, module in network.named_modules()
    ]
    with torch.inference_mode():
        logits = network(optical, sar)
    for hook in hooks:
        hook.remove()
    found = {"prelogits": logits.numpy(), "logits": torch.log_softmax(logits, dim=1).numpy()}
    found |= {f"ext_{name}": array for name, array in found.items()}
    return {**found, **{f"stats {name}": np.array(pair) for name, pair in statistics.items()}}


def note_statistics(
    statistics: dict[str, tuple[float, float]], name: str, module: torch.nn.Module, inputs: Any, output: Any
) -> None:
    """Mean and standard deviation of every tensor a module returns, lists one after the other."""
    groups = output if isinstance(output, tuple) else (output,)
    tensors = [x for group in groups for x in (group if isinstance(group, list) else [group])]
    for i, x in enumerate(tensors):
        if x.is_floating_point():
            statistics[f"{name}[{i}]"] = (float(x.mean()), float(x.std(correction=0)))


def our_places() -> dict[str, str]:
    """The authors' name of a module -> ours."""
    key_map = reference_key_map(without_memory())
    places = {theirs.rsplit(".", 1)[0]: ours.rsplit(".", 1)[0] for ours, theirs in key_map.items()}
    places |= {"attention_5": "optical_gate", "attention_5_d": "sar_gate"}
    for theirs, ours in (("mtc", "cross_transformer"), ("mtc1", "single_transformer")):
        places |= {theirs: ours, **{f"{theirs}.encoder.layer.{i}": f"{ours}.layers.{i}" for i in range(cmfnet.LAYERS)}}
    return places


def compare_statistics(case: str, golden: Mapping[str, np.ndarray]) -> None:
    found, places, compared = answers(case), our_places(), 0
    for theirs, expected in zip(golden[f"stats_names_{case}"], golden[f"stats_{case}"]):
        if not UNMADE.fullmatch(theirs):
            module, index = re.fullmatch(r"(.+?)(?:\[(\d)\])?", theirs).groups()
            ours = f"{places[module]}[{index or 0}]"
            np.testing.assert_allclose(found[f"stats {ours}"], expected, rtol=0, atol=TOLERANCE, err_msg=theirs)
            compared += 1
    assert compared == 82


# --- parity


@pytest.mark.parametrize(("case", "arrays"), [("b", 2), ("c", 2), ("d", 2)])
def test_published_network_answers_as_the_authors_code(case: str, arrays: int) -> None:
    assert compare(answers(case), small_golden("cmfnet"), case) == arrays


def test_every_stage_has_the_authors_mean_and_deviation() -> None:
    compare_statistics("b", small_golden("cmfnet"))


@pytest.mark.slow
@pytest.mark.parametrize("case", ["b", "c", "d"])
def test_published_network_answers_as_the_full_golden(shared: Path, case: str) -> None:
    full = np.load(shared / "reference" / "cmfnet" / "golden.npz")
    assert compare(answers(case), full, case) == 2
    if case != "d":
        compare_statistics(case, full)


@pytest.mark.slow
def test_published_network_answers_as_the_full_golden_at_its_own_size(shared: Path) -> None:
    full = np.load(shared / "reference" / "cmfnet" / "golden.npz")
    found = answers("a")
    assert compare({name: found[name][..., ::4, ::4] for name in ("prelogits", "logits")}, full, "a_sub4") == 2
    assert np.array_equal(found["prelogits"].argmax(1), full["argmax_a"])
    compare_statistics("a", full)


def test_key_names_and_shapes_are_the_manifest_s_and_the_dropped_ones(shared: Path) -> None:
    manifest = read_manifest(shared, "cmfnet")
    assert list(manifest["cases"]) == list(CASES)
    listed = manifest_shapes(manifest["state_dict_case_a"])
    for case in "abc":
        _, side, _, bands, classes = CASES[case]
        shapes = {**listed, **{key: tuple(s) for key, s in manifest["cases"][case]["shape_overrides_vs_case_a"]}}
        live = {key: shape for key, shape in shapes.items() if not any(re.match(dead, key) for dead in DROPPED)}
        assert shapes_of(without_memory(sar_channels=bands, num_classes=classes, token_side=side // 16)) == live


# --- size and cost


def test_live_and_dead_parameters_are_the_published_ones(shared: Path) -> None:
    manifest = read_manifest(shared, "cmfnet")
    counts = {
        key: math.prod(shape)
        for key, shape in manifest_shapes(manifest["state_dict_case_a"]).items()
        if key.rsplit(".", 1)[-1] not in ("running_mean", "running_var", "num_batches_tracked")
    }
    dead = [sum(count for key, count in counts.items() if re.match(expression, key)) for expression in DROPPED]
    assert tuple(dead) == DEAD
    split = manifest["parameter_split_case_a"]
    assert sum(dead) == split["of which no influence on the output"] == PUBLISHED - LIVE
    assert count_parameters(without_memory()) + sum(dead) == split["total"] == PUBLISHED


def test_cost_is_the_published_one_less_what_reconstruction_saves(shared: Path) -> None:
    operators = read_manifest(shared, "cmfnet")["cost_1x(3+1)x256x256"]["fvcore_by_operator_G"]
    # The authors convolve the reconstructed maps after up-sampling, we convolve the 256 tokens, twice four scales.
    sides = [256 // 2**i for i in range(4)]
    saved = 2 * sum(channels**2 * (side**2 - 256) for channels, side in zip(cmfnet.CHANNELS, sides))
    cost = measure_network("cmfnet")
    assert cost.parameters == cost.training_parameters == LIVE
    assert round((cost.macs + saved) / 1e9, 4) == round(sum(operators[n] for n in ("conv", "linear", "matmul")), 4)


def test_documented_costs_are_the_measured_ones(repository: Path) -> None:
    text = (repository / "docs" / "models" / "cmfnet.md").read_text(encoding="utf-8")
    for count in (*DEAD, LIVE, PUBLISHED, PUBLISHED - LIVE):
        assert f"{count:,}" in text
    assert f"{measure_network('cmfnet').macs / 1e9:.3f}" in text


# --- behaviour


def test_position_embeddings_are_resampled_row_by_row() -> None:
    embedding = cmfnet.Embedding(1, 2, 2, 0.0).double()
    with torch.no_grad():
        for parameter in embedding.projection.parameters():
            parameter.zero_()
        embedding.positions.copy_(torch.tensor([0.0, 1.0, 10.0, 11.0]).reshape(1, 4, 1))
    own_size = embedding(torch.zeros(1, 1, 4, 4, dtype=torch.float64))
    assert own_size.flatten().tolist() == [0, 1, 10, 11]
    wider = embedding(torch.zeros(1, 1, 4, 8, dtype=torch.float64))
    assert wider.flatten().tolist() == [0, 0.25, 0.75, 1, 10, 10.25, 10.75, 11]


def test_heads_take_the_same_quarter_of_each_scale() -> None:
    joint = cmfnet.JointHeads()
    joint.norm = torch.nn.Identity()
    offsets = (0, 64, 192, 448)
    tokens = [torch.arange(o, o + c).reshape(1, 1, c) for o, c in zip(offsets, cmfnet.CHANNELS)]
    heads = joint(tokens)
    assert heads.shape == (1, 4, 1, 240)
    quarters = [range(o + c // 4, o + c // 2) for o, c in zip(offsets, cmfnet.CHANNELS)]
    assert heads[0, 1, 0].tolist() == [channel for quarter in quarters for channel in quarter]


@pytest.mark.parametrize("training", [False, True])
def test_reconstruction_may_come_before_the_up_sampling(training: bool) -> None:
    torch.manual_seed(0)
    rebuild = cmfnet.Reconstruction(8, 4).double().train(training)
    rebuild.norm.running_var.uniform_(0.5, 1.5)
    tokens, image = torch.randn(2, 6, 8).double(), torch.randn(2, 8, 8, 12).double()
    found = rebuild(tokens, image)
    enlarged = rebuild.token_norm(tokens).transpose(1, 2).reshape(2, 8, 2, 3)
    enlarged = enlarged.repeat_interleave(4, dim=2).repeat_interleave(4, dim=3)
    expected = image + F.relu(rebuild.norm(rebuild.conv(enlarged)))
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-12)


# --- loading


def test_load_reference_reads_the_network_from_the_shapes_and_ignores_dead_tensors() -> None:
    shapes = shapes_of(without_memory(optical_channels=4, sar_channels=2, num_classes=3, token_side=2))
    weights = {key: torch.zeros(shape) for key, shape in shapes.items()}
    dead = ["attention_4_d.1.weight", "mtc.reconstruct_d2.conv.bias", "mtc1.encoder.layer.0.channel_attn.key.3.weight"]
    network = rgbsar_core.load_reference("cmfnet", {**weights, **{key: torch.zeros(1) for key in dead}}, dropout=0.3)
    settings = network.settings
    assert (settings.optical_channels, settings.sar_channels, settings.num_classes) == (4, 2, 3)
    assert (settings.token_side, settings.dropout) == (2, 0.3)
    assert {p.dtype for p in network.parameters()} == {torch.float32}
    assert not network.training


def test_load_reference_names_the_tensors_that_do_not_fit() -> None:
    weights = {key: torch.empty(shape, device="meta") for key, shape in shapes_of(without_memory()).items()}
    for missing in ("mtc.encoder.layer.3.channel_attn.keyd.0.weight", f"mtc.embeddings_1.{POSITIONS}"):
        with pytest.raises(CheckpointMismatchError, match=missing):
            rgbsar_core.load_reference("cmfnet", {k: v for k, v in weights.items() if k != missing})
    with pytest.raises(CheckpointMismatchError, match="attention_6.1.bias"):
        rgbsar_core.load_reference("cmfnet", {**weights, "attention_6.1.bias": torch.zeros(1)})
    oblong = {f"mtc.embeddings_1.{POSITIONS}": torch.empty(1, 32, 64, device="meta")}
    with pytest.raises(CheckpointMismatchError, match="32 tokens.*square"):
        rgbsar_core.load_reference("cmfnet", {**weights, **oblong})
