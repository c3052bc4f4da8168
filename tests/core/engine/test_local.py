"""The engine in this process: the map must not depend on strips, tiles or borders, only on pixels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from rgbsar_core.engine.local import LocalEngine
from rgbsar_core.engine.runner import NetworkRunner
from rgbsar_core.errors import EngineError, InputError, OperationCancelled, ResourceLimitError
from rgbsar_core.strips import OPTICAL_VALID, SAR_VALID, Strip

from .jobs import Scene, identity, job, never, stack
from .stub_model_file import Counting, card, load_at, load_model


@pytest.fixture
def engine():
    engine = LocalEngine(load_model)
    yield engine
    engine.close()


def run(engine, model, scene, rows=1000, **options):
    engine.prepare(job(model, scene.height, scene.width, **options))
    return stack(engine.predict(scene.strips(rows), never))


def brightest(scene):
    """What the stub network must answer, pixel by pixel: no blending can change a pixel-wise network."""
    scores = np.stack([scene.optical[0] / 64, scene.optical[1] / 64, scene.sar[0] / 16384])
    return np.asarray([10, 20, 30], dtype=np.uint8)[scores.argmax(0)]


@pytest.mark.parametrize("rows", [1, 7, 64, 100, 150])
def test_any_strip_height_gives_the_identical_map(engine, rows):
    scene = Scene(150, 130)
    scene.valid[40:60, 20:90] = 0
    whole = run(engine, "convolution", scene, 1000, probabilities=True)
    parts = run(engine, "convolution", scene, rows, probabilities=True)
    for name, expected in whole.items():
        assert (parts[name] == expected).all(), name


@pytest.mark.parametrize("threads", [1, 3])
def test_the_number_of_threads_does_not_change_the_map(engine, threads):
    scene = Scene(150, 130)
    expected = run(engine, "convolution", scene)
    found = run(engine, "convolution", scene, threads=threads)
    assert (found["labels"] == expected["labels"]).all()
    assert (found["confidence"] == expected["confidence"]).all()


@pytest.mark.parametrize("size", [(1, 1), (1, 90), (90, 1), (63, 20), (64, 64), (65, 200), (150, 130)])
def test_every_raster_size_is_mapped_exactly(engine, size):
    scene = Scene(*size)
    assert (run(engine, "brightest", scene, 33)["labels"] == brightest(scene)).all()


def test_tiles_agree_in_their_overlap_with_one_pass_over_the_whole_raster(engine):
    # tile 96 with 64 overlap leaves every pixel a tile that knows all of the 17 x 17 px it depends on; far from
    # borders of the raster the weighted mean over tiles is near the single pass
    scene = Scene(160, 160)
    tiled = run(engine, "convolution", scene, tile_size=96, overlap=64)["labels"][40:-40, 40:-40]
    whole = run(engine, "convolution", scene, tile_size=160, overlap=0)["labels"][40:-40, 40:-40]
    assert (tiled == whole).mean() > 0.99


def test_confidence_and_probabilities_are_whole_percent_that_belong_together(engine):
    scene = Scene(70, 70)
    found = run(engine, "brightest", scene, probabilities=True)
    assert found["probabilities"].shape == (3, 70, 70)
    assert (found["probabilities"].max(axis=0) == found["confidence"]).all()
    assert np.abs(found["probabilities"].sum(axis=0).astype(int) - 100).max() <= 1


def test_nodata_never_becomes_a_class(engine):
    scene = Scene(100, 100)
    scene.valid[10:20, 30:40] = OPTICAL_VALID
    scene.valid[50:60, 30:40] = SAR_VALID
    scene.valid[80:90, 30:40] = 0
    found = run(engine, "brightest", scene, probabilities=True)
    mapped = scene.valid == 3
    assert (found["labels"] == np.where(mapped, brightest(scene), 0)).all()
    assert (found["confidence"][~mapped] == 255).all()
    assert (found["probabilities"][:, ~mapped] == 255).all()
    assert (found["confidence"][mapped] <= 100).all()


def test_a_model_trained_with_modality_dropout_maps_where_one_modality_is_missing(engine):
    scene = Scene(70, 70)
    scene.optical[:] = 1
    scene.valid[:30] = SAR_VALID  # the optical bands become 0 there, so SAR (class 30) wins unless it is 0
    scene.valid[60:] = 0
    scene.sar[:] = 16384
    found = run(engine, "brightest+dropout", scene)["labels"]
    assert (found[:60] == 30).all()
    assert (found[60:] == 0).all()


@pytest.mark.parametrize(("left_out", "bit"), [("optical", SAR_VALID), ("sar", OPTICAL_VALID)])
def test_a_modality_left_out_is_one_without_a_valid_pixel(engine, left_out, bit):
    scene = Scene(150, 130)
    scene.valid[:] = bit
    scene.valid[40:60, 20:] = 0
    expected = run(engine, "convolution+dropout", scene, probabilities=True)
    alone = replace(job("convolution+dropout", 150, 130, probabilities=True), **{left_out: None})
    engine.prepare(alone)
    found = stack(engine.predict([replace(strip, **{left_out: None}) for strip in scene.strips(40)], never))
    assert all((found[name] == expected[name]).all() for name in expected)


@pytest.mark.parametrize(
    ("model", "left_out", "message"),
    [
        ("brightest", ("sar",), "The job has 0 sar bands; the model 'stub' expects 1"),
        ("brightest+dropout", ("optical", "sar"), "The job has 0 optical bands; the model 'stub' expects 3"),
    ],
)
def test_a_modality_the_model_needs_must_be_in_the_job(engine, model, left_out, message):
    with pytest.raises(InputError, match=message):
        engine.prepare(replace(job(model, 70, 70), **dict.fromkeys(left_out)))


def test_invalid_pixels_enter_the_network_as_zero(engine):
    scene = Scene(70, 70)
    reference = run(engine, "convolution", replace_invalid(scene, optical=0, sar=0))["labels"]
    found = run(engine, "convolution", replace_invalid(scene, optical=200, sar=60000))["labels"]
    assert (found == reference).all()


def replace_invalid(scene, optical, sar):
    scene.valid[20:40, 20:40] = 0
    scene.optical[:, 20:40, 20:40] = optical
    scene.sar[:, 20:40, 20:40] = sar
    return scene


def test_tiles_without_a_valid_pixel_are_skipped(engine):
    scene = Scene(64, 64 * 3)
    scene.valid[:, :130] = 0
    run(engine, "brightest", scene, overlap=0)
    assert (engine.statistics.tiles, engine.statistics.skipped_tiles) == (3, 2)


def test_a_raster_without_any_valid_pixel_is_all_nodata_and_never_queues_up(engine):
    scene = Scene(400, 70)
    scene.valid[:] = 0
    assert (run(engine, "brightest", scene)["labels"] == 0).all()
    assert engine.statistics.skipped_tiles == engine.statistics.tiles


def test_pixels_without_a_number_become_nodata_with_a_warning(engine):
    scene = Scene(70, 70)
    engine.prepare(replace(job("nan", 70, 70), optical=identity(3)))
    found = stack(engine.predict(scene.strips(70), never))["labels"]
    lost = scene.optical[0] > 200
    assert (found[lost] == 0).all()
    assert (found[~lost] != 0).all()
    assert f"no usable number for {lost.sum()} pixels" in engine.info.warnings[0]


def test_out_of_memory_halves_the_batch_and_keeps_it_halved():
    network = Counting(limit=2)
    runner = NetworkRunner(network, torch.device("cpu"), torch.float32, threads=1)
    runner.batch_size = 8
    optical, sar = torch.rand(8, 3, 4, 4), torch.rand(8, 1, 4, 4)
    result = runner.scores(optical, sar)
    assert network.sizes == [8, 4, 2, 2, 2, 2]
    assert runner.batch_size == 2
    assert torch.equal(result, torch.softmax(torch.cat([optical[:, :2], sar], 1), 1))
    runner.close()


def test_the_cards_temperature_divides_the_logits_before_the_softmax():
    scene = Scene(70, 70)
    logits = np.concatenate([scene.optical[:2] / 64.0, scene.sar / 16384.0])
    for temperature in (0.5, 3.0):
        engine = LocalEngine(load_at(temperature))
        found = run(engine, "brightest", scene, probabilities=True)
        engine.close()
        powers = np.exp(logits / temperature)
        expected = 100.0 * powers / powers.sum(axis=0)
        assert np.abs(found["probabilities"] - expected).max() <= 0.51  # whole percent


def test_a_temperature_of_one_changes_no_bit():
    generator = torch.Generator().manual_seed(5)
    logits = torch.randn((2, 3, 40, 40), generator=generator)
    runner = NetworkRunner(torch.nn.Identity(), torch.device("cpu"), torch.float32, threads=1, temperature=1.0)
    runner.forward = lambda optical, sar: logits
    assert torch.equal(runner.scores(logits, None), torch.softmax(logits, 1))
    runner.close()


def test_a_lowered_batch_is_told_to_the_user():
    network = Counting(limit=1)
    engine = LocalEngine(lambda path, device: (network, card()))
    engine.prepare(job("any", 70, 300, batch_size=4))
    stack(engine.predict(Scene(70, 300).strips(70), never))
    assert any("lowered to 1" in warning for warning in engine.info.warnings)
    engine.close()


def test_memory_that_runs_out_in_mid_run_halves_the_batch_and_loses_no_tile():
    class TakenAway(Counting):
        """Another program takes the memory after the third batch."""

        def forward(self, optical, sar):
            self.limit = 4 if len(self.sizes) < 3 else 2
            return super().forward(optical, sar)

    scene = Scene(150, 300)
    network = TakenAway(4)
    engine = LocalEngine(lambda path, device: (network, card()))
    found = run(engine, "any", scene, threads=1, batch_size=4)
    assert any("lowered to 2" in warning for warning in engine.info.warnings)
    assert set(network.sizes[-3:]) <= {1, 2}  # a batch of 4 may have been under way
    engine.close()
    engine = LocalEngine(lambda path, device: (Counting(limit=2), card()))
    expected = run(engine, "any", scene, threads=1, batch_size=2)
    engine.close()
    for name in expected:
        assert (found[name] == expected[name]).all(), name


def test_a_model_is_read_once_until_its_file_or_the_arithmetic_changes(tmp_path):
    loaded = []

    def load(path, device):
        loaded.append(path)
        return load_model("convolution", device)

    path = tmp_path / "model.safetensors"
    path.write_bytes(b"first")
    engine = LocalEngine(load)
    scene = Scene(70, 70)
    first, again = (run(engine, str(path), scene, precision="bfloat16") for _ in range(2))
    assert len(loaded) == 1
    assert (first["labels"] == again["labels"]).all()
    run(engine, str(path), scene, precision="float32")
    assert len(loaded) == 2
    path.write_bytes(b"the second")
    run(engine, str(path), scene, precision="float32")
    assert len(loaded) == 3
    engine.close()
    run(engine, str(path), scene, precision="float32")
    assert len(loaded) == 4
    engine.close()


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory"),
        RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 1 bytes."),  # Windows
    ],
)
def test_rows_that_no_longer_fit_the_device_end_the_run_with_a_sentence(engine, monkeypatch, error):
    def full(*arguments):
        raise error

    engine.prepare(job("brightest", 70, 300))
    monkeypatch.setattr("rgbsar_core.engine.predictor.Blender", full)
    with pytest.raises(ResourceLimitError, match="300 pixels wide with 3 classes.*free when the job began"):
        stack(engine.predict(Scene(70, 300).strips(70), never))


def test_a_model_that_finds_no_room_on_the_device_is_refused_with_a_sentence():
    class Large(Counting):
        def to(self, *arguments, **options):
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 300.00 MiB.")

    engine = LocalEngine(lambda path, device: (Large(limit=9), card()))
    with pytest.raises(ResourceLimitError, match="The model does not fit what is free.*Close other programs"):
        engine.prepare(job("any", 70, 70))
    engine.close()


def test_scores_handed_to_the_blending_kernel_carry_the_temperature():
    logits = torch.randn((2, 3, 8, 8), generator=torch.Generator().manual_seed(5))
    runner = NetworkRunner(torch.nn.Identity(), torch.device("cpu"), torch.float32, threads=1, temperature=2.5)
    runner.forward = lambda optical, sar: logits
    by_torch = runner.scores(logits, None)
    torch.testing.assert_close(torch.softmax(runner._scaled(logits), 1), by_torch)  # the kernel takes the softmax
    torch.testing.assert_close(by_torch, torch.softmax(logits / 2.5, 1))
    runner.close()


def test_a_tile_that_never_fits_says_what_to_do():
    engine = LocalEngine(lambda path, device: (Counting(limit=0), card()))
    with pytest.raises(ResourceLimitError, match="smaller tile"):
        engine.prepare(job("any", 70, 70))
    engine.close()


def test_other_failures_of_the_network_are_not_retried_and_keep_their_text(engine):
    with pytest.raises(EngineError, match="mat1 and mat2"):
        run(engine, "failing", Scene(70, 70))


def test_cancelling_ends_the_prediction_and_its_reader(engine):
    closed = []

    def strips():
        try:
            yield from Scene(640, 64).strips(16)
        finally:
            closed.append(True)

    engine.prepare(job("slow", 640, 64))
    answers = iter([False] * 4)
    with pytest.raises(OperationCancelled):
        list(engine.predict(strips(), lambda: next(answers, True)))
    assert closed == [True]


def test_an_error_while_reading_arrives_with_its_own_class_and_traceback(engine):
    def broken_strips():
        yield from Scene(32, 64).strips(16)
        raise ZeroDivisionError("the disk is gone")

    engine.prepare(job("brightest", 640, 64))
    with pytest.raises(ZeroDivisionError, match="disk is gone") as caught:
        list(engine.predict(broken_strips(), never))
    assert "broken_strips" in [entry.name for entry in caught.traceback]


def test_strips_that_end_early_are_refused(engine):
    engine.prepare(job("brightest", 100, 64))
    with pytest.raises(EngineError, match="ended at row 64"):
        list(engine.predict(Scene(64, 64).strips(32), never))


def test_strips_with_a_gap_are_refused(engine):
    scene = Scene(100, 64)
    strips = list(scene.strips(10))
    del strips[3]
    engine.prepare(job("brightest", 100, 64))
    with pytest.raises(EngineError, match="expected one at row 30"):
        list(engine.predict(strips, never))


def test_strips_with_other_bands_are_refused(engine):
    scene = Scene(64, 64)
    strips = [Strip(0, scene.optical[:2], scene.sar, scene.valid)]
    engine.prepare(job("brightest", 64, 64))
    with pytest.raises(EngineError, match="have 2 bands"):
        list(engine.predict(strips, never))


def test_a_job_whose_bands_do_not_fit_the_model_is_refused(engine):
    with pytest.raises(InputError, match="2 sar bands"):
        engine.prepare(replace(job("brightest", 64, 64), sar=identity(2)))


def test_predicting_before_preparing_is_refused(engine):
    with pytest.raises(EngineError, match="prepare"):
        list(engine.predict([], never))


def test_a_device_that_is_not_there_is_refused(engine):
    if torch.cuda.is_available():
        pytest.skip("this machine has a CUDA device")
    with pytest.raises(InputError, match="Choose 'auto' or 'cpu'"):
        engine.prepare(job("brightest", 64, 64, device="cuda"))


def test_statistics_account_for_the_time_and_memory(engine):
    run(engine, "slow", Scene(128, 64), overlap=0)
    statistics = engine.statistics
    assert statistics.tiles == 2
    assert 0.1 <= statistics.network_seconds <= statistics.total_seconds
    assert statistics.peak_memory_mb > 10


def test_the_callers_torch_settings_are_left_alone(engine):
    threads = torch.get_num_threads()
    engine.prepare(job("brightest", 130, 64))
    for _ in engine.predict(Scene(130, 64).strips(64), never):
        assert not torch.is_inference_mode_enabled()
        assert torch.get_num_threads() == threads
