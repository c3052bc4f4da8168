"""Checking a data set: what is found in folders with one fault each, and the figures of a sound one."""

from __future__ import annotations

import json
import math
import re
import shutil
from pathlib import Path
from typing import Any, Callable

import numpy as np
import pytest
from osgeo import gdal

from rgbsar_core.cli import main
from rgbsar_core.dataset.check import CheckParameters, CheckResult, check_dataset
from rgbsar_core.errors import InputError, OperationCancelled, RasterIOError
from tests.core.dataset.places import make, write_labels, write_layers
from tests.core.fakes import fingerprint
from tests.rasters import write_raster

SIDE = 40
NAMES = {"train": ["a", "b", "c"], "val": ["d"]}
PLACES = {name: (500_000.0 + 5000 * k, 8.0, 0.0, 4_000_000.0, 0.0, -12.0) for k, name in enumerate("abcdef")}


def write_sample(root: Path, name: str, **changes: Any) -> None:
    """Optical with 3 bands, SAR with 1, labels 0 and 1 (each half); named changes replace the pixels of a role."""
    numbers = np.random.default_rng(ord(name[0]))
    labels = np.repeat(np.array([[0, 1]], np.uint8), SIDE // 2, axis=1).repeat(SIDE, axis=0)
    pixels = {
        "optical": numbers.integers(1, 256, (3, SIDE, SIDE)).astype(np.uint8),
        "sar": numbers.uniform(0.1, 1, (1, SIDE, SIDE)).astype(np.float32),
        "label": labels[None],
    }
    grid, nodata = changes.pop("grid", PLACES[name]), changes.pop("nodata", None)
    for role, values in {**pixels, **changes}.items():
        place = changes.get("label_grid", grid) if role == "label" else grid
        if role in pixels:
            write_raster(root / role / f"{name}.tif", values, place, nodata=nodata if role != "label" else None)


def write_lists(root: Path, lists: dict[str, list[str]]) -> None:
    for split, names in lists.items():
        (root / f"{split}.txt").write_text("".join(f"{name}\n" for name in names), encoding="utf-8")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A sound data set."""
    folder = tmp_path / "data é"
    for role in ("optical", "sar", "label"):
        (folder / role).mkdir(parents=True)
    for name in "abcd":
        write_sample(folder, name)
    write_lists(folder, NAMES)
    return folder


def check(root: Path, **options: Any) -> CheckResult:
    return check_dataset(CheckParameters(str(root), **options))


def kinds(result: CheckResult) -> list[str]:
    return [finding.kind for finding in result.findings]


def test_a_sound_data_set_has_no_findings_and_true_figures(root: Path) -> None:
    before = fingerprint(root)
    result = check(root)
    assert result.findings == () and result.verdict() == "Ready for training, no warnings."
    assert [(split.name, split.samples, split.pixels) for split in result.splits] == [
        ("train", 3, (2400, 2400)), ("val", 1, (800, 800))
    ]  # fmt: skip
    train = np.concatenate([_read(root / "optical" / f"{name}.tif") for name in "abc"], axis=2)
    for band, facts in zip(train, result.optical):
        assert facts.mean == pytest.approx(band.mean()) and facts.std == pytest.approx(band.std())
        assert (facts.minimum, facts.maximum) == (band.min(), band.max())
    assert [entry.value for entry in result.classes] == [0, 1] and len(result.sar) == 1
    assert fingerprint(root) == before


def _read(path: Path) -> np.ndarray:
    return np.asarray(gdal.Open(str(path)).ReadAsArray(), float)


def test_pixels_without_data_count_in_no_figure(root: Path) -> None:
    sar = np.full((1, SIDE, SIDE), 0.5, np.float32)
    sar[:, :, ::2], sar[:, 5] = 0.25, -9999
    for name in "abc":
        write_sample(root, name, sar=sar, nodata=-9999)
    (facts,) = check(root).sar
    assert (facts.minimum, facts.maximum, facts.mean) == (0.25, 0.5, 0.375) and facts.std == pytest.approx(0.125)


Fault = Callable[[Path], object]
FAULTS: dict[str, tuple[Fault, str, str, str]] = {
    "a file that is no image": (
        lambda r: (r / "sar" / "b.tif").write_bytes(b"II*\0 no"), "unreadable", "error", r"read \(1\): sar of b"),
    "complex numbers": (
        lambda r: write_sample(r, "b", sar=np.full((1, SIDE, SIDE), 1 + 1j, np.complex64)), "unreadable", "error",
        r"read \(1\): sar of b.*complex numbers as amplitude"),
    "a missing file": (lambda r: (r / "label" / "c.tif").unlink(), "missing", "error", "label of c"),
    "a name without files": (
        lambda r: write_lists(r, {"val": ["d", "gone"]}), "missing", "error", r"missing \(3\): optical of gone"),
    "a file in no list": (lambda r: write_sample(r, "e"), "unlisted", "warning", r"in no list \(1\): e"),
    "a name in two lists": (
        lambda r: write_lists(r, {"val": ["d", "a"]}), "two lists", "error", "a in train and val"),
    "a name twice in one list": (
        lambda r: write_lists(r, {"train": ["a", "b", "c", "a"]}), "repeated", "error", "a in train"),
    "an empty training list": (lambda r: write_lists(r, {"train": []}), "no training list", "error", "train.txt"),
    "no validation list": (lambda r: (r / "val.txt").unlink(), "no validation list", "warning", "when to stop"),
    "no lists": (
        lambda r: [(r / f"{split}.txt").unlink() for split in NAMES], "no lists", "warning", "neither train.txt"),
    "sizes that differ": (
        lambda r: write_sample(r, "a", label=np.zeros((30, SIDE), np.uint8)), "size", "error",
        r"a \(optical 40 x 40, sar 40 x 40, label 40 x 30\)"),
    "tiles of several sizes": (
        lambda r: write_sample(r, "b", **{role: np.ones((bands, 36, 36), kind) for role, bands, kind in
                                          (("optical", 3, np.uint8), ("sar", 1, np.float32), ("label", 1, np.uint8))}),
        "several sizes", "warning", "2 different sizes: 40 x 40"),
    "another number of bands": (
        lambda r: write_sample(r, "c", sar=np.ones((2, SIDE, SIDE), np.float32)),
        "bands", "error", r"sar of c \(2, expected 1\)"),
    "labels that are a picture": (
        lambda r: write_sample(r, "d", label=np.zeros((3, SIDE, SIDE), np.uint8)), "label bands", "error", r"d \(3\)"),
    "labels elsewhere": (
        lambda r: write_sample(r, "a", label_grid=(500_008.0, *PLACES["a"][1:])), "place", "error", "ground .*: a"),
    "a place without area": (
        lambda r: write_sample(r, "a", label_grid=(5e5, 8.0, 0.0, 4e6, 0.0, 0.0)), "place", "error", "ground .*: a"),
    "a place that is no number": (
        lambda r: write_sample(r, "a", label_grid=(math.nan, *PLACES["a"][1:])), "place", "error", "ground .*: a"),
    "a label that is no whole number": (
        lambda r: write_sample(r, "b", label=np.full((SIDE, SIDE), 0.5, np.float32)), "label values", "error",
        r"b \(0.5\)"),
    "NaN that is not marked": (
        lambda r: write_sample(r, "a", sar=_with_nan()), "not finite", "error", "sar of a.*set nodata to NaN"),
    "an image without a valid pixel": (
        lambda r: write_sample(r, "a", optical=np.zeros((3, SIDE, SIDE), np.uint8), nodata=0), "empty", "warning",
        "optical of a"),
    "a constant band": (
        lambda r: write_sample(r, "b", sar=np.full((1, SIDE, SIDE), 0.3, np.float32)), "constant", "warning",
        r"sar of b \(band 1\)"),
    "a band that is constant everywhere": (
        lambda r: [write_sample(r, name, sar=np.full((1, SIDE, SIDE), 0.3, np.float32)) for name in "abc"],
        "constant band", "error", "sar band 1"),
    "a sample without a label": (
        lambda r: write_sample(r, "c", label=np.full((SIDE, SIDE), 255, np.uint8)), "unlabelled", "warning", ": c"),
    "a class that training lacks": (
        lambda r: write_sample(r, "d", label=np.full((SIDE, SIDE), 2, np.uint8)), "absent in training", "error",
        r"Classes .*\(1\): class 2"),
    "a class that validation lacks": (
        lambda r: write_sample(r, "d", label=np.zeros((SIDE, SIDE), np.uint8)), "absent elsewhere", "warning",
        "class 1 in val"),
    "one class only": (
        lambda r: [write_sample(r, name, label=np.zeros((SIDE, SIDE), np.uint8)) for name in "abcd"], "one class",
        "error", "Only one class .*: class 0"),
    "a rare class": (
        lambda r: write_sample(r, "a", label=_with_rare()), "rare", "warning", r"class 2 \(0.083 %\)"),
    "neighbours on both sides": (
        lambda r: write_sample(r, "d", grid=(500_000.0 + SIDE * 8, *PLACES["a"][1:])), "touching", "warning",
        r"a \(train\) and d \(val\)"),
}  # fmt: skip


def _with_nan() -> np.ndarray:
    sar = np.random.default_rng(1).uniform(0.1, 1, (1, SIDE, SIDE)).astype(np.float32)
    sar[0, 3, 4] = math.nan
    return sar


def _with_rare() -> np.ndarray:
    labels = np.zeros((SIDE, SIDE), np.uint8)
    labels[:, 20:] = 1
    labels[0, :4] = 2
    return labels


@pytest.mark.parametrize("case", FAULTS)
def test_a_fault_is_found_and_named(root: Path, case: str) -> None:
    spoil, kind, severity, text = FAULTS[case]
    spoil(root)
    result = check(root)
    found = {finding.kind: finding for finding in result.findings}
    assert kind in found, kinds(result)
    assert found[kind].severity == severity
    assert re.search(text, found[kind].text), found[kind].text
    assert bool(result.errors) == any(finding.severity == "error" for finding in result.findings)


def test_given_values_are_the_class_list(root: Path) -> None:
    result = check(root, values=(0, 2), ignore=1)
    assert [(entry.value, entry.name) for entry in result.classes] == [(0, "class 0"), (2, "class 2")]
    assert "absent in training" in kinds(result) and "label values" not in kinds(result)
    assert result.splits[0].unlabelled == 2400
    assert "label values" in kinds(check(root, values=(0,)))


def test_names_in_lists_may_have_an_extension_and_other_folders_other_names(root: Path) -> None:
    shutil.move(root / "optical", root / "GF2")
    shutil.move(root / "sar", root / "GF3")
    shutil.move(root / "label", root / "truth")
    write_lists(root, {"train": ["a.tif", "b.tif", "", "c"]})
    with pytest.raises(InputError, match="no folder for the label tiles; its folders are: GF2, GF3, truth"):
        check(root)
    result = check(root, label_folder="truth")
    assert result.findings == () and result.splits[0].samples == 3


def test_amm_fusenets_layout_is_read_by_split(tmp_path: Path) -> None:
    """Names differ by s1, s2 and lc (dfc in val); train has a level of folders more."""
    numbers = np.random.default_rng(5)
    for split, token, between in (("train", "lc", "spring"), ("val", "dfc", ""), ("test", "lc", "")):
        for k in range(2):
            for folder, word, pixels in (
                ("s1_dir", "s1", numbers.normal(-12, 3, (2, SIDE, SIDE)).astype(np.float32)),
                ("s2_dir", "s2", numbers.integers(0, 9000, (4, SIDE, SIDE)).astype(np.uint16)),
                ("ann_dir", token, numbers.integers(1, 4, (1, SIDE, SIDE)).astype(np.uint8)),
            ):
                path = tmp_path / folder / split / between
                path.mkdir(parents=True, exist_ok=True)
                write_raster(path / f"ROIs_{word}_{split}_p{k}.tif", pixels, None, None)
    result = check(tmp_path)
    assert result.layout == "AMM-FuseNet" and result.findings == ()
    assert [(split.name, split.samples) for split in result.splits] == [("train", 2), ("val", 2), ("test", 2)]
    assert len(result.optical) == 4 and result.sar[0].mean == pytest.approx(-12, abs=0.3)
    (tmp_path / "ann_dir" / "val" / "ROIs_dfc_val_p1.tif").unlink()
    assert check(tmp_path).findings[0].where == ("label of ROIs_*_val_p1",)
    assert "python -m training.check RECIPE reads a published data set" in "\n".join(result.summary_lines())


def test_amm_fusenets_files_of_one_name_in_two_folders_are_named(tmp_path: Path) -> None:
    for folder, word in (("s1_dir", "s1"), ("s2_dir", "s2"), ("ann_dir", "lc")):
        for season in ("fall", "spring"):
            path = tmp_path / folder / "train" / season
            path.mkdir(parents=True)
            write_raster(path / f"ROIs_{word}_p1.tif", np.eye(SIDE, dtype=np.uint8)[None], None, None)
    found = next(finding for finding in check(tmp_path).findings if finding.kind == "same name")
    assert found.severity == "error" and found.where[1] == "sar s1_dir/train/spring/ROIs_s1_p1.tif"


@pytest.mark.skipif(gdal.GetDriverByName("WEBP") is None, reason="this GDAL has no WebP driver")
def test_png_and_webp_without_a_place_are_read(root: Path) -> None:
    for role, suffix, driver in (("optical", ".webp", "WEBP"), ("label", ".png", "PNG")):
        for path in sorted((root / role).glob("*.tif")):
            source = gdal.Open(str(path))
            options = ["LOSSLESS=YES"] if driver == "WEBP" else []
            gdal.GetDriverByName(driver).CreateCopy(str(path.with_suffix(suffix)), source, options=options)
            source = None
            path.unlink()
    assert check(root).findings == ()


def test_a_shift_between_optical_and_sar_is_told(tmp_path: Path) -> None:
    """Six scenes of blocks, the SAR (with speckle) 4 pixels lower and 6 further left."""
    for role in ("optical", "sar", "label"):
        (tmp_path / role).mkdir()
    numbers = np.random.default_rng(2)
    for name in "abcdef":
        scene = numbers.uniform(0.2, 1, (24, 24)).repeat(6, axis=0).repeat(6, axis=1)
        optical = (255 * scene[10:138, 10:138]).astype(np.uint8)
        sar = scene[6:134, 16:144] ** 2 * numbers.gamma(8, 1 / 8, (128, 128))
        label = (scene[10:138, 10:138] > 0.5).astype(np.uint8)
        write_sample(tmp_path, name, optical=optical[None].repeat(3, 0), sar=sar.astype(np.float32)[None], label=label)
    write_lists(tmp_path, {"train": list("abcde"), "val": ["f"]})
    result = check(tmp_path)
    assert result.shift is not None and result.shift.tiles == 5
    assert result.shift.row == pytest.approx(4, abs=0.5) and result.shift.column == pytest.approx(-6, abs=0.5)
    assert kinds(result) == ["shift"] and "+4" in result.findings[0].text


def test_the_shift_that_one_sample_alone_tells_has_no_error_in_text_or_json(root: Path) -> None:
    picture = np.kron(np.random.default_rng(3).integers(20, 200, (1, 16, 16)), np.ones((8, 8)))
    write_lists(root, {"train": ["a"]})
    write_sample(root, "a", optical=picture.astype(np.uint8), sar=picture.astype(np.float32),
                 label=np.eye(128, dtype=np.uint8)[None])  # fmt: skip
    result = check(root)
    assert result.shift is not None and math.isinf(result.shift.error)
    assert result.shift_text().endswith("is too uncertain to tell (by 1 of 1 samples)")
    assert json.loads(json.dumps(result.to_json(), allow_nan=False))["shift"]["error"] is None


def test_what_make_writes_is_ready_for_training(tmp_path: Path) -> None:
    optical, sar, _, _ = write_layers(tmp_path)
    made = make((optical, sar, write_labels(tmp_path / "areas.gpkg")), tmp_path / "set")
    result = check(tmp_path / "set")
    assert result.errors == 0 and "touching" not in kinds(result)
    assert [split.pixels for split in result.splits] == [split.pixels for split in made.splits]
    assert [entry.name for entry in result.classes] == ["field", "forest", "water"]
    assert [band.name for band in result.optical] == ["B4", "B3", "B2"]


DAMAGED = (
    "{", "[]", "\0\0", '{"format_version": 1}', '{"format_version": 99}',
    '{"format_version": 1, "classes": [{"value": 1, "name": "a", "color": [0, 0, 0]}]}',
    '{"format_version": 1, "classes": [{"value": 1, "name": "a", "color": [0, 0, 0]}], "ignore_value": 300}',
    '{"format_version": 1, "classes": [{"value": 1, "name": "a", "color": [0, 0, 0]}], "ignore_value": 1, "optical": '
    '{"bands": [{"name": "red"}], "units": "reflectance"}, "sar": {"bands": [{"name": "VV"}], "units": "db"}}',
    '{"format_version": 1, "classes": [{"value": 1, "name": "a", "color": [0, 0, 0]}], "optical": {"bands": '
    '[{"name": "red"}], "units": "reflectance", "dtype": "uint"}, "sar": {"bands": [{"name": "VV"}], "units": "db", '
    '"dtype": "float33"}}',
    '{"format_version": 1, "classes": [{"value": 1, "name": "a", "color": [0, 0, 0]}], "tile_size": 1e999, "optical": '
    '{"bands": [{"name": "red"}], "units": "reflectance"}, "sar": {"bands": [{"name": "VV"}], "units": "db"}}',
)  # fmt: skip


@pytest.mark.parametrize("content", DAMAGED)
def test_a_damaged_description_is_refused(root: Path, content: str) -> None:
    (root / "dataset.json").write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match="expected|Update"):
        check(root)


def test_a_folder_without_a_data_set_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="was not found; expected a data set"):
        check(tmp_path / "none")
    with pytest.raises(InputError, match="has no folder for the optical tiles; its folders are: none"):
        check(tmp_path)
    for published in ("img_dir", "dsm_dir", "ann_dir"):  # Potsdam
        (tmp_path / published).mkdir()
    with pytest.raises(InputError, match="layout of its own is checked by its recipe: python -m training.check RECIPE"):
        check(tmp_path)
    with pytest.raises(InputError, match="from 0 to 255"):
        check(tmp_path, ignore=256)


def test_a_folders_name_no_disk_takes_is_refused_as_any_other(root: Path) -> None:
    with pytest.raises(InputError, match="no folder for the optical tiles"):
        check(root, optical_folder="a" * 300)


@pytest.mark.parametrize("name", ["train.txt", "label/a.png", "new.csv"])
def test_a_report_never_takes_the_place_of_a_part_of_the_data_set(root: Path, name: str) -> None:
    before = fingerprint(root)
    with pytest.raises(InputError, match="lies in the data set and could take the place of one of its files"):
        check(root, report=str(root / name))
    assert fingerprint(root) == before


def test_the_report_shows_findings_classes_and_samples(root: Path, tmp_path: Path) -> None:
    write_sample(root, "b", sar=np.full((1, SIDE, SIDE), 0.3, np.float32))
    report = tmp_path / "check.html"
    check(root, report=str(report), pictures=3)
    page = report.read_text(encoding="utf-8")
    assert page.count("data:image/png;base64,") == 9 and page.count("<figure>") == 3
    assert "WARNING: Files with a band of one single value (1): sar of b (band 1)" in page
    assert "Ready for training, 1 warning." in page and "class 1" in page and "2,400" in page


def test_a_cancelled_check_and_a_full_disk_leave_no_report(root: Path, tmp_path: Path, monkeypatch) -> None:
    reached: list[str] = []
    parameters = CheckParameters(str(root), report=str(tmp_path / "r.html"))
    with pytest.raises(OperationCancelled):
        check_dataset(parameters, lambda share, text: reached.append(text), lambda: len(reached) > 2)
    with pytest.raises(InputError, match="does not exist"):
        check(root, report=str(tmp_path / "no" / "r.html"))

    def full(_: object) -> None:
        raise RasterIOError("no space left")

    monkeypatch.setattr("rgbsar_core.dataset.check.publish_texts", full)
    with pytest.raises(RasterIOError):
        check(root, report=str(tmp_path / "r.html"))
    assert [path.name for path in tmp_path.iterdir()] == [root.name]


def test_the_command_answers_with_text_json_and_exit_code(root: Path, capsys) -> None:
    assert main(["dataset", "check", str(root)]) == 0
    said = capsys.readouterr().out
    assert said.startswith("ASANet layout, train 3, val 1 samples\n0 class 0: train 2,400 (50.0 %)")
    assert said.endswith("Ready for training, no warnings.\n")
    (root / "sar" / "a.tif").unlink()
    assert main(["dataset", "check", str(root), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["errors"] == 1 and told["findings"][0]["kind"] == "missing"
    assert told["optical"][0]["name"] == "band 1" and told["splits"][0]["samples"] == 2
    assert main(["dataset", "check", str(root), "-q"]) == 1 and capsys.readouterr().out == ""
    assert main(["dataset", "check", str(root / "none")]) == 1
    assert "was not found" in capsys.readouterr().err
