"""AFNet (reconstruction, paper inferred) has no published weights; this says so when some are given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from torch import Tensor

from ..errors import InputError


def load_reference(state_dict: Mapping[str, Tensor], **overrides: Any) -> NoReturn:
    """Refuse: there is nothing to read.

    Raises:
        InputError: always.
    """
    raise InputError(
        f"The checkpoint has {len(state_dict)} tensors, but afnet is a reconstruction, paper inferred: its authors "
        "published no weights, so no key names are known. Train it yourself, or choose another network."
    )


def load_published(state_dict: Mapping[str, Tensor], **overrides: Any) -> NoReturn:
    """Refuse, as `load_reference`.

    Raises:
        InputError: always.
    """
    load_reference(state_dict, **overrides)
