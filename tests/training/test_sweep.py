"""A grid of recipes: read, run, stopped, compared."""

from __future__ import annotations

import csv
import datetime
import json
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml

from rgbsar_core.errors import InputError
from training import sweep
from training.recipe import Recipe
from training.recipe_file import read_recipe

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
    plain_rate = read_recipe(tiny / "recipe.yaml").optimiser.rate
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
    plain_rate = read_recipe(tiny / "recipe.yaml").optimiser.rate
    seen = pretend(monkeypatch, {(rate, seed): 0.5 for rate in (plain_rate, 0.01) for seed in (1, 2)})
    plan = sweep.read_sweep(grid)
    first = sweep.run_sweep(plan)
    (plan.output / "faster-seed2" / "metrics.json").unlink()
    (plan.output / "faster-seed2").rmdir()
    assert sweep.run_sweep(plan) == first
    assert len(seen) == 5


def record(folder: Path, recipe: Recipe) -> None:
    """As a finished run leaves its figures."""
    folder.mkdir(parents=True)
    figures = {"mean_iou": 0.5, "overall_accuracy": 0.6, "recipe": recipe.to_json()}
    (folder / "metrics.json").write_text(json.dumps(figures), encoding="utf-8")


@pytest.fixture
def finished(grid: Path, monkeypatch: pytest.MonkeyPatch) -> sweep.Sweep:
    """The sweep whose runs are all there; a further one would fail."""
    monkeypatch.setattr(sweep, "train", lambda recipe: record(Path(recipe.trainer.output), recipe))
    plan = sweep.read_sweep(grid)
    sweep.run_sweep(plan)

    def no_more(_: Recipe) -> None:
        raise AssertionError("trained again")

    monkeypatch.setattr(sweep, "train", no_more)
    return plan


def test_runs_made_by_the_same_recipe_are_kept(finished: sweep.Sweep) -> None:
    """What only changes how a run is carried out does not count."""
    how = ("trainer.workers=2", "trainer.threads=2", "data.memory_mb=9", "trainer.progress_bar=true")
    assert len(sweep.run_sweep(finished, how)) == 4


@pytest.mark.parametrize(("override", "told"), [
    ("trainer.steps=7", "trainer.steps 1, this sweep asks for 7"),
    ("augmentation.flips.vertical=0.5", "augmentation.flips.vertical 0.0, this sweep asks for 0.5"),
    ("network.parameters={decoder_width: 8}", 'network.parameters {}, this sweep asks for {"decoder_width": 8}'),
])  # fmt: skip
def test_runs_made_by_another_recipe_are_refused_with_the_first_key_that_differs(
    override: str, told: str, finished: sweep.Sweep
) -> None:
    with pytest.raises(InputError) as refused:
        sweep.run_sweep(finished, [override])
    assert f"plain-seed1' was made with {told}; expected the same" in str(refused.value)
    assert "Give another output, or delete that folder to train anew." in str(refused.value)


def test_a_run_begun_by_another_recipe_is_refused_before_any_training(
    grid: Path, monkeypatch: pytest.MonkeyPatch, tiny: Path
) -> None:
    seen = pretend(monkeypatch, {})
    begun = grid.parent / "runs" / "faster-seed2"
    begun.mkdir(parents=True)
    made = read_recipe(tiny / "recipe.yaml", ["trainer.steps=3", "optimiser.rate=0.01", "seed=2"])
    state = {"recipe": json.dumps(made.to_json()), "global_step": 2, "elapsed_seconds": 1.0}
    torch.save(state, begun / "last.ckpt")
    with pytest.raises(InputError, match="faster-seed2' was made with trainer.steps 3, this sweep asks for 1"):
        sweep.run_sweep(sweep.read_sweep(grid))
    assert seen == []


def test_runs_of_an_older_version_are_kept_with_a_warning(
    grid: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tiny: Path
) -> None:
    rate = read_recipe(tiny / "recipe.yaml").optimiser.rate
    pretend(monkeypatch, {(rate, seed): 0.5 for rate in (rate, 0.01) for seed in (1, 2)})
    sweep.run_sweep(sweep.read_sweep(grid))
    assert "does not say by which recipe" not in caplog.text
    sweep.run_sweep(sweep.read_sweep(grid))
    assert "plain-seed1' does not say by which recipe it was made" in caplog.text


