"""ASANet against its authors' answers, and the common specification."""

from __future__ import annotations

import copy
import functools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F

import rgbsar_core
from rgbsar_core.errors import CheckpointMismatchError, InputError
from rgbsar_core.models import asanet
from rgbsar_core.models.asanet_reference import reference_key_map, reference_name
from rgbsar_core.models.complexity import measure_complexity
from rgbsar_core.models.encoders.convnext_v2 import SIZES, Block, ConvNextV2Encoder, GlobalResponseNorm
from rgbsar_core.models.layers.upernet import FCNHead, UPerNetHead
from rgbsar_core.registry import measure_network

from .base import NetworkSpecification
from .reference import GOLDENS, reference_inputs, reference_tensor, reference_weights

TOLERANCE = 1e-8
LOSS_TOLERANCE = 1e-9
CASE_SIZES = {0: (64, 64), 1: (64, 96), 2: (100, 75)}
# The authors' name of a variant in the goldens -> ours.
VARIANTS = {
    "asanet_pwa": "pwa",
    "asanet_cfm": "cfm",
    "asanet_sfm": "sfm",
    "single_rgb": "optical",
    "single_sar": "sar",
}


class TestAsaNet(NetworkSpecification):
    name = "asanet"
    parameters = {"size": "atto"}
    # Tiny sizes have no published count; see the paper's ones below. 10,606,002 of (3, 1, 5) and a stem with
    # two bands more: 2 * 40 * 4 * 4.
    expected_parameters = 10_606_002 + 2 * 40 * 16

    def without_randomness(self) -> dict[str, Any]:
        return {"drop_path_rate": 0.0}


def without_memory(**parameters: Any) -> asanet.AsaNet:
    with torch.device("meta"):
        return asanet.build(**parameters)


def authors_shapes(network: asanet.AsaNet) -> dict[str, tuple[int, ...]]:
    key_map = reference_key_map(network)
    return {key_map[key]: tuple(tensor.shape) for key, tensor in network.state_dict().items()}


@functools.lru_cache(maxsize=1)
def published_network() -> asanet.AsaNet:
    weights = reference_weights(authors_shapes(without_memory(optical_channels=3, sar_channels=3)))
    return rgbsar_core.load_reference("asanet", weights)


def ablation(variant: str) -> asanet.AsaNet:
    wanted = authors_shapes(without_memory(optical_channels=3, sar_channels=3, variant=variant))
    if variant in ("optical", "sar"):
        return rgbsar_core.load_reference("asanet", reference_weights(wanted), variant=variant)
    key_map = reference_key_map(published_network())
    weights = {key_map[key]: tensor for key, tensor in published_network().state_dict().items()}
    return rgbsar_core.load_reference("asanet", {key: weights[key] for key in wanted})


@functools.cache  # a few hundred kilobytes each
def answers(variant: str, case: int) -> dict[str, Any]:
    """What our network answers on a golden case; a network is run once for both sets of goldens."""
    network = published_network() if variant == "asanet" else ablation(variant)
    assert network.settings.variant == variant
    optical, sar, label = reference_inputs(*CASE_SIZES[case])
    head = {}
    hook = network.decode_head.register_forward_hook(
        lambda _, inputs, output: head.update(features=inputs[0], low=output)
    )
    with torch.inference_mode():
        logits = network(optical, sar)
        auxiliary = network.auxiliary_head(head["features"][2])
    hook.remove()
    losses = []
    for scores, weight in ((head["low"], 1.0), (auxiliary, 0.4)):
        scores = F.interpolate(scores, size=label.shape[1:], mode="bilinear", align_corners=False)
        losses.append(weight * F.cross_entropy(scores, label, ignore_index=255).item())
    return {
        "features": [feature.numpy() for feature in head["features"]],
        "logits_low": head["low"].numpy(),
        "aux": auxiliary.numpy(),
        "logits": logits.numpy(),
        "loss": np.array(losses),
    }


def assert_close(found: np.ndarray, expected: np.ndarray, tolerance: float = TOLERANCE) -> None:
    np.testing.assert_allclose(found, expected, rtol=0, atol=tolerance)


def assert_close_relatively(found: np.ndarray, expected: np.ndarray) -> None:
    """For the fused maps, which are of the order 1 / channels."""
    scale = np.abs(expected).max()
    np.testing.assert_allclose(found / scale, expected / scale, rtol=0, atol=TOLERANCE)


