"""A file of rates is read whole or refused: no half of it counts, and no rate that PostgreSQL could not keep."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from tests.damage import damaged

from entrepot.core.errors import Invalid
from entrepot.pricing.services.fx_file import rows_of_csv, rows_of_ecb

ECB = b"""<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01"
 xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref"><Cube><Cube time="2026-11-24">
<Cube currency="USD" rate="1.0812"/><Cube currency="TRY" rate="47.1234"/></Cube></Cube></gesmes:Envelope>"""
UNTIL = date(2026, 11, 25)
CSV = [b"day,base,quote,rate\n2026-11-24,EUR,TRY,47.1234\n", b"day;base;quote;rate\r\n2026-11-24;EUR;TRY;47,1234\r\n"]


def is_storable(rows):
    return all(len(r.as_tuple().digits) <= 18 and 0 < r < Decimal(10) ** 10 for *_, r in rows)


def test_the_samples_are_good():
    assert [row[2:] for row in rows_of_ecb(ECB, until=UNTIL)] == [
        ("USD", Decimal("1.0812")),
        ("TRY", Decimal("47.1234")),
    ]
    assert [rows_of_csv(text.decode(), until=UNTIL)[0][3] for text in CSV] == [Decimal("47.1234")] * 2


@given(damaged([ECB]))
def test_a_damaged_xml_is_read_or_refused(content):
    try:
        rows = rows_of_ecb(content, until=UNTIL)
    except Invalid as refused:
        assert refused.record.startswith("FX file")
    else:
        assert rows
        assert is_storable(rows)


@given(damaged(CSV))
def test_a_damaged_csv_is_read_or_refused(content):
    try:
        rows = rows_of_csv(content.decode("utf-8", "replace"), until=UNTIL)
    except Invalid as refused:
        assert refused.record.startswith("FX file")
    else:
        assert rows
        assert is_storable(rows)


@pytest.mark.parametrize("bomb", [b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"<!DOCTYPE a SYSTEM 'file:///etc/passwd'>"])
def test_a_document_type_is_refused_whatever_stands_in_it(bomb):
    with pytest.raises(Invalid, match="DOCTYPE"):
        rows_of_ecb(ECB.replace(b"?>", b"?>" + bomb, 1), until=UNTIL)
