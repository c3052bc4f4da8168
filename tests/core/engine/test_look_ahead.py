"""Rows are read as far ahead as the reader's slowest recent moment needs, and no further."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import numpy as np
import pytest

from rgbsar_core.engine import feed as feed_module
from rgbsar_core.engine.feed import StripFeed
from rgbsar_core.engine.look_ahead import MOST_BYTES, MOST_CHUNKS, LookAhead
from rgbsar_core.strips import Strip
from rgbsar_core.tiling import tile_bands

from .jobs import never


def seen(reads, uses, size=1):
    """A look-ahead that has seen these times."""
    look_ahead = LookAhead()
    look_ahead.note_chunk(size)
    for seconds in reads:
        look_ahead.note_read(seconds)
    for seconds in uses:
        look_ahead.note_use(seconds)
    return look_ahead


def test_one_chunk_waits_until_both_sides_were_seen():
    assert LookAhead().depth == seen([9.0], []).depth == seen([], [1.0]).depth == 1


@pytest.mark.parametrize(
    ("reads", "use", "depth"),
    [
        # a network slower than the slowest read
        ([0.1, 0.9], 1.0, 1),
        # a stall of 3.5 s is covered by four chunks of 1 s
        ([0.1, 3.5, 0.1], 1.0, 4),
        # a reader that is always slower: its chunks never pile up, whatever the depth
        ([2.0, 2.0], 1.0, 2),
        # longer than any queue helps
        ([1000.0], 1.0, MOST_CHUNKS),
        # bands without a valid pixel take no time
        ([1.0], 0.0, MOST_CHUNKS),
    ],
)
def test_the_queue_covers_the_slowest_read(reads, use, depth):
    assert seen(reads, [use, use]).depth == depth


def test_a_stall_is_forgotten_after_32_reads():
    look_ahead = seen([5.0] + [0.1] * 31, [1.0])
    assert look_ahead.depth == 5
    look_ahead.note_read(0.1)
    assert look_ahead.depth == 1


def test_the_last_use_weighs_a_fifth():
    """1 s, then 6 s: 1 + 0.2 * 5 = 2 s, so 6 s of stall take three chunks instead of six."""
    look_ahead = seen([6.0], [1.0])
    assert look_ahead.depth == 6
    look_ahead.note_use(6.0)
    assert look_ahead.depth == 3


@pytest.mark.parametrize(
    ("size", "depth"), [(MOST_BYTES // 3, 3), (MOST_BYTES // 3 + 1, 2), (MOST_BYTES * 2, 1), (1, MOST_CHUNKS)]
)
def test_waiting_chunks_stay_within_the_memory_for_them(size, depth):
    assert seen([1000.0], [1.0], size).depth == depth


def test_after_one_stall_the_next_is_hidden(monkeypatch):
    """One chunk is used in 1 s. Chunk 10 takes 4 s to read; when chunk 20 hangs, chunks 16 to 19 lie ready."""
    clock = threading.local()  # reader and user each have their own time, so that neither disturbs the other's
    monkeypatch.setattr(feed_module, "time", SimpleNamespace(perf_counter=lambda: getattr(clock, "now", 0.0)))
    hanging, answer = threading.Event(), threading.Event()

    def strips():
        for row in range(24):
            clock.now = getattr(clock, "now", 0.0) + (4.0 if row == 10 else 0.01)
            if row == 20:
                hanging.set()
                answer.wait(10)
            yield Strip(row, None, None, np.full((1, 8), row, np.uint8))

    feed = StripFeed(strips(), tile_bands(24, 1, 0), 8)
    try:
        for row in range(16):
            assert feed.next_chunk(never).row == row
            clock.now = getattr(clock, "now", 0.0) + 1.0
        assert hanging.wait(10)
        assert [feed.next_chunk(never).row for _ in range(4)] == [16, 17, 18, 19]
        answer.set()
        assert [feed.next_chunk(never).row for _ in range(4)] == [20, 21, 22, 23]
    finally:
        answer.set()
        feed.close()


def test_closing_ends_a_reader_that_waits_for_room():
    strips = (Strip(row, None, None, np.zeros((1, 8), np.uint8)) for row in range(100))
    feed = StripFeed(strips, tile_bands(100, 1, 0), 8)
    feed.next_chunk(never)
    feed.close()
    assert not feed._thread.is_alive()