@pytest.fixture(scope="module")
def golden() -> Any:
    return np.load(GOLDENS / "asanet.npz")


@pytest.fixture(scope="module")
def reference(shared: Path) -> Path:
    return shared / "reference" / "asanet"


# --- parity, on the goldens of this repository


@pytest.mark.parametrize("case", [0, 2])
def test_published_network_answers_as_the_authors_code(golden: Any, case: int) -> None:
    found = answers("asanet", case)
    for name in ("logits_low", "aux"):
        assert_close(found[name], golden[f"{name}_{case}"])
    assert_close(found["loss"], golden[f"loss_{case}"], LOSS_TOLERANCE)
    for level, feature in enumerate(found["features"]):
        assert_close_relatively(feature.ravel()[:16], golden[f"probe_{case}_feat{level}"])
    if case == 2:
        assert_close(found["logits"][0, :, ::5, ::5], golden["logits_2_every_5th"])


@pytest.mark.parametrize("theirs", VARIANTS)
def test_ablations_answer_as_the_authors_code(golden: Any, theirs: str) -> None:
    found = answers(VARIANTS[theirs], 0)
    assert_close(found["logits_low"][:1], golden[f"{theirs}__logits_low_0"])
    assert_close(found["loss"], golden[f"{theirs}__loss_0"], LOSS_TOLERANCE)


def with_reference_weights(module: torch.nn.Module, part: str, inside: str, prefix: str) -> torch.nn.Module:
    """Fill a module alone: `inside` is its place in the part, `prefix` the golden's name of it."""
    place = reference_name(part, inside)
    values = {}
    for key, tensor in module.state_dict().items():
        theirs = prefix + reference_name(part, inside + key)[len(place) :]
        values[key] = reference_tensor(theirs, tuple(tensor.shape))
    module.double().load_state_dict(values)
    return module.eval()


def test_modules_alone_answer_as_the_authors_code(golden: Any) -> None:
    state = np.random.RandomState(20240602)
    a, b = (torch.from_numpy(8 * state.standard_normal((2, 24, 9, 7))) for _ in range(2))
    shapes = ((2, 8, 25, 19), (2, 16, 13, 10), (2, 24, 7, 5), (2, 32, 4, 3))
    maps = [torch.from_numpy(state.standard_normal(shape)) for shape in shapes]
    focusing = with_reference_weights(asanet.SemanticFocusingModule(24), "focusing", "0.", "mod.sfm24.")
    fusion = with_reference_weights(asanet.CascadeFusionModule(24), "fusion", "0.", "mod.cfm24.")
    block = with_reference_weights(Block(24, 0.4), "encoder", "stages.0.0.", "mod.block24.")
    decoder = with_reference_weights(UPerNetHead((8, 16, 24, 32), 16, 6), "decode_head", "", "mod.uper.")
    auxiliary = with_reference_weights(FCNHead(24, 8, 6), "auxiliary_head", "", "mod.fcn.")
    saturating = copy.deepcopy(fusion)
    with torch.inference_mode():
        saturating.optical_gate.expand.conv.weight *= 40
        optical, sar = focusing(a, b)
        pooled = fusion.gather(torch.cat([a, b], dim=1)).mean(dim=(2, 3), keepdim=True)
        hidden = fusion.optical_gate.depthwise(fusion.optical_gate.expand(pooled))
        found = {
            "sfm24_opt": optical,
            "sfm24_sar": sar,
            "cfm24": fusion(a, b),
            "cfm24_mlp1_hidden": hidden,
            "cfm24_x40": saturating(a, b),
            "block24": block(a),
            "uper_low": decoder(maps),
            "fcn_low": auxiliary(maps[2]),
        }
    for name, tensor in found.items():
        assert_close(tensor[:1].numpy(), golden[f"module__{name}"])


# --- parity, on the full goldens where they are at hand


@pytest.mark.slow
@pytest.mark.parametrize("case", CASE_SIZES)
def test_published_network_answers_as_the_full_golden(reference: Path, case: int) -> None:
    full = np.load(reference / "golden.npz")
    found = answers("asanet", case)
    for name in ("logits", "logits_low", "aux"):
        assert_close(found[name], full[f"{name}_{case}"])
    assert_close(found["loss"], full[f"loss_{case}"], LOSS_TOLERANCE)
    for level, feature in enumerate(found["features"]):
        assert_close_relatively(feature.ravel()[:16], full[f"probe_{case}_feat{level}"])
        statistics = [feature.mean(), feature.std(), feature.min(), feature.max()]
        assert_close_relatively(np.array(statistics), full[f"stat_{case}_fused{level}"][:4])
        if case == 0:
            assert_close_relatively(feature, full[f"feat_0_{level}"])


