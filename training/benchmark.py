"""Compare the networks' cost on this machine: `python -m training.benchmark [NETWORK ...]`.

Parameters and multiply-accumulates of 1 x (3 + 3) x 256 x 256 pixels as the papers' tables count them, and images a
second, batch 1 and the best of several, in float32 and under autocast. Random weights; medians over several rounds.
Prints Markdown, the printed figures of ASANet's table beside ours; `--csv` writes the same for machines.
"""

from __future__ import annotations

import argparse
import csv
import logging
import platform
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass, fields
from typing import Any, Optional

import torch
from torch import nn
from tqdm import tqdm

from rgbsar_core.errors import InputError, RgbSarError
from rgbsar_core.networks import NetworkInfo, list_networks, network_info
from rgbsar_core.registry import create_network, measure_network

logger = logging.getLogger(__name__)

TILE = 256
BANDS = {"optical_channels": 3, "sar_channels": 3, "num_classes": 6}
#: Forms that are worth a row beside a network's default one.
FORMS: dict[str, tuple[dict[str, Any], ...]] = {
    "asanet": tuple({"size": size} for size in ("tiny", "atto", "nano", "base")),
    "fusenet": ({"variant": "chained"}, {"variant": "unchained"}),
    "afnet": ({"preset": "table"}, {"preset": "lite"}),
    "amm_fusenet": ({"output_stride": 16}, {"output_stride": 8}),
    "unet": ({"variant": "plain"}, {"variant": "resnet50"}),
    "denseaspp": ({"variant": "resnet50"}, {"variant": "densenet121"}),
}


@dataclass(frozen=True)
class Published:
    """What ASANet's repository prints in its comparison table (README, commit 58f64c3).

    Attributes:
        parameters: millions.
        macs: billions of multiply-accumulates; the table says FLOPs.
        images: a second, on an unnamed card, batch and precision; None where the figure was not found.
    """

    parameters: int
    macs: int
    images: Optional[float] = None


PUBLISHED = {
    ("asanet", "size tiny"): Published(82, 25, 48.7),
    ("cmx", ""): Published(67, 15, 33.5),
    ("sa_gate", ""): Published(121, 46, 34.9),
    ("fusenet", "variant chained"): Published(55, 66, 88.8),
    ("cmfnet", ""): Published(104, 77, 21.6),
    ("ftransunet", ""): Published(203, 70, 20.7),
    ("afnet", "preset table"): Published(356, 65, 35.9),
}


@dataclass(frozen=True)
class Row:
    """One form of one network; images are a second, None where not measured."""

    network: str
    form: str
    parameters: int
    macs: int
    images: Optional[float]
    images_half: Optional[float]
    best_images: Optional[float]
    best_batch: Optional[int]
    best_images_half: Optional[float]
    best_batch_half: Optional[int]


def measure(
    info: NetworkInfo, form: dict[str, Any], device: torch.device, batches: Sequence[int], rounds: int
) -> Row:
    """Cost of one form of one network; without rounds only what can be counted.

    Raises:
        RgbSarError: the network cannot be built, or does not fit into memory at batch 1.
    """
    cost = measure_network(info.name, **BANDS, tile_size=TILE, **form)
    text = ", ".join(f"{name} {value}" for name, value in form.items())
    if rounds == 0:
        return Row(info.name, text, cost.parameters, cost.macs, *(None,) * 6)
    torch.manual_seed(0)
    network = create_network(info.name, **BANDS, **form).eval().to(device)
    network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    speeds = {
        half: {batch: speed for batch in batches if (speed := _images_per_second(network, batch, half, device, rounds))}
        for half in (False, True)
    }
    for measured in speeds.values():
        if batches[0] not in measured:
            raise InputError(f"{info.title} {text} does not fit into memory. Choose a smaller batch or another device.")
    best = {half: max(measured, key=lambda batch: measured[batch]) for half, measured in speeds.items()}
    return Row(
        info.name,
        text,
        cost.parameters,
        cost.macs,
        speeds[False][batches[0]],
        speeds[True][batches[0]],
        speeds[False][best[False]],
        best[False],
        speeds[True][best[True]],
        best[True],
    )


