"""WHFNet against its authors' answers, and the common specification."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
import torch.nn.functional as F

import rgbsar_core
from rgbsar_core.errors import CheckpointMismatchError, InputError
from rgbsar_core.models import whfnet
from rgbsar_core.models.complexity import count_parameters, measure_complexity
from rgbsar_core.models.encoders import swin_v2
from rgbsar_core.models.whfnet_reference import reference_key_map
from rgbsar_core.networks import network_info
from rgbsar_core.registry import load_published, measure_network

from . import parity
from .base import NetworkSpecification
from .reference import reference_inputs, reference_tensor


class Case(NamedTuple):
    """A golden case: where it is, what it was run on, and the form of the network."""

    file: str
    prefix: str
    number: int
    size: tuple[int, int]
    classes: int
    window: int


CASES = {
    "128x160": Case("golden.npz", "", 1, (128, 160), 6, 4),
    "256x256": Case("golden.npz", "", 0, (256, 256), 6, 4),
    "xian": Case("golden_variants.npz", "xian_", 0, (128, 128), 5, 4),
    "whu": Case("golden_variants.npz", "whu_", 0, (256, 256), 7, 8),
}
# Standardised in the golden of the wavelet: (mean, deviation) of the optical bands, of SAR.
XIAN = (((70.832, 71.778, 67.988), (49.720, 49.708, 50.006)), (81.981, 48.360))
GREY_RANGES = {"full": (0, 256), "narrow": (100, 150), "coarse": (0, 5)}


class TestWhfNet(NetworkSpecification):
    name = "whfnet"
    parameters = {"width": 32}
    side = 128
    odd_size = (131, 149)
    half_precision_bound = 0.02
    # Of our narrowest form; the published width has published counts, below.
    expected_parameters = 16_312_982

    def without_randomness(self) -> dict[str, Any]:
        return {"optical_drop_path_rate": 0.0, "sar_drop_path_rate": 0.0}


def without_memory(**parameters: Any) -> whfnet.WhfNet:
    with torch.device("meta"):
        return whfnet.build(**parameters)


def authors_shapes(**parameters: Any) -> parity.Shapes:
    network = without_memory(**parameters)
    return parity.authors_shapes(network, reference_key_map(network))


def authors_tensor(key: str, shape: tuple[int, ...]) -> torch.Tensor:
    """By the rule of the goldens, which counts the (heads, 1, 1) of a logit scale as one dimension."""
    return reference_tensor(key, shape) * (0.1 if key.endswith("logit_scale") else 1.0)


def narrow_weights(**parameters: Any) -> dict[str, torch.Tensor]:
    """A state dictionary of the authors' names, of our narrowest form, with small fresh weights."""
    torch.manual_seed(0)
    network = whfnet.build(width=32, **parameters)
    key_map = reference_key_map(network)
    return {key_map[key]: tensor for key, tensor in network.state_dict().items()}


# --- parity


@pytest.fixture(scope="module")
def published() -> whfnet.WhfNet:
    """The authors' network for 6 classes."""
    weights = {key: authors_tensor(key, shape) for key, shape in authors_shapes(sar_channels=3).items()}
    return rgbsar_core.load_reference("whfnet", weights)


@pytest.fixture(scope="module")
def answers(published: whfnet.WhfNet) -> Callable[[str], Mapping[str, np.ndarray]]:
    return functools.cache(lambda name: run(published, CASES[name]))


