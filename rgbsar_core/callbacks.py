"""What a caller hands to work that takes long: to be told how far it is, to be asked whether to stop."""

from __future__ import annotations

from typing import Callable

Progress = Callable[[float, str], None]
"""Takes the share done, 0 to 1, and what is being done."""

IsCancelled = Callable[[], bool]
"""Asked often; True ends the work."""
