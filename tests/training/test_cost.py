"""What a recipe takes, counted without running it."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.autograd.graph import saved_tensors_hooks

from rgbsar_core.registry import measure_network
from training.cost import KeptMaps, count_cost, main
from training.recipe import NetworkRecipe, Recipe

from .scenes_on_disk import tiny_recipe

ENCODERS = ("optical_encoder", "sar_encoder")


def recipe_of(folder: Path, network: NetworkRecipe, **trainer: object) -> Recipe:
    """A tiny recipe with batches of 2 crops of 32 x 32 pixels."""
    recipe = tiny_recipe(folder)
    return dataclasses.replace(
        recipe,
        network=network,
        augmentation=dataclasses.replace(recipe.augmentation, crop=32),
        trainer=dataclasses.replace(recipe.trainer, batch=2, **trainer),
    )


def test_kept_maps_are_those_the_backward_pass_reads() -> None:
    """The convolution keeps its input (3 x 8 x 8 floats), ReLU its output (4 x 8 x 8); weights do not count."""
    with torch.device("meta"):
        network = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.ReLU())
        image = torch.empty(1, 3, 8, 8)
    kept = KeptMaps(network)
    with saved_tensors_hooks(kept.keep, lambda tensor: tensor):
        network(image).sum().backward()
    assert kept.bytes == 4 * (3 * 64 + 4 * 64)


def test_a_step_costs_nearly_three_passes(tiny: Path) -> None:
    """The backward pass takes two products for each of the forward pass, but one where no image wants a gradient."""
    recipe = recipe_of(tiny, NetworkRecipe(name="unet", variant="plain"))
    cost = count_cost(recipe)
    bands = len(recipe.optical.bands), len(recipe.sar.bands)
    forward = measure_network(
        "unet",
        variant="plain",
        optical_channels=bands[0],
        sar_channels=bands[1],
        num_classes=len(recipe.classes),
        tile_size=32,
    )
    assert cost.parameters == forward.parameters
    passes = cost.step_operations / (2 * forward.macs * 2)  # two operations a product, two images
    assert 2.9 < passes < 3.0


def test_accumulated_batches_take_time_and_no_memory(tiny: Path) -> None:
    network = NetworkRecipe(name="unet", variant="plain")
    once, four = (count_cost(recipe_of(tiny, network, accumulate=count)) for count in (1, 4))
    assert four.step_operations == 4 * once.step_operations
    assert (four.images, once.images) == (8, 2)
    assert four.memory == once.memory
    assert four.hours(1e12) == pytest.approx(4 * once.steps * once.step_operations / 1e12 / 3600)


def test_frozen_parts_need_neither_gradients_nor_the_optimisers_memory(tiny: Path) -> None:
    whole = count_cost(recipe_of(tiny, NetworkRecipe(name="asanet", size="atto")))
    frozen = NetworkRecipe(name="asanet", size="atto", start_from="any.safetensors", frozen=ENCODERS)
    part = count_cost(recipe_of(tiny, frozen))
    assert part.parameters == whole.parameters
    assert part.memory < 0.7 * whole.memory
    assert part.step_operations < 0.8 * whole.step_operations


def test_prints_a_line_for_each_recipe(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = "training/recipes/ombria/pspnet.yaml"
    assert main([file, file, "trainer.batch=2", "augmentation.crop=64", "--rate", "2"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "hours at 2 x 10^12 a second" in lines[0]
    assert len(lines) == 4
    assert lines[2].startswith("| ombria-pspnet | 46.")


def test_a_key_that_does_not_exist_is_refused(caplog: pytest.LogCaptureFixture) -> None:
    assert main(["training/recipes/ombria/pspnet.yaml", "trainer.bach=1"]) == 1
    assert "trainer.batch" in caplog.text