def run(network: whfnet.WhfNet, case: Case) -> dict[str, np.ndarray]:
    """What the network answers on a case, under the goldens' names.

    The window is in no tensor, the number of classes in the classifiers alone: one network serves all cases.
    """
    network.optical_encoder.window = case.window
    heads = {"decode_head": network.decode_head}
    heads.update({f"auxiliary_head.{i}": head for i, head in enumerate(network.auxiliary_heads)})
    for key, head in heads.items():
        for name, tensor in head.classifier.named_parameters():
            tensor.data = authors_tensor(f"{key}.conv_seg.{name}", (case.classes, *tensor.shape[1:]))
    found: dict[str, np.ndarray] = {}
    maps: dict[str, torch.Tensor] = {}

    def keep(name: str) -> Callable[..., None]:
        def hook(_module: Any, inputs: Any, output: Any) -> None:
            outputs = {f"{name}_{i}": x for i, x in enumerate(output)} if isinstance(output, tuple) else {name: output}
            for key, x in outputs.items():
                statistics = [x.mean(), x.std(correction=0), x.min(), x.max()]
                found[f"stat_{case.number}_{key}"] = np.array([float(value) for value in statistics])
            if name.startswith("cmi"):
                maps.update({f"fused{name[3:]}": output[2], "optical": output[0], "sar": output[1]})

        return hook

    optical, sar, label = reference_inputs(*case.size, classes=case.classes)
    hooks = [module.register_forward_hook(keep(name)) for name, module in modules_inside(network).items()]
    with torch.inference_mode():
        low = parity.output_of(network.decode_head, lambda: found.update(logits=network(optical, sar).numpy()))
        for hook in hooks:
            hook.remove()
        scores = [low]
        for head, name in zip(network.auxiliary_heads, ("fused2", "optical", "sar")):
            scores.append(head(maps[name]))
        images = network.high_frequency_images(optical, sar)
    found["loss"] = np.array([weight * loss(x, label) for x, weight in zip(scores, (1.0, 0.4, 0.3, 0.3))])
    found["logits_low"] = low.numpy()
    found["logits_sub"] = found["logits"][:, :, ::5, ::7]
    found.update({f"aux_{case.number}_{i}": x.numpy() for i, x in enumerate(scores[1:])})
    found.update({f"hfsum_{case.number}_{key}": x.sum((2, 3)).numpy() for key, x in zip(("opt", "sar"), images)})
    found.update({f"hf_{case.number}_{key}": x.numpy() for key, x in zip(("opt", "sar"), images)})
    for i, name in enumerate(("fused0", "fused1", "fused2", "fused3", "optical", "sar")):
        found[f"probe_{case.number}_feat{i}"] = maps[name].numpy().ravel()[:16]
    found[f"feat_{case.number}_3"] = maps["fused3"].numpy()
    return found


def modules_inside(network: whfnet.WhfNet) -> dict[str, torch.nn.Module]:
    """Name in the goldens' statistics -> the module it describes."""
    inside: dict[str, torch.nn.Module] = {}
    optical, sar, decode_head = network.optical_encoder, network.sar_encoder, network.decode_head
    for i in range(4):
        inside[f"opt_merge{i}" if i else "opt_patch_embed"] = optical.downsamples[i]
        inside.update({f"opt_block{i}_{j}": block for j, block in enumerate(optical.stages[i])})
        inside.update({f"opt_stage{i}": optical.stages[i], f"opt_norm{i}": optical.norms[i]})
        inside.update({f"sar_down{i}": sar.downsamples[i], f"sar_stage{i}": sar.stages[i]})
        inside[f"sar_norm{i}"] = sar.norms[i]
        inside[f"freq_opt{i}"] = network.optical_frequency_encoder.stages[i]
        inside[f"freq_sar{i}"] = network.sar_frequency_encoder.stages[i]
        inside[f"sffm_opt_gate{i}"] = network.interactors[i].optical.gate
        inside[f"sffm_sar_gate{i}"] = network.interactors[i].sar.gate
        inside[f"cmi{i}"] = network.interactors[i]
    return {**inside, "psp_out": decode_head.bottleneck, "fpn_bottleneck": decode_head.fuse}


def loss(scores: torch.Tensor, label: torch.Tensor) -> float:
    scores = F.interpolate(scores, size=label.shape[1:], mode="bilinear", align_corners=False)
    return F.cross_entropy(scores, label, ignore_index=255).item()


def compare(found: Mapping[str, np.ndarray], golden: Mapping[str, np.ndarray], name: str) -> set[str]:
    """Compare every array the golden has of a case but attention's own statistics (ours count padded tokens)."""
    case = CASES[name]
    compared = set()
    for key in golden:
        own = key.removeprefix(case.prefix)
        own = own if own in found else own.removesuffix(f"_{case.number}")
        if not key.startswith(case.prefix) or own not in found:
            continue
        tolerance = parity.LOSS_TOLERANCE if own == "loss" else parity.TOLERANCE
        expected = golden[key][: len(found[own])]  # statistics are followed by the shape
        np.testing.assert_allclose(found[own], expected, rtol=0, atol=tolerance, err_msg=key)
        compared.add(own)
    return compared


