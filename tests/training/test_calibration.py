"""Confidence against the share of right answers, and the temperature between them."""

from __future__ import annotations

import dataclasses
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from rgbsar_core.engine.model_file import load_model
from rgbsar_core.model_card import read_card
from rgbsar_core.registry import create_network
from training import finishing
from training.calibration import COLDEST, HOTTEST, Assessment, LogitSample, Reliability, fit_temperature, sample_logits
from training.card import RunFigures, input_specs
from training.datasets.scenes import read_scenes
from training.prediction import predict, scene_inputs

from .scenes_on_disk import tiny_recipe

NUMBERS = (((0.4, 0.4, 0.4), (0.2, 0.2, 0.2)), ((0.3,), (0.1,)))


def test_calibration_error_is_the_mean_gap_of_the_bins_weighed_by_their_pixels() -> None:
    reliability = Reliability()
    # bin 9/15 to 10/15: three pixels of 0.62, one right: gap |1 - 1.86| = 0.86; the last bin: 0.95 and 1.0, both right
    reliability.add(np.array([0.62, 0.62, 0.62, 0.95], np.float32), np.array([True, False, False, True]))
    reliability.add(np.array([1.0], np.float32), np.array([True]))
    assert reliability.calibration_error == pytest.approx((0.86 + 0.05) / 5, abs=1e-6)


def test_calibration_error_of_nothing_is_nan() -> None:
    assert math.isnan(Reliability().calibration_error)


def test_temperature_of_two_logits_is_that_of_the_share_of_right_answers() -> None:
    # Logit difference 4 says 98.2 %, but only 3 of 4 are right: log(3) = 4 / T
    logits = np.tile(np.array([4.0, 0.0], np.float32), (400, 1))
    labels = np.repeat(np.array([0, 1], np.uint8), (300, 100))
    assert fit_temperature(logits, labels) == pytest.approx(4.0 / math.log(3.0), abs=1e-3)
    # half the difference, half the temperature: what is not sure enough is cooled
    assert fit_temperature(logits / 8.0, labels) == pytest.approx(0.5 / math.log(3.0), abs=1e-3)


def test_temperature_undoes_a_known_scale_of_true_logits() -> None:
    generator = np.random.default_rng(0)
    true = generator.normal(0.0, 2.0, (60_000, 4))
    shares = np.exp(true) / np.exp(true).sum(axis=1, keepdims=True)
    labels = (shares.cumsum(axis=1) > generator.random((len(true), 1))).argmax(axis=1).astype(np.uint8)
    assert fit_temperature((2.5 * true).astype(np.float32), labels) == pytest.approx(2.5, rel=0.03)


def test_temperature_stays_within_its_limits() -> None:
    logits = np.tile(np.array([1.0, 0.0], np.float32), (10, 1))
    assert fit_temperature(logits, np.zeros(10, np.uint8)) == pytest.approx(COLDEST, rel=1e-3)  # always right
    assert fit_temperature(logits, np.ones(10, np.uint8)) == pytest.approx(HOTTEST, rel=1e-3)  # always wrong
    assert fit_temperature(np.zeros((0, 2), np.float32), np.zeros(0, np.uint8)) == 1.0


@pytest.mark.parametrize("parts", [(1000,), (7, 400, 1, 592), (100,) * 10])
def test_sample_is_every_nth_pixel_however_they_arrive(parts: tuple[int, ...]) -> None:
    numbers = np.arange(1000)
    sample = LogitSample(most=300)
    for part in np.split(numbers, np.cumsum(parts)[:-1]):
        sample.add(part[:, None].astype(np.float32), (part % 251).astype(np.uint8))
    logits, labels = sample.arrays()
    np.testing.assert_array_equal(logits[:, 0], numbers[::4])  # 1,000 and 500 are too many, 250 fit
    np.testing.assert_array_equal(labels, numbers[::4] % 251)


class Table(torch.nn.Module):
    """Logits are the optical image."""

    def forward(self, optical: torch.Tensor, sar: torch.Tensor) -> torch.Tensor:
        return optical[:, :2]


