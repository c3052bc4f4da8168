"""Sweep files: which recipes, candidates and seeds a grid of runs is made of; `sweep.py` runs it."""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rgbsar_core.errors import InputError

from .yaml_file import read_yaml

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


def read_sweep(path: str | Path) -> Sweep:
    """Read the YAML file; its recipes start at the file's own folder, its `output` at the working directory.

    Raises:
        InputError: the file cannot be read or does not have the expected keys.
    """
    path = Path(path)
    data = read_yaml(path, "sweep")
    keys = set(data) if isinstance(data, dict) else set()
    if (
        not {"output", "seeds"} <= keys <= _KNOWN
        or len(keys & {"recipe", "recipes"}) != 1
        or not keys & {"candidates", "grid", "recipes"}
        or data.get("recipes", "some") in ({}, None)
    ):
        raise InputError(f"The sweep '{path}' does not have the expected keys; expected {_SHAPE}. Correct the file.")
    lists = [data["seeds"], data.get("overrides") or []]
    mappings = [data.get(name, {}) for name in ("candidates", "grid", "recipes")]
    if not all(isinstance(part, list) for part in lists) or not all(isinstance(part, dict) for part in mappings):
        raise InputError(
            f"The sweep '{path}' wants lists of seeds and overrides and mappings of candidates, grid and recipes."
        )
    _require_values(path, data["seeds"], mappings[0], mappings[1])
    recipes = {str(name): (path.parent / str(file)).resolve() for name, file in mappings[2].items()}
    if not recipes:
        recipes = {"": (path.parent / str(data["recipe"])).resolve()}
    parts: list[list[tuple[str, tuple[str, ...]]]] = [
        [(name, ()) for name in recipes],
        [(str(name), tuple(map(str, own or ()))) for name, own in mappings[0].items()] or [("", ())],
        *([_point(str(key), value) for value in values] for key, values in mappings[1].items()),
    ]
    candidates: dict[str, tuple[str, ...]] = {}
    starts: dict[str, Path] = {}
    for chosen in itertools.product(*parts):
        name = "-".join(filter(None, (part for part, _ in chosen))) or "all"
        if name in candidates or Path(name).name != name:
            found = "twice" if name in candidates else "which cannot be a folder's name"
            raise InputError(
                f"The sweep '{path}' has the candidate '{name}', {found}; expected a name of its own for the folder of "
                "each. Rename it, or take the repeated value out."
            )
        candidates[name] = tuple(itertools.chain.from_iterable(own for _, own in chosen))
        starts[name] = recipes[chosen[0][0]]
    return Sweep(
        recipe=next(iter(recipes.values())),
        output=Path(str(data["output"])),
        overrides=tuple(map(str, lists[1])),
        candidates=candidates,
        seeds=tuple(data["seeds"]),
        recipes=starts if mappings[2] else {},
    )


def _require_values(path: Path, seeds: list[Any], candidates: dict[Any, Any], grid: dict[Any, Any]) -> None:
    """Refuse lists of which no run, or the same run twice, would come.

    Raises:
        InputError: what was found.
    """
    numbers = all(isinstance(seed, int) and not isinstance(seed, bool) for seed in seeds)
    if not seeds or not numbers or len(set(seeds)) < len(seeds):
        raise InputError(
            f"The sweep '{path}' has the seeds {seeds}; expected one or more whole numbers, each once. Correct them."
        )
    for section, entries, least in (("candidates", candidates, 0), ("grid", grid, 1)):
        for key, values in entries.items():
            given = [] if values is None and not least else values
            if not isinstance(given, list) or len(given) < least or not _is_plain(given):
                raise InputError(
                    f"The sweep '{path}' has {values!r} under {section}, '{key}'; expected a list of texts, numbers or "
                    "lists. Correct the file."
                )


def _is_plain(value: Any) -> bool:
    """Whether an override can be written of it; YAML's dates are no texts."""
    if isinstance(value, (list, dict)):
        return all(map(_is_plain, value if isinstance(value, list) else [*value, *value.values()]))
    return value is None or isinstance(value, (str, int, float))


def _point(key: str, value: Any) -> tuple[str, tuple[str, ...]]:
    """Name and override of one value of the grid: `fraction=0.05`, `data.fraction=0.05`."""
    text = json.dumps(value)
    short = re.sub(r"[^\w.+-]+", "_", text).strip("_")
    return f"{key.rpartition('.')[2]}={short}", (f"{key}={text}",)