@pytest.mark.slow
@pytest.mark.parametrize("theirs", VARIANTS)
def test_ablations_answer_as_the_full_golden(reference: Path, theirs: str) -> None:
    full = np.load(reference / "golden_variants.npz")
    found = answers(VARIANTS[theirs], 0)
    for name in ("logits_low", "aux"):
        assert_close(found[name], full[f"{theirs}__{name}_0"])
    assert_close(found["loss"], full[f"{theirs}__loss_0"], LOSS_TOLERANCE)
    for level, feature in enumerate(found["features"]):
        assert_close_relatively(feature.ravel()[:16], full[f"{theirs}__probe_0_feat{level}"])


def test_key_names_and_shapes_are_the_manifest_s(reference: Path) -> None:
    manifest = json.loads((reference / "manifest.json").read_text())
    listed = {key: tuple(shape) for key, shape, _ in manifest["state_dict"]}
    assert authors_shapes(without_memory(optical_channels=3, sar_channels=3)) == listed


# --- size and cost


@pytest.mark.parametrize(
    ("variant", "parameters", "without_auxiliary", "gigamacs"),
    [
        ("asanet", 82_904_764, 82_461_366, 25.847),
        ("cfm", 82_786_444, 82_343_046, 25.847),
        ("sfm", 65_521_084, 65_077_686, 24.928),
        ("pwa", 65_402_764, 64_959_366, 24.928),
        ("optical", 37_534_924, 37_091_526, 19.110),
        ("sar", 37_534_924, 37_091_526, 19.110),
    ],
)
def test_cost_is_the_published_one(variant: str, parameters: int, without_auxiliary: int, gigamacs: float) -> None:
    network = without_memory(optical_channels=3, sar_channels=3, num_classes=6, variant=variant)
    cost = measure_complexity(network, 3, 3, size=256)
    assert (cost.training_parameters, cost.parameters) == (parameters, without_auxiliary)
    assert round(cost.macs / 1e9, 3) == gigamacs


@pytest.mark.parametrize(
    ("size", "millions"),
    [("atto", 3.7), ("femto", 5.2), ("pico", 9.1), ("nano", 15.6), ("tiny", 28.6), ("base", 88.7)],
)
def test_encoder_sizes_are_those_of_convnext_v2(size: str, millions: float) -> None:
    # The paper counts one output normalisation and a classifier of 1000 classes; we have four and none.
    channels = SIZES[size].channels
    with torch.device("meta"):
        encoder = ConvNextV2Encoder(3, SIZES[size], 0.0)
    own = sum(parameter.numel() for parameter in encoder.parameters())
    assert round((own - 2 * sum(channels[:3]) + 1000 * channels[3] + 1000) / 1e6, 1) == millions


# --- behaviour


def test_global_response_norm_by_hand() -> None:
    # Two channels over two pixels: norms 5 and 0, mean 2.5, ratios 2 and 0.
    norm = GlobalResponseNorm(2).double()
    with torch.no_grad():
        norm.gamma.copy_(torch.tensor([0.5, 0.5]))
        norm.beta.copy_(torch.tensor([1.0, -1.0]))
    found = norm(torch.tensor([[[[3.0, 0.0], [4.0, 0.0]]]], dtype=torch.float64))
    expected = torch.tensor([[[[7.0, -1.0], [9.0, -1.0]]]], dtype=torch.float64)  # x (1 + 0.5 * 2) + beta
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-5)  # the divisor has 1e-6 added


@pytest.mark.parametrize("variant", ["optical", "sar"])
def test_variants_of_one_modality_ignore_the_other_input(variant: str) -> None:
    network = asanet.build(optical_channels=3, sar_channels=1, size="atto", variant=variant).eval()
    optical, sar = torch.randn(1, 3, 64, 64), torch.randn(1, 1, 64, 64)
    alone = (optical, None) if variant == "optical" else (None, sar)
    with torch.inference_mode():
        assert torch.equal(network(*alone), network(optical, sar))
    assert network.inputs == (variant,)


