"""The speed of a recipe, and who waits for whom."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
import torch

from training import throughput
from training.datasets.samples import CropSamples
from training.loading import SampleLoader, worker_count

from .scenes_on_disk import tiny_recipe


class Slow(torch.utils.data.Dataset[Any]):
    """A sample takes 20 ms."""

    def __len__(self) -> int:
        return 100

    def __getitem__(self, index: int) -> tuple[torch.Tensor, ...]:
        time.sleep(0.02)
        return (torch.tensor(index),) * 3


def test_share_is_the_time_without_a_batch() -> None:
    loader = SampleLoader(Slow(), batch=2, workers=0, on_gpu=False)
    assert loader.wait_share is None
    loader.serve(range(10, 16))
    numbers = []
    for optical, _, _ in loader:
        numbers += optical.tolist()
        time.sleep(0.04)  # as long as a batch takes
        loader.mark()
    assert numbers == [10, 11, 12, 13, 14, 15]
    assert loader.wait_share is not None and 0.3 < loader.wait_share < 0.7


def test_processes_of_the_loader_are_those_the_recipe_wants_or_what_the_machine_has(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(16)), raising=False)
    assert worker_count(3, on_gpu=False, processes=1) == 3
    assert worker_count(None, on_gpu=False, processes=1) == 0  # every core computes already
    assert worker_count(None, on_gpu=True, processes=1) == 8
    assert worker_count(None, on_gpu=True, processes=4) == 3
    monkeypatch.setattr("sys.platform", "win32")
    assert worker_count(None, on_gpu=True, processes=1) == 0


def test_a_slow_sample_shows_in_the_share_and_in_the_rate(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throughput, "WARM_UP", 1)
    honest = CropSamples.__getitem__

    def slow(self: CropSamples, index: int) -> Any:
        time.sleep(1.0)
        return honest(self, index)

    monkeypatch.setattr(CropSamples, "__getitem__", slow)
    found = throughput.measure(tiny_recipe(tiny, "trainer.batch=2"), steps=1)
    assert found.images < 1.0  # two samples take two seconds
    assert found.images_at_hand > found.images
    assert found.wait_share > 0.3


def test_command_prints_both_rates_and_writes_nothing(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(throughput, "WARM_UP", 1)
    output = tmp_path / "none"
    assert throughput.main([str(tiny / "recipe.yaml"), f"trainer.output={output}", "--steps", "1"]) == 0
    printed = capsys.readouterr().out
    assert "batches of 2 x 48 x 48 pixels" in printed
    assert "% of the pure rate" in printed and "% of the time waiting for samples" in printed
    assert not output.exists()
    assert throughput.main([str(tmp_path / "none.yaml")]) == 1


def test_a_precision_left_open_is_settled_and_what_lightning_refuses_is_told(
    tiny: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(throughput, "WARM_UP", 1)
    recipe = str(tiny / "recipe.yaml")
    assert throughput.main([recipe, "trainer.precision=auto", "trainer.accelerator=cpu", "--steps", "1"]) == 0
    assert "-true, batches" in (printed := capsys.readouterr().out) or "-mixed, batches" in printed
    assert throughput.main([recipe, "trainer.accelerator=abacus", "--steps", "1"]) == 1
    assert "Lightning refuses the recipe's trainer settings: You selected an invalid accelerator" in caplog.text
