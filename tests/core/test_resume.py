"""A job that was interrupted goes on from its last finished rows, and nobody can tell from its files."""

from __future__ import annotations

import dataclasses
import json
import logging
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from rgbsar_core import resume
from rgbsar_core.classify import classify_rasters
from rgbsar_core.errors import EngineError, OperationCancelled, RasterIOError, ResourceLimitError
from rgbsar_core.parameters import ClassificationParameters, EngineOptions
from rgbsar_core.raster.partial import temporary_beside
from rgbsar_core.resume import Journal, journal_folder
from rgbsar_core.strips import RowBlock
from tests.core.fakes import ROWS, NumpyEngine, fingerprint
from tests.rasters import write_polygons, write_raster

HEIGHT = 300
NAMES = {"output": "map.tif", "confidence": "sure.tif", "probabilities": "each.tif", "area_table": "areas.csv"}


@pytest.fixture(scope="module")
def tall(tmp_path_factory) -> tuple[str, str]:
    """Layers 70 pixels wide and 300 high; a corner without SAR."""
    numbers = np.random.default_rng(5)
    folder = tmp_path_factory.mktemp("tall")
    sar = numbers.uniform(0.1, 1.0, (2, HEIGHT, 70)).astype(np.float32)
    sar[:, 100:140, :30] = -9999
    return (
        write_raster(folder / "o.tif", numbers.integers(0, 256, (3, HEIGHT, 70)).astype(np.uint8)),
        write_raster(folder / "s.tif", sar, nodata=-9999),
    )


def job(layers: tuple[str, str], model: Path, folder: Path, **options: object) -> ClassificationParameters:
    folder.mkdir(exist_ok=True)
    engine = EngineOptions(device="cpu", precision="float32", backend="torch", threads=1)
    files = {name: str(folder / file) for name, file in NAMES.items()}
    fields = {"sar_units": "linear", "engine": engine, "resume": True, **files, **options}
    return ClassificationParameters(optical=layers[0], sar=layers[1], model=str(model), **fields)


def interrupt(parameters: ClassificationParameters, after: int) -> None:
    """Run until the engine fails after so many rows."""

    def fail(row: int) -> None:
        if row + ROWS >= after:
            raise EngineError("The worker died.")

    with pytest.raises(EngineError, match=f"The worker died. {after} of {HEIGHT} rows are kept: the same job, started"):
        classify_rasters(parameters, engine=NumpyEngine(fail))


def finish(parameters: ClassificationParameters) -> list[int]:
    """Run to the end; returns the first rows of the blocks that were made."""
    rows: list[int] = []
    classify_rasters(parameters, engine=NumpyEngine(rows.append))
    return rows


@pytest.fixture(scope="module")
def whole(tall, model_file, tmp_path_factory) -> dict[str, str]:
    """Digests of the files of a run that nothing interrupts."""
    parameters = job(tall, model_file, tmp_path_factory.mktemp("whole"), resume=False)
    assert finish(parameters) == list(range(0, HEIGHT, ROWS))
    return fingerprint(Path(parameters.output).parent)


@pytest.mark.parametrize("after", [16, 144, 288])
def test_a_failed_run_goes_on_where_it_failed_and_its_files_are_those_of_one_run(
    tall, model_file, tmp_path, whole, after
):
    parameters = job(tall, model_file, tmp_path)
    interrupt(parameters, after)
    assert [path.name for path in tmp_path.iterdir()] == [journal_folder(parameters.output).name]
    assert finish(parameters)[0] == after
    assert fingerprint(tmp_path) == whole


def test_a_run_may_be_interrupted_again_and_again(tall, model_file, tmp_path, whole):
    parameters = job(tall, model_file, tmp_path)
    for after in (32, 96, 176, 240):
        interrupt(parameters, after)
    result = classify_rasters(parameters, engine=NumpyEngine())
    assert result.resumed_rows == 240
    assert fingerprint(tmp_path) == whole


def test_cancelling_keeps_the_finished_rows_and_says_so(tall, model_file, tmp_path, whole):
    parameters = job(tall, model_file, tmp_path)
    rows: list[int] = []
    with pytest.raises(OperationCancelled) as stopped:
        classify_rasters(parameters, None, lambda: len(rows) >= 3, NumpyEngine(rows.append))
    assert stopped.value.kept == "48 of 300 rows are kept: the same job, started again, goes on from there."
    assert finish(parameters)[0] == 48
    assert fingerprint(tmp_path) == whole


