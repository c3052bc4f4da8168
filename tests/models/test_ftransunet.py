"""FTransUNet against its authors' answers, and the common specification."""

from __future__ import annotations

import functools
import gc
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import rgbsar_core
from rgbsar_core.errors import CheckpointMismatchError
from rgbsar_core.models import ftransunet
from rgbsar_core.models.complexity import count_parameters
from rgbsar_core.models.ftransunet_reference import load_published, reference_key_map
from rgbsar_core.registry import measure_network

from . import parity
from .base import NetworkSpecification
from .reference import reference_tensor

# Case of the goldens -> our parameters, size of the images, batch. Case d, of a grid that is not square, is no
# answer of the authors' code, which cannot run one, but of a rebuild that answers the other cases as it does.
CASES: dict[str, tuple[dict[str, int], tuple[int, int], int]] = {
    "a": ({}, (256, 256), 1),
    "b": ({"token_rows": 4, "token_columns": 4}, (64, 64), 2),
    "c": ({"token_rows": 6, "token_columns": 6, "sar_channels": 3, "num_classes": 5}, (96, 96), 1),
    "d": ({"token_rows": 4, "token_columns": 8}, (64, 128), 1),
}
POSITIONS = "transformer.embeddings.position_embeddings"
PUBLISHED_PARAMETERS = 203_403_558
LAYER_PARAMETERS = 2 * (12 * 768**2 + (4 + 4 + 1 + 4) * 768)  # twice: matrices, and biases and norms


class TestFTransUNet(NetworkSpecification):
    name = "ftransunet"
    parameters = {"depth": 4}
    # Eight layers and four pairs of exchange weights fewer, one more band each, one class fewer.
    expected_parameters = PUBLISHED_PARAMETERS - 8 * LAYER_PARAMETERS - 4 * 4 + 2 * 64 * 49 - (16 * 9 + 1)
    # 0.092 measured. Fresh encoders magnify any rounding some sixty times: three normalisations of single channels
    # divide by how little a channel varies over the map.
    half_precision_bound = 0.12


def without_memory(**parameters: Any) -> ftransunet.FTransUNet:
    with torch.device("meta"):
        return ftransunet.build(**parameters)


def authors_shapes(**parameters: Any) -> parity.Shapes:
    network = without_memory(**parameters)
    return parity.authors_shapes(network, reference_key_map(network))


def empty_weights(**parameters: Any) -> dict[str, torch.Tensor]:
    return {key: torch.zeros(()).expand(shape) for key, shape in authors_shapes(**parameters).items()}


# --- parity


@pytest.fixture(scope="module")
def answers() -> Iterator[Callable[[str], dict[str, np.ndarray]]]:
    """Case -> what our network answers; the 1.6 GB of weights are drawn once and kept for this file only."""
    drawn: dict[tuple[str, tuple[int, ...]], torch.Tensor] = {}

    def draw(key: str, shape: tuple[int, ...]) -> torch.Tensor:
        if (key, shape) not in drawn:
            # The position embeddings follow the rule of vectors.
            flat = (int(np.prod(shape)),) if key == POSITIONS else shape
            drawn[key, shape] = reference_tensor(key, flat).reshape(shape)
        return drawn[key, shape]

    @functools.cache
    def answer(case: str) -> dict[str, np.ndarray]:
        parameters, size, batch = CASES[case]
        weights = {key: draw(key, shape) for key, shape in authors_shapes(**parameters).items()}
        grid = {key: value for key, value in parameters.items() if case == "d" and key.startswith("token")}
        network = rgbsar_core.load_reference("ftransunet", weights, **grid)
        assert network.settings == ftransunet.FTransUNetParameters(**parameters)
        optical, sar = parity.case_inputs(3, network.settings.sar_channels, *size, batch=2)
        statistics: dict[str, tuple[float, float]] = {}
        watch(network, statistics)
        with torch.inference_mode():
            logits = network(optical[:batch], sar[:batch]).numpy()
        return {
            "logits": logits,
            "ext_logits": logits,
            "argmax": logits.argmax(1),
            "stats": np.array(list(statistics.values())),
            "stats_names": np.array(list(statistics)),
        }

    yield answer
    drawn.clear()
    gc.collect()


