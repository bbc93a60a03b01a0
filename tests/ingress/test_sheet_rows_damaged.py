"""Whatever a sheet has become: every row of it is read or named, and a sheet that is none says what is allowed."""

from __future__ import annotations

from hypothesis import given
from tests.damage import damaged

from entrepot.core.errors import Invalid
from entrepot.ingress.services.sheet_rows import read_sheet

SHEETS = [
    'sku,brand,origin,attribute:Renk\nÇAY-1,Aydın,TR,Mavi\nÇAY-2,"Aydın, Züccaciye",TR,\n'.encode(),
    "\ufeffsku;vat;quantity\r\nA;10;5\r\nB;20;\r\n".encode(),
]


@given(damaged(SHEETS))
def test_a_damaged_sheet_is_read_with_each_bad_row_named_or_refused(content):
    try:
        sheet = read_sheet(content)
    except Invalid as refused:
        assert refused.record == "sheet"
        return

    assert len(sheet.columns) == len(set(sheet.columns))
    assert all(set(row) <= set(sheet.columns) for _, row in sheet.rows)
    assert not {line for line, _ in sheet.rows} & {line for line, _, _ in sheet.problems if line > 1}
    assert all(why for _, _, why in sheet.problems)
    assert not any("\x00" in cell for _, row in sheet.rows for cell in row.values())
