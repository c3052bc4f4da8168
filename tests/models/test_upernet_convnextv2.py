"""UPerNet on a ConvNeXt V2 against ASANet's authors' answers, and the common specification."""

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
from rgbsar_core.models import upernet_convnextv2
from rgbsar_core.models.complexity import measure_complexity
from rgbsar_core.models.encoders.convnext_v2 import SIZES
from rgbsar_core.models.upernet_convnextv2_reference import reference_key_map
from rgbsar_core.networks import network_info
from rgbsar_core.registry import load_published, measure_network

from . import parity
from .base import StackedNetworkSpecification
from .reference import reference_inputs

NAME = "upernet_convnextv2"
# Modality -> the authors' name of the case.
CASES = {"optical": "single_rgb", "sar": "single_sar"}


class TestUPerNetConvNextV2(StackedNetworkSpecification):
    name = NAME
    parameters = {"size": "atto"}
    half_precision_bound = 0.01
    # One band has 40 * 4 * 4 kernel values; 4,124,612 of one SAR band alone and 6 classes, a class less.
    expected_parameters = 4_124_612 + 5 * 40 * 16 - (64 + 1) - (32 + 1)

    def without_randomness(self) -> dict[str, Any]:
        return {"drop_path_rate": 0.0}


def without_memory(**parameters: Any) -> upernet_convnextv2.UPerNetConvNextV2:
    with torch.device("meta"):
        return upernet_convnextv2.build(**parameters)


def authors_shapes(**parameters: Any) -> parity.Shapes:
    network = without_memory(**parameters)
    return parity.authors_shapes(network, reference_key_map(network))


def random_weights(**parameters: Any) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    shapes = authors_shapes(**parameters).items()
    return {key: torch.rand(shape, generator=generator) / max(1, np.prod(shape[1:])) for key, shape in shapes}


@functools.cache
def answers(modality: str) -> dict[str, Any]:
    """What the published network answers on its golden case, and statistics of the maps inside."""
    weights = parity.authors_weights(authors_shapes(modality=modality, sar_channels=3))
    network = rgbsar_core.load_reference(NAME, weights, modality=modality)
    assert (network.settings.size, network.settings.num_classes, network.inputs) == ("tiny", 6, (modality,))
    modules: dict[str, torch.nn.Module] = {}
    for i in range(4):
        modules[f"down{i}"] = network.encoder.downsamples[i]
        modules[f"stage{i}"] = network.encoder.stages[i]
        modules[f"norm{i}"] = network.encoder.norms[i]
    modules.update(psp_out=network.decode_head.bottleneck, fpn_bottleneck=network.decode_head.fuse)
    optical, sar, label = reference_inputs(64, 64)
    inside: dict[str, torch.Tensor] = {}
    network.decode_head.register_forward_hook(lambda _, inputs, output: inside.update(maps=inputs[0], low=output))
    with torch.inference_mode():
        _, statistics = parity.with_statistics(modules.values(), lambda: network(optical, sar))
        auxiliary = network.auxiliary_head(inside["maps"][2])
    losses = []
    for scores, weight in ((inside["low"], 1.0), (auxiliary, 0.4)):
        scores = F.interpolate(scores, size=label.shape[1:], mode="bilinear", align_corners=False)
        losses.append(weight * F.cross_entropy(scores, label, ignore_index=255).item())
    found = {"logits_low": inside["low"].numpy(), "aux": auxiliary.numpy(), "loss": np.array(losses)}
    probes = {f"probe_0_feat{i}": x.numpy().ravel()[:16] for i, x in enumerate(inside["maps"])}
    return {"found": found, "inside": {**dict(zip((f"stat_0_{n}" for n in modules), statistics)), **probes}}


def compare(modality: str, golden: Any) -> None:
    case = CASES[modality]
    own = {key.removeprefix(f"{case}__"): golden[key] for key in golden if key.startswith(f"{case}__")}
    assert parity.compare(answers(modality)["found"], own, 0) == 3
    inside = answers(modality)["inside"]
    assert {key for key in own if key.startswith(("stat", "probe"))} == set(inside)
    for name, values in inside.items():
        np.testing.assert_allclose(values, own[name][: len(values)], rtol=0, atol=parity.TOLERANCE, err_msg=name)


@pytest.mark.parametrize("modality", CASES)
def test_published_network_answers_as_the_authors_code(modality: str) -> None:
    compare(modality, parity.small_golden(NAME))


@pytest.mark.slow
@pytest.mark.parametrize("modality", CASES)
def test_published_network_answers_as_the_full_golden(shared: Path, modality: str) -> None:
    compare(modality, np.load(shared / "reference" / "asanet" / "golden_variants.npz"))


