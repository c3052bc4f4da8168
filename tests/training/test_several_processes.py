"""Two CPU processes over gloo, started by Lightning and by torchrun, train one network."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from rgbsar_core.engine.model_file import load_model

SETTINGS = (
    "trainer.steps=3", "trainer.validate_every=3", "trainer.accelerator=cpu", "trainer.devices=2",
    "trainer.strategy=ddp", "trainer.stored=float32", "trainer.keep=best", "trainer.early_stop=3",
    "data.validation_splits=[train, val]", "validation.calibrate=false", "trainer.max_minutes=1000",
    "trainer.progress_bar=true",
)  # fmt: skip

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("launcher", ["lightning", "torchrun"])
def test_both_processes_end_with_the_same_weights_and_the_file_has_them(
    launcher: str, tiny: Path, tmp_path: Path
) -> None:
    script = str(Path(__file__).with_name("run_here.py"))
    with_torchrun = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    command = [
        sys.executable, *(with_torchrun if launcher == "torchrun" else []), script, str(tiny / "recipe.yaml"),
        str(tmp_path), "never", *SETTINGS, f"trainer.output={tmp_path}",
    ]  # fmt: skip
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    first, second = (torch.load(tmp_path / f"rank{rank}.pt", weights_only=True) for rank in (0, 1))
    parameters = [key for key, value in first["network"].items() if value.is_floating_point()]
    running = ("running_mean", "running_var")  # of its own batches in each process
    for key in parameters:
        assert bool(torch.isfinite(first["network"][key]).all()), key
        if not key.endswith(running):
            assert torch.equal(first["network"][key], second["network"][key]), key
        assert torch.equal(first["average"][key], second["average"][key]), key
    written = load_model(tmp_path / "model.safetensors")[0].state_dict()
    assert all(torch.equal(written[key], first["average"][key]) for key in parameters)

    metrics = json.loads((tmp_path / "metrics.json").read_text(encoding="utf-8"))
    with (tmp_path / "log" / "metrics.csv").open(newline="", encoding="utf-8") as file:
        (validated,) = [float(row["val_oa"]) for row in csv.DictReader(file) if row["val_oa"]]
    # Three scenes over two processes, each counted once: what the loop saw is what the file gives.
    assert validated == pytest.approx(metrics["overall_accuracy"], abs=1e-3)
    assert sum(map(sum, metrics["confusion_matrix"])) == 3 * (26 + 24) * 56
    assert metrics["training"]["samples_per_step"] == 4


def test_a_loss_that_is_no_number_in_one_process_ends_both_with_that_message(tiny: Path, tmp_path: Path) -> None:
    """The other one would wait for gradients that never come, on GPUs for minutes."""
    script = str(Path(__file__).with_name("run_here.py"))
    command = [sys.executable, script, str(tiny / "recipe.yaml"), str(tmp_path), "nan:1", *SETTINGS]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    command.append(f"trainer.output={tmp_path}")
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=300)
    assert done.returncode != 0
    assert done.stderr.count("DivergenceError: At step 0 the loss became NaN or infinite") == 2, done.stderr[-2000:]
    assert "RuntimeError" not in done.stderr


def test_parameters_that_no_step_uses_end_both_with_the_strategy_that_takes_them(
    tiny: Path, tmp_path: Path, repository: Path
) -> None:
    command = [
        sys.executable, "-m", "training.train", str(tiny / "recipe.yaml"), *SETTINGS, f"trainer.output={tmp_path}",
        "network={name: fusenet, variant: unchained}", "trainer.progress_bar=false",
    ]  # fmt: skip
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        command, cwd=repository, capture_output=True, text=True, check=False, env=environment, timeout=300
    )
    assert done.returncode == 1
    assert "Give trainer.strategy=ddp_find_unused_parameters_true." in done.stderr, done.stderr[-2000:]
    assert "Traceback" not in done.stderr
