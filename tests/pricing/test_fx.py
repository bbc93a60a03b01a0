"""Rates by day: the ECB's file, a CSV, and what neither may do."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from entrepot.core.errors import Invalid
from entrepot.pricing.models import FxRate
from entrepot.pricing.services import load_ecb, load_fx_csv, rate_on
from entrepot.pricing.services.fx_file import rows_of_csv

pytestmark = pytest.mark.django_db

AT = datetime(2026, 12, 1, 9, tzinfo=UTC)

# Shape: https://www.ecb.europa.eu/stats/eurofxref/eurofxref-daily.xml
ECB = b"""<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01"
  xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
 <gesmes:subject>Reference rates</gesmes:subject>
 <Cube><Cube time='2026-11-23'><Cube currency='USD' rate='1.0850'/><Cube currency='TRY' rate='52.40'/></Cube></Cube>
</gesmes:Envelope>"""
BOMB = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>"""


def test_the_ecbs_file_gives_one_euro_in_other_currencies():
    assert load_ecb(at=AT, xml=ECB) == 2

    assert rate_on(day=date(2026, 11, 24), base="EUR", quote="USD") == (Decimal("1.0850"), date(2026, 11, 23))


def test_a_rate_goes_both_ways_and_through_the_euro():
    load_ecb(at=AT, xml=ECB)

    back, _ = rate_on(day=date(2026, 11, 24), base="TRY", quote="EUR")
    across, day = rate_on(day=date(2026, 11, 24), base="USD", quote="TRY")

    assert back == 1 / Decimal("52.40")
    assert (round(across, 6), day) == (Decimal("48.294931"), date(2026, 11, 23))  # 52.40 / 1.0850


def test_the_latest_rate_on_or_before_the_day_counts():
    load_fx_csv(
        at=AT, text="day,base,quote,rate\n2026-11-13,EUR,TRY,50\n2026-11-20,EUR,TRY,52\n2026-12-01,EUR,TRY,60\n"
    )

    assert rate_on(day=date(2026, 11, 20), base="EUR", quote="TRY") == (Decimal(52), date(2026, 11, 20))
    assert rate_on(day=date(2026, 11, 19), base="EUR", quote="TRY") == (Decimal(50), date(2026, 11, 13))
    assert rate_on(day=date(2026, 11, 1), base="EUR", quote="TRY") is None


def test_the_newest_way_counts_and_not_the_shortest():
    told = "2026-11-18,TRY,EUR,0.03\n2026-11-19,EUR,TRY,45\n2026-11-20,EUR,USD,1.1\n2026-11-17,TRY,USD,0.02\n"
    load_fx_csv(at=AT, text=f"day,base,quote,rate\n{told}")

    turned = rate_on(day=date(2026, 11, 20), base="TRY", quote="EUR")
    through = rate_on(day=date(2026, 11, 20), base="TRY", quote="USD")

    assert turned == (1 / Decimal(45), date(2026, 11, 19))
    assert (round(through[0], 6), through[1]) == (Decimal("0.024444"), date(2026, 11, 19))  # 1.1 / 45


def test_of_the_same_day_the_rate_as_told_counts():
    for told in ("TRY,EUR,0.03", "EUR,TRY,45"):
        load_fx_csv(at=AT, text=f"day,base,quote,rate\n2026-11-19,{told}\n")

    assert rate_on(day=date(2026, 11, 20), base="TRY", quote="EUR") == (Decimal("0.03"), date(2026, 11, 19))


def test_a_rate_older_than_a_week_is_none(settings):
    load_fx_csv(at=AT, text="day,base,quote,rate\n2026-11-13,EUR,TRY,50\n")

    assert rate_on(day=date(2026, 11, 20), base="EUR", quote="TRY") == (Decimal(50), date(2026, 11, 13))
    assert rate_on(day=date(2026, 11, 21), base="EUR", quote="TRY") is None
    settings.ENTREPOT_FX_MAX_AGE_DAYS = 8
    assert rate_on(day=date(2026, 11, 21), base="EUR", quote="TRY") == (Decimal(50), date(2026, 11, 13))


