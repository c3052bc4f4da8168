"""Fine-tuning: a run that starts from a model file."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
import torch

from rgbsar_core.engine.model_file import load_model, save_model
from rgbsar_core.errors import InputError
from rgbsar_core.registry import create_network
from training import task, train
from training.card import build_card, input_specs
from training.recipe_file import read_recipe
from training.starting import class_keys, load_start

from .scenes_on_disk import tiny_recipe

NUMBERS = (((0.4, 0.4, 0.4), (0.2, 0.2, 0.2)), ((0.3,), (0.1,)))
THREE = "classes=[{value: 1, name: a, color: [0, 0, 0]}, {value: 2, name: b, color: [1, 1, 1]}, "
THREE += "{value: 4, name: bright, color: [2, 2, 2]}]"
TWO_OTHERS = THREE.replace("{value: 2, name: b, color: [1, 1, 1]}, ", "")


@pytest.fixture(scope="module")
def model(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of the two classes of the tiny set; every weight is 0.25."""
    path = tmp_path_factory.mktemp("start") / "trained.safetensors"
    recipe = tiny_recipe(tiny)
    network = create_network("asanet", optical_channels=3, sar_channels=1, num_classes=2, size="atto").eval()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.fill_(0.25)
    save_model(path, network, build_card(recipe, input_specs(recipe, NUMBERS), {}))
    return path


def started(tiny: Path, model: Path, *overrides: str) -> torch.nn.Module:
    """A fresh network of the recipe, started from the model."""
    recipe = tiny_recipe(tiny, *overrides)
    torch.manual_seed(1)
    network = create_network(
        "asanet", optical_channels=3, sar_channels=1, num_classes=len(recipe.classes), size="atto"
    )
    load_start(network, recipe, str(model))
    return network


def quarters(network: torch.nn.Module) -> set[str]:
    return {name for name, parameter in network.named_parameters() if bool((parameter == 0.25).all())}


def test_the_same_classes_keep_every_weight(tiny: Path, model: Path) -> None:
    network = started(tiny, model)
    assert quarters(network) == {name for name, _ in network.named_parameters()}


@pytest.mark.parametrize("classes", [THREE, TWO_OTHERS], ids=["more", "others"])
def test_other_classes_renew_the_last_layers_of_the_heads_alone(tiny: Path, model: Path, classes: str) -> None:
    """Also as many classes of other names: the channels would mean something else."""
    network = started(tiny, model, classes)
    renewed = {name for name, _ in network.named_parameters()} - quarters(network)
    assert renewed == {
        f"{head}.classifier.{kind}" for head in ("decode_head", "auxiliary_head") for kind in ("weight", "bias")
    }
    assert class_keys(tiny_recipe(tiny, classes)) == renewed


def test_a_run_fine_tunes_and_says_so(
    tiny: Path, model: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """With a rate too small to count the run ends where it started."""
    arguments = [str(tiny / "recipe.yaml"), f"network.start_from={model}", f"trainer.output={tmp_path}"]
    arguments += ["optimiser.rate=1e-30", "trainer.steps=1", "trainer.stored=float32"]
    with caplog.at_level(logging.INFO):
        assert train.main(arguments) == 0
    assert "tensors kept, 0 renewed" in caplog.text
    assert "decode_head.classifier.weight" in quarters(load_model(tmp_path / "model.safetensors")[0])


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("sar.bands=[{name: VV}, {name: VH}]", "takes 1 SAR bands, the recipe has 2; expected the same"),
        ("optical.bands=[{name: red}]", "takes 3 optical bands, the recipe has 1; expected the same"),
        ("network.size=pico", "is asanet size=atto, the recipe has asanet size=pico; expected the same network"),
        ("network={name: cmx}", "is asanet .*the recipe has cmx"),
    ],
)
def test_a_model_that_does_not_fit_is_refused(tiny: Path, model: Path, override: str, message: str) -> None:
    recipe = tiny_recipe(tiny, override)
    network = create_network(
        recipe.network.name,
        optical_channels=len(recipe.optical.bands),
        sar_channels=len(recipe.sar.bands),
        num_classes=2,
        **recipe.network.keywords(),
    )
    with pytest.raises((InputError, train.RgbSarError), match=message):
        load_start(network, recipe, str(model))


