"""Which Python runs the worker process, whether it can, and how it is started.

Torch-free: QGIS's process imports this. Inside QGIS ``sys.executable`` may name QGIS itself or an unrelated
Python, so it is never trusted; the interpreter is derived from the prefixes of the running Python.
"""

from __future__ import annotations

import json
import os
import subprocess  # nosec B404: starting the engine's process is the purpose of this module
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import MissingDependencyError, as_sentence

PROBE_SECONDS = 90.0
_SCRUBBED_PREFIXES = ("LD_", "DYLD_", "QGIS_", "QT_", "PROJ_", "GDAL_", "OGR_", "OSGEO4W_", "PIP_", "CONDA_", "GRASS_")
_SCRUBBED = {
    "PYTHONHOME",
    "PYTHONPATH",
    "PYTHONEXECUTABLE",
    "PYTHONSTARTUP",
    "PYTHONUSERBASE",
    "PYTHONPLATLIBDIR",
    "PYTHONCASEOK",
    "VIRTUAL_ENV",
    "__PYVENV_LAUNCHER__",
    "O4W_QT_PREFIX",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
}
_KEPT_IF_PRESENT = ("SSL_CERT_FILE", "SSL_CERT_DIR")

# Packages are loaded from their folders by name: nothing beside them (in QGIS, the plugin's modules) becomes
# importable, and an older installed copy cannot take their place.
_START = """
import importlib, importlib.util, os, sys
for name, folder in zip(sys.argv[2::2], sys.argv[3::2]):
    spec = importlib.util.spec_from_file_location(
        name, os.path.join(folder, "__init__.py"), submodule_search_locations=[folder])
    package = importlib.util.module_from_spec(spec)
    sys.modules[name] = package
    spec.loader.exec_module(package)
sys.exit(importlib.import_module(sys.argv[1]).main())
"""

_PROBE = """
import json, os, platform, sys
found = {"python": platform.python_version(), "executable": sys.executable}
out = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
for name in ("numpy", "safetensors", "torch", "openvino"):
    try:
        module = __import__(name)
        found[name] = str(getattr(module, "__version__", ""))
    except Exception as error:
        found[name + "_problem"] = type(error).__name__ + ": " + str(error)
import importlib.metadata
for name in ("lightning", "PyYAML"):
    try:
        found[name] = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        pass
if "torch" in found:
    import torch
    try:
        if torch.cuda.is_available():
            found["cuda"] = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
        found["mps"] = bool(torch.backends.mps.is_available())
    except Exception as error:
        found["device_problem"] = str(error)
out.write(json.dumps(found) + "\\n")
out.flush()
"""


@dataclass(frozen=True)
class ProbeResult:
    """What a child process of an interpreter could import.

    Args:
        path: the interpreter.
        python, torch, numpy, safetensors, openvino: versions; empty where not importable.
        lightning, pyyaml: versions of what training needs besides; empty where not installed.
        cuda_devices: names of the CUDA devices torch sees.
        mps: whether torch sees an Apple GPU.
        problem: why the engine cannot run there; empty if it can.
    """

    path: str
    python: str = ""
    torch: str = ""
    numpy: str = ""
    safetensors: str = ""
    openvino: str = ""
    lightning: str = ""
    pyyaml: str = ""
    cuda_devices: tuple[str, ...] = ()
    mps: bool = False
    problem: str = ""

    @property
    def usable(self) -> bool:
        """Whether the engine can run."""
        return not self.problem


def find_interpreter(setting: str, managed: Path) -> str:
    """The interpreter to use: the user's setting, else the managed environment, else the running Python's.

    Whether it can import torch is for :func:`probe` to say.

    Raises:
        MissingDependencyError: the setting names no file, or no Python was found at all.
    """
    if setting:
        path = Path(setting).expanduser()
        path = path if not path.is_dir() else environment_python(path)
        if not path.is_file():
            raise MissingDependencyError(
                f"The chosen interpreter '{setting}' does not exist; expected a Python executable or an "
                "environment's folder. Choose another one in the runtime settings, or clear the setting."
            )
        return str(path)
    for candidate in (environment_python(managed), *own_interpreters()):
        if candidate.is_file():
            return str(candidate)
    raise MissingDependencyError(
        f"No Python executable was found below '{sys.prefix}'; the engine needs one with torch. Choose an "
        "interpreter, or create the managed environment, in the runtime settings."
    )


def environment_python(folder: Path) -> Path:
    """The interpreter of a virtual or conda environment."""
    if os.name != "nt":
        return folder / "bin" / "python3"
    scripts = folder / "Scripts" / "python.exe"
    return scripts if scripts.is_file() else folder / "python.exe"