@pytest.mark.slow  # draws and runs 145 million weights in float64
def test_published_network_answers_as_the_authors_code(answers: Any) -> None:
    compared = compare(answers("128x160"), parity.small_golden("whfnet"), "128x160")
    assert compared >= {"logits_low", "aux_1_0", "aux_1_1", "aux_1_2", "loss", "hfsum_1_opt", "hfsum_1_sar"}
    assert {f"stat_1_opt_block2_{i}" for i in range(6)} < compared


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_published_network_answers_as_the_full_golden(shared: Path, answers: Any, name: str) -> None:
    case = CASES[name]
    golden = np.load(shared / "reference" / "whfnet" / case.file)
    compared = compare(answers(name), golden, name)
    assert compared >= {"logits_low", "logits" if name == "128x160" else "logits_sub", "loss"}
    assert {f"aux_{case.number}_{i}" for i in range(3)} | {f"probe_{case.number}_feat{i}" for i in range(6)} < compared
    assert sum(key.startswith("stat_") for key in compared) == sum(
        key.startswith(f"{case.prefix}stat_{case.number}_") and "_attn" not in key for key in golden
    )
    assert name != "xian" or {"hf_0_opt", "hf_0_sar", "feat_0_3"} < compared


def test_key_names_and_shapes_are_the_manifest_s(shared: Path) -> None:
    manifest = parity.read_manifest(shared, "whfnet")
    for case in ("xian", "whu"):
        changed = manifest["variants"][case]["state_dict_differences_from_golden"]
        listed = parity.manifest_shapes(manifest["state_dict"], {"changed": changed})
        listed = {key: shape for key, shape in listed.items() if "relative_" not in key}
        assert authors_shapes(sar_channels=3, num_classes=CASES[case].classes) == listed


# --- the wavelet


def standardised(kind: str, dtype: torch.dtype) -> tuple[torch.Tensor, torch.Tensor]:
    state = np.random.RandomState(20240601)
    images = [torch.from_numpy(state.randint(*GREY_RANGES[kind], (1, bands, 64, 96))).to(dtype) for bands in (3, 1)]
    statistics = [torch.tensor(values, dtype=dtype).reshape(2, -1, 1, 1) for values in XIAN]
    optical, sar = ((image - mean) / deviation for image, (mean, deviation) in zip(images, statistics))
    return optical, sar.expand(-1, 3, -1, -1)


@pytest.mark.parametrize("kind", GREY_RANGES)
def test_high_frequency_images_are_those_of_the_authors_bit_by_bit(kind: str) -> None:
    golden = parity.small_golden("whfnet")
    network = without_memory()
    for found, role in zip(network.high_frequency_images(*standardised(kind, torch.float32)), ("opt", "sar")):
        assert np.array_equal(found.numpy(), golden[f"{kind}_float32_{role}"])


@pytest.mark.parametrize("kind", GREY_RANGES)
def test_the_rule_of_the_wavelet_holds_in_float64_too(shared: Path, kind: str) -> None:
    golden = np.load(shared / "reference" / "whfnet" / "golden_wavelet.npz")
    network = without_memory()
    optical, sar = network.high_frequency_images(*standardised(kind, torch.float64))
    assert np.array_equal(optical.numpy(), golden[f"{kind}_float64_opt"])
    # The logarithms of two libraries differ in the last place, which shows where grey values are few.
    differences = np.abs(sar.numpy() - golden[f"{kind}_float64_sar"])
    assert differences.max() <= 1
    assert np.count_nonzero(differences) <= (126 if kind == "coarse" else 0)


def test_the_wavelet_runs_in_float32_for_half_precision_and_passes_no_gradient() -> None:
    optical, sar = (image.bfloat16() for image in standardised("full", torch.float32))
    network = without_memory()
    single = network.high_frequency_images(optical.float(), sar.float())
    for found, expected in zip(network.high_frequency_images(optical.requires_grad_(), sar), single):
        assert found.dtype == torch.bfloat16 and not found.requires_grad
        assert torch.equal(found, expected.bfloat16())


def test_high_frequencies_are_the_image_less_the_mean_of_its_blocks() -> None:
    image = torch.tensor([[[[0.0, 4.0, 1.0, 1.0], [0.0, 0.0, 1.0, 1.0]], [[7.0] * 4, [7.0] * 4]]])
    # Block means 1 and 1; less them -1, 3, -1, -1 and zeros; from -1..3 to 0..255: 3 is 255, 0 is 63.75.
    expected = [[[0.0, 255.0, 63.0, 63.0], [0.0, 0.0, 63.0, 63.0]], [[0.0] * 4, [0.0] * 4]]
    assert whfnet.high_frequencies(image).tolist() == [expected]


# --- Swin Transformer V2, where the goldens do not reach


