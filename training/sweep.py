"""Train a grid of recipes and compare them: `python -m training.sweep SWEEP.yaml [key=value ...]`.

The YAML file names a recipe, the overrides of every run, the candidates (each a list of overrides) and the seeds.
One run per candidate and seed, one after the other; runs that are done are kept, so a stopped sweep goes on where it
was. Prints the mean and spread over the seeds as Markdown and writes `results.csv`.
"""

from __future__ import annotations

import argparse
import csv
import json
import logging
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from rgbsar_core.errors import InputError, RgbSarError

from .recipe_file import read_recipe
from .train import train

logger = logging.getLogger(__name__)

_SHAPE = "a mapping with recipe, output, seeds, candidates and perhaps overrides"


@dataclass(frozen=True)
class Sweep:
    """What is compared.

    Attributes:
        recipe: all runs start from.
        output: folder; each run gets `<candidate>-seed<seed>` in it.
        overrides: of every run, `key=value`.
        candidates: name to further overrides.
        seeds: each candidate runs with each of them.
    """

    recipe: Path
    output: Path
    overrides: tuple[str, ...]
    candidates: dict[str, tuple[str, ...]]
    seeds: tuple[int, ...]


@dataclass(frozen=True)
class Result:
    """Validation figures of one run."""

    candidate: str
    seed: int
    mean_iou: float
    overall_accuracy: float


def read_sweep(path: str | Path) -> Sweep:
    """Read the YAML file; its `recipe` starts at the file's own folder, its `output` at the working directory.

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
    known = {"recipe", "output", "seeds", "candidates", "overrides"}
    if not isinstance(data, dict) or not known - {"overrides"} <= set(data) <= known:
        raise InputError(f"The sweep '{path}' does not have the expected keys; expected {_SHAPE}. Correct the file.")
    candidates, seeds, overrides = data["candidates"], data["seeds"], data.get("overrides") or []
    if not isinstance(candidates, dict) or not isinstance(seeds, list) or not isinstance(overrides, list):
        raise InputError(f"The sweep '{path}' wants lists of seeds and overrides and a mapping of candidates.")
    return Sweep(
        recipe=(path.parent / str(data["recipe"])).resolve(),
        output=Path(str(data["output"])),
        overrides=tuple(map(str, overrides)),
        candidates={str(name): tuple(map(str, own or ())) for name, own in candidates.items()},
        seeds=tuple(map(int, seeds)),
    )


def run_sweep(sweep: Sweep, overrides: Sequence[str] = ()) -> tuple[Result, ...]:
    """Train what is not there yet and read every run's figures.

    Args:
        sweep: what is compared.
        overrides: of every run, after the sweep's own.

    Raises:
        RgbSarError: a run cannot start or diverges.
    """
    results = []
    for candidate, own in sweep.candidates.items():
        for seed in sweep.seeds:
            folder = sweep.output / f"{candidate}-seed{seed}"
            if not (folder / "metrics.json").is_file():
                logger.info("%s, seed %d", candidate, seed)
                place = (f"seed={seed}", f"trainer.output={json.dumps(str(folder))}")
                train(read_recipe(sweep.recipe, (*sweep.overrides, *own, *overrides, *place)))
            metrics: dict[str, Any] = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
            results.append(Result(candidate, seed, metrics["mean_iou"], metrics["overall_accuracy"]))
    with (sweep.output / "results.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("candidate", "seed", "mean_iou", "overall_accuracy"))
        writer.writerows((r.candidate, r.seed, r.mean_iou, r.overall_accuracy) for r in results)
    return tuple(results)


def table(results: Sequence[Result]) -> str:
    """Markdown, the best mean IoU first; the spread is the standard deviation over the seeds."""
    lines = ["| candidate | runs | mIoU | OA |", "|---|---:|---:|---:|"]
    runs: dict[str, list[Result]] = {}
    for result in results:
        runs.setdefault(result.candidate, []).append(result)
    for name in sorted(runs, key=lambda name: -statistics.mean(r.mean_iou for r in runs[name])):
        iou, overall = (
            _mean_and_spread([getattr(run, figure) for run in runs[name]])
            for figure in ("mean_iou", "overall_accuracy")
        )
        lines.append(f"| {name} | {len(runs[name])} | {iou} | {overall} |")
    return "\n".join(lines) + "\n"


def _mean_and_spread(values: Sequence[float]) -> str:
    mean = f"{statistics.mean(values):.3f}"
    return mean if len(values) < 2 else f"{mean} ± {statistics.stdev(values):.3f}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m training.sweep", description=__doc__)
    parser.add_argument("sweep", help="YAML file, such as training/sweeps/landcover_us_selection.yaml")
    parser.add_argument("overrides", nargs="*", metavar="key=value", help="of every run, such as trainer.steps=100")
    given = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    try:
        sys.stdout.write(table(run_sweep(read_sweep(given.sweep), given.overrides)))
    except (RgbSarError, OSError) as error:
        logger.error("%s", error)
        return 1
    except KeyboardInterrupt:
        logger.error("Stopped; the same command goes on with the runs that are missing.")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