def test_training_with_one_image_is_refused_with_the_remedy() -> None:
    network = asanet.build(optical_channels=3, sar_channels=1, size="atto").train()
    with pytest.raises(InputError, match="batch size of 2"):
        network(torch.zeros(1, 3, 64, 64), torch.zeros(1, 1, 64, 64))


def test_bfloat16_stays_near_float32() -> None:
    shapes = authors_shapes(without_memory(optical_channels=3, sar_channels=3, size="atto"))
    weights = {key: tensor.float() for key, tensor in reference_weights(shapes).items()}
    network = rgbsar_core.load_reference("asanet", weights)
    assert network.settings.size == "atto"
    optical, sar, _ = reference_inputs(64, 64)
    optical, sar = optical.float(), sar.float()
    with torch.inference_mode():
        precise = network(optical, sar)
        with torch.autocast("cpu", torch.bfloat16):
            mixed = network(optical, sar).float()
        plain = network.bfloat16()(optical.bfloat16(), sar.bfloat16()).float()
    # bfloat16 has 8 bits of mantissa: a few units of 2 ** -8 of the range after some forty layers.
    bound = 8 * 2.0**-8 * float(precise.abs().max())
    assert float((mixed - precise).abs().max()) < bound
    assert float((plain - precise).abs().max()) < bound


def test_load_reference_follows_the_dtype_of_the_tensors_and_overrides() -> None:
    shapes = authors_shapes(without_memory(optical_channels=4, sar_channels=2, num_classes=3, size="femto"))
    weights = {key: tensor.float() for key, tensor in reference_weights(shapes).items()}
    network = rgbsar_core.load_reference("asanet", weights, dropout=0.3)
    settings = network.settings
    assert (settings.optical_channels, settings.sar_channels, settings.num_classes) == (4, 2, 3)
    assert (settings.size, settings.dropout) == ("femto", 0.3)
    assert {p.dtype for p in network.parameters()} == {torch.float32}
    assert not network.training


def test_load_reference_names_the_tensors_that_do_not_fit() -> None:
    shapes = authors_shapes(without_memory(optical_channels=3, sar_channels=3, size="atto"))
    weights = {key: torch.zeros(shape) for key, shape in shapes.items()}
    missing = "backbone.backbone2.norm3.weight"
    with pytest.raises(CheckpointMismatchError, match=missing):
        rgbsar_core.load_reference("asanet", {k: v for k, v in weights.items() if k != missing})
    with pytest.raises(CheckpointMismatchError, match="backbone.extra"):
        rgbsar_core.load_reference("asanet", {**weights, "backbone.extra": torch.zeros(1)})
    wrong = "decode_head.bottleneck.conv.weight"
    with pytest.raises(CheckpointMismatchError, match=rf"{wrong} \(1, 2\) instead of"):
        rgbsar_core.load_reference("asanet", {**weights, wrong: torch.zeros(1, 2)})


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"size": "huge"}, "atto, femto"),
        ({"variant": ["asanet"]}, "pwa"),
        ({"num_classes": 0}, "from 1 to 65536"),
        ({"drop_path_rate": 1.0}, "up to, not including, 1"),
        ({"depth": 3}, "parameter depth; it takes optical_channels"),
    ],
)
def test_impossible_parameters_are_refused(parameters: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        asanet.build(**parameters)


def test_documented_sizes_are_the_measured_ones(repository: Path) -> None:
    text = (repository / "docs" / "models" / "asanet.md").read_text(encoding="utf-8")
    rows = {}
    for line in text.split("<!-- sizes")[1].splitlines()[3:]:
        if not line.startswith("|"):
            break
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        rows[cells[0]] = cells[1:]
    assert tuple(rows) == tuple(SIZES)
    for size, (blocks, channels, width, drop_path, parameters, gigamacs, *_) in rows.items():
        cost = measure_network("asanet", size=size)
        assert blocks == ", ".join(map(str, SIZES[size].depths))
        assert channels == ", ".join(map(str, SIZES[size].channels))
        assert int(width) == asanet.DECODER_WIDTHS[size]
        assert float(drop_path) == SIZES[size].drop_path_rate
        assert int(parameters.replace(",", "")) == cost.parameters
        assert float(gigamacs) == round(cost.macs / 1e9, 3)
