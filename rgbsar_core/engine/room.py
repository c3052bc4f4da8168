"""How much of the device's memory the rows under way may take, and what a column of them takes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Optional

import torch

from ..errors import ResourceLimitError
from .plan import PredictionPlan

_SHARE_OF_GPU = 0.9
"""Of what the network leaves: the allocator cannot use every gap."""

_SHARE_OF_HOST = 0.5
"""Of what is free: reading, writing and the network need room too."""


def room_for_rows(device: torch.device, batch_bytes: int) -> Optional[int]:
    """Bytes for the rows under way; None where the system does not tell.

    Args:
        device: what the network runs on.
        batch_bytes: memory of a GPU that one pass takes.
    """
    if device.type == "cuda":
        unused = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
        return int(_SHARE_OF_GPU * max(0, torch.cuda.mem_get_info(device)[0] + unused - batch_bytes))
    if device.type == "cpu":
        free = _free_host_memory()
        return None if free is None else int(_SHARE_OF_HOST * free)
    return None


def fit_plan(plan: PredictionPlan, room: Optional[int], rows_per_band: Optional[int] = None) -> PredictionPlan:
    """The plan, with one tile row a band or with panels of columns where its rows take more than this room.

    Args:
        plan: to fit.
        room: bytes, None where nobody knows.
        rows_per_band: of the map's other rows, whose bytes depend on it; None where there are none.

    Raises:
        ResourceLimitError: not even one column of tiles fits; or not the bands of the other rows.
    """
    columns = max(plan.width, plan.tile)
    if room is None or columns * column_bytes(plan) <= room:
        return plan
    if rows_per_band is not None and rows_per_band > 1:
        raise ResourceLimitError(
            f"The map's other rows are made {rows_per_band} rows of tiles at a time, which takes "
            f"{columns * column_bytes(plan) / 2**20:.1f} MiB of the device's memory; {room / 2**20:.1f} MiB are left "
            "for them. Close other programs that use the device and start the job again, or start it without going on "
            "from earlier rows."
        )
    plan = replace(plan, rows_per_band=1)
    each = column_bytes(plan)
    if columns * each <= room:
        return plan
    if room < plan.tile * each:
        raise ResourceLimitError(
            f"The rows under way of a single column of tiles, {plan.tile} pixels wide with {len(plan.class_values)} "
            f"classes, take {plan.tile * each / 2**20:.1f} MiB of the device's memory; {room / 2**20:.1f} MiB are "
            "left for them. Choose a smaller tile size or batch, close other programs that use the device, or choose "
            "the device 'cpu'."
        )
    return replace(plan, panel_width=room // each)


def panel_warnings(plan: PredictionPlan) -> tuple[str, ...]:
    """What the user is told of a raster that is mapped in panels."""
    count = len(plan.panels)
    if count == 1:
        return ()
    return (
        f"The raster is {plan.width} pixels wide, more than fits the device's memory at once; it is mapped in {count} "
        "panels of columns. The map is the same.",
    )


def column_bytes(plan: PredictionPlan) -> int:
    """Device memory that one pixel column of a band takes, at most.

    The sums of the classes' scores and the normalised pixels stay. Beside them lies what is needed for a moment:
    one modality's raw pixels, 8 bytes wide at worst, in double precision and joined to the rows above; or the
    finished rows' classes, confidence and percentages, and the sums that move up.
    """
    classes = len(plan.class_values)
    bands = [transform.bands for transform in (plan.optical, plan.sar) if transform is not None]
    reading = 24 * max(bands)
    finishing = 4 * classes + 24 + (5 * classes if plan.probabilities else 0)
    return plan.band_height * (4 * (classes + sum(bands)) + 2 + max(reading, finishing))


def _free_host_memory() -> Optional[int]:
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return None  # not Linux
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")), None)
