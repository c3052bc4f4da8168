"""Which Python runs the worker, and what its environment is cleared of."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from rgbsar_core.engine.interpreter import (
    ProbeResult,
    environment_python,
    find_interpreter,
    own_interpreters,
    probe,
    require_usable,
    scrub_environment,
)
from rgbsar_core.errors import MissingDependencyError


def make_environment(folder: Path) -> Path:
    python = environment_python(folder)
    python.parent.mkdir(parents=True)
    python.touch()
    return python


def test_the_users_setting_comes_first_then_the_managed_environment_then_the_own_python(tmp_path):
    managed = tmp_path / "managed"
    python = make_environment(managed)
    chosen = tmp_path / "python of the user"
    chosen.touch()
    assert find_interpreter(str(chosen), managed) == str(chosen)
    assert find_interpreter("", managed) == str(python)
    assert Path(find_interpreter("", tmp_path / "nothing here")) in own_interpreters()


def test_the_setting_may_name_an_environments_folder(tmp_path):
    python = make_environment(tmp_path / "environment")
    assert find_interpreter(str(tmp_path / "environment"), tmp_path / "managed") == str(python)


def test_a_setting_that_does_not_exist_is_refused_not_passed_over(tmp_path):
    with pytest.raises(MissingDependencyError, match="does not exist"):
        find_interpreter(str(tmp_path / "gone"), tmp_path / "managed")


@pytest.mark.skipif(sys.platform != "linux", reason="derives from prefixes alone on Linux")
def test_the_own_python_is_derived_from_the_prefix_never_from_sys_executable(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "executable", "/nowhere/shim/python")
    found = Path(find_interpreter("", tmp_path / "nothing here"))
    assert found in own_interpreters()
    assert found.parent.parent in {Path(sys.prefix), Path(sys.base_prefix)}


def test_a_probe_tells_versions_of_an_interpreter_that_can_run_the_engine():
    result = probe(sys.executable)
    assert result.usable
    assert result.python == ".".join(map(str, sys.version_info[:3]))
    assert result.torch and result.numpy and result.safetensors
    assert require_usable(result) is result


def test_a_probe_of_a_python_without_torch_says_what_to_install(tmp_path):
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "bare")], check=True)
    result = probe(str(environment_python(tmp_path / "bare")))
    assert result.python and not result.usable
    with pytest.raises(MissingDependencyError, match="torch cannot be imported.*Install them there"):
        require_usable(result)


@pytest.mark.skipif(os.name != "posix", reason="writes shell scripts")
@pytest.mark.parametrize(
    ("says", "problem"),
    [
        ("echo hello", "does not behave like a Python"),
        ("echo bad library >&2; exit 127", "bad library"),
        ("echo '[1]'", "does not behave like a Python"),
        ("sleep 20", "did not answer within 1 seconds"),
    ],
)
def test_a_probe_of_something_else_reports_the_problem(tmp_path, says, problem):
    script = tmp_path / "python3"
    script.write_text(f"#!/bin/sh\n{says}\n")
    script.chmod(0o755)
    result = probe(str(script), timeout_seconds=1)
    assert not result.usable
    assert problem in result.problem


@pytest.mark.skipif(os.name != "posix", reason="writes a shell script")
def test_a_probe_names_all_that_is_missing_and_sees_neither_the_users_packages_nor_files_of_the_working_folder(
    tmp_path, monkeypatch
):
    script = tmp_path / "python3"
    script.write_text("""#!/bin/sh\necho "{\\"python\\": \\"$1 in $(pwd)\\"}"\n""")
    script.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    result = probe(str(script))
    assert re.findall(r"(\w+) cannot be imported", result.problem) == ["torch", "numpy", "safetensors"]
    option, _, folder = result.python.partition(" in ")
    assert option == "-s" and "rgbsar-probe-" in folder and not os.path.exists(folder)


@pytest.mark.skipif(os.name != "posix", reason="writes a shell script")
@pytest.mark.parametrize(
    ("says", "told"),
    [
        ("exit 0", "It does not behave like a Python: exit code 0. It needs torch"),
        ("echo bad library. >&2; exit 127", "It does not behave like a Python: bad library. It needs torch"),
    ],
)
def test_what_another_program_said_ends_in_one_full_stop_before_the_next_sentence(tmp_path, says, told):
    script = tmp_path / "python3"
    script.write_text(f"#!/bin/sh\n{says}\n")
    script.chmod(0o755)
    with pytest.raises(MissingDependencyError) as refused:
        require_usable(probe(str(script)))
    assert told in str(refused.value)


def test_a_probe_of_a_missing_file_reports_the_problem(tmp_path):
    assert "cannot be started" in probe(str(tmp_path / "gone")).problem


def test_libraries_windows_cannot_load_come_with_what_helps():
    broken = ProbeResult("python.exe", problem="torch cannot be imported (OSError: [WinError 1114] c10.dll).")
    with pytest.raises(MissingDependencyError, match="Visual C.. Redistributable.*python.org"):
        require_usable(broken)


def test_usable_is_the_absence_of_a_problem():
    assert ProbeResult("python").usable
    assert not ProbeResult("python", problem="no torch").usable


def test_the_environment_is_cleared_of_qgis_and_of_other_pythons(tmp_path):
    certificates = tmp_path / "certificates.pem"
    certificates.touch()
    given = {
        "PATH": "/usr/bin",
        "HOME": "/home/me",
        "OMP_NUM_THREADS": "2",
        "PYTHONHOME": "/opt/qgis",
        "PYTHONPATH": "/opt/qgis/python",
        "PYTHONEXECUTABLE": "/opt/qgis/bin/qgis",
        "VIRTUAL_ENV": "/home/me/env",
        "LD_LIBRARY_PATH": "/opt/qgis/lib",
        "LD_PRELOAD": "/opt/qgis/lib/x.so",
        "DYLD_LIBRARY_PATH": "/opt/qgis/lib",
        "QGIS_PREFIX_PATH": "/opt/qgis",
        "PROJ_LIB": "/opt/qgis/proj",
        "GDAL_DATA": "/opt/qgis/gdal",
        "PIP_TARGET": "/somewhere",
        "SSL_CERT_FILE": str(certificates),
        "SSL_CERT_DIR": str(tmp_path / "gone"),
    }
    before = dict(given)
    scrubbed = scrub_environment(given)
    assert given == before
    kept = {"PATH", "HOME", "OMP_NUM_THREADS", "SSL_CERT_FILE"}
    added = {"PYTHONIOENCODING", "PYTHONUTF8", "PYTHONSAFEPATH", "PYTHONDONTWRITEBYTECODE"}
    assert set(scrubbed) == kept | added
