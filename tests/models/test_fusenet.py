"""FuseNet against its authors' answers, its connected form, and the common specification."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch.utils.flop_counter import FlopCounterMode

import rgbsar_core
from rgbsar_core.errors import CheckpointMismatchError, InputError
from rgbsar_core.models import fusenet
from rgbsar_core.models.complexity import count_parameters, measure_complexity
from rgbsar_core.models.encoders.vgg import CONVOLUTIONS, STAGES, VggEncoder
from rgbsar_core.models.fusenet_reference import reference_key_map
from rgbsar_core.registry import load_published, measure_network

from .base import NetworkSpecification
from .parity import (
    TOLERANCE,
    Shapes,
    authors_shapes,
    authors_weights,
    compare,
    manifest_shapes,
    outputs_of,
    read_manifest,
    small_golden,
)
from .reference import reference_inputs

#: Height and width of the golden cases.
CASES = {0: (64, 64), 1: (64, 96)}
#: Of 3 + 3 bands and 6 classes; 4 + 2 bands need as many, a class less saves 17 in each head.
PUBLISHED_PARAMETERS = 55_169_548


class TestFuseNetUnchained(NetworkSpecification):
    name = "fusenet"
    parameters = {"variant": "unchained"}
    # Everything beyond the first two stages.
    unused = r"(optical|sar)_encoder\.features\.(1[4-9]|[234]\d)\.|(fusion|decoder)\.[234]\."
    expected_parameters = PUBLISHED_PARAMETERS - 2 * 17
    half_precision_bound = 0.1  # in half precision a maximum may lie one pixel further, and so does what is un-pooled


class TestFuseNetChained(NetworkSpecification):
    name = "fusenet"
    parameters = {"variant": "chained"}
    expected_parameters = PUBLISHED_PARAMETERS - 2 * 17
    half_precision_bound = 0.12


def without_memory(**parameters: Any) -> fusenet.FuseNet:
    with torch.device("meta"):
        return fusenet.build(**{"optical_channels": 3, "sar_channels": 3, "num_classes": 6, **parameters})


def shapes(**parameters: Any) -> Shapes:
    network = without_memory(**parameters)
    return authors_shapes(network, reference_key_map(network))


def empty_weights(**parameters: Any) -> dict[str, torch.Tensor]:
    return {key: torch.empty(shape, device="meta") for key, shape in shapes(**parameters).items()}


@functools.cache
def published_network() -> fusenet.FuseNet:
    return rgbsar_core.load_reference("fusenet", authors_weights(shapes()))


def statistics(x: torch.Tensor) -> np.ndarray:
    """As the goldens have them: mean, deviation, least and greatest value, shape."""
    return np.array([x.mean(), x.std(correction=0), x.min(), x.max(), *x.shape])


@functools.cache  # a few hundred kilobytes each
def answers(case: int) -> dict[str, np.ndarray]:
    """What our network answers on a golden case, dead stages included, under the goldens' names less the case."""
    network = published_network()
    optical, sar, label = reference_inputs(*CASES[case])
    parts = {f"fuse_conv{i}": module for i, module in enumerate(network.fusion)}
    parts.update({f"decoder{i}": module for i, module in enumerate(network.decoder)})
    with torch.inference_mode():
        maps, inside = outputs_of(parts, lambda: network.features(optical, sar))
        auxiliary = network.auxiliary_head(maps[fusenet.AUXILIARY_STAGE])
        logits = network(optical, sar)
    found = {f"stat_{name}": statistics(x) for name, x in inside.items()}
    for i, x in enumerate(reversed(maps)):  # the authors list the coarsest first
        found[f"probe_feat{i}"] = x.numpy().ravel()[:16]
    losses = []
    for scores, weight in ((logits, 1.0), (auxiliary, 0.4)):
        scores = F.interpolate(scores, size=label.shape[1:], mode="bilinear", align_corners=False)
        losses.append(weight * F.cross_entropy(scores, label, ignore_index=255).item())
    return {**found, "logits": logits.numpy(), "aux": auxiliary.numpy(), "loss": np.array(losses)}


def compare_stages(found: Mapping[str, np.ndarray], golden: Mapping[str, np.ndarray], case: int) -> int:
    """Compare statistics and first values of every fusion and decoder stage; how many there were."""
    compared = 0
    for kind in ("stat", "probe"):
        for key in golden:
            if key.startswith(f"{kind}_{case}_"):
                ours = found[key.replace(f"{kind}_{case}_", f"{kind}_")]
                np.testing.assert_allclose(ours, golden[key], rtol=0, atol=TOLERANCE, err_msg=key)
                compared += 1
    return compared


@pytest.fixture(scope="module", autouse=True)
def free_memory() -> Iterator[None]:
    """Let go of the network, 440 MB, when the file's tests are done."""
    yield
    published_network.cache_clear()


