"""A job object that ends a program when this process ends, on Windows. On other systems die_with_parent does that.

Pages: learn.microsoft.com/windows/win32/procthread/job-objects, and in winnt.h JOBOBJECT_EXTENDED_LIMIT_INFORMATION.
Jobs nest since Windows 8, so the program can use a job of its own.
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
        """Assigns the program to a job whose only handle belongs to this process: the handle is closed when this
        process ends, and the system then ends the job's processes. Without the right to do that, it does nothing."""
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
        """Does nothing: on other systems die_with_parent ends the program."""
