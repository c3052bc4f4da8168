"""Moving and removing files that another program looks at for a moment."""

from __future__ import annotations

import os
import time
from typing import Any, Callable

_PAUSES = (0.1, 0.3, 0.6, 1.0) if os.name == "nt" else ()


def patiently(function: Callable[..., Any], *args: Any) -> None:
    """Call a function that moves or removes files, and again after pauses where Windows refuses it.

    There virus scanners, indexers and OneDrive hold new files open, mostly for less than a second, and nobody can move
    or remove a file that is held. Elsewhere the first refusal is the answer.
    """
    for pause in _PAUSES:
        try:
            function(*args)
            return
        except OSError:
            time.sleep(pause)
    function(*args)
