"""Recipe files: one YAML file per network and data set, read strictly into the dataclasses of `recipe.py`.

A key that does not exist is refused with the nearest one; so is a value of the wrong type. Paths: `data.folders`
are looked up from the working directory, `data.polygons` and `data.splits` from the folder of the file that has them.

`extends: [FILE, ...]` starts from other files, so that a data set and a training protocol are written down once.
`with_parity:` holds what changes when `parity: true` asks for the authors' pipeline, faults included.
"""

from __future__ import annotations

import dataclasses
import difflib
import re
import types
import typing
from fractions import Fraction
from pathlib import Path
from typing import Any

import yaml

from rgbsar_core.dataset.description import read_description, trained_units
from rgbsar_core.errors import InputError

from .recipe import Recipe
from .yaml_file import NOT_YAML, read_yaml

#: A share written as a fraction, such as 1/20.
_SHARE = re.compile(r"[1-9]\d{0,8}/[1-9]\d{0,8}")
#: A number such as 1e-3, a text to YAML, which wants 1.0e-3.
_POWER = re.compile(r"[+-]?\d+(\.\d*)?[eE][+-]?\d+")
_LARGEST = 2**63


def read_recipe(path: str | Path, overrides: typing.Sequence[str] = ()) -> Recipe:
    """Read a recipe and apply overrides such as `trainer.steps=100`.

    Args:
        path: the YAML file; its folder is where `data.polygons` and `data.splits` start.
        overrides: `dotted.key=value`, the value in YAML.

    Raises:
        InputError: the file cannot be read, or a key or value does not fit; the message names the nearest key.
    """
    path = Path(path)
    data = _read(path, ())
    for text in overrides:
        _override(data, text)
    faults = data.pop("with_parity", {})
    if data.get("parity") is True:
        data = _merged(data, _mapping(faults, "with_parity"))
        for text in overrides:  # the command line has the last word
            _override(data, text)
    _locate(data, path.parent)
    recipe: Recipe = _build(Recipe, _with_description(data), "")
    return recipe


def _read(path: Path, above: tuple[Path, ...]) -> dict[str, Any]:
    """One file with all it extends: mappings are merged key by key, later files and the file itself win."""
    data = read_yaml(path, "recipe")
    if not isinstance(data, dict):
        raise InputError(f"The recipe '{path}' holds a {type(data).__name__}; expected keys and values.")
    place = path.resolve()
    if place in above:
        raise InputError(f"The recipe '{path}' extends itself; expected bases that do not. Correct its 'extends'.")
    bases = data.pop("extends", [])
    if not isinstance(bases, list) or not all(isinstance(base, str) for base in bases):
        raise InputError(f"The recipe '{path}' extends {bases!r}; expected a list of files. Correct it.")
    _locate(data, path.parent)
    merged: dict[str, Any] = {}
    for base in bases:
        merged = _merged(merged, _read(path.parent / base, (*above, place)))
    return _merged(merged, data)


def _merged(lower: dict[str, Any], upper: dict[str, Any]) -> dict[str, Any]:
    both = dict(lower)
    for key, value in upper.items():
        inner = both.get(key)
        both[key] = _merged(inner, value) if isinstance(inner, dict) and isinstance(value, dict) else value
    return both


def _locate(data: dict[str, Any], folder: Path) -> None:
    """Files named beside the folder's recipe get their full path."""
    section = data.get("data")
    for name in ("polygons", "splits"):
        if isinstance(section, dict) and isinstance(section.get(name), str):
            section[name] = str((folder / section[name]).resolve())


def _with_description(data: dict[str, Any]) -> dict[str, Any]:
    """What the recipe leaves open is taken from the `dataset.json` of its data folder, if there is one.

    Units are those that QGIS trains on: calibrated SAR in decibels.
    """
    section = data.get("data")
    folders = section.get("folders") if isinstance(section, dict) else None
    if not isinstance(folders, list) or not all(isinstance(folder, str) for folder in folders):
        return data
    folder = next((Path(folder) for folder in folders if Path(folder).is_dir()), None)
    described = read_description(folder) if folder else None
    if described is None:
        return data
    modalities = {
        role: {"bands": [dataclasses.asdict(band) for band in modality.bands], "units": trained_units(modality)}
        for role, modality in (("optical", described.optical), ("sar", described.sar))
    }
    return _merged({"classes": described.legend.to_json(), **modalities, "data": {"gsd": described.gsd}}, data)


