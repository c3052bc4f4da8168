"""The list of bad input, through ``rgbsar classify``: a sentence, no traceback, no output, inputs untouched."""

from __future__ import annotations

import json
import os
import re
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from osgeo import gdal

from rgbsar_core.cli import main
from rgbsar_core.model_card import CARD_KEY, ModelCard
from tests.core.fakes import NumpyEngine, fingerprint
from tests.rasters import NORTH_UP, read_raster, write_raster

SIDE = 48
SAR = np.random.default_rng(5).uniform(0.1, 1, (2, SIDE, SIDE)).astype(np.float32)
OPTICAL = np.random.default_rng(6).integers(0, 256, (3, SIDE, SIDE)).astype(np.uint8)


pytestmark = pytest.mark.usefixtures("gdal_mode")


@dataclass
class Job:
    """What will be asked for; a case spoils one part of it."""

    folder: Path
    optical: str
    sar: str
    model: str
    output: str
    options: tuple[str, ...] = ("--sar-units", "linear")

    def new(self, name: str) -> Path:
        return self.folder / name

    def arguments(self) -> list[str]:
        extras = (("--confidence", "c.tif"), ("--area-table", "a.csv"), ("--report", "r.html"))
        named = [text for option, name in extras for text in (option, str(self.new(name)))]
        return ["classify", self.optical, self.sar, "-m", self.model, "-o", self.output, *named, *self.options]


@pytest.fixture
def job(tmp_path: Path, model_file: Path) -> Job:
    return Job(
        tmp_path,
        write_raster(tmp_path / "optical.tif", OPTICAL),
        write_raster(tmp_path / "sar.tif", SAR),
        str(model_file),
        str(tmp_path / "map.tif"),
    )


def text_as_optical(job: Job) -> None:
    job.optical = str(job.new("notes.txt"))
    Path(job.optical).write_text("no raster")


def missing_sar(job: Job) -> None:
    job.sar = str(job.new("nowhere.tif"))


def folder_as_sar(job: Job) -> None:
    job.new("folder").mkdir()
    job.sar = str(job.new("folder"))


def empty_file(job: Job) -> None:
    Path(job.optical).write_bytes(b"")