def test_a_run_stopped_before_its_first_row_leaves_nothing(tall, model_file, tmp_path):
    with pytest.raises(OperationCancelled) as stopped:
        classify_rasters(job(tall, model_file, tmp_path), None, lambda: True, NumpyEngine())
    assert stopped.value.kept == "" and fingerprint(tmp_path) == {}


def test_rows_that_are_all_there_need_no_engine(tall, model_file, tmp_path, whole, monkeypatch):
    parameters = job(tall, model_file, tmp_path)

    def refuse(*_: object) -> None:
        raise RasterIOError("The disk is full.")

    with monkeypatch.context() as patch, pytest.raises(RasterIOError, match="disk is full. 300 of 300 rows are kept"):
        patch.setattr("rgbsar_core.classify._write_text", refuse)
        classify_rasters(parameters, engine=NumpyEngine())
    assert finish(parameters) == []
    assert fingerprint(tmp_path) == whole


def test_without_resume_the_map_starts_from_its_top_and_the_kept_rows_go(tall, model_file, tmp_path, whole):
    parameters = job(tall, model_file, tmp_path)
    interrupt(parameters, 96)
    assert finish(dataclasses.replace(parameters, resume=False))[0] == 0
    assert fingerprint(tmp_path) == whole


@pytest.mark.parametrize("resume", [True, False])
def test_a_second_run_of_the_same_map_is_refused_and_spoils_nothing_of_the_first(
    tall, model_file, tmp_path, whole, resume
):
    """As when cron starts a job again while the last one still runs."""
    parameters = job(tall, model_file, tmp_path)

    def start_another(row: int) -> None:
        if row == 48:
            with pytest.raises(RasterIOError, match="Another run is making '.*' now; expected one at a time"):
                finish(dataclasses.replace(parameters, resume=resume))

    classify_rasters(parameters, engine=NumpyEngine(start_another))
    assert fingerprint(tmp_path) == whole


@pytest.mark.skipif(sys.platform == "win32", reason="stands in for Windows")
def test_a_second_run_is_refused_on_windows_too(tmp_path, monkeypatch):
    """There Python has `msvcrt.locking`, which raises PermissionError for what another has locked."""
    import fcntl

    def locking(descriptor: int, mode: int, count: int) -> None:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise PermissionError(13, "Permission denied") from error

    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(resume, "msvcrt", SimpleNamespace(locking=locking, LK_NBLCK=2), raising=False)
    monkeypatch.delattr(resume, "fcntl")
    output = str(tmp_path / "map.tif")
    with Journal(output, {}, confidence=False, classes=0):
        with pytest.raises(RasterIOError, match="Another run is making"):
            resume.forget_rows(output)
    resume.forget_rows(output)


def leave_behind(parameters: ClassificationParameters) -> Path:
    """Rows, and the unfinished files that a killed run leaves."""
    interrupt(parameters, 96)
    left = temporary_beside(Path(parameters.output), ".tif")
    for file in (left, left.with_suffix(".cog.tif"), left.with_suffix(".cog.tif.ovr.tmp")):  # as GDAL's COG driver
        file.write_bytes(b"half a map")
    (journal_folder(parameters.output) / "files").write_text(str(left), encoding="utf-8")
    return left


@pytest.mark.parametrize("resume", [False, True])
def test_what_a_killed_run_left_behind_goes(tall, model_file, tmp_path, whole, resume):
    parameters = job(tall, model_file, tmp_path)
    leave_behind(parameters)
    finish(dataclasses.replace(parameters, resume=resume))
    assert fingerprint(tmp_path) == whole


