"""Where `rgbsar classify --cluster` stops scaling, and why: a measured run of slabs, then a simulation of many workers.

Usage: ``python benchmarks/scaling.py [--model FILE] [--width 100000] [--height 100000] [--storage 1000] [--rows 3000]``

Measured here, each in this process: the seconds a worker takes for a slab (reading, network, writing its part), their
spread, the bytes it reads, the seconds the joining process takes to read a part back, count it and write it into the
one file (``GTiff``) or only to count it (``VRT``), the seconds Dask needs for a task that does nothing, and the seconds
of a cold start. Then events are simulated for 1 to 256 workers on a raster of the given size: slabs as
`cluster_slabs.plan_slabs` cuts them, handed out in order and a few ahead of the join as `cluster.py` does, one shared
store of the given speed (MB a second; not measured: it is your file server's), one joining process. Figures are as
good as the machine was quiet.
"""

from __future__ import annotations

import argparse
import dataclasses
import heapq
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

import numpy as np

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY))

from osgeo import gdal  # noqa: E402

from rgbsar_core.cluster import _AHEAD  # noqa: E402
from rgbsar_core.cluster_slabs import Part, Slab, SlabJob, map_slab, plan_slabs, try_engine  # noqa: E402
from rgbsar_core.model_card import ModelCard, read_card  # noqa: E402
from rgbsar_core.parameters import ClassificationParameters, EngineJob, EngineOptions  # noqa: E402
from rgbsar_core.raster.align import open_pair  # noqa: E402
from rgbsar_core.raster.areas import AreaTally  # noqa: E402
from rgbsar_core.raster.grid import Grid  # noqa: E402
from rgbsar_core.raster.writer import MapWriter  # noqa: E402
from rgbsar_core.results import EngineInfo  # noqa: E402

WORKERS = (1, 2, 4, 8, 16, 32, 64, 128, 256)
_MEASURED_WIDTH = 2048
_JOINED_COPIES = 20
_IDLE = 0.7
"""What limits a job is busier than this; else there is too little to do at a time."""


@dataclass(frozen=True)
class Rates:
    """What was measured; seconds are per million pixels unless said otherwise.

    Args:
        work: one worker, all tiles of a slab counted (also those computed twice).
        spread: of the logarithm of slab times.
        input_bytes: read per pixel.
        join, count: of the joining process, for one file and for a virtual raster.
        task: seconds for a task that does nothing.
        start: seconds until a worker has its model.
        info: what ran.
    """

    work: float
    spread: float
    input_bytes: float
    join: float
    count: float
    task: float
    start: float
    info: EngineInfo


def measure(model: str, rows: int, folder: Path) -> Rates:
    """Run slabs of a synthetic scene in this process."""
    card = read_card(model)
    layers, input_bytes = _scene(card, rows, folder)
    output = str(folder / "map.tif")
    options = EngineOptions(backend="torch")
    parameters = ClassificationParameters(
        layers["optical"], layers["sar"], model, output, sar_units=card.sar.units, engine=options
    )
    pair = open_pair(parameters, card)
    job = EngineJob(model, pair.grid.width, pair.grid.height, pair.optical, pair.sar, options)
    started = time.perf_counter()
    info = try_engine(job)
    start = time.perf_counter() - started
    stride = info.tile_size - info.overlap
    parts_folder = folder / "parts"
    parts_folder.mkdir()
    slab_job = SlabJob(pair, job, card.legend, str(parts_folder), ("labels",))
    borders = [*range(0, rows - info.tile_size, 4 * stride), rows]
    slabs = [Slab(first, stop) for first, stop in zip(borders, borders[1:])]
    parts = [map_slab(slab_job, slab, 0) for slab in slabs]
    computed = [(s.stop_row - s.first_row + (stride if s.first_row else 0)) * _MEASURED_WIDTH / 1e6 for s in slabs]
    rates = np.array([part.seconds for part in parts]) / np.array(computed)
    join, count = _joining(parts, pair.grid, card, output)
    return Rates(
        work=float(np.median(rates)),
        spread=float(np.std(np.log(rates))),
        input_bytes=input_bytes,
        join=join,
        count=count,
        task=_task_seconds(),
        start=start,
        info=info,
    )


def simulate(rates: Rates, width: int, height: int, workers: int, store: float, one_file: bool) -> tuple[float, str]:
    """Seconds of a job, and what limits it.

    Args:
        rates: of one worker.
        width, height: of the raster, pixels.
        workers: how many.
        store: bytes a second all of them read together.
        one_file: parts are joined into one file; else they stay parts.
    """
    stride = rates.info.tile_size - rates.info.overlap
    slabs = plan_slabs(rates.info, height, 0, workers)
    generator = np.random.default_rng(0)
    luck = np.exp(generator.normal(0.0, rates.spread, len(slabs)))
    free = [rates.start] * workers
    heapq.heapify(free)
    store_free = scheduler_free = joined = 0.0
    busy_workers = busy_store = busy_join = 0.0
    ended: list[float] = []
    for index, (slab, factor) in enumerate(zip(slabs, luck)):
        pixels = (slab.stop_row - slab.first_row + (stride if index else 0)) * width / 1e6
        room = ended[index - _AHEAD * workers] if index >= _AHEAD * workers else 0.0
        begin = max(heapq.heappop(free), room, scheduler_free)
        scheduler_free = begin if begin > scheduler_free else scheduler_free
        scheduler_free += rates.task
        reading = pixels * 1e6 * rates.input_bytes / store
        store_free = max(store_free, begin) + reading
        seconds = max(pixels * rates.work * factor, store_free - begin)
        heapq.heappush(free, begin + seconds)
        own = (slab.stop_row - slab.first_row) * width / 1e6 * (rates.join if one_file else rates.count)
        joined = max(joined, begin + seconds) + own
        ended.append(joined)
        busy_workers += pixels * rates.work * factor
        busy_store += reading
        busy_join += own
    shares = {
        "the workers": busy_workers / (workers * joined),
        "the store": busy_store / joined,
        "the joining process": busy_join / joined,
    }
    limit = max(shares, key=lambda name: shares[name])
    if shares[limit] < _IDLE and len(slabs) < 2 * workers:
        return joined, f"too few slabs: {len(slabs)} for {workers} workers"
    return joined, f"{limit} ({100 * shares[limit]:.0f} % busy)"


