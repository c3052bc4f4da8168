"""What a GPU does with kernels, streams and pinned memory, in the form every device has."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from rgbsar_core.engine.device import even_batch, even_rows
from rgbsar_core.engine.tiles import add_tiles, cut_tiles
from rgbsar_core.engine.transfer import Uploader, download, host_array, recorded, upload

CPU = torch.device("cpu")


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
