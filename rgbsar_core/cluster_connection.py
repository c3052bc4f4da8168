"""Connecting to a Dask cluster, or starting one on this machine."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from distributed import Client, LocalCluster

from .errors import EngineError, InputError

logger = logging.getLogger(__name__)

_CONNECT_SECONDS = 30
_MOST_WORKERS = 1024  # processes on one machine


@contextmanager
def connected(cluster: str, device: str) -> Iterator[Client]:
    """A client of the cluster that ``cluster`` names.

    Args:
        cluster: ``local:N``, a scheduler's address, or its ``.json`` file.
        device: what the engine was asked to use; a local cluster has one worker a GPU where it may.

    Raises:
        InputError: it names none.
        EngineError: nobody answers.
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
    if "scheduler_file" in where and not os.path.isfile(cluster):  # Dask would wait for it without an end
        raise InputError(
            f"The scheduler file '{cluster}' was not found; expected the .json file of a running scheduler. Check the "
            "path, or start one with `dask scheduler --scheduler-file`."
        )
    try:
        client = Client(**where, timeout=_CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise EngineError(
            f"No Dask scheduler answers at '{cluster}' ({str(error).splitlines()[0]}); expected a running one. Start "
            "it with `dask scheduler`, and check the address and the network."
        ) from error
    with client:
        yield client


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
    if device != "cpu":
        try:
            from dask_cuda import LocalCUDACluster
        except ImportError:
            logger.debug("dask-cuda is not installed: the workers share what there is.")
        else:
            return LocalCUDACluster(n_workers=workers, threads_per_worker=1, **quiet)
    return LocalCluster(n_workers=workers, threads_per_worker=1, processes=True, **quiet)
