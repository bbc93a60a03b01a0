"""Messages of the panel in other languages, without the gettext programs: ``python tools/messages.py compile|missing``.

``compile`` makes each ``django.mo`` from its ``django.po``; ``missing`` prints what the source says and a language does
not, and fails when a translation is for words that no source says any more.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from entrepot.kit.registry import connectors
from entrepot.panel.names import said as name_said

SOURCE = Path(__file__).resolve().parent.parent / "src" / "entrepot"
_CALLS = {"_", "gettext", "gettext_lazy", "ngettext"}
_TAG = re.compile(r"{%\s*(?:trans|translate)\s+(\"[^\"]+\"|'[^']+')")
_FIELD = re.compile(r"^    (\w+) = models\.\w+(?:Field|Key)\(", re.MULTILINE)  # its name is its message
_BLOCK = re.compile(r"{%\s*blocktrans(?:late)?[^%]*%}(.*?){%\s*endblocktrans", re.DOTALL)


def said() -> set[str]:
    """Every message that our Python and templates mark as one."""
    found: set[str] = set()
    for path in sorted(SOURCE.rglob("*.py")):
        if "gettext" in (text := path.read_text()):
            found |= set(_in_python(text))
    for path in [*SOURCE.rglob("models.py"), *SOURCE.rglob("models/*.py")]:
        found |= {name_said(name) for name in _FIELD.findall(path.read_text())}
    for path in sorted(SOURCE.rglob("templates/**/*.html")):
        text = path.read_text()
        found |= {m[1:-1] for m in _TAG.findall(text)}
        found |= {re.sub(r"{{\s*(\w+)\s*}}", r"%(\1)s", m) for m in _BLOCK.findall(text)}
    return found | set(_of_connectors())


def _of_connectors() -> Iterator[str]:
    """What the panel asks for when an account is connected, or set up."""
    for spec in connectors().values():
        for credential in spec.credentials:
            yield from filter(None, (credential.label, credential.help))
        yield from (s.label for s in spec.settings)


def _in_python(text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        name = getattr(node, "func", None)
        if isinstance(node, ast.Call) and isinstance(name, ast.Name) and name.id in _CALLS and node.args:
            for argument in node.args[: 2 if name.id == "ngettext" else 1]:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield argument.value


def catalogs() -> list[Path]:
    """The ``django.po`` of every language."""
    return sorted((SOURCE / "locale").glob("*/LC_MESSAGES/django.po"))


def compiled(po: Path) -> bytes:
    """The bytes of the ``.mo`` that belongs to ``po``; the same for the same input."""
    with po.open("rb") as file:
        catalog = read_po(file, locale=po.parent.parent.name)
    out = BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def translated(po: Path) -> set[str]:
    """What ``po`` has words for."""
    with po.open("rb") as file:
        catalog = read_po(file, locale=po.parent.parent.name)
    ids = [m.id for m in catalog if m.id and m.string and all(m.string if isinstance(m.string, tuple) else [m.string])]
    return {i for entry in ids for i in (entry if isinstance(entry, tuple) else (entry,))}


def main(command: str) -> int:
    """Compile, or tell what is missing; 1 when a catalogue has words that nobody says."""
    if command == "compile":
        for po in catalogs():
            po.with_suffix(".mo").write_bytes(compiled(po))
        return 0
    stale = 0
    for po in catalogs():
        language = po.parent.parent.name
        for text in sorted(said() - translated(po)):
            print(f"{language}: missing {text!r}")
        for text in sorted(translated(po) - said()):
            print(f"{language}: nobody says {text!r}")
            stale = 1
    return stale


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "missing"))
