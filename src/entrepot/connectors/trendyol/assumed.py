"""What Trendyol's pages leave open, in one place. Each is a setting, or says here what would show that it is wrong."""

from __future__ import annotations

from typing import Any

from entrepot.kit.requests import Account
from entrepot.kit.spec import Setting

# The words are documented; the status is not (400 is likely), and the error's key is unknown.
_REPEAT_WORDS = "15 dakika boyunca aynı isteği"

# Desi, the carriers' volumetric kilogram: cm³ ÷ 3000. The pages ask for the number and do not say how it is made.
_DESI_DIVISOR = 3000

# A split is "asynchronous"; how long it takes is not said.
SPLIT_SHOWS_AFTER_S = 60.0

# The pages give no currency per storefront; a price sent in the wrong one cannot be told from a right one.
CURRENCIES = {
    "DE": "EUR", "SA": "SAR", "AE": "AED", "GR": "EUR", "SK": "EUR", "RO": "RON", "CZ": "CZK", "BG": "EUR",
}  # fmt: skip

SETTINGS = (
    Setting(
        name="attribute_shape", label="How attribute values are written on create", default="singular",
        allowed=("singular", "plural"), assumed=True,
    ),
    Setting(
        name="attribute_shape_update", label="How attribute values are written on updates", default="singular",
        allowed=("singular", "plural"), assumed=True,
    ),
    Setting(name="repeat_words", label="Words of the 15-minute refusal", default=_REPEAT_WORDS, assumed=True),
    Setting(name="desi_divisor", label="Cubic centimetres in one desi", default=_DESI_DIVISOR, assumed=True),
    Setting(
        name="awaiting_apart", label="Orders that await payment are asked for by a question of their own",
        default=True, allowed=(True, False), assumed=True,
    ),
    *(
        Setting(name=f"currency.{code}", label=f"Currency of prices on {code}", default=currency, assumed=True)
        for code, currency in CURRENCIES.items()
    ),
)  # fmt: skip


def is_repeat(body: Any, account: Account | None = None) -> bool:
    """Whether a refusal's body says that the same request was sent in the last 15 minutes."""
    words = str(account.setting("repeat_words", _REPEAT_WORDS)) if account else _REPEAT_WORDS
    return words.casefold() in str(body).casefold()


def desi_divisor(account: Account) -> int:
    """Cubic centimetres in one desi."""
    return int(account.setting("desi_divisor", _DESI_DIVISOR))


def asks_awaiting_apart(account: Account) -> bool:
    """Whether orders that await payment need ``status=Awaiting``; False where the plain question brings them too."""
    return bool(account.setting("awaiting_apart", True))
