"""Labels and invoices."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from .gate import Ask, Call
from .product_rules import is_number, is_whole

if TYPE_CHECKING:
    from .model import Package
    from .world import World

LABEL_CARRIERS = ("TEXMP", "ARASMP")
INVOICE_NUMBER = re.compile(r"[A-Za-z0-9]{3}20[2-9]\d\d{9}")
FILE_TYPES = ("application/pdf", "image/jpeg", "image/png")
MOST_BYTES = 10 * 1024 * 1024


def _labelled(world: World, ask: Ask) -> Package:
    """The newest package with this tracking number."""
    text = ask.path["tracking_number"]
    found = [p for p in world.packages.values() if p.tracking_number and str(p.tracking_number) == text]
    if not found:
        raise ask.refuse(400, "invalid.tracking.number", "Cargo tracking number is not valid")
    return found[-1]


def create_label(world: World, ask: Ask) -> None:
    """ZPL only, for TEX and Aras, of packages that are not over."""
    package = _labelled(world, ask)
    body = ask.body if isinstance(ask.body, dict) else {}
    boxes, height = body.get("boxQuantity", 1), body.get("volumetricHeight", 1)
    if body.get("format") != "ZPL":
        raise ask.refuse(400, "invalid.format", "format must be ZPL")
    if not is_whole(boxes) or not 1 <= boxes <= 99 or not is_number(height) or height <= 0:
        raise ask.refuse(400, "invalid.box.info", "boxQuantity and volumetricHeight must be above 0")
    if package.carrier not in LABEL_CARRIERS or package.is_alternative:
        raise ask.refuse(400, "invalid.cargo.provider", "common labels are for TEX and Aras only")
    if package.status not in ("Created", "Picking", "Invoiced"):
        raise ask.refuse(400, "invalid.package.status", f"package is {package.status}")
    world.labels[ask.path["tracking_number"]] = {"boxes": boxes, "package_id": package.id}
    facts = {"tracking_number": package.tracking_number, "boxes": boxes, "package_status": package.status}
    world.ledger.write("label.created", order_number=package.order_number, package_id=package.id, **facts)


def read_label(world: World, ask: Ask) -> Any:
    """One label a box; 404 before it was created (assumed)."""
    package = _labelled(world, ask)
    label = world.labels.get(ask.path["tracking_number"])
    if label is None:
        raise ask.refuse(404, "label.not.found", "Common label not found")
    boxes = int(label["boxes"])
    return {"data": [{"label": zpl(package, n + 1, boxes), "format": "ZPL"} for n in range(boxes)]}


def zpl(package: Package, box: int, boxes: int) -> str:
    """A label of 100 x 150 mm at 203 dpi: receiver, carrier, and the tracking number as Code 128."""
    to = package.buyer["ship"]
    rows = [
        to["fullName"], to["address1"], to["address2"], f"{to['postalCode']} {to['district']} {to['city']}",
        to["countryCode"],
    ]  # fmt: skip
    texts = [f"^FO40,{140 + 50 * n}^A0N,36,36^FD{_plain(text)}^FS" for n, text in enumerate(rows)]
    number = package.tracking_number
    return "\n".join([
        "^XA", "^CI28", "^PW812", "^LL1218",
        f"^FO40,60^A0N,50,50^FD{_plain(package.provider_name or package.carrier)}^FS",
        *texts, f"^FO40,440^A0N,36,36^FDSiparis {package.order_number}^FS", f"^FO560,440^A0N,36,36^FD{box}/{boxes}^FS",
        f"^FO80,540^BY3,3,220^BCN,220,Y,N,N,A^FD{number}^FS", "^XZ",
    ])  # fmt: skip


def _plain(text: str) -> str:
    return text.replace("^", " ").replace("~", " ")


# -- invoices --------------------------------------------------------------------------------------------------------


def _package(world: World, ask: Ask, number: object, unknown: int) -> Package:
    text = str(number)
    package = world.packages.get(int(text)) if text.isdecimal() else None
    if package is None:
        raise ask.refuse(unknown, "shipment.package.not.found", f"package {number} is not known")
    return package


def _dated(ask: Ask, package: Package, number: object, at: object) -> None:
    """Number and time are mandatory for micro export, and must have their shape when sent."""
    if package.is_micro and (number in (None, "") or at in (None, "")):
        raise ask.refuse(
            400, "invoice.fields.required", "invoiceNumber and invoiceDateTime are required for micro export"
        )
    if number not in (None, "") and not (isinstance(number, str) and INVOICE_NUMBER.fullmatch(number)):
        raise ask.refuse(
            400, "invalid.invoice.number", "invoiceNumber must be 3 letters or digits, the year and 9 digits"
        )
    if at not in (None, ""):
        good = re.fullmatch(r"\d{10}|\d{13}", str(at)) and int(str(at)) > 0
        seconds = int(str(at)) / (1000 if len(str(at)) == 13 else 1) if good else 0
        if not good or seconds > ask.world.clock.time() + 60:
            raise ask.refuse(
                400, "invalid.invoice.date", "invoiceDateTime must be s or ms since 1970, not in the future"
            )


def send_link(world: World, ask: Ask) -> Response:
    """409 when the package has an invoice, or the link belongs to another one."""
    body = ask.body if isinstance(ask.body, dict) else {}
    link = body.get("invoiceLink")
    package = _package(world, ask, body.get("shipmentPackageId"), 404)
    if not isinstance(link, str) or not re.fullmatch(r"https?://\S+", link):
        raise ask.refuse(400, "invalid.invoice.link", "invoiceLink must be an address")
    _dated(ask, package, body.get("invoiceNumber"), body.get("invoiceDateTime"))
    if package.invoice_link or link in world.invoice_links:
        raise ask.refuse(409, "invoice.already.exists", "the package has an invoice, or the link is used")
    _receive(world, package, link, body.get("invoiceNumber"), "link")
    return Response(status_code=201)


def _receive(world: World, package: Package, link: str, number: object, by: str) -> None:
    package.invoice_link = link
    package.invoice_number = str(number) if number else package.invoice_number
    world.invoice_links[link] = package.id
    world.touch(package)
    facts = {"invoice_number": package.invoice_number, "link": link, "by": by}
    world.ledger.write("invoice.received", order_number=package.order_number, package_id=package.id, **facts)


def delete_link(world: World, ask: Ask) -> Response:
    """By package, channel and customer."""
    body = ask.body if isinstance(ask.body, dict) else {}
    package = _package(world, ask, body.get("serviceSourceId"), 404)
    if body.get("channelId") != 1 or body.get("customerId") != package.buyer["id"] or not package.invoice_link:
        raise ask.refuse(
            400, "invalid.invoice", "channelId and customerId must be the package's, and it must have a link"
        )
    world.invoice_links.pop(package.invoice_link, None)
    package.invoice_link = None
    world.touch(package)
    world.ledger.write("invoice.deleted", order_number=package.order_number, package_id=package.id)
    return Response(status_code=202)


def send_file(world: World, ask: Ask) -> Response:
    """A PDF or picture of at most 10 MB."""
    package = _package(world, ask, ask.form.get("shipmentPackageId"), 404)
    files = [(kind, content) for field, kind, content in ask.files if field == "file"]
    if len(files) != 1 or not files[0][1]:
        raise ask.refuse(400, "invoice.file.required", "one file is required")
    kind, content = files[0]
    if kind not in FILE_TYPES:
        raise ask.refuse(400, "invoice.file.type", f"the file must be {', '.join(FILE_TYPES)}")
    if len(content) > MOST_BYTES:
        raise ask.refuse(400, "invoice.file.size", "the file must not exceed 10 MB")
    _dated(ask, package, ask.form.get("invoiceNumber"), ask.form.get("invoiceDateTime"))
    if package.invoice_link:
        raise ask.refuse(409, "invoice.already.exists", "the package has an invoice")
    link = f"https://invoices.example.test/{world.uuid()}"
    _receive(world, package, link, ask.form.get("invoiceNumber"), "file")
    return Response(status_code=201)


S = "/sellers/{seller_id}"
CALLS = [
    Call("POST", f"{S}/common-label/{{tracking_number}}", create_label, "label", "label", "json"),
    Call("GET", f"{S}/common-label/{{tracking_number}}", read_label, "label", "label"),
    Call("POST", f"{S}/seller-invoice-links", send_link, "", "order", "json"),
    Call("POST", f"{S}/seller-invoice-links/delete", delete_link, "", "order", "json"),
    Call("POST", f"{S}/seller-invoice-file", send_file, "", "order", "form"),
]