def watch(network: ftransunet.FTransUNet, statistics: dict[str, tuple[float, float]]) -> None:
    """Note mean and standard deviation of what each part answers, under the goldens' names, in the order run."""

    def moments(tensor: torch.Tensor) -> tuple[float, float]:
        return float(tensor.mean()), float(tensor.std(correction=0))

    def on(module: torch.nn.Module, *names: str) -> None:
        def hook(_module: torch.nn.Module, _inputs: Any, output: Any) -> None:
            outputs = output if isinstance(output, tuple) else (output,)
            statistics.update({name: moments(tensor) for name, tensor in zip(names, outputs)})

        module.register_forward_hook(hook)

    on(network.optical_encoder.root, "root")
    on(network.sar_encoder.root, "rootd")
    for i, fusion in enumerate(network.fusion):
        on(fusion, f"se_layer{i}")
        if i:
            on(network.optical_encoder[i], f"body.block{i}")
            on(network.sar_encoder[i], f"bodyd.block{i}")
    on(network.optical_embedding, "patch_embeddings")
    on(network.sar_embedding, "patch_embeddingsd")
    network.layers[0].register_forward_pre_hook(
        lambda _, inputs: statistics.update({f"embeddings[{i}]": moments(inputs[i]) for i in range(2)})
    )
    for i, layer in enumerate(network.layers):
        on(layer, f"encoder.layer.{i}[0]", f"encoder.layer.{i}[1]")
    on(network.optical_norm, "encoder[0]")
    on(network.sar_norm, "encoder[1]")
    on(network.decoder.conv_more, "decoder.conv_more")
    for i, block in enumerate(network.decoder.blocks):
        on(block, f"decoder.blocks.{i}")
    on(network.classifier, "segmentation_head")


def compare(found: dict[str, np.ndarray], golden: Mapping[str, np.ndarray], case: str) -> int:
    """Compare every array of a case; the statistics by their names."""
    found = dict(found)
    names = list(found.pop("stats_names"))
    compared = 0
    if f"stats_names_{case}" in golden:
        expected = list(golden[f"stats_names_{case}"])
        assert sorted(names) == sorted(expected)
        found["stats"] = found["stats"][[names.index(name) for name in expected]]
    compared += parity.compare(found, golden, case)
    return compared


@pytest.mark.parametrize(("case", "arrays"), [("b", 2), ("c", 1), ("d", 1)])
def test_it_answers_as_the_authors_code(answers: Any, case: str, arrays: int) -> None:
    assert compare(answers(case), parity.small_golden("ftransunet"), case) == arrays


@pytest.mark.slow
@pytest.mark.parametrize(("case", "arrays"), [("a", 3), ("b", 2), ("c", 2), ("d", 1)])
def test_it_answers_as_the_full_golden(answers: Any, shared: Path, case: str, arrays: int) -> None:
    full = dict(np.load(shared / "reference" / "ftransunet" / "golden.npz"))
    full["logits_a_every_4"] = full.pop("logits_a_sub4")
    assert compare(answers(case), full, case) == arrays


@pytest.mark.parametrize("case", ["a", "b", "c"])
def test_key_names_shapes_and_parameters_are_the_manifest_s(shared: Path, case: str) -> None:
    manifest = parity.read_manifest(shared, "ftransunet")
    shapes = parity.manifest_shapes(manifest["state_dict_case_a"])
    shapes.update({key: tuple(shape) for key, shape in manifest["cases"][case]["shape_overrides_vs_case_a"]})
    assert authors_shapes(**CASES[case][0]) == shapes
    assert count_parameters(without_memory(**CASES[case][0])) == manifest["cases"][case]["parameters"]


