"""A job that ends a program with this driver, on Windows; what die_with_parent does elsewhere.

Pages: learn.microsoft.com/windows/win32/procthread/job-objects, and in winnt.h JOBOBJECT_EXTENDED_LIMIT_INFORMATION.
Jobs nest since Windows 8, so it does not matter that the program makes one of its own.
"""

from __future__ import annotations

import subprocess
import sys

if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    EXTENDED_LIMIT_INFORMATION = 9
    LIMIT_KILL_ON_JOB_CLOSE = 0x2000

    class BasicLimits(ctypes.Structure):
        _fields_ = [
            ("PerProcessUserTimeLimit", wintypes.LARGE_INTEGER),
            ("PerJobUserTimeLimit", wintypes.LARGE_INTEGER),
            ("LimitFlags", wintypes.DWORD),
            ("MinimumWorkingSetSize", ctypes.c_size_t),
            ("MaximumWorkingSetSize", ctypes.c_size_t),
            ("ActiveProcessLimit", wintypes.DWORD),
            ("Affinity", ctypes.c_size_t),
            ("PriorityClass", wintypes.DWORD),
            ("SchedulingClass", wintypes.DWORD),
        ]

    class ExtendedLimits(ctypes.Structure):
        _fields_ = [
            ("BasicLimitInformation", BasicLimits),
            ("IoInfo", ctypes.c_ulonglong * 6),
            ("ProcessMemoryLimit", ctypes.c_size_t),
            ("JobMemoryLimit", ctypes.c_size_t),
            ("PeakProcessMemoryUsed", ctypes.c_size_t),
            ("PeakJobMemoryUsed", ctypes.c_size_t),
        ]

    def end_with_us(child: subprocess.Popen[bytes]) -> None:
        """Puts the program into a job whose only handle is this process's: it is closed when this process ends, and
        the system then ends what is in the job. Where that is not allowed the program is on its own."""
        kernel32 = ctypes.WinDLL("kernel32")
        kernel32.CreateJobObjectW.restype = wintypes.HANDLE
        kernel32.CreateJobObjectW.argtypes = [ctypes.c_void_p, wintypes.LPCWSTR]
        kernel32.SetInformationJobObject.argtypes = [wintypes.HANDLE, ctypes.c_int, ctypes.c_void_p, wintypes.DWORD]
        kernel32.AssignProcessToJobObject.argtypes = [wintypes.HANDLE, wintypes.HANDLE]
        job = kernel32.CreateJobObjectW(None, None)
        if not job:
            return
        limits = ExtendedLimits()
        limits.BasicLimitInformation.LimitFlags = LIMIT_KILL_ON_JOB_CLOSE
        size = ctypes.sizeof(limits)
        if kernel32.SetInformationJobObject(job, EXTENDED_LIMIT_INFORMATION, ctypes.byref(limits), size):
            kernel32.AssignProcessToJobObject(job, int(child._handle))

else:

    def end_with_us(child: subprocess.Popen[bytes]) -> None:
        """Nothing: elsewhere the child asks for it itself."""