def test_offsets_are_log_spaced_and_pairs_count_query_minus_key() -> None:
    positions = swin_v2.relative_positions(4, torch.device("cpu"))
    offsets = positions.offsets[positions.pairs]  # (16, 16, 2)
    # Query row 3, column 0; key row 0, column 1: (3, -1) of 3, times 8 is (8, -8 / 3).
    assert offsets[12, 1].tolist() == pytest.approx([math.log2(9) / 3, -math.log2(1 + 8 / 3) / 3], abs=1e-6)
    assert offsets[5, 5].tolist() == [0.0, 0.0]


def test_shifted_windows_mask_pairs_from_different_sides_of_the_map() -> None:
    # 8 x 8 tokens, windows of 4, shifted by 2: the last window joins four corners, the first is whole.
    mask = swin_v2.shift_mask(8, 8, 4, 2, torch.device("cpu"))
    assert mask.shape == (4, 16, 16)
    assert not mask[0].any()
    assert mask[1, 0, [0, 1, 2, 3, 4, 6]].tolist() == [0, 0, -100, -100, 0, -100]
    assert int((mask[3] == 0).sum()) == 4 * 4 * 4


def test_the_logit_scale_stops_at_one_hundred() -> None:
    torch.manual_seed(0)
    attention = swin_v2.WindowAttention(32).double()
    positions = swin_v2.relative_positions(4, torch.device("cpu"))
    tokens = torch.randn(3, 16, 32, dtype=torch.float64)
    answers = []
    for scale in (math.log(100.0), 9.0, math.log(99.0)):
        torch.nn.init.constant_(attention.logit_scale, scale)
        answers.append(attention(tokens, positions, None))
    assert torch.equal(answers[0], answers[1])
    assert not torch.allclose(answers[0], answers[2], rtol=0, atol=1e-9)


def test_padding_tokens_of_length_zero_give_finite_answers_and_gradients() -> None:
    attention = swin_v2.WindowAttention(32)
    tokens = torch.zeros(1, 16, 32, requires_grad=True)
    answer = attention(tokens, swin_v2.relative_positions(4, torch.device("cpu")), None)
    assert torch.equal(answer, attention.project.bias.expand(1, 16, 32))  # the biases of q and v start from 0
    answer.sum().backward()
    assert bool(torch.isfinite(tokens.grad).all())


def test_a_dropped_branch_adds_the_bias_of_its_norm() -> None:
    torch.manual_seed(0)
    block = swin_v2.Block(32, 1 - 1e-9).train()
    for norm in (block.norm1, block.norm2):
        torch.nn.init.normal_(norm.bias)
    x = torch.randn(2, 4, 4, 32)
    expected = x + block.norm1.bias + block.norm2.bias
    torch.testing.assert_close(block(x, 4, swin_v2.relative_positions(4, torch.device("cpu"))), expected)


# --- size and cost


def test_cost_is_the_published_one() -> None:
    network = without_memory(sar_channels=3)
    cost = measure_complexity(network, 3, 3)
    assert (cost.training_parameters, cost.parameters) == (144_547_746, 142_332_816)
    assert round(cost.macs / 1e9, 3) == 42.632
    assert count_parameters(network.optical_encoder) == 27_579_498
    assert count_parameters(network.sar_encoder) == 27_867_840
    assert count_parameters(network.optical_frequency_encoder) == 3_492_576
    assert [count_parameters(cmi) for cmi in network.interactors] == [841_056, 3_340_992, 13_317_504, 53_177_088]


@pytest.mark.parametrize(
    ("window", "side", "classes", "gigamacs", "parameters"),
    [(8, 256, 6, 42.826, 144_547_746), (8, 512, 7, 171.224, 144_548_390), (4, 128, 5, 10.668, 144_547_102)],
)
def test_cost_of_the_other_configurations(
    window: int, side: int, classes: int, gigamacs: float, parameters: int
) -> None:
    cost = measure_complexity(without_memory(sar_channels=3, window=window, num_classes=classes), 3, 3, size=side)
    assert (round(cost.macs / 1e9, 3), cost.training_parameters) == (gigamacs, parameters)


def test_documented_sizes_are_the_measured_ones(repository: Path) -> None:
    text = (repository / "docs" / "models" / "whfnet.md").read_text(encoding="utf-8")
    rows = [line.strip("|").split("|") for line in text.split("<!-- sizes")[1].splitlines()[3:] if line[:1] == "|"]
    assert [int(row[0]) for row in rows] == list(whfnet.DECODER_WIDTHS)
    for width, head, parameters, gigamacs in ([cell.strip() for cell in row] for row in rows):
        cost = measure_network("whfnet", width=int(width))
        assert int(head) == whfnet.DECODER_WIDTHS[int(width)]
        assert (int(parameters.replace(",", "")), float(gigamacs)) == (cost.parameters, round(cost.macs / 1e9, 3))


