"""YAML files of this package: recipes and sweeps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from rgbsar_core.errors import InputError

#: What PyYAML raises on texts that are no YAML, or hold dates and numbers that cannot be, or are nested without end.
NOT_YAML = (yaml.YAMLError, ValueError, RecursionError)


def read_yaml(path: Path, kind: str) -> Any:
    """What a file holds.

    Args:
        path: the file.
        kind: what it is, for messages: `recipe`.

    Raises:
        InputError: it cannot be read, or is no YAML in UTF-8.
    """
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"The {kind} '{path}' cannot be read: {error.strerror}. Check the path.") from error
    except NOT_YAML as error:
        raise InputError(f"The {kind} '{path}' is not valid YAML: {error}. Correct the file.") from error