def _images_per_second(
    network: nn.Module, batch: int, half: bool, device: torch.device, rounds: int
) -> Optional[float]:
    """Median over the rounds after one to warm up; None where memory does not suffice."""
    generator = torch.Generator().manual_seed(1)
    shapes = ((batch, BANDS[name], TILE, TILE) for name in ("optical_channels", "sar_channels"))
    images = [
        torch.randn(shape, generator=generator).to(device, memory_format=torch.channels_last) for shape in shapes
    ]
    seconds = []
    try:
        with torch.inference_mode(), _autocast(device, half):
            for _ in range(rounds + 1):
                start = time.perf_counter()
                network(*images)
                if device.type == "cuda":
                    torch.cuda.synchronize(device)
                seconds.append(time.perf_counter() - start)
    except torch.OutOfMemoryError:
        return None
    return batch / statistics.median(seconds[1:])


def _autocast(device: torch.device, half: bool) -> AbstractContextManager[Any]:
    return torch.autocast(device.type, torch.bfloat16) if half else nullcontext()


def rows(
    names: Sequence[str], device: torch.device, batches: Sequence[int] = (1, 4), rounds: int = 5
) -> Iterator[Row]:
    """Every form of the networks named, one after the other; all networks where none is named.

    Raises:
        UnknownModelError: no such network.
    """
    infos = [network_info(name) for name in names] or list(list_networks())
    forms = [(info, form) for info in infos for form in FORMS.get(info.name, ({},))]
    for info, form in tqdm(forms, unit="network", disable=None):
        yield measure(info, form, device, batches, rounds)


def markdown(measured: Sequence[Row], device: torch.device, rounds: int) -> str:
    """The table, with the machine it was made on; printed figures of the paper's repository in brackets."""
    lines = [
        f"{TILE} x {TILE} pixels, 3 + 3 bands, 6 classes; {_machine(device)}; medians of {rounds} rounds."
        if rounds
        else f"{TILE} x {TILE} pixels, 3 + 3 bands, 6 classes; speed not measured.",
        "",
        "| network | form | parameters (M) | GMAC | images/s, batch 1 | bf16, batch 1 | best images/s | best, bf16 |",
        "|---|---|---:|---:|---:|---:|---:|---:|",
    ]
    for row in measured:
        paper = PUBLISHED.get((row.network, row.form))
        brackets = [f" [{paper.parameters}]", f" [{paper.macs}]"] if paper else ["", ""]
        speed = f" [{paper.images}]" if paper and paper.images else ""
        lines.append(
            f"| {row.network} | {row.form} | {row.parameters / 1e6:.2f}{brackets[0]} "
            f"| {row.macs / 1e9:.2f}{brackets[1]} | {_speed(row.images)}{speed} | {_speed(row.images_half)} "
            f"| {_speed(row.best_images, row.best_batch)} | {_speed(row.best_images_half, row.best_batch_half)} |"
        )
    lines += ["", "In brackets: what ASANet's repository prints (its card, batch and precision are not stated)."]
    return "\n".join(lines) + "\n"


def _speed(images: Optional[float], batch: Optional[int] = None) -> str:
    if images is None:
        return "not measured"
    number = f"{images:.3g}" if images < 100 else f"{images:,.0f}"
    return number + (f" (batch {batch})" if batch else "")


def _machine(device: torch.device) -> str:
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else _processor()
    return f"{name}, {torch.get_num_threads()} threads, torch {torch.__version__}"


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return next(line.split(":", 1)[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def write_csv(measured: Sequence[Row], path: str) -> None:
    """One line a row, with a header."""
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(Row)])
        writer.writeheader()
        writer.writerows(asdict(row) for row in measured)


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m training.benchmark", description=__doc__)
    parser.add_argument("networks", nargs="*", metavar="NETWORK", help="names of `rgbsar networks` (default: all)")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--batches", type=int, nargs="+", default=[1, 4], metavar="N", help="the first is the paper's")
    parser.add_argument("--rounds", type=int, default=5, help="0 only counts parameters and multiply-accumulates")
    parser.add_argument("--threads", type=int, help="of the CPU")
    parser.add_argument("--csv", metavar="FILE", help="write the table there, too")
    given = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    if given.rounds < 0 or min(given.batches) < 1 or (given.threads or 1) < 1:
        parser.error("--rounds must be 0 or more, --batches and --threads 1 or more")
    if given.threads:
        torch.set_num_threads(given.threads)
    try:
        device = torch.device(given.device)
        measured = list(rows(given.networks, device, given.batches, given.rounds))
        if given.csv:
            write_csv(measured, given.csv)
    except (RgbSarError, RuntimeError, OSError) as error:
        logger.error("%s", error)
        return 1
    except KeyboardInterrupt:
        logger.error("Stopped.")
        return 130
    sys.stdout.write(markdown(measured, device, given.rounds))
    return 0


if __name__ == "__main__":
    sys.exit(main())
