"""Loading and unloading the plugin, and a worker that dies in mid-run."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from .conftest import Recorder

pytestmark = pytest.mark.qgis

LOAD_AND_UNLOAD = """
import sys
from qgis.core import QgsApplication
application = QgsApplication([], False)
application.initQgis()
from qgis_plugin import classFactory
registry = application.processingRegistry()
for _ in range(2):
    plugin = classFactory(None)
    plugin.initGui()
    provider = registry.providerById("rgbsar")
    found = sorted(algorithm.id() for algorithm in provider.algorithms())
    plugin.unload()
    left = [name for name in sys.modules if name.split(".")[0] == "qgis_plugin"]
    from qgis_plugin import classFactory
print(found, left, registry.providerById("rgbsar"), "torch" in sys.modules)
application.exitQgis()
"""

ALGORITHMS = (
    "assessaccuracy",
    "checkalignment",
    "checktrainingdata",
    "classify",
    "comparemaps",
    "createtrainingdata",
    "describemodel",
    "designsample",
    "importmodel",
    "landcoverchain",
    "preparesar",
    "refinemap",
    "runtime",
    "trainmodel",
)


def test_plugin_loads_without_torch_and_unloads_twice(repository: Path) -> None:
    """All algorithms, then no module, no provider, and never torch in QGIS's process."""
    finished = subprocess.run(
        [sys.executable, "-c", LOAD_AND_UNLOAD], cwd=repository, capture_output=True, text=True, timeout=60
    )
    assert finished.returncode == 0, finished.stderr
    found, left = finished.stdout.splitlines()[-1].split("] ", 1)
    assert sorted(re.findall(r"rgbsar:\w+", found)) == [f"rgbsar:{name}" for name in ALGORITHMS]
    assert left == "[] None False"


def test_killed_worker_fails_the_run_and_the_next_one_works(provider: Any, job: dict[str, Any]) -> None:
    """The message tells; nothing is left; a new worker starts by itself."""
    import processing
    from qgis.core import QgsProcessingException

    from qgis_plugin import runtime

    processing.run("rgbsar:classify", {**job, "OUTPUT": "TEMPORARY_OUTPUT"}, feedback=Recorder())
    feedback = Recorder(call_at=("Loading the model", lambda: os.kill(runtime._engine.process_id, signal.SIGKILL)))
    with pytest.raises(QgsProcessingException) as caught:
        processing.run("rgbsar:classify", job, feedback=feedback)
    assert "exit code -9" in str(caught.value)
    assert list(Path(job["OUTPUT"]).parent.iterdir()) == []
    assert processing.run("rgbsar:classify", job, feedback=Recorder())["MAPPED_PIXELS"] == 70 * 80


def test_every_parameter_has_help(provider: Any) -> None:
    """As tooltip in the dialog, and in the help panel."""
    for algorithm in provider.algorithms():
        text = algorithm.shortHelpString()
        for parameter in algorithm.parameterDefinitions():
            assert parameter.help(), parameter.name()
        assert text.count("<p>") > len(algorithm.parameterDefinitions())
        assert algorithm.tags() and algorithm.shortDescription() and Path(algorithm.svgIconPath()).is_file()
