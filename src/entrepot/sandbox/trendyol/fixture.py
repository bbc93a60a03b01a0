"""The catalogue of the simulated marketplace: categories with their attributes, brands, carriers, addresses.

All names and numbers are invented, except the attribute ids 47, 293 to 296, 348, 1116, 1198, 1210, 1216 and the
carriers' ids and codes, which are the vendor's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute as one category asks for it; ``values`` are (id, Turkish, English)."""

    id: int
    name: str
    name_en: str
    values: tuple[tuple[int, str, str], ...] = ()
    required: bool = False
    custom: bool = False
    slicer: bool = False
    varianter: bool = False
    multiple: bool = False


def _values(first_id: int, *names: str) -> tuple[tuple[int, str, str], ...]:
    pairs = (name.split("|") for name in names)
    return tuple((first_id + i, pair[0], pair[-1]) for i, pair in enumerate(pairs))


COLOURS = _values(
    2886, "Kırmızı|Red", "Siyah|Black", "Beyaz|White", "Lacivert|Navy", "Mavi|Blue", "Yeşil|Green", "Sarı|Yellow",
    "Gri|Grey", "Bej|Beige", "Kahverengi|Brown", "Pembe|Pink", "Mor|Purple", "Turuncu|Orange", "Çok Renkli|Multicolour",
)  # fmt: skip
SIZES = _values(4600, "XS", "S", "M", "L", "XL", "XXL", "Tek Ebat|One size")
SHOE_SIZES = _values(4700, *(str(n) for n in range(35, 47)))
LINEN_SIZES = _values(
    4800, "Tek Kişilik|Single", "Çift Kişilik|Double", "30 x 50 cm", "50 x 90 cm", "70 x 140 cm", "160 x 220 cm"
)
WEIGHTS = _values(5200, "100 g", "250 g", "400 g", "500 g", "700 g", "1 kg", "2 kg", "5 kg")
VOLUMES = _values(5300, "10 ml", "30 ml", "50 ml", "100 ml", "200 ml", "250 ml", "400 ml", "500 ml", "1 L", "5 L")
STORAGE = _values(5400, "64 GB", "128 GB", "256 GB", "512 GB", "1 TB")
GENDERS = _values(2873, "Erkek|Men", "Kadın|Women", "Unisex")
AGES = _values(2877, "Bebek|Baby", "Çocuk|Child", "Yetişkin|Adult")
MATERIALS = _values(
    5000, "Pamuk|Cotton", "Keten|Linen", "Yün|Wool", "Deri|Leather", "Polyester", "Seramik|Ceramic", "Cam|Glass",
    "Ahşap|Wood", "Çelik|Steel", "İpek|Silk",
)  # fmt: skip
SKINS = _values(5500, "Kuru|Dry", "Yağlı|Oily", "Karma|Combination", "Hassas|Sensitive")
STORING = _values(5600, "Kuru ve serin yerde|Dry and cool", "Buzdolabında|Refrigerated")

COLOUR = Attribute(47, "Renk", "Colour", required=True, custom=True, slicer=True)
WEB_COLOUR = Attribute(348, "Web Color", "Web Color", COLOURS, required=True)
GENDER = Attribute(296, "Cinsiyet", "Gender", GENDERS, required=True)
AGE = Attribute(294, "Yaş Grubu", "Age group", AGES)
MATERIAL = Attribute(14, "Materyal", "Material", MATERIALS, multiple=True)
MAKER = Attribute(1198, "Üretici Bilgisi", "Manufacturer", custom=True)
IMPORTER = Attribute(1216, "İthalatçı Bilgisi", "Importer", custom=True)
WARNINGS = Attribute(1116, "Kullanım Uyarıları", "Usage warnings", custom=True)


def _sized(name: str, name_en: str, values: tuple[tuple[int, str, str], ...]) -> Attribute:
    return Attribute(293, name, name_en, values, required=True, varianter=True)


