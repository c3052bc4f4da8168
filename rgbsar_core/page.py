"""The page around every report: one look on screen and paper, and which version made it when."""

from __future__ import annotations

from datetime import datetime
from html import escape

from . import __version__

_STYLE = """
body{font:15px/1.45 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}
h1{font-size:1.5rem;margin-bottom:.2rem}h2{font-size:1.1rem;margin-top:1.8rem}
table{border-collapse:collapse;margin:.5rem 0}
td,th{padding:.25rem .6rem;border:1px solid #ddd;text-align:right;font-variant-numeric:tabular-nums}
td{white-space:nowrap}th{font-weight:600;background:#f4f4f4}td.t,th.t{text-align:left;white-space:normal}
td.r{font-weight:600;outline:2px solid #555}
.wide{overflow-x:auto}.note{color:#555;overflow-wrap:anywhere}
.warn{background:#fff3cd;padding:.4rem .7rem;border-left:4px solid #e0a800}
.swatch{display:inline-block;width:.9em;height:.9em;margin-right:.4em;border:1px solid #999;vertical-align:-.1em}
.key{margin-right:1.2em;white-space:nowrap}
svg{width:100%;max-width:45rem;height:auto;display:block}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
@media print{@page{margin:15mm}body{margin:0;padding:0;max-width:none;font-size:9.5pt}.wide{overflow:visible}
h1,h2{break-after:avoid}table,svg,figure,.warn{break-inside:avoid}td,th{padding:.2rem .4rem}}
"""


def html_page(title: str, body: str, style: str = "", made: bool = True) -> str:
    """One self-contained page that fetches nothing.

    Args:
        title: of the browser's tab and of a printed page, as plain text.
        body: HTML.
        style: rules of its own, after the common ones.
        made: whether the last line says which version made the page and when.
    """
    moment = datetime.now().astimezone().isoformat(" ", "minutes")
    end = f"<p class=note>Made by RGB-SAR Land Cover {__version__} on {moment}.</p>\n" if made else ""
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}{style}</style></head><body>\n{body}\n{end}</body></html>\n"
    )
