"""QGIS's proxy and certificates for child processes; credentials stay out of every log."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

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


def test_socks_proxy_is_named(network: Any, settings: Any) -> None:
    """pip then says that it cannot use it, and the step's advice says what to do."""
    settings(**{**PROXY, "proxyType": "Socks5Proxy", "proxyUser": "", "proxyPassword": ""})
    found = network.for_children()
    assert found.variables["https_proxy"] == "socks5h://proxy.example:3128"
    assert found.kind == "QGIS's SOCKS proxy" and found.hidden == ()
