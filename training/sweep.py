"""Train a grid of recipes and compare them: `python -m training.sweep SWEEP.yaml [key=value ...]`.

The YAML file names a recipe (or `recipes`, name to file), the overrides of every run, the seeds, and what is compared:
`candidates` (each a list of overrides), a `grid` (key to values), or both; every combination is a candidate. One run
per candidate and seed, one after the other. Runs that are done are kept and one that was stopped is resumed, so the
same command goes on where it was; a run that fails is told and left out. Prints the mean and spread over the seeds as
Markdown and writes `results.csv`.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import json
import logging
import re
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Optional

import torch
import yaml

from rgbsar_core.errors import InputError, RgbSarError

from .recipe_file import read_recipe
from .running import quieten
from .train import train

logger = logging.getLogger(__name__)

_SHAPE = "a mapping with recipe or recipes, output, seeds, candidates or grid and perhaps overrides"
_KNOWN = {"recipe", "recipes", "output", "seeds", "candidates", "grid", "overrides"}


@dataclass(frozen=True)
class Sweep:
    """What is compared.

    Attributes:
        recipe: runs start from.
        output: folder; each run gets `<candidate>-seed<seed>` in it.
        overrides: of every run, `key=value`.
        candidates: name to further overrides.
        seeds: each candidate runs with each of them.
        recipes: candidates that start from another recipe, name to file.
    """

    recipe: Path
    output: Path
    overrides: tuple[str, ...]
    candidates: dict[str, tuple[str, ...]]
    seeds: tuple[int, ...]
    recipes: dict[str, Path] = field(default_factory=dict)


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


def read_sweep(path: str | Path) -> Sweep:
    """Read the YAML file; its recipes start at the file's own folder, its `output` at the working directory.

    Raises:
        InputError: the file cannot be read or does not have the expected keys.
    """
    path = Path(path)
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"The sweep '{path}' cannot be read: {error.strerror}. Check the path.") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(f"The sweep '{path}' is not valid YAML: {error}. Correct the file.") from error
    keys = set(data) if isinstance(data, dict) else set()
    if (
        not {"output", "seeds"} <= keys <= _KNOWN
        or len(keys & {"recipe", "recipes"}) != 1
        or not keys & {"candidates", "grid", "recipes"}
    ):
        raise InputError(f"The sweep '{path}' does not have the expected keys; expected {_SHAPE}. Correct the file.")
    lists = [data["seeds"], data.get("overrides") or []]
    mappings = [data.get(name, {}) for name in ("candidates", "grid", "recipes")]
    if not all(isinstance(part, list) for part in lists) or not all(isinstance(part, dict) for part in mappings):
        raise InputError(
            f"The sweep '{path}' wants lists of seeds and overrides and mappings of candidates, grid and recipes."
        )
    recipes = {str(name): (path.parent / str(file)).resolve() for name, file in mappings[2].items()}
    if not recipes:
        recipes = {"": (path.parent / str(data["recipe"])).resolve()}
    parts: list[list[tuple[str, tuple[str, ...]]]] = [
        [(name, ()) for name in recipes],
        [(str(name), tuple(map(str, own or ()))) for name, own in mappings[0].items()] or [("", ())],
        *([_point(str(key), value) for value in values or ()] for key, values in mappings[1].items()),
    ]
    candidates: dict[str, tuple[str, ...]] = {}
    starts: dict[str, Path] = {}
    for chosen in itertools.product(*parts):
        name = "-".join(filter(None, (part for part, _ in chosen))) or "all"
        candidates[name] = tuple(itertools.chain.from_iterable(own for _, own in chosen))
        starts[name] = recipes[chosen[0][0]]
    return Sweep(
        recipe=next(iter(recipes.values())),
        output=Path(str(data["output"])),
        overrides=tuple(map(str, lists[1])),
        candidates=candidates,
        seeds=tuple(map(int, data["seeds"])),
        recipes=starts if mappings[2] else {},
    )


def _point(key: str, value: Any) -> tuple[str, tuple[str, ...]]:
    """Name and override of one value of the grid: `fraction=0.05`, `data.fraction=0.05`."""
    text = json.dumps(value)
    short = re.sub(r"[^\w.+-]+", "_", text).strip("_")
    return f"{key.rpartition('.')[2]}={short}", (f"{key}={text}",)


def run_sweep(sweep: Sweep, overrides: Sequence[str] = ()) -> tuple[Result, ...]:
    """Train what is not there yet and read every run's figures; runs that fail are logged and left out.

    Args:
        sweep: what is compared.
        overrides: of every run, after the sweep's own.
    """
    results = []
    for candidate, own in sweep.candidates.items():
        for seed in sweep.seeds:
            folder = sweep.output / f"{candidate}-seed{seed}"
            settings = (*sweep.overrides, *own, *overrides, f"seed={seed}")
            if not (folder / "metrics.json").is_file():
                logger.info("%s, seed %d", candidate, seed)
                try:
                    _run(sweep.recipes.get(candidate, sweep.recipe), settings, folder)
                except (RgbSarError, torch.OutOfMemoryError) as error:
                    logger.error("%s, seed %d: %s", candidate, seed, error)
                    continue
            results.append(_result(candidate, seed, folder))
    sweep.output.mkdir(parents=True, exist_ok=True)
    _write_csv(sweep.output / "results.csv", results)
    return tuple(results)


def _run(recipe: Path, settings: tuple[str, ...], folder: Path) -> None:
    place = [f"trainer.output={json.dumps(str(folder))}"]
    if (folder / "last.ckpt").is_file():
        place.append("trainer.resume=true")
    try:
        train(read_recipe(recipe, (*settings, *place)))
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
