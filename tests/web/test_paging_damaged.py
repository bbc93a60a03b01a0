"""A cursor is one that we gave, or is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from tests.damage import damaged

from entrepot.core.errors import Invalid
from entrepot.web.paging import _decoded, _encoded


@pytest.mark.parametrize("number", [1, 2**63 - 1])
def test_what_we_gave_is_understood(number):
    assert _decoded(_encoded(number)) == number


@given(damaged([_encoded(n).encode() for n in (12, 2**63 - 1)]))
def test_a_damaged_cursor_is_a_number_or_is_refused(content):
    try:
        number = _decoded(content.decode("utf-8", "replace"))
    except Invalid as refused:
        assert refused.record == "page"
    else:
        assert 0 <= number < 10**19
