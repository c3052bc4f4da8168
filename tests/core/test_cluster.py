"""Many workers make the map that one makes: same pixels, names, areas; they may die, hang or be told to stop."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
import types
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from osgeo import gdal

from rgbsar_core import cluster_slabs
from rgbsar_core.classify import classify_rasters
from rgbsar_core.cluster_slabs import Slab, plan_slabs
from rgbsar_core.errors import EngineError, InputError, OperationCancelled
from rgbsar_core.parameters import ClassificationParameters, EngineJob, EngineOptions
from rgbsar_core.results import EngineInfo, EngineStatistics
from tests.core.fakes import NumpyEngine, fingerprint
from tests.rasters import read_raster, write_raster

distributed = pytest.importorskip("distributed")
from rgbsar_core.cluster import classify_on_cluster  # noqa: E402
from rgbsar_core.cluster_connection import connected  # noqa: E402

HEIGHT, WIDTH = 1000, 100
NAMES = {"output": "map.tif", "confidence": "sure.tif", "probabilities": "each.tif", "area_table": "areas.csv"}
INFO = EngineInfo("cpu", "", "float32", "torch", 2, 64, 8, "2", rows_per_band=1)


@pytest.fixture(scope="module")
def tall(tmp_path_factory) -> tuple[str, str]:
    numbers = np.random.default_rng(6)
    folder = tmp_path_factory.mktemp("tall layers")
    sar = numbers.uniform(0.1, 1.0, (2, HEIGHT, WIDTH)).astype(np.float32)
    sar[:, 300:420, :90] = -9999
    return (
        write_raster(folder / "o.tif", numbers.integers(0, 256, (3, HEIGHT, WIDTH)).astype(np.uint8)),
        write_raster(folder / "s.tif", sar, nodata=-9999),
    )


def job(layers: tuple[str, str], model: Path, folder: Path, **options: object) -> ClassificationParameters:
    folder.mkdir(exist_ok=True)
    engine = EngineOptions(device="cpu", precision="float32", backend="torch", threads=1)
    files = {name: str(folder / file) for name, file in NAMES.items()}
    fields = {"sar_units": "linear", "engine": engine, **files, **options}
    return ClassificationParameters(optical=layers[0], sar=layers[1], model=str(model), **fields)


@pytest.fixture(scope="module")
def one(tall, model_file, tmp_path_factory) -> ClassificationParameters:
    """A job that one engine has done."""
    parameters = job(tall, model_file, tmp_path_factory.mktemp("whole"))
    classify_rasters(parameters)
    return parameters


@pytest.fixture(scope="module")
def whole(one) -> dict[str, str]:
    """Digests of the files one engine makes."""
    return fingerprint(Path(one.output).parent)


@pytest.fixture(scope="module")
def scheduler() -> distributed.LocalCluster:
    """Two worker processes that the tests of this file share."""
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, silence_logs=50, dashboard_address=":0"
    ) as cluster:
        yield cluster


@pytest.mark.parametrize("workers, first_row", [(1, 0), (2, 0), (7, 0), (1000, 0), (2, 500)])
def test_slabs_follow_each_other_and_begin_where_tiles_do(workers, first_row):
    slabs = plan_slabs(INFO, 10_000, first_row, workers)
    assert slabs[0].first_row == first_row and slabs[-1].stop_row == 10_000
    assert all(above.stop_row == below.first_row for above, below in zip(slabs, slabs[1:]))
    assert all(slab.first_row % 56 == 0 for slab in slabs[1:])


def test_slabs_are_four_a_worker_but_hold_four_bands():
    """10,000 rows with a tile row every 56 have 179 of them."""
    assert len(plan_slabs(INFO, 10_000, 0, 2)) == 179 // (179 // 8) + 1
    assert plan_slabs(INFO, 10_000, 0, 1000)[0] == Slab(0, 4 * 56)
    assert plan_slabs(INFO, 60, 0, 5) == [Slab(0, 60)]


@pytest.mark.parametrize("output_format", ["GTiff", "COG"])
def test_the_files_are_those_of_one_engine(scheduler, tall, model_file, tmp_path, whole, output_format):
    parameters = job(tall, model_file, tmp_path, output_format=output_format)
    shares: list[float] = []
    result = classify_on_cluster(parameters, scheduler.scheduler_address, lambda share, _: shares.append(share))
    assert shares == sorted(shares) and shares[-1] == 1.0 and len(shares) > 4
    assert result.engine.device_name.startswith("2 workers, ")
    if output_format == "GTiff":
        assert fingerprint(tmp_path) == whole
    else:
        assert gdal.Open(parameters.output).GetMetadataItem("LAYOUT", "IMAGE_STRUCTURE") == "COG"
        assert result.nodata_pixels == 120 * 90


def test_a_cluster_maps_with_a_layer_left_out(scheduler, tall, dropout_model, tmp_path):
    layers = tall[0], ""
    classify_rasters(job(layers, dropout_model, tmp_path / "one"))
    result = classify_on_cluster(job(layers, dropout_model, tmp_path / "many"), scheduler.scheduler_address)
    assert fingerprint(tmp_path / "many") == fingerprint(tmp_path / "one")
    assert result.nodata_pixels == 0


def test_parts_may_stay_parts_under_a_virtual_raster(scheduler, tall, model_file, tmp_path, one):
    """Pixels, names, colours, areas and table are those of the one file; the folder can be moved."""
    virtual = {"output": "map.vrt", "confidence": "sure.vrt", "probabilities": "each.vrt"}
    files = {name: str(tmp_path / "parts" / file) for name, file in virtual.items()}
    parameters = job(tall, model_file, tmp_path / "parts", output_format="VRT", resume=True, **files)
    classify_on_cluster(parameters, scheduler.scheduler_address)
    (tmp_path / "parts").rename(tmp_path / "moved")
    names = {path.name for path in (tmp_path / "moved").iterdir()}
    assert names == {"areas.csv", "map.parts", *virtual.values()}
    for kind, file in virtual.items():
        assert np.array_equal(read_raster(tmp_path / "moved" / file), read_raster(getattr(one, kind)))
    found, expected = gdal.Open(str(tmp_path / "moved" / "map.vrt")), gdal.Open(one.output)
    assert found.GetMetadataItem("RGBSAR_AREA_1") == expected.GetMetadataItem("RGBSAR_AREA_1")
    assert found.GetMetadataItem("RGBSAR_MODEL") == "test"
    bands = found.GetRasterBand(1), expected.GetRasterBand(1)
    assert bands[0].GetCategoryNames() == bands[1].GetCategoryNames()
    counts = [band.GetDefaultRAT().GetValueAsString(1, 5) for band in bands]
    assert counts[0] == counts[1]
    assert (tmp_path / "moved" / "areas.csv").read_bytes() == Path(one.area_table).read_bytes()


def test_a_folder_of_parts_that_is_there_already_is_not_touched(scheduler, tall, model_file, tmp_path):
    (tmp_path / "map.parts").mkdir()
    (tmp_path / "map.parts" / "mine.txt").write_text("mine")
    parameters = job(tall, model_file, tmp_path, output_format="VRT")
    with pytest.raises(InputError, match="map.parts' exists; expected none.*Remove it, or choose another name"):
        classify_on_cluster(parameters, scheduler.scheduler_address)
    assert list(fingerprint(tmp_path)) == ["map.parts/mine.txt"]


def test_without_a_cluster_there_are_no_parts(tall, model_file, tmp_path):
    with pytest.raises(InputError, match="VRT joins the parts.*expected GTiff or COG without a cluster"):
        classify_rasters(job(tall, model_file, tmp_path, output_format="VRT"), engine=NumpyEngine())
    assert fingerprint(tmp_path) == {}


@pytest.mark.slow
def test_processes_on_this_machine_need_no_scheduler(tall, model_file, tmp_path, whole):
    classify_on_cluster(job(tall, model_file, tmp_path), "local:2")
    assert fingerprint(tmp_path) == whole


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 of other systems")
def test_a_worker_that_is_killed_in_mid_run_costs_nothing_but_time(scheduler, tall, model_file, tmp_path, whole):
    killed: list[int] = []
    with distributed.Client(scheduler, set_as_default=False) as client:
        processes = list(client.run(os.getpid).values())

    def kill(share: float, text: str) -> None:
        if text.startswith("Classifying") and not killed:
            killed.append(processes[0])
            os.kill(processes[0], signal.SIGKILL)

    classify_on_cluster(job(tall, model_file, tmp_path), scheduler.scheduler_address, kill)
    assert killed and fingerprint(tmp_path) == whole


def test_cancelling_ends_the_job_and_leaves_nothing(scheduler, tall, model_file, tmp_path):
    told: list[str] = []
    with pytest.raises(OperationCancelled):
        classify_on_cluster(
            job(tall, model_file, tmp_path),
            scheduler.scheduler_address,
            lambda share, text: told.append(text),
            lambda: any(text.startswith("Classifying") for text in told),
        )
    assert fingerprint(tmp_path) == {}


def test_a_cluster_goes_on_from_the_rows_of_an_interrupted_run(scheduler, tall, model_file, tmp_path, whole):
    """Begun by a cluster, finished by one engine: the rows are the same, whoever makes them."""
    told: list[str] = []
    parameters = job(tall, model_file, tmp_path, resume=True)
    with pytest.raises(OperationCancelled) as stopped:
        classify_on_cluster(
            parameters,
            scheduler.scheduler_address,
            lambda share, text: told.append(text),
            lambda: any(text.startswith("Classifying") for text in told),
        )
    assert "rows are kept" in stopped.value.kept
    assert classify_rasters(parameters).resumed_rows > 0
    assert fingerprint(tmp_path) == whole


@pytest.mark.slow
def test_a_slab_that_hangs_is_done_by_another_worker(scheduler, tall, model_file, tmp_path, whole, monkeypatch):
    """One worker sleeps, in the place of a disk that answers no more."""
    monkeypatch.setattr("rgbsar_core.cluster._SLOW_SECONDS", 0.5)
    monkeypatch.setattr("rgbsar_core.cluster.map_slab", slow_in_its_first_attempt)
    classify_on_cluster(job(tall, model_file, tmp_path), scheduler.scheduler_address)
    assert fingerprint(tmp_path) == whole


def slow_in_its_first_attempt(slab_job, slab, attempt):
    from rgbsar_core.cluster_slabs import map_slab

    if slab.stop_row == HEIGHT and attempt == 0:
        time.sleep(60)
    return map_slab(slab_job, slab, attempt)


def test_what_the_first_batch_settles_holds_for_all_workers(scheduler, tall, model_file, tmp_path, whole, monkeypatch):
    """OpenVINO is believed in until its first batch; here it is gone by then."""
    monkeypatch.setattr("rgbsar_core.cluster.try_engine", believes_in_openvino)
    engine = EngineOptions(device="cpu", precision="float32", threads=1)
    result = classify_on_cluster(job(tall, model_file, tmp_path, engine=engine), scheduler.scheduler_address)
    assert (result.engine.backend, result.engine.device_name[:9]) == ("torch", "2 workers")
    assert fingerprint(tmp_path) == whole


def believes_in_openvino(job):
    from rgbsar_core.cluster_slabs import try_engine

    return replace(try_engine(job), backend="openvino")


def test_rows_of_nodata_settle_nothing(monkeypatch, tmp_path):
    """Tiles without a valid pixel never meet the network, and so say nothing of a converted one."""

    class Engine(NumpyEngine):
        def select_rows(self, first: int, stop: int) -> None:
            pass

        def predict(self, strips, is_cancelled, tell=None):
            for tiles, skipped, backend in ((2, 2, "openvino"), (4, 4, "openvino"), (6, 5, "torch"), (8, 5, "later")):
                self.statistics = EngineStatistics(tiles=tiles, skipped_tiles=skipped)
                self.info = replace(INFO, backend=backend)
                yield None

    engine = Engine()
    engine.info = replace(INFO, backend="openvino")
    monkeypatch.setattr(cluster_slabs, "_engine", lambda job: engine)
    pair = types.SimpleNamespace(strips=lambda *rows: iter(()))
    job = EngineJob("", 100, 300, None, None)
    found = cluster_slabs.settle_backend(cluster_slabs.SlabJob(pair, job, None, str(tmp_path), ("labels",)))
    assert found.backend == "torch"


def test_a_worker_reads_a_model_that_was_trained_anew_and_no_other_twice(monkeypatch, tmp_path):
    """The same job, given again to workers that live on."""
    read: list[bytes] = []

    class Engine:
        def prepare(self, job: EngineJob) -> None:
            read.append(Path(job.model).read_bytes())

        def close(self) -> None:
            pass

    monkeypatch.setattr("rgbsar_core.engine.local.LocalEngine", Engine)
    monkeypatch.setattr(cluster_slabs, "_prepared", {})
    model = tmp_path / "model.safetensors"
    for content in (b"first", b"first", b"second one"):
        if not read or content != read[-1]:
            model.write_bytes(content)
        cluster_slabs._engine(EngineJob(str(model), 100, 300, None, None))
    assert read == [b"first", b"second one"]


def test_files_that_a_worker_does_not_see_are_refused(scheduler, tall, model_file, tmp_path, monkeypatch):
    monkeypatch.setattr("rgbsar_core.cluster.look_around", lambda files: {"version": "0.1.0", "missing": files[:1]})
    with pytest.raises(InputError, match="does not see '.*o.tif'; expected every file under the same path"):
        classify_on_cluster(job(tall, model_file, tmp_path), scheduler.scheduler_address)
    assert fingerprint(tmp_path) == {}


def test_workers_of_another_version_are_refused(scheduler, tall, model_file, tmp_path, monkeypatch):
    monkeypatch.setattr("rgbsar_core.cluster.__version__", "9.9.9")
    with pytest.raises(EngineError, match="runs version 0.1.0 of this package, this process 9.9.9; expected the same"):
        classify_on_cluster(job(tall, model_file, tmp_path), scheduler.scheduler_address)


@pytest.fixture
def asked(monkeypatch) -> list[dict[str, object]]:
    """What a stand-in for dask-cuda was asked for, on a machine with two GPUs."""
    asked: list[dict[str, object]] = []

    class Stand(distributed.LocalCluster):
        def __init__(self, **options: object) -> None:
            asked.append(options)
            super().__init__(n_workers=0, processes=False, dashboard_address=":0")

    monkeypatch.setitem(sys.modules, "dask_cuda", types.SimpleNamespace(LocalCUDACluster=Stand))
    monkeypatch.setattr("rgbsar_core.engine.device.list_devices", lambda: ["cuda:0", "cuda:1", "cpu"])
    return asked


def test_with_dask_cuda_local_workers_are_one_a_gpu(asked):
    with connected("local:2", "auto", lambda: False):
        pass
    assert [(options["n_workers"], options["threads_per_worker"]) for options in asked] == [(2, 1)]


def test_more_local_workers_than_gpus_are_refused(asked):
    with pytest.raises(InputError, match=r"'local:3' found for 2 GPU.*Choose local:2, or --device cpu"):
        with connected("local:3", "auto", lambda: False):
            pass
    assert asked == []


@pytest.mark.parametrize("device, found", [("cpu", ["cuda:0", "cpu"]), ("auto", ["cpu"])])
def test_without_a_gpu_dask_cuda_is_left_alone(asked, monkeypatch, device, found):
    monkeypatch.setattr("rgbsar_core.engine.device.list_devices", lambda: found)
    plain = sys.modules["dask_cuda"].LocalCUDACluster
    monkeypatch.setattr("rgbsar_core.cluster_connection.LocalCluster", lambda **_: plain(kind="plain"))
    with connected("local:1", device, lambda: False):
        pass
    assert asked == [{"kind": "plain"}]


@pytest.mark.parametrize("where", ["local:", "local:0", "local:x", "local:1025", "host:8786"])
def test_a_cluster_that_is_none_is_refused(tall, model_file, tmp_path, where):
    with pytest.raises(InputError, match="expected local:N"):
        classify_on_cluster(job(tall, model_file, tmp_path), where)


def test_a_scheduler_file_may_come_a_little_later(scheduler, tmp_path, caplog):
    """A batch job starts its scheduler and the job at the same time."""
    file = tmp_path / "scheduler.json"
    later = threading.Timer(0.5, lambda: file.write_text(json.dumps({"address": scheduler.scheduler_address})))
    later.start()
    with connected(str(file), "cpu", lambda: False) as client:
        assert len(client.ncores()) == 2
    assert f"Waiting up to 120 seconds for the scheduler file '{file}'" in caplog.text


def test_a_scheduler_file_that_never_comes_is_named(tall, model_file, tmp_path, monkeypatch):
    monkeypatch.setattr("rgbsar_core.cluster_connection._FILE_SECONDS", 0.2)
    with pytest.raises(InputError, match="nowhere.json' was not found.*Check the path"):
        classify_on_cluster(job(tall, model_file, tmp_path), str(tmp_path / "nowhere.json"))


def test_waiting_for_a_scheduler_file_can_be_cancelled(tmp_path):
    with pytest.raises(OperationCancelled), connected(str(tmp_path / "nowhere.json"), "cpu", lambda: True):
        pass


def test_a_scheduler_without_workers_is_waited_for_and_told(tall, model_file, tmp_path, monkeypatch, caplog):
    monkeypatch.setattr("rgbsar_core.cluster._PATIENCE_SECONDS", 0.2)
    told = lambda: "has no worker yet; waiting for the first one" in caplog.text  # noqa: E731
    with distributed.LocalCluster(n_workers=0, processes=False, dashboard_address=":0") as empty:
        with pytest.raises(OperationCancelled):
            classify_on_cluster(job(tall, model_file, tmp_path), empty.scheduler_address, is_cancelled=told)
    assert fingerprint(tmp_path) == {}


def test_a_scheduler_that_does_not_answer_is_named(tall, model_file, tmp_path, monkeypatch):
    monkeypatch.setattr("rgbsar_core.cluster_connection._CONNECT_SECONDS", 0.5)
    with pytest.raises(EngineError, match="No Dask scheduler answers at 'tcp://127.0.0.1:9'.*Start it with"):
        classify_on_cluster(job(tall, model_file, tmp_path), "tcp://127.0.0.1:9")
