"""The countries in which Trendyol sells, and what each accepts."""

from __future__ import annotations

from decimal import Decimal

from entrepot.core.errors import MappingError
from entrepot.kit.requests import Account
from entrepot.kit.spec import StorefrontSpec

from .assumed import CURRENCIES

HOME = "TR"  # what an account without a storefront sells on: there the header may be left out

# Country, language, VAT percentages (international pages v3.0; TR: product page). Language: one that the service has.
# Greece takes 11 and 21 only for goods that are sent from Romania.
_FACTS = {
    "TR": ("TR", "tr", (0, 1, 10, 20)),
    "DE": ("DE", "en", (0, 7, 19)),
    "SA": ("SA", "ar", (15,)),
    "AE": ("AE", "ar", (5,)),
    "GR": ("GR", "el", (0, 6, 11, 13, 21, 24)),
    "SK": ("SK", "en", (0, 19, 23)),
    "RO": ("RO", "ro", (0, 11, 21)),
    "CZ": ("CZ", "en", (0, 12, 21)),
    "BG": ("BG", "en", (0, 9, 20)),
}
VAT_PERCENTS = {code: percents for code, (_, _, percents) in _FACTS.items()}
STOREFRONTS = tuple(
    StorefrontSpec(
        code=code,
        country=country,
        currency=CURRENCIES.get(code, "TRY"),
        language=language,
        vat_rates=tuple(str(Decimal(p) / 100) for p in percents),
    )
    for code, (country, language, percents) in _FACTS.items()
)
LANGUAGES = {s.code: s.language for s in STOREFRONTS}


def storefront_of(account: Account) -> str:
    """The storefront that calls of this account speak of."""
    return account.storefront or HOME


def currency_of(account: Account, storefront: str) -> str:
    """The currency in which prices go to ``storefront``.

    Raises:
        MappingError: the storefront is not known.
    """
    if storefront not in VAT_PERCENTS:
        raise MappingError(f"storefront {storefront}", "code", f"must be one of {', '.join(VAT_PERCENTS)}")
    return str(account.setting(f"currency.{storefront}", CURRENCIES.get(storefront, "TRY")))


def storefront_of_order(country: str, currency: str, account: Account) -> str:
    """The storefront that an order was placed on: its country, where Trendyol sells there in the order's currency.

    Orders of home that go abroad (micro-export, export partnership) name the buyer's country, and are in lira.
    """
    is_there = country in VAT_PERCENTS and currency == currency_of(account, country)
    return country if is_there else storefront_of(account)
