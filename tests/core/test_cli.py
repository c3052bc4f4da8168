"""The command line: exit codes, what goes to which stream, and Ctrl-C."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from osgeo import gdal

import rgbsar_core
from rgbsar_core.cli import main
from rgbsar_core.legend import DDHR_SK
from rgbsar_core.model_card import read_card
from rgbsar_core.terminal import ProgressBar, printable
from tests.core.fakes import NumpyEngine, fingerprint
from tests.rasters import read_raster

pytestmark = pytest.mark.usefixtures("gdal_mode")


@pytest.fixture
def numpy_engine(monkeypatch):
    """What the command takes for the engine of this process."""
    engine = NumpyEngine()
    monkeypatch.setitem(sys.modules, "rgbsar_core.engine.local", SimpleNamespace(LocalEngine=lambda: engine))
    return engine


def command(layers: tuple[str, str], model: Path, folder: Path, *more: str) -> list[str]:
    return ["classify", *layers, "-m", str(model), "-o", str(folder / "map é.tif"), "--sar-units", "linear", *more]


def test_classify_writes_the_map_with_the_real_engine_and_sums_up_on_stdout(layers, model_file, tmp_path, capsys):
    more = ["--device", "cpu", "--backend", "torch", "--precision", "float32", "--threads", "1"]
    assert main(command(layers, model_file, tmp_path, *more)) == 0
    said = capsys.readouterr()
    assert "water: " in said.out and "Wald „Süd“ <3: " in said.out
    assert "engine: " in said.out and "torch, float32" in said.out
    assert said.out.endswith(f"Map: {tmp_path / 'map é.tif'}\n")
    assert "Classifying" in said.err  # no terminal: steps are named, no bar is drawn
    assert set(np.unique(read_raster(tmp_path / "map é.tif"))) == {0, 1, 3}


def test_a_dash_leaves_a_layer_out(layers, dropout_model, tmp_path, capsys, numpy_engine):
    assert main(command((layers[0], "-"), dropout_model, tmp_path)) == 0
    assert "Assumed: No SAR layer was given: mapped from the optical layer alone" in capsys.readouterr().out
    assert (tmp_path / "map é.tif").exists()


def test_a_dash_for_a_layer_the_model_needs_is_refused(layers, model_file, tmp_path, capsys, numpy_engine):
    assert main(command(("-", layers[1]), model_file, tmp_path)) == 1
    refused = "No optical layer was given; the model 'Test model' needs both layers, since it was not trained to do"
    assert refused in capsys.readouterr().err
    assert not (tmp_path / "map é.tif").exists()


def test_json_is_all_there_is_on_stdout(layers, model_file, tmp_path, capsys, numpy_engine):
    extras = ["--confidence", str(tmp_path / "c.tif"), "--area-table", str(tmp_path / "a.csv"), "--format", "COG"]
    assert main(command(layers, model_file, tmp_path, "--json", *extras)) == 0
    said = capsys.readouterr()
    result = json.loads(said.out)
    assert "Classifying" not in said.err
    assert result["path"] == str(tmp_path / "map é.tif") and result["report"] is None
    assert [area["value"] for area in result["areas"]] == [1, 3]
    assert result["nodata_pixels"] + sum(area["pixels"] for area in result["areas"]) == 64 * 64
    assert result["engine"]["backend"] == "numpy" and result["pixels_per_second"] > 0
    assert gdal.Open(result["path"]).GetMetadataItem("LAYOUT", "IMAGE_STRUCTURE") == "COG"


def test_quiet_says_nothing(layers, model_file, tmp_path, capsys, numpy_engine):
    assert main(command(layers, model_file, tmp_path, "-q", "--gsd", "10")) == 0
    said = capsys.readouterr()
    assert said.out == "" and "Classifying" not in said.err and numpy_engine.closed


def test_an_extent_without_crs_is_in_that_of_the_map(layers, model_file, tmp_path, capsys, numpy_engine):
    assert main(command(layers, model_file, tmp_path, "--extent", "500100", "3999800", "500300", "3999900")) == 0
    dataset = gdal.Open(str(tmp_path / "map é.tif"))
    assert dataset.GetGeoTransform() == (500_100.0, 10.0, 0.0, 3_999_900.0, 0.0, -10.0)
    assert (dataset.RasterXSize, dataset.RasterYSize) == (20, 10)


def test_every_option_reaches_the_job(monkeypatch, capsys):
    jobs = []

    def run(parameters, progress, is_cancelled):
        jobs.append(parameters)
        raise rgbsar_core.errors.InputError("enough")

    monkeypatch.setattr("rgbsar_core.classify.classify_rasters", run)
    text = (
        "classify o.tif s.tif -m m.safetensors -o map.tif --optical-bands 3,2,1 --sar-bands 2 --optical-scale 0.0001 "
        "--optical-offset=-0.1 --sar-units db --grid sar --gsd 20 --extent 1 2 3 4 --extent-crs EPSG:4326 "
        "--mask area.gpkg --resampling cubic --confidence c.tif --probabilities p.tif --area-table a.csv "
        "--report r.html --format COG --device cuda:1 --precision bfloat16 --backend openvino --tile-size 128 "
        "--overlap 16 --batch-size 2 --threads 3"
    )
    assert main(text.split()) == 1
    job = jobs[0]
    assert (job.optical_bands, job.sar_bands, job.optical_scale, job.optical_offset) == ((3, 2, 1), (2,), 0.0001, -0.1)
    assert (job.sar_units, job.grid, job.gsd, job.mask, job.resampling) == ("db", "sar", 20, "area.gpkg", "cubic")
    assert (job.extent.xmin, job.extent.ymin, job.extent.xmax, job.extent.ymax, job.extent.crs) == (
        1,
        2,
        3,
        4,
        "EPSG:4326",
    )
    assert job.outputs == ("map.tif", "c.tif", "p.tif", "a.csv", "r.html") and job.output_format == "COG"
    engine = job.engine
    assert (engine.device, engine.precision, engine.backend) == ("cuda:1", "bfloat16", "openvino")
    assert (engine.tile_size, engine.overlap, engine.batch_size, engine.threads) == (128, 16, 2, 3)


def test_cluster_and_resume_are_handed_on(monkeypatch, capsys):
    pytest.importorskip("distributed")
    jobs = []

    def run(parameters, cluster, progress, is_cancelled):
        jobs.append((parameters, cluster))
        raise rgbsar_core.errors.InputError("enough")

    monkeypatch.setattr("rgbsar_core.cluster.classify_on_cluster", run)
    line = "classify o.tif s.tif -m m.safetensors -o map.vrt --cluster tcp://host:8786 --format VRT".split()
    assert main(line) == 1 and main([*line, "--no-resume"]) == 1
    assert [(job.resume, job.output_format, cluster) for job, cluster in jobs] == [
        (True, "VRT", "tcp://host:8786"),
        (False, "VRT", "tcp://host:8786"),
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="modules are hidden in another way there")
def test_a_cluster_without_dask_says_what_to_install(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "distributed", None)
    for name in ("rgbsar_core.cluster", "rgbsar_core.cluster_connection"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    assert main("classify o.tif s.tif -m m.safetensors -o map.tif --cluster local:2".split()) == 1
    assert "The Python package distributed is missing; this command needs it. Install it." in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["paint"],
        ["classify"],
        ["classify", "o", "s", "-m", "m"],
        ["classify", "o", "s", "-m", "m", "-o", "x", "--optical-bands", "a"],
        ["classify", "o", "s", "-m", "m", "-o", "x", "--extent", "1", "2"],
        ["classify", "o", "s", "-m", "m", "-o", "x", "--sar-units", "decibel"],
        ["describe"],
    ],
)
def test_wrong_usage_exits_with_2(arguments, capsys):
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2 and "usage: rgbsar" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["classify", "--help"]])
def test_help_and_version_exit_with_0(arguments, capsys):
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 0 and "rgbsar" in capsys.readouterr().out


def test_a_refused_job_is_one_sentence_on_stderr_and_exit_code_1(layers, model_file, tmp_path, capsys, numpy_engine):
    before = fingerprint(tmp_path)
    assert main(command(layers, model_file, tmp_path, "--gsd", "-3")) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == "rgbsar: The pixel size is -3.0; expected a number above zero. Choose another.\n"
    assert fingerprint(tmp_path) == before


LONELY = {
    "a CRS without an extent": ("dataset make o s l -o set --extent-crs EPSG:4326", "expected both. Add --extent"),
    "a file no limit reads": ("benchmark --file scene.tif", "--file was given without --limits"),
}


@pytest.mark.parametrize("case", LONELY)
def test_an_option_that_would_change_nothing_is_refused(tmp_path, capsys, monkeypatch, case):
    arguments, message = LONELY[case]
    monkeypatch.chdir(tmp_path)
    assert main(arguments.split()) == 1
    assert message in capsys.readouterr().err and not list(tmp_path.iterdir())


@pytest.mark.skipif(os.name == "nt", reason="signals of other systems")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_command_that_asks_nobody_ends_at_once_on_either_signal(tmp_path, capsys, monkeypatch, number):
    handlers = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr("rgbsar_core.commands.models.read_card", lambda path: os.kill(os.getpid(), number))
    assert main(["describe", str(tmp_path / "model.safetensors")]) == 130
    assert capsys.readouterr().err == "Cancelled; nothing was written.\n"
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == handlers


@pytest.mark.skipif(os.name == "nt", reason="signals of other systems")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_half_way_cleans_up_and_exits_with_130(layers, model_file, tmp_path, capsys, monkeypatch, number):
    before = fingerprint(tmp_path)
    handlers = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    rows = []

    def interrupt(row: int) -> None:
        rows.append(row)
        if len(rows) == 2:
            os.kill(os.getpid(), number)

    engine = NumpyEngine(interrupt)
    monkeypatch.setitem(sys.modules, "rgbsar_core.engine.local", SimpleNamespace(LocalEngine=lambda: engine))
    extras = ["--report", str(tmp_path / "r.html"), "--area-table", str(tmp_path / "a.csv"), "--no-resume"]
    assert main(command(layers, model_file, tmp_path, *extras)) == 130
    said = capsys.readouterr()
    assert said.err.endswith("Cancelled; nothing was written.\n") and said.out == ""
    assert len(rows) == 2 and engine.closed
    assert fingerprint(tmp_path) == before
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == handlers


@pytest.mark.skipif(os.name == "nt", reason="signals of other systems")
@pytest.mark.parametrize("signals", [1, 2])
def test_the_same_command_goes_on_after_ctrl_c(layers, model_file, tmp_path, capsys, monkeypatch, signals):
    def interrupt(row: int) -> None:
        for _ in range(signals if row == 32 else 0):
            os.kill(os.getpid(), signal.SIGINT)

    engine = NumpyEngine(interrupt)
    monkeypatch.setitem(sys.modules, "rgbsar_core.engine.local", SimpleNamespace(LocalEngine=lambda: engine))
    line = command(layers, model_file, tmp_path, "--json")
    assert main(line) == 130
    said = capsys.readouterr()
    assert re.search(r"Cancelled. (32|48) of 64 rows are kept: the same job, started again, goes on", said.err)
    engine = NumpyEngine()
    assert main(line) == 0
    assert json.loads(capsys.readouterr().out)["resumed_rows"] in (32, 48)
    assert {path.name for path in tmp_path.iterdir()} == {"in put", "map é.tif", "map é.tif.aux.xml"}


@pytest.mark.skipif(os.name == "nt", reason="signals of other systems")
def test_a_second_ctrl_c_ends_at_once_and_still_leaves_nothing(layers, model_file, tmp_path, capsys, monkeypatch):
    before = fingerprint(tmp_path)

    def interrupt(row: int) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)

    engine = NumpyEngine(interrupt)
    monkeypatch.setitem(sys.modules, "rgbsar_core.engine.local", SimpleNamespace(LocalEngine=lambda: engine))
    assert main(command(layers, model_file, tmp_path, "--no-resume")) == 130
    assert "Traceback" not in capsys.readouterr().err
    assert fingerprint(tmp_path) == before


def test_describe_prints_the_card_for_people(model_file, capsys):
    assert main(["describe", str(model_file)]) == 0
    said = capsys.readouterr().out
    for wanted in ("Test model", "asanet", "red, green, blue", "VV, VH; units linear", "pixel      10 m", "1 water"):
        assert wanted in said, wanted
    assert "3 Wald „Süd“ <3" in said and "mIoU: 0.25" in said and "CC0-1.0" in said


def test_describe_gives_the_card_and_stac_as_json(model_file, capsys):
    assert main(["describe", str(model_file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == read_card(model_file).to_json()
    assert main(["describe", str(model_file), "--stac"]) == 0
    item = json.loads(capsys.readouterr().out)
    assert item["type"] == "Feature" and item["assets"]["model"]["href"] == model_file.name


def test_describe_refuses_what_is_no_model(layers, capsys):
    assert main(["describe", layers[0]]) == 1
    said = capsys.readouterr()
    assert said.out == "" and said.err.startswith("rgbsar: 'optique") and "not a .safetensors file" in said.err


def test_a_cards_control_characters_never_reach_the_terminal():
    assert printable("\x1b[2Jred\r\u202e ü\n\tok\udcff") == "�[2Jred�� ü\n\tok�"


@pytest.mark.parametrize(
    "content, message",
    [
        (None, "There is no checkpoint .*expected a .pth file"),
        (b"hello", "damaged or not a checkpoint"),
        (b"PK\x03\x04 broken", "damaged or not a checkpoint"),
    ],
)
def test_convert_refuses_a_file_that_is_no_checkpoint(tmp_path, capsys, content, message):
    source = tmp_path / "weights 'x'.pth"
    if content is not None:
        source.write_bytes(content)
    before = fingerprint(tmp_path)
    assert main(["convert", str(source), "-o", str(tmp_path / "m.safetensors")]) == 1
    refused_with(capsys, message)
    assert fingerprint(tmp_path) == before


def test_convert_names_the_key_that_is_missing_and_refuses_pickled_objects(tmp_path, capsys):
    import torch

    source = tmp_path / "weights.pth"
    torch.save({"backbone.surprise": torch.zeros(2)}, source)
    assert main(["convert", str(source), "-o", str(tmp_path / "m.safetensors")]) == 1
    refused_with(capsys, "no tensor backbone.downsample_layers.0.0.weight.*Give the authors' whole state dictionary")
    torch.save({"state_dict": {"w": torch.zeros(1)}, "history": Path("x")}, source)
    assert main(["convert", str(source), "-o", str(tmp_path / "m.safetensors")]) == 1
    refused_with(capsys, "Python objects beside tensors")
    assert list(tmp_path.iterdir()) == [source]


def test_convert_never_overwrites_its_checkpoint(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("w.pth").write_bytes(b"weights")
    assert main(["convert", "w.pth", "-o", str(tmp_path / "w.pth")]) == 1
    refused_with(capsys, "is also the checkpoint; expected a file of its own. Choose another name")
    assert Path("w.pth").read_bytes() == b"weights"


ZERO = '[{"value": 0, "name": "a", "color": [0, 0, 0]}]'


@pytest.mark.parametrize("content", [None, "{", "[]", ZERO, "[" * 100_000], ids=["missing", "{", "[]", "0", "deep"])
def test_convert_says_how_classes_are_given(tmp_path, capsys, content):
    path = tmp_path / "classes.json"
    if content is not None:
        path.write_text(content)
    assert main(["convert", "w.pth", "-o", "m.safetensors", "--classes", str(path)]) == 1
    refused_with(capsys, "Give pie, ddhr, whu, or a JSON file:")


def test_convert_passes_every_option_on(tmp_path, capsys, monkeypatch):
    calls = []

    def convert(source, output, **options):
        calls.append((source, output, options))
        return SimpleNamespace(title="Converted", legend=DDHR_SK)

    monkeypatch.setattr("rgbsar_core.engine.convert.convert_checkpoint", convert)
    text = (
        "convert w.pth -o m.safetensors --classes ddhr --normalisation ddhr --title T --licence L --set variant=sar "
        "--gsd 1 --tile-size 128 --overlap 32 --precision float16"
    )
    assert main(text.split()) == 0
    assert capsys.readouterr().out == "m.safetensors: Converted, 5 classes\n"
    assert calls == [
        (
            "w.pth",
            "m.safetensors",
            {
                "network": "asanet",
                "legend": DDHR_SK,
                "normalisation": "ddhr",
                "overrides": {"variant": "sar"},
                "title": "T",
                "licence": "L",
                "gsd": 1.0,
                "tile_size": 128,
                "overlap": 32,
                "precision": "float16",
            },
        )
    ]


def refused_with(capsys, message: str) -> None:
    said = capsys.readouterr()
    assert said.out == "" and said.err.startswith("rgbsar: ") and "Traceback" not in said.err
    assert re.search(message, said.err, re.DOTALL), said.err


def test_help_keeps_names_as_they_are_written_and_tells_defaults(capsys):
    for arguments, told in (
        (["prepare-sar"], "Convert, filter and co-grid SAR backscatter."),
        (["dataset", "check"], "label of pixels without a class (default: as dataset.json says, else 255)"),
        (["design-sample"], "wanted standard error of overall accuracy (default 0.02)"),
    ):
        with pytest.raises(SystemExit):
            main([*arguments, "--help"])
        assert told in " ".join(capsys.readouterr().out.split())


def test_networks_lists_name_paper_and_doi_without_torch(capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    assert main(["networks"]) == 0
    said = capsys.readouterr().out
    assert "asanet" in said and "doi:10.1016/j.isprsjprs.2024.09.025" in said and "GMAC" not in said


def test_networks_measures_each_size_on_demand(capsys, monkeypatch):
    forms = []

    def measure(name, **options):
        forms.append((name, options))
        return SimpleNamespace(parameters=10_559_758, macs=2_428_000_000)

    monkeypatch.setattr("rgbsar_core.registry.measure_network", measure)
    assert main(["networks", "--macs"]) == 0
    said = capsys.readouterr().out
    sizes = ["atto", "femto", "pico", "nano", "tiny", "base"]
    assert [form["size"] for name, form in forms if name == "asanet" and "size" in form] == sizes
    assert ("cmx", {}) in forms  # one form only
    assert re.search(r"size atto +10,559,758 parameters +2\.428 GMAC", said)


def test_a_missing_package_is_named(capsys, monkeypatch):
    def fail(*args, **options):
        raise ModuleNotFoundError("No module named 'torch'", name="torch")

    monkeypatch.setattr("rgbsar_core.commands.models.read_card", fail)
    assert main(["describe", "m"]) == 1
    said = capsys.readouterr().err
    assert said == "rgbsar: The Python package torch is missing; this command needs it. Install it.\n"


def test_running_out_of_memory_is_one_sentence(capsys, monkeypatch):
    def fail(*args, **options):
        raise MemoryError

    monkeypatch.setattr("rgbsar_core.commands.models.read_card", fail)
    assert main(["describe", "m"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("rgbsar: The computer's free memory does not suffice") and said.count("\n") == 1


def test_benchmark_passes_its_options_on_and_prints_what_was_measured(capsys, monkeypatch):
    calls = []

    def run(model, **options):
        calls.append((model, {**options, "progress": callable(options["progress"])}))
        return SimpleNamespace(to_json=lambda: {"ratio": 2.5}, to_text=lambda: "2.5 times the plain loop")

    monkeypatch.setattr("rgbsar_core.benchmark.run_benchmark", run)
    assert main(["benchmark", "--size", "128", "--repeats", "1", "--device", "cpu"]) == 0
    assert capsys.readouterr().out == "2.5 times the plain loop\n"
    assert main(["benchmark", "-m", "m.safetensors", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"ratio": 2.5}
    common = {"backend": "torch", "progress": True}
    assert calls == [
        (None, {"size": 128, "repeats": 1, "device": "cpu", **common}),
        ("m.safetensors", {"size": 1024, "repeats": 3, "device": "auto", **common}),
    ]


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_on_a_terminal_a_bar_is_drawn(monkeypatch):
    monkeypatch.setattr(sys, "stderr", _Terminal())
    with ProgressBar(False) as bar:
        bar.show(0.25, "Classifying: row 16 of 64")
        bar.show(1.0, "Finishing the files")
    assert "Finishing the files: 100%" in sys.stderr.getvalue()


def test_without_tqdm_the_steps_are_named_and_nothing_breaks(monkeypatch):
    monkeypatch.setattr(sys, "stderr", _Terminal())
    monkeypatch.setitem(sys.modules, "tqdm", None)
    with ProgressBar(False) as bar:
        for share in (0.25, 0.5):
            bar.show(share, f"Classifying: row {share}")
        bar.show(1.0, "Finishing the files")
    lines = sys.stderr.getvalue().splitlines()
    assert "tqdm is missing" in lines[0] and lines[1:] == ["Classifying", "Finishing the files"]


def test_as_a_process_a_name_the_streams_cannot_encode_is_no_crash_and_gdal_gives_no_warning(repository, tmp_path):
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "rgbsar_core.cli", "classify", "ö.tif", "s.tif", "-m", "n.safetensors", "-o", "m.tif"],
        cwd=tmp_path,
        env={**environment, "PYTHONPATH": str(repository)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr == (
        "rgbsar: 'n.safetensors' cannot be read (No such file or directory); expected a model file (.safetensors). "
        "Check the path.\n"
    )
    assert list(tmp_path.iterdir()) == []
