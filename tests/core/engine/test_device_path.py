"""What a GPU does with kernels, streams and pinned memory, in the form every device has."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest
import torch

from rgbsar_core.engine.device import current, even_batch, even_rows, full_float32
from rgbsar_core.engine.local import LocalEngine
from rgbsar_core.engine.runner import NetworkRunner
from rgbsar_core.engine.tiles import add_tiles, cut_tiles
from rgbsar_core.engine.transfer import Uploader, download, host_array, recorded, upload

from .jobs import Scene, job, never
from .stub_model_file import load_model

CPU, SECOND_GPU = torch.device("cpu"), torch.device("cuda:1")


def test_tiles_are_windows_of_the_rows() -> None:
    pixels = torch.arange(2 * 6 * 8).reshape(2, 6, 8).float()
    tiles = cut_tiles(pixels, [(0, 0), (2, 5)], 3, torch.channels_last)
    assert tiles is not None
    assert tiles.is_contiguous(memory_format=torch.channels_last)
    assert torch.equal(tiles[0], pixels[:, 0:3, 0:3])
    assert torch.equal(tiles[1], pixels[:, 2:5, 5:8])


def test_a_modality_the_model_does_not_use_has_no_tiles() -> None:
    assert cut_tiles(None, [(0, 0)], 3, torch.channels_last) is None


def test_overlapping_tiles_add_up_by_their_weights() -> None:
    total = torch.zeros(1, 2, 3)
    scores = torch.stack([torch.full((1, 2, 2), 0.5), torch.full((1, 2, 2), 1.0)])
    rows = torch.tensor([[1.0, 2.0], [1.0, 2.0]])
    columns = torch.tensor([[1.0, 0.25], [0.75, 1.0]])
    add_tiles(total, scores, [(0, 0), (0, 1)], rows, columns)
    assert total.tolist() == [[[0.5, 0.125 + 0.75, 1.0], [1.0, 0.25 + 1.5, 2.0]]]


def test_pixels_arrive_unchanged() -> None:
    raw = host_array((2, 3), np.uint16, CPU)
    raw[:] = [[0, 1, 2], [65533, 65534, 65535]]
    there = Uploader(CPU)(raw.view(np.int16))
    assert (there.numpy().view(np.uint16) == raw).all()
    assert torch.equal(download(upload(torch.arange(4), CPU)), torch.arange(4))
    assert recorded(CPU) is None  # nothing to wait for


@pytest.mark.parametrize(("tiles", "largest", "batch"), [(45, 32, 23), (64, 64, 64), (65, 64, 33), (3, 64, 3)])
def test_batches_of_a_band_are_of_equal_size(tiles: int, largest: int, batch: int) -> None:
    assert even_batch(tiles, largest) == batch


@pytest.mark.parametrize(
    ("columns", "available", "rows"),
    [
        (73, 99, 4),  # 292 tiles: 5 batches of 59; one row would be two batches of 37
        (293, 99, 1),  # 5 batches of 59
        (37, 99, 5),  # 185 tiles: 3 batches of 62
        (2, 99, 8),  # no number of rows fills a batch: as many as allowed
        (37, 2, 1),  # two rows are two batches of 37 again, and the raster has no more
    ],
)
def test_as_many_rows_of_tiles_run_together_as_fill_the_batches(columns: int, available: int, rows: int) -> None:
    assert even_rows(columns, available, 64) == rows


def test_rows_lie_in_ordinary_memory_where_no_more_pages_can_be_locked(monkeypatch: pytest.MonkeyPatch) -> None:
    empty = torch.empty

    def limited(*size: object, pin_memory: bool = False, **options: object) -> torch.Tensor:
        if pin_memory:
            raise RuntimeError("CUDA error: out of memory")
        return empty(*size, **options)

    monkeypatch.setattr(torch, "empty", limited)
    rows = host_array((2, 3, 4), np.uint16, SECOND_GPU)
    rows[:] = 65535
    assert (rows.shape, rows.dtype, int(rows.sum())) == ((2, 3, 4), np.dtype("uint16"), 24 * 65535)


class FakeCuda:
    """What torch.cuda keeps for a thread: its current device and stream. Streams are numbers, 0 is the default one."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.device, self.stream = 0, 0
        self.recorded_on: list[tuple[int, int]] = []
        for name in ("device", "stream", "graph"):
            monkeypatch.setattr(torch.cuda, name, getattr(self, f"_{name}"))
        monkeypatch.setattr(torch.cuda, "CUDAGraph", object)
        monkeypatch.setattr(torch.cuda, "Stream", lambda device: FakeStream(7))
        monkeypatch.setattr(torch.cuda, "current_stream", lambda device: FakeStream(self.stream))
        monkeypatch.setattr(torch.cuda, "empty_cache", lambda: None)

    @contextmanager
    def _device(self, device: torch.device) -> Iterator[None]:
        before, self.device = self.device, device.index
        yield
        self.device = before

    @contextmanager
    def _stream(self, stream: FakeStream) -> Iterator[None]:
        before, self.stream = self.stream, stream.number
        try:
            yield
        finally:
            self.stream = before

    @contextmanager
    def _graph(self, graph: object, stream: FakeStream) -> Iterator[None]:
        """As torch: a failed recording leaves its stream on."""
        before, self.stream = self.stream, stream.number
        self.recorded_on.append((self.device, self.stream))
        yield
        self.stream = before


