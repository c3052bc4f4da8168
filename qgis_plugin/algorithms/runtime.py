"""``rgbsar:runtime``: what runs the network, and how to change it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import (
    QgsProcessingException,
    QgsProcessingOutputString,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
)

from .. import core_link, diagnosis, environment, runtime
from .. import feedback as reporting
from .base import RgbSarAlgorithm

ACTIONS = ("status", "use", "create", "remove")


class RuntimeAlgorithm(RgbSarAlgorithm):
    """Status and set-up of the Python that runs the network."""

    ACTION, INTERPRETER, CONFIRM, GPU, WHEELS, REPORT = "ACTION", "INTERPRETER", "CONFIRM", "GPU", "WHEELS", "REPORT"
    ICON = "runtime.svg"
    DESCRIPTION = (
        "<p>The network needs PyTorch, which runs in a process of its own: never inside QGIS, so neither can harm "
        "the other. This algorithm shows which Python is used, changes it, or sets one up.</p>"
        "<p><b>Status</b> tests the Python in use. <b>Use</b> makes another one the standard: a conda or virtual "
        "environment with torch, numpy and safetensors. <b>Create</b> downloads PyTorch into an environment of the "
        "plugin's own, outside QGIS. <b>Remove</b> deletes that again and forgets a chosen Python.</p>"
    )

    def name(self) -> str:
        """Stable id."""
        return "runtime"

    def displayName(self) -> str:
        """Shown in the toolbox."""
        return self.tr("Runtime: status and set-up")

    def group(self) -> str:
        """Toolbox group."""
        return self.tr("Set-up")

    def groupId(self) -> str:
        """Stable id of the group."""
        return "setup"

    def tags(self) -> list[str]:
        """Words the toolbox search finds."""
        return self.tr("install,torch,PyTorch,GPU,CUDA,Python,interpreter,environment,diagnosis,status").split(",")

    def shortDescription(self) -> str:
        """Tooltip in the toolbox."""
        return self.tr("Which Python runs the network, and how to change it")

    def initAlgorithm(self, configuration: Any = None) -> None:
        """Declare inputs and outputs."""
        tr, behavior = self.tr, QgsProcessingParameterFile.Behavior
        anything = tr("All files (*)")  # the default "*.*" refuses bin/python3: no dot
        actions = [
            tr("Show status"),
            tr("Use this Python"),
            tr("Create the managed environment"),
            tr("Remove the managed environment"),
        ]
        self.add(QgsProcessingParameterEnum(self.ACTION, tr("What to do"), actions, defaultValue=0), "See above.")
        self.add(
            QgsProcessingParameterFile(self.INTERPRETER, tr("Python"), behavior.File, "", None, True, anything),
            "The python program (python.exe, bin/python3) to use; when creating, the one to build on (3.10 or newer). "
            "Empty when creating: QGIS's own.",
        )
        self.add(
            QgsProcessingParameterBoolean(
                self.CONFIRM, tr("Yes, download PyTorch (about 0.3 GB, with GPU support 2.8 GB)"), False
            ),
            "Needed to create the environment; nothing is downloaded without it.",
        )
        self.add(
            QgsProcessingParameterBoolean(self.GPU, tr("With support for NVIDIA GPUs"), False),
            "Linux: PyTorch's CUDA build instead of the small CPU build. Apple GPUs need no choice.",
        )
        self.add(
            QgsProcessingParameterFile(self.WHEELS, tr("Folder of wheels"), behavior.Folder, "", None, True),
            "Install from these downloaded files instead of from the network.",
            advanced=True,
        )
        filters = tr("HTML files (*.html)")
        self.add(
            QgsProcessingParameterFileDestination(self.REPORT, tr("Status report"), filters, None, True, True),
            "The status as a page, for a bug report: your home folder appears as ~.",
        )
        for name, text in (("PYTHON", "Python used"), ("TORCH", "PyTorch version"), ("DEVICE", "Best device")):
            self.addOutput(QgsProcessingOutputString(name, tr(text)))

    def refusal(self, parameters: dict[str, Any], context: Any) -> str:
        """A missing interpreter, or a missing yes."""
        action = ACTIONS[self.parameterAsEnum(parameters, self.ACTION, context)]
        python = self.parameterAsString(parameters, self.INTERPRETER, context)
        if action == "use" and not python:
            return self.tr("No Python is given. Choose the python program to use.")
        if action in ("use", "create") and python and not Path(python).is_file():
            return self.tr("'{}' is no file. Choose the python program itself, not its folder.").format(python)
        offline = self.parameterAsString(parameters, self.WHEELS, context)
        if action == "create" and not offline and not self.parameterAsBool(parameters, self.CONFIRM, context):
            return self.tr("Creating the environment downloads PyTorch. Tick 'Yes, download PyTorch' to agree.")
        return ""

    def processAlgorithm(self, parameters: dict[str, Any], context: Any, feedback: Any) -> dict[str, Any]:
        """Do what was asked, then report the status."""
        accepted, message = self.checkParameterValues(parameters, context)
        if not accepted:
            raise QgsProcessingException(message)
        action = ACTIONS[self.parameterAsEnum(parameters, self.ACTION, context)]
        python = self.parameterAsString(parameters, self.INTERPRETER, context)
        progress = reporting.ProgressReporter(feedback)

        def work() -> bool:
            if action == "use":
                link = core_link.core_module("engine.interpreter")
                link.require_usable(link.probe(python))
                runtime.choose_interpreter(python)
            elif action == "create":
                wheels = self.parameterAsString(parameters, self.WHEELS, context)
                plan = environment.Plan(
                    folder=runtime.managed_folder(),
                    base=python or environment.own_python(),
                    gpu=self.parameterAsBool(parameters, self.GPU, context),
                    wheels=Path(wheels) if wheels else None,
                )
                runtime.stop_engine()
                environment.create(plan, progress, feedback.pushInfo, progress.is_cancelled)
                runtime.choose_interpreter("")
            elif action == "remove":
                runtime.choose_interpreter("")
                environment.remove(runtime.managed_folder())
            return True

        if self.guarded(work, feedback) is None:
            return {}
        status = diagnosis.status()
        for name, value in status.rows:
            feedback.pushInfo(f"{name}: {value}")
        if status.problem:
            feedback.pushWarning(status.problem)
        report = self.parameterAsFileOutput(parameters, self.REPORT, context)
        if report:
            Path(report).write_text(status.to_html(), encoding="utf-8")
        answers = {"PYTHON": status.python, "TORCH": status.torch, "DEVICE": status.device}
        return {**answers, self.REPORT: report} if report else answers
