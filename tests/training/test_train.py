"""A whole run on a tiny set: model file, card, resume, and runs that go wrong."""

from __future__ import annotations

import csv
import errno
import json
import logging
import math
import os
import signal
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from lightning.pytorch.plugins.environments import SLURMEnvironment

from rgbsar_core import cli
from rgbsar_core.engine.model_file import load_model
from rgbsar_core.errors import InputError, ResourceLimitError
from rgbsar_core.metrics import accuracy
from rgbsar_core.model_card import read_card
from tests.rasters import read_raster, write_raster
from training import task, train
from training.bootstrap import iou_intervals
from training.card import RunFigures, build_card, describe_metrics, input_specs
from training.checkpoints import require_room

from .scenes_on_disk import tiny_recipe, write_scenes


@pytest.fixture(scope="module")
def trained(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Output folder of a run of two steps, through the command line."""
    output = tmp_path_factory.mktemp("run")
    assert train.main([str(tiny / "recipe.yaml"), f"trainer.output={output}"]) == 0
    return output


def test_run_of_two_steps_writes_a_model_that_the_command_line_maps_with(
    trained: Path, tiny: Path, tmp_path: Path
) -> None:
    scene = tiny / "scenes" / "east"
    result = tmp_path / "map.tif"
    arguments = ["classify", f"{scene}_optical.tif", f"{scene}_sar.tif", "-m", str(trained / "model.safetensors")]
    assert cli.main([*arguments, "-o", str(result)]) == 0
    labels = read_raster(result)
    assert labels.shape == (1, 64, 64)
    assert set(np.unique(labels)) <= {1, 4}


def test_card_tells_what_was_trained_and_measured(trained: Path) -> None:
    card = read_card(trained / "model.safetensors")
    assert (card.name, card.network, card.gsd, card.tile_size, card.overlap) == ("tiny", "asanet", 10.0, 64, 16)
    assert card.network_parameters == {"size": "atto"}
    assert [spec.role for spec in card.inputs] == ["optical", "sar"]
    assert card.inputs[0].percentiles == (1.0, 99.0) and card.inputs[0].clip == (-0.5, 2.0)
    assert len(card.inputs[0].mean) == 3 and len(card.inputs[1].std) == 1
    assert card.legend.values == (1, 4)
    assert card.seed == 42 and not card.modality_dropout
    assert card.metrics["measured_on"] == "1 scenes not trained on: east"
    assert card.metrics["training"]["steps"] == 2
    assert card.metrics["training"]["samples_per_step"] == 2
    counted = np.array(card.metrics["confusion_matrix"])
    assert counted.sum(axis=1).tolist() == [26 * 56, 24 * 56]
    figures = json.loads((trained / "metrics.json").read_text(encoding="utf-8"))
    assert figures.pop("recipe")["optimiser"]["rate"] == 0.001
    assert figures == json.loads(json.dumps(card.metrics))


def test_card_of_one_modality_names_only_that(tiny: Path) -> None:
    numbers = (((0.4, 0.4, 0.4), (0.2, 0.2, 0.2)), ((0.3,), (0.1,)))
    recipe = tiny_recipe(tiny, "network.variant=sar", "augmentation.drop_optical=0.1")
    card = build_card(recipe, input_specs(recipe, numbers), {})
    assert [spec.role for spec in card.inputs] == ["sar"]
    assert not card.modality_dropout
    both = tiny_recipe(tiny, "augmentation.drop_optical=0.1", "augmentation.drop_sar=0.1")
    assert build_card(both, input_specs(both, numbers), {}).modality_dropout


def test_run_that_diverges_stops_and_resumes_from_its_last_good_step_with_identical_weights(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    recipe = str(tiny / "recipe.yaml")
    straight, broken = tmp_path / "straight", tmp_path / "broken"
    assert train.main([recipe, "trainer.steps=4", f"trainer.output={straight}"]) == 0

    honest, calls = task.segmentation_loss, []

    def nan_at_the_fourth(*arguments: Any) -> torch.Tensor:
        calls.append(1)
        loss = honest(*arguments)
        return loss * math.nan if len(calls) == 4 else loss

    monkeypatch.setattr(task, "segmentation_loss", nan_at_the_fourth)
    with caplog.at_level(logging.ERROR):
        assert train.main([recipe, "trainer.steps=4", f"trainer.output={broken}"]) == 1
    assert "At step 3 the loss became NaN or infinite" in caplog.text
    assert "precision=32-true. Then go on from the last checkpoint with trainer.resume=true." in caplog.text
    assert "Traceback" not in caplog.text
    assert torch.load(broken / "last.ckpt", weights_only=False)["global_step"] == 2
    assert not (broken / "model.safetensors").exists()

    monkeypatch.undo()
    arguments = [recipe, "trainer.steps=4", f"trainer.output={broken}", "trainer.resume=true"]
    assert train.main(arguments) == 0
    expected = load_model(straight / "model.safetensors")[0].state_dict()
    found = load_model(broken / "model.safetensors")[0].state_dict()
    assert expected.keys() == found.keys()
    assert all(torch.equal(expected[key], found[key]) for key in expected)


def test_weights_of_other_heads_are_refused_before_the_first_step(
    tiny: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    arguments = [str(tiny / "recipe.yaml"), f"trainer.output={tmp_path / 'run'}", "loss.auxiliary=[0.4, 0.3, 0.3]"]
    assert train.main(arguments) == 1
    assert "the number of the network's auxiliary heads is 1; expected one weight for each head" in caplog.text
    assert "Traceback" not in caplog.text
    assert not list(tmp_path.rglob("*.ckpt"))


def test_a_model_with_published_outputs_too_many_lists_them_as_classes(tiny: Path, tmp_path: Path) -> None:
    arguments = [str(tiny / "recipe.yaml"), f"trainer.output={tmp_path}", "parity=true", "outputs=4"]
    assert train.main(arguments) == 0
    assert read_card(tmp_path / "model.safetensors").legend.names[2:] == ("output 3", "output 4")
    metrics = json.loads((tmp_path / "metrics.json").read_text(encoding="utf-8"))
    assert sum(metrics["confusion_matrix"][2]) == sum(metrics["confusion_matrix"][3]) == 0  # nothing is labelled so


def test_weights_that_are_no_numbers_never_replace_a_checkpoint(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def poison(module: task.SegmentationTask) -> None:
        with torch.no_grad():
            next(module.average.parameters()).fill_(math.nan)

    monkeypatch.setattr(task.SegmentationTask, "_move_average", poison)
    monkeypatch.setattr(task.SegmentationTask, "validation_step", lambda *_: None)
    with caplog.at_level(logging.ERROR):
        assert train.main([str(tiny / "recipe.yaml"), f"trainer.output={tmp_path}"]) == 1
    assert "At step 2 the weights became NaN" in caplog.text
    assert "precision=32-true. Then start the run again, since it has no checkpoint yet to go on from." in caplog.text
    assert not (tmp_path / "last.ckpt").exists()


def test_full_disk_ends_a_run_with_a_sentence(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full_disk(*_: Any) -> Path:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(train, "train", full_disk)
    assert train.main([str(tiny / "recipe.yaml")]) == 1
    assert "No space left on device" in caplog.text
    assert "choose another trainer.output; then start the run again, since it has no checkpoint yet" in caplog.text


def test_settings_that_cannot_run_are_refused(tiny: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    recipe = str(tiny / "recipe.yaml")
    assert train.main([recipe, f"trainer.output={tmp_path}/new", "trainer.resume=true"]) == 1
    assert "last.ckpt' to resume from; expected a run's last checkpoint" in caplog.text
    assert not list(tmp_path.iterdir())
    (tmp_path / "file").touch()
    assert train.main([recipe, f"trainer.output={tmp_path}/file"]) == 1
    assert "/file' cannot be made (File exists); expected a place for checkpoints" in caplog.text
    with pytest.raises(InputError, match="Lightning refuses the recipe's trainer settings"):
        train.make_trainer(tiny_recipe(tiny, "trainer.strategy=none"), tmp_path)


@pytest.mark.parametrize("precision", ["bf16-true", "16-true", "64-true", "64-mixed"])
def test_a_precision_that_the_first_validation_could_not_take_is_refused_at_the_start(
    precision: str, tiny: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    arguments = [f"trainer.precision={precision}", f"trainer.output={tmp_path}"]
    assert train.main([str(tiny / "recipe.yaml"), *arguments]) == 1
    assert f"trainer.precision is '{precision}'; expected auto, 32-true, bf16-mixed or 16-mixed." in caplog.text


def test_slurm_is_left_to_requeue_a_job(tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lightning's own requeueing would leave a checkpoint where the next job finds it, of whatever recipe that is."""
    for name, value in {"JOB_NAME": "train", "NTASKS": "1", "NTASKS_PER_NODE": "1", "PROCID": "0"}.items():
        monkeypatch.setenv(f"SLURM_{name}", value)
    trainer = train.make_trainer(tiny_recipe(tiny), tmp_path)
    environment = trainer._accelerator_connector.cluster_environment
    assert isinstance(environment, SLURMEnvironment) and not environment.auto_requeue


def test_slurm_tasks_that_are_not_counted_by_node_are_refused(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLURM_NTASKS", "2")
    monkeypatch.delenv("SLURM_NTASKS_PER_NODE", raising=False)
    with pytest.raises(InputError, match=r"You set `--ntasks=2`.*expected --ntasks-per-node. Correct the batch script"):
        train.make_trainer(tiny_recipe(tiny), tmp_path)


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("data.gsd=-1", "has gsd -1.0; expected metres above zero"),
        ("validation.overlap=64", "has overlap 64; expected less than the tile"),
    ],
)
def test_what_the_model_file_could_not_hold_is_refused_before_the_first_step(
    tiny: Path, tmp_path: Path, override: str, message: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert train.main([str(tiny / "recipe.yaml"), f"trainer.output={tmp_path}", override]) == 1
    assert message in caplog.text and "Correct the recipe." in caplog.text
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("split", ["train", "validation"])
def test_splits_without_a_label_are_refused_before_the_first_step(
    split: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    recipe = write_scenes(tmp_path)
    for name in {"train": ("north", "south"), "validation": ("east",)}[split]:
        write_raster(tmp_path / "scenes" / f"{name}_label.tif", np.zeros((64, 64), np.uint8))
    assert train.main([str(recipe)]) == 1
    assert f"The images of data.{split}_splits have no labelled pixel" in caplog.text


@pytest.mark.parametrize("stop", [lambda: signal.raise_signal(signal.SIGINT), lambda: os.kill(os.getpid(), 15)])
def test_run_stopped_by_hand_or_by_the_system_says_how_to_go_on(
    stop: Callable[[], None],
    tiny: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Lightning leaves the process by itself then, as if the run had failed (SIGINT) or was done (SIGTERM)."""
    moved = task.SegmentationTask._move_average

    def stopped(module: task.SegmentationTask) -> None:
        moved(module)
        stop()

    monkeypatch.setattr(task.SegmentationTask, "_move_average", stopped)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        assert train.main([str(tiny / "recipe.yaml"), f"trainer.output={tmp_path}"]) == 130
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    assert "Stopped; start the run again, since it has no checkpoint yet to go on from." in caplog.text
    assert not (tmp_path / "last.ckpt").exists() and not (tmp_path / "model.safetensors").exists()


def test_run_stopped_while_its_model_is_measured_leaves_none_and_resumes_to_the_same(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped early by its score, and then once more by hand: resuming trains no further."""
    scores(monkeypatch, 0.5, 0.4, 0.9)
    settings = ["trainer.steps=9", "trainer.validate_every=1", "trainer.early_stop=1", f"trainer.output={tmp_path}"]

    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("training.finishing._assess", interrupted)
        assert train.main([str(tiny / "recipe.yaml"), *settings]) == 130
    assert sorted(path.name for path in tmp_path.iterdir()) == ["last.ckpt", "log", "unmeasured.safetensors"]
    assert train.main([str(tiny / "recipe.yaml"), *settings, "trainer.resume=true"]) == 0
    assert not (tmp_path / "unmeasured.safetensors").exists()
    assert read_card(tmp_path / "model.safetensors").metrics["training"]["steps"] == 2


def test_run_that_the_clock_ended_stops_after_a_whole_step_and_goes_on_with_the_same_samples(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ended in the middle of an epoch; with a constant rate the clock changes nothing but the end."""
    settings = [
        "trainer.steps=4", "trainer.validate_every=4", "trainer.accumulate=2", "schedule.kind=constant",
        "schedule.warm_up=0", "trainer.stored=float32",
    ]  # fmt: skip
    straight, ended = tmp_path / "straight", tmp_path / "ended"
    assert train.main([str(tiny / "recipe.yaml"), *settings, f"trainer.output={straight}"]) == 0
    shares = iter([0.0, 0.0, 0.1, 0.2, 2.0])  # at the start, of the epoch too, and after each batch: up in the third

    def look_at_clock(module: task.SegmentationTask) -> None:
        module._time_share = next(shares, 2.0)

    with monkeypatch.context() as patch:
        patch.setattr(task.SegmentationTask, "_look_at_clock", look_at_clock)
        arguments = [str(tiny / "recipe.yaml"), *settings, f"trainer.output={ended}"]
        assert train.main([*arguments, "trainer.max_minutes=1"]) == 0
    assert read_card(ended / "model.safetensors").metrics["training"]["steps"] == 2
    assert train.main([*arguments, "trainer.resume=true"]) == 0
    expected, found = (load_model(folder / "model.safetensors")[0].state_dict() for folder in (straight, ended))
    assert all(torch.equal(expected[key], found[key]) for key in expected)


@pytest.mark.parametrize(
    ("override", "what"),
    [
        ("network.size=nano", "network"),
        ("network.variant=cfm", "network"),
        ("sar.percentiles=[2, 98]", "bands or scaling of the data"),
        ("optimiser.kind=sgd", "optimiser"),
        ("seed=1", "seed"),
    ],
)
def test_resuming_with_a_recipe_that_the_weights_do_not_fit_is_refused_by_name(
    override: str, what: str, trained: Path, tiny: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    before = a_stopped_run(trained, tmp_path)
    arguments = [str(tiny / "recipe.yaml"), f"trainer.output={tmp_path}", "trainer.resume=true", "trainer.steps=3"]
    assert train.main([*arguments, override]) == 1
    assert f"was made with another {what} than the recipe has now" in caplog.text
    assert contents(tmp_path) == before


@pytest.mark.parametrize("damage", [b"", b"no checkpoint", None, {"weights": 1}])
def test_a_damaged_checkpoint_is_refused_and_nothing_changes(
    damage: bytes | dict[str, int] | None, trained: Path, tiny: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Empty, another file, one cut in half, and another program's."""
    a_stopped_run(trained, tmp_path)
    whole = (trained / "last.ckpt").read_bytes()
    (tmp_path / "last.ckpt").unlink()
    if isinstance(damage, dict):
        torch.save(damage, tmp_path / "last.ckpt")
    else:
        (tmp_path / "last.ckpt").write_bytes(whole[: len(whole) // 2] if damage is None else damage)
    before = contents(tmp_path)
    assert train.main([str(tiny / "recipe.yaml"), f"trainer.output={tmp_path}", "trainer.resume=true"]) == 1
    assert "last.ckpt' cannot be read (" in caplog.text and "Start anew with trainer.resume=false." in caplog.text
    assert contents(tmp_path) == before


@pytest.mark.parametrize("override", [
    "network.size=huge", "trainer.strategy=none", "optimiser.clip=-1", "data.folders=[/nowhere]",
    "network={name: unet, size: null}", "validation.overlap=64",
])  # fmt: skip
def test_a_refused_start_leaves_an_earlier_run_as_it_is(
    override: str, trained: Path, tiny: Path, tmp_path: Path
) -> None:
    before = a_stopped_run(trained, tmp_path)
    rates_by_layer = ("optimiser.layer_decay=0.9",) if "unet" in override else ()
    for resume in ("true", "false"):
        settings = [override, *rates_by_layer, f"trainer.output={tmp_path}", f"trainer.resume={resume}"]
        assert train.main([str(tiny / "recipe.yaml"), *settings]) == 1
        assert contents(tmp_path) == before


def a_stopped_run(trained: Path, folder: Path) -> dict[str, bytes]:
    """A run with a checkpoint and the table of its first part; returns what the folder holds."""
    (folder / "last.ckpt").symlink_to(trained / "last.ckpt")
    (folder / "log").mkdir()
    (folder / "log" / "metrics.csv").write_text("step,loss\n1,0.5\n", encoding="utf-8")
    return contents(folder)


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_images_that_are_validated_and_trained_on_are_told_in_log_and_card(
    tiny: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = ["data.validation_splits=[val, train]", "trainer.steps=1", f"trainer.output={tmp_path}"]
    assert train.main([str(tiny / "recipe.yaml"), *settings]) == 0
    assert "2 of the validation images are among those to train on (north, south); expected none" in caplog.text
    metrics = read_card(tmp_path / "model.safetensors").metrics
    assert metrics["measured_on"] == "3 scenes, 2 of them trained on, too: north, south, east"


def test_validating_more_rarely_than_there_are_steps_validates_at_the_end(tiny: Path, tmp_path: Path) -> None:
    settings = ["trainer.steps=1", "trainer.validate_every=500", "trainer.keep=best", f"trainer.output={tmp_path}"]
    assert train.main([str(tiny / "recipe.yaml"), *settings]) == 0
    assert read_card(tmp_path / "model.safetensors").metrics["training"]["steps"] == 1


def scores(monkeypatch: pytest.MonkeyPatch, *values: float) -> None:
    """The validations' mean IoU, one after the other, whatever the network says."""
    given = iter(values)

    def validation_end(module: task.SegmentationTask) -> None:
        module.log("val_miou", next(given))

    monkeypatch.setattr(task.SegmentationTask, "on_validation_epoch_end", validation_end)


def test_run_stops_early_when_the_score_no_longer_rises_and_keeps_the_best_weights(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scores(monkeypatch, 0.2, 0.5, 0.4, 0.3, 0.9)
    averages: list[dict[str, torch.Tensor]] = []
    moved = task.SegmentationTask._move_average

    def remember(module: task.SegmentationTask) -> None:
        moved(module)
        averages.append({key: value.clone() for key, value in module.average.state_dict().items()})

    monkeypatch.setattr(task.SegmentationTask, "_move_average", remember)
    settings = ["trainer.steps=9", "trainer.validate_every=1", "trainer.early_stop=2", "trainer.keep=best"]
    arguments = [str(tiny / "recipe.yaml"), *settings, "trainer.stored=float32", f"trainer.output={tmp_path}"]
    assert train.main(arguments) == 0
    assert len(averages) == 4  # after 0.5 two validations were no better
    found = load_model(tmp_path / "model.safetensors")[0].state_dict()
    assert all(torch.equal(found[key], averages[1][key]) for key in found)
    figures = read_card(tmp_path / "model.safetensors").metrics["training"]
    assert figures["steps"] == 2
    assert figures["weights"].startswith("exponential average at step 2 of 4, picked by the mIoU")


def test_average_is_the_mean_that_the_recipe_asks_for(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without an average the kept weights are the network's own."""
    seen: list[task.SegmentationTask] = []
    honest = task.SegmentationTask.average_network

    def remember(module: task.SegmentationTask) -> torch.nn.Module:
        seen.append(module)
        return honest(module)

    monkeypatch.setattr(task.SegmentationTask, "average_network", remember)
    assert train.main([str(tiny / "recipe.yaml"), "trainer.average=0", f"trainer.output={tmp_path}"]) == 0
    own, kept = seen[0].network.state_dict(), seen[0].average.state_dict()
    assert all(torch.equal(own[key], kept[key]) for key in own)


def test_logs_are_a_table_and_tensorboard_events(trained: Path) -> None:
    with (trained / "log" / "metrics.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert any(row["val_miou"] and row["val_iou_dark"] for row in rows)
    waits = [float(row["loader_wait"]) for row in rows if row["loader_wait"]]
    assert len(waits) == 1 and 0.0 < waits[0] < 1.0
    assert list((trained / "log").glob("events.out.tfevents.*"))


def test_worker_processes_make_the_samples_the_run_would_make_itself(tiny: Path, tmp_path: Path) -> None:
    """They live over both epochs, of which the second is shorter."""
    recipe = str(tiny / "recipe.yaml")
    for workers in (0, 2):
        arguments = ["trainer.steps=3", "trainer.stored=float32", f"trainer.workers={workers}"]
        assert train.main([recipe, *arguments, f"trainer.output={tmp_path / str(workers)}"]) == 0
    alone, helped = (load_model(tmp_path / name / "model.safetensors")[0].state_dict() for name in ("0", "2"))
    assert all(torch.equal(alone[key], helped[key]) for key in alone)


def test_a_disk_without_room_for_checkpoints_is_refused_before_the_first_step(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=50_000_000))
    assert train.main([str(tiny / "recipe.yaml"), f"trainer.output={tmp_path}"]) == 1
    assert "has 0.1 GB free; checkpoints and model file of this run need" in caplog.text
    assert not list(tmp_path.glob("*.ckpt"))


def test_room_is_that_of_two_checkpoints_and_the_best_twice(tiny: Path, tmp_path: Path) -> None:
    """Weights of 4 bytes; network, average and Adam's two moments, old and new; then the model file."""
    network = torch.nn.Linear(1000, 1000, bias=False)

    def needed(*overrides: str) -> int:
        recipe = tiny_recipe(tiny, f"trainer.output={tmp_path}", *overrides)
        low, high = 0, 10**9
        while high - low > 1:
            middle = (low + high) // 2
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr("shutil.disk_usage", lambda _, free=middle: SimpleNamespace(free=free))
                try:
                    require_room(recipe, network)
                    high = middle
                except ResourceLimitError:
                    low = middle
        return high

    weights = 4_000_000
    assert needed() == weights * (4 * 2 + 1)
    assert needed("optimiser.kind=sgd") == weights * (3 * 2 + 1)
    assert needed("trainer.keep=best") == weights * (4 * 2 + 2 * 2 + 1)
    (tmp_path / "last.ckpt").touch()
    assert needed() == weights * (4 + 1)


@pytest.mark.parametrize("settings", [["trainer.precision=bf16-mixed"], ["optimiser.kind=sgd", "loss.lovasz=1.0"]])
def test_other_precisions_losses_and_optimisers_run(tiny: Path, tmp_path: Path, settings: list[str]) -> None:
    arguments = ["loss.class_weights=balanced", "trainer.accumulate=2", *settings, f"trainer.output={tmp_path}"]
    assert train.main([str(tiny / "recipe.yaml"), *arguments]) == 0
    figures = read_card(tmp_path / "model.safetensors").metrics
    assert figures["training"]["samples_per_step"] == 4
    assert math.isfinite(figures["overall_accuracy"])


def test_parity_reports_the_figures_as_the_papers_count_them(tiny: Path) -> None:
    measured = accuracy([[3, 1], [2, 4]])
    run = RunFigures(steps=1, minutes=0.5, parameters=9, weights="w")
    intervals = iou_intervals(measured.matrix[None])
    told = describe_metrics(tiny_recipe(tiny, "parity=true"), measured, intervals, ("east",), run)
    assert told["as_counted_by"]["asanet"]["OA"] == 70.0
    assert told["as_counted_by"]["amm_fusenet"]["UA"] == pytest.approx((3 / 4 + 4 / 6) / 2, abs=1e-4)
    assert "as_counted_by" not in describe_metrics(tiny_recipe(tiny), measured, intervals, ("east",), run)
