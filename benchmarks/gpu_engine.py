"""What a CUDA GPU makes of ASANet: ceilings, forms of the network, single kernels, and the whole engine.

Usage: ``python benchmarks/gpu_engine.py [--sections ceilings,network,engine,files,kernels,blocks] [--batch 64]
[--size tiny] [--side 32768] [--json FILE]``

Needs torch with CUDA and Triton; ``files`` needs GDAL too. Weights and pixels are random. Times are medians of repeated
runs after a warm-up, by the device's own events; the sections that stand for a whole job use the wall clock.
``--seconds`` ends the optional parts early (default 220). One long file, so that a GPU at hand for minutes answers
everything in one go.
"""

# ruff: noqa: B023 - what is timed is called before the loop goes on
from __future__ import annotations

import argparse
import copy
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from rgbsar_core.models.fused import fuse_network, launch  # noqa: E402
from rgbsar_core.registry import create_network  # noqa: E402

SECTIONS = ("ceilings", "network", "engine", "files", "kernels", "blocks")
STARTED = time.perf_counter()
RESULTS: dict[str, Any] = {}
CHANNELS, DEPTHS = (96, 192, 384, 768), (3, 3, 9, 3)
REST = 35  # seconds that the engine and the files need after the network's variants
TILE_FLOP = 51.7e9  # ASANet "tiny", one 256 x 256 tile, as published: 25.85 billion multiply-accumulates


def say(text: str = "") -> None:
    """One line, at once, with the time since the start."""
    print(f"[{time.perf_counter() - STARTED:5.0f} s] {text}", flush=True)


def milliseconds(call: Callable[[], object], repeats: int = 10, warmups: int = 3, inner: int = 1) -> float:
    """Median time of a call on the device."""
    for _ in range(warmups):
        call()
    times = []
    for _ in range(repeats):
        start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        start.record()
        for _ in range(inner):
            call()
        end.record()
        end.synchronize()
        times.append(start.elapsed_time(end) / inner)
    return statistics.median(times)


def late(options: argparse.Namespace) -> bool:
    """Whether the optional parts must end."""
    return time.perf_counter() - STARTED > options.seconds


@contextmanager
def without_triton() -> Iterator[None]:
    """The fused network in torch alone."""
    os.environ["RGBSAR_NO_TRITON"] = "1"
    launch._device_is_ready.cache_clear()
    try:
        yield
    finally:
        del os.environ["RGBSAR_NO_TRITON"]
        launch._device_is_ready.cache_clear()


def ceilings() -> None:
    """A large matrix product in each type, and a large copy."""
    n = 8192
    for dtype in (torch.bfloat16, torch.float16, torch.float32):
        a, b = (torch.randn(n, n, device="cuda", dtype=dtype) for _ in range(2))
        ms = milliseconds(lambda a=a, b=b: a @ b)
        RESULTS[f"matmul_{dtype}"] = 2 * n**3 / ms / 1e9
        say(f"matrix product {n}, {str(dtype)[6:]:9}: {2 * n**3 / ms / 1e9:7.0f} TFLOP/s")
    x = torch.randint(0, 255, (4 << 30,), device="cuda", dtype=torch.uint8)
    y = torch.empty_like(x)
    ms = milliseconds(lambda: y.copy_(x))
    RESULTS["copy_tb_s"] = 2 * x.numel() / ms / 1e9
    say(f"copy of 4 GiB: {2 * x.numel() / ms / 1e9:.2f} TB/s read and written")
    host = torch.empty(1 << 28, dtype=torch.uint8, pin_memory=True)
    ms = milliseconds(lambda: y[: host.numel()].copy_(host, non_blocking=True))
    say(f"pinned host to device: {host.numel() / ms / 1e6:.1f} GB/s")


def plain_network(size: str) -> nn.Module:
    """ASANet with random weights whose activations are of ordinary size."""
    torch.manual_seed(0)
    network = create_network("asanet", optical_channels=3, sar_channels=1, num_classes=6, size=size).eval()
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_var.uniform_(0.5, 2.0)
            module.running_mean.normal_(0, 0.1)
        if hasattr(module, "gamma"):
            module.gamma.data.normal_(0, 0.5)
            module.beta.data.normal_(0, 0.1)
    for parameter in network.parameters():
        if parameter.dim() > 1:
            parameter.data.normal_(0, parameter[0].numel() ** -0.5)
    return network.cuda()