@pytest.mark.parametrize(("modality", "case"), CASES.items())
def test_key_names_and_shapes_are_the_manifest_s(shared: Path, modality: str, case: str) -> None:
    listed = parity.read_manifest(shared, "asanet")["variants"][case]["keys"]
    assert authors_shapes(modality=modality, sar_channels=3) == parity.manifest_shapes(listed)


@pytest.mark.parametrize("modality", CASES)
def test_cost_is_the_published_one(modality: str) -> None:
    cost = measure_complexity(without_memory(modality=modality, sar_channels=3), 3, 3)
    assert (cost.training_parameters, cost.parameters) == (37_534_924, 37_091_526)
    assert round(cost.macs / 1e9, 3) == 19.110


def test_stacked_images_are_one_image_of_all_bands() -> None:
    """A network of both modalities answers as one of the optical modality given all bands as optical ones."""
    weights = random_weights(size="atto", optical_channels=2, sar_channels=1)
    stacked = rgbsar_core.load_reference(NAME, weights, modality="both", optical_channels=2, sar_channels=1).eval()
    alone = rgbsar_core.load_reference(NAME, weights).eval()
    assert (alone.inputs, alone.settings.optical_channels) == (("optical",), 3)
    optical, sar, _ = (x.float() for x in reference_inputs(64, 64, 2, 1))
    with torch.inference_mode():
        assert torch.equal(stacked(optical, sar), alone(torch.cat([optical, sar], dim=1), None))


def test_loading_reads_bands_classes_size_and_widths() -> None:
    shape = {"size": "femto", "decoder_width": 48, "auxiliary_width": 20, "num_classes": 3}
    network = rgbsar_core.load_reference(NAME, random_weights(modality="optical", optical_channels=5, **shape))
    assert network.settings.optical_channels == 5
    assert {name: getattr(network.settings, name) for name in shape} == shape
    bare = random_weights(modality="sar", sar_channels=2, size="atto", auxiliary=False)
    network = rgbsar_core.load_reference(NAME, bare, modality="sar")
    assert (network.settings.sar_channels, network.settings.auxiliary) == (2, False)


def test_tensors_that_do_not_fit_are_named() -> None:
    weights = random_weights(modality="optical", size="atto")
    missing = "backbone.norm3.weight"
    with pytest.raises(CheckpointMismatchError, match=missing):
        rgbsar_core.load_reference(NAME, {key: x for key, x in weights.items() if key != missing})
    with pytest.raises(CheckpointMismatchError, match="backbone.extra"):
        rgbsar_core.load_reference(NAME, {**weights, "backbone.extra": torch.zeros(1)})
    two_branches = {key.replace("backbone.", "backbone.backbone."): x for key, x in weights.items()}
    two_branches["backbone.backbone2.downsample_layers.0.0.weight"] = torch.zeros(40, 3, 4, 4)
    with pytest.raises(CheckpointMismatchError, match="missing: backbone.downsample_layers"):
        rgbsar_core.load_reference(NAME, two_branches)


@pytest.mark.parametrize("modality", CASES)
def test_published_weights_take_red_green_blue_or_one_sar_band(modality: str) -> None:
    weights = random_weights(modality=modality, sar_channels=3, size="atto")
    theirs = rgbsar_core.load_reference(NAME, weights, modality=modality).eval()
    ours = load_published(NAME, weights, modality=modality).eval()
    optical, sar, _ = (x.float() for x in reference_inputs(64, 64, 3, 1))
    with torch.inference_mode():
        torch.testing.assert_close(
            ours(optical, sar), theirs(optical.flip(1), sar.repeat(1, 3, 1, 1)), rtol=0, atol=1e-5
        )


def test_published_weights_of_other_bands_are_refused() -> None:
    with pytest.raises(InputError, match="takes 4 optical bands"):
        load_published(NAME, random_weights(modality="optical", optical_channels=4, size="atto"))


def test_the_table_lists_what_the_network_takes() -> None:
    assert network_info(NAME).options == upernet_convnextv2.UPerNetConvNextV2Parameters.choices
    assert network_info(NAME).minimum_size == upernet_convnextv2.UPerNetConvNextV2.minimum_side


def test_documented_sizes_are_the_measured_ones(repository: Path) -> None:
    text = (repository / "docs" / "models" / f"{NAME}.md").read_text(encoding="utf-8")
    rows = [line.strip("|").split("|") for line in text.split("<!-- sizes")[1].splitlines()[3:] if line[:1] == "|"]
    assert [row[0].strip() for row in rows] == list(SIZES)
    for size, head, parameters, gigamacs in ([cell.strip() for cell in row] for row in rows):
        cost = measure_network(NAME, size=size)
        assert int(head) == upernet_convnextv2.DECODER_WIDTHS[size]
        assert (int(parameters.replace(",", "")), float(gigamacs)) == (cost.parameters, round(cost.macs / 1e9, 3))
