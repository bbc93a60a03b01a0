"""Pictures: addresses only, nothing is fetched. A host below ``.invalid`` stands for one that cannot be reached."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from .errors import WooError

if TYPE_CHECKING:
    from .state import Row, Store


def taken(store: Store, sent: dict[str, Any], held: list[Row]) -> Row:
    """A picture of a body: an ``id`` keeps one, a ``src`` is taken in as the shop's own copy.

    Raises:
        WooError: 400, an address that cannot be reached or an id that is none.
    """
    if sent.get("id"):
        old = next((i for i in held if i["id"] == sent["id"]), None) or _anywhere(store, sent["id"])
        return {**old, **{name: sent[name] for name in ("name", "alt") if name in sent}}
    src = sent.get("src", "")
    parts = urlsplit(src)
    host = parts.hostname or ""
    if parts.scheme not in {"http", "https"} or not host or host.endswith(".invalid"):
        text = f"Error getting remote image {src}. Error: A valid URL was not provided or the host did not answer."
        raise WooError("woocommerce_product_image_upload_error", text, 400)
    name = sent.get("name") or parts.path.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    return {"id": store.new_id(), "src": src, "name": name, "alt": sent.get("alt", ""), "created": store.now()}


def _anywhere(store: Store, image_id: int) -> Row:
    for row in store.products.values():
        for image in row["images"]:
            if image["id"] == image_id:
                return dict(image)
    raise WooError("woocommerce_product_invalid_image_id", f"#{image_id} is an invalid image ID.", 400)