def test_a_leftover_that_another_program_holds_open_costs_no_rows(tall, model_file, tmp_path, monkeypatch):
    parameters = job(tall, model_file, tmp_path)
    left = leave_behind(parameters)
    unlink = Path.unlink

    def held(path: Path, missing_ok: bool = False) -> None:
        if path == left:
            raise PermissionError(13, "The process cannot access the file")
        unlink(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", held)
    assert finish(parameters)[0] == 96


@pytest.mark.parametrize(
    "change, reason",
    [
        ({"sar_units": "amplitude"}, "the settings changed"),
        ({"engine": EngineOptions(device="cpu", overlap=16, backend="torch")}, "the settings changed"),
        ({"probabilities": None}, "the outputs changed"),
        ({"gsd": 20.0}, "the grid and the settings changed"),
    ],
)
def test_another_job_for_the_same_output_starts_from_its_top(tall, model_file, tmp_path, caplog, change, reason):
    parameters = job(tall, model_file, tmp_path)
    interrupt(parameters, 96)
    with caplog.at_level(logging.WARNING):
        assert finish(dataclasses.replace(parameters, **change))[0] == 0
    assert f"cannot be taken over: {reason} since. The map starts from its top." in caplog.text


def test_another_format_and_other_tables_do_not_matter(tall, model_file, tmp_path):
    parameters = job(tall, model_file, tmp_path)
    interrupt(parameters, 96)
    assert finish(dataclasses.replace(parameters, output_format="COG", area_table=None))[0] == 96


@pytest.mark.parametrize("which", ["inputs", "model"])
def test_changed_files_start_from_the_top(tall, model_file, tmp_path, caplog, which):
    layers = tuple(str(tmp_path / Path(path).name) for path in tall)
    for source, copy in zip((*tall, model_file), (*layers, tmp_path / "model.safetensors")):
        Path(copy).write_bytes(Path(source).read_bytes())
    parameters = job(layers, tmp_path / "model.safetensors", tmp_path / "out")
    interrupt(parameters, 96)
    changed = Path(layers[1] if which == "inputs" else parameters.model)
    data = bytearray(changed.read_bytes())
    data[-1] ^= 1
    changed.write_bytes(data)
    os.utime(changed, ns=(1, 1))
    with caplog.at_level(logging.WARNING):
        assert finish(parameters)[0] == 0
    assert f"the {which} changed since" in caplog.text


def test_the_same_files_by_relative_paths_are_the_same_job(tall, model_file, tmp_path, whole, monkeypatch):
    parameters = job(tall, model_file, tmp_path)
    interrupt(parameters, 96)
    monkeypatch.chdir(Path(tall[0]).parent)
    relative = dataclasses.replace(parameters, optical=Path(tall[0]).name, sar=f"./{Path(tall[1]).name}")
    assert finish(relative)[0] == 96
    assert fingerprint(tmp_path) == whole


def test_a_new_version_of_the_software_starts_from_the_top(tall, model_file, tmp_path, caplog, monkeypatch):
    parameters = job(tall, model_file, tmp_path)
    interrupt(parameters, 96)
    monkeypatch.setattr("rgbsar_core.job_state.__version__", "99.0.0")
    with caplog.at_level(logging.WARNING):
        assert finish(parameters)[0] == 0
    assert "the software's version changed since" in caplog.text


def test_another_engine_starts_from_the_top_and_its_difference_is_named(tall, model_file, tmp_path, caplog):
    parameters = job(tall, model_file, tmp_path)
    interrupt(parameters, 96)
    rows: list[int] = []
    engine = NumpyEngine(rows.append)
    engine.info = dataclasses.replace(engine.info, precision="bfloat16")
    with caplog.at_level(logging.WARNING):
        classify_rasters(parameters, engine=engine)
    assert rows[0] == 0 and "they were made with precision float32, now bfloat16" in caplog.text


def test_the_same_mask_in_another_file_is_the_same_job(tall, model_file, tmp_path):
    """QGIS writes a mask layer into a new temporary file for every run."""
    square = [(500_000, 4_000_000), (500_500, 4_000_000), (500_500, 3_998_000)]
    masks = [write_polygons(tmp_path / name, [square]) for name in ("one.gpkg", "two.gpkg")]
    first, second = (job(tall, model_file, tmp_path / "out", mask=mask) for mask in masks)
    rows: list[int] = []
    with pytest.raises(OperationCancelled):
        classify_rasters(first, None, lambda: len(rows) >= 3, NumpyEngine(rows.append))
    assert finish(second)[0] == 48


@pytest.mark.parametrize("name, last", [("journal", 80), ("rows", 80)])
def test_damaged_or_torn_files_cost_the_rows_they_hold_and_no_more(tall, model_file, tmp_path, whole, name, last):
    """The last of six blocks is hit: five remain."""
    harms = (lambda data: data[:-3], lambda data: data[:-3] + b"abc", lambda data: data + b"\0x")
    for number, harm in enumerate(harms):
        parameters = job(tall, model_file, tmp_path / str(number))
        interrupt(parameters, 96)
        file = journal_folder(parameters.output) / name
        file.write_bytes(harm(file.read_bytes()))
        assert finish(parameters)[0] == (96 if harm(b"") == b"\0x" else last)
        assert fingerprint(tmp_path / str(number)) == whole


@pytest.mark.parametrize("content", [b"", b"\0" * 100, b"00000000 {}\n", b"nonsense"])
def test_a_journal_that_is_none_starts_from_the_top(tall, model_file, tmp_path, whole, content):
    parameters = job(tall, model_file, tmp_path)
    interrupt(parameters, 96)
    (journal_folder(parameters.output) / "journal").write_bytes(content)
    assert finish(parameters)[0] == 0
    assert fingerprint(tmp_path) == whole


def test_the_journal_is_small_and_readable(tall, model_file, tmp_path):
    parameters = job(tall, model_file, tmp_path)
    interrupt(parameters, 288)
    lines = (journal_folder(parameters.output) / "journal").read_text(encoding="ascii").splitlines()
    assert len(lines) == 1 + 288 // ROWS
    assert json.loads(lines[-1].partition(" ")[2])["row"] == 288 - ROWS
    assert all(len(line) < 120 for line in lines[1:])


def test_rows_of_two_engines_are_never_mixed(tmp_path):
    block = RowBlock(0, np.ones((4, 5), np.uint8), np.ones((4, 5), np.uint8))
    with Journal(str(tmp_path / "map.tif"), {}, False, 0) as journal:
        journal.append(block, {"backend": "openvino"})
        with pytest.raises(EngineError, match="made with backend openvino; now backend torch runs"):
            journal.append(dataclasses.replace(block, row=4), {"backend": "torch"})


def test_rows_of_nodata_are_any_engines(tmp_path):
    """A converted network is given up at its first batch, which a scene that begins with nodata has late."""
    output = str(tmp_path / "map.tif")
    empty, full = np.zeros((4, 3), np.uint8), np.ones((4, 3), np.uint8)
    with Journal(output, {}, True, 0) as journal:
        journal.append(RowBlock(0, empty, empty), {"backend": "openvino"})
        journal.append(RowBlock(4, full, full), {"backend": "torch"})
    with Journal(output, {}, True, 0) as journal:
        assert (journal.engine, journal.next_row) == ({"backend": "torch"}, 8)
        assert [block.labels.max() for block in journal.blocks()] == [0, 1]
        with pytest.raises(EngineError, match="made with backend torch; now backend openvino runs"):
            journal.append(RowBlock(8, empty, empty), {"backend": "openvino"})


def program(parameters: ClassificationParameters, engine: str, before: str = "") -> str:
    """A process that runs one job and is easy to kill."""
    return f"""
import dataclasses, os, signal, sys, time
from rgbsar_core.classify import classify_rasters
from rgbsar_core.errors import RgbSarError
from rgbsar_core.parameters import ClassificationParameters, EngineOptions
from tests.core.fakes import NumpyEngine
{textwrap.dedent(before)}
parameters = {parameters!r}
sys.stdout.write("start\\n"); sys.stdout.flush()
try:
    classify_rasters(parameters, engine={engine})
except RgbSarError as error:
    sys.stdout.write(str(error))
    sys.exit(7)
"""


@pytest.mark.skipif(os.name == "nt", reason="kill -9 of other systems")
def test_a_process_killed_at_random_moments_ends_in_the_map_of_one_run(tall, model_file, tmp_path, whole):
    parameters = job(tall, model_file, tmp_path)
    code = program(parameters, "NumpyEngine(lambda row: time.sleep(0.08))")
    moments = np.random.default_rng(2).uniform(0.0, 0.5, 6)
    rows = []
    for moment in moments:
        child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
        assert child.stdout is not None and child.stdout.readline() == b"start\n"
        time.sleep(moment)
        os.kill(child.pid, signal.SIGKILL)
        child.communicate()
        journal = journal_folder(parameters.output) / "journal"
        rows.append(len(journal.read_bytes().splitlines()) if journal.exists() else 0)
    assert rows == sorted(rows)  # no kill costs a finished block
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, timeout=60)
    assert fingerprint(tmp_path) == whole


