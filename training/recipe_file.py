"""Recipe files: one YAML file per network and data set, read strictly into the dataclasses of `recipe.py`.

A key that does not exist is refused with the nearest one; so is a value of the wrong type. Paths: `data.folders`
are looked up from the working directory, `data.polygons` and `data.splits` from the recipe's own folder.
"""

from __future__ import annotations

import dataclasses
import difflib
import types
import typing
from pathlib import Path
from typing import Any

import yaml

from rgbsar_core.errors import InputError

from .recipe import Recipe


def read_recipe(path: str | Path, overrides: typing.Sequence[str] = ()) -> Recipe:
    """Read a recipe and apply overrides such as `trainer.steps=100`.

    Args:
        path: the YAML file; its folder is where `data.polygons` and `data.splits` start.
        overrides: `dotted.key=value`, the value in YAML.

    Raises:
        InputError: the file cannot be read, or a key or value does not fit; the message names the nearest key.
    """
    path = Path(path)
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"The recipe '{path}' cannot be read: {error.strerror}. Check the path.") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(f"The recipe '{path}' is not valid YAML: {error}. Correct the file.") from error
    if not isinstance(data, dict):
        raise InputError(f"The recipe '{path}' holds a {type(data).__name__}; expected keys and values.")
    for text in overrides:
        _override(data, text)
    recipe: Recipe = _build(Recipe, data, "")
    located: dict[str, Any] = {
        name: str((path.parent / getattr(recipe.data, name)).resolve())
        for name in ("polygons", "splits")
        if getattr(recipe.data, name) is not None
    }
    return dataclasses.replace(recipe, data=dataclasses.replace(recipe.data, **located))


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
    except yaml.YAMLError as error:
        raise InputError(f"The override '{text}' has a value that is not YAML. Put it into quotes.") from error


def _build(kind: Any, data: Any, where: str) -> Any:
    """One dataclass from one mapping; every key checked."""
    if not isinstance(data, dict):
        raise InputError(f"The recipe's '{where}' is {data!r}; expected keys and values below it.")
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
    if origin in (typing.Union, types.UnionType):
        if value is None:
            return None
        kinds = [kind for kind in arguments if kind is not type(None)]
        texts = isinstance(value, str) and str in kinds
        return _value(str if texts else kinds[0], value, where)
    if dataclasses.is_dataclass(hint):
        return _build(hint, value, where)
    if origin is tuple and isinstance(value, list):
        kinds = [arguments[0]] * len(value) if arguments[-1] is Ellipsis else list(arguments)
        if len(kinds) == len(value):
            return tuple(_value(kind, part, f"{where}[{i}]") for i, (kind, part) in enumerate(zip(kinds, value)))
    elif origin is dict and isinstance(value, dict):
        return dict(value)
    elif hint is float and isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    elif hint is int and isinstance(value, int) and not isinstance(value, bool):
        return value
    elif hint in (bool, str) and isinstance(value, hint):
        return value
    expected = getattr(hint, "__name__", str(hint)) if origin is None else str(hint).replace("typing.", "")
    raise InputError(f"The recipe's '{where}' is {value!r}; expected {expected}. Correct it.")
