"""The stream of orders: newest first, behind a cursor that is bound to its filters."""

from __future__ import annotations

from .trendyol_shop import Shop

DAY_MS = 86_400_000
STREAM = "/order/sellers/{s}/orders/stream"


def test_the_stream_goes_newest_first_and_a_package_changed_meanwhile_is_not_seen_twice():
    shop = Shop()
    shop.live(quantity=100)
    placed = []
    for _ in range(5):
        placed.append(shop.order())
        shop.after(1)
    ids = [p["package_id"] for p in placed]

    first = shop.get(f"{STREAM}?size=2").json()
    shop.move(placed[4], "Picking")  # shown already: moves to the front, behind the reader's back
    second = shop.get(f"{STREAM}?size=2&nextCursor={first['nextCursor']}").json()
    third = shop.get(f"{STREAM}?size=2&nextCursor={second['nextCursor']}").json()

    seen = [p["shipmentPackageId"] for page in (first, second, third) for p in page["content"]]
    assert seen == list(reversed(ids))
    assert [page["hasMore"] for page in (first, second, third)] == [True, True, False]
    assert third["nextCursor"] is None
    assert "totalElements" not in first
    assert shop.get(f"{STREAM}?size=1").json()["content"][0]["shipmentPackageId"] == ids[4]


def test_a_cursor_is_bound_to_its_filters_and_can_be_used_again():
    shop = Shop()
    shop.live(quantity=100)
    for _ in range(3):
        shop.order()
    start = shop.remote.clock.ms() - DAY_MS
    query = f"size=1&packageItemStatuses=Created&lastModifiedStartDate={start}"
    cursor = shop.get(f"{STREAM}?{query}").json()["nextCursor"]

    again = [shop.get(f"{STREAM}?{query}&nextCursor={cursor}").json()["content"] for _ in range(2)]
    assert again[0] == again[1]
    changed = shop.get(f"{STREAM}?{query.replace('Created', 'Picking')}&nextCursor={cursor}")
    assert changed.status_code == 400
    assert shop.get(f"{STREAM}?{query}&nextCursor=nonsense").status_code == 400
    assert shop.get(f"{STREAM}?size=1&packageItemStatuses=Created&nextCursor={cursor}").status_code == 400
    elsewhere = shop.get(f"{STREAM}?{query}&nextCursor={cursor}", headers={"storeFrontCode": "DE"})
    assert elsewhere.status_code == 400


def test_the_stream_reaches_14_days_at_once_and_three_months_back():
    shop = Shop()
    shop.live(quantity=100)
    shop.order()
    first = shop.remote.clock.ms()
    shop.after(20 * 86_400)
    start = first - DAY_MS

    assert shop.get(STREAM).json()["content"] == []
    window = f"lastModifiedStartDate={start}&lastModifiedEndDate={start + 14 * DAY_MS}"
    assert len(shop.get(f"{STREAM}?{window}").json()["content"]) == 1
    wide = f"lastModifiedStartDate={start}&lastModifiedEndDate={start + 14 * DAY_MS + 1}"
    assert shop.get(f"{STREAM}?{wide}").status_code == 400
    shop.after(71 * 86_400)
    assert shop.get(f"{STREAM}?{window}").json()["content"] == []
    assert shop.get(f"{STREAM}?size=201").status_code == 400
    assert shop.get(f"{STREAM}?packageItemStatuses=Lost").status_code == 400
