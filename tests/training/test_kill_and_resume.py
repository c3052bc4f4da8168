"""A run that is killed at any moment and resumed gives the weights of one that was never stopped."""

from __future__ import annotations

import csv
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from rgbsar_core.engine.model_file import load_model
from training import train

SETTINGS = (
    "trainer.steps=6", "trainer.validate_every=3", "trainer.accumulate=2", "trainer.keep=best", "trainer.early_stop=5",
    "trainer.stored=float32", "optimiser.clip=1.0", "augmentation.cloud=0.5", "augmentation.drop_sar=0.2",
)  # fmt: skip

pytestmark = pytest.mark.slow


def run_until(death: str, recipe: Path, output: Path) -> int:
    script = Path(__file__).with_name("run_here.py")
    output.mkdir()
    command = [sys.executable, str(script), str(recipe), str(output), death, *SETTINGS, f"trainer.output={output}"]
    return subprocess.run(command, capture_output=True, text=True, check=False).returncode


@pytest.fixture(scope="module")
def straight(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, torch.Tensor]:
    """Weights of a run that was never stopped."""
    output = tmp_path_factory.mktemp("straight")
    assert train.main([str(tiny / "recipe.yaml"), *SETTINGS, f"trainer.output={output}"]) == 0
    return load_model(output / "model.safetensors")[0].state_dict()


@pytest.mark.parametrize("death", ["step:4", "checkpoint:6"])
def test_killed_run_resumes_to_the_same_weights_bit_for_bit(
    death: str, tiny: Path, tmp_path: Path, straight: dict[str, torch.Tensor]
) -> None:
    """Killed in the middle of an epoch, or with a checkpoint half written."""
    output = tmp_path / "killed"
    assert run_until(death, tiny / "recipe.yaml", output) == -signal.SIGKILL
    assert torch.load(output / "last.ckpt", weights_only=True)["global_step"] == 3
    assert not (output / "model.safetensors").exists()
    arguments = [str(tiny / "recipe.yaml"), *SETTINGS, f"trainer.output={output}", "trainer.resume=true"]
    assert train.main(arguments) == 0
    found = load_model(output / "model.safetensors")[0].state_dict()
    assert found.keys() == straight.keys()
    assert all(torch.equal(found[key], straight[key]) for key in straight)
    with (output / "log" / "metrics.csv").open(newline="", encoding="utf-8") as file:
        assert sum(bool(row["val_miou"]) for row in csv.DictReader(file)) == 1
    with (output / "log" / "metrics.1.csv").open(newline="", encoding="utf-8") as file:  # from before the kill
        assert sum(bool(row["val_miou"]) for row in csv.DictReader(file)) == 1  # what came again is not kept twice
    events = EventAccumulator(str(output / "log")).Reload()
    assert [event.step for event in events.Scalars("val_miou")] == [2, 5]
    assert not list(output.glob("*.part"))
