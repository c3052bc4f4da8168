"""SA-Gate against its authors' answers, and the common specification."""

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
from rgbsar_core.models import sa_gate
from rgbsar_core.models.complexity import count_parameters, measure_complexity
from rgbsar_core.models.sa_gate_reference import reference_key_map, tied_key
from rgbsar_core.registry import load_published

from . import parity
from .base import NetworkSpecification
from .reference import reference_inputs

CASE_SIZES = {0: (64, 64), 1: (64, 96), 2: (100, 75)}
AUXILIARY_WEIGHT = 0.2


class TestSaGate(NetworkSpecification):
    name = "sa_gate"
    # The published network; one optical band more, one SAR band less, one class less in both heads.
    expected_parameters = 130_691_540 - 2 * 513
    half_precision_bound = 0.02

    def test_statistics_of_the_shared_branches_follow_both_modalities_the_optical_first(self) -> None:
        network = self.network().train()
        branch = network.shared_downsamples[0]
        entered: list[torch.Tensor] = []
        branch.register_forward_hook(lambda _module, inputs, _output: entered.append(inputs[0]))
        with torch.no_grad():
            optical, sar = self.images(32, 32)
            network(optical, sar)
            means = [branch[0](x).mean(dim=(0, 2, 3)) for x in entered]
        assert len(means) == 2
        torch.testing.assert_close(branch[1].running_mean, 0.9 * 0.1 * means[0] + 0.1 * means[1])
        assert int(branch[1].num_batches_tracked) == 2
        assert not torch.allclose(means[0], means[1])

    def test_training_with_one_image_is_refused_with_the_remedy(self) -> None:
        with pytest.raises(InputError, match="batch size of 2"):
            self.network().train()(*self.images(batch=1))

    def test_without_the_auxiliary_head_training_returns_the_logits_alone(self) -> None:
        answer = self.network(auxiliary=False).train()(*self.images(32, 32))
        assert answer.auxiliary == ()


def without_memory(**parameters: Any) -> sa_gate.SaGate:
    with torch.device("meta"):
        return sa_gate.build(**parameters)


def authors_shapes(**parameters: Any) -> parity.Shapes:
    """Every key of the authors' state dictionary, the tied ones twice."""
    network = without_memory(**parameters)
    shapes = parity.authors_shapes(network, reference_key_map(network))
    return {**shapes, **{tied_key(key): shape for key, shape in shapes.items()}}


