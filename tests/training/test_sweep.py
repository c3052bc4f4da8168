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
    for own in plan.candidates.values():
        recipe = sweep.read_recipe(plan.recipe, (*plan.overrides, *own))
        assert recipe.data.splits is None or Path(recipe.data.splits).is_file()


def test_the_ombria_sweep_runs_the_recipes_of_its_candidates_names() -> None:
    plan = sweep.read_sweep(REPOSITORY / "training" / "sweeps" / "ombria.yaml")
    recipes = {path.stem: path for path in (REPOSITORY / "training" / "recipes" / "ombria").glob("*.yaml")}
    assert set(plan.candidates) == set(recipes)
    for name, own in plan.candidates.items():
        written = sweep.read_recipe(recipes[name])
        swept = sweep.read_recipe(plan.recipe, (*own, f"trainer.output={written.trainer.output}"))
        assert swept == written
