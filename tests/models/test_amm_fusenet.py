"""AMM-FuseNet against its authors' answers, and the common specification."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import rgbsar_core
from rgbsar_core.errors import CheckpointMismatchError, InputError
from rgbsar_core.models import amm_fusenet
from rgbsar_core.models.amm_fusenet_reference import reference_key_map
from rgbsar_core.models.complexity import count_parameters
from rgbsar_core.networks import network_info
from rgbsar_core.registry import load_published, measure_network

from . import parity
from .base import NetworkSpecification

CLASSES = 7
# Case -> optical bands, SAR bands, height, width, images, output stride.
CASES = {
    0: (13, 2, 64, 64, 2, 16),
    1: (13, 2, 100, 75, 2, 16),
    2: (13, 2, 64, 64, 1, 8),
    3: (3, 1, 64, 64, 1, 16),
    4: (3, 2, 64, 64, 1, 16),
    5: (3, 3, 64, 64, 1, 16),
}
STEMS = ("backbone1.conv1.weight", "backbone2.conv1.weight")
DEAD_PARAMETERS = 132_096  # of layers the authors build and never use


class TestAmmFuseNet(NetworkSpecification):
    name = "amm_fusenet"
    # 62,332,663 of the authors with 13 + 2 bands and 7 classes; the stem loses 9 bands, the classifier 2 classes.
    expected_parameters = 62_332_663 - DEAD_PARAMETERS - 9 * 64 * 49 - 2 * 257
    half_precision_bound = 0.02


@functools.cache
def shapes(optical: int, sar: int) -> parity.Shapes:
    with torch.device("meta"):
        network = amm_fusenet.build(optical_channels=optical, sar_channels=sar, num_classes=CLASSES)
    return parity.authors_shapes(network, reference_key_map(network))


@functools.cache
def shared_weights() -> dict[str, torch.Tensor]:
    """The authors' tensors that do not depend on the band counts."""
    return parity.authors_weights({key: shape for key, shape in shapes(1, 1).items() if key not in STEMS})


def weights(optical: int, sar: int) -> dict[str, torch.Tensor]:
    stems = {STEMS[0]: (64, optical, 7, 7), STEMS[1]: (64, sar, 7, 7)}
    return {**shared_weights(), **parity.authors_weights(stems)}


@functools.lru_cache(maxsize=1)
def published_network(optical: int, sar: int, stride: int) -> amm_fusenet.AmmFuseNet:
    return rgbsar_core.load_reference("amm_fusenet", weights(optical, sar), output_stride=stride)


def watched(network: amm_fusenet.AmmFuseNet) -> list[torch.nn.Module]:
    """The modules whose statistics the authors' run noted, in its order."""
    modules: list[torch.nn.Module] = []
    for encoder in (network.optical_encoder, network.sar_encoder):
        modules += [encoder.bn1, encoder.maxpool, encoder.layer1, encoder.layer2, encoder.layer3, encoder.layer4]
    for stage in range(4):
        for branch in (network.optical_branch, network.sar_branch):
            projection = branch.projections[stage]
            modules += [projection.activation[0], projection]
    for branch in (network.optical_branch, network.sar_branch):
        context = branch.context
        modules += [*context.dense, context.pooling, context.project, context]
    return [*modules, network.fuse.conv, network.classifier]


@functools.cache  # a few hundred kilobytes each; a case is run once for both sets of goldens
def answers(case: int) -> dict[str, np.ndarray]:
    optical, sar, height, width, images, stride = CASES[case]
    network = published_network(optical, sar, stride)
    inputs = parity.case_inputs(optical, sar, height, width, images)
    with torch.inference_mode():
        (logits, outputs), statistics = parity.with_statistics(
            watched(network), lambda: parity.outputs_of({"low": network.classifier}, lambda: network(*inputs))
        )
    return {"logits": logits.numpy(), "logits_low": outputs["low"].numpy(), "stats": statistics}


@pytest.fixture(scope="module")
def manifest(shared: Path) -> dict[str, Any]:
    return parity.read_manifest(shared, "amm_fusenet")


@pytest.fixture(scope="module")
def full(shared: Path) -> Mapping[str, np.ndarray]:
    return np.load(shared / "reference" / "amm_fusenet" / "golden.npz")


