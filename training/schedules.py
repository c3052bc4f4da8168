"""Learning-rate schedules as pure functions of the run's progress."""

from __future__ import annotations

import math

from .recipe import ScheduleRecipe


def rate_factor(schedule: ScheduleRecipe, progress: float) -> float:
    """Share of the full learning rate.

    Linear from 0 to 1 over the warm-up; then with t from 0 to 1 over the rest
    cosine: final + (1 - final) (1 + cos(pi t)) / 2, poly: final + (1 - final) (1 - t)^power.

    Args:
        schedule: kind and shape.
        progress: share of the run that is done, 0 to 1; more counts as 1.
    """
    progress = min(max(progress, 0.0), 1.0)
    if progress < schedule.warm_up:
        return progress / schedule.warm_up
    done = (progress - schedule.warm_up) / max(1.0 - schedule.warm_up, 1e-9)
    if schedule.kind == "cosine":
        falling = 0.5 * (1.0 + math.cos(math.pi * done))
    else:
        falling = (1.0 - done) ** schedule.power
    return schedule.final + (1.0 - schedule.final) * falling