def test_a_sweep_is_one_process_on_one_machine(
    grid: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    assert sweep.main([str(grid), "trainer.nodes=2"]) == 1
    assert "trainer.nodes is 2; a sweep trains on one machine" in caplog.text
    monkeypatch.setenv("WORLD_SIZE", "2")
    assert sweep.main([str(grid)]) == 1
    assert "started as 2 processes; expected one, which starts the others for each run" in caplog.text


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_run_on_two_processes_follows_one_that_failed(
    grid: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Over gloo; of the first candidate both processes refuse the network."""
    plan = sweep.read_sweep(grid)
    candidates = {"odd": ("network.variant=odd",), "plain": ()}
    both = sweep.Sweep(plan.recipe, plan.output, plan.overrides, candidates, (1,))
    settings = ("trainer.devices=2", "trainer.strategy=ddp", "validation.calibrate=false")
    results = sweep.run_sweep(both, settings)
    assert [result.candidate for result in results] == ["plain"]
    assert "odd, seed 1: Training in several processes ended with exit code 1" in caplog.text
    assert "'odd'" in capfd.readouterr().err
    metrics = json.loads((plan.output / "plain-seed1" / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["training"]["samples_per_step"] == 4


@pytest.mark.parametrize(("change", "message"), [
    ({"seeds": []}, r"has the seeds \[\]; expected one or more whole numbers, each once"),
    ({"seeds": [1, 1]}, r"has the seeds \[1, 1\]"),
    ({"seeds": ["a"]}, r"has the seeds \['a'\]"),
    ({"candidates": {"a": "seed=1"}}, "has 'seed=1' under candidates, 'a'; expected a list"),
    ({"grid": {"optimiser.rate": 0.1}}, "has 0.1 under grid, 'optimiser.rate'; expected a list"),
    ({"grid": {"optimiser.rate": []}}, r"has \[\] under grid, 'optimiser.rate'"),
    ({"grid": {"optimiser.rate": [0.1, 0.1]}}, "has the candidate 'faster-rate=0.1', twice"),
    ({"grid": {"name": [datetime.date(2020, 1, 1)]}}, "under grid, 'name'; expected a list of texts, numbers"),
    ({"candidates": {"../a": None}}, "has the candidate '../a', which cannot be a folder's name"),
])  # fmt: skip
def test_lists_that_make_no_run_or_one_twice_are_refused(grid: Path, change: dict[str, Any], message: str) -> None:
    content = yaml.safe_load(grid.read_text(encoding="utf-8"))
    grid.write_text(yaml.safe_dump({**content, **change}), encoding="utf-8")
    with pytest.raises(InputError, match=message):
        sweep.read_sweep(grid)


@pytest.mark.slow
def test_a_real_run_is_measured(grid: Path) -> None:
    plan = sweep.read_sweep(grid)
    one = sweep.Sweep(plan.recipe, plan.output, plan.overrides, {"plain": ()}, (3,))
    (result,) = sweep.run_sweep(one)
    assert (result.candidate, result.seed) == ("plain", 3)
    assert 0.0 <= result.mean_iou <= result.overall_accuracy <= 1.0
    assert (plan.output / "plain-seed3" / "model.safetensors").is_file()
    assert sweep.run_sweep(one) == (result,)
    with pytest.raises(InputError, match="plain-seed3' was made with trainer.batch 2, this sweep asks for 3"):
        sweep.run_sweep(one, ["trainer.batch=3"])


@pytest.mark.parametrize(
    "text",
    [
        "recipe: a.yaml",
        "[]",
        "recipe: [",
        "recipe: a\noutput: b\nseeds: 1\ncandidates: {}",
        "recipes: {}\noutput: b\nseeds: [1]",
        "output: 2020-99-99",
    ],
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
        recipe = read_recipe(plan.recipes.get(name, plan.recipe), (*plan.overrides, *own))
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
    recipe = read_recipe(plan.recipes[name], plan.candidates[name])
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
