"""A grid of recipes: read, run, stopped, compared."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
import yaml

from rgbsar_core.errors import InputError
from training import sweep
from training.recipe import Recipe

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture
def grid(tmp_path: Path, tiny: Path) -> Path:
    path = tmp_path / "grid.yaml"
    content = {
        "recipe": str(tiny / "recipe.yaml"),
        "output": str(tmp_path / "runs"),
        "seeds": [1, 2],
        "overrides": ["trainer.steps=1"],
        "candidates": {"plain": None, "faster": ["optimiser.rate=0.01"]},
    }
    path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return path


def pretend(monkeypatch: pytest.MonkeyPatch, scores: dict[tuple[float, int], float]) -> list[Recipe]:
    """Instead of training: the score of (rate, seed)."""
    seen: list[Recipe] = []

    def train(recipe: Recipe) -> Path:
        seen.append(recipe)
        folder = Path(recipe.trainer.output)
        folder.mkdir(parents=True)
        score = scores[recipe.optimiser.rate, recipe.seed]
        figures = {"mean_iou": score, "overall_accuracy": score + 0.1}
        (folder / "metrics.json").write_text(json.dumps(figures), encoding="utf-8")
        return folder / "model.safetensors"

    monkeypatch.setattr(sweep, "train", train)
    return seen


def test_every_candidate_runs_with_every_seed_and_the_best_mean_comes_first(
    grid: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tiny: Path
) -> None:
    plain_rate = sweep.read_recipe(tiny / "recipe.yaml").optimiser.rate
    scores = {(plain_rate, 1): 0.5, (plain_rate, 2): 0.6, (0.01, 1): 0.7, (0.01, 2): 0.8}
    seen = pretend(monkeypatch, scores)
    assert sweep.main([str(grid)]) == 0
    assert [(recipe.optimiser.rate, recipe.seed) for recipe in seen] == list(scores)
    assert all(recipe.trainer.steps == 1 for recipe in seen)
    lines = capsys.readouterr().out.splitlines()
    assert lines[2:] == [
        "| faster | 2 | 0.750 ± 0.071 | 0.850 ± 0.071 |",
        "| plain | 2 | 0.550 ± 0.071 | 0.650 ± 0.071 |",
    ]
    with (grid.parent / "runs" / "results.csv").open(newline="", encoding="utf-8") as file:
        assert [float(row["mean_iou"]) for row in csv.DictReader(file)] == list(scores.values())


def test_runs_that_are_done_are_not_run_again(grid: Path, monkeypatch: pytest.MonkeyPatch, tiny: Path) -> None:
    plain_rate = sweep.read_recipe(tiny / "recipe.yaml").optimiser.rate
    seen = pretend(monkeypatch, {(rate, seed): 0.5 for rate in (plain_rate, 0.01) for seed in (1, 2)})
    plan = sweep.read_sweep(grid)
    first = sweep.run_sweep(plan)
    (plan.output / "faster-seed2" / "metrics.json").unlink()
    (plan.output / "faster-seed2").rmdir()
    assert sweep.run_sweep(plan) == first
    assert len(seen) == 5


@pytest.mark.slow
def test_a_real_run_is_measured(grid: Path) -> None:
    plan = sweep.read_sweep(grid)
    one = sweep.Sweep(plan.recipe, plan.output, plan.overrides, {"plain": ()}, (3,))
    (result,) = sweep.run_sweep(one)
    assert (result.candidate, result.seed) == ("plain", 3)
    assert 0.0 <= result.mean_iou <= result.overall_accuracy <= 1.0
    assert (plan.output / "plain-seed3" / "model.safetensors").is_file()


@pytest.mark.parametrize(
    "text", ["recipe: a.yaml", "[]", "recipe: [", "recipe: a\noutput: b\nseeds: 1\ncandidates: {}"]
)
def test_a_sweep_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "grid.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="grid.yaml"):
        sweep.read_sweep(path)
    assert sweep.main([str(path)]) == 1


@pytest.mark.parametrize("path", sorted((REPOSITORY / "training" / "sweeps").glob("*.yaml")), ids=lambda p: p.stem)
def test_every_sweep_of_the_repository_has_candidates_whose_recipes_parse(path: Path) -> None:
    plan = sweep.read_sweep(path)
    assert len(plan.candidates) >= 2
    for name, own in plan.candidates.items():
        recipe = sweep.read_recipe(plan.recipes.get(name, plan.recipe), (*plan.overrides, *own))
        assert recipe.data.splits is None or Path(recipe.data.splits).is_file()


def test_the_ombria_sweep_runs_every_recipe_of_its_folder_as_it_is() -> None:
    plan = sweep.read_sweep(REPOSITORY / "training" / "sweeps" / "ombria.yaml")
    recipes = {path.stem: path for path in (REPOSITORY / "training" / "recipes" / "ombria").glob("*.yaml")}
    assert plan.recipes == recipes
    assert plan.candidates == dict.fromkeys(recipes, ())


def test_a_grid_runs_every_combination_of_recipes_candidates_and_values(tmp_path: Path, tiny: Path) -> None:
    content = {
        "recipes": {"one": str(tiny / "recipe.yaml"), "two": str(tiny / "recipe.yaml")},
        "output": "runs",
        "seeds": [1],
        "candidates": {"plain": None, "sure": ["loss.label_smoothing=0"]},
        "grid": {"optimiser.rate": [0.1, 0.01], "network.parameters": [{"decoder_width": 8}]},
    }
    path = tmp_path / "grid.yaml"
    path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    plan = sweep.read_sweep(path)
    assert len(plan.candidates) == 2 * 2 * 2
    name = "two-sure-rate=0.01-parameters=decoder_width_8"
    assert plan.candidates[name] == (
        "loss.label_smoothing=0", "optimiser.rate=0.01", 'network.parameters={"decoder_width": 8}',
    )  # fmt: skip
    recipe = sweep.read_recipe(plan.recipes[name], plan.candidates[name])
    assert (recipe.optimiser.rate, recipe.network.parameters) == (0.01, {"decoder_width": 8})


def test_table_and_csv_tell_kappa_parameters_minutes_and_the_classes(
    grid: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def train(recipe: Recipe) -> Path:
        folder = Path(recipe.trainer.output)
        folder.mkdir(parents=True)
        figures = {
            "mean_iou": 0.5, "overall_accuracy": 0.6, "kappa": 0.1 * recipe.seed,
            "classes": {"water": {"iou": 0.7}, "rock": {"iou": None}},
            "training": {"parameters": 3_400_000, "minutes": 10.0 * recipe.seed},
        }  # fmt: skip
        (folder / "metrics.json").write_text(json.dumps(figures), encoding="utf-8")
        return folder

    monkeypatch.setattr(sweep, "train", train)
    assert sweep.main([str(grid)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "| candidate | runs | mIoU | OA | kappa | parameters, M | minutes |"
    assert lines[2] == "| plain | 2 | 0.500 ± 0.000 | 0.600 ± 0.000 | 0.150 ± 0.071 | 3.40 | 15.0 |"
    with (grid.parent / "runs" / "results.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(row["minutes"], row["iou water"], row["iou rock"]) for row in rows[:2]] == [
        ("10.0", "0.7", ""), ("20.0", "0.7", ""),
    ]  # fmt: skip


def test_a_run_that_fails_is_told_and_the_others_go_on(
    grid: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    pretend(monkeypatch, {(0.01, 1): 0.5, (0.01, 2): 0.5})
    honest = sweep.train

    def train(recipe: Recipe) -> Path:
        if recipe.optimiser.rate != 0.01:
            raise InputError("It cannot be.")
        return honest(recipe)

    monkeypatch.setattr(sweep, "train", train)
    assert sweep.main([str(grid)]) == 1
    assert "plain, seed 1: It cannot be." in caplog.text
    assert "2 runs failed, see above; the same command tries them again" in caplog.text
    assert capsys.readouterr().out.splitlines()[2:] == ["| faster | 2 | 0.500 ± 0.000 | 0.600 ± 0.000 |"]


def test_a_run_that_was_stopped_is_resumed(grid: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bool] = []

    def train(recipe: Recipe) -> Path:
        seen.append(recipe.trainer.resume)
        folder = Path(recipe.trainer.output)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "metrics.json").write_text('{"mean_iou": 0.5, "overall_accuracy": 0.5}', encoding="utf-8")
        return folder

    monkeypatch.setattr(sweep, "train", train)
    stopped = grid.parent / "runs" / "faster-seed1"
    stopped.mkdir(parents=True)
    (stopped / "last.ckpt").touch()
    sweep.run_sweep(sweep.read_sweep(grid))
    assert seen == [False, False, True, False]
