"""What a second local worker brings: the example scene by one worker and by two, in turns, and the efficiency.

Usage: ``python benchmarks/local_workers.py [--turns 5] [--tile 64]``

Each worker is a process with one thread; both clusters are up and warm before the first turn that counts. Small tiles
make the small scene a job of some seconds. Needs two idle cores: on a busy machine the figure says nothing.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Optional

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY))

from distributed import LocalCluster  # noqa: E402

from rgbsar_core.cluster import classify_on_cluster  # noqa: E402
from rgbsar_core.parameters import ClassificationParameters, EngineOptions  # noqa: E402


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Run by turns and print medians."""
    parser = argparse.ArgumentParser(description="One local worker against two.")
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--tile", type=int, default=64)
    options = parser.parse_args(arguments)
    seconds: dict[int, list[float]] = {1: [], 2: []}
    with tempfile.TemporaryDirectory() as folder:
        parameters = ClassificationParameters(
            optical=str(REPOSITORY / "examples" / "optical.tif"),
            sar=str(REPOSITORY / "examples" / "sar.tif"),
            model=str(next((REPOSITORY / "models").glob("*.safetensors"))),
            output=str(Path(folder) / "map.tif"),
            engine=EngineOptions(device="cpu", backend="torch", threads=1, tile_size=options.tile),
        )
        quiet = {"threads_per_worker": 1, "silence_logs": 50, "dashboard_address": ":0"}
        with LocalCluster(n_workers=1, **quiet) as one, LocalCluster(n_workers=2, **quiet) as two:
            for turn in range(options.turns + 1):
                for workers, cluster in ((1, one), (2, two)):
                    started = time.perf_counter()
                    classify_on_cluster(parameters, cluster.scheduler_address)
                    if turn:  # the first one loads torch and the model
                        seconds[workers].append(time.perf_counter() - started)
    alone, both = (statistics.median(seconds[workers]) for workers in (1, 2))
    print(f"1 worker {alone:.2f} s, 2 workers {both:.2f} s: {alone / both:.2f}x, efficiency {50 * alone / both:.0f} %")
    return 0


if __name__ == "__main__":
    sys.exit(main())
