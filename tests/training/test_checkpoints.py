"""A checkpoint is whole or not there, and a run that ended early says truly whether there is one."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest
import torch
from lightning.pytorch.plugins.io import TorchCheckpointIO

from training.checkpoints import WayOn, WholeFileCheckpointIO, tell_of_older
from training.recipe_file import read_recipe


def test_checkpoint_that_finds_no_room_leaves_the_older_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "last.ckpt"
    WholeFileCheckpointIO().save_checkpoint({"step": 1}, path)

    def full_disk(self: TorchCheckpointIO, checkpoint: dict[str, Any], target: Path, options: Any = None) -> None:
        Path(target).write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(TorchCheckpointIO, "save_checkpoint", full_disk)
    with pytest.raises(OSError, match="No space left"):
        WholeFileCheckpointIO().save_checkpoint({"step": 2}, path)
    assert torch.load(path) == {"step": 1}
    assert list(tmp_path.iterdir()) == [path]


def test_a_new_run_says_that_it_replaces_one_that_could_be_resumed(
    tiny: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    new, resumed = (
        read_recipe(tiny / "recipe.yaml", [f"trainer.output={tmp_path}", f"trainer.resume={given}"])
        for given in ("false", "true")
    )
    tell_of_older(new)
    (tmp_path / "last.ckpt").write_bytes(b"of an older run")
    tell_of_older(resumed)
    assert caplog.text == ""
    tell_of_older(new)
    assert "last.ckpt' is the last checkpoint of an earlier run" in caplog.text and "trainer.resume=true" in caplog.text


def test_the_way_on_is_a_checkpoint_that_the_run_wrote_or_was_resumed_from(tiny: Path, tmp_path: Path) -> None:
    """Not one that an older run left in the same folder."""
    resume, again = "go on from the last checkpoint with trainer.resume=true", "start the run again, since it has no"
    first, resumed = (
        read_recipe(tiny / "recipe.yaml", [f"trainer.output={tmp_path}", f"trainer.resume={given}"])
        for given in ("false", "true")
    )
    assert str(WayOn(first)).startswith(again) and str(WayOn(resumed)).startswith(again)
    checkpoint = tmp_path / "last.ckpt"
    checkpoint.write_bytes(b"of an older run")
    os.utime(checkpoint, ns=(1, 1))
    way_on = WayOn(first)
    assert str(way_on).startswith(again) and str(WayOn(resumed)) == resume
    checkpoint.write_bytes(b"of this run")
    assert str(way_on) == resume
    unusable = read_recipe(tiny / "recipe.yaml", [f"trainer.output={tmp_path / ('x' * 300)}"])
    assert str(WayOn(unusable)).startswith(again)