def live(listed: parity.Shapes) -> parity.Shapes:
    """The authors' tensors without those that nothing reads."""
    return {key: shape for key, shape in listed.items() if ".conv1." not in key or "dense_aspp" not in key}


# --- parity


@pytest.mark.parametrize("case", [1, 2])
def test_network_answers_as_the_authors_code(case: int) -> None:
    assert parity.compare(answers(case), parity.small_golden("amm_fusenet"), case) == 3


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_network_answers_as_the_full_golden(full: Mapping[str, np.ndarray], case: int) -> None:
    assert parity.compare(answers(case), full, case) == 3  # logits, logits_low and the statistics of 44 modules


def test_key_names_and_shapes_are_the_manifest_s(manifest: dict[str, Any]) -> None:
    for index, entry in enumerate(manifest["cases"]):
        listed = parity.manifest_shapes(manifest["state_dict"], entry["state_dict_diff"])
        assert [entry[key] for key in ("c_opt", "c_sar", "h", "w", "batch", "output_stride")] == [*CASES[index]]
        assert shapes(entry["c_opt"], entry["c_sar"]) == live(listed)
        assert len(listed) - len(live(listed)) == 12


# --- size and cost


@pytest.mark.parametrize(
    ("bands", "stride", "parameters", "macs"),
    [
        ((13, 2), 16, 62_332_663, 76_904_799_360),
        ((3, 1), 16, 62_298_167, 76_339_616_896),
        ((3, 2), 16, 62_301_303, 76_390_997_120),
        ((3, 3), 16, 62_304_439, 76_442_377_344),
        ((3, 3), 8, 62_304_439, 110_290_410_624),
    ],
)
def test_cost_is_that_of_the_authors_code(bands: tuple[int, int], stride: int, parameters: int, macs: int) -> None:
    optical, sar = bands
    shape = {"optical_channels": optical, "sar_channels": sar, "num_classes": CLASSES, "output_stride": stride}
    cost = measure_network("amm_fusenet", **shape)
    assert cost.parameters + DEAD_PARAMETERS == parameters
    assert cost.training_parameters == cost.parameters
    assert cost.macs == macs


def test_parameters_are_split_as_in_the_manifest(manifest: dict[str, Any]) -> None:
    with torch.device("meta"):
        network = amm_fusenet.build(optical_channels=13, sar_channels=2, num_classes=CLASSES)
    expected = manifest["parameters"]["13+2"]
    assert manifest["dead_parameters"]["count"] == DEAD_PARAMETERS
    assert count_parameters(network.optical_encoder) == expected["backbone_optical"]
    assert count_parameters(network.sar_encoder) == expected["backbone_sar"]
    for branch, name in ((network.optical_branch, "optical"), (network.sar_branch, "sar")):
        assert count_parameters(branch.context) + DEAD_PARAMETERS // 2 == expected[f"dense_aspp_{name}"]
        assert count_parameters(branch.projections) * 2 == expected["head_projections_and_eca"]
    assert count_parameters(network.fuse) + count_parameters(network.classifier) == expected["classifier"]


def test_documented_costs_are_the_measured_ones(repository: Path) -> None:
    text = (repository / "docs" / "models" / "amm_fusenet.md").read_text(encoding="utf-8")
    for stride in network_info("amm_fusenet").options["output_stride"]:
        cost = measure_network("amm_fusenet", output_stride=stride)
        with_dead = cost.parameters + DEAD_PARAMETERS
        assert f"| {stride} | {cost.parameters:,} | {with_dead:,} | {cost.macs / 1e9:.3f} |" in text


# --- loading


def test_bands_and_classes_are_read_from_tensors_and_the_stride_is_an_override() -> None:
    tensors = {key: torch.zeros((), dtype=torch.float32).expand(shape) for key, shape in shapes(4, 2).items()}
    network = rgbsar_core.load_reference("amm_fusenet", tensors)
    settings = network.settings
    assert (settings.optical_channels, settings.sar_channels, settings.num_classes) == (4, 2, CLASSES)
    assert settings.output_stride == 16
    network = load_published("amm_fusenet", tensors, output_stride=8)
    assert network.settings.output_stride == 8
    assert network.optical_encoder.layer4[2].conv2.dilation == (4, 4)


