"""Files: what they are, and the file itself, for who may see its row."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import display, register
from django.http import Http404, HttpRequest, HttpResponse
from django.template.defaultfilters import filesizeformat
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from entrepot.web.admin import OwnChoices, Page

from . import services
from .models import Document

_SHOWN_IN_BROWSER = ("application/pdf",)


def file_link(document: Document, text: Any) -> SafeString:
    """A link that opens or downloads a document."""
    return format_html(
        '<a class="link" href="{}">{}</a>', reverse("admin:documents_document_file", args=[document.pk]), text
    )


@register(Document)
class DocumentPage(Page):
    list_display = ["name", "kind", "media_type", "bytes", "download", "created_at", "seller"]
    list_filter = ["kind", "media_type", ("seller", OwnChoices)]
    list_select_related = ["seller"]
    search_fields = ["name", "=sha256"]
    fields = ["name", "kind", "seller", "media_type", "bytes", "sha256", "created_at", "download"]
    readonly_fields = ["bytes", "download"]

    @display(description=gettext_lazy("size"), ordering="size")
    def bytes(self, row: Document) -> str:
        return filesizeformat(row.size)

    @display(description=gettext_lazy("file"))
    def download(self, row: Document) -> SafeString:
        return file_link(row, _("download"))

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.file_view)
        return [path("<int:object_id>/file/", view, name="documents_document_file"), *super().get_urls()]

    def file_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The bytes. Only PDF opens in the browser; nothing is guessed from the content."""
        row = self.get_object(request, str(object_id))
        if row is None:
            raise Http404
        way = "inline" if row.media_type in _SHOWN_IN_BROWSER else "attachment"
        response = HttpResponse(services.content_of(row), content_type=row.media_type)
        name = "".join(c if c.isalnum() or c in "-_." else "_" for c in row.name)
        response["Content-Disposition"] = f'{way}; filename="{name.encode("ascii", "replace").decode()}"'
        return response
