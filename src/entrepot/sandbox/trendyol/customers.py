"""Invented buyers, and the addresses that an order shows of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .storefronts import STOREFRONTS

if TYPE_CHECKING:
    import random

NAMES = {
    "TR": (
        ("Ada", "Deniz"), ("Işıl", "Çınar"), ("Şükrü", "Öztürk"), ("Ömer", "Ağaoğlu"), ("Gülşah", "İnce"),
        ("Can", "Uğur"),
    ),
    "": (
        ("Mia", "Novak"), ("Jonas", "Keller"), ("Elena", "Ionescu"), ("Omar", "Haddad"), ("Nikos", "Pappas"),
        ("Eva", "Dvořák"),
    ),
}  # fmt: skip
PLACES = {
    "TR": (
        ("İzmir", 35, "Bornova", 420, "Erzene Mah", "35040"), ("İstanbul", 34, "Kadıköy", 340, "Moda Mah", "34710"),
        ("Ankara", 6, "Çankaya", 60, "Bahçelievler Mah", "06490"),
        ("Muğla", 48, "Köyceğiz", 481, "Gülpınar Mah", "48800"),
    ),
}  # fmt: skip
STREETS = ("Gül Sk. 5", "Liman Cd. 18", "Iğdır Sk. 3/B", "Çamlık Yolu 41")
PAYMENTS = ("Kredi Kartı", "Banka Kartı", "Alışveriş Kredisi", "Cüzdan - Trendpay")
COUNTRIES = {"AZ": "Azerbaijan", "QA": "Qatar", "KW": "Kuwait", "OM": "Oman", "BH": "Bahrain", "UA": "Ukraine"}
GULF = {"SA", "AE", "QA", "KW", "OM", "BH"}


def buyer(source: random.Random, country: str, given: dict[str, Any] | None, number: int) -> dict[str, Any]:
    """A buyer in a country. ``given`` may set any of the keys of the result, or those of both addresses.

    Keys: ``first_name``, ``last_name``, ``email``, ``country``, ``commercial``, ``company``, ``tax_office``,
    ``tax_number``, ``identity_number``, ``payment``, ``ship``, ``bill``.
    """
    given = dict(given or {})
    country = given.get("country", country)
    first, last = source.choice(NAMES.get(country, NAMES[""]))
    person = {
        "first_name": first, "last_name": last, "email": f"pf+{source.getrandbits(32):08x}@trendyolmail.com",
        "country": country, "commercial": False, "company": "", "tax_office": "", "tax_number": "",
        "identity_number": "11111111111", "payment": source.choice(PAYMENTS), "id": number,
    }  # fmt: skip
    person |= {key: value for key, value in given.items() if key in person}
    address = _address(source, person, number * 2)
    address |= {key: value for key, value in given.items() if key in address}
    person["ship"] = address | given.get("ship", {})
    person["bill"] = _invoice(person, {**address, "id": number * 2 + 1}) | given.get("bill", {})
    return person


def _address(source: random.Random, person: dict[str, Any], number: int) -> dict[str, Any]:
    country = person["country"]
    front = STOREFRONTS.get(country)
    away = (front.city if front else COUNTRIES.get(country, country), 0, "", 0, "", front.postcode if front else "")
    city, city_code, district, district_id, neighborhood, postcode = source.choice(PLACES.get(country, (away,)))
    street = source.choice(STREETS) if country == "TR" else f"Harbour Street {source.randrange(1, 90)}"
    full = " ".join(part for part in (street, "Daire 2" if country == "TR" else "", district, city) if part)
    second = "Daire 2" if country == "TR" else ""
    return {
        "id": number, "firstName": person["first_name"], "lastName": person["last_name"],
        "company": person["company"], "address1": street, "address2": second, "city": city, "cityCode": city_code,
        "district": district, "districtId": district_id, "countyId": 0, "countyName": "",
        "shortAddress": "RRRD2929" if country in GULF else "", "stateName": city if country in GULF else "",
        "addressLines": {"addressLine1": street, "addressLine2": second}, "postalCode": postcode,
        "countryCode": country, "neighborhoodId": 18200 if neighborhood else 0, "neighborhood": neighborhood,
        "phone": "5550000000", "fullAddress": full, "fullName": f"{person['first_name']} {person['last_name']}",
    }  # fmt: skip


def _invoice(person: dict[str, Any], address: dict[str, Any]) -> dict[str, Any]:
    extra: dict[str, Any] = {"sector": "", "latitude": "38.40", "longitude": "27.20"}
    if person["commercial"]:
        tax = {"taxOffice": person["tax_office"] or "Bornova", "taxNumber": person["tax_number"] or "1234567890"}
        extra |= {**tax, "eInvoiceAvailable": True}
    return address | extra


HIDDEN = {
    "firstName": "***", "lastName": "***", "company": "", "address1": "", "address2": "", "postalCode": "",
    "neighborhood": "", "neighborhoodId": 0, "phone": None, "fullAddress": "", "fullName": "***",
    "addressLines": {"addressLine1": "", "addressLine2": ""}, "district": "", "districtId": 0,
}  # fmt: skip


def masked(address: dict[str, Any]) -> dict[str, Any]:
    """An address as it is shown before the payment is checked."""
    return address | HIDDEN
