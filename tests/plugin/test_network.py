"""QGIS's proxy and certificates for child processes; credentials stay out of every log."""

from __future__ import annotations

import os
import sys
from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from .stand_in_wheels import served, write_index

pytestmark = pytest.mark.qgis

PROXY = {
    "proxyEnabled": True,
    "proxyType": "HttpProxy",
    "proxyHost": "proxy.example",
    "proxyPort": "3128",
    "proxyUser": "ada@work",
    "proxyPassword": "s3cret/ü",
}


@pytest.fixture
def network(qgis: Any) -> Any:
    """The module."""
    from qgis_plugin import network

    return network


@pytest.fixture
def settings(qgis: Any) -> Iterator[Any]:
    """Writes QGIS's proxy settings as its options do, and takes them back."""
    from qgis.core import QgsNetworkAccessManager, QgsSettings

    def write(**values: Any) -> None:
        for name, value in values.items():
            QgsSettings().setValue(f"proxy/{name}", value)
        QgsNetworkAccessManager.instance().setupDefaultProxyAndCache()

    yield write
    QgsSettings().remove("proxy")
    QgsNetworkAccessManager.instance().setupDefaultProxyAndCache()


def test_without_a_proxy_in_qgis_the_child_keeps_the_system_s(network: Any) -> None:
    """Nothing is taken away."""
    found = network.for_children()
    assert found.variables == {} and found.kind == ""
    assert found.applied_to({"https_proxy": "http://system:1"}) == {"https_proxy": "http://system:1"}


def test_proxy_of_qgis_replaces_the_system_s_with_credentials_escaped(network: Any, settings: Any) -> None:
    """@ and / of a password would break the address."""
    settings(**PROXY, noProxyUrls=["https://intern.example/path", "10.0.0.1:8080"])
    found = network.for_children()
    address = "http://ada%40work:s3cret%2F%C3%BC@proxy.example:3128"
    assert found.applied_to({"HTTPS_PROXY": "http://system:1", "PATH": "/bin"}) == {
        "PATH": "/bin",
        "http_proxy": address,
        "https_proxy": address,
        "no_proxy": "intern.example,10.0.0.1",
    }
    assert found.kind == "QGIS's proxy"


def test_credentials_are_hidden_from_logs_and_representations(network: Any, settings: Any) -> None:
    """Plain and escaped."""
    settings(**PROXY)
    found = network.for_children()
    said = found.hide(f"Cannot connect to {found.variables['https_proxy']} as ada@work with s3cret/ü")
    assert "s3cret" not in said and "ada" not in said and "proxy.example:3128" in said
    assert "s3cret" not in repr(found)


def test_proxy_that_is_switched_off_is_not_used(network: Any, settings: Any) -> None:
    """The fields stay filled in QGIS's options."""
    settings(**{**PROXY, "proxyEnabled": False})
    assert network.for_children().variables == {}


def test_a_thread_of_processing_sees_the_same_proxy(network: Any, settings: Any) -> None:
    """QGIS has one network manager for each thread."""
    settings(**PROXY)
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(network.for_children).result() == network.for_children()
    assert network.for_children().kind == "QGIS's proxy"


def test_socks_proxy_is_named(network: Any, settings: Any) -> None:
    """pip then says that it cannot use it, and the step's advice says what to do."""
    settings(**{**PROXY, "proxyType": "Socks5Proxy", "proxyUser": "", "proxyPassword": ""})
    found = network.for_children()
    assert found.variables["https_proxy"] == "socks5h://proxy.example:3128"
    assert found.kind == "QGIS's SOCKS proxy" and found.hidden == ()


def test_pip_reaches_its_index_through_qgis_s_proxy(network: Any, settings: Any, tmp_path: Path) -> None:
    """A server that exists only behind the proxy; the proxy sees the credentials, the log does not."""
    from qgis_plugin import child, core_link

    said: list[str] = []
    with served(write_index(tmp_path / "index")) as (address, proxy):
        host, _, port = address.rpartition("/")[2].partition(":")
        settings(**{**PROXY, "proxyHost": host, "proxyPort": port})
        found = network.for_children()
        environment = found.applied_to(core_link.core_module("engine.interpreter").scrub_environment(os.environ))
        child.run(
            [sys.executable, "-m", "pip", "download", "--no-deps", "-d", str(tmp_path), "--trusted-host",
             "index.example", "--index-url", "http://index.example/simple", "jinja2"],
            "Download",
            tmp_path,
            {**environment, "PIP_CONFIG_FILE": os.devnull},
            lambda line: said.append(found.hide(line)),
            lambda: False,
        )  # fmt: skip
        login = b64encode("ada@work:s3cret/ü".encode("latin-1")).decode()  # as pip encodes it
        assert proxy.requests[0] == "http://index.example/simple/jinja2/"
        assert {headers["proxy-authorization"] for headers in proxy.headers_seen} == {f"Basic {login}"}
    assert len(list(tmp_path.glob("jinja2-*.whl"))) == 1
    assert said and not any("s3cret" in line for line in said)
