"""The worker process: same bytes as in process, and every way it can end badly."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
from dataclasses import replace
from pathlib import Path

import pytest

from rgbsar_core.engine.interpreter import scrub_environment, worker_command
from rgbsar_core.engine.local import LocalEngine
from rgbsar_core.engine.protocol import PROTOCOL_VERSION, decode_message
from rgbsar_core.engine.remote import WorkerEngine
from rgbsar_core.engine.ring import Ring, output_layout
from rgbsar_core.engine.worker_process import WorkerProcess
from rgbsar_core.errors import EngineError, InputError, MissingDependencyError, OperationCancelled, ResourceLimitError
from rgbsar_core.strips import OPTICAL_VALID

from .jobs import Scene, job, never, stack
from .stub_model_file import load_model

posix_only = pytest.mark.skipif(os.name != "posix", reason="sends POSIX signals")


def run(engine, model, scene, rows=40, **options):
    engine.prepare(job(model, scene.height, scene.width, **options))
    return stack(engine.predict(scene.strips(rows), never))


def eventually(condition, seconds=10.0):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


def is_running(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return not Path(f"/proc/{pid}/stat").exists() or Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"


@pytest.mark.parametrize("probabilities", [False, True])
@pytest.mark.parametrize("precision", ["float32", "auto"])
def test_the_worker_gives_the_same_bytes_as_the_engine_in_process(worker, probabilities, precision):
    scene = Scene(200, 130)
    scene.valid[30:60, :70] = OPTICAL_VALID
    local = LocalEngine(load_model)
    options = {"probabilities": probabilities, "precision": precision}
    expected = run(local, "convolution", scene, **options)
    local.close()
    found = run(worker, "convolution", scene, **options)
    assert found.keys() == expected.keys()
    for name in expected:
        assert found[name].tobytes() == expected[name].tobytes(), name


def test_a_worker_that_waits_for_memory_says_so_to_its_parent(worker):
    """The first pause is of 2 s."""
    told = []
    worker.prepare(job("crowded", 64, 64, batch_size=1))
    stack(worker.predict(Scene(64, 64).strips(64), never, told.append))
    assert told == ["Waiting for memory: other programs have taken the device's; next try in 2 s"]


def test_the_worker_maps_with_a_modality_left_out(worker):
    scene = Scene(100, 70)
    scene.valid[:] = OPTICAL_VALID
    expected = run(worker, "convolution+dropout", scene)["labels"]
    worker.prepare(replace(job("convolution+dropout", 100, 70), sar=None))
    strips = [replace(strip, sar=None) for strip in scene.strips(40)]
    assert (stack(worker.predict(strips, never))["labels"] == expected).all()


def test_strips_taller_than_a_slot_are_split(worker, monkeypatch):
    scene = Scene(200, 130)
    expected = run(worker, "convolution", scene)["labels"]
    monkeypatch.setattr("rgbsar_core.engine.exchange._LARGEST_SLOT", 130 * 6 * 7)  # 7 rows of 6 bytes a pixel
    assert (run(worker, "convolution", scene, rows=200)["labels"] == expected).all()
    assert (run(worker, "convolution", scene, rows=1)["labels"] == expected).all()


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="looks at the files a process has mapped")
def test_both_sides_have_let_go_of_the_exchange_files_when_they_are_removed(worker, monkeypatch):
    """Windows deletes no file that is mapped: each run's files would stay until QGIS ends."""
    both = worker.facts and (worker.process_id, os.getpid())  # a worker keeps the rmtree it started with
    mapped = []
    rmtree = shutil.rmtree

    def look(folder, **options):
        for pid in both:
            mapped.extend(line for line in Path(f"/proc/{pid}/maps").read_text().splitlines() if str(folder) in line)
        rmtree(folder, **options)

    monkeypatch.setattr("rgbsar_core.engine.exchange.shutil.rmtree", look)
    run(worker, "convolution", Scene(200, 130), probabilities=True)
    assert mapped == []


