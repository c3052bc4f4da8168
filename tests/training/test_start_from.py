"""Fine-tuning: a run that starts from a model file."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
import torch

from rgbsar_core.engine.model_file import load_model, save_model
from rgbsar_core.errors import InputError
from rgbsar_core.registry import create_network
from training import train
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
    """With a rate of 0 the run ends where it started."""
    arguments = [str(tiny / "recipe.yaml"), f"network.start_from={model}", f"trainer.output={tmp_path}"]
    arguments += ["optimiser.rate=0.0", "trainer.steps=1", "trainer.stored=float32"]
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


def test_two_starts_are_refused(tiny: Path) -> None:
    with pytest.raises(InputError, match="start_from and encoder weights; expected one start"):
        read_recipe(tiny / "recipe.yaml", ["network.start_from=a", "network.encoder_weights=b"])