@pytest.mark.skipif(os.name == "nt", reason="kill -9 of other systems")
def test_the_real_network_killed_half_way_gives_the_same_bytes(tall, model_file, tmp_path):
    """Tiles of 64 with 8 shared rows: the rest starts with the band above the first missing row."""
    one, other = (job(tall, model_file, tmp_path / name, resume=name == "b") for name in "ab")
    classify_rasters(one)
    killed = program(
        other,
        "None",
        """
        import os, signal
        from rgbsar_core.resume import Journal
        store = Journal.append
        def append(self, block, engine):
            store(self, block, engine)
            if block.row > 100:
                os.kill(os.getpid(), signal.SIGKILL)
        Journal.append = append
        """,
    )
    done = subprocess.run([sys.executable, "-c", killed], capture_output=True, timeout=120)
    assert done.returncode == -signal.SIGKILL
    left = [path.name for path in (tmp_path / "b").iterdir()]
    assert sum(".partial" in name for name in left) == 3  # what the killed process was writing
    result = classify_rasters(other)
    assert 100 < result.resumed_rows < HEIGHT
    assert fingerprint(tmp_path / "b") == fingerprint(tmp_path / "a")


ONE_ROW_OF_TILES = 64 * 70 * (4 * (2 + 3 + 2) + 2 + 24 * 3)
"""Bytes that rows of 70 pixels take: sums of 2 classes, 5 bands, 2 masks, and the 3 optical bands in the making."""