def truncated_sar(job: Job) -> None:
    os.truncate(job.sar, os.path.getsize(job.sar) // 2)


def damaged_in_the_middle(job: Job) -> None:
    write_raster(job.sar, SAR, options=["COMPRESS=DEFLATE", "BLOCKYSIZE=8"])
    with open(job.sar, "r+b") as file:
        file.seek(os.path.getsize(job.sar) // 2)
        file.write(b"\xff" * 1500)


def far_away(job: Job) -> None:
    write_raster(job.sar, SAR, (900_000.0, 10.0, 0.0, 4_000_000.0, 0.0, -10.0))


def no_crs(job: Job) -> None:
    write_raster(job.sar, SAR, epsg=None)


def no_geotransform(job: Job) -> None:
    write_raster(job.optical, OPTICAL, geotransform=None)


def one_sar_band(job: Job) -> None:
    write_raster(job.sar, SAR[:1])


def band_seven(job: Job) -> None:
    job.options += ("--optical-bands", "7,2,1")


def decibels_called_linear(job: Job) -> None:
    write_raster(job.sar, -20 * SAR)


def nothing_valid(job: Job) -> None:
    write_raster(job.sar, np.full_like(SAR, -9999), nodata=-9999)


def nothing_finite(job: Job) -> None:
    write_raster(job.sar, np.full_like(SAR, np.nan))


def complex_sar(job: Job) -> None:
    write_raster(job.sar, SAR.astype(np.complex64))


def extent_elsewhere(job: Job) -> None:
    job.options += ("--extent", "0", "0", "10", "10")


def model_missing(job: Job) -> None:
    job.model = str(job.new("nowhere.safetensors"))


def copied_model(job: Job, change: Callable[[bytes], bytes]) -> None:
    content = Path(job.model).read_bytes()
    job.model = str(job.new("copy.safetensors"))
    Path(job.model).write_bytes(change(content))


def model_truncated(job: Job) -> None:
    copied_model(job, lambda content: content[:-1000])


def model_cut_in_its_header(job: Job) -> None:
    copied_model(job, lambda content: content[:500])


def model_of_others(job: Job) -> None:
    copied_model(job, lambda content: struct.pack("<Q", 2) + b"{}")


def model_is_a_raster(job: Job) -> None:
    job.model = job.sar


def with_header(content: bytes, change: Callable[[dict], None]) -> bytes:
    """The same tensors under a changed header."""
    length = struct.unpack("<Q", content[:8])[0]
    header = json.loads(content[8 : 8 + length])
    change(header)
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + content[8 + length :]


def with_card(change: Callable[[dict], None]) -> Callable[[bytes], bytes]:
    def in_header(header: dict) -> None:
        card = json.loads(header["__metadata__"][CARD_KEY])
        change(card)
        header["__metadata__"][CARD_KEY] = json.dumps(card)

    return lambda content: with_header(content, in_header)


def model_of_a_newer_format(job: Job) -> None:
    copied_model(job, with_card(lambda card: card.update(format_version=2)))


def model_with_one_class_too_many(job: Job) -> None:
    extra = {"value": 9, "name": "snow", "color": [255, 255, 255]}
    copied_model(job, with_card(lambda card: card["legend"].append(extra)))


def model_without_a_tensor(job: Job) -> None:
    def rename(header: dict) -> None:
        header["stranger"] = header.pop("decode_head.classifier.bias")

    copied_model(job, lambda content: with_header(content, rename))


def model_of_an_unknown_network(job: Job) -> None:
    copied_model(job, with_card(lambda card: card.update(network="asanett")))


def model_of_a_size_there_is_not(job: Job) -> None:
    copied_model(job, with_card(lambda card: card.update(network_parameters={"size": ["atto"]})))


def output_is_the_optical_layer(job: Job) -> None:
    job.output = job.optical


def output_is_the_model(job: Job) -> None:
    copied_model(job, bytes)
    job.output = job.model


def output_in_no_folder(job: Job) -> None:
    job.output = str(job.new("nowhere") / "map.tif")


def output_is_a_folder(job: Job) -> None:
    job.output = str(job.folder)


def output_with_an_endless_name(job: Job) -> None:
    job.output = str(job.new("L" * 241 + ".tif"))  # a name the disk takes, but not with .aux.xml behind it


def output_in_a_folder_of_the_system(job: Job) -> None:
    if not sys.platform.startswith("linux"):
        pytest.skip("a folder nobody can write to, root included")
    job.output = "/proc/map.tif"


def device_there_is_not(job: Job) -> None:
    job.options += ("--device", "cuda:97")


CASES = [
    (text_as_optical, r"optical input .*notes.txt' is not a raster GDAL can read.*expected a GeoTIFF.*Check the path"),
    (missing_sar, r"SAR input .*nowhere.tif' was not found; expected a GeoTIFF.*Check the path"),
    (folder_as_sar, r"SAR input .*folder'.*expected.*\. \w+"),
    (empty_file, r"optical input .*is not a raster.*expected.*Check the path"),
    (truncated_sar, r"sar.tif.*(truncated|not a raster)"),
    (damaged_in_the_middle, r"SAR raster 'sar.tif' cannot be read at row \d+.*may be truncated.*copy or export"),
    (far_away, r"do not overlap|no common ground"),
    (no_crs, r"no coordinate reference system \(CRS\); expected a georeferenced raster.*Assign"),
    (no_geotransform, r"no geotransform.*expected"),
    (one_sar_band, r"1 band.*(2|VV, VH).*Choose"),
    (band_seven, r"7.*3.*Choose"),
    (decibels_called_linear, r"negative.*linear|linear.*negative"),
    (nothing_valid, r"no valid pixel.*expected"),
    (nothing_finite, r"no valid pixel.*expected"),
    (complex_sar, r"complex pixels.*\(SLC\).*multilook"),
    (extent_elsewhere, r"extent does not overlap"),
    (model_missing, r"cannot be read \(No such file or directory\); expected a model file.*Check the path"),
    (model_truncated, r"copy.safetensors' has \d+ bytes; its header announces \d+. Fetch the file again"),
    (model_cut_in_its_header, r"truncated or not a .safetensors file. Choose a model"),
    (model_of_others, r"without a model card. Choose a model made by this program"),
    (model_is_a_raster, r"'sar.tif' is truncated or not a .safetensors file. Choose a model"),
    (model_of_a_newer_format, r"has format 2; this program reads up to 1. Update"),
    (model_with_one_class_too_many, r"copy.safetensors'.*decode_head.classifier"),
    (model_without_a_tensor, r"copy.safetensors'.*decode_head.classifier.bias"),
    (model_of_an_unknown_network, r"no network named 'asanett'.*Did you mean asanet\b.*Choose"),
    (model_of_a_size_there_is_not, r"copy.safetensors'.*atto"),
    (output_is_the_optical_layer, r"optical.tif' is also an input; expected a file of its own. Choose another name"),
    (output_is_the_model, r"copy.safetensors' is also an input"),
    (output_in_no_folder, r"folder .*nowhere' does not exist; expected a folder for 'map.tif'. Create it"),
    (output_is_a_folder, r"is a folder; expected a file name. Add one"),
    (output_with_an_endless_name, r"is 245 bytes long; expected 240 at most.*Choose a shorter"),
    (output_in_a_folder_of_the_system, r"'/proc' cannot be written to .*expected a writable one. Choose another"),
    (device_there_is_not, r"cuda:97"),
]
REMEDIES = (
    "Add|Assign|Check|Choose|Copy|copy|Create|Calibrate|Export|Fetch|Free|Georeference|Give|Repair|Run|Set|set|Update|Use"
)


@pytest.mark.parametrize("spoil, message", CASES, ids=[case[0].__name__ for case in CASES])
def test_bad_input_gets_a_sentence_and_leaves_everything_as_it_was(job, capfd, spoil, message):
    spoil(job)
    before = fingerprint(job.folder)
    assert main(job.arguments()) == 1
    said = capfd.readouterr()
    sentence = next(line for line in said.err.splitlines() if line.startswith("rgbsar: "))
    assert re.search(message, sentence), sentence
    assert re.search(rf"[.;:?] ({REMEDIES})\b", sentence), f"does not say what to do: {sentence}"
    assert sentence.endswith((".", "?")) and len(sentence) < 900
    assert said.out == "" and "Traceback" not in said.err and "ERROR" not in said.err
    assert fingerprint(job.folder) == before


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """No file may grow beyond this: to a writer the same as a full disk."""
    import resource
    import signal

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


@pytest.fixture
def large_job(job: Job, monkeypatch: pytest.MonkeyPatch) -> Job:
    """A map of 640 x 640 pixels of noise, which no compression makes small, from an engine without torch."""
    numbers = np.random.default_rng(8)
    write_raster(job.optical, numbers.integers(0, 256, (3, 640, 640)).astype(np.uint8))
    write_raster(job.sar, numbers.uniform(0.1, 1, (2, 640, 640)).astype(np.float32))
    stand_in = SimpleNamespace(LocalEngine=NumpyEngine)
    monkeypatch.setitem(sys.modules, "rgbsar_core.engine.local", stand_in)
    return job


@pytest.mark.filterwarnings("error::pytest.PytestUnraisableExceptionWarning")  # would be a traceback on stderr
@pytest.mark.skipif(os.name == "nt", reason="limits of other systems")
@pytest.mark.parametrize("output_format", ["GTiff", "COG"])
def test_a_file_that_may_not_grow_is_refused_like_a_full_disk(large_job, capfd, output_format):
    large_job.options += ("--format", output_format, "--no-resume")  # else finished rows stay, see test_resume
    before = fingerprint(large_job.folder)
    with largest_file(32_768):
        code = main(large_job.arguments())
    said = capfd.readouterr()
    assert code == 1 and "Traceback" not in said.err
    assert re.search(r"rgbsar: .*could not be written.*Free disk space or choose another folder", said.err), said.err
    assert fingerprint(large_job.folder) == before


@pytest.mark.filterwarnings("error::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="mounting a small disk needs root")
def test_a_full_disk_gets_a_sentence_and_stays_clean(large_job, capfd):
    disk = large_job.new("small disk")
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=48k", "tmpfs", str(disk)], capture_output=True)
    if mounted.returncode != 0:
        pytest.skip("no file system may be mounted here")
    try:
        large_job.output = str(disk / "map.tif")
        large_job.options += ("--no-resume",)
        code = main(large_job.arguments())
        said = capfd.readouterr()
        assert code == 1 and "Traceback" not in said.err
        assert re.search(r"could not be written.*Free disk space or choose another folder", said.err), said.err
        assert list(disk.iterdir()) == [] and not large_job.new("c.tif").exists()
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_rotated_grid_is_mapped_on_its_own_pixels(job, capfd, monkeypatch):
    monkeypatch.setitem(sys.modules, "rgbsar_core.engine.local", SimpleNamespace(LocalEngine=NumpyEngine))
    turned = (500_200.0, 8.0, 6.0, 4_000_000.0 - 100, 6.0, -8.0)  # pixels of 10 m, turned by 37 degrees
    write_raster(job.optical, OPTICAL[:, :16, :16], turned)
    assert main([*job.arguments(), "--json"]) == 0
    said = json.loads(capfd.readouterr().out)
    assert gdal.Open(job.output).GetGeoTransform() == turned
    # A turned pixel of 10 x 10 m has the ground of any other; 0.9996 is the scale on the central meridian.
    ground = sum(area["square_metres"] for area in said["areas"])
    assert ground == pytest.approx((256 - said["nodata_pixels"]) * 100 / 0.9996**2, rel=1e-5)
    labels = read_raster(job.output)[0]
    expected = np.where(OPTICAL[0, :16, :16] % 2 == 0, 1, 3)
    assert (labels != 0).mean() > 0.9 and np.array_equal(labels[labels != 0], expected[labels != 0])


NAMES = ["with space", "quote's", "ünï cödé 地図", "--option", "%41 & #1", "a;b,c=d", "[x] {y} (z)", "$HOME `ls`"]


if os.name != "nt":
    NAMES += ['double " quote', "pipe|bar <x> *?", "back\\slash"]


@pytest.mark.parametrize("name", NAMES)
def test_names_of_any_letters_work_for_every_file(job, capfd, monkeypatch, name):
    monkeypatch.setitem(sys.modules, "rgbsar_core.engine.local", SimpleNamespace(LocalEngine=NumpyEngine))
    folder = job.new(name)
    folder.mkdir()
    inputs = folder / "in"
    inputs.mkdir()
    model = inputs / f"{name}.safetensors"
    try:
        model.hardlink_to(job.model)
    except (OSError, AttributeError):
        model.write_bytes(Path(job.model).read_bytes())
    job.optical = write_raster(inputs / f"{name} o.tif", OPTICAL)
    job.sar = write_raster(inputs / f"{name} s.tif", SAR)
    job.model, job.folder, job.output = str(model), folder, str(folder / f"{name}.tif")
    before = fingerprint(inputs)
    assert main([*job.arguments(), "--json"]) == 0
    result = json.loads(capfd.readouterr().out)
    assert Path(result["path"]).name == f"{name}.tif" and result["nodata_pixels"] == 0
    assert np.array_equal(read_raster(result["path"])[0], np.where(OPTICAL[0] % 2 == 0, 1, 3))
    assert fingerprint(inputs) == before
    written = {path.name for path in folder.iterdir() if not path.name.endswith(".aux.xml")}
    assert written == {"in", f"{name}.tif", "c.tif", "a.csv", "r.html"}


def test_a_relative_name_that_looks_like_an_option_or_has_no_folder_works(job, capfd, monkeypatch):
    monkeypatch.setitem(sys.modules, "rgbsar_core.engine.local", SimpleNamespace(LocalEngine=NumpyEngine))
    monkeypatch.chdir(job.folder)
    job.output = "map.tif"
    assert main(job.arguments()) == 0
    assert Path("map.tif").exists()


def test_the_card_of_these_tests_is_one_a_user_could_have(small_card: ModelCard):
    assert small_card.optical is not None and small_card.sar is not None and small_card.sar.units == "linear"
    assert NORTH_UP[1] == small_card.gsd
