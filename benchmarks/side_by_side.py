"""Our engine beside what others do: the same raster, network, tile, overlap and arithmetic, one after the other.

Usage: ``python benchmarks/side_by_side.py [--sizes 4096,16384,32768] [--model FILE | --light] [--device auto]
[--memory-gib 16] [--roads engine,monai,loop,authors] [--json FILE]``

Roads:

* engine: `LocalEngine`, strips in, rows of the map out.
* monai: `monai.inferers.sliding_window_inference` with Gaussian weights, on the whole raster as one tensor. Needs the
  package MONAI, which the project does not: ``pip install monai``.
* loop: batches of overlapping tiles, probabilities added up in an array of the whole raster.
* authors: one tile after the other without overlap, as the networks' authors evaluate.

Each row is a process of its own, so peak memory is that row's alone. On a CPU a row may take ``--memory-gib`` (0: no
limit); one that needs more says so. Rasters lie on disk, raw; every road reads them as it needs.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from rgbsar_core.benchmark import load_benchmark_model  # noqa: E402
from rgbsar_core.engine.device import choose_device, choose_precision  # noqa: E402
from rgbsar_core.engine.local import LocalEngine  # noqa: E402
from rgbsar_core.engine.model_file import save_model  # noqa: E402
from rgbsar_core.parameters import EngineJob, EngineOptions  # noqa: E402
from rgbsar_core.radiometry import InputTransform  # noqa: E402
from rgbsar_core.registry import create_network  # noqa: E402
from rgbsar_core.strips import BOTH_VALID, Strip  # noqa: E402
from rgbsar_core.tiling import tile_starts  # noqa: E402

ROADS = ("engine", "monai", "loop", "authors")
MEAN, STD = 128.0, 64.0
BATCH = {"cpu": 2, "cuda": 32, "mps": 4}


def write_light_model(path: Path) -> None:
    """A 28th of the operations of the published ASANet, random weights: two cores map large rasters with it."""
    torch.manual_seed(0)
    name, form = "upernet_convnextv2", {"size": "atto", "decoder_width": 32}
    card = load_benchmark_model(None)[1]
    network = create_network(name, optical_channels=3, sar_channels=1, num_classes=len(card.legend), **form)
    card = dataclasses.replace(
        card, name="light", title="UPerNet, ConvNeXt V2 atto, random weights", network=name, network_parameters=form
    )
    save_model(path, network.eval(), card)


def write_scene(path: Path, bands: int, side: int) -> None:
    """Smooth random pixels, (bands, side, side) uint8, a pattern of 1024 rows repeated; never whole in memory."""
    numbers = np.random.default_rng(0)
    rows = min(1024, side)
    coarse = numbers.normal(128, 50, (bands, rows // 16 + 1, side // 16 + 1))
    fine = coarse.repeat(16, 1).repeat(16, 2)[:, :rows, :side]
    pattern = np.clip(fine + numbers.normal(0, 12, fine.shape), 0, 255).astype(np.uint8)
    scene = np.memmap(path, np.uint8, "w+", shape=(bands, side, side))
    for row in range(0, side, rows):
        scene[:, row : row + rows] = pattern[:, : min(rows, side - row)]
    scene.flush()


class Row:
    """One road over one raster, in this process."""

    def __init__(self, options: argparse.Namespace, side: int, folder: Path) -> None:
        self.side = side
        self.network, self.card = load_benchmark_model(options.model)
        self.model = options.model
        self.device = choose_device(options.device)[0]
        self.dtype = choose_precision("auto", self.device)[0]
        self.tile, self.overlap = self.card.tile_size, self.card.overlap
        self.batch = BATCH[self.device.type]
        bands = [len(spec.bands) for spec in (self.card.optical, self.card.sar)]
        paths = [folder / f"{role}-{side}.raw" for role in ("optical", "sar")]
        self.optical, self.sar = (
            np.memmap(path, np.uint8, "r", shape=(count, side, side)) for path, count in zip(paths, bands)
        )
        self.classes = len(self.card.legend.values)

    def ready(self) -> None:
        """The network on the device, as the engine's users would have it without the engine."""
        self.network = self.network.eval().to(self.device, memory_format=torch.channels_last)

    def tensor(self, pixels: np.ndarray) -> Tensor:
        """Normalised float32 (bands, h, w) on the device."""
        return torch.from_numpy(np.ascontiguousarray(pixels)).to(self.device).float().sub_(MEAN).div_(STD)

    def logits(self, optical: Tensor, sar: Tensor) -> Tensor:
        """One pass in the engine's arithmetic."""
        with torch.autocast(self.device.type, self.dtype, enabled=self.dtype != torch.float32):
            return self.network(optical, sar).float()

    def engine(self) -> tuple[float, int]:
        """Ours."""
        engine = LocalEngine(lambda path, device: (self.network, self.card))
        engine.prepare(
            EngineJob(
                model=self.model or "",
                width=self.side,
                height=self.side,
                optical=transform(len(self.optical)),
                sar=transform(len(self.sar)),
                options=EngineOptions(device=str(self.device), backend="torch"),
            )
        )
        found = np.empty((self.side, self.side), np.uint8)
        started = time.perf_counter()
        for block in engine.predict(self.strips(), lambda: False):
            found[block.row : block.row + block.height] = block.labels
        return time.perf_counter() - started, engine.statistics.tiles

    def strips(self) -> Iterator[Strip]:
        """The raster from top to bottom."""
        for row in range(0, self.side, 256):
            part = slice(row, min(row + 256, self.side))
            valid = np.full((part.stop - row, self.side), BOTH_VALID, np.uint8)
            yield Strip(row, self.optical[:, part], self.sar[:, part], valid)

    def monai(self) -> tuple[float, int]:
        """MONAI's sliding window."""
        try:
            from monai.inferers import sliding_window_inference
        except ModuleNotFoundError as error:
            raise SystemExit(f"{error.name} is missing (pip install monai)") from error
        self.ready()
        bands, tiles = len(self.optical), 0

        def predict(windows: Tensor) -> Tensor:
            nonlocal tiles
            tiles += len(windows)
            return self.logits(windows[:, :bands], windows[:, bands:])

        started = time.perf_counter()
        pixels = torch.cat([self.tensor(self.optical), self.tensor(self.sar)])[None]
        scores = sliding_window_inference(
            pixels, (self.tile, self.tile), self.batch, predict, overlap=self.overlap / self.tile, mode="gaussian"
        )
        scores.argmax(1).to(torch.uint8).cpu()
        return time.perf_counter() - started, tiles

    def loop(self) -> tuple[float, int]:
        """Batches of tiles, and a whole raster of probabilities."""
        self.ready()
        starts = tile_starts(self.side, self.tile, self.overlap)
        corners = [(row, column) for row in starts for column in starts]
        started = time.perf_counter()
        total = torch.zeros(self.classes, self.side, self.side)
        for first in range(0, len(corners), self.batch):
            part = corners[first : first + self.batch]
            optical, sar = (
                torch.stack([self.window(pixels, at) for at in part]) for pixels in (self.optical, self.sar)
            )
            for one, (row, column) in zip(self.logits(optical, sar).softmax(1).cpu(), part):
                total[:, row : row + self.tile, column : column + self.tile] += one
        total.argmax(0).to(torch.uint8)
        return time.perf_counter() - started, len(corners)

    def authors(self) -> tuple[float, int]:
        """Tile by tile."""
        self.ready()
        starts = tile_starts(self.side, self.tile, 0)
        found = np.empty((self.side, self.side), np.uint8)
        started = time.perf_counter()
        for row in starts:
            for column in starts:
                optical, sar = (self.window(pixels, (row, column))[None] for pixels in (self.optical, self.sar))
                labels = self.logits(optical, sar).argmax(1)[0].cpu().numpy()
                found[row : row + self.tile, column : column + self.tile] = labels
        return time.perf_counter() - started, len(starts) ** 2

    def window(self, pixels: np.ndarray, corner: tuple[int, int]) -> Tensor:
        """One tile."""
        row, column = corner
        return self.tensor(pixels[:, row : row + self.tile, column : column + self.tile])