def _scene(card: ModelCard, rows: int, folder: Path) -> tuple[dict[str, str], float]:
    """Tiled, uncompressed layers of smooth noise; and their bytes per pixel."""
    from tests.rasters import write_raster

    numbers = np.random.default_rng(0)
    paths, size = {}, 0.0
    for spec in card.inputs:
        shape = (len(spec.bands), rows // 16 + 1, _MEASURED_WIDTH // 16 + 1)
        coarse = numbers.normal(0.0, 1.0, shape).repeat(16, axis=1).repeat(16, axis=2)[:, :rows, :_MEASURED_WIDTH]
        kind = "float32" if spec.role == "sar" else "uint16"
        pixels = np.exp(0.5 * coarse - 2) if spec.role == "sar" else 2000 + 500 * coarse
        paths[spec.role] = write_raster(
            folder / f"{spec.role}.tif", np.maximum(pixels, 0.001).astype(kind), options=["TILED=YES"]
        )
        size += len(spec.bands) * np.dtype(kind).itemsize
    return {"optical": "", "sar": "", **paths}, size


def _joining(parts: Sequence[Part], grid: Grid, card: ModelCard, output: str) -> tuple[float, float]:
    """Seconds per million pixels to read parts back and write the file, and to read them back and count.

    The parts pass several times, one below the other, so that opening and closing files weigh as little as they do in
    a large map.
    """
    seconds = []
    height = parts[-1].slab.stop_row
    tall = dataclasses.replace(grid, height=_JOINED_COPIES * height)
    for writes in (True, False):
        started = time.perf_counter()
        tally = AreaTally(tall, card.legend)
        with MapWriter(output, tall, card.legend) as writer:
            for copy in range(_JOINED_COPIES):
                for block in (block for part in parts for block in part.blocks()):
                    moved = dataclasses.replace(block, row=block.row + copy * height)
                    tally.add(moved)
                    if writes:
                        writer.write(moved)
            if writes:
                writer.commit(tally.areas())
        seconds.append((time.perf_counter() - started) / (tall.height * tall.width / 1e6))
    return seconds[0], seconds[1]


def _task_seconds(tasks: int = 300) -> float:
    """Seconds for one of many empty tasks, two workers."""
    from distributed import Client, LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, silence_logs=50, dashboard_address=":0") as cluster:
        with Client(cluster) as client:
            client.gather(client.map(abs, range(10), pure=False))
            started = time.perf_counter()
            client.gather(client.map(abs, range(tasks), pure=False))
            return (time.perf_counter() - started) / tasks


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Measure, simulate, print."""
    parser = argparse.ArgumentParser(description="Simulate a cluster from measured slabs.")
    parser.add_argument("--model", default=str(next((REPOSITORY / "models").glob("*.safetensors"), "")))
    parser.add_argument("--width", type=int, default=100_000)
    parser.add_argument("--height", type=int, default=100_000)
    parser.add_argument("--storage", type=float, default=1000.0, help="MB a second all workers read together")
    parser.add_argument("--rows", type=int, default=3000, help="of the measured scene")
    parser.add_argument("--faster", type=float, default=1.0, help="pretend a worker is so many times faster")
    options = parser.parse_args(arguments)
    gdal.UseExceptions()
    with tempfile.TemporaryDirectory() as folder:
        rates = measure(options.model, options.rows, Path(folder))
    rates = dataclasses.replace(rates, work=rates.work / options.faster)
    info = rates.info
    pretended = f" ({options.faster:g} times the measured speed)" if options.faster != 1 else ""
    print(f"One worker: {info.device_name}, {info.precision}, {1 / rates.work:.2f} million pixels a second{pretended}")
    print(f"Slab times vary by {100 * rates.spread:.0f} %; a task costs {1000 * rates.task:.1f} ms")
    print(f"Joining: {1 / rates.join:.0f} million pixels a second into one file, {1 / rates.count:.0f} counted only")
    print(f"Store: {options.storage:g} MB/s, {rates.input_bytes:g} bytes a pixel; a start takes {rates.start:.1f} s")
    print(f"Raster: {options.width} x {options.height}\n")
    for one_file in (True, False):
        print("One file (GTiff)" if one_file else "Parts (VRT)")
        print("workers       time  speed-up  efficiency  limited by")
        alone = 0.0
        for workers in WORKERS:
            seconds, limit = simulate(rates, options.width, options.height, workers, options.storage * 1e6, one_file)
            alone = alone or seconds
            gain = alone / seconds
            print(f"{workers:7} {seconds / 60:8.1f} m {gain:8.1f}x {100 * gain / workers:10.0f} %  {limit}")
        print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