FROZEN = ("optical_encoder", "decode_head")


@pytest.fixture(scope="module")
def random_model(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of weights drawn at random, whose batch statistics are not those of the tiny set."""
    path = tmp_path_factory.mktemp("start") / "random.safetensors"
    recipe = tiny_recipe(tiny)
    torch.manual_seed(5)
    network = create_network("asanet", optical_channels=3, sar_channels=1, num_classes=2, size="atto").eval()
    save_model(path, network, build_card(recipe, input_specs(recipe, NUMBERS), {}))
    return path


def frozen_run(tiny: Path, model: Path, output: Path, *overrides: str) -> list[str]:
    """Arguments of a run that keeps two parts of the network."""
    arguments = [str(tiny / "recipe.yaml"), f"network.start_from={model}", f"network.frozen=[{', '.join(FROZEN)}]"]
    return [*arguments, f"trainer.output={output}", "trainer.stored=float32", *overrides]


def tensors(path: Path) -> dict[str, torch.Tensor]:
    return load_model(path)[0].state_dict()


def test_frozen_parts_end_bit_by_bit_as_they_started_and_all_others_move(
    tiny: Path, random_model: Path, tmp_path: Path
) -> None:
    """Batch statistics included, also after a validation in the middle of the run; weight decay is on."""
    assert train.main(frozen_run(tiny, random_model, tmp_path, "trainer.validate_every=1")) == 0
    before, after = tensors(random_model), tensors(tmp_path / "model.safetensors")
    kept = {key for key in before if torch.equal(before[key], after[key])}
    frozen = {key for key in before if key.startswith(FROZEN)}
    assert any(key.endswith("running_mean") for key in frozen)
    assert kept >= frozen
    parameters = {name for name, _ in load_model(random_model)[0].named_parameters()}
    assert not kept & (parameters - frozen)


def test_a_frozen_run_that_was_stopped_ends_as_one_that_was_not(
    tiny: Path, random_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped by a loss that is no number, after the checkpoint of two steps of four."""
    straight, stopped = tmp_path / "straight", tmp_path / "stopped"
    assert train.main(frozen_run(tiny, random_model, straight, "trainer.steps=4")) == 0
    honest, calls = task.segmentation_loss, []

    def nan_at_the_fourth(*arguments: Any) -> torch.Tensor:
        calls.append(1)
        return honest(*arguments) * (torch.nan if len(calls) == 4 else 1.0)

    monkeypatch.setattr(task, "segmentation_loss", nan_at_the_fourth)
    assert train.main(frozen_run(tiny, random_model, stopped, "trainer.steps=4")) == 1
    monkeypatch.undo()
    assert train.main(frozen_run(tiny, random_model, stopped, "trainer.steps=4", "trainer.resume=true")) == 0
    expected, found = tensors(straight / "model.safetensors"), tensors(stopped / "model.safetensors")
    assert expected.keys() == found.keys()
    assert all(torch.equal(expected[key], found[key]) for key in expected)


def test_a_part_the_network_does_not_have_is_refused_with_those_it_has(
    tiny: Path, random_model: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    arguments = frozen_run(tiny, random_model, tmp_path / "run", "network.frozen=[optical_encoder, encoder]")
    assert train.main(arguments) == 1
    assert "network.frozen names 'encoder', which the network does not have; expected one of" in caplog.text
    assert "optical_encoder" in caplog.text and "Correct the recipe." in caplog.text
    assert not (tmp_path / "run" / "model.safetensors").exists()


def test_random_weights_are_not_kept(tiny: Path) -> None:
    with pytest.raises(InputError, match="gives network.frozen, but no weights to start from; expected start_from or"):
        tiny_recipe(tiny, "network.frozen=[optical_encoder]")


def test_two_starts_are_refused(tiny: Path) -> None:
    with pytest.raises(InputError, match="start_from and encoder weights; expected one start"):
        read_recipe(tiny / "recipe.yaml", ["network.start_from=a", "network.encoder_weights=b"])
