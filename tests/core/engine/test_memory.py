"""Memory grows with the raster's width, never with its height."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="reads the peak memory from /proc"),
]

PROGRAM = """
    import json, sys
    from pathlib import Path
    sys.path.insert(0, {repository!r})
    import numpy as np
    from rgbsar_core.engine.remote import WorkerEngine
    from rgbsar_core.strips import Strip
    from tests.core.engine.jobs import job, never

    height, width, rows = {height}, 4096, 256
    generator = np.random.default_rng(0)
    optical = generator.integers(0, 256, (3, rows, width), dtype=np.uint8)
    sar = generator.integers(0, 65536, (1, rows, width), dtype=np.uint16)
    valid = np.full((rows, width), 3, dtype=np.uint8)
    engine = WorkerEngine(sys.executable, Path({core!r}))
    engine.prepare(job("brightest", height, width, tile_size=256, overlap=32, precision="auto"))
    strips = (Strip(row, optical, sar, valid) for row in range(0, height, rows))
    mapped = sum(int(np.count_nonzero(block.labels)) for block in engine.predict(strips, never))
    engine.close()
    peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM:"))
    print(json.dumps([mapped, int(peak.split()[1]) / 1024, engine.statistics.peak_memory_mb]))
"""


def peaks(height, repository, core):
    """Mapped pixels, peak MiB of the feeding process, peak MiB of the worker."""
    program = textwrap.dedent(PROGRAM).format(repository=str(repository), core=str(core), height=height)
    finished = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return json.loads(finished.stdout)


def test_four_times_the_height_needs_less_than_a_tenth_more_memory_in_either_process(repository, stub_core):
    short = peaks(8192, repository, stub_core)  # tall enough for every queue to fill
    tall = peaks(32768, repository, stub_core)
    assert (short[0], tall[0]) == (8192 * 4096, 32768 * 4096)
    assert tall[1] < 1.1 * short[1]
    assert tall[2] < 1.1 * short[2]
