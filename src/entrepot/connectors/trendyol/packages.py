"""A package of theirs as ours."""

from __future__ import annotations

from decimal import Decimal

from entrepot.core.clock import from_ms
from entrepot.kit import records
from entrepot.kit.requests import Account

from .states import IGNORED_STATUSES, LINE_STATES, UNPAID, state_of
from .storefronts import storefront_of_order
from .wire_orders import Address, Line, Package

ORDER_CLOCK_MS = 10_800_000  # how far orderDate, the wall clock of GMT+3, runs ahead of UTC
_MASKED_IDENTITY = "1" * 11
_SELLER_PAYS = 1


def package(theirs: Package, account: Account) -> records.Package | tuple[()]:
    """One package; nothing for a status that moves nothing.

    Raises:
        MappingError: a status that nobody declared.
    """
    if theirs.status in IGNORED_STATUSES:
        return ()
    record = f"package {theirs.shipmentPackageId}"
    ship_to = party(theirs.shipmentAddress, theirs)
    return records.Package(
        package_ref=theirs.shipmentPackageId,
        order_ref=theirs.orderNumber,
        storefront=storefront_of_order(theirs.orderCountryCode, theirs.currencyCode, account),
        state=state_of(theirs.status, record=record, field="status"),
        their_status=theirs.status,
        placed_at=from_ms(theirs.orderDate - ORDER_CLOCK_MS),
        modified_at=from_ms(theirs.lastModifiedDate),
        currency=theirs.currencyCode,
        lines=tuple(_line(line, record) for line in theirs.lines),
        gross=theirs.packageGrossAmount,
        seller_discount=theirs.packageSellerDiscount,
        channel_discount=theirs.packageTyDiscount,
        total=theirs.packageTotalPrice,
        ship_to=ship_to,
        bill_to=party(theirs.invoiceAddress, theirs, is_billed=True) if theirs.invoiceAddress else ship_to,
        is_paid=theirs.status not in UNPAID,
        is_export=theirs.micro,
        tracking_ref=theirs.cargoTrackingNumber,
        tracking_url=theirs.cargoTrackingLink or None,
        carrier=theirs.cargoProviderName or None,
        pays_carriage="seller" if theirs.whoPays == _SELLER_PAYS else "channel",
        ship_by=from_ms(theirs.agreedDeliveryDate) if theirs.agreedDeliveryDate else None,
        invoice_number=theirs.invoiceNumber or None,
        origin_refs=tuple(theirs.originPackageIds),
        made_by=theirs.createdBy,
    )


def _line(theirs: Line, record: str) -> records.Line:
    word = theirs.orderLineItemStatusName
    return records.Line(
        line_ref=theirs.lineId,
        listing_ref=theirs.barcode,
        sku=theirs.stockCode,
        title=theirs.productName,
        quantity=theirs.quantity,
        unit_gross=theirs.lineGrossAmount,
        unit_seller_discount=theirs.lineSellerDiscount,
        unit_channel_discount=theirs.lineTyDiscount,
        unit_price=theirs.lineUnitPrice,
        vat_rate=theirs.vatRate / 100,
        state=LINE_STATES[word] if word in LINE_STATES else _line_state(word, f"{record} line {theirs.lineId}"),
        unit_prices=_unit_prices(theirs),
    )


def _line_state(word: str, record: str) -> str:
    return (
        "" if not word or word in IGNORED_STATUSES else state_of(word, record=record, field="orderLineItemStatusName")
    )


def _unit_prices(theirs: Line) -> tuple[Decimal, ...]:
    """The units' prices where they are all told and not all the line's."""
    each = tuple(unit.lineItemPrice for unit in theirs.discountDetails)
    return each if len(each) == theirs.quantity and set(each) != {theirs.lineUnitPrice} else ()


def party(theirs: Address | None, of: Package, *, is_billed: bool = False) -> records.Party:
    """Name and address as far as they are told. An identity number that is all ones is a mask, and no number."""
    theirs = theirs or Address()
    name = theirs.fullName or f"{theirs.firstName} {theirs.lastName}".strip()
    identity = "" if of.identityNumber == _MASKED_IDENTITY else of.identityNumber
    return records.Party(
        name=name or f"{of.customerFirstName} {of.customerLastName}".strip(),
        company=theirs.company,
        phone=theirs.phone,
        email=of.customerEmail,
        lines=_lines(theirs),
        district=theirs.district,
        city=theirs.city,
        region=theirs.stateName or theirs.countyName,
        postcode=theirs.postalCode,
        country=theirs.countryCode,
        tax_number=(theirs.taxNumber or of.taxNumber or identity) if is_billed else "",
        tax_office=theirs.taxOffice if is_billed else "",
    )


def _lines(theirs: Address) -> tuple[str, ...]:
    """Address lines, each once: numbered ones first, else the unnumbered, then quarter and national short address."""
    again = theirs.addressLines
    street = [theirs.address1, theirs.address2]
    if not any(street) and again:
        street = [again.addressLine1, again.addressLine2]
    if not any(street):
        street = [theirs.fullAddress]
    return tuple(dict.fromkeys(filter(None, [*street, theirs.neighborhood, theirs.shortAddress])))