# --- parity


@pytest.mark.parametrize("case", CASES)
def test_network_answers_as_the_authors_code(case: int) -> None:
    golden = small_golden("fusenet")
    assert compare(answers(case), golden, case) == 3
    assert compare_stages(answers(case), golden, case) == 3 * STAGES


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_network_answers_as_the_full_golden(shared: Path, case: int) -> None:
    full = np.load(shared / "reference" / "fusenet" / "golden.npz")
    assert compare(answers(case), full, case) == 3
    assert compare_stages(answers(case), full, case) == 3 * STAGES


@pytest.mark.parametrize("variant", fusenet.VARIANTS)
def test_key_names_and_shapes_are_the_manifest_s(shared: Path, variant: str) -> None:
    assert shapes(variant=variant) == manifest_shapes(read_manifest(shared, "fusenet")["state_dict"])


# --- the two variants


def test_most_of_the_unchained_network_influences_nothing() -> None:
    """198,150 parameters influence the logits, 969,990 more the auxiliary logits (the authors' code, perturbed)."""
    network = without_memory().train()
    answer = network(*(torch.zeros(2, 3, 64, 64, device="meta") for _ in range(2)))
    counts = []
    for logits in (answer.logits, answer.auxiliary[0]):
        logits.sum().backward(retain_graph=True)
        counts.append(sum(p.numel() for p in network.parameters() if p.grad is not None))
    assert counts == [198_150, 198_150 + 969_990]
    assert count_parameters(network) - counts[1] == 54_001_408


def test_a_logit_of_the_unchained_network_sees_14_by_14_pixels() -> None:
    """Head and decoder 1 pixel each, so three pooled pixels; the fusion one more each side, the encoder 2 pixels."""
    images = [torch.from_numpy(np.random.RandomState(0).randn(1, 3, 64, 64)).requires_grad_() for _ in range(2)]
    logits = published_network()(*images)[0, :, 31, 31]
    for gradient in torch.autograd.grad(logits.sum(), images):
        seen = gradient.abs().sum(dim=(0, 1)).nonzero()
        assert (seen.amin(dim=0).tolist(), seen.amax(dim=0).tolist()) == ([24, 24], [37, 37])


@pytest.mark.parametrize(("training", "auxiliary", "stages"), [(False, True, 1), (True, False, 1), (True, True, 2)])
def test_stages_that_nothing_depends_on_are_not_computed(training: bool, auxiliary: bool, stages: int) -> None:
    network = without_memory(auxiliary=auxiliary).train(training)
    ran: list[str] = []
    for name, module in network.named_modules():
        if name.startswith(("fusion.", "decoder.")) and name.count(".") == 1:
            module.register_forward_hook(lambda _module, _inputs, _output, name=name: ran.append(name))
    network(*(torch.zeros(2, 3, 64, 64, device="meta") for _ in range(2)))
    assert ran == [f"fusion.{i}" for i in range(stages)] + [f"decoder.{i}" for i in reversed(range(stages))]


def test_chained_stages_add_the_output_of_the_stage_before() -> None:
    inputs: dict[str, list[torch.Tensor]] = {}
    maps = {}
    network = fusenet.build(sar_channels=2).eval()
    images = (torch.randn(1, 3, 64, 32), torch.randn(1, 2, 64, 32))
    for variant in fusenet.VARIANTS:
        network.settings = fusenet.FuseNetParameters(sar_channels=2, variant=variant)
        caught = inputs[variant] = []
        hooks = [stage.register_forward_pre_hook(lambda _, x, to=caught: to.append(x[0])) for stage in network.decoder]
        with torch.inference_mode():
            maps[variant] = network.features(*images)
        for hook in hooks:
            hook.remove()
    before = [torch.zeros(1, 512, 2, 1), *maps["chained"][:0:-1]]  # what each stage adds, coarsest stage first
    for i in range(STAGES):
        added = inputs["chained"][i] - inputs["unchained"][i]
        torch.testing.assert_close(4 * F.avg_pool2d(added, 2), before[i], rtol=0, atol=1e-4)  # one value a window
    assert torch.equal(maps["chained"][-1], maps["unchained"][-1])
    assert not torch.equal(maps["chained"][0], maps["unchained"][0])


# --- size and cost


@pytest.mark.parametrize(("variant", "gigamacs"), [("unchained", 9.292), ("chained", 65.765)])
def test_cost_is_the_published_one(variant: str, gigamacs: float) -> None:
    network = without_memory(variant=variant)
    cost = measure_complexity(network, 3, 3, size=256)
    assert (cost.training_parameters, cost.parameters) == (PUBLISHED_PARAMETERS, 55_160_198)
    assert round(cost.macs / 1e9, 3) == gigamacs
    parts = (network.optical_encoder, network.sar_encoder, network.fusion, network.decoder)
    assert [count_parameters(part) for part in parts] == [14_723_136, 14_723_136, 10_988_416, 14_716_160]
    assert count_parameters(network.decode_head) == count_parameters(network.auxiliary_head) == 9_350