def test_documented_costs_are_the_measured_ones_and_the_published_ones_less_the_projections_saved(
    repository: Path,
) -> None:
    text = (repository / "docs" / "models" / "ftransunet.md").read_text(encoding="utf-8")
    rows = [line.replace(",", "").strip("|").split("|") for line in text.split("<!-- costs")[1].splitlines()[3:7]]
    for depth, tile, tokens, parameters, gigamacs in rows:
        cost = measure_network("ftransunet", depth=int(depth), tile_size=int(tile))
        assert int(tokens) == (int(tile) // 16) ** 2
        assert int(parameters) == cost.parameters == cost.training_parameters
        assert float(gigamacs) == round(cost.macs / 1e9, 3)
        if (int(depth), int(tile)) == (12, 256):
            assert cost.parameters == PUBLISHED_PARAMETERS
            # The manifest: 139.2148 GFLOP. There, six exchanging layers project two further results each.
            assert cost.macs == pytest.approx(139.2148e9 / 2 - 6 * 2 * 256 * 768**2, abs=1e5)


# --- loading


def test_bands_classes_depth_and_grid_are_read_from_names_and_shapes() -> None:
    given = {"optical_channels": 4, "sar_channels": 2, "num_classes": 3, "depth": 2}
    network = load_published(empty_weights(**given, token_rows=3, token_columns=3))
    assert network.settings == ftransunet.FTransUNetParameters(**given, token_rows=3, token_columns=3)
    assert not network.training


def test_a_grid_that_is_not_square_must_be_told() -> None:
    weights = empty_weights(depth=1, token_rows=2, token_columns=3)
    with pytest.raises(CheckpointMismatchError, match="6 tokens.*token_rows and token_columns"):
        rgbsar_core.load_reference("ftransunet", weights)
    network = rgbsar_core.load_reference("ftransunet", weights, token_rows=2, token_columns=3)
    assert network.position_embeddings.shape == (1, 6, 768)


def test_tensors_that_do_not_fit_are_named() -> None:
    weights = empty_weights(depth=2)
    missing = "transformer.encoder.layer.1.attn.w21"
    with pytest.raises(CheckpointMismatchError, match=f"1 missing: {missing}"):
        rgbsar_core.load_reference("ftransunet", {k: v for k, v in weights.items() if k != missing})
    with pytest.raises(CheckpointMismatchError, match=f"no tensor {POSITIONS}"):
        rgbsar_core.load_reference("ftransunet", {k: v for k, v in weights.items() if k != POSITIONS})
    with pytest.raises(CheckpointMismatchError, match="1 unexpected: transformer.extra"):
        rgbsar_core.load_reference("ftransunet", {**weights, "transformer.extra": torch.zeros(1)})


# --- parts


def test_position_embeddings_are_resampled_only_for_another_grid() -> None:
    network = without_memory(depth=1, token_rows=2, token_columns=3)
    values = torch.tensor([[0.0, 1.0, 2.0], [4.0, 5.0, 6.0]])  # 4 * row + column
    network.position_embeddings = torch.nn.Parameter(values.reshape(1, 6, 1).repeat(1, 1, 768))
    assert torch.equal(network.positions((2, 3)), network.position_embeddings)
    # Pixel edges aligned: the rows of the finer grid lie at -1/4, 1/4, 3/4, 5/4 of the coarser, held at the ends.
    expected = torch.tensor([0.0, 1.0, 3.0, 4.0]).reshape(4, 1) + torch.tensor([0.0, 1.0, 2.0])
    found = network.positions((4, 3))
    assert found.shape == (1, 12, 768)
    assert torch.equal(found[0, :, 5].reshape(4, 3), expected)


def test_kernels_are_standardised_in_every_pass() -> None:
    conv = ftransunet.StandardisedConv2d(2, 1, 1, bias=False).eval()
    image = torch.tensor([[[[5.0]], [[2.0]]]])
    found = []
    with torch.inference_mode():
        for first, second in ((1.0, 3.0), (3.0, 1.0)):  # mean 2, variance 1
            conv.weight.copy_(torch.tensor([first, second]).reshape(1, 2, 1, 1))
            found.append(float(conv(image)))
    assert found == pytest.approx([-3.0 / 1.00001**0.5, 3.0 / 1.00001**0.5], abs=1e-6)


def test_the_middle_half_of_the_layers_exchanges() -> None:
    for depth, exchanging in ((12, range(3, 9)), (4, range(1, 3)), (1, range(1))):
        layers = without_memory(depth=depth).layers
        assert [i for i, layer in enumerate(layers) if layer.optical.exchange and layer.sar.exchange] == [*exchanging]


def test_each_stream_attends_to_the_other_by_its_cross_weight() -> None:
    torch.manual_seed(0)
    layer = ftransunet.TwoStreamLayer(0.0, exchange=True).double().eval()
    plain = ftransunet.TwoStreamLayer(0.0, exchange=False).double().eval()
    plain.load_state_dict({k: v for k, v in layer.state_dict().items() if not k.endswith("_weight")})
    optical, sar = torch.randn(2, 1, 6, 768, dtype=torch.float64)
    with torch.inference_mode():
        for stream in (layer.optical, layer.sar):
            stream.self_weight.fill_(1.0)
            stream.cross_weight.fill_(0.0)
        for found, expected in zip(layer(optical, sar), plain(optical, sar)):
            torch.testing.assert_close(found, expected, rtol=0, atol=1e-12)
        layer.sar.cross_weight.fill_(0.5)
        assert torch.equal(layer(optical, sar)[0], layer(optical, 2 + sar)[0])
        assert not torch.equal(layer(optical, sar)[1], layer(optical.flip(2), sar)[1])


def test_a_fresh_network_weighs_both_modalities_alike_and_drops_values_in_training() -> None:
    torch.manual_seed(0)
    network = ftransunet.build(depth=1, token_rows=2, token_columns=2)
    stream = network.layers[0].sar
    assert (stream.self_weight.item(), stream.cross_weight.item()) == (0.5, 0.5)
    bound = (6 / (768 + 3072)) ** 0.5  # Xavier's uniform distribution
    assert 0.99 * bound < stream.fc1.weight.abs().max().item() <= bound
    assert 0 < stream.fc2.bias.abs().max().item() < 1e-5
    drops = []
    for module in network.modules():
        if isinstance(module, torch.nn.Dropout):
            module.register_forward_hook(lambda module, _inputs, output: drops.append((module.p, output.shape[2])))
    with torch.no_grad():
        network(torch.randn(2, 3, 32, 32), torch.randn(2, 1, 32, 32))
    # Both streams: tokens, and after each linear layer of the perceptron.
    assert sorted(drops) == sorted(2 * [(0.1, 768)] + 2 * [(0.1, 3072), (0.1, 768)])
