"""The benchmark measures both ways on the same pixels."""

from __future__ import annotations

import pytest

from rgbsar_core.benchmark import run_benchmark
from rgbsar_core.errors import InputError

from .engine.stub_model_file import load_model


def test_the_benchmark_compares_the_engine_with_a_plain_loop_on_the_same_labels():
    told = []
    result = run_benchmark(
        "brightest",
        size=150,
        repeats=2,
        device="cpu",
        load=load_model,
        progress=lambda share, text: told.append(share),
    )
    assert (result.width, result.height, result.rounds) == (150, 150, 2)
    assert result.ratio == pytest.approx(result.engine_pixels_per_second / result.plain_pixels_per_second)
    assert 0 < result.network_share <= 1
    assert result.label_agreement > 0.98  # bfloat16 on some CPUs: equal only where scores differ
    assert told == sorted(told)
    assert "times the plain loop" in result.to_text()
    assert result.to_json()["engine"]["tile_size"] == 64


def test_a_benchmark_of_nothing_is_refused():
    with pytest.raises(InputError, match="at least 1"):
        run_benchmark(size=0)


def test_a_benchmark_that_no_memory_holds_is_refused_before_the_model_is_loaded():
    with pytest.raises(InputError, match="99,999,999 pixels a side was asked for; expected up to 32,768"):
        run_benchmark("no such model", size=99_999_999)
