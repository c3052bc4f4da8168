"""Recipes are read strictly."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from rgbsar_core.errors import InputError
from rgbsar_core.model_card import Band
from rgbsar_core.networks import network_info
from training.recipe_file import read_recipe

from .scenes_on_disk import recipe_data

FOLDER = Path(__file__).resolve().parents[2] / "training" / "recipes"
RECIPES = sorted(path for path in FOLDER.rglob("*.yaml") if path.parent.name != "base")


def write(folder: Path, **changes: Any) -> Path:
    path = folder / "recipe.yaml"
    path.write_text(yaml.safe_dump({**recipe_data(folder), **changes}), encoding="utf-8")
    return path


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_recipe_of_the_repository_parses_and_its_files_exist(path: Path) -> None:
    recipe = read_recipe(path)
    options = network_info(recipe.network.name).options
    for name, value in recipe.network.keywords().items():
        assert value in options.get(name, (value,))
    assert recipe.data.splits is None or Path(recipe.data.splits).is_file()
    assert recipe.data.polygons is None or Path(recipe.data.polygons).is_file()
    assert recipe.licence and recipe.description and recipe.data.sources


def test_there_is_a_recipe_to_test() -> None:
    assert RECIPES


def test_recipes_of_a_folder_differ_in_name_title_and_output() -> None:
    recipes = [read_recipe(path) for path in RECIPES]
    for names in zip(*((recipe.name, recipe.title, recipe.trainer.output) for recipe in recipes)):
        assert len(set(names)) == len(recipes)


def test_a_recipe_extends_others_key_by_key_and_has_the_last_word(tmp_path: Path) -> None:
    base, more = tmp_path / "base" / "set.yaml", tmp_path / "base" / "more.yaml"
    base.parent.mkdir()
    data = recipe_data(tmp_path)
    own = {"name": data.pop("name"), "trainer": {"steps": 9}, "sar": {"clip": [0, 1]}}
    base.write_text(yaml.safe_dump({**data, "extends": ["more.yaml"]}), encoding="utf-8")
    more.write_text(yaml.safe_dump({"seed": 7, "trainer": {"batch": 5, "workers": 3}}), encoding="utf-8")
    path = tmp_path / "leaf.yaml"
    path.write_text(yaml.safe_dump({**own, "extends": ["base/set.yaml"]}), encoding="utf-8")
    recipe = read_recipe(path, ["trainer.workers=4"])
    assert (recipe.name, recipe.seed, recipe.sar.clip) == ("tiny", 7, (0.0, 1.0))
    assert (recipe.trainer.steps, recipe.trainer.batch, recipe.trainer.workers) == (9, 2, 4)
    assert recipe.data.splits == str(base.parent.resolve() / "scenes.csv")  # beside the file that names it
    more.write_text("extends: [set.yaml]", encoding="utf-8")
    with pytest.raises(InputError, match="more.yaml' extends itself|set.yaml' extends itself"):
        read_recipe(path)
    more.write_text("extends: set.yaml", encoding="utf-8")
    with pytest.raises(InputError, match="extends 'set.yaml'; expected a list of files"):
        read_recipe(path)


def test_the_authors_faults_hold_only_where_parity_asks_for_them(tmp_path: Path) -> None:
    path = write(tmp_path, with_parity={"sar": {"percentiles": [0, 100]}, "trainer": {"steps": 5}})
    assert read_recipe(path).sar.percentiles == (1.0, 99.0)
    recipe = read_recipe(path, ["parity=true", "trainer.steps=6"])
    assert recipe.sar.percentiles == (0.0, 100.0)
    assert recipe.trainer.steps == 6  # the command line has the last word
    with pytest.raises(InputError, match="'with_parity' is 3; expected keys and values"):
        read_recipe(write(tmp_path, with_parity=3), ["parity=true"])


@pytest.mark.parametrize(("overrides", "message"), [
    (["network.variant=optical", "augmentation.drop_optical=0.1"],
     r"augmentation.drop_optical is 0.1, but the network looks at the optical image alone, of which nothing"),
    (["network.variant=optical", "augmentation.cloud=0.2"], r"augmentation.cloud is 0.2, but .* optical image alone"),
    (["network.parameters={modality: sar}", "augmentation.drop_sar=0.3"], "drop_sar is 0.3, but .* SAR image alone"),
])  # fmt: skip
def test_blanking_the_only_input_is_refused(overrides: list[str], message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=message):
        read_recipe(write(tmp_path), overrides)


def test_blanking_what_the_network_ignores_is_allowed(tmp_path: Path) -> None:
    overrides = ["network.variant=sar", "augmentation.drop_optical=0.1", "augmentation.cloud=0.1"]
    assert read_recipe(write(tmp_path), overrides).network.alone == "sar"


@pytest.mark.parametrize(("override", "message"), [
    ("data.train_splits=[]", r"data.train_splits is \[\]; expected one or more, each named once"),
    ("data.train_splits=[train, train]", r"data.train_splits is \['train', 'train'\]"),
    ("data.validation_splits=[]", r"data.validation_splits is \[\]"),
    ("data.folders=[]", r"data.folders is \[\]"),
    ("classes=[]", "The recipe has 0 classes; expected two or more"),
    ("classes=[{value: 1, name: a, color: [0, 0, 0]}]", "The recipe has 1 classes"),
    ("sar.bands=[]", "a modality without bands"),
    ("trainer.steps=0", "trainer.steps is 0; expected 1 or more"),
])  # fmt: skip
def test_lists_without_an_entry_or_with_one_twice_are_refused(override: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=message):
        read_recipe(write(tmp_path), [override])


def test_outputs_beyond_the_classes_want_parity_and_become_classes_without_a_label(tmp_path: Path) -> None:
    path = write(tmp_path)
    classes = read_recipe(path).legend
    assert classes.values == (1, 4)
    legend = read_recipe(path, ["parity=true", "outputs=4"]).legend
    assert legend.classes[:2] == classes.classes
    assert (legend.values, legend.names[2:]) == ((1, 4, 2, 3), ("output 3", "output 4"))
    for overrides, message in (
        (["outputs=4"], "outputs is 4 with 2 classes and parity false; expected as many or more"),
        (["parity=true", "outputs=1"], "outputs is 1 with 2 classes and parity true"),
    ):
        with pytest.raises(InputError, match=message):
            read_recipe(path, overrides)


def test_a_share_may_be_written_as_a_fraction(tmp_path: Path) -> None:
    assert read_recipe(write(tmp_path), ["data.fraction=1/20"]).data.fraction == 0.05
    with pytest.raises(InputError, match=r"data\.fraction is 1\.5; expected more than 0 and up to 1"):
        read_recipe(write(tmp_path), ["data.fraction=3/2"])
    with pytest.raises(InputError, match=r"'data\.fraction' is '1/0'; expected float"):
        read_recipe(write(tmp_path), ["data.fraction=1/0"])


def test_what_a_data_set_says_of_itself_fills_the_gaps_of_a_recipe(tmp_path: Path) -> None:
    data = recipe_data(tmp_path)
    del data["classes"], data["optical"]["bands"], data["data"]["gsd"]
    data["sar"] = {"bands": [{"name": "HH"}]}
    path = tmp_path / "recipe.yaml"
    path.write_text(yaml.safe_dump(data), encoding="utf-8")
    with pytest.raises(InputError, match="has no 'classes', which has no default"):
        read_recipe(path)
    folder = tmp_path / "scenes"
    folder.mkdir()
    described = {
        "format_version": 1,
        "classes": [
            {"value": 5, "name": "sand", "color": [1, 2, 3]}, {"value": 7, "name": "rock", "color": [4, 5, 6]},
        ],
        "optical": {"bands": [{"name": "B4", "common_name": "red"}], "units": "reflectance"},
        "sar": {"bands": [{"name": "VV", "common_name": "VV"}], "units": "db"},
        "gsd": 12.5,
    }
    (folder / "dataset.json").write_text(json.dumps(described), encoding="utf-8")
    recipe = read_recipe(path)
    assert recipe.legend.values == (5, 7)
    assert recipe.optical.bands == (Band("B4", "red"),) and recipe.optical.clip == (-0.5, 2.0)
    assert recipe.sar.bands == (Band("HH"),) and recipe.sar.units == "db"
    assert recipe.data.gsd == 12.5
    (folder / "dataset.json").write_text('{"classes": 3}', encoding="utf-8")
    with pytest.raises(InputError, match="dataset.json' has the format version None"):
        read_recipe(path)


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("optical.file_bands=[1, 2]", r"file_bands are \[1, 2\] for 3 bands; expected one number from 1"),
        ("optical.file_bands=[0, 1, 2]", "expected one number from 1 for each band"),
        ("optical.mean=[1]", "fixes one of mean and std; expected both or neither"),
        ("optical={bands: [{name: a}], mean: [1, 2], std: [1]}", "mean has 2 numbers for 1 bands"),
        ("data.tiles={label: {folder: x, values: {a: 1}}}", r"values key' is 'a'; expected int"),
    ],
)
def test_what_a_recipe_says_of_its_data_is_checked(tmp_path: Path, override: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_recipe(write(tmp_path), [override])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"tittle": "x"}, "'tittle', which does not exist.*Did you mean 'title'"),
        ({"loss": {"auxilliary": 0.4}}, r"'loss\.auxilliary', which does not exist.*'loss\.auxiliary'"),
        ({"seed": "many"}, "'seed' is 'many'; expected int"),
        ({"seed": -1}, "seed is -1; expected 0 or more"),
        ({"seed": True}, "'seed' is True; expected int"),
        ({"loss": 3}, "'loss' is 3; expected keys and values"),
        ({"augmentation": {"scale": [0.5]}}, r"'augmentation\.scale' is \[0\.5\]; expected tuple\[float, float\]"),
        ({"classes": [{"value": 1, "name": "a", "color": [0, 0, "x"]}]}, r"classes\[0\]\.color\[2\]' is 'x'"),
        ({"schedule": {"kind": "linear"}}, "schedule.kind is 'linear'; expected cosine, poly, step or constant"),
        ({"trainer": {"output": "x", "steps": 0}}, r"trainer\.steps is 0; expected 1 or more"),
        ({"trainer": {"output": "x", "stored": "int8"}}, r"trainer\.stored is 'int8'; expected float16 or float32"),
        ({"trainer": {"output": "x", "threads": 0}}, r"trainer\.threads is 0; expected 1 or more"),
        ({"trainer": {"output": "x", "max_minutes": 0}}, r"trainer\.max_minutes is 0\.0; expected more than 0"),
        ({"trainer": {"output": "x", "average": 1}}, r"average is 1\.0; expected 0 or more and less than 1"),
        ({"optimiser": {"rate": -0.1}}, r"optimiser\.rate is -0\.1; expected more than 0"),
        ({"optimiser": {"betas": [0.9, 1]}}, r"optimiser\.betas is 1\.0; expected 0 or more and less than 1"),
        ({"augmentation": {"scale": [0, 1]}}, r"scale is \[0, 1\]; expected a low and a high number, both above 0"),
        ({"augmentation": {"sar_offset": [1, 0]}}, r"sar_offset is \[1, 0\]; expected a low and a high number\."),
        ({"loss": {"class_weights": [0, 0]}}, "Every class has the weight 0; expected one above it"),
        ({"loss": {"class_weights": [1, -1]}}, r"class_weights is -1\.0; expected 0 or more"),
        ({"trainer": {}}, r"has no 'trainer\.output', which has no default"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_recipe(write(tmp_path, **changes))


def test_numbers_may_be_written_with_a_power_of_ten(tmp_path: Path) -> None:
    """YAML takes 1e-3 for a text."""
    recipe = read_recipe(write(tmp_path), ["optimiser.rate=1e-3", "optimiser.weight_decay=5.5E-2"])
    assert (recipe.optimiser.rate, recipe.optimiser.weight_decay) == (0.001, 0.055)


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
        ("seed=2020-99-99", "not YAML"),
        (f"seed={'9' * 400}", "'seed' is a number beyond 2"),
        (f"optimiser.rate={'9' * 400}", "'optimiser.rate' is a number beyond 2"),
        (f"trainer.max_minutes='{'9' * 400}/1'", "trainer.max_minutes"),
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
    path.write_text("seed: 2020-99-99", encoding="utf-8")
    with pytest.raises(InputError, match="not valid YAML"):
        read_recipe(path)
    path.write_text('extends: ["a\\0b"]', encoding="utf-8")
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