def test_the_same_currency_needs_no_rate():
    assert rate_on(day=date(2026, 11, 20), base="TRY", quote="TRY") == (Decimal(1), date(2026, 11, 20))


def test_a_file_told_twice_keeps_one_rate_a_day():
    for rate in ("50", "51"):
        load_fx_csv(at=AT, text=f"day,base,quote,rate\n2026-11-02,EUR,TRY,{rate}\n")

    assert [r.rate for r in FxRate.objects.all()] == [Decimal(51)]


@pytest.mark.parametrize(
    ("xml", "why"),
    [
        (ECB.replace(b'<?xml version="1.0" encoding="UTF-8"?>', BOMB).replace(b"Reference rates", b"&c;"), "DOCTYPE"),
        (
            ECB.replace(b'<?xml version="1.0" encoding="UTF-8"?>', BOMB).replace(b"'52.40'", b"'&c;'"),
            "DOCTYPE|cannot be read",
        ),
        (
            ECB.replace(
                b'<?xml version="1.0" encoding="UTF-8"?>',
                b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>',
            ).replace(b"Reference rates", b"&e;"),
            "DOCTYPE",
        ),
        (b"<html>Maintenance</html>", "has no rates"),
        (b"not xml", "cannot be read"),
        (b"", "cannot be read"),
        (ECB.replace(b"52.40", b"0"), "must be above zero"),
        (ECB.replace(b"52.40", b"NaN"), "line 5: rate must be a plain number"),
        (ECB.replace(b"52.40", b"52,40"), "line 5: rate must be a plain number"),
        (ECB.replace(b"52.40", b"1e30"), "line 5: rate must be a plain number"),
        (ECB.replace(b"52.40", b"52345678901.0"), "line 5: rate is out of range"),
        (ECB.replace(b"'TRY'", b"'Try'"), "line 5: quote must be a currency code"),
        (ECB.replace(b"2026-11-23", b"yesterday"), "must be a date"),
    ],
)
def test_a_file_that_is_not_the_ecbs_is_refused_whole(xml, why):
    with pytest.raises(Invalid, match=why):
        load_ecb(at=AT, xml=xml)

    assert not FxRate.objects.exists()


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("24.11.2026,EUR,TRY,52", "day"),
        ("2026-11-24,EUR,TRY,", "rate"),
        ("2026-11-24,EUR,TRY,-1", "rate"),
        ("2026-11-24,EUR,TRY,Infinity", "rate"),
        ('2026-11-24,EUR,TRY,"52,40"', "rate"),
        ("2026-11-24,eur,TRY,52", "base"),
        ("2026-11-24,EURO,TRY,52", "base"),
        ("2026-11-24,EUR,T1Y,52", "quote"),
        ("20261124,EUR,TRY,52", "day"),
        ("2026-02-30,EUR,TRY,52", "day"),
        ("2026-11-24,EUR", "quote"),
        ("2026-11-24,EUR,TRY", "rate"),
        ("2026-11-24,EUR,TRY,52,4", "cells"),
        ("2026-11-24,EUR,TRY,1_000", "rate"),
        ("2026-11-24,EUR,TRY,٥٢", "rate"),
        ("2026-11-24,EUR,TRY,1e30", "rate"),
        ("2026-11-24,EUR,TRY,NaN", "rate"),
        ("2026-11-24,EUR,TRY,+52", "rate"),
        ("2026-11-24,EUR,TRY,0.000", "rate"),
        ("2026-11-24,EUR,TRY,12345678901", "rate"),
        ("2026-11-24,EUR,TRY,0.123456789", "rate"),
    ],
)
def test_a_wrong_line_names_itself_and_nothing_is_kept(line, field):
    with pytest.raises(Invalid, match=f"line 3: {field}"):
        load_fx_csv(at=AT, text=f"day,base,quote,rate\n2026-11-23,EUR,USD,1.08\n{line}\n")

    assert not FxRate.objects.exists()


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ("2026-11-24,EUR,TRY,52\n2026-11-24,EUR,TRY,53", r"line 3: rate differs from line 2 .*\(52\)"),
        ("2026-11-24,EUR,TRY,52.4\n2026-11-24,TRY,EUR,0.5", "line 3: rate contradicts line 2 by more than 1 %"),
        ("2026-12-02,EUR,TRY,52\n2026-12-03,EUR,TRY,52", "line 3: day must not be later than tomorrow, 2026-12-02"),
        ("x,EUR,TRY,1\n2026-11-24,EUR,TRY,52\n2026-11-24,EUR,TRY,-1", "line 2: day .*; line 4: rate must"),
        ("\n".join(["x,EUR,TRY,1"] * 203), "line 201: day .*; and 3 more lines"),
    ],
)
def test_lines_that_cannot_all_be_right_are_named_and_nothing_is_kept(lines, why):
    with pytest.raises(Invalid, match=why):
        load_fx_csv(at=AT, text=f"day,base,quote,rate\n{lines}\n")

    assert not FxRate.objects.exists()


