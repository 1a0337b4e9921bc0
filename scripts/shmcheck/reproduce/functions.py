"""Functions that older systems do not export: their types, and the code that looks them up."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Function:
    result: str
    arguments: str
    module: str = "kernelbase.dll"


FUNCTIONS = {
    "CreateFileMappingFromApp": Function("HANDLE", "HANDLE, SECURITY_ATTRIBUTES *, ULONG, ULONG64, const WCHAR *"),
    "OpenFileMappingFromApp": Function("HANDLE", "ULONG, BOOL, const WCHAR *"),
    "MapViewOfFileFromApp": Function("void *", "HANDLE, ULONG, ULONG64, SIZE_T"),
    "MapViewOfFile3": Function("void *", "HANDLE, HANDLE, void *, ULONG64, SIZE_T, ULONG, ULONG, void *, ULONG"),
    "UnmapViewOfFile2": Function("BOOL", "HANDLE, void *, ULONG"),
    "UnmapViewOfFileEx": Function("BOOL", "void *, ULONG"),
    "VirtualAlloc2": Function("void *", "HANDLE, void *, SIZE_T, ULONG, ULONG, void *, ULONG"),
    "QueryVirtualMemoryInformation": Function("BOOL", "HANDLE, const void *, int, void *, SIZE_T, SIZE_T *"),
}


def declaration(name: str) -> str:
    """The declaration of the pointer to a function, at file scope."""
    function = FUNCTIONS[name]
    space = "" if function.result.endswith("*") else " "
    return f"static {function.result}{space}(WINAPI *p{name})({function.arguments});"


def lookup(name: str) -> str:
    """The statement that looks a function up."""
    function = FUNCTIONS[name]
    space = "" if function.result.endswith("*") else " "
    kind = f"{function.result}{space}(WINAPI *)({function.arguments})"
    return (
        f"    p{name} = ({kind})(void *)\n"
        f'        GetProcAddress(GetModuleHandleA("{function.module}"), "{name}");'
    )
