#include "session.h"

#include <wtsapi32.h>

#include "system_calls.h"

/* Listening sessions have no processes. */
static bool lives(WTS_CONNECTSTATE_CLASS state)
{
    return state == WTSActive || state == WTSConnected || state == WTSDisconnected;
}

typedef BOOL WINAPI enumerate_sessions(HANDLE, DWORD, DWORD, PWTS_SESSION_INFOW *, DWORD *);
typedef VOID WINAPI free_memory(PVOID);

bool session_other(DWORD *session)
{
    HMODULE module = system_library(L"wtsapi32.dll");
    if (!module)
        return false;
    enumerate_sessions *enumerate =
        (enumerate_sessions *)(void (*)(void))GetProcAddress(module, "WTSEnumerateSessionsW");
    free_memory *release = (free_memory *)(void (*)(void))GetProcAddress(module, "WTSFreeMemory");
    PWTS_SESSION_INFOW sessions = NULL;
    DWORD count = 0, own;
    bool found = false;
    if (enumerate && release && ProcessIdToSessionId(GetCurrentProcessId(), &own) &&
        enumerate(WTS_CURRENT_SERVER_HANDLE, 0, 1, &sessions, &count)) {
        for (DWORD i = 0; i < count && !found; i++) {
            found = sessions[i].SessionId != own && lives(sessions[i].State);
            if (found)
                *session = sessions[i].SessionId;
        }
        release(sessions);
    }
    FreeLibrary(module);
    return found;
}