def test_logits_are_taken_of_labelled_pixels_with_their_labels(tiny: Path) -> None:
    recipe = tiny_recipe(tiny, "validation.tile=48")
    inputs = input_specs(recipe, NUMBERS)
    (scene,) = read_scenes(recipe.data, ("val",), recipe.optical, recipe.sar, recipe.legend)
    logits, labels = sample_logits(Table(), [scene], inputs, recipe.validation, torch.device("cpu"))
    # two tiles of 48 each way over 64 pixels: rows 16-47 count twice, and so do the columns
    rows, columns = np.ones(64), np.ones(64)
    rows[16:48] = columns[16:48] = 2
    times = rows[:, None] * columns
    assert len(labels) == int(times[scene.labels != 255].sum())
    assert (labels == 0).sum() == int(times[scene.labels == 0].sum())
    optical, _ = scene_inputs(scene, inputs)
    assert optical is not None
    assert set(np.unique(logits[labels == 0][:, 0])) == set(np.unique(optical[0].numpy()[scene.labels == 0]))


def test_prediction_divides_the_logits_by_the_temperature(tiny: Path) -> None:
    recipe = tiny_recipe(tiny)
    inputs = input_specs(recipe, NUMBERS)
    (scene,) = read_scenes(recipe.data, ("val",), recipe.optical, recipe.sar, recipe.legend)
    optical, sar = scene_inputs(scene, inputs)
    found = predict(Table(), optical, sar, 2, recipe.validation, torch.device("cpu"), temperature=2.0)
    assert optical is not None
    expected = torch.softmax(optical[:2] / 2.0, dim=0).max(dim=0).values.numpy()
    np.testing.assert_allclose(found.confidence, expected, rtol=1e-5)


def write_untrained(tiny: Path, path: Path, *overrides: str) -> dict[str, Any]:
    """The finishing of a run of no steps; returns its metrics."""
    recipe = tiny_recipe(tiny, *overrides)
    scenes = read_scenes(recipe.data, ("val",), recipe.optical, recipe.sar, recipe.legend)
    torch.manual_seed(0)
    network = create_network("asanet", optical_channels=3, sar_channels=1, num_classes=2, size="atto").eval()
    run = RunFigures(steps=0, minutes=0.0, parameters=1, weights="fresh")
    finishing.write_model(path, network, recipe, input_specs(recipe, NUMBERS), scenes, run, torch.device("cpu"), {})
    figures: dict[str, Any] = json.loads((path.parent / "metrics.json").read_text(encoding="utf-8"))
    del figures["recipe"]
    return figures


@pytest.mark.parametrize(("after", "kept"), [(0.1, 1.7), (0.4, 1.0)])
def test_a_temperature_is_kept_if_it_helps_and_the_card_tells_both_errors(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: float, kept: float
) -> None:
    honest = finishing.assess

    def pretend(*arguments: Any) -> Assessment:
        *_, temperature, without = arguments
        assert without == ""
        return dataclasses.replace(honest(*arguments), calibration_error=0.3 if temperature == 1.0 else after)

    monkeypatch.setattr(finishing, "assess", pretend)
    monkeypatch.setattr(finishing, "fit_temperature", lambda *_: 1.7)
    path = tmp_path / "model.safetensors"
    told = write_untrained(tiny, path)["calibration"]
    assert read_card(path).temperature == load_model(path)[1].temperature == told["temperature"] == kept
    assert told["expected_calibration_error_before"] == 0.3
    assert told["expected_calibration_error"] == (after if kept != 1.0 else 0.3)


def test_a_model_trained_to_miss_a_modality_says_what_that_costs(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    honest = finishing.assess

    def listen(*arguments: Any) -> Assessment:
        asked.append(arguments[-1])
        return honest(*arguments)

    monkeypatch.setattr(finishing, "assess", listen)
    drops = ("augmentation.drop_optical=0.1", "augmentation.drop_sar=0.1", "validation.calibrate=false")
    figures = write_untrained(tiny, tmp_path / "model.safetensors", *drops)
    assert asked == ["", "optical", "sar"]
    assert set(figures["without"]) == {"optical", "sar"}
    assert set(figures["without"]["sar"]) == {"overall_accuracy", "mean_iou", "expected_calibration_error"}
    assert read_card(tmp_path / "model.safetensors").metrics == figures


def test_without_calibration_the_temperature_is_one(tiny: Path, tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    told = write_untrained(tiny, path, "validation.calibrate=false")["calibration"]
    assert (told["temperature"], told["fitted_on"]) == (1.0, "nothing")
    assert told["expected_calibration_error"] == told["expected_calibration_error_before"]