def transform(bands: int) -> InputTransform:
    """The radiometry of all roads."""
    zeros, ones = (0.0,) * bands, (1.0,) * bands
    return InputTransform(ones, zeros, "none", zeros, ones, None, (MEAN,) * bands, (STD,) * bands)


def run_row(options: argparse.Namespace) -> None:
    """The child: measure one row and print it as JSON."""
    side = int(options.sizes)
    row = Row(options, side, Path(options.folder))
    if options.memory_gib and row.device.type == "cpu":
        limit = int(options.memory_gib * 2**30)
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    road: Callable[[], tuple[float, int]] = getattr(row, options.roads)
    try:
        with torch.inference_mode(options.roads != "engine"):
            seconds, tiles = road()
    except (MemoryError, RuntimeError) as error:
        if "memory" not in str(error).lower() and not isinstance(error, MemoryError):
            raise
        print(json.dumps({"problem": "out of memory"}))
        return
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    result: dict[str, Any] = {
        "pixels_per_second": side * side / seconds,
        "passes_per_pixel": tiles * row.tile**2 / side**2,
        "memory_mib": peak,
    }
    if row.device.type == "cuda":
        result["device_memory_mib"] = torch.cuda.max_memory_allocated() / 2**20
    print(json.dumps(result))


def measure(options: argparse.Namespace, road: str, side: int, folder: str) -> dict[str, Any]:
    """One row, by a process of its own."""
    command = [sys.executable, __file__, "--child", "--roads", road, "--sizes", str(side), "--folder", folder]
    command += ["--device", options.device, "--memory-gib", str(options.memory_gib)]
    command += ["--model", options.model] if options.model else []
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = finished.stdout.strip().splitlines()
    if finished.returncode == 0 and lines:
        return json.loads(lines[-1])
    if finished.returncode == -9:
        return {"problem": "killed: out of memory"}
    return {"problem": (finished.stderr.strip().splitlines() or [f"exit code {finished.returncode}"])[-1]}


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", default="4096,16384,32768", help="sides of the rasters in pixels")
    parser.add_argument("--roads", default=",".join(ROADS))
    parser.add_argument("--model", help="model file (default: the published ASANet, random weights)")
    parser.add_argument("--light", action="store_true", help="a small network with random weights instead")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--memory-gib", type=float, default=16.0, help="of a row on a CPU; 0: no limit")
    parser.add_argument("--json")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        run_row(options)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        if options.light:
            options.model = str(Path(folder) / "light.safetensors")
            write_light_model(Path(options.model))
        compare(options)
    return 0


