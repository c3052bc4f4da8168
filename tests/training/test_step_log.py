"""What a run tells while it trains."""

from __future__ import annotations

import logging
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from training import callbacks, running, train


def test_a_step_of_several_batches_is_told_once_with_a_time_left_that_can_be(
    tiny: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = ["trainer.accumulate=3", "trainer.steps=2", "trainer.validate_every=2", "trainer.progress_bar=true"]
    shown: list[dict[str, Any]] = []

    class Bar(callbacks.RunBar):
        def get_metrics(self, *arguments: Any) -> dict[str, Any]:
            shown.append(super().get_metrics(*arguments))
            return shown[-1]

    with pytest.MonkeyPatch.context() as patch, caplog.at_level(logging.INFO):
        patch.setattr(callbacks, "STEPS", 1)
        patch.setattr(running, "RunBar", lambda refresh_rate: Bar(refresh_rate=1))
        assert train.main([str(tiny / "recipe.yaml"), *settings, f"trainer.output={tmp_path}"]) == 0
    told = [record.getMessage() for record in caplog.records if "min left" in record.getMessage()]
    assert [text.split("%")[0] for text in told] == ["step 1 (50 ", "step 2 (100 "]
    assert ["left" in row for row in shown][:6] == [False, False, True, True, True, True]


@pytest.mark.parametrize(("most", "left"), [(None, 49.5), (1.0, 0.5), (0.2, 0.0)])
def test_no_more_time_is_left_than_the_clock_allows(most: float | None, left: float) -> None:
    """A slow first step: half a minute spent, while the share done is still the one from before it."""
    recipe = SimpleNamespace(trainer=SimpleNamespace(max_minutes=most))
    task: Any = SimpleNamespace(elapsed_minutes=lambda: 0.5, progress=lambda: 0.01, recipe=recipe)
    assert callbacks.minutes_left(task) == pytest.approx(left)