PROFILES: dict[str, tuple[Attribute, ...]] = {
    "clothing": (COLOUR, WEB_COLOUR, _sized("Beden", "Size", SIZES), GENDER, AGE, MATERIAL),
    "shoes": (COLOUR, WEB_COLOUR, _sized("Numara", "Shoe size", SHOE_SIZES), GENDER, MATERIAL),
    "accessory": (COLOUR, WEB_COLOUR, GENDER, MATERIAL),
    "linen": (COLOUR, WEB_COLOUR, _sized("Ebat", "Dimensions", LINEN_SIZES), MATERIAL),
    "home": (COLOUR, WEB_COLOUR, MATERIAL, MAKER),
    "food": (
        Attribute(5101, "Net Miktar", "Net weight", WEIGHTS, required=True, varianter=True),
        Attribute(5102, "Saklama Koşulu", "Storage", STORING, required=True),
        Attribute(5103, "Yöre", "Region", custom=True), MAKER, WARNINGS,
    ),
    "liquid": (
        Attribute(5104, "Net Hacim", "Net volume", VOLUMES, required=True, varianter=True),
        Attribute(5102, "Saklama Koşulu", "Storage", STORING), MAKER, WARNINGS,
    ),
    "cosmetics": (
        Attribute(5104, "Hacim", "Volume", VOLUMES, required=True, varianter=True),
        Attribute(5105, "Cilt Tipi", "Skin type", SKINS, multiple=True),
        Attribute(1198, "Üretici Bilgisi", "Manufacturer", required=True, custom=True), IMPORTER, WARNINGS,
    ),
    "electronics": (
        COLOUR, WEB_COLOUR, Attribute(5106, "Depolama", "Storage size", STORAGE, slicer=True), IMPORTER,
        Attribute(1210, "CE Uygunluk", "CE mark", _values(5700, "Var|Yes", "Yok|No"), required=True),
    ),
}  # fmt: skip

# (id, Turkish name, English name, profile of a leaf or its children)
Node = tuple[int, str, str, "str | tuple[Node, ...]"]
ROOTS: tuple[Node, ...] = (
    (501, "Giyim", "Clothing", (
        (520, "Tişört", "T-shirt", "clothing"), (521, "Gömlek", "Shirt", "clothing"),
        (522, "Elbise", "Dress", "clothing"), (523, "Kazak", "Sweater", "clothing"),
        (524, "Pantolon", "Trousers", "clothing"), (525, "Mont", "Coat", "clothing"),
    )),
    (502, "Ayakkabı & Çanta", "Shoes & bags", (
        (530, "Spor Ayakkabı", "Sneakers", "shoes"), (531, "Bot", "Boots", "shoes"),
        (532, "Sırt Çantası", "Backpack", "accessory"),
    )),
    (503, "Aksesuar", "Accessories", (
        (540, "Şal", "Scarf", "accessory"), (541, "Kemer", "Belt", "accessory"),
        (542, "Takı", "Jewellery", ((545, "Kolye", "Necklace", "accessory"), (546, "Küpe", "Earrings", "accessory"))),
    )),
    (504, "Ev & Mobilya", "Home & furniture", (
        (550, "Ev Tekstili", "Home textiles", (
            (551, "Havlu", "Towel", "linen"), (552, "Peştemal", "Hammam towel", "linen"),
            (553, "Nevresim", "Bed linen", "linen"),
        )),
        (554, "Mutfak", "Kitchen", (
            (555, "Kahve Fincanı", "Coffee cup", "home"), (556, "Çaydanlık", "Teapot", "home"),
            (557, "Cezve", "Coffee pot", "home"),
        )),
    )),
    (505, "Süpermarket", "Grocery", (
        (560, "Bakliyat", "Pulses", "food"), (561, "Çay", "Tea", "food"),
        (562, "Türk Kahvesi", "Turkish coffee", "food"),
        (563, "Lokum", "Turkish delight", "food"), (564, "Kuruyemiş", "Nuts", "food"),
        (565, "Zeytinyağı", "Olive oil", "liquid"), (566, "Bal", "Honey", "food"),
    )),
    (506, "Kozmetik", "Cosmetics", (
        (570, "Yüz Kremi", "Face cream", "cosmetics"), (571, "Şampuan", "Shampoo", "cosmetics"),
        (572, "Kolonya", "Cologne", "cosmetics"), (573, "Sabun", "Soap", "food"),
    )),
    (507, "Elektronik", "Electronics", (
        (580, "Kulaklık", "Headphones", "electronics"), (581, "Akıllı Saat", "Smart watch", "electronics"),
    )),
)  # fmt: skip


