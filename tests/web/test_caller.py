"""Whose address counts, with and without proxies between."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

from entrepot.web.caller import address_of, caller_address


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("203.0.113.7:5123", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::1]:443", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("unknown", ""),
        ("999.1.1.1", ""),
    ],
)
def test_an_address_is_counted_as_its_customer_has_it(text, counted):
    assert address_of(text) == counted


@pytest.mark.parametrize(
    ("hops", "told", "counted"),
    [
        (0, "198.51.100.9", "10.0.0.2"),  # nobody in front of us: anybody may send the header
        (1, "198.51.100.9", "198.51.100.9"),
        (1, "192.0.2.1, 198.51.100.9", "198.51.100.9"),
        (2, "192.0.2.1, 198.51.100.9, 10.0.0.3", "198.51.100.9"),
        (2, "198.51.100.9", "10.0.0.2"),  # it did not come through both
        (1, "", "10.0.0.2"),
        (1, "rubbish", "10.0.0.2"),
    ],
)
def test_behind_proxies_the_entry_of_the_outermost_of_ours_counts(settings, hops, told, counted):
    settings.ENTREPOT_PROXY_HOPS = hops

    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.2", headers={"X-Forwarded-For": told})

    assert caller_address(request) == counted