def real(parameters: ClassificationParameters, room: int, is_stopped: bool = False) -> int:
    """Run the real network with so much memory for rows, stopped after its first rows; returns the rows taken over."""
    steps: list[str] = []

    def stop() -> bool:
        return is_stopped and any(step.startswith("Classifying") for step in steps)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("rgbsar_core.engine.local.room_for_rows", lambda device, batch_bytes: room)
        return classify_rasters(parameters, lambda _, text: steps.append(text), stop).resumed_rows


def test_other_free_memory_does_not_change_the_height_of_bands_that_are_begun(tall, model_file, tmp_path, caplog):
    """Two tiles of 64 lie in a row, so batches of 8 make bands of four rows: 232 pixels, where there is room."""
    engine = EngineOptions(device="cpu", precision="float32", backend="torch", threads=1, batch_size=8)
    few, many = ONE_ROW_OF_TILES, 4 * ONE_ROW_OF_TILES
    for name, first, second in (("few", few, many), ("many", many, few)):
        undisturbed = job(tall, model_file, tmp_path / f"{name} whole", engine=engine, resume=False)
        real(undisturbed, first)
        parameters = job(tall, model_file, tmp_path / name, engine=engine)
        with pytest.raises(OperationCancelled, match="cancelled"):
            real(parameters, first, is_stopped=True)
        if second < first:
            with pytest.raises(ResourceLimitError, match="4 rows of tiles at a time.*Close other.* rows are kept"):
                real(parameters, second)
            second = first
        assert real(parameters, second) > 0
        assert fingerprint(tmp_path / name) == fingerprint(tmp_path / f"{name} whole")
    assert "cannot be taken over" not in caplog.text


def test_a_disk_without_room_for_the_first_note_gets_a_sentence_and_is_left_as_it_was(
    tall, model_file, tmp_path, monkeypatch
):
    def fail(self: Path, *arguments: object, **options: object) -> None:
        raise OSError(28, "No space left on device")

    parameters = job(tall, model_file, tmp_path / "out", report=None, area_table=None)
    monkeypatch.setattr(Path, "write_text", fail)
    with pytest.raises(RasterIOError, match="could not be stored beside it .No space left.*Free disk space"):
        classify_rasters(parameters, engine=NumpyEngine())
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on file sizes")
def test_a_disk_that_is_full_keeps_the_rows_and_the_job_goes_on_once_there_is_room(model_file, tmp_path):
    """A limit on the size of files stands for the disk; noise, so that the map is as large as its pixels."""
    numbers = np.random.default_rng(0)
    layers = (
        write_raster(tmp_path / "o.tif", numbers.integers(0, 256, (3, 2000, 1500)).astype(np.uint8)),
        write_raster(tmp_path / "s.tif", np.full((2, 2000, 1500), 0.5, np.float32)),
    )
    parameters = job(layers, model_file, tmp_path / "out", probabilities=None, confidence=None)
    limit = """
        import resource, signal
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
    """
    code = program(parameters, "NumpyEngine()", limit)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 7, done.stderr
    assert "Free disk space" in done.stdout and "of 2000 rows are kept: the same job, started again" in done.stdout
    assert [path.name for path in (tmp_path / "out").iterdir()] == [journal_folder(parameters.output).name]
    rows = finish(parameters)
    assert rows[0] > 500
    other = job(layers, model_file, tmp_path / "other", probabilities=None, confidence=None, resume=False)
    classify_rasters(other, engine=NumpyEngine())
    assert fingerprint(tmp_path / "out") == fingerprint(tmp_path / "other")
