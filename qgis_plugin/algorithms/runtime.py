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

from .. import core_link, diagnosis, environment, environment_plan, runtime
from .. import feedback as reporting
from .base import RgbSarAlgorithm

ACTIONS = ("status", "use", "create", "remove", "plan", "repair")
BUILDS = ("auto", "cpu", "cuda")


class RuntimeAlgorithm(RgbSarAlgorithm):
    """Status and set-up of the Python that runs the network."""

    ACTION, INTERPRETER, CONFIRM, BUILD = "ACTION", "INTERPRETER", "CONFIRM", "BUILD"
    WHEELS, REPORT = "WHEELS", "REPORT"
    ICON = "runtime.svg"
    DESCRIPTION = (
        "<p>The network needs PyTorch, which runs in a process of its own: never inside QGIS, so neither can harm "
        "the other. This algorithm shows which Python is used, changes it, or sets one up.</p>"
        "<p><b>Status</b> tests the Python in use. <b>Use</b> makes another one the standard: a conda or virtual "
        "environment with torch, numpy and safetensors. <b>Plan</b> says what a creation would download and where it "
        "would lie; nothing is downloaded. <b>Create</b> downloads PyTorch into an environment of the plugin's own, "
        "outside QGIS; one that was stopped goes on where it was. <b>Repair</b> makes a broken environment anew from "
        "what is downloaded already. <b>Remove</b> deletes environment and downloads and forgets a chosen Python.</p>"
    )

    def name(self) -> str:
        return "runtime"

    def displayName(self) -> str:
        return self.tr("Runtime: status and set-up")

    def group(self) -> str:
        return self.tr("Set-up")

    def groupId(self) -> str:
        return "setup"

    def tags(self) -> list[str]:
        return self.tr("install,torch,PyTorch,GPU,CUDA,Python,interpreter,environment,diagnosis,status").split(",")

    def shortDescription(self) -> str:
        return self.tr("Which Python runs the network, and how to change it")

    def initAlgorithm(self, configuration: Any = None) -> None:
        tr, behavior = self.tr, QgsProcessingParameterFile.Behavior
        anything = tr("All files (*)")  # the default "*.*" refuses bin/python3: no dot
        actions = [
            tr("Show status"),
            tr("Use this Python"),
            tr("Create the managed environment"),
            tr("Remove the managed environment"),
            tr("Plan: what would a creation download?"),
            tr("Repair the managed environment"),
        ]
        self.add(QgsProcessingParameterEnum(self.ACTION, tr("What to do"), actions, defaultValue=0), "See above.")
        self.add(
            QgsProcessingParameterFile(self.INTERPRETER, tr("Python"), behavior.File, "", None, True, anything),
            "The python program (python.exe, bin/python3) to use; when creating, the one to build on (3.10 or newer). "
            "Empty when creating: QGIS's own.",
        )
        self.add(
            QgsProcessingParameterBoolean(self.CONFIRM, tr("Yes, download PyTorch (the plan says how much)"), False),
            "Needed to create the environment; nothing is downloaded without it. About 0.3 GB, with support for NVIDIA "
            "GPUs 2.8 GB.",
        )
        choices = [tr("Automatic: for the NVIDIA GPU if driver and GPU allow it"), tr("CPU"), tr("NVIDIA GPU")]
        self.add(
            QgsProcessingParameterEnum(self.BUILD, tr("Build of PyTorch"), choices, defaultValue=0),
            "For NVIDIA GPUs the CUDA version is chosen by driver and GPU. Apple GPUs need no choice.",
        )
        self.add(
            QgsProcessingParameterFile(self.WHEELS, tr("Folder of wheels"), behavior.Folder, "", None, True),
            "Install from these downloaded files instead of from the network (docs/user/runtime.md says how to get "
            "them).",
            advanced=True,
        )
        filters = tr("HTML files (*.html);;Markdown files (*.md)")
        self.add(
            QgsProcessingParameterFileDestination(self.REPORT, tr("Status report"), filters, None, True, True),
            "The status as a page or as Markdown, for a bug report: your home folder appears as ~.",
        )
        for name, text in (("PYTHON", "Python used"), ("TORCH", "PyTorch version"), ("DEVICE", "Best device")):
            self.addOutput(QgsProcessingOutputString(name, tr(text)))

    def refusal(self, parameters: dict[str, Any], context: Any) -> str:
        """A missing interpreter, or a missing yes."""
        action = ACTIONS[self.parameterAsEnum(parameters, self.ACTION, context)]
        python = self.parameterAsString(parameters, self.INTERPRETER, context)
        if action == "use" and not python:
            return self.tr("No Python is given. Choose the python program to use.")
        if action not in ("status", "remove") and python and not Path(python).is_file():
            return self.tr("'{}' is no file. Choose the python program itself, not its folder.").format(python)
        if action == "create" and not self.parameterAsBool(parameters, self.CONFIRM, context):
            plan = self._plan(parameters, context)
            if plan.wheels is None and not plan.is_downloaded:
                return self._ask(plan)
        return ""

    def _plan(self, parameters: dict[str, Any], context: Any) -> environment_plan.Plan:
        wheels = self.parameterAsString(parameters, self.WHEELS, context)
        python = self.parameterAsString(parameters, self.INTERPRETER, context)
        wish = BUILDS[self.parameterAsEnum(parameters, self.BUILD, context)]
        return environment_plan.make_plan(python, wish, Path(wheels) if wheels else None)

    def _ask(self, plan: environment_plan.Plan) -> str:
        question = self.tr("Creating the environment downloads PyTorch. Tick 'Yes, download PyTorch' to agree.")
        return f"{question} {'; '.join(plan.lines())}"

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
            elif action == "plan":
                for line in self._plan(parameters, context).lines():
                    feedback.pushInfo(line)
            elif action == "create" or (action == "repair" and self._is_broken(feedback)):
                plan = self._plan(parameters, context)
                agreed = self.parameterAsBool(parameters, self.CONFIRM, context)
                if not (agreed or plan.wheels or plan.is_downloaded):
                    raise core_link.errors.InputError(self._ask(plan))
                for line in plan.lines():
                    feedback.pushInfo(line)
                runtime.stop_engine()
                environment.create(plan, progress, feedback.pushInfo, progress.is_cancelled)
                runtime.choose_interpreter("")
            elif action == "remove":
                runtime.stop_engine()
                environment.remove(runtime.managed_folder())
                runtime.choose_interpreter("")
            return True

        if self.guarded(work, feedback) is None or action == "plan":
            return {}
        status = diagnosis.status()
        for name, value in status.rows:
            feedback.pushInfo(f"{name}: {value}")
        if status.problem:
            feedback.pushWarning(status.problem)
        report = self.parameterAsFileOutput(parameters, self.REPORT, context)
        if report:
            page = status.to_markdown() if report.lower().endswith(".md") else status.to_html()
            texts = core_link.core_module("text_files")
            self.guarded(lambda: texts.publish_texts({report: page}), feedback)
        answers = {"PYTHON": status.python, "TORCH": status.torch, "DEVICE": status.device}
        return {**answers, self.REPORT: report} if report else answers

    def _is_broken(self, feedback: Any) -> bool:
        problem = diagnosis.managed_problem()
        if problem:
            feedback.pushWarning(problem)
        else:
            feedback.pushInfo(self.tr("Nothing to repair: the managed environment works, or there is none."))
        return bool(problem)
