"""Learning-rate schedules as pure functions of the run's progress."""

from __future__ import annotations

import math

from .recipe import ScheduleRecipe


def rate_factor(schedule: ScheduleRecipe, progress: float, steps: int = 1) -> float:
    """Share of the full learning rate: that of the warm-up times that of the fall.

    The warm-up rises linearly from `warm_up_start` to 1. The fall, with t from 0 to 1 between its beginning and the
    end of the run, is for cosine final + (1 - final) (1 + cos(pi t)) / 2, for poly final + (1 - final) (1 - t)^power,
    for step final + (1 - final) factor^n after n milestones.

    Args:
        schedule: kind and shape.
        progress: share of the run that is done, 0 to 1; more counts as 1.
        steps: of the whole run, for what the schedule counts in steps.
    """
    progress = min(max(progress, 0.0), 1.0)
    warm_up = schedule.warm_up if schedule.warm_up_steps is None else schedule.warm_up_steps / steps
    start = warm_up if schedule.fall_from is None else schedule.fall_from / steps
    rising = 1.0
    if progress < warm_up:
        rising = schedule.warm_up_start + (1.0 - schedule.warm_up_start) * (progress / warm_up)
    done = max(progress - start, 0.0) / max(1.0 - start, 1e-9)
    if schedule.kind == "constant":
        return rising
    if schedule.kind == "cosine":
        falling = 0.5 * (1.0 + math.cos(math.pi * done))
    elif schedule.kind == "step":
        falling = schedule.factor ** sum(progress >= milestone / steps for milestone in schedule.milestones)
    else:
        falling = (1.0 - done) ** schedule.power
    return rising * (schedule.final + (1.0 - schedule.final) * falling)