def test_tensors_that_nothing_reads_may_be_there_and_others_are_refused_by_name() -> None:
    tensors = {key: torch.zeros(()).expand(shape) for key, shape in shapes(3, 1).items()}
    dead = {
        f"classifier.dense_aspp_{modality}.conv1.{name}": torch.zeros(256)
        for modality in ("image", "dsm")
        for name in ("0.weight", "1.weight", "1.bias", "1.running_mean", "1.running_var", "1.num_batches_tracked")
    }
    rgbsar_core.load_reference("amm_fusenet", {**tensors, **dead})
    missing = "classifier.dense_aspp_dsm.asppConv_3.2.conv.weight"
    with pytest.raises(CheckpointMismatchError, match=f"1 missing: {missing}"):
        rgbsar_core.load_reference("amm_fusenet", {key: x for key, x in tensors.items() if key != missing})
    with pytest.raises(CheckpointMismatchError, match="no tensor backbone2.conv1.weight"):
        rgbsar_core.load_reference("amm_fusenet", {key: x for key, x in tensors.items() if key != STEMS[1]})
    with pytest.raises(CheckpointMismatchError, match="1 unexpected: classifier.dense_aspp_image.conv2.0.weight"):
        extra = {"classifier.dense_aspp_image.conv2.0.weight": torch.zeros(1)}
        rgbsar_core.load_reference("amm_fusenet", {**tensors, **extra})


# --- behaviour


def test_channel_attention_by_hand() -> None:
    attention = amm_fusenet.EfficientChannelAttention().double()
    with torch.no_grad():
        attention.conv.weight.copy_(torch.tensor([[[1.0, 2.0, 3.0]]]))
    x = torch.tensor([[[[0.0, 2.0]], [[1.0, 3.0]], [[-1.0, -1.0]]]], dtype=torch.float64)  # means 1, 2, -1
    weights = torch.sigmoid(torch.tensor([2 + 6.0, 1 + 4 - 3.0, 2 - 2.0], dtype=torch.float64))
    torch.testing.assert_close(attention(x), x * weights[None, :, None, None], rtol=0, atol=1e-15)


def test_fresh_weights_start_as_the_authors() -> None:
    torch.manual_seed(0)
    network = amm_fusenet.build(optical_channels=13, sar_channels=2, num_classes=CLASSES)
    projections = [projection.conv.weight.detach().std() for projection in network.sar_branch.projections]
    # Normal, sqrt(2 / fan in); uniform within 1 / sqrt(fan in), whose deviation is that over sqrt(3).
    expected = [(2 / 256) ** 0.5, *((1 / (3 * channels)) ** 0.5 for channels in (512, 1024, 2048))]
    np.testing.assert_allclose(torch.stack(projections).tolist(), expected, rtol=0.03)
    stem = network.optical_encoder.conv1.weight
    assert float(stem.detach().abs().max()) <= (13 * 49) ** -0.5
    deepest = network.optical_branch.context.dense[3].conv.weight
    np.testing.assert_allclose(float(deepest.detach().std()), (2 / (1024 * 9)) ** 0.5, rtol=0.01)


def test_training_with_one_image_is_refused_with_the_remedy() -> None:
    network = amm_fusenet.build(optical_channels=3, sar_channels=1).train()
    with pytest.raises(InputError, match="batch size of 2"):
        network(torch.zeros(1, 3, 64, 64), torch.zeros(1, 1, 64, 64))


@pytest.mark.parametrize(("name", "value"), [("output_stride", 32), ("output_stride", "16"), ("dropout", 1.0)])
def test_impossible_parameters_are_refused(name: str, value: Any) -> None:
    with pytest.raises(InputError, match=name):
        amm_fusenet.build(**{name: value})


def test_momentum_of_the_batch_statistics_is_that_of_the_encoders_alone() -> None:
    """shared/reference/amm_fusenet/spec.md, section 8: 0.01 in both encoders, 0.1 in the head."""
    with torch.device("meta"):
        network = amm_fusenet.build(optical_channels=3, sar_channels=1, num_classes=2, encoder_momentum=0.01)
    found: dict[bool, set[float | None]] = {True: set(), False: set()}
    for name, module in network.named_modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            found[name.startswith(("optical_encoder.", "sar_encoder."))].add(module.momentum)
    assert found == {True: {0.01}, False: {0.1}}
