"""Un-pooling: values go back to where a maximum pooling took theirs from."""

from __future__ import annotations

from torch import Tensor


def unpool(x: Tensor, indices: Tensor, size: tuple[int, int]) -> Tensor:
    """x (N, C, h, w) -> (N, C, *size): each value at its place, zero elsewhere; channels-last memory.

    The values of torch's `max_unpool2d` as a scatter, because that can be traced and converted (to OpenVINO, say).
    The channels come last, so that channels-last maps cost no copy.

    Args:
        x: values, one per pooled pixel.
        indices: places in the flattened map before pooling, as `max_pool2d` gives them; of x's shape.
        size: (height, width) of the map before pooling; it may be odd.
    """
    values, places = (t.permute(0, 2, 3, 1).flatten(1, 2) for t in (x, indices))  # (N, h w, C)
    empty = values.new_zeros((values.shape[0], size[0] * size[1], values.shape[2]))
    return empty.scatter(1, places, values).unflatten(1, size).permute(0, 3, 1, 2)