def test_what_reads_standard_input_in_a_worker_finds_it_empty_and_takes_no_messages():
    """On Windows a library would wait there for the next message, and loading it with it."""
    script = """
        import os
        from rgbsar_core.engine.parent_channel import ParentChannel
        channel = ParentChannel()
        channel.send("heard", read=len(os.read(0, 1)), line=channel._source.readline().decode())
    """
    command = [sys.executable, "-c", textwrap.dedent(script)]
    answer = subprocess.run(command, input=b"hello\n", capture_output=True, timeout=60, check=True).stdout
    assert decode_message(answer) == {"type": "heard", "read": 0, "line": "hello\n"}


@pytest.mark.skipif(not hasattr(os, "posix_fallocate"), reason="other systems reserve otherwise")
def test_exchange_files_have_their_room_on_the_disk_before_pixels_are_written(tmp_path, monkeypatch):
    """A full disk would end the process at the first pixel, and QGIS with it."""
    layout = output_layout(500, 1000, None, tmp_path, 3)
    ring = Ring(layout, create=True)
    assert all(os.stat(path).st_blocks * 512 >= layout.nbytes for path in layout.paths)
    ring.close()

    def full(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    with pytest.raises(ResourceLimitError, match="exchange files of 3 MB cannot be made.*No space left.*TMPDIR"):
        Ring(layout, create=True)


def test_the_worker_stays_warm_between_jobs(worker):
    run(worker, "brightest", Scene(64, 64))
    pid = worker.process_id
    run(worker, "convolution", Scene(70, 90))
    run(worker, "brightest", Scene(1, 1))
    assert worker.process_id == pid


def test_the_worker_tells_what_it_runs_on_and_where_time_went(worker):
    info = worker.prepare(job("brightest", 100, 64))
    stack(worker.predict(Scene(100, 64).strips(50), never))
    assert worker.facts["protocol"] == PROTOCOL_VERSION
    assert "cpu" in worker.facts["devices"]
    assert (info.device, info.tile_size, info.overlap) == ("cpu", 64, 16)
    assert worker.statistics.tiles == 2
    assert worker.statistics.peak_memory_mb > 10


def test_prints_of_libraries_do_not_disturb_the_protocol(worker):
    assert run(worker, "talkative", Scene(100, 64))["labels"].shape == (100, 64)


def test_errors_arrive_with_their_own_class_and_the_worker_survives(worker):
    pid = worker.facts and worker.process_id
    with pytest.raises(InputError, match="CPUs compute it slowly"):
        worker.prepare(job("brightest", 64, 64, precision="float16"))
    with pytest.raises(EngineError, match="mat1 and mat2"):
        run(worker, "failing", Scene(64, 64))
    with pytest.raises(EngineError, match="ended at row 64"):
        worker.prepare(job("brightest", 100, 64))
        list(worker.predict(Scene(64, 64).strips(32), never))
    assert run(worker, "brightest", Scene(64, 64))["labels"].all()
    assert worker.process_id == pid


def test_an_error_while_reading_arrives_unchanged_and_the_worker_survives(worker):
    def broken_strips():
        yield from Scene(32, 64).strips(16)
        raise ZeroDivisionError("the disk is gone")

    worker.prepare(job("brightest", 640, 64))
    pid = worker.process_id
    with pytest.raises(ZeroDivisionError, match="disk is gone"):
        list(worker.predict(broken_strips(), never))
    assert run(worker, "brightest", Scene(64, 64))["labels"].all()
    assert worker.process_id == pid


def test_cancelling_is_quick_leaves_no_files_and_keeps_the_worker_warm(worker):
    worker.prepare(job("slow", 6400, 64))
    pid, folder = worker.process_id, worker._process.folder
    answers = iter([False] * 3)
    started = time.monotonic()
    with pytest.raises(OperationCancelled):
        list(worker.predict(Scene(6400, 64).strips(64), lambda: next(answers, True)))
    assert time.monotonic() - started < 10
    assert list(folder.iterdir()) == []
    assert run(worker, "brightest", Scene(64, 64))["labels"].all()
    assert worker.process_id == pid


def test_a_run_that_ends_before_its_first_strip_keeps_the_worker_warm(worker):
    """As a cancel while a slow disk is read, and a raster that cannot be read at all."""

    def unreadable():
        raise ZeroDivisionError("the disk is gone")
        yield

    worker.prepare(job("brightest", 64, 64))
    before = worker.process_id
    with pytest.raises(ZeroDivisionError):
        list(worker.predict(unreadable(), never))
    assert worker.process_id == before

    def late():
        time.sleep(1)
        yield from Scene(64, 64).strips(16)

    answers = iter([False] * 2)
    with pytest.raises(OperationCancelled):
        list(worker.predict(late(), lambda: next(answers, True)))
    assert worker.process_id == before
    assert run(worker, "brightest", Scene(64, 64))["labels"].all()


def test_leaving_the_loop_early_stops_the_prediction(worker):
    worker.prepare(job("slow", 6400, 64))
    blocks = worker.predict(Scene(6400, 64).strips(64), never)
    next(blocks)
    blocks.close()
    assert run(worker, "brightest", Scene(64, 64))["labels"].all()


@posix_only
def test_a_worker_that_does_not_obey_is_killed(stub_core):
    engine = WorkerEngine(sys.executable, stub_core, grace_seconds=0.3)
    engine.prepare(job("slow", 6400, 64))
    pid, folder = engine.process_id, engine._process.folder
    os.kill(pid, signal.SIGSTOP)  # it answers nothing, not even terminate
    answers = iter([False] * 3)
    with pytest.raises(OperationCancelled):
        list(engine.predict(Scene(6400, 64).strips(64), lambda: next(answers, True)))
    assert eventually(lambda: not is_running(pid))
    assert not folder.exists()


@posix_only
def test_killing_the_worker_in_mid_run_is_an_error_and_leaves_no_files(worker):
    worker.prepare(job("slow", 6400, 64))
    folder = worker._process.folder
    blocks = worker.predict(Scene(6400, 64).strips(64), never)
    next(blocks)
    os.kill(worker.process_id, signal.SIGKILL)
    with pytest.raises(EngineError, match="exit code -9"):
        list(blocks)
    assert not folder.exists()
    assert run(worker, "brightest", Scene(64, 64))["labels"].all()


def test_a_crash_is_reported_with_exit_code_and_last_words(worker):
    with pytest.raises(EngineError, match=r"exit code 77.*illegal instruction in kernel"):
        run(worker, "dying", Scene(64, 64))
    assert worker.process_id is None


@posix_only
def test_the_worker_ends_when_its_parent_is_killed(stub_core, repository):
    program = f"""
        import sys
        sys.path.insert(0, {str(repository)!r})
        from tests.core.engine.jobs import Scene, job, never
        from rgbsar_core.engine.remote import WorkerEngine
        engine = WorkerEngine(sys.executable, __import__("pathlib").Path({str(stub_core)!r}))
        engine.prepare(job("slow", 64000, 64))
        for block in engine.predict(Scene(64000, 64).strips(64), never):
            print(engine.process_id, engine._process.folder, flush=True)
    """
    with tempfile.TemporaryDirectory() as folder:
        parent = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(program)],
            stdout=subprocess.PIPE,
            env={**os.environ, "TMPDIR": folder},
        )
        pid = int(parent.stdout.readline().split()[0])
        assert is_running(pid)
        parent.kill()
        parent.wait()
        parent.stdout.close()
        assert eventually(lambda: not is_running(pid))
        assert [path for path in Path(folder).rglob("*") if path.is_file()] == []


