"""Train a grid of recipes and compare them: `python -m training.sweep SWEEP.yaml [key=value ...]`.

The YAML file names a recipe (or `recipes`, name to file), the overrides of every run, the seeds, and what is compared:
`candidates` (each a list of overrides), a `grid` (key to values), or both; every combination is a candidate. One run
per candidate and seed, one after the other. Runs that are done are kept and one that was stopped is resumed, so the
same command goes on where it was; with other settings it is refused before the first run. A run that fails is told and
left out. Prints the mean and spread over the seeds as Markdown and writes `results.csv`.
"""

from __future__ import annotations

import argparse
import csv
import json
import logging
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Optional

import torch

from rgbsar_core.errors import RgbSarError

from .recipe import Recipe
from .running import quieten
from .sweep_file import Sweep, read_sweep
from .sweep_run import Run, require_one_process, train_apart
from .train import train

logger = logging.getLogger(__name__)

@dataclass(frozen=True)
class Result:
    """Validation figures of one run, and what it cost.

    Attributes:
        kappa, parameters, minutes: None where an older version left none.
        class_iou: of each class with one.
    """

    candidate: str
    seed: int
    mean_iou: float
    overall_accuracy: float
    kappa: Optional[float] = None
    parameters: Optional[int] = None
    minutes: Optional[float] = None
    class_iou: dict[str, Optional[float]] = field(default_factory=dict)


def run_sweep(sweep: Sweep, overrides: Sequence[str] = ()) -> tuple[Result, ...]:
    """Train what is not there yet and read every run's figures; runs that fail are logged and left out.

    Args:
        sweep: what is compared.
        overrides: of every run, after the sweep's own.

    Raises:
        InputError: a run that is there was made by another recipe; more than one process, or machine.
    """
    require_one_process()
    runs = [
        Run(candidate, seed, sweep.output / f"{candidate}-seed{seed}", sweep.recipes.get(candidate, sweep.recipe),
            (*sweep.overrides, *own, *overrides, f"seed={seed}"))
        for candidate, own in sweep.candidates.items()
        for seed in sweep.seeds
    ]  # fmt: skip
    for run in runs:
        run.require_same()
    results = []
    for run in runs:
        try:
            recipe = run.recipe()
            if not run.is_done:
                logger.info("%s, seed %d", run.candidate, run.seed)
                train_one(run, recipe)
        except (RgbSarError, torch.OutOfMemoryError) as error:
            logger.error("%s, seed %d: %s", run.candidate, run.seed, error)
            continue
        results.append(_result(run.candidate, run.seed, run.folder))
    sweep.output.mkdir(parents=True, exist_ok=True)
    _write_csv(sweep.output / "results.csv", results)
    return tuple(results)


def train_one(run: Run, recipe: Recipe) -> None:
    """Train in this process, or where the recipe wants several, in those."""
    if recipe.trainer.devices > 1:
        train_apart(run.file, run.overrides)
        return
    try:
        train(recipe)
    finally:
        if torch.cuda.is_available():
            torch.cuda.empty_cache()  # the next network may be larger


def _result(candidate: str, seed: int, folder: Path) -> Result:
    metrics: dict[str, Any] = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    training = metrics.get("training", {})
    return Result(
        candidate,
        seed,
        metrics["mean_iou"],
        metrics["overall_accuracy"],
        metrics.get("kappa"),
        training.get("parameters"),
        training.get("minutes"),
        {name: figures["iou"] for name, figures in metrics.get("classes", {}).items()},
    )


def _write_csv(path: Path, results: Sequence[Result]) -> None:
    classes = list(dict.fromkeys(name for result in results for name in result.class_iou))
    figures = ("candidate", "seed", "mean_iou", "overall_accuracy", "kappa", "parameters", "minutes")
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow((*figures, *(f"iou {name}" for name in classes)))
        for result in results:
            own = (getattr(result, figure) for figure in figures)
            writer.writerow((*own, *(result.class_iou.get(name) for name in classes)))


def table(results: Sequence[Result]) -> str:
    """Markdown, the best mean IoU first; the spread is the standard deviation over the seeds.

    Kappa, parameters (millions) and minutes (of one run) have columns where every run has them.
    """
    columns = {"mIoU": "mean_iou", "OA": "overall_accuracy"}
    for title, figure in (("kappa", "kappa"), ("parameters, M", "parameters"), ("minutes", "minutes")):
        if results and all(getattr(result, figure) is not None for result in results):
            columns[title] = figure
    lines = [f"| candidate | runs | {' | '.join(columns)} |", "|---|---:" + "|---:" * len(columns) + "|"]
    runs: dict[str, list[Result]] = {}
    for result in results:
        runs.setdefault(result.candidate, []).append(result)
    for name in sorted(runs, key=lambda name: -statistics.mean(r.mean_iou for r in runs[name])):
        cells = (_cell(figure, [getattr(run, figure) for run in runs[name]]) for figure in columns.values())
        lines.append(f"| {name} | {len(runs[name])} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _cell(figure: str, values: Sequence[float]) -> str:
    mean = statistics.mean(values)
    if figure == "parameters":
        return f"{mean / 1e6:.2f}"
    if figure == "minutes":
        return f"{mean:.1f}"
    return f"{mean:.3f}" if len(values) < 2 else f"{mean:.3f} ± {statistics.stdev(values):.3f}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m training.sweep", description=__doc__)
    parser.add_argument("sweep", help="YAML file, such as training/sweeps/landcover_us_selection.yaml")
    parser.add_argument("overrides", nargs="*", metavar="key=value", help="of every run, such as trainer.steps=100")
    given = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    quieten()
    try:
        sweep = read_sweep(given.sweep)
        results = run_sweep(sweep, given.overrides)
        sys.stdout.write(table(results))
    except (RgbSarError, OSError) as error:
        logger.error("%s", error)
        return 1
    except KeyboardInterrupt:
        logger.error("Stopped; the same command goes on with the runs that are missing.")
        return 130
    missing = len(sweep.candidates) * len(sweep.seeds) - len(results)
    if missing:
        logger.error("%d runs failed, see above; the same command tries them again.", missing)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
