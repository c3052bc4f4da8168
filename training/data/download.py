"""Fetch one small file over https, with limits and a few attempts."""

from __future__ import annotations

import http.client
import time
import urllib.error
import urllib.parse
import urllib.request

from rgbsar_core.errors import InputError, RasterIOError

LARGEST = 64 * 2**20
TIMEOUT_SECONDS = 30.0
_ATTEMPTS = 4
_PAUSE_SECONDS = 2.0  # before the second attempt, doubled before each further one
_THIS_MACHINE = ("127.0.0.1", "localhost", "::1")


def download(address: str) -> bytes:
    """The file at an address, tried a few times while the server or the line fails; a refusal (4xx) is final.

    Args:
        address: https; plain http only to this machine.

    Raises:
        InputError: the address is not https.
        RasterIOError: it cannot be fetched, or is larger than 64 MiB.
    """
    _require_https(address)
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            with urllib.request.urlopen(address, timeout=TIMEOUT_SECONDS) as answer:
                _require_https(answer.geturl())
                data: bytes = answer.read(LARGEST + 1)
            expected = answer.headers.get("Content-Length")
            if len(data) > LARGEST or expected is None or int(expected) == len(data):
                break
            reason = f"{len(data)} of {expected} bytes came"
        except urllib.error.HTTPError as error:
            if error.code < 500 and error.code != 429:
                raise RasterIOError(
                    f"The server answered {error.code} ({error.reason}) for '{address}'; expected the file. "
                    "It may have moved: take a copy with --from FOLDER, or give another address with --source."
                ) from error
            reason = f"the server answered {error.code}"
        except (OSError, http.client.HTTPException) as error:
            reason = str(getattr(error, "reason", error)) or type(error).__name__
        if attempt < _ATTEMPTS:
            time.sleep(_PAUSE_SECONDS * 2 ** (attempt - 1))
    else:
        raise RasterIOError(
            f"'{address}' could not be fetched in {_ATTEMPTS} attempts: {reason}. Check the network connection and "
            "start again; complete files are kept. Without a network, take a copy with --from FOLDER."
        )
    if len(data) > LARGEST:
        raise RasterIOError(f"'{address}' has more than {LARGEST >> 20} MiB; expected an image. Check the source.")
    return data


def _require_https(address: str) -> None:
    parts = urllib.parse.urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _THIS_MACHINE):
        raise InputError(f"The address '{address}' is not https; expected an encrypted connection. Give another.")