def test_every_stage_of_the_unchained_network_costs_what_the_table_prints() -> None:
    network = without_memory().eval()
    counter = FlopCounterMode(display=False)
    with torch.inference_mode(), counter:
        network.decode_head(network.features(*(torch.zeros(1, 3, 256, 256, device="meta") for _ in range(2)))[0])
    assert round(counter.get_total_flops() / 2e9, 3) == 65.765


def test_documented_cost_is_the_measured_one(repository: Path) -> None:
    text = (repository / "docs" / "models" / "fusenet.md").read_text(encoding="utf-8")
    for variant in fusenet.VARIANTS:
        for sar in (3, 1):
            cost = measure_network("fusenet", sar_channels=sar, variant=variant)
            counts = f"{cost.training_parameters:,} | {cost.parameters:,} | {cost.macs / 1e9:.3f}"
            assert f"| `{variant}` | 3 + {sar} | {counts} |" in text


def test_the_encoder_has_torchvision_s_key_names() -> None:
    """`vgg16_bn` has its 13 convolutions at these places of `features`, each normalised at the next."""
    with torch.device("meta"):
        shapes = {key: tuple(tensor.shape) for key, tensor in VggEncoder(3).state_dict().items()}
    widths = (3, 64, 64, 128, 128, 256, 256, 256, 512, 512, 512, 512, 512, 512)
    places = (0, 3, 7, 10, 14, 17, 20, 24, 27, 30, 34, 37, 40)
    assert sum(CONVOLUTIONS, ()) == places
    for before, after, place in zip(widths, widths[1:], places):
        assert shapes.pop(f"features.{place}.weight") == (after, before, 3, 3)
        assert shapes.pop(f"features.{place}.bias") == (after,)
        for name in ("weight", "bias", "running_mean", "running_var"):
            assert shapes.pop(f"features.{place + 1}.{name}") == (after,)
        assert shapes.pop(f"features.{place + 1}.num_batches_tracked") == ()
    assert shapes == {}


# --- loading


def test_bands_classes_and_auxiliary_head_are_read_from_the_tensors() -> None:
    settings = rgbsar_core.load_reference("fusenet", empty_weights()).settings
    assert settings == fusenet.FuseNetParameters(optical_channels=3, sar_channels=3, num_classes=6)
    weights = empty_weights(optical_channels=4, sar_channels=2, num_classes=3, auxiliary=False)
    settings = rgbsar_core.load_reference("fusenet", weights, variant="chained").settings
    assert settings == fusenet.FuseNetParameters(4, 2, 3, "chained", False)


def test_tensors_that_do_not_fit_are_named() -> None:
    weights = empty_weights()
    missing = "backbone.decoder_convs.4.2.bn.running_var"
    with pytest.raises(CheckpointMismatchError, match=f"1 missing: {missing}"):
        rgbsar_core.load_reference("fusenet", {k: v for k, v in weights.items() if k != missing})
    with pytest.raises(CheckpointMismatchError, match="1 unexpected: backbone.extra"):
        rgbsar_core.load_reference("fusenet", {**weights, "backbone.extra": torch.zeros(1)})
    wrong = "backbone.fuse_convs.0.conv.weight"
    with pytest.raises(CheckpointMismatchError, match=rf"{wrong} \(1, 2\) instead of \(64, 128, 3, 3\)"):
        rgbsar_core.load_reference("fusenet", {**weights, wrong: torch.zeros(1, 2)})
    with pytest.raises(CheckpointMismatchError, match="no tensor backbone.backbone.features.0.conv.weight"):
        rgbsar_core.load_reference("fusenet", {"decode_head.conv_seg.weight": torch.zeros(6, 16, 1, 1)})


def test_published_weights_take_red_green_blue_and_one_sar_band() -> None:
    network = published_network()
    key_map = reference_key_map(network)
    weights = {key_map[key]: tensor for key, tensor in network.state_dict().items()}
    optical, sar, _ = reference_inputs(64, 64, sar=1)
    converted = load_published("fusenet", weights)
    assert (converted.settings.optical_channels, converted.settings.sar_channels) == (3, 1)
    with torch.inference_mode():
        as_the_authors = network(optical.flip(1), sar.repeat(1, 3, 1, 1))
        torch.testing.assert_close(converted(optical, sar), as_the_authors, rtol=0, atol=TOLERANCE)


def test_an_unknown_variant_is_refused() -> None:
    with pytest.raises(InputError, match="variant 'linked'; it knows unchained, chained"):
        fusenet.build(variant="linked")
