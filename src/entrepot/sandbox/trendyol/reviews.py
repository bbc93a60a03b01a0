"""The marketplace's review: what is approved becomes a card with variants, what is refused says why."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from . import ledger_notes
from .fixture import Attribute, categories
from .lookups import attribute_id
from .model import Content, Listing
from .product_rules import stated_value

if TYPE_CHECKING:
    from .world import World

BANNED = ("replika", "muadil", "çakma", "imitasyon", "fake")
SHORTEST_TITLE = 5
PARTS = {"title": "TITLE", "description": "DESCRIPTION", "images": "MEDIA", "attributes": "ATTRIBUTE"}


def ask_for_review(world: World, listing: Listing) -> None:
    """The listing waits for its verdict; an earlier review of it no longer counts."""
    listing.status, listing.reasons = "pendingApproval", []
    listing.review_no += 1
    world.schedule(world.switches.approval_delay_s, "review", key=listing.key, review_no=listing.review_no)


def decide(world: World, facts: dict[str, Any]) -> None:
    """The verdict by rule."""
    listing = world.listings.get(facts["key"])
    if listing is None or listing.review_no != facts["review_no"] or listing.status != "pendingApproval":
        return
    reasons = objections(listing.product)
    if reasons:
        refuse(world, listing, reasons)
    else:
        approve(world, listing)


def objections(fields: dict[str, Any]) -> list[dict[str, str]]:
    """Why a reviewer would refuse these texts and pictures; fields that are absent are not looked at."""
    title, description = fields.get("title"), fields.get("description")
    texts = f"{title or ''} {description or ''}".casefold()
    found = [_reason("Yasaklı Kelime", f"'{word}' ifadesi kullanılamaz.") for word in BANNED if word in texts]
    if title is not None and len(title.strip()) < SHORTEST_TITLE:
        found.append(_reason("Hatalı Ürün Adı", f"Ürün adı en az {SHORTEST_TITLE} karakter olmalıdır."))
    if description is not None and not description.strip():
        found.append(_reason("Hatalı Açıklama", "Ürün açıklaması boş olamaz."))
    hosts = [urlsplit(image["url"]).hostname or "" for image in fields.get("images") or []]
    if any(host.endswith(".invalid") for host in hosts):
        found.append(_reason("Hatalı Görsel", "Ürün görseline ulaşılamadı."))
    return found


def _reason(text: str, detail: str) -> dict[str, str]:
    return {"rejectReason": text, "rejectReasonDetail": detail}


def refuse(world: World, listing: Listing, reasons: list[dict[str, str]]) -> None:
    """Not approved; the seller may change and try again."""
    listing.status, listing.reasons, listing.modified_ms = "rejected", reasons, world.clock.ms()
    ledger_notes.product_refused(world, listing)


def approve(world: World, listing: Listing) -> None:
    """Live: put on the card of its model code and slicer values, which is made when it is the first."""
    now = world.clock.ms()
    content = _card(world, listing)
    content.barcodes.append(listing.barcode)
    listing.status, listing.reasons = "approved", []
    listing.content_id, listing.variant_id = content.id, world.number("variant", 7_700_001)
    listing.approved_ms = listing.modified_ms = now
    ledger_notes.product_approved(world, listing)


def attributes_by_kind(world: World, category_id: int) -> tuple[dict[int, Attribute], set[int], set[int]]:
    """All attributes of a category by id; the ids of slicers; the ids of varianters."""
    known = {attribute_id(world, a): a for a in categories()[category_id].attributes()}
    return known, {n for n, a in known.items() if a.slicer}, {n for n, a in known.items() if a.varianter}


def _card(world: World, listing: Listing) -> Content:
    p = listing.product
    _, slicers, varianters = attributes_by_kind(world, p["categoryId"])
    values = sorted(f"{a['attributeId']}={stated_value(a)}" for a in p["attributes"] if a["attributeId"] in slicers)
    name = "|".join([listing.storefront, p["productMainId"], *values])
    if name not in world.cards:
        now = world.clock.ms()
        content = Content(
            world.number("content", 880_001), listing.storefront, p["productMainId"], p["brandId"], p["categoryId"],
            p["title"], p["description"], p["images"],
            [a for a in p["attributes"] if a["attributeId"] not in varianters], now, now,
        )  # fmt: skip
        world.contents[content.id] = content
        world.cards[name] = content.id
    return world.contents[world.cards[name]]


# -- content updates of approved products --------------------------------------------------------------------------


def iso(ms: int) -> str:
    """``2026-11-02T09:10:11.000Z``."""
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def ask_for_content_review(world: World, content: Content, changes: dict[str, Any], batch_id: str) -> None:
    """Each changed part gets a row in the audit of the card, and a verdict after the review's delay."""
    updates = []
    for field, kind in PARTS.items():
        if field in changes:
            names = {"MEDIA": "Medias", "ATTRIBUTE": "Attributes"}.get(kind, kind.capitalize())
            new, old = changes[field], getattr(content, field)
            if kind == "MEDIA":
                new, old = ([{"url": i["url"], "order": n} for n, i in enumerate(v)] for v in (new, old))
            updates.append({
                "type": kind, "status": "RUNNING", "completedDate": None, "rejectReasons": [],
                f"changed{names}": new, f"existing{names}": old,
            })  # fmt: skip
    audit = {
        "barcode": content.barcodes[0], "contentId": content.id, "batchRequestId": batch_id,
        "requestDate": iso(world.clock.ms()), "updates": updates,
    }  # fmt: skip
    content.audits.append(audit)
    delay = world.switches.approval_delay_s
    world.schedule(delay, "content_review", content_id=content.id, audit=len(content.audits) - 1, changes=changes)


def decide_content(world: World, facts: dict[str, Any]) -> None:
    """Part by part: unchanged or objectionable parts fail, the others become the card's."""
    content = world.contents.get(facts["content_id"])
    if content is None:
        return
    applied = {}
    by_kind = {kind: field for field, kind in PARTS.items()}
    for update in content.audits[facts["audit"]]["updates"]:
        field = by_kind[update["type"]]
        value = facts["changes"][field]
        reasons = [
            {"type": "BANNED_WORD", "reason": r["rejectReason"], "detail": r["rejectReasonDetail"], "parameters": {}}
            for r in objections({field: value})
        ]
        if value == getattr(content, field):
            reasons = [{"type": "CHANGES_NOT_FOUND", "reason": "No change", "detail": "", "parameters": {}}]
        update |= {"status": "FAIL" if reasons else "SUCCESS", "completedDate": iso(world.clock.ms())}
        update["rejectReasons"] = reasons
        if not reasons:
            applied[field] = value
    _apply(world, content, applied, facts)


def _apply(world: World, content: Content, applied: dict[str, Any], facts: dict[str, Any]) -> None:
    refused = sorted(set(facts["changes"]) - set(applied))
    if refused:
        world.ledger.write("content.refused", content_id=content.id, storefront=content.storefront, fields=refused)
    if not applied:
        return
    for field, value in applied.items():
        setattr(content, field, value)
    content.modified_ms = world.clock.ms()
    for barcode in content.barcodes:
        listing = world.listing(content.storefront, barcode)
        if listing is not None:
            shown = {k: v for k, v in applied.items() if k != "attributes"}
            listing.product = {**listing.product, **shown}
            ledger_notes.content_set(world, listing, applied)
