"""Recipes are read strictly."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from rgbsar_core.errors import InputError
from rgbsar_core.networks import network_info
from training.recipe_file import read_recipe

from .scenes_on_disk import recipe_data

RECIPES = sorted((Path(__file__).resolve().parents[2] / "training" / "recipes").rglob("*.yaml"))


def write(folder: Path, **changes: Any) -> Path:
    path = folder / "recipe.yaml"
    path.write_text(yaml.safe_dump({**recipe_data(folder), **changes}), encoding="utf-8")
    return path


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_every_recipe_of_the_repository_parses_and_its_files_exist(path: Path) -> None:
    recipe = read_recipe(path)
    assert recipe.network.size in network_info(recipe.network.name).options["size"]
    assert recipe.network.variant in network_info(recipe.network.name).options["variant"]
    assert Path(recipe.data.splits).is_file()
    assert recipe.data.polygons is None or Path(recipe.data.polygons).is_file()
    assert recipe.licence and recipe.description and recipe.data.sources


def test_there_is_a_recipe_to_test() -> None:
    assert RECIPES


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"tittle": "x"}, "'tittle', which does not exist.*Did you mean 'title'"),
        ({"loss": {"auxilliary": 0.4}}, r"'loss\.auxilliary', which does not exist.*'loss\.auxiliary'"),
        ({"seed": "many"}, "'seed' is 'many'; expected int"),
        ({"seed": True}, "'seed' is True; expected int"),
        ({"loss": 3}, "'loss' is 3; expected keys and values"),
        ({"augmentation": {"scale": [0.5]}}, r"'augmentation\.scale' is \[0\.5\]; expected tuple\[float, float\]"),
        ({"classes": [{"value": 1, "name": "a", "color": [0, 0, "x"]}]}, r"classes\[0\]\.color\[2\]' is 'x'"),
        ({"schedule": {"kind": "step"}}, "'step' is unknown; expected cosine or poly"),
        ({"trainer": {"output": "x", "steps": 0}}, r"trainer\.steps is 0; expected 1 or more"),
        ({"trainer": {"output": "x", "stored": "int8"}}, r"trainer\.stored is 'int8'; expected float16 or float32"),
        ({"trainer": {}}, r"has no 'trainer\.output', which has no default"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_recipe(write(tmp_path, **changes))


def test_overrides_replace_and_add_values_in_yaml(tmp_path: Path) -> None:
    overrides = ("trainer.steps=7", "optimiser.clip=0.5", "augmentation.scale=[1, 2]", "sar.clip=null", "title=a=b")
    recipe = read_recipe(write(tmp_path), overrides)
    assert recipe.trainer.steps == 7
    assert recipe.optimiser.clip == 0.5
    assert recipe.augmentation.scale == (1.0, 2.0)
    assert recipe.sar.clip is None
    assert recipe.title == "a=b"


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("trainer.steps", "expected key=value"),
        ("title.more=1", "goes below 'title', which is a value"),
        ("trainer.stepps=1", r"Did you mean 'trainer\.steps'"),
        ("seed=[1", "not YAML"),
    ],
)
def test_overrides_are_as_strict_as_the_file(tmp_path: Path, override: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_recipe(write(tmp_path), [override])


def test_files_that_are_no_recipe_get_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read: No such file"):
        read_recipe(tmp_path / "none.yaml")
    path = tmp_path / "broken.yaml"
    path.write_text("a: [", encoding="utf-8")
    with pytest.raises(InputError, match="not valid YAML"):
        read_recipe(path)
    path.write_text("- a", encoding="utf-8")
    with pytest.raises(InputError, match="holds a list; expected keys"):
        read_recipe(path)


def test_paths_start_at_the_recipe_and_folders_at_the_working_directory(tmp_path: Path) -> None:
    path = write(tmp_path)
    recipe = read_recipe(path, ["data.folders=[somewhere]", "data.polygons=../p.geojson"])
    assert recipe.data.splits == str(tmp_path.resolve() / "scenes.csv")
    assert recipe.data.polygons == str(tmp_path.resolve().parent / "p.geojson")
    assert recipe.data.folders == ("somewhere",)
