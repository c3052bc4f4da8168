"""Steps that half precision would spoil."""

from __future__ import annotations

import contextlib
from contextlib import AbstractContextManager
from typing import Any

import torch
from torch import Tensor


def without_autocast(x: Tensor) -> AbstractContextManager[Any]:
    """A `with` block in which autocast leaves the operations on x's device alone."""
    if not torch.amp.is_autocast_available(x.device.type):  # the "meta" device, for one
        return contextlib.nullcontext()
    return torch.autocast(x.device.type, enabled=False)