def compare(options: argparse.Namespace) -> None:
    """Measure every row and print the table."""
    card = load_benchmark_model(options.model)[1]
    limit = f", at most {options.memory_gib:g} GiB a row on a CPU" if options.memory_gib else ""
    print(f"{card.title}, tiles of {card.tile_size} with {card.overlap} overlap, torch {torch.__version__}{limit}\n")
    print("| side | road | pixels/s | passes a pixel | memory, MiB | on the device, MiB |")
    print("|---:|---|---:|---:|---:|---:|")
    rows = []
    for side in map(int, options.sizes.split(",")):
        with tempfile.TemporaryDirectory() as folder:
            for role, spec in (("optical", card.optical), ("sar", card.sar)):
                write_scene(Path(folder) / f"{role}-{side}.raw", len(spec.bands), side)
            for road in options.roads.split(","):
                found = measure(options, road, side, folder)
                rows.append({"side": side, "road": road, **found})
                print(f"| {side} | {road} | {cells(found)} |", flush=True)
    if options.json:
        Path(options.json).write_text(json.dumps(rows, indent=1), encoding="utf-8")


def cells(found: dict[str, Any]) -> str:
    """The rest of a line of the table."""
    if "problem" in found:
        return f"{found['problem']} | | |"
    device = f"{found['device_memory_mib']:,.0f}" if "device_memory_mib" in found else ""
    memory = f"{found['memory_mib']:,.0f}"
    return f"{found['pixels_per_second']:,.0f} | {found['passes_per_pixel']:.2f} | {memory} | {device}"


if __name__ == "__main__":
    sys.exit(main())