@posix_only
def test_no_pipe_is_closed_under_its_reader(tmp_path):
    """What is left of a worker may keep its pipes; their readers would take the messages of the next worker."""
    script = tmp_path / "python3"
    script.write_text("#!/bin/sh\nsleep 3 &\nexit 0\n")
    script.chmod(0o755)
    process = WorkerProcess([str(script)])
    process.end(grace_seconds=0.2)
    pipes = (process._process.stdout, process._process.stderr)
    assert not any(pipe.closed for pipe in pipes)
    assert eventually(lambda: all(pipe.closed for pipe in pipes))


@posix_only
@pytest.mark.parametrize(
    ("says", "expected"),
    [
        ("echo 'Welcome to my shell'; sleep 30", "no message of this protocol"),
        ('echo \'{"no": "type"}\'; sleep 30', "no message of this protocol"),
        ("head -c 3000000 /dev/zero; sleep 30", "no message of this protocol"),
        ('echo \'{"type": "hello", "protocol": 99}\'; sleep 30', "protocol 99"),
        ("echo 'cannot run' >&2; exit 3", "exit code 3.*cannot run"),
        ("sleep 30", "did not answer within"),
    ],
)
def test_a_process_that_is_no_worker_is_an_error_and_is_ended(tmp_path, says, expected):
    script = tmp_path / "python3"
    script.write_text(f"#!/bin/sh\n{says}\n")
    script.chmod(0o755)
    engine = WorkerEngine(str(script), start_seconds=1.0, grace_seconds=0.2)
    with pytest.raises(EngineError, match=expected):
        engine.prepare(job("brightest", 64, 64))
    assert engine.process_id is None


