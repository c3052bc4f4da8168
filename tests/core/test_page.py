"""The page around a report."""

from __future__ import annotations

import re

from rgbsar_core import __version__
from rgbsar_core.page import html_page


def test_a_page_has_a_title_and_says_which_version_made_it_when():
    page = html_page("a < b", "<h1>Body</h1>", "h1{color:red}")
    assert "<title>a &lt; b</title>" in page and "<h1>Body</h1>" in page and "h1{color:red}</style>" in page
    assert re.search(rf"Made by RGB-SAR Land Cover {re.escape(__version__)} on \d{{4}}-\d\d-\d\d \d\d:\d\d", page)


def test_a_page_that_says_nothing_of_a_run_has_no_date():
    assert "Made by" not in html_page("a", "b", made=False)
