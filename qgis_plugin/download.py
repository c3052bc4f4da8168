"""Fetching one file through QGIS's network manager: its proxy, certificates and time-outs, streamed to disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable

from qgis.core import QgsNetworkAccessManager
from qgis.PyQt.QtCore import QT_VERSION_STR, QEventLoop, QTimer, QUrl
from qgis.PyQt.QtNetwork import QNetworkReply, QNetworkRequest

from . import core_link

_MILLISECONDS_BETWEEN_LOOKS = 200
_STEP = "Downloading the model file"


def fetch(
    url: str,
    target: Path,
    largest_bytes: int,
    progress: Callable[[float, str], None],
    is_cancelled: Callable[[], bool],
) -> None:
    """Download a file; nothing of it is left under ``target`` if it fails (the caller removes a partial file).

    Args:
        url: http or https.
        target: file to write.
        largest_bytes: more is refused, announced or not.
        progress: told the share done (0..1, where the server tells the size) and the step.
        is_cancelled: asked several times a second.

    Raises:
        InputError: another kind of address, no answer, an error page, too large.
        OperationCancelled: cancelled.
    """
    errors = core_link.errors
    address = QUrl(url.strip())
    if address.scheme().lower() not in ("http", "https") or not address.host():
        raise errors.InputError(f"'{url}' is no web address; expected one that starts with https:// or http://.")
    transfer = _Transfer(address, target, largest_bytes, progress, is_cancelled)
    transfer.run()
    if transfer.cancelled:
        raise errors.OperationCancelled
    if transfer.problem:
        raise errors.InputError(
            f"'{address.toDisplayString()}' could not be downloaded: {transfer.problem}. Check the address, the "
            "network and QGIS's proxy settings, or download the file with a browser and import it from disk."
        )


class _Transfer:
    """One request with an event loop of its own: works in Processing's threads as in the main one."""

    def __init__(self, address: QUrl, target: Path, largest: int, progress: Any, is_cancelled: Any) -> None:
        request = QNetworkRequest(address)
        if QT_VERSION_STR.startswith("5."):  # Qt 6 follows redirections to equally safe addresses by itself
            policies = QNetworkRequest.RedirectPolicy
            request.setAttribute(QNetworkRequest.Attribute.RedirectPolicyAttribute, policies.NoLessSafeRedirectPolicy)
        request.setAttribute(QNetworkRequest.Attribute.CacheSaveControlAttribute, False)  # no place for weights
        self.problem, self.cancelled = "", False
        self._largest, self._progress, self._is_cancelled = largest, progress, is_cancelled
        self._target, self._received = target, 0
        self._loop = QEventLoop()
        self._reply = QgsNetworkAccessManager.instance().get(request)

    def run(self) -> None:
        """Run until the reply is finished or given up."""
        self._progress(0.0, _STEP)
        clock = QTimer()
        clock.timeout.connect(self._look)
        try:
            with open(self._target, "wb") as file:
                self._file = file
                self._reply.readyRead.connect(self._take)
                self._reply.finished.connect(self._loop.quit)
                clock.start(_MILLISECONDS_BETWEEN_LOOKS)
                if not self._reply.isFinished():
                    self._loop.exec()
                self._take()
        except OSError as error:
            self.problem = f"'{self._target.parent}' cannot be written to ({error.strerror})"
        finally:
            clock.stop()
            self._finish()

    def _look(self) -> None:
        if self._is_cancelled() and not self.cancelled:
            self.cancelled = True
            self._reply.abort()

    def _take(self) -> None:
        self._look()
        if self.problem or self.cancelled:
            return
        announced = self._reply.header(QNetworkRequest.KnownHeaders.ContentLengthHeader) or 0
        data = bytes(self._reply.readAll())
        self._received += len(data)
        if max(self._received, int(announced)) > self._largest:
            self.problem = f"it is larger than {self._largest / 2**30:g} GiB, so no model of this plugin"
        try:
            self._file.write(data)
        except OSError as error:
            self.problem = f"the disk takes no more ({error.strerror})"
        if self.problem:
            self._reply.abort()
            return
        size = f" of {int(announced) / 1e6:.0f}" if announced else ""
        share = self._received / int(announced) if announced else 0.0
        self._progress(min(share, 1.0), f"{_STEP}: {self._received / 1e6:.0f}{size} MB")

    def _finish(self) -> None:
        status = self._reply.attribute(QNetworkRequest.Attribute.HttpStatusCodeAttribute)
        failed = self._reply.error() != QNetworkReply.NetworkError.NoError
        if not self.problem and not self.cancelled and failed:
            self.problem = f"the server answered {status}" if status else self._reply.errorString().rstrip(".")
        self._reply.deleteLater()