def _mapping(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InputError(f"The recipe's '{where}' is {value!r}; expected keys and values below it.")
    return value


def _override(data: dict[str, Any], text: str) -> None:
    key, separator, value = text.partition("=")
    if not separator or not key:
        raise InputError(f"The override '{text}' was given; expected key=value, such as trainer.steps=100.")
    *parents, last = key.split(".")
    for parent in parents:
        data = data.setdefault(parent, {})
        if not isinstance(data, dict):
            raise InputError(f"The override '{text}' goes below '{parent}', which is a value. Correct the key.")
    try:
        data[last] = yaml.safe_load(value)
    except NOT_YAML as error:
        raise InputError(f"The override '{text}' has a value that is not YAML. Put it into quotes.") from error


def _build(kind: Any, data: Any, where: str) -> Any:
    """One dataclass from one mapping; every key checked."""
    data = _mapping(data, where)
    hints = typing.get_type_hints(kind)
    fields = {entry.name: entry for entry in dataclasses.fields(kind)}
    prefix = f"{where}." if where else ""
    for key in data:
        if key not in fields:
            close = difflib.get_close_matches(str(key), fields, n=1, cutoff=0.0)
            raise InputError(
                f"The recipe has the key '{prefix}{key}', which does not exist; expected one of "
                f"{', '.join(fields)}. Did you mean '{prefix}{close[0]}'?"
            )
    for name, entry in fields.items():
        required = entry.default is dataclasses.MISSING and entry.default_factory is dataclasses.MISSING
        if required and name not in data:
            raise InputError(f"The recipe has no '{prefix}{name}', which has no default. Add it.")
    return kind(**{key: _value(hints[key], value, f"{prefix}{key}") for key, value in data.items()})


def _value(hint: Any, value: Any, where: str) -> Any:
    """One value as its annotation wants it: lists become tuples, whole numbers may stand for fractions."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if isinstance(value, int) and abs(value) >= _LARGEST:
        raise InputError(f"The recipe's '{where}' is a number beyond 2^63; expected a smaller one. Correct it.")
    if origin in (typing.Union, types.UnionType):
        if value is None:
            return None
        kinds = [kind for kind in arguments if kind is not type(None)]
        fitting = [kind for kind in kinds if isinstance(value, typing.get_origin(kind) or kind)]
        lists = [kind for kind in kinds if isinstance(value, list) and typing.get_origin(kind) is tuple]
        return _value((lists or fitting or kinds)[0], value, where)
    if dataclasses.is_dataclass(hint):
        return _build(hint, value, where)
    if origin is tuple and isinstance(value, list):
        kinds = [arguments[0]] * len(value) if arguments[-1] is Ellipsis else list(arguments)
        if len(kinds) == len(value):
            return tuple(_value(kind, part, f"{where}[{i}]") for i, (kind, part) in enumerate(zip(kinds, value)))
    elif origin is dict and isinstance(value, dict):
        name, held = arguments
        return {
            _value(name, key, f"{where} key"): _value(held, part, f"{where}.{key}") for key, part in value.items()
        }
    elif hint is Any:
        return value
    elif hint is float and isinstance(value, str) and _SHARE.fullmatch(value):
        return float(Fraction(value))
    elif hint is float and isinstance(value, str) and _POWER.fullmatch(value):
        return float(value)
    elif hint is float and isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    elif hint is int and isinstance(value, int) and not isinstance(value, bool):
        return value
    elif hint in (bool, str) and isinstance(value, hint):
        return value
    expected = getattr(hint, "__name__", str(hint)) if origin is None else str(hint).replace("typing.", "")
    raise InputError(f"The recipe's '{where}' is {value!r}; expected {expected}. Correct it.")