# --- loading


@pytest.mark.parametrize("window", [4, 8])
def test_the_window_is_read_from_the_tables_which_are_then_dropped(window: int) -> None:
    weights = narrow_weights(num_classes=3, optical_channels=4, sar_channels=2, window=window)
    prefix = "backbone.backbone2.stages.0.blocks.0.attn.w_msa"
    weights[f"{prefix}.relative_coords_table"] = torch.zeros(1, 2 * window - 1, 2 * window - 1, 2)
    weights[f"{prefix}.relative_position_index"] = torch.zeros(window**2, window**2, dtype=torch.int64)
    settings = rgbsar_core.load_reference("whfnet", weights).settings
    assert (settings.window, settings.width, settings.auxiliary) == (window, 32, True)
    assert (settings.optical_channels, settings.sar_channels, settings.num_classes) == (4, 2, 3)


def test_weights_that_do_not_tell_the_window_get_four_unless_told() -> None:
    weights = narrow_weights(auxiliary=False)
    assert rgbsar_core.load_reference("whfnet", weights).settings.window == 4
    network = rgbsar_core.load_reference("whfnet", weights, window=8)
    assert (network.settings.window, network.minimum_side, network.settings.auxiliary) == (8, 256, False)


def test_tensors_that_do_not_fit_are_named() -> None:
    weights = narrow_weights()
    missing = "backbone.cmi_modules.2.sar_freq_spatial_fusion.sa.0.bias"
    with pytest.raises(CheckpointMismatchError, match=missing):
        rgbsar_core.load_reference("whfnet", {k: x for k, x in weights.items() if k != missing}, window=4)
    with pytest.raises(CheckpointMismatchError, match="backbone.extra"):
        rgbsar_core.load_reference("whfnet", {**weights, "backbone.extra": torch.zeros(1)}, window=4)


@pytest.mark.parametrize("fed_rgb", [False, True])
def test_published_weights_take_red_green_blue_and_one_sar_band(fed_rgb: bool) -> None:
    weights = {key: x.double() for key, x in narrow_weights(sar_channels=3).items()}
    theirs = rgbsar_core.load_reference("whfnet", weights, window=4)
    ours = load_published("whfnet", weights, window=4, fed_rgb=fed_rgb)
    assert ours.settings.sar_channels == 1
    optical, sar, _ = reference_inputs(128, 128, 3, 1)
    with torch.inference_mode():
        expected = theirs(optical if fed_rgb else optical.flip(1), sar.repeat(1, 3, 1, 1))
        torch.testing.assert_close(ours(optical, sar), expected, rtol=0, atol=1e-10)


# --- behaviour


def test_a_window_of_eight_needs_256_pixels_a_side() -> None:
    network = whfnet.build(width=32, window=8).eval()
    with pytest.raises(InputError, match="256 or more"):
        network(torch.zeros(1, 3, 255, 300), torch.zeros(1, 1, 255, 300))
    with torch.inference_mode():
        assert network(torch.rand(1, 3, 256, 257), torch.rand(1, 1, 256, 257)).shape == (1, 6, 256, 257)


def test_auxiliary_heads_look_at_the_fused_the_optical_and_the_sar_map() -> None:
    network = whfnet.build(width=32).train()
    optical, sar = torch.rand(2, 3, 128, 160), torch.rand(2, 1, 128, 160, requires_grad=True)
    auxiliary = network(optical, sar).auxiliary
    assert [tuple(x.shape) for x in auxiliary] == [(2, 6, 8, 10), (2, 6, 4, 5), (2, 6, 4, 5)]
    reached = [torch.autograd.grad(x.sum(), sar, retain_graph=True, allow_unused=True)[0] for x in auxiliary]
    assert [gradient is not None for gradient in reached] == [True, False, True]


def test_the_table_lists_what_the_network_takes() -> None:
    info = network_info("whfnet")
    assert info.options == whfnet.WhfNetParameters.choices
    for window in (whfnet.WhfNetParameters().window, *info.options["window"]):
        assert info.smallest_side({"window": window}) == whfnet.build(width=32, window=window).minimum_side
    assert info.smallest_side({}) == info.minimum_size