def with_ties(weights: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The authors' weights: both keys of a shared tensor hold the first one's values."""
    return {**weights, **{tied_key(key): weights[key] for key in weights if ".downsample." in key}}


def zeros(shapes: parity.Shapes) -> dict[str, torch.Tensor]:
    """A state dictionary that takes no memory."""
    return {key: torch.zeros(()).expand(shape) for key, shape in shapes.items()}


@pytest.fixture(scope="module")
def published() -> sa_gate.SaGate:
    network = without_memory(optical_channels=3, sar_channels=3)
    shapes = parity.authors_shapes(network, reference_key_map(network))
    return rgbsar_core.load_reference("sa_gate", with_ties(parity.authors_weights(shapes)))


@pytest.fixture(scope="module")
def answers(published: sa_gate.SaGate) -> Callable[[int], dict[str, Any]]:
    return functools.cache(lambda case: run(published, case))


def run(network: sa_gate.SaGate, case: int) -> dict[str, Any]:
    """What the network answers on a golden case, and the maps inside it under their names in the goldens."""
    modules: dict[str, torch.nn.Module] = {
        "rgb_stem": network.optical_encoder.maxpool,
        "x_stem": network.sar_encoder.maxpool,
        "aspp": network.decode_head.context,
        "c1": network.decode_head.low_level,
        "last_conv": network.decode_head.refine,
    }
    for i in range(4):
        for place, encoder in enumerate((network.optical_encoder, network.sar_encoder)):
            modules[f"layer{i + 1}_{place}"] = encoder.get_submodule(f"layer{i + 1}")[-1]
        modules[f"sagate{i + 1}"] = network.gates[i]
    optical, sar, label = reference_inputs(*CASE_SIZES[case])
    with torch.inference_mode():
        logits, inside = parity.outputs_of({**modules, "low": network.decode_head}, lambda: network(optical, sar))
        auxiliary = network.auxiliary_head(inside["sagate4_2"])
    losses = []
    for scores, weight in ((logits, 1.0), (auxiliary, AUXILIARY_WEIGHT)):
        scores = F.interpolate(scores, size=label.shape[1:], mode="bilinear", align_corners=False)
        losses.append(weight * F.cross_entropy(scores, label, ignore_index=255).item())
    return {
        "logits": logits.numpy(),
        "logits_low": inside.pop("low").numpy(),
        "aux": auxiliary.numpy(),
        "loss": np.array(losses),
        "inside": inside,
    }


# --- parity


@pytest.mark.parametrize("case", [0, 2])
def test_published_network_answers_as_the_authors_code(answers: Any, case: int) -> None:
    golden = parity.small_golden("sa_gate")
    assert parity.compare(answers(case), golden, case) >= 3
    parity.compare_inside(answers(case)["inside"], "sagate{}_2", golden, case)


@pytest.mark.slow
@pytest.mark.parametrize("case", CASE_SIZES)
def test_published_network_answers_as_the_full_golden(shared: Path, answers: Any, case: int) -> None:
    golden = np.load(shared / "reference" / "sa_gate" / "golden.npz")
    assert parity.compare(answers(case), golden, case) == 4
    parity.compare_inside(answers(case)["inside"], "sagate{}_2", golden, case)


def test_key_names_shapes_and_ties_are_the_manifest_s(shared: Path) -> None:
    manifest = parity.read_manifest(shared, "sa_gate")
    shapes = authors_shapes(optical_channels=3, sar_channels=3)
    assert shapes == parity.manifest_shapes(manifest["state_dict"])
    assert {first: tied_key(first) for first in shapes if tied_key(first) != first} == {
        first: second for second, first in manifest["tied"]
    }


# --- cost


def test_cost_is_the_published_one() -> None:
    network = without_memory(optical_channels=3, sar_channels=3, num_classes=6)
    cost = measure_complexity(network, 3, 3, size=256)
    assert (cost.training_parameters, cost.parameters) == (130_691_540, 121_250_254)
    assert round(cost.macs / 1e9, 3) == 46.167
    parts = (network.optical_encoder, network.sar_encoder, network.shared_downsamples, network.gates)
    assert [count_parameters(part) for part in parts] == [39_830_976, 39_830_976, 2_792_960, 2_112_488]


# --- behaviour


def constant_gate(optical_score: float) -> sa_gate.SeparationAggregationGate:
    """A gate whose weights are all zero but for one score's bias."""
    gate = sa_gate.SeparationAggregationGate(16)
    with torch.no_grad():
        for parameter in gate.parameters():
            parameter.zero_()
        gate.optical_score.bias.fill_(optical_score)
    return gate


def test_gate_by_hand() -> None:
    # Equal scores: the merged map is the mean; each stream then goes half way to it, and below 0 is cut off.
    optical, sar = torch.full((1, 16, 2, 2), 4.0), torch.full((1, 16, 2, 2), -2.0)
    to_optical, to_sar, merged = constant_gate(0.0)(optical, sar)
    assert (to_optical == 2.5).all()  # (4 + 1) / 2
    assert (to_sar == 0.0).all()  # (-2 + 1) / 2 is negative
    assert (merged == 1.0).all()


def test_the_merged_map_chooses_between_the_original_maps_not_the_filtered_ones() -> None:
    optical, sar = torch.randn(1, 16, 2, 2), torch.randn(1, 16, 2, 2)
    assert torch.equal(constant_gate(200.0)(optical, sar)[2], optical)
    assert torch.equal(constant_gate(-200.0)(optical, sar)[2], sar)


# --- loading


def test_bands_classes_and_the_auxiliary_head_are_read_from_the_tensors() -> None:
    weights = zeros(authors_shapes(optical_channels=4, sar_channels=2, num_classes=3, auxiliary=False))
    network = rgbsar_core.load_reference("sa_gate", weights, dropout=0.3)
    settings = network.settings
    assert (settings.optical_channels, settings.sar_channels, settings.num_classes) == (4, 2, 3)
    assert (settings.auxiliary, settings.dropout) == (False, 0.3)
    assert not network.training
    with pytest.raises(InputError, match="4 optical bands"):
        load_published("sa_gate", weights)


@pytest.mark.parametrize(
    "missing",
    [
        "backbone.layer3.11.hha_bn2.running_var",
        "backbone.layer1.0.downsample.0.weight",
        "backbone.layer1.0.hha_downsample.0.weight",
        "decode_head.conv_seg.weight",
    ],
)
def test_a_missing_tensor_is_refused_by_name(missing: str) -> None:
    weights = zeros(authors_shapes(optical_channels=3, sar_channels=3))
    del weights[missing]
    with pytest.raises(CheckpointMismatchError, match=missing):
        rgbsar_core.load_reference("sa_gate", weights)


@pytest.mark.parametrize("name", ["0.weight", "1.running_mean"])
def test_copies_of_a_shared_tensor_that_differ_are_refused_by_name(name: str) -> None:
    weights = zeros(authors_shapes(optical_channels=3, sar_channels=3))
    key = f"backbone.layer2.0.hha_downsample.{name}"
    weights[key] = weights[key].clone()
    weights[key][-1] += 1e-3
    with pytest.raises(CheckpointMismatchError, match=f"1 have no equal second copy: {key}"):
        rgbsar_core.load_reference("sa_gate", weights)


def test_published_weights_take_red_green_blue_and_one_sar_band(published: sa_gate.SaGate) -> None:
    key_map = reference_key_map(published)
    weights = with_ties({key_map[key]: tensor for key, tensor in published.state_dict().items()})
    conventional = load_published("sa_gate", weights)
    assert conventional.settings.sar_channels == 1
    optical, sar = parity.case_inputs(3, 1, 32, 32, 1)
    with torch.inference_mode():
        expected = published(optical.flip(1), sar.expand(-1, 3, -1, -1))
        torch.testing.assert_close(conventional(optical, sar), expected, rtol=0, atol=1e-12)
