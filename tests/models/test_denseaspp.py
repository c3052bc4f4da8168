"""DenseASPP against both reference codes, and the common specification."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F

import rgbsar_core
from rgbsar_core.errors import CheckpointMismatchError, InputError
from rgbsar_core.models import denseaspp
from rgbsar_core.models.complexity import count_parameters, measure_complexity
from rgbsar_core.models.denseaspp_reference import reference_key_map
from rgbsar_core.models.encoders.densenet import DenseNetEncoder
from rgbsar_core.networks import network_info
from rgbsar_core.registry import load_published, measure_network

from . import parity
from .base import StackedNetworkSpecification

# Variant -> case of its full golden -> (optical bands, SAR bands, height, width, batch, output stride).
CASES = {
    "resnet50": {
        0: (13, 2, 64, 64, 2, 8),
        1: (13, 2, 100, 75, 2, 8),
        2: (3, 3, 64, 64, 1, 8),
        3: (13, 2, 64, 64, 1, 16),
    },
    "densenet121": {0: (13, 2, 64, 64, 1, 8), 1: (13, 2, 96, 64, 1, 8), 2: (3, 3, 64, 64, 1, 8)},
}
# The module whose answer a row of the golden's statistics describes.
_LAYERS = tuple(f"decode_head.layers.{i}" for i in range(5))
_BLOCKS = tuple(f"encoder.features.{part}{i}" for i in (1, 2, 3, 4) for part in ("denseblock", "transition"))
STATISTICS = {
    "resnet50": (
        "encoder.bn1",
        "encoder.maxpool",
        *(f"encoder.layer{i}" for i in (1, 2, 3, 4)),
        *_LAYERS,
        "decode_head.dropout",  # passes on all features joined
        "decode_head.classifier",
    ),
    "densenet121": (
        "encoder.features.norm0",
        "encoder.features.pool0",
        *_BLOCKS,
        "encoder.features.norm5",
        *_LAYERS,
        "decode_head.classifier",
    ),
}
DEAD = {"encoder.fc.weight": (1000, 2048), "encoder.fc.bias": (1000,)}


class TestDenseAsppOnResNet(StackedNetworkSpecification):
    name = "denseaspp"
    parameters = {"output_stride": 16}
    half_precision_bound = 0.015
    expected_parameters = 27_061_383 - 2 * (2368 + 1)  # the manifest's 3 + 3 bands, two classes less

    def without_randomness(self) -> dict[str, Any]:
        return {"dropout": 0.0}


class TestDenseAsppOnDenseNet(StackedNetworkSpecification):
    name = "denseaspp"
    parameters = {"variant": "densenet121"}
    half_precision_bound = 0.015
    expected_parameters = 8_280_263 - 2 * (832 + 1)

    def without_randomness(self) -> dict[str, Any]:
        return {"dropout": 0.0}


def without_memory(**parameters: Any) -> denseaspp.DenseAspp:
    with torch.device("meta"):
        return denseaspp.build(**parameters)


def authors_shapes(**parameters: Any) -> parity.Shapes:
    network = without_memory(**parameters)
    return parity.authors_shapes(network, reference_key_map(network))


def empty_weights(**parameters: Any) -> dict[str, torch.Tensor]:
    return {key: torch.empty(shape, device="meta") for key, shape in authors_shapes(**parameters).items()}


@functools.cache  # a few hundred kilobytes each; the networks are let go
def answers(variant: str, case: int) -> dict[str, np.ndarray]:
    optical, sar, height, width, batch, stride = CASES[variant][case]
    shapes = authors_shapes(variant=variant, optical_channels=optical, sar_channels=sar, num_classes=7)
    network = rgbsar_core.load_reference("denseaspp", parity.authors_weights(shapes), output_stride=stride)
    settings = network.settings
    assert (settings.variant, settings.optical_channels, settings.sar_channels) == (variant, optical, sar)
    images = parity.case_inputs(optical, sar, height, width, batch)
    modules = [network.get_submodule(name) for name in STATISTICS[variant]]
    caught: list[torch.Tensor] = []
    with torch.inference_mode():
        low = parity.output_of(
            network.decode_head, lambda: caught.append(parity.with_statistics(modules, lambda: network(*images)))
        )
    logits, statistics = caught[0]
    found = {"logits": logits.numpy(), "logits_low": low.numpy(), "stats": statistics}
    if variant == "densenet121":  # its golden calls the answer of a torch of today logits, ours logits_actrue
        today = F.interpolate(low, size=(height, width), mode="bilinear", align_corners=False)
        found = {**found, "logits_actrue": found["logits"], "logits": today.numpy()}
    return found


# --- parity


@pytest.mark.parametrize(
    ("variant", "case", "arrays"), [("resnet50", 1, 3), ("resnet50", 3, 2), ("densenet121", 1, 4)]
)
def test_network_answers_as_the_reference_code(variant: str, case: int, arrays: int) -> None:
    found = answers(variant, case)
    assert parity.compare(found, parity.small_golden("denseaspp"), f"{variant}_{case}") == arrays


@pytest.mark.slow
@pytest.mark.parametrize(("variant", "case"), [(variant, case) for variant in CASES for case in CASES[variant]])
def test_network_answers_as_the_full_golden(shared: Path, variant: str, case: int) -> None:
    suffix = "_densenet121" if variant == "densenet121" else ""
    manifest = parity.read_manifest(shared, "denseaspp", f"manifest{suffix}.json")
    details = manifest["cases"][case]
    optical, sar, *size, stride = CASES[variant][case]
    assert [details[name] for name in ("c_opt", "c_sar", "h", "w", "batch")] == [optical, sar, *size]
    assert details.get("output_stride", 8) == stride
    theirs = parity.manifest_shapes(manifest["state_dict"], details["state_dict_diff"])
    ours = authors_shapes(variant=variant, optical_channels=optical, sar_channels=sar, num_classes=7)
    assert {**ours, **(DEAD if variant == "resnet50" else {})} == theirs
    golden = np.load(shared / "reference" / "denseaspp" / f"golden{suffix}.npz")
    assert parity.compare(answers(variant, case), golden, case) == (3 if variant == "resnet50" else 4)


@pytest.mark.parametrize("align_corners", [True, False])
def test_align_corners_says_how_logits_are_up_sampled(align_corners: bool) -> None:
    network = denseaspp.build(variant="densenet121", align_corners=align_corners).eval()
    images = torch.randn(1, 3, 64, 48), torch.randn(1, 1, 64, 48)
    caught: list[torch.Tensor] = []
    with torch.inference_mode():
        low = parity.output_of(network.decode_head, lambda: caught.append(network(*images)))
        assert low.shape == (1, 6, 8, 6)
        expected = F.interpolate(low, size=(64, 48), mode="bilinear", align_corners=align_corners)
    assert torch.equal(caught[0], expected)


# --- size and cost


@pytest.mark.parametrize(
    ("variant", "stride", "optical", "sar", "parameters", "macs"),
    [
        ("resnet50", 8, 13, 2, 29_138_607 - 2_049_000, 29_157_949_440),  # theirs counts the dead classifier
        ("resnet50", 8, 3, 3, 29_110_383 - 2_049_000, 28_695_527_424),
        ("resnet50", 16, 3, 3, 29_110_383 - 2_049_000, 9_166_700_544),
        ("densenet121", 8, 13, 2, 8_308_487, 10_255_794_176),
        ("densenet121", 8, 3, 3, 8_280_263, 9_793_372_160),
    ],
)
def test_cost_is_the_references(
    variant: str, stride: int, optical: int, sar: int, parameters: int, macs: int
) -> None:
    network = without_memory(
        variant=variant, output_stride=stride, optical_channels=optical, sar_channels=sar, num_classes=7
    )
    cost = measure_complexity(network, optical, sar, size=256)
    assert (cost.parameters, cost.training_parameters, cost.macs) == (parameters, parameters, macs)


def test_documented_sizes_are_the_measured_ones(repository: Path) -> None:
    text = (repository / "docs" / "models" / "denseaspp.md").read_text(encoding="utf-8")
    rows = [line.strip("|").split("|") for line in text.split("<!-- sizes")[1].splitlines()[3:7]]
    forms = [(variant, stride) for variant in denseaspp.VARIANTS for stride in denseaspp.OUTPUT_STRIDES]
    assert [(row[0].strip(" `"), int(row[1])) for row in rows] == forms
    for (variant, stride), (_, _, parameters, gigamacs) in zip(forms, rows):
        cost = measure_network("denseaspp", variant=variant, output_stride=stride)
        assert int(parameters.replace(",", "")) == cost.parameters
        assert float(gigamacs) == round(cost.macs / 1e9, 3)


# --- loading


@pytest.mark.parametrize("variant", denseaspp.VARIANTS)
def test_variant_bands_and_classes_are_read_from_the_tensors(variant: str) -> None:
    weights = empty_weights(variant=variant, optical_channels=4, sar_channels=2, num_classes=3)
    settings = rgbsar_core.load_reference("denseaspp", weights).settings
    assert (settings.variant, settings.num_classes, settings.output_stride) == (variant, 3, 8)
    assert (settings.optical_channels, settings.sar_channels) == (3, 3)  # six bands: the papers' 3 + 3
    settings = load_published("denseaspp", weights, sar_channels=2, output_stride=16).settings
    assert (settings.optical_channels, settings.sar_channels, settings.output_stride) == (4, 2, 16)


def test_weights_of_one_modality_are_read_where_it_is_named() -> None:
    weights = empty_weights(variant="densenet121", modality="optical")
    network = rgbsar_core.load_reference("denseaspp", weights, modality="optical")
    assert network.inputs == ("optical",)
    assert network.settings.optical_channels == 3


def test_the_dead_classifier_of_the_encoder_is_dropped() -> None:
    weights = empty_weights()
    dead = {key: torch.empty(shape, device="meta") for key, shape in DEAD.items()}
    network = rgbsar_core.load_reference("denseaspp", {**weights, **dead})
    assert len(network.state_dict()) == len(weights)


@pytest.mark.parametrize(
    ("variant", "missing"),
    [
        ("resnet50", "head.dense_aspp_block.aspp_18.bn2.running_mean"),
        ("densenet121", "features.denseblock3.denselayer24.norm.2.bias"),
        ("densenet121", "ASPP_6.norm.1.weight"),
    ],
)
def test_tensors_that_do_not_fit_are_named(variant: str, missing: str) -> None:
    weights = empty_weights(variant=variant)
    with pytest.raises(CheckpointMismatchError, match=f"1 missing: {missing}"):
        rgbsar_core.load_reference("denseaspp", {key: x for key, x in weights.items() if key != missing})
    with pytest.raises(CheckpointMismatchError, match="1 unexpected: ASPP_3.norm.1.weight"):
        rgbsar_core.load_reference("denseaspp", {**weights, "ASPP_3.norm.1.weight": torch.empty(1, device="meta")})
    with pytest.raises(CheckpointMismatchError, match=rf"{missing} \(3,\) instead of"):
        rgbsar_core.load_reference("denseaspp", {**weights, missing: torch.empty(3, device="meta")})


# --- behaviour


def test_densenet_variant_pads_to_its_stride() -> None:
    network = denseaspp.build(variant="densenet121", output_stride=16).eval()
    optical, sar = torch.randn(1, 3, 60, 50), torch.randn(1, 1, 60, 50)
    padded = (F.pad(image, (0, 14, 0, 4), mode="reflect") for image in (optical, sar))
    with torch.inference_mode():
        assert torch.equal(network(optical, sar), network(*padded)[..., :60, :50])


@pytest.mark.parametrize(("stride", "side"), [(8, 8), (16, 4)])
def test_output_stride_is_that_of_both_encoders(stride: int, side: int) -> None:
    images = torch.zeros(1, 3, 64, 64, device="meta"), torch.zeros(1, 1, 64, 64, device="meta")
    for variant in denseaspp.VARIANTS:
        network = without_memory(variant=variant, output_stride=stride).eval()
        assert parity.output_of(network.decode_head, lambda n=network: n(*images)).shape[-2:] == (side, side)


def test_densenet_encoder_has_the_tensors_of_imagenet_files() -> None:
    with torch.device("meta"):
        encoder = DenseNetEncoder(3)
    names = set(encoder.state_dict())
    for name in ("conv0", "norm0", "denseblock1.denselayer1.norm1", "denseblock4.denselayer16.conv2", "norm5"):
        assert f"features.{name}.weight" in names
    # Without its classifier, DenseNet-121 has 6,953,856 parameters: ours ends in 512 channels, after a transition.
    extra = 2 * 1024 + 1024 * 512 - 2 * (1024 - 512)
    assert count_parameters(encoder) - extra == 6_953_856


def test_map_the_densenet_head_reads_is_rectified() -> None:
    encoder = DenseNetEncoder(4).eval()
    with torch.inference_mode():
        x = encoder(torch.randn(1, 4, 32, 32))
    assert float(x.min()) == 0.0
    assert float(x.max()) > 0.0


def test_what_only_training_shows_is_as_the_references() -> None:
    resnet, densenet = (without_memory(variant=variant).decode_head for variant in denseaspp.VARIANTS)
    kinds = [{type(m) for m in head.modules() if "Dropout" in type(m).__name__} for head in (resnet, densenet)]
    assert kinds == [{torch.nn.Dropout}, {torch.nn.Dropout2d}]
    momenta = [
        {m.momentum for m in head.modules() if isinstance(m, torch.nn.BatchNorm2d)} for head in (resnet, densenet)
    ]
    assert momenta == [{0.1}, {0.0003}]


def test_table_agrees_with_the_network() -> None:
    info = network_info("denseaspp")
    assert info.options == denseaspp.DenseAsppParameters.choices
    assert info.minimum_size == denseaspp.DenseAspp.minimum_side


def test_impossible_parameters_are_refused() -> None:
    with pytest.raises(InputError, match="it knows 8, 16"):
        denseaspp.build(output_stride=32)
    with pytest.raises(InputError, match="align_corners = 1; it needs True or False"):
        denseaspp.build(align_corners=1)
