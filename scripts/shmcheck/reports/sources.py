"""Links to the pages that the contract names as its sources."""

from __future__ import annotations

import re

LEARN = "https://learn.microsoft.com"
API = re.compile(r"n[fs]-([a-z0-9]+)-[a-z0-9_]+")
DRIVER_HEADERS = frozenset({"wdm", "ntifs"})
SECTION = {
    "memory": (
        "closing-a-file-mapping-object creating-a-file-mapping-object creating-a-file-mapping-using-large-pages "
        "creating-a-file-view creating-a-view-within-a-file creating-named-shared-memory file-mapping "
        "file-mapping-security-and-access-rights large-page-support memory-limits-for-windows-releases "
        "memory-protection memory-protection-constants page-state reading-and-writing-from-a-file-view "
        "scope-of-allocated-memory sharing-files-and-memory working-set"
    ),
    "secauthz": (
        "appcontainer-for-legacy-applications- dacl-for-a-new-object generic-access-rights "
        "how-dacls-control-access-to-an-object mandatory-integrity-control null-dacls-and-empty-dacls "
        "privilege-constants requesting-access-rights-to-an-object restricted-tokens sacl-access-right "
        "securable-objects"
    ),
    "sync": (
        "critical-section-objects interlocked-variable-access object-inheritance object-names object-namespaces "
        "slim-reader-writer--srw--locks"
    ),
    "sysinfo": "handle-inheritance kernel-objects",
    "procthread": "inheritance process-security-and-access-rights terminating-a-process",
    "termserv": "kernel-object-namespaces",
    "winprog64": "process-interoperability",
    "dlls": "using-shared-memory-in-a-dynamic-link-library",
    "ipc": "interprocess-communications",
    "devnotes": "ntquerysection",
}
PLACE = {slug: section for section, slugs in SECTION.items() for slug in slugs.split()}
KERNEL = frozenset({"managing-memory-sections", "file-backed-and-page-file-backed-sections"})
SLUG = re.compile(r"[a-z0-9]+(-+[a-z0-9]+)+-?")
BOOK = re.compile(r"([a-z0-9-]+) \(WinProg64\)")
CHEN = re.compile(r"chen-([0-9]{4})([0-9]{2})[0-9]{2}")


def link(source: str) -> str:
    """The address of the page that a row's source names; "" if the source is not a page, as "derived"."""
    api = API.fullmatch(source)
    if api:
        root = "windows-hardware/drivers/ddi" if api[1] in DRIVER_HEADERS else "windows/win32/api"
        return f"{LEARN}/{root}/{api[1]}/{source}"
    if source in PLACE:
        return f"{LEARN}/windows/win32/{PLACE[source]}/{source}"
    if source == "sharing-named-objects":
        return f"{LEARN}/windows/uwp/communication/{source}"
    if source in KERNEL:
        return f"{LEARN}/windows-hardware/drivers/kernel/{source}"
    return _elsewhere(source)


def _elsewhere(source: str) -> str:
    book = BOOK.fullmatch(source)
    if book:
        return f"{LEARN}/windows/win32/winprog64/{book[1]}"
    chen = CHEN.fullmatch(source)
    if chen:
        return f"https://devblogs.microsoft.com/oldnewthing/{chen[1]}/{chen[2]}"  # articles by month
    if SLUG.fullmatch(source):
        return f"{LEARN}/search/?terms={source}"  # a page of this documentation whose address is not known here
    return ""