def half_weights(network: nn.Module) -> nn.Module:
    """As the engine lays weights out."""
    network.to(memory_format=torch.channels_last)
    for module in network.modules():
        if type(module) in (nn.Conv2d, nn.ConvTranspose2d, nn.Linear):
            module.to(torch.bfloat16)
    return network


def images(batch: int, side: int = 256) -> tuple[Tensor, Tensor]:
    """Two random batches, channels last."""
    return tuple(
        torch.randn(batch, channels, side, side, device="cuda").to(memory_format=torch.channels_last)
        for channels in (3, 1)
    )


def mixed(network: nn.Module, optical: Tensor, sar: Tensor) -> Tensor:
    """One pass under autocast."""
    with torch.autocast("cuda", torch.bfloat16, cache_enabled=False):
        return network(optical, sar)


def captured(call: Callable[[], Tensor]) -> tuple[Callable[[], Tensor], float]:
    """The call as a CUDA graph, and the seconds that took."""
    started = time.perf_counter()
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(2):
            call()
    torch.cuda.current_stream().wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        result = call()

    def replay() -> Tensor:
        graph.replay()
        return result

    torch.cuda.synchronize()
    return replay, time.perf_counter() - started


def report(name: str, batch: int, ms: float, error: float, note: str = "") -> None:
    """One form of the network."""
    rate = 1000 * batch / ms
    share = rate * TILE_FLOP / (RESULTS.get("matmul_torch.bfloat16", 790.0) * 1e12)
    RESULTS[f"network {name} batch {batch}"] = rate
    say(f"  {name:44} {ms:8.2f} ms {rate:7.0f} tiles/s {100 * share:5.1f} %  error {error:.1e} {note}")


def relative(found: Tensor, expected: Tensor) -> float:
    """Norm of the difference over that of the expected."""
    return float((found.float() - expected.float()).norm() / expected.float().norm())