@pytest.mark.parametrize("says", ["", f'echo \'{{"type": "hello", "protocol": {PROTOCOL_VERSION}}}\''])
def test_cancelling_ends_a_worker_that_is_still_starting_or_loading(tmp_path, says):
    script = tmp_path / "python3"
    script.write_text(f"#!/bin/sh\n{says}\nexec sleep 600\n")
    script.chmod(0o755)
    asked = []
    engine = WorkerEngine(str(script), grace_seconds=0.2, is_cancelled=lambda: asked.append(1) or len(asked) > 20)
    with pytest.raises(OperationCancelled):
        engine.prepare(job("brightest", 64, 64))
    assert engine.process_id is None


def test_an_interpreter_that_does_not_exist_says_what_to_do(tmp_path):
    with pytest.raises(MissingDependencyError, match="Choose another interpreter"):
        WorkerEngine(str(tmp_path / "no python")).prepare(job("brightest", 64, 64))


def test_an_interpreter_without_torch_says_what_to_do(stub_core, tmp_path, monkeypatch):
    (tmp_path / "torch.py").write_text("raise ImportError('No module named torch')\n")
    monkeypatch.setattr(
        "rgbsar_core.engine.remote.worker_command",
        lambda interpreter, core: _with_path_first(worker_command(interpreter, core), tmp_path),
    )
    with pytest.raises(MissingDependencyError, match="cannot import torch.*Install them there"):
        WorkerEngine(sys.executable, stub_core).prepare(job("brightest", 64, 64))


def _with_path_first(command, folder):
    place = command.index("-c") + 1
    start = f"import sys; sys.path.insert(0, {str(folder)!r})\n" + command[place]
    return [*command[:place], start, *command[place + 1 :]]


def test_garbage_sent_to_the_worker_is_answered_with_an_error(stub_core, tmp_path):
    process = subprocess.Popen(
        list(worker_command(sys.executable, stub_core)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=tmp_path,
        env=scrub_environment(os.environ),
    )
    lines = (b"\xff\xfe not json", b'{"type": "dance"}', b'{"type": "prepare"}', b'{"type": "predict"}')
    process.stdin.write(b"\n".join((*lines, b'{"type": "bye"}', b"")))
    process.stdin.flush()
    messages = [decode_message(process.stdout.readline()) for _ in range(6)]
    assert [message["type"] for message in messages] == ["hello", *["error"] * 4, "bye"]
    process.stdin.close()
    assert process.wait(timeout=20) == 0
    process.stdout.close()


def test_the_worker_does_not_see_modules_beside_the_core(stub_core, worker):
    (stub_core / "safetensors.py").write_text("raise RuntimeError('a plug-in file shadows a library')\n")
    (stub_core / "provider.py").write_text("raise RuntimeError('loaded')\n")
    worker.close()
    try:
        assert worker.facts["type"] == "hello"
    finally:
        (stub_core / "safetensors.py").unlink()
