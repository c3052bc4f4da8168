"""Copies between host and device that nobody waits for: page-locked memory, a stream of their own, events."""

from __future__ import annotations

import functools
from collections import deque
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from .shortage import is_shortage


@functools.cache
def _copy_stream(device: torch.device) -> Any:
    return torch.cuda.Stream(device)


def host_array(shape: tuple[int, ...], dtype: Any, device: torch.device) -> NDArray[Any]:
    """An uninitialised array that copies to and from the device fast; torch keeps freed ones for the next call."""
    if device.type != "cuda":
        return np.empty(shape, dtype)
    dtype = np.dtype(dtype)
    size = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
    array: NDArray[Any] = _page_locked((size,), torch.uint8).numpy().view(dtype).reshape(shape)
    return array


def _page_locked(shape: tuple[int, ...], dtype: torch.dtype) -> Tensor:
    """Host memory that copies fast; ordinary memory, whose copies are waited for, where the system locks no more pages.

    Systems set limits far below their memory, Windows' subsystem for Linux for one.
    """
    try:
        return torch.empty(shape, dtype=dtype, pin_memory=True)
    except RuntimeError as error:
        if not is_shortage(error):
            raise
        return torch.empty(shape, dtype=dtype)


def upload(tensor: Tensor, device: torch.device) -> Tensor:
    """A small tensor on the device, in the order of the device's work."""
    if device.type != "cuda":
        return tensor.to(device)
    return _page_locked(tensor.shape, tensor.dtype).copy_(tensor).to(device, non_blocking=True)


def download(tensor: Tensor) -> Tensor:
    """The tensor in host memory; on CUDA complete only when an event recorded now has passed."""
    if tensor.device.type != "cuda":
        return tensor.cpu()
    return _page_locked(tensor.shape, tensor.dtype).copy_(tensor, non_blocking=True)


def recorded(device: torch.device) -> Any:
    """An event after all work queued so far, to wait for without spinning; None where the host has waited already."""
    if device.type != "cuda":
        return None
    event = torch.cuda.Event(blocking=True)
    event.record(torch.cuda.current_stream(device))
    return event


class Uploader:
    """Copies raw rows to the device beside its computing, and keeps their host memory until they have arrived."""

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self._kept: deque[tuple[Any, NDArray[Any]]] = deque()

    def __call__(self, pixels: NDArray[Any]) -> Tensor:
        """The array on the device, ready for what is queued from now on."""
        tensor = torch.from_numpy(pixels)
        if self.device.type != "cuda":
            return tensor.to(self.device)
        while self._kept and self._kept[0][0].query():
            self._kept.popleft()
        stream, computing = _copy_stream(self.device), torch.cuda.current_stream(self.device)
        with torch.cuda.stream(stream):
            copied = tensor.to(self.device, non_blocking=True)
            arrived = torch.cuda.Event()
            arrived.record(stream)
        computing.wait_event(arrived)
        copied.record_stream(computing)
        self._kept.append((arrived, pixels))
        return copied
