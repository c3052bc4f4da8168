"""The managed environment: made from wheels or an index, stopped, resumed, repaired, removed."""

from __future__ import annotations

import ntpath
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from .conftest import Recorder
from .stand_in_wheels import required_versions, served, write_index, write_wheel, write_wheels

pytestmark = pytest.mark.qgis

CREATE, REMOVE, PLAN, REPAIR = 2, 3, 4, 5
CPU = 1


@pytest.fixture
def runtime(provider: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The plugin's runtime module; the managed environment would lie in a folder with a space and an umlaut."""
    from qgis_plugin import runtime

    monkeypatch.setenv("RGBSAR_RUNTIME_DIR", str(tmp_path / "run time ü"))
    runtime.choose_interpreter("")
    yield runtime
    runtime.choose_interpreter(sys.executable)


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A package index of stand-ins; pip of the children knows no other."""
    for name in ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("no_proxy", "*")
    with served(write_index(tmp_path / "index")) as (address, server):
        monkeypatch.setenv("PIP_INDEX_URL", f"{address}/simple")
        monkeypatch.setenv("PIP_TRUSTED_HOST", address.rpartition("/")[2])  # pip caches nothing of other http hosts
        monkeypatch.setenv("RGBSAR_TORCH_INDEX", f"{address}/torch")
        yield server


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    """A folder with stand-ins of everything that is installed."""
    return write_wheels(tmp_path / "whéels of mine")


def run(feedback: Any = None, **parameters: Any) -> dict[str, Any]:
    """Run the algorithm."""
    import processing

    return processing.run("rgbsar:runtime", parameters, feedback=feedback or Recorder())


def plan_lines(**parameters: Any) -> list[str]:
    """What the algorithm says would be done."""
    feedback = Recorder()
    run(feedback, ACTION=PLAN, **parameters)
    return list(feedback.lines)


@pytest.mark.slow
def test_environment_is_made_from_wheels_used_and_removed(runtime: Any, wheels: Path) -> None:
    """It becomes the interpreter in use; a module that is gone is noticed; remove leaves nothing."""
    made = run(ACTION=CREATE, WHEELS=str(wheels))
    assert Path(made["PYTHON"]).is_relative_to(runtime.managed_folder())
    assert made["TORCH"] == required_versions()["torch"]
    next(runtime.managed_folder().rglob("safetensors.py")).unlink()
    status = Recorder()
    run(status, ACTION=0)
    assert any("safetensors cannot be imported" in line and "Repair" in line for line in status.lines)
    run(ACTION=REMOVE)
    assert list(runtime.managed_folder().parent.iterdir()) == []


@pytest.mark.slow
def test_stopped_creation_goes_on_and_repair_needs_no_network(runtime: Any, index: Any) -> None:
    """The index fails in the middle; the second run fetches only what is missing; the third fetches nothing."""
    from qgis.core import QgsProcessingException

    index.refused = "/files/networkx"
    with pytest.raises(QgsProcessingException, match="Downloading its libraries failed"):
        run(ACTION=CREATE, CONFIRM=True, BUILD=CPU)
    assert not runtime.managed_folder().exists() and not runtime.is_interrupted()
    fetched = {path for path in index.requests if path.endswith(".whl")}
    assert any("/files/torch-" in path for path in fetched) and any("/files/sympy-" in path for path in fetched)

    index.refused, index.requests[:] = "", []
    made = run(ACTION=CREATE, CONFIRM=True, BUILD=CPU)
    assert made["TORCH"] == required_versions()["torch"]
    again = {path for path in index.requests if path.endswith(".whl")}
    assert any("/files/networkx-" in path for path in again)
    assert not any("/files/torch-" in path or "/files/sympy-" in path for path in again)

    index.requests[:] = []
    next(runtime.managed_folder().rglob("torch.py")).unlink()
    assert "Download: none" in "\n".join(plan_lines(BUILD=CPU))
    assert run(ACTION=REPAIR, BUILD=CPU)["TORCH"] == made["TORCH"]  # no CONFIRM: nothing is downloaded
    assert index.requests == []
    well = Recorder()
    run(well, ACTION=REPAIR)
    assert any("Nothing to repair" in line for line in well.lines)


@pytest.mark.slow
def test_failed_creation_says_why_and_keeps_the_older_environment(runtime: Any, tmp_path: Path) -> None:
    """A folder of wheels without torch."""
    from qgis.core import QgsProcessingException

    older = runtime.managed_folder() / "bin" / "python3"
    older.parent.mkdir(parents=True)
    older.write_text("older", encoding="utf-8")
    folder = tmp_path / "few wheels"
    folder.mkdir()
    write_wheel(folder, "numpy", "1.0", "")
    with pytest.raises(QgsProcessingException, match="Installing PyTorch failed"):
        run(ACTION=CREATE, WHEELS=str(folder))
    assert older.read_text(encoding="utf-8") == "older"
    assert len(list(runtime.managed_folder().parent.iterdir())) == 1


def test_cancelled_creation_leaves_nothing(runtime: Any, wheels: Path) -> None:
    """Cancelled while the virtual environment is made."""
    feedback = Recorder(cancel_at="Making a virtual environment")
    assert run(feedback, ACTION=CREATE, WHEELS=str(wheels)) == {}
    assert list(runtime.managed_folder().parent.iterdir()) == []


def test_two_qgis_windows_do_not_make_the_environment_at_once(runtime: Any, wheels: Path) -> None:
    """Each would delete what the other has made so far."""
    from qgis.core import QgsProcessingException
    from qgis.PyQt.QtCore import QLockFile

    unfinished = runtime.unfinished_folder(runtime.managed_folder())
    unfinished.mkdir(parents=True)
    runtime.choose_interpreter(sys.executable)
    other = QLockFile(str(unfinished.parent / ".in-use.lock"))
    assert other.tryLock(0)
    for action in ({"ACTION": CREATE, "WHEELS": str(wheels)}, {"ACTION": REMOVE}):
        with pytest.raises(QgsProcessingException, match="Another QGIS window is making or removing an environment"):
            run(**action)
    assert unfinished.is_dir() and runtime.interpreter_setting() == sys.executable
    other.unlock()


def test_creation_that_was_killed_is_noticed(runtime: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it left is no environment; the status says how to go on."""
    runtime.unfinished_folder(runtime.managed_folder()).mkdir(parents=True)
    monkeypatch.setattr(runtime.site, "getsitepackages", lambda: [])
    assert runtime.is_interrupted() and not runtime.is_configured()
    feedback = Recorder()
    run(feedback, ACTION=0)
    assert any(line.startswith("Managed environment: interrupted") for line in feedback.lines)


def test_full_disk_is_noticed_before_the_download(runtime: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Found, expected, what to do."""
    from qgis.core import QgsProcessingException

    from qgis_plugin import environment

    monkeypatch.setattr(environment, "free_gigabytes", lambda folder: 0.4)
    with pytest.raises(QgsProcessingException, match="0.4 GB are free.*needs about 2 GB. Make room"):
        run(ACTION=CREATE, CONFIRM=True, BUILD=CPU)
    assert list(runtime.managed_folder().parent.iterdir()) == []


def test_downloads_for_another_python_or_without_their_files_are_not_complete(qgis: Any, tmp_path: Path) -> None:
    """A plugin update with new versions makes them incomplete, too: the note holds a sum of the pins."""
    from dataclasses import replace

    from qgis_plugin import builds, environment_plan

    build = builds.choose_build("cpu", builds.GpuReport(), "Linux", "x86_64", 12)
    plan = environment_plan.Plan(tmp_path / "runtime", "python3", build, None, 12)
    (plan.downloads / "wheels").mkdir(parents=True)
    plan.note.write_text(plan.pins, encoding="utf-8")
    assert not plan.is_downloaded
    (plan.downloads / "wheels" / "torch-1-py3-none-any.whl").touch()
    assert plan.is_downloaded
    assert not replace(plan, python_minor=13).is_downloaded
    plan.note.write_text("of older pins", encoding="utf-8")
    assert not plan.is_downloaded


def test_folder_that_cannot_be_made_is_named(runtime: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file stands in the way."""
    from qgis.core import QgsProcessingException

    (tmp_path / "file").touch()
    monkeypatch.setenv("RGBSAR_RUNTIME_DIR", str(tmp_path / "file" / "x"))
    with pytest.raises(QgsProcessingException, match="cannot be made .*Set .* RGBSAR_RUNTIME_DIR"):
        run(ACTION=CREATE, CONFIRM=True, BUILD=CPU)


def test_environment_that_cannot_be_moved_leaves_the_older_one(
    qgis: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Windows while another program has a file open."""
    from qgis_plugin import core_link, environment

    making, folder = tmp_path / "env.new", tmp_path / "env"
    for place in (making, folder):
        place.mkdir()
        (place / "name").write_text(place.name, encoding="utf-8")
    rename = Path.rename

    def refusing(path: Path, target: Path) -> Path:
        if path == making:
            raise PermissionError(13, "in use")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", refusing)
    with pytest.raises(core_link.errors.ResourceLimitError, match="could not be moved .*in use.*Close other"):
        environment._move_into_place(making, folder)
    assert (folder / "name").read_text(encoding="utf-8") == "env"
    monkeypatch.undo()
    environment._move_into_place(making, folder)
    assert [path.name for path in tmp_path.iterdir()] == ["env"]
    assert (folder / "name").read_text(encoding="utf-8") == "env.new"


def test_folder_without_wheels_is_refused(runtime: Any, tmp_path: Path) -> None:
    """The sentence says how to fill it."""
    from qgis.core import QgsProcessingException

    with pytest.raises(QgsProcessingException, match="No wheel .* lies in .*pip download -r runtime-torch.txt"):
        run(ACTION=CREATE, WHEELS=str(tmp_path))


@pytest.mark.parametrize(
    ("lines", "advice"),
    [
        ("Missing dependencies for SOCKS support.", "pip cannot use SOCKS proxies"),
        ("SSLError: certificate verify failed", "import its certificate in QGIS's options"),
        ("Connection to index timed out", "check network and proxy"),
        ("OSError: [Errno 28] No space left on device", "The disk is full"),
        ("Error: Command '[python.exe, -m, ensurepip]' returned non-zero exit status 1.", "3.12 from python.org"),
        ("system does not have Windows Long Path support enabled.", "RGBSAR_RUNTIME_DIR to a short folder"),
        ("ERROR: No matching distribution found for torch", "choose a Python from 3.10 to 3.14"),
    ],
)
def test_failure_of_a_step_comes_with_advice(qgis: Any, tmp_path: Path, lines: str, advice: str) -> None:
    """After the last lines of pip, which everybody reads first."""
    from qgis_plugin import child, core_link

    said: list[str] = []
    command = [sys.executable, "-c", f"import sys; print({lines!r}); sys.exit(4)"]
    with pytest.raises(core_link.errors.MissingDependencyError, match="Step failed .exit code 4.") as caught:
        child.run(command, "Step", tmp_path, {}, said.append, lambda: False)
    assert advice in str(caught.value) and str(caught.value).endswith(lines) and said == [lines]


@pytest.mark.skipif(os.name != "posix", reason="looks for a process by its number")
def test_cancel_ends_what_a_step_started_too(qgis: Any, tmp_path: Path) -> None:
    """Python's venv runs pip as a child: left alive, it would go on writing into the folder being deleted."""
    from qgis_plugin import child, core_link

    said: list[str] = []
    script = "import subprocess, sys; p = subprocess.Popen(['sleep', '60']); print(p.pid, flush=True); p.wait()"
    with pytest.raises(core_link.errors.OperationCancelled):
        child.run([sys.executable, "-c", script], "Step", tmp_path, os.environ, said.append, lambda: bool(said))
    grandchild = Path("/proc") / said[0]
    deadline = time.monotonic() + 5
    while _runs(grandchild) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _runs(grandchild)


def test_windows_program_that_ends_a_step_needs_no_standard_input(qgis: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """QGIS has no console there: what would be handed on is no valid handle, and the start fails with WinError 6."""
    from qgis_plugin import child

    started: list[tuple[Any, Any]] = []
    windows = SimpleNamespace(name="nt", path=ntpath, environ={"SYSTEMROOT": r"C:\Windows"})
    monkeypatch.setattr(child, "os", windows)
    monkeypatch.setattr(subprocess, "run", lambda command, **options: started.append((command, options["stdin"])))
    child._end(SimpleNamespace(pid=7, poll=lambda: None, wait=lambda seconds: 0))
    program = r"C:\Windows\System32\taskkill.exe"
    assert started == [([program, "/T", "/F", "/PID", "7"], subprocess.DEVNULL)]


def test_paths_of_the_environment_fit_into_what_windows_allows(qgis: Any) -> None:
    """Torch's deepest file has 119 letters up to 2.12 and 167 in 2.13; Windows takes 259 of a path."""
    from packaging.requirements import Requirement

    from qgis_plugin.environment_plan import TORCH

    lines = [line for line in TORCH.read_text(encoding="utf-8").splitlines() if line[0] != "#"]
    for minor, version in (("9", "2.8.0"), ("10", "2.12.1"), ("14", "2.12.1")):
        machine = {"sys_platform": "win32", "platform_machine": "AMD64", "python_version": f"3.{minor}"}
        chosen = [entry for entry in map(Requirement, lines) if entry.marker.evaluate(machine)]
        assert [str(entry.specifier) for entry in chosen] == [f"=={version}"]


def _runs(process: Path) -> bool:
    """False for a process that is gone or only waits to be collected."""
    try:
        return process.joinpath("stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
