"""The windows a seller may open: country, currency, VAT rates and language of each.

VAT rates are the vendor's lists; the lower rates for goods sent from Romania to Greece are left out. Currencies other
than TRY and RON are assumed.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Storefront:
    """One country's window. ``number`` is the ``storeFrontId`` of batch echoes."""

    number: int
    code: str
    country: str
    currency: str
    vat_rates: tuple[int, ...]
    language: str
    city: str
    postcode: str


STOREFRONTS = {
    s.code: s
    for s in (
        Storefront(1, "TR", "Türkiye", "TRY", (0, 1, 10, 20), "tr", "İstanbul", "34710"),
        Storefront(2, "DE", "Germany", "EUR", (0, 7, 19), "en", "Leipzig", "04109"),
        Storefront(3, "SA", "Saudi Arabia", "SAR", (15,), "en", "Riyadh", "12214"),
        Storefront(4, "AE", "United Arab Emirates", "AED", (5,), "en", "Dubai", "00000"),
        Storefront(5, "GR", "Greece", "EUR", (0, 6, 13, 24), "en", "Patra", "26221"),
        Storefront(6, "SK", "Slovakia", "EUR", (0, 19, 23), "en", "Košice", "040 01"),
        Storefront(7, "RO", "Romania", "RON", (0, 11, 21), "en", "Cluj-Napoca", "400001"),
        Storefront(8, "CZ", "Czechia", "CZK", (0, 12, 21), "en", "Brno", "602 00"),
        Storefront(9, "BG", "Bulgaria", "EUR", (0, 9, 20), "en", "Plovdiv", "4000"),
    )
}
