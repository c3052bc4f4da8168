"""Connecting to a Dask cluster, or starting one on this machine."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from distributed import Client, LocalCluster

from .callbacks import IsCancelled
from .errors import EngineError, InputError, OperationCancelled

logger = logging.getLogger(__name__)

_CONNECT_SECONDS = 30
_FILE_SECONDS = 120.0  # a batch job starts the scheduler beside this process, on a busy file system
_POLL_SECONDS = 0.1
_MOST_WORKERS = 1024  # processes on one machine


@contextmanager
def connected(cluster: str, device: str, is_cancelled: IsCancelled) -> Iterator[Client]:
    """A client of the cluster that ``cluster`` names.

    Args:
        cluster: ``local:N``, a scheduler's address, or its ``.json`` file.
        device: what the engine was asked to use; a local cluster has one worker a GPU where it may.
        is_cancelled: asked while a scheduler's file is waited for.

    Raises:
        InputError: it names none.
        EngineError: nobody answers.
        OperationCancelled: ``is_cancelled`` returned True.
    """
    if cluster.startswith("local:"):
        with _local_cluster(worker_count(cluster), device) as started, Client(started) as client:
            yield client
        return
    where: dict[str, Any] = {"scheduler_file": cluster} if cluster.endswith(".json") else {"address": cluster}
    if "address" in where and "://" not in cluster:
        raise InputError(
            f"The cluster '{cluster}' found; expected local:N, an address like tcp://host:8786, or a scheduler's .json "
            "file. Choose one."
        )
    if "scheduler_file" in where:
        _await_file(cluster, is_cancelled)
    try:
        client = Client(**where, timeout=_CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise EngineError(
            f"No Dask scheduler answers at '{cluster}' ({str(error).splitlines()[0]}); expected a running one. Start "
            "it with `dask scheduler`, and check the address and the network."
        ) from error
    with client:
        yield client


def _await_file(path: str, is_cancelled: IsCancelled) -> None:
    """A scheduler started at the same time writes its file a little later; Dask would wait for it without an end."""
    started = time.monotonic()
    if not os.path.isfile(path):
        logger.warning("Waiting up to %.0f seconds for the scheduler file '%s'.", _FILE_SECONDS, path)
    while not os.path.isfile(path):
        if is_cancelled():
            raise OperationCancelled("The classification was cancelled.")
        if time.monotonic() - started > _FILE_SECONDS:
            raise InputError(
                f"The scheduler file '{path}' was not found; expected the .json file of a running scheduler. Check "
                "the path, or start one with `dask scheduler --scheduler-file`."
            )
        time.sleep(_POLL_SECONDS)


def worker_count(cluster: str) -> int:
    """N of ``local:N``."""
    count = cluster.partition(":")[2]
    if not count.isdigit() or not 1 <= int(count) <= _MOST_WORKERS:
        raise InputError(
            f"The cluster '{cluster}' found; expected local:N with N workers, 1 to {_MOST_WORKERS}. Give such a number."
        )
    return int(count)


def _local_cluster(workers: int, device: str) -> Any:
    """Worker processes on this machine: one a GPU where dask-cuda is installed."""
    # Dask's own silencing reaches its own handlers only, not the command line's.
    logging.getLogger("distributed").setLevel(logging.ERROR)
    quiet = {"silence_logs": logging.ERROR, "dashboard_address": ":0"}
    gpus = _gpu_count() if device != "cpu" else 0
    if gpus:  # without one dask-cuda ends in an error of NVIDIA's library
        try:
            from dask_cuda import LocalCUDACluster
        except ImportError:
            logger.debug("dask-cuda is not installed: the workers share what there is.")
        else:
            if workers > gpus:
                raise InputError(
                    f"The cluster 'local:{workers}' found for {gpus} GPU(s); expected one for each worker. Choose "
                    f"local:{gpus}, or --device cpu."
                )
            return LocalCUDACluster(n_workers=workers, threads_per_worker=1, **quiet)
    return LocalCluster(n_workers=workers, threads_per_worker=1, processes=True, **quiet)


def _gpu_count() -> int:
    """NVIDIA GPUs that this process sees."""
    try:
        from .engine.device import list_devices
    except ImportError:  # no torch: the workers will say so
        return 0
    return sum(name.startswith("cuda") for name in list_devices())