@dataclass(slots=True)
class Category:
    """One node of the tree; a leaf has a profile and no children."""

    id: int
    name: str
    name_en: str
    parent_id: int | None
    profile: str = ""
    children: list[Category] = field(default_factory=list)

    def attributes(self) -> tuple[Attribute, ...]:
        """What a product of this leaf states; nothing for an inner node."""
        return PROFILES.get(self.profile, ())


def _grow(node: Node, parent_id: int | None) -> Category:
    number, name, name_en, rest = node
    if isinstance(rest, str):
        return Category(number, name, name_en, parent_id, rest)
    return Category(number, name, name_en, parent_id, "", [_grow(child, number) for child in rest])


@cache
def roots() -> tuple[Category, ...]:
    """The top of the tree."""
    return tuple(_grow(node, None) for node in ROOTS)


@cache
def categories() -> dict[int, Category]:
    """Every node by id."""
    found: dict[int, Category] = {}
    waiting = list(roots())
    while waiting:
        node = waiting.pop()
        found[node.id] = node
        waiting += node.children
    return found


BRANDS = {
    70001: "Kuzey Atölye", 70002: "Aydın Tekstil", 70003: "Borealis", 70004: "Anadolu Bahçe", 70005: "Sahil Ev",
    70006: "Çınar", 70007: "Ihlamur Kozmetik", 70008: "Pera Kahve", 70009: "Toros", 70010: "Mavi Rota",
    70011: "Işık Elektronik", 70012: "Gökçe",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Carrier:
    """A cargo provider: ``prefix`` starts its tracking numbers, ``name`` is what an order shows."""

    id: int
    code: str
    name: str
    prefix: str
    aliases: tuple[str, ...] = ()


CARRIERS = {
    c.code: c
    for c in (
        Carrier(4, "YKMP", "Yurtiçi Kargo Marketplace", "725"),
        Carrier(6, "HOROZMP", "Horoz Kargo Marketplace", "884"),
        Carrier(7, "ARASMP", "Aras Kargo Marketplace", "726"),
        Carrier(9, "SURATMP", "Sürat Kargo Marketplace", "727"),
        Carrier(10, "DHLECOMMP", "DHL eCommerce Marketplace", "728", ("MNGMP",)),
        Carrier(17, "TEXMP", "Trendyol Express", "733"),
        Carrier(19, "PTTMP", "PTT Kargo Marketplace", "734"),
        Carrier(20, "CEVAMP", "CEVA Marketplace", "735"),
        Carrier(30, "CEVATEDARIK", "CEVA Tedarik Marketplace", "735", ("BORMP",)),
        Carrier(38, "SENDEOMP", "Kolay Gelsin Marketplace", "736", ("KOLAYGELSINMP",)),
        Carrier(11, "UPSMP", "UPS Kargo Marketplace", "729"),
    )
}


def carrier(code: str) -> Carrier | None:
    """By code or by one of its other spellings."""
    return CARRIERS.get(code) or next((c for c in CARRIERS.values() if code in c.aliases), None)


ADDRESSES = (
    (11, "Shipment", "Bursa", 16, "Nilüfer", 210, "16110", "Depo Sk. 4", True),
    (12, "Invoice", "Bursa", 16, "Osmangazi", 211, "16020", "Atatürk Cd. 18 K. 2", True),
    (13, "Returning", "Bursa", 16, "Nilüfer", 210, "16110", "İade Sk. 6", True),
    (14, "Returning", "İzmir", 35, "Bornova", 420, "35040", "Liman Yolu 9", False),
)
CITIES = (
    (100, "Bursa", "16"),
    (101, "İzmir", "35"),
    (102, "İstanbul", "34"),
    (103, "Ankara", "6"),
    (104, "Adana", "1"),
)
DISTRICTS = {
    100: ((210, "Nilüfer"), (211, "Osmangazi")), 101: ((420, "Bornova"), (421, "Konak")),
    102: ((340, "Kadıköy"), (341, "Şişli")), 103: ((60, "Çankaya"), (61, "Keçiören")), 104: ((10, "Seyhan"),),
}  # fmt: skip