@pytest.mark.parametrize("more", ["2026-11-24,EUR,TRY,52.40", "2026-11-24,TRY,EUR,0.0191", "2026-11-25,EUR,TRY,53"])
def test_lines_that_agree_are_kept(more):
    load_fx_csv(at=AT, text=f"day,base,quote,rate\n2026-11-24,EUR,TRY,52.4\n{more}\n")

    assert rate_on(day=date(2026, 11, 24), base="EUR", quote="TRY") == (Decimal("52.4"), date(2026, 11, 24))


def test_the_ecbs_file_may_not_say_two_rates_of_a_currency_either():
    twice = ECB.replace(b"currency='USD' rate='1.0850'", b"currency='TRY' rate='50'")

    with pytest.raises(Invalid, match="line 5: rate differs from line 5"):
        load_ecb(at=AT, xml=twice)


def test_semicolons_between_the_cells_allow_a_decimal_comma():
    assert load_fx_csv(at=AT, text="day;base;quote;rate\n2026-11-23;EUR;TRY;52,4\n2026-11-23;EUR;USD;1.08\n") == 2

    assert rate_on(day=date(2026, 11, 23), base="EUR", quote="TRY") == (Decimal("52.4"), date(2026, 11, 23))
    assert rate_on(day=date(2026, 11, 23), base="EUR", quote="USD") == (Decimal("1.08"), date(2026, 11, 23))


@pytest.mark.parametrize("rate", ["1.234,5", "52,4,1", ",5", "52;4"])
def test_semicolons_do_not_make_a_number_of_what_is_none(rate):
    with pytest.raises(Invalid, match=r"line 2: (rate|cells)"):
        load_fx_csv(at=AT, text=f"day;base;quote;rate\n2026-11-23;EUR;TRY;{rate}\n")

    assert not FxRate.objects.exists()


def test_empty_lines_do_not_shift_the_line_that_is_named():
    with pytest.raises(Invalid, match="line 5: rate"):
        load_fx_csv(at=AT, text="day,base,quote,rate\n\n2026-11-23,EUR,USD,1.08\n\n2026-11-23,EUR,TRY,x\n")


@pytest.mark.parametrize("header", ["day,base,quote", "gün,base,quote,rate", "day,base,quote,rate,rate", ""])
def test_a_header_without_its_columns_says_which(header):
    with pytest.raises(Invalid, match="day,base,quote,rate"):
        load_fx_csv(at=AT, text=f"{header}\n2026-11-23,EUR,USD,1.08\n")


def test_lines_that_end_in_a_bare_carriage_return_are_refused_and_not_a_fault_of_ours():
    with pytest.raises(Invalid, match="cannot be read near line 1"):
        load_fx_csv(at=AT, text="day,base,quote,rate\r2026-11-23,EUR,USD,1.08\r")


def test_columns_may_stand_in_any_order_and_others_beside_them():
    rows = rows_of_csv("rate, note ,quote,day,base\r\n52.40,noon,TRY,2026-11-23,EUR\r\n", until=AT.date())

    assert rows == [(date(2026, 11, 23), "EUR", "TRY", Decimal("52.40"))]