def own_interpreters() -> tuple[Path, ...]:
    """Where the running Python's own executable may lie, most likely first."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    candidates = []
    for prefix in dict.fromkeys((sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix)):
        folder = Path(prefix)
        if os.name == "nt":
            candidates += [folder / "Scripts" / "python.exe", folder / "python.exe", folder / "python3.exe"]
        else:
            candidates += [folder / "bin" / name for name in (f"python{version}", "python3")]
    if sys.platform == "darwin":  # the bundle of QGIS keeps Python beside its own executable
        beside = Path(sys.executable).parent
        candidates += [beside / "bin" / "python3", beside / "python3"]
    return tuple(dict.fromkeys(candidates))


def probe(interpreter: str, timeout_seconds: float = PROBE_SECONDS) -> ProbeResult:
    """Ask an interpreter, in a child process, what it can import. Never raises: problems are in the result."""
    with tempfile.TemporaryDirectory(prefix="rgbsar-probe-") as folder:
        try:
            finished = subprocess.run(  # nosec B603: list form, the user's chosen interpreter
                [interpreter, "-s", "-c", _PROBE],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=timeout_seconds,
                cwd=folder,
                env=scrub_environment(os.environ),
                **creation_flags(),
            )
        except subprocess.TimeoutExpired:
            return ProbeResult(interpreter, problem=f"It did not answer within {timeout_seconds:.0f} seconds.")
        except OSError as error:
            return ProbeResult(interpreter, problem=f"It cannot be started: {error.strerror or error}.")
    lines = finished.stdout.decode("utf-8", errors="replace").strip().splitlines()
    try:
        found = json.loads(lines[-1]) if lines else None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        stderr = finished.stderr.decode("utf-8", errors="replace").strip().splitlines()[-3:]
        reason = " ".join(stderr) or f"exit code {finished.returncode}"
        return ProbeResult(interpreter, problem=as_sentence(f"It does not behave like a Python: {reason}"))
    missing = [name for name in ("torch", "numpy", "safetensors") if name not in found]
    problem = " ".join(f"{name} cannot be imported ({found.get(name + '_problem', 'unknown')})." for name in missing)
    return ProbeResult(
        path=interpreter,
        python=str(found.get("python", "")),
        torch=str(found.get("torch", "")),
        numpy=str(found.get("numpy", "")),
        safetensors=str(found.get("safetensors", "")),
        openvino=str(found.get("openvino", "")),
        lightning=str(found.get("lightning", "")),
        pyyaml=str(found.get("PyYAML", "")),
        cuda_devices=tuple(found.get("cuda", ())),
        mps=bool(found.get("mps", False)),
        problem=problem,
    )


def require_usable(result: ProbeResult) -> ProbeResult:
    """Return the result of a probe if the engine can run there.

    Raises:
        MissingDependencyError: it cannot; the text says why and what to do.
    """
    if result.usable:
        return result
    raise MissingDependencyError(
        f"The interpreter '{result.path}' cannot run the engine: {result.problem} {_dll_hint(result.problem)}It needs "
        "torch, numpy and safetensors. Install them there, choose another interpreter, or create the managed "
        "environment in the runtime settings."
    )


def _dll_hint(problem: str) -> str:
    """What helps where Windows cannot load torch's libraries, the commonest failure there."""
    if not any(sign in problem for sign in ("WinError 126", "WinError 127", "WinError 1114", "DLL load failed")):
        return ""
    return (
        "Windows could not load PyTorch's libraries: install Microsoft's Visual C++ Redistributable (x64); if that "
        "does not help, install Python from python.org and make the environment from it, not from QGIS's own. "
    )


def scrub_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment for a child Python: nothing that ties it to QGIS's libraries or Python home.

    Certificate variables stay only if what they name exists. The given mapping is not changed.
    """
    kept = {
        name: value
        for name, value in environment.items()
        if name.upper() not in _SCRUBBED and not name.upper().startswith(_SCRUBBED_PREFIXES)
    }
    for name in _KEPT_IF_PRESENT:
        if name in environment and Path(environment[name]).exists():
            kept[name] = environment[name]
    kept.update(PYTHONIOENCODING="utf-8", PYTHONUTF8="1", PYTHONSAFEPATH="1", PYTHONDONTWRITEBYTECODE="1")
    return kept


def worker_command(interpreter: str, core_parent: Path) -> Sequence[str]:
    """How to start the worker of the core that lies in ``core_parent``, installed or not."""
    return _command(interpreter, "rgbsar_core.worker", {"rgbsar_core": core_parent / "rgbsar_core"})


def training_command(interpreter: str, core_parent: Path, training: Path) -> Sequence[str]:
    """How to start a training run of the training package in the folder ``training``, whatever its name."""
    packages = {"rgbsar_core": core_parent / "rgbsar_core", "rgbsar_training": training}
    return _command(interpreter, "rgbsar_training.train_job", packages)


def _command(interpreter: str, module: str, packages: Mapping[str, Path]) -> Sequence[str]:
    places = [text for name, folder in packages.items() for text in (name, str(folder))]
    return [interpreter, "-u", "-s", "-c", _START, module, *places]


def creation_flags() -> dict[str, Any]:
    """Keyword arguments of ``subprocess`` that keep a console window from opening on Windows."""
    flag = getattr(subprocess, "CREATE_NO_WINDOW", 0)
    return {"creationflags": flag} if flag else {}
