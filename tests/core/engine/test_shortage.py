"""Another program takes the device's memory in mid-run, and gives it back, or does not."""

from __future__ import annotations

import logging

import numpy as np
import pytest
import torch

from rgbsar_core.engine import shortage
from rgbsar_core.engine.local import LocalEngine
from rgbsar_core.engine.shortage import BatchLimit, is_shortage
from rgbsar_core.errors import EngineError, OperationCancelled, ResourceLimitError

from .jobs import Scene, job, never, stack
from .stub_model_file import BrightestInput, card

SCENE = Scene(150, 300)  # 3 x 6 tiles of 64: batches of 4 and 2 by turns


class DeviceMemory(BrightestInput):
    """Has room for some tiles a pass: first for 4, then pass by pass as told, at last for 4 again."""

    def __init__(self, *room: int) -> None:
        super().__init__()
        self._room = [4, 4, *room]  # the engine's own trial, and one batch
        self.sizes: list[int] = []

    def forward(self, optical: torch.Tensor, sar: torch.Tensor) -> torch.Tensor:
        if len(optical) > (self._room.pop(0) if self._room else 4):
            raise torch.OutOfMemoryError("CUDA out of memory")
        self.sizes.append(len(optical))
        return super().forward(optical, sar)


def run(network, told=None, is_cancelled=never):
    """The map, and the engine's sentences on the run."""
    engine = LocalEngine(lambda path, device: (network, card()))
    try:
        engine.prepare(job("any", SCENE.height, SCENE.width, threads=1, batch_size=4))
        found = stack(engine.predict(SCENE.strips(70), is_cancelled, [].append if told is None else told.append))
        return found, engine.info.warnings
    finally:
        engine.close()


@pytest.fixture
def short_pauses(monkeypatch):
    monkeypatch.setattr(shortage, "PAUSES", (0.01, 0.02, 0.03))
    monkeypatch.setattr(shortage, "_POLL_SECONDS", 0.001)


@pytest.mark.usefixtures("short_pauses")
def test_a_run_goes_on_once_memory_is_given_back_and_its_map_is_the_same(caplog):
    """A batch of 2 and a single tile find no room, nor does the tile after two pauses; after the third it does."""
    expected, undisturbed = run(DeviceMemory())
    assert undisturbed == ()
    told = []
    with caplog.at_level(logging.WARNING):
        found, warnings = run(DeviceMemory(0, 0, 0, 0), told)
    for name, plane in expected.items():
        assert np.array_equal(found[name], plane), name
    assert len(told) == 3 and all(text.startswith("Waiting for memory: other programs") for text in told)
    assert set(told) <= {record.message for record in caplog.records}
    assert any("ran out of memory; the batch was lowered to 1 tiles" in warning for warning in warnings)


@pytest.mark.usefixtures("short_pauses")
def test_a_run_whose_memory_stays_away_ends_with_a_sentence_on_what_to_do():
    told = []
    with pytest.raises(ResourceLimitError, match="a single tile of 64 x 64 pixels found no room.*start the job again"):
        run(DeviceMemory(*[0] * 99), told)
    assert len(told) >= 3  # the next batch may have begun to wait, too


def test_cancelling_ends_a_pause_at_once():
    told = []
    with pytest.raises(OperationCancelled):
        run(DeviceMemory(*[0] * 99), told, lambda: bool(told))
    assert len(told) == 1


def test_nothing_is_waited_for_where_the_first_tile_never_fits():
    network = DeviceMemory()
    network._room = [0] * 9
    with pytest.raises(ResourceLimitError, match="does not fit the device's memory. Choose a smaller tile"):
        run(network)
    assert len(network._room) == 8


@pytest.mark.usefixtures("short_pauses")
def test_batches_grow_again_after_a_calm_time(monkeypatch):
    """The second row's batch of 4 finds room for 2; the one after it has 4 tiles again."""
    monkeypatch.setattr(shortage, "CALM_SECONDS", 0.0)
    network = DeviceMemory(4, 2)
    found, warnings = run(network)
    assert network.sizes[:5] == [1, 4, 2, 2, 2]
    assert network.sizes[5:].count(4) == 1
    assert any("the batch was lowered to 2 tiles, for a time" in warning for warning in warnings)
    assert np.array_equal(found["labels"], run(DeviceMemory())[0]["labels"])


class Clock:
    def __init__(self):
        self.seconds = 0.0

    def __call__(self):
        return self.seconds


def test_each_failed_growth_doubles_the_calm_time_up_to_ten_minutes():
    clock = Clock()
    limit = BatchLimit(59, clock)
    limit.note_fit()
    assert limit.size == 59
    limit.lower(30)
    limit.lower(15)  # the same want of memory: the time stays
    for calm in (30, 60, 120, 240, 480, 600, 600):
        clock.seconds += calm - 1
        limit.note_fit()
        assert limit.size == 15
        clock.seconds += 1
        limit.note_fit()
        assert limit.size == 30
        limit.lower(15)
    for size in (30, 59, 59):  # never beyond what was settled
        clock.seconds += 600
        limit.note_fit()
        assert limit.size == size
    assert limit.smallest == 15


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB"), True),
        (MemoryError(), True),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 1 bytes."), True),
        (RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 1 bytes."), True),  # Windows
        (RuntimeError("MPS backend out of memory (MPS allocated: 9 GB)"), True),
        (RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"), True),
        (RuntimeError("mat1 and mat2 shapes cannot be multiplied"), False),
        (EngineError("Something else."), False),
    ],
)
def test_want_of_memory_is_told_from_other_failures(error, expected):
    assert is_shortage(error) is expected