class FakeStream:
    def __init__(self, number: int) -> None:
        self.number = number

    def wait_stream(self, other: FakeStream) -> None:
        pass


def test_a_second_gpu_is_the_current_device_of_every_pass_and_of_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """The passes run on the CPU; what is looked at is the device that Triton and recordings would take."""
    cuda = FakeCuda(monkeypatch)
    monkeypatch.setattr("rgbsar_core.engine.local.current", lambda device: current(SECOND_GPU))
    at_work: list[int] = []
    start = NetworkRunner._start

    def observed(*arguments: object) -> object:
        at_work.append(cuda.device)
        return start(*arguments)

    monkeypatch.setattr(NetworkRunner, "_start", observed)
    engine = LocalEngine(load_model)
    engine.prepare(job("brightest", 150, 130))
    assert (at_work, cuda.device) == ([1], 0)  # the trial tile
    for _ in engine.predict(Scene(150, 130).strips(70), never):
        assert cuda.device == 0
    assert len(at_work) > 2 and set(at_work) == {1}
    engine.close()


@pytest.mark.parametrize(
    "text", ["CUDA error: out of memory", "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"]
)
def test_a_recording_that_finds_no_room_is_made_of_smaller_batches(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    cuda = FakeCuda(monkeypatch)
    runner = NetworkRunner(torch.nn.Identity(), CPU, torch.float32, threads=1)
    runner.device = SECOND_GPU
    runner.batch_size = 8
    recorded_batches: list[int] = []

    def forward(optical: torch.Tensor, sar: None) -> torch.Tensor:
        recorded_batches.extend([len(optical)] if cuda.recorded_on else [])
        if cuda.recorded_on and len(optical) > 4:
            raise RuntimeError(text)
        return optical

    runner.forward = forward
    with current(SECOND_GPU):
        runner.record(torch.rand(1, 3, 4, 4), None, tiles=99)
    assert runner._replay is not None and runner.batch_size == 4
    assert cuda.recorded_on == [(1, 7), (1, 7)]
    assert cuda.stream == 0
    runner.close()


def test_float32_on_a_gpu_is_all_of_it_and_elsewhere_nothing_is_touched(monkeypatch):
    monkeypatch.setattr(torch.backends.cudnn, "allow_tf32", True)
    with full_float32(torch.device("cuda")):
        assert not torch.backends.cudnn.allow_tf32
    assert torch.backends.cudnn.allow_tf32
    with full_float32(CPU):
        assert torch.backends.cudnn.allow_tf32