def network(options: argparse.Namespace) -> None:
    """The forms of the network against float32."""
    plain = plain_network(options.size)
    check = images(4)
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    expected = plain(*check)
    fused32 = fuse_network(copy.deepcopy(plain))
    with without_triton():
        say(f"fused in float32 against plain in float32: {relative(fused32(*check), expected):.1e}")
    fused, plain = half_weights(fused32), half_weights(plain)
    labels = expected.argmax(1)
    for name, form in (("plain", plain), ("fused", fused)):
        found = mixed(form, *check)
        say(f"{name} in bfloat16: labels agree on {100 * float((found.argmax(1) == labels).float().mean()):.2f} %")
    for batch in (options.batch, options.batch // 2, 1):
        inputs = images(batch)
        say(f"batch {batch}")
        if batch == options.batch:
            with without_triton():
                ms = milliseconds(lambda i=inputs: mixed(plain, *i), repeats=5)
                report("plain", batch, ms, relative(mixed(plain, *check), expected))
        started = time.perf_counter()
        error = relative(mixed(fused, *check), expected)
        mixed(fused, *inputs)
        torch.cuda.synchronize()
        note = f"(first pass {time.perf_counter() - started:.1f} s)"
        ms = milliseconds(lambda i=inputs: mixed(fused, *i), repeats=5)
        report("fused, Triton", batch, ms, error, note)
        for name, setting in VARIANTS.items() if batch == options.batch else [("as it is", {})]:
            if setting and time.perf_counter() - STARTED > options.seconds - REST:
                break
            with settings(setting):
                graph(name, lambda i=inputs: mixed(fused, *i), batch, lambda: relative(mixed(fused, *check), expected))
    profile("fused, Triton", lambda: mixed(fused, *images(options.batch)), options.batch)


def graph(name: str, call: Callable[[], Tensor], batch: int, error: Callable[[], float]) -> None:
    """A form of the network replayed as a CUDA graph."""
    try:
        replay, seconds = captured(call)
    except Exception as problem:  # noqa: BLE001 - a variant that does not run is left out
        say(f"  {name}: {type(problem).__name__}: {str(problem)[:100]}")
        return
    report(f"graph, {name}", batch, milliseconds(replay), error(), f"(capture {seconds:.1f} s)")
    if not torch.equal(replay().clone(), replay().clone()):
        say("  NOT DETERMINISTIC")
    del replay
    torch.cuda.empty_cache()


VARIANTS: dict[str, dict[str, Any]] = {
    "as it is": {},
    "depthwise, half the warps": {"depthwise_sizes": lambda c: depthwise(c, 1, 0.5)},
    "library from 768": {"LIBRARY_PROJECTION_FROM": 768},
    "Triton projections": {"LIBRARY_PROJECTION_FROM": 1 << 20},
    "cuDNN search": {"cudnn": True},
    "depthwise, half as wide": {"depthwise_sizes": lambda c: depthwise(c, 0.5, 0.5)},
    "depthwise, twice as wide": {"depthwise_sizes": lambda c: depthwise(c, 2, 2)},
    "products of 4 stages": {"block_sizes": lambda *a: (*BLOCK_SIZES(*a)[:4], 4)},
}
"""What else was tried: constants and rules of `launch`, replaced."""


def depthwise(channels: int, wider: float, warps: float) -> tuple[int, int, int]:
    """Blocks of another shape than the usual ones."""
    usual = DEPTHWISE_SIZES(channels)
    return usual[0], int(wider * usual[1]), max(1, min(16, int(warps * usual[2])))


@contextmanager
def settings(changes: dict[str, Any]) -> Iterator[None]:
    """The launcher with other settings."""
    kept = {name: getattr(launch, name) for name in changes if name != "cudnn"}
    torch.backends.cudnn.benchmark = "cudnn" in changes
    for name in kept:
        setattr(launch, name, changes[name])
    try:
        yield
    finally:
        torch.backends.cudnn.benchmark = False
        for name, value in kept.items():
            setattr(launch, name, value)


def profile(name: str, call: Callable[[], object], batch: int, rows: int = 26) -> None:
    """Where the device's time goes, by kernel."""
    from torch.profiler import ProfilerActivity, profile

    call()
    with profile(activities=[ProfilerActivity.CUDA]) as profiler:
        call()
        torch.cuda.synchronize()
    events = [e for e in profiler.key_averages() if e.device_time_total > 0]
    events.sort(key=lambda e: -e.device_time_total)
    total = sum(e.device_time_total for e in events)
    say(f"kernels of {name}, batch {batch}: {total / 1000:.2f} ms of device time")
    for e in events[:rows]:
        ms = e.device_time_total / 1000
        say(f"  {ms:7.3f} ms {100000 * ms / total:5.1f} % x{e.count:<4} {e.key[:80]}")


def kernels(options: argparse.Namespace) -> None:
    """Every kernel of a block at every stage: time, and what it moves or computes a second."""
    for stage, channels in enumerate(CHANNELS):
        if late(options):
            return
        side = 64 >> stage
        x = torch.randn(options.batch, side, side, channels, device="cuda", dtype=torch.bfloat16)
        pixels = options.batch * side * side
        depthwise = nn.Conv2d(channels, channels, 7, padding=3, groups=channels).cuda()
        half = copy.deepcopy(depthwise).to(torch.bfloat16).to(memory_format=torch.channels_last)
        found = launch._depthwise_norm(x, depthwise, 1e-6)
        expected = F.layer_norm(depthwise(x.float().permute(0, 3, 1, 2)).permute(0, 2, 3, 1), (channels,), eps=1e-6)
        times = []
        for rows, columns, warps in ((4, 8, 4), (4, 16, 8), (4, 8, 2), (4, 4, 2), (4, 4, 4), (4, 4, 8)):
            if rows > side or columns > side or rows * columns * launch.power_of_two(channels) > 256 * 32 * warps:
                continue
            launch.depthwise_sizes = lambda c, r=rows, w=columns, n=warps: (r, w, n)
            ms = milliseconds(lambda x=x, d=depthwise: launch._depthwise_norm(x, d, 1e-6), inner=5)
            times.append((ms, rows, columns, warps))
        launch.depthwise_sizes = DEPTHWISE_SIZES
        chosen = DEPTHWISE_SIZES(channels)
        x_nchw = x.permute(0, 3, 1, 2)
        cudnn = milliseconds(lambda: half(x_nchw), inner=2)
        best = min(times)
        RESULTS[f"depthwise {channels}"] = times
        say(
            f"depthwise+norm {channels:4}: error {relative(found, expected):.0e}; best {best[0]:.3f} ms "
            f"({2 * x.numel() * 2 / best[0] / 1e9:.2f} TB/s) at {best[1:]}, chosen {chosen}; torch's convolution "
            f"{cudnn:.3f} ms; all " + " ".join(f"{t[1:]}:{t[0]:.3f}" for t in sorted(times))
        )
        for name, k, n in (("expand", channels, 4 * channels), ("project", 4 * channels, channels)):
            y = torch.randn(options.batch, side, side, k, device="cuda", dtype=torch.bfloat16)
            layer = nn.Linear(k, n).cuda().to(torch.bfloat16)
            cublas = milliseconds(lambda y=y, layer=layer: layer(y), inner=3)
            flop = 2 * pixels * k * n
            moved = 2 * pixels * (k + n + (n if name == "project" else 0))
            tried = []
            for block in product_blocks(side * side, k, n):
                launch.block_sizes = lambda *_, block=block: block
                try:
                    ms = milliseconds(lambda: product(name, y, layer, block), inner=3)
                except Exception as error:  # noqa: BLE001 - a block that does not fit the chip is left out
                    tried.append((float("inf"), block))
                    say(f"    {name} {block}: {str(error)[:60]}")
                    continue
                tried.append((ms, block))
            launch.block_sizes = BLOCK_SIZES
            tried.sort()
            RESULTS[f"{name} {channels}"] = tried
            say(
                f"  {name:7} {k:4} -> {n:4}: best {tried[0][0]:.3f} ms ({flop / tried[0][0] / 1e9:.0f} TFLOP/s, "
                f"{moved / tried[0][0] / 1e9:.2f} TB/s) at {tried[0][1]}, chosen {BLOCK_SIZES(side * side, k, n)}; "
                f"cuBLAS alone {cublas:.3f} ms; next " + " ".join(f"{b}:{t:.3f}" for t, b in tried[1:4])
            )


DEPTHWISE_SIZES, BLOCK_SIZES = launch.depthwise_sizes, launch.block_sizes


def product_blocks(pixels: int, k: int, n: int) -> list[tuple[int, int, int, int, int]]:
    """Blocks worth trying for a product."""
    depth = 64 if k % 64 == 0 else 32
    found = [(128, 128, depth, 8, 3), (128, 128, depth, 4, 3), (64, 128, depth, 4, 3), (64, 256, depth, 8, 3)]
    found += [(128, 256, depth, 8, 3), (128, 64, depth, 4, 4), (128, 128, depth, 8, 4)]
    return [b for b in found if b[0] <= max(64, pixels) and b[1] <= max(128, 2 * n)]


def product(name: str, y: Tensor, layer: nn.Linear, block: tuple[int, int, int, int, int]) -> Tensor:
    """One product of a block by its Triton kernel."""
    images_, height, width, k = y.shape
    n, pixels = layer.out_features, height * width
    blocks = -(-pixels // block[0])
    result = y.new_empty((images_, height, width, n))
    grid = (images_ * blocks * -(-n // block[1]),)
    sizes = {
        "BLOCK_M": block[0],
        "BLOCK_N": block[1],
        "BLOCK_K": block[2],
        "num_warps": block[3],
        "num_stages": block[4],
    }
    if name == "expand":
        squares = torch.empty((images_, blocks, n), device="cuda")
        sizes["IS_EVEN"] = pixels % block[0] == 0
        launch._kernels().expand_gelu[grid](y, layer.weight, layer.bias, result, squares, pixels, k, n, **sizes)
    else:
        weights = layer.weight.expand(images_, n, k).contiguous()
        launch._kernels().project_add[grid](y, weights, layer.bias, result, result, pixels, k, n, **sizes)
    return result


def blocks(options: argparse.Namespace) -> None:
    """Parts of the network, plain and fused."""
    plain = half_weights(plain_network(options.size))
    fused = half_weights(fuse_network(plain_network(options.size)))
    maps = [
        torch.randn(options.batch, c, 64 >> i, 64 >> i, device="cuda", dtype=torch.bfloat16).to(
            memory_format=torch.channels_last
        )
        for i, c in enumerate(CHANNELS)
    ]
    inputs = images(options.batch)

    def show(name: str, slow: Callable[[], object], fast: Callable[[], object]) -> None:
        with torch.autocast("cuda", torch.bfloat16, cache_enabled=False):
            with without_triton():
                first = milliseconds(slow, repeats=5)
                second = milliseconds(fast, repeats=5)
            replay, _ = captured(fast)
            third = milliseconds(replay, repeats=5)
        RESULTS[f"part {name}"] = (first, second, third)
        say(f"  {name:18} plain {first:7.3f} ms, fused in torch {second:7.3f} ms, Triton graph {third:7.3f} ms")

    show("head", lambda: plain.decode_head(maps), lambda: fused.decode_head(maps))
    for i in range(4):
        if late(options):
            return
        with torch.autocast("cuda", torch.bfloat16):
            x = maps[i]
            show(
                f"stage {i} blocks",
                lambda: plain.optical_encoder.stages[i](x),
                lambda: fused.optical_encoder.stages[i](x),
            )

        def joint() -> Tensor:
            optical, sar = plain.focusing[i](maps[i], maps[i])
            return plain.fusion[i](plain.optical_encoder.norms[i](optical), plain.sar_encoder.norms[i](sar))

        show(f"joint {i}", joint, lambda: fused.joints[i](maps[i], maps[i])[2])
        source = inputs[0] if i == 0 else maps[i - 1]
        show(
            f"down-sampling {i}",
            lambda: plain.optical_encoder.downsamples[i](source),
            lambda: fused.optical_encoder.downsamples[i](source),
        )
    logits = torch.randn(options.batch, 6, 64, 64, device="cuda", dtype=torch.bfloat16).to(
        memory_format=torch.channels_last
    )

    def ending() -> Tensor:
        return torch.softmax(F.interpolate(logits, size=(256, 256), mode="bilinear").float(), dim=1)

    show("resize, softmax", ending, ending)


def engine(options: argparse.Namespace) -> None:
    """The whole engine on pixels in memory: what is left of the network's speed, and whether its bytes are the same."""
    from rgbsar_core.benchmark import _load_published, _Raster, _run_engine
    from rgbsar_core.engine.local import LocalEngine
    from rgbsar_core.parameters import EngineOptions

    network, card = _load_published("", "cpu")
    for size in (2048, 8192):
        raster = _Raster(card, size)
        engine = LocalEngine(lambda path, device: (copy.deepcopy(network), card))
        started = time.perf_counter()
        info = engine.prepare(raster.job("", EngineOptions(device="cuda")))
        prepared = time.perf_counter() - started
        seconds, labels = _run_engine(engine, raster)
        first = engine.statistics
        seconds, again = _run_engine(engine, raster)
        s = engine.statistics
        RESULTS[f"engine {size}"] = s
        say(
            f"  {size} x {size}: {s.tiles / s.total_seconds:.0f} tiles/s, {size * size / seconds / 1e6:.1f} million "
            f"pixels/s (first run {first.tiles / first.total_seconds:.0f} tiles/s); batch {info.batch_size}, prepared "
            f"in {prepared:.1f} s; network {s.network_seconds:.2f} s of {s.total_seconds:.2f} s, waited for input "
            f"{s.input_wait_seconds:.2f} s; bytes equal: {bool((labels == again).all())}"
        )
        if size == 2048:
            strips = [block.labels for block in engine.predict(_strips_of(raster, 100), lambda: False)]
            say(f"  strips of 100 rows, bytes equal: {bool((np.concatenate(strips) == labels).all())}")
            small = _Raster(card, 512)
            maps = []
            for device, precision in (("cuda", "auto"), ("cuda", "float32"), ("cpu", "float32")):
                engine.prepare(small.job("", EngineOptions(device=device, precision=precision, backend="torch")))
                maps.append(_run_engine(engine, small)[1])
            say(f"  labels equal to the CPU's float32: {[float((m == maps[2]).mean()) for m in maps[:2]]}")
            engine.prepare(raster.job("", EngineOptions(device="cuda", batch_size=16)))
            expected = _run_engine(engine, raster)[1]
            engine._runner._replay = None  # what is recorded needs no memory any more
            engine._runner.batch_size = 64
            torch.cuda.empty_cache()
            total = torch.cuda.mem_get_info()[1]
            torch.cuda.set_per_process_memory_fraction((torch.cuda.memory_reserved() + 0.2e9) / total)
            found = _run_engine(engine, raster)[1]
            torch.cuda.set_per_process_memory_fraction(1.0)
            say(
                f"  short of memory: batch {engine._runner.batch_size}, {engine.info.warnings}; labels equal to "
                f"those of batches of 16: {float((found == expected).mean())}"
            )
        engine.close()


def _strips_of(raster: Any, rows: int) -> Iterator[Any]:
    from rgbsar_core.strips import Strip

    for row in range(0, raster.size, rows):
        part = slice(row, row + rows)
        optical, sar = raster.optical[:, part], raster.sar[:, part]
        yield Strip(row, optical, sar, np.full(sar.shape[1:], 3, np.uint8))


def files(options: argparse.Namespace) -> None:
    """From two GeoTIFF files to a map file, by the command line's own function; three times, the first compiles."""
    import tempfile

    from osgeo import gdal, osr

    from rgbsar_core.benchmark import _load_published
    from rgbsar_core.classify import classify_rasters
    from rgbsar_core.engine.model_file import save_model
    from rgbsar_core.parameters import ClassificationParameters

    gdal.DontUseExceptions()
    side = options.side
    with tempfile.TemporaryDirectory() as folder:
        network, card = _load_published("", "cpu")
        save_model(f"{folder}/model.safetensors", network, card)
        numbers = np.random.default_rng(0)
        reference = osr.SpatialReference()
        reference.ImportFromEPSG(32633)
        strip = numbers.integers(0, 255, (3, 512, side), dtype=np.uint8)
        for name, bands in (("optical", 3), ("sar", 1)):
            dataset = gdal.GetDriverByName("GTiff").Create(
                f"{folder}/{name}.tif",
                side,
                side,
                bands,
                gdal.GDT_Byte,
                ["TILED=YES", "BLOCKXSIZE=512", "BLOCKYSIZE=512", "INTERLEAVE=BAND"],
            )
            dataset.SetProjection(reference.ExportToWkt())
            dataset.SetGeoTransform((500000.0, 10.0, 0.0, 5000000.0, 0.0, -10.0))
            for row in range(0, side, 512):
                for band in range(bands):
                    dataset.GetRasterBand(band + 1).WriteRaster(0, row, side, 512, strip[band].tobytes())
            dataset = None
        parameters = ClassificationParameters(
            optical=f"{folder}/optical.tif",
            sar=f"{folder}/sar.tif",
            model=f"{folder}/model.safetensors",
            output=f"{folder}/map.tif",
            confidence=f"{folder}/confidence.tif",
        )
        for turn in range(3):
            started = time.perf_counter()
            steps: dict[str, float] = {}

            def step(share: float, text: str) -> None:
                steps.setdefault(text.split(":")[0], time.perf_counter() - started)

            result = classify_rasters(parameters, step)
            seconds = time.perf_counter() - started
            s = result.statistics
            RESULTS[f"files {turn}"] = result.to_json()
            say(
                f"files, {side} x {side}: {side * side / seconds / 1e6:.1f} million pixels/s, "
                f"{s.tiles / s.total_seconds:.0f} tiles/s, {seconds:.1f} s in all, "
                f"prediction {s.total_seconds:.1f} s, network {s.network_seconds:.1f} s, "
                f"waited for input {s.input_wait_seconds:.1f} s, for output {s.output_wait_seconds:.1f} s; "
                f"batch {result.engine.batch_size}; {result.warnings}"
            )
            say("  began after: " + ", ".join(f"{text} {moment:.2f} s" for text, moment in steps.items()))


def main() -> int:
    """Run the sections asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sections", default=",".join(SECTIONS))
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--size", default="tiny")
    parser.add_argument("--side", type=int, default=32768, help="pixels of the files' rasters, a multiple of 512")
    parser.add_argument("--seconds", type=float, default=220)
    parser.add_argument("--json")
    options = parser.parse_args()
    if not torch.cuda.is_available():
        say("This benchmark needs a CUDA GPU; torch sees none.")
        return 1
    say(f"{torch.cuda.get_device_name()}, torch {torch.__version__}")
    steps = {
        "ceilings": lambda: ceilings(), "network": lambda: network(options), "kernels": lambda: kernels(options),
        "blocks": lambda: blocks(options), "engine": lambda: engine(options), "files": lambda: files(options),
    }  # fmt: skip
    for name in options.sections.split(","):
        if name in ("kernels", "blocks") and late(options):
            continue
        say(f"--- {name}")
        try:
            with torch.inference_mode() if name not in ("engine", "files") else torch.enable_grad():
                steps[name]()
        except Exception as error:  # noqa: BLE001 - one section that fails must not lose the others
            import traceback

            say(f"{name} FAILED: {type(error).__name__}: {error}")
            traceback.print_exc(limit=-4)
        torch.cuda.empty_cache()
    if options.json:
        Path(options.json).write_text(json.dumps(RESULTS, indent=1, default=str), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
