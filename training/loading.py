"""How samples reach the training loop, and how long it waits for them."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any

from torch import Tensor
from torch.utils.data import DataLoader, Dataset, Sampler, default_collate

from rgbsar_core.errors import RgbSarError

Batch = tuple[Tensor, Tensor, Tensor]

MOST_WORKERS = 8
"""Processes that make samples for one GPU if the recipe does not say: more than this wait for the disk or the GPU."""


class ToldSamples(Dataset[Any]):
    """Samples, or in place of one the error that kept it from being made.

    A worker process hands it over as it is; raised there, it would come with a traceback in its message.
    """

    def __init__(self, samples: Dataset[Batch]) -> None:
        self._samples = samples

    def __getitem__(self, index: int) -> Batch | RgbSarError | OSError:
        try:
            return self._samples[index]
        except (RgbSarError, OSError) as error:
            return error


def batch_or_error(samples: Sequence[Any]) -> Any:
    """The batch of some samples, or the first error among them."""
    error = next((sample for sample in samples if isinstance(sample, Exception)), None)
    return default_collate(list(samples)) if error is None else error


class NumberSampler(Sampler[int]):
    """Hands out the numbers it was last given; so one loader, with its processes, serves every epoch."""

    def __init__(self) -> None:
        self.numbers = range(0)

    def __len__(self) -> int:
        return len(self.numbers)

    def __iter__(self) -> Iterator[int]:
        return iter(self.numbers)


class SampleLoader:
    """Batches of the samples whose numbers come next, and the share of the time spent waiting for them.

    On a GPU the host runs ahead, so that it may wait while the GPU still works: the share is an upper bound then.

    Args:
        samples: of the whole run.
        batch: samples of one batch.
        workers: processes that make them; 0 = in this one. They live as long as the loader.
        on_gpu: whether batches are copied to one.
    """

    def __init__(self, samples: Dataset[Batch], batch: int, workers: int, on_gpu: bool) -> None:
        self._sampler = NumberSampler()
        self._loader = DataLoader(
            ToldSamples(samples),
            batch_size=batch,
            sampler=self._sampler,
            collate_fn=batch_or_error,
            num_workers=workers,
            pin_memory=on_gpu,
            persistent_workers=workers > 0,
        )
        self._waited = 0.0
        self._started = time.perf_counter()
        self._elapsed = 0.0

    def __len__(self) -> int:
        return len(self._loader)

    def __iter__(self) -> Iterator[Batch]:
        self.restart_clock()
        batches = iter(self._loader)
        while True:
            asked = time.perf_counter()
            batch = next(batches, None)
            self._waited += time.perf_counter() - asked
            if batch is None:
                return
            if isinstance(batch, Exception):
                raise batch
            yield batch

    def close(self) -> None:
        """End the processes. Python's exit would; but there torch 2.11, and older ones, wait five seconds for each."""
        batches, self._loader._iterator = self._loader._iterator, None
        if batches is not None and self._loader.num_workers > 0:
            batches._shutdown_workers()  # type: ignore[attr-defined] # as Lightning ends a loader of torch

    def serve(self, numbers: range) -> None:
        """Give the samples of these numbers from the next iteration on."""
        self._sampler.numbers = numbers

    def restart_clock(self) -> None:
        """Count waiting and time from now."""
        self._waited, self._started = 0.0, time.perf_counter()

    def mark(self) -> None:
        """A batch is done: the time until now counts."""
        self._elapsed = time.perf_counter() - self._started

    @property
    def wait_share(self) -> float | None:
        """Share of the time up to the last mark, of this iteration, that went by without a batch; None without any."""
        return min(self._waited / self._elapsed, 1.0) if self._elapsed > 0.0 else None


def worker_count(wish: int | None, on_gpu: bool, processes: int) -> int:
    """How many processes make samples for one training process.

    Args:
        wish: of the recipe, or None.
        on_gpu: whether a GPU computes; on a CPU every core is busy already.
        processes: training processes on this machine.
    """
    if wish is not None:
        return wish
    if not on_gpu or sys.platform != "linux":  # elsewhere each worker would get a copy of all scenes
        return 0
    return max(0, min(MOST_WORKERS, len(os.sched_getaffinity(0)) // max(processes, 1) - 1))

