"""QGIS's proxy and certificate settings for a child process: only its environment gets them, nothing logs them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from qgis.core import QgsApplication, QgsNetworkAccessManager
from qgis.PyQt.QtNetwork import QNetworkProxy

_PROXY_VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@dataclass(frozen=True)
class ChildNetwork:
    """What a child process needs to reach the network as QGIS does.

    Args:
        variables: of its environment.
        certificates: authorities QGIS trusts, as PEM text; empty where QGIS has none beyond the system's.
        hidden: texts that must not appear in a log.
        kind: a word or two for the log, such as "QGIS's proxy".
    """

    variables: dict[str, str] = field(default_factory=dict, repr=False)
    certificates: str = ""
    hidden: tuple[str, ...] = field(default=(), repr=False)
    kind: str = ""

    def applied_to(self, environment: Mapping[str, str]) -> dict[str, str]:
        """A copy of an environment with these variables instead of its own, whatever case those have."""
        if not self.variables:
            return dict(environment)
        kept = {name: value for name, value in environment.items() if name.lower() not in _PROXY_VARIABLES}
        return {**kept, **self.variables}

    def hide(self, text: str) -> str:
        """A text without the credentials."""
        for entry in self.hidden:
            text = text.replace(entry, "***")
        return text


def for_children() -> ChildNetwork:
    """What QGIS's network settings say at this moment.

    Raises nothing: without a proxy in QGIS the child keeps what the system's environment says.
    """
    manager = QgsNetworkAccessManager.instance()
    proxy = manager.fallbackProxy()
    kinds = QNetworkProxy.ProxyType
    certificates = _certificates()
    if not proxy.hostName() or proxy.type() not in (kinds.HttpProxy, kinds.HttpCachingProxy, kinds.Socks5Proxy):
        return ChildNetwork(certificates=certificates)
    scheme = "socks5h" if proxy.type() == kinds.Socks5Proxy else "http"
    words = (proxy.user(), proxy.password())
    login = ":".join(quote(word, safe="") for word in words if word)
    address = f"{scheme}://{login}{'@' if login else ''}{proxy.hostName()}:{proxy.port()}"
    variables = {"http_proxy": address, "https_proxy": address}
    direct = [_host(url) for url in [*manager.excludeList(), *manager.noProxyList()]]
    if any(direct):
        variables["no_proxy"] = ",".join(host for host in direct if host)
    hidden = {form for word in words if word for form in (word, quote(word, safe=""))}
    kind = "QGIS's SOCKS proxy" if scheme == "socks5h" else "QGIS's proxy"
    return ChildNetwork(variables, certificates, tuple(sorted(hidden, key=len, reverse=True)), kind)


def _host(url: str) -> str:
    return url.strip().rpartition("://")[2].partition("/")[0].partition(":")[0]


def _certificates() -> str:
    """Every authority QGIS trusts, if the user added some to the system's."""
    manager: Any = QgsApplication.authManager()
    if manager.isDisabled() or not (manager.databaseCAs() or manager.extraFileCAs()):
        return ""
    return bytes(manager.trustedCaCertsPemText()).decode("ascii", errors="ignore")
