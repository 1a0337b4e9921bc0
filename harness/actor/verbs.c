#include "verbs.h"

#include <string.h>

#define NOTHING LABEL_NONE, NULL, ""

const struct verb verbs[] = {
    {"create", LABEL_REQUIRED, "name name-repeat size protect sd inherit api file",
     "L [name=N] [name-repeat=N] size=N protect=P [sd=SDDL|default] [inherit=yes|no] [api=W|A|numa] "
     "[file=invalid|null|stale|L]",
     "CreateFileMapping -> ok error=0|183|untouched ~handle=H", verb_create},
    {"open", LABEL_REQUIRED, "name name-repeat access inherit api",
     "L [name=N] [name-repeat=N] access=A [inherit=yes|no] [api=W|A]", "OpenFileMapping -> ok ~handle=H",
     verb_open},
    {"map", LABEL_REQUIRED, "of access offset length base",
     "L of=S access=A [offset=N] [length=N] [base=ADDRESS]",
     "MapViewOfFile, or MapViewOfFileEx with base= -> ok ~base=B", verb_map},
    {"unmap", LABEL_REQUIRED, "at keep", "L [at=N] [keep=yes]", "UnmapViewOfFile -> ok", verb_unmap},
    {"close", LABEL_REQUIRED, "keep", "L [keep=yes]", "CloseHandle -> ok", verb_close},

    {"map2", LABEL_REQUIRED,
     "of protect offset length base type process rights lowest highest alignment twice",
     "L of=S protect=P [offset=N] [length=N] [base=ADDRESS] [type=T] [process=self|null|PID] [rights=R]",
     "MapViewOfFileNuma2; a view in another process has no label here -> ok ~base=B", verb_map2},
    {"map3", LABEL_REQUIRED,
     "of protect offset length base type process rights lowest highest alignment twice",
     "L of=S protect=P [as map2] [lowest=A] [highest=A] [alignment=N] [twice=yes]",
     "MapViewOfFile3, with MEM_ADDRESS_REQUIREMENTS -> ok ~base=B", verb_map3},
    {"unmap2", LABEL_REQUIRED, "address flags process rights keep",
     "L [flags=F] [keep=yes] [process=self|null|PID [rights=R] [address=A]]",
     "UnmapViewOfFile2 with process=, else UnmapViewOfFileEx -> ok", verb_unmap2},
    {"placeholder", LABEL_REQUIRED, "size like", "L size=N|like=V",
     "VirtualAlloc2(MEM_RESERVE_PLACEHOLDER); like= takes the size of a view -> ok ~base=B [~size=N]",
     verb_placeholder},
    {"split", LABEL_REQUIRED, "at length", "L [at=N] length=N",
     "VirtualFree(MEM_RELEASE|MEM_PRESERVE_PLACEHOLDER) -> ok", verb_split},
    {"export", LABEL_REQUIRED, "from", "FUNCTION [from=kernelbase|kernel32]",
     "GetProcAddress -> ok present=yes|no", verb_export},
    {"createapp", LABEL_REQUIRED, "name name-repeat size protect", "L [name=N] size=N protect=P",
     "CreateFileMappingFromApp -> ok error=0|183|untouched ~handle=H", verb_createapp},
    {"create2", LABEL_REQUIRED, "name name-repeat size protect access attributes node",
     "L [name=N] size=N protect=P access=A [attributes=SEC_...] [node=N]",
     "CreateFileMapping2 -> ok error=0|183|untouched ~handle=H", verb_create2},
    {"openapp", LABEL_REQUIRED, "name name-repeat access", "L [name=N] access=A",
     "OpenFileMappingFromApp -> ok ~handle=H", verb_openapp},
    {"mapapp", LABEL_REQUIRED, "of access offset length", "L of=S access=A [offset=N] [length=N]",
     "MapViewOfFileFromApp -> ok ~base=B", verb_mapapp},

    {"file", LABEL_REQUIRED, "name name-repeat size access share open in",
     "L name=N [size=N] [access=A] [share=all|read|none] [open=new|existing] [in=temporary|system]",
     "CreateFile in the folder for temporary files, or in that of the system -> ok ~handle=H", verb_file},
    {"pipe", LABEL_REQUIRED, NULL, "L", "CreatePipe; the label is its reading end -> ok ~handle=H",
     verb_pipe},
    {"filesize", LABEL_REQUIRED, "to", "L [to=N]", "GetFileSizeEx -> ok size=N; with to= SetEndOfFile -> ok",
     verb_filesize},
    {"filetime", LABEL_REQUIRED, "set", "L [set=yes]",
     "GetFileTime -> ok moved=yes|no; with set= SetFileTime, the last write in 2001 -> ok", verb_filetime},
    {"diskspace", NOTHING,
     "GetDiskFreeSpaceEx of the folder for temporary files -> ok ~available=N ~beyond=N", verb_diskspace},
    {"fileread", LABEL_REQUIRED, "at length", "L [at=N] length=N", "ReadFile, at most 384 bytes -> ok text=T",
     verb_fileread},
    {"filewrite", LABEL_REQUIRED, "at text", "L [at=N] text=T", "WriteFile -> ok", verb_filewrite},
    {"filelock", LABEL_REQUIRED, "at length", "L [at=N] length=N", "LockFileEx, exclusive, at once -> ok",
     verb_filelock},
    {"fileremove", LABEL_NONE, "name name-repeat", "name=N", "DeleteFile -> ok", verb_fileremove},
    {"fileflush", LABEL_REQUIRED, NULL, "L", "FlushFileBuffers -> ok", verb_fileflush},
    {"flush", LABEL_REQUIRED, "at length", "L [at=N] [length=N]", "FlushViewOfFile -> ok", verb_flush},

    {"write", LABEL_REQUIRED, "at text hex u8 u16 u32 u64 code",
     "L [at=N] text=T|hex=H|u8=N|u16=N|u32=N|u64=N|code=return",
     "writes memory; a number in one access -> ok", verb_write},
    {"read", LABEL_REQUIRED, "at length as", "L [at=N] length=N [as=hex|text], or as=u8|u16|u32|u64",
     "reads at most 384 bytes; a number in one access -> ok hex=H|text=T|u32=N", verb_read},
    {"fill", LABEL_REQUIRED, "at length seed", "L [at=N] length=N seed=N", "writes a pattern -> ok",
     verb_fill},
    {"verify", LABEL_REQUIRED, "at length seed or-zero", "L [at=N] length=N seed=N [or-zero=yes]",
     "looks for the pattern -> ok match=yes | match=no first=N expected=N got=N", verb_verify},
    {"zero", LABEL_REQUIRED, "at length", "L [at=N] length=N",
     "looks for zeros -> ok zero=yes | zero=no first=N got=N", verb_zero},
    {"checksum", LABEL_REQUIRED, "at length", "L [at=N] length=N", "FNV-1a, 64 bits -> ok sum=0xX",
     verb_checksum},
    {"increment", LABEL_REQUIRED, "at", "L [at=N]", "InterlockedIncrement -> ok now=N", verb_increment},
    {"execute", LABEL_REQUIRED, "at", "L [at=N]", "calls what is there as a function -> ok", verb_execute},

    {"query", LABEL_MAYBE, "at address process show",
     "L [at=N] [show=FIELD,FIELD,...], or [L] address=A [process=PID] [show=...]",
     "VirtualQuery -> ok base=+N size=N state=S protect=P type=T allocation-base=+N allocation-protect=P",
     verb_query},
    {"size", LABEL_REQUIRED, "class buffer", "L [class=basic|image] [buffer=exact|short|long]",
     "NtQuerySection -> ok size=N attributes=SEC_COMMIT | ok ~machine=0xX", verb_size},
    {"granted", LABEL_REQUIRED, NULL, "L", "NtQueryObject -> ok access=0xF0007 ~handles=N", verb_granted},
    {"flags", LABEL_REQUIRED, NULL, "L",
     "GetHandleInformation -> ok inherit=yes|no protect-from-close=yes|no ~handle=H", verb_flags},
    {"descriptor", LABEL_REQUIRED, "parts", "L [parts=dacl|owner|label]",
     "GetSecurityInfo -> ok sddl=S, with {user} and {logon} for those SIDs of this process", verb_descriptor},
    {"system", NOTHING, "GetSystemInfo -> ok page=N granularity=N ~processors=N", verb_system},
    {"addresses", NOTHING, "GetSystemInfo -> ok space=N", verb_addresses},
    {"regions", LABEL_NONE, "type", "type=T", "counts allocations with VirtualQuery -> ok ~count=N",
     verb_regions},

    {"protect", LABEL_REQUIRED, "at length to", "L [at=N] length=N to=P", "VirtualProtect -> ok old=P",
     verb_protect},
    {"commit", LABEL_REQUIRED, "at length protect", "L [at=N] length=N protect=P",
     "VirtualAlloc(MEM_COMMIT) -> ok base=+N", verb_commit},
    {"decommit", LABEL_REQUIRED, "at length", "L [at=N] length=N", "VirtualFree(MEM_DECOMMIT) -> ok",
     verb_decommit},
    {"setflags", LABEL_REQUIRED, "inherit protect-from-close",
     "L [inherit=yes|no] [protect-from-close=yes|no]", "SetHandleInformation -> ok", verb_setflags},
    {"setdescriptor", LABEL_REQUIRED, "sd", "L sd=SDDL", "SetSecurityInfo, DACL part -> ok",
     verb_setdescriptor},
    {"privilege", LABEL_REQUIRED, "to", "NAME [to=enabled|disabled|removed]",
     "AdjustTokenPrivileges on this process -> ok state=enabled|disabled|absent", verb_privilege},

    {"hold", LABEL_REQUIRED, "kind name name-repeat",
     "L kind=event|mutex|semaphore|timer|job [name=N] [name-repeat=N]",
     "CreateEvent, ... -> ok error=0|183|untouched ~handle=H", verb_hold},
    {"signal", LABEL_REQUIRED, NULL, "L", "SetEvent, ReleaseMutex or ReleaseSemaphore(1) -> ok", verb_signal},
    {"wait", LABEL_REQUIRED, "timeout", "L timeout=MS",
     "WaitForSingleObject -> ok result=WAIT_OBJECT_0|WAIT_TIMEOUT|WAIT_ABANDONED", verb_wait},
    {"duplicate", LABEL_REQUIRED, "to access same inherit close-source keep rights",
     "L to=PID [access=A|same=yes] [inherit=yes|no] [close-source=yes] [keep=yes] [rights=R]",
     "DuplicateHandle into the process (0: this one) -> ok ~handle=H", verb_duplicate},
    {"pull", LABEL_REQUIRED, "from handle access close-source rights",
     "L from=PID handle=H [access=A] [close-source=yes] [rights=R]",
     "DuplicateHandle out of the process into this one -> ok ~handle=H", verb_pull},
    {"closeremote", LABEL_NONE, "from handle rights", "from=PID handle=H [rights=R]",
     "DuplicateHandle with DUPLICATE_CLOSE_SOURCE and no target -> ok", verb_closeremote},
    {"strict", NOTHING, "SetProcessMitigationPolicy, strict handle checks from now on -> ok", verb_strict},
    {"tryclose", LABEL_REQUIRED, NULL, "L", "CloseHandle, which may raise -> ok raised=yes|no [~code=0xX]",
     verb_tryclose},
    {"permanent", LABEL_REQUIRED, NULL, "L", "NtMakePermanentObject -> ok", verb_permanent},
    {"temporary", LABEL_REQUIRED, NULL, "L", "NtMakeTemporaryObject -> ok", verb_temporary},
    {"adopt", LABEL_REQUIRED, "handle address", "L handle=H|address=A",
     "labels a handle value or an address of this process -> ok", verb_adopt},
    {"compare", LABEL_REQUIRED, "with", "L with=M", "CompareObjectHandles -> ok same=yes | same=no error=N",
     verb_compare},
    {"reserve", LABEL_REQUIRED, "size base", "L size=N [base=A]", "VirtualAlloc(MEM_RESERVE) -> ok ~base=B",
     verb_reserve},
    {"release", LABEL_REQUIRED, "at keep", "L [at=N] [keep=yes]", "VirtualFree(MEM_RELEASE) -> ok",
     verb_release},

    {"resident", LABEL_REQUIRED, "at tell node", "L [at=N] [tell=shared|large|node node=N]",
     "QueryWorkingSetEx -> ok valid=no | valid=yes shared=yes|no ~shares=N | valid=yes large=yes|no | "
     "valid=yes node=as-asked|other",
     verb_resident},
    {"workingset", LABEL_NONE, "unit", "[unit=N]",
     "GetProcessMemoryInfo -> ok ~bytes=N; with unit= the rise since the call without it -> ok units=N "
     "~bytes=N",
     verb_workingset},
    {"charge", NOTHING, "GetProcessMemoryInfo, GetProcessHandleCount -> ok ~handles=N ~pagefile=N",
     verb_charge},
    {"commitment", LABEL_NONE, "unit settle", "[unit=N [settle=MS]]",
     "GetPerformanceInfo -> ok [units=N] ~total=N ~beyond=N; with unit= the rise since the call without it",
     verb_commitment},
    {"largepages", NOTHING, "GetLargePageMinimum -> ok power-of-two=yes|no small=yes|no ~minimum=N",
     verb_largepages},
    {"filename", LABEL_REQUIRED, "at", "L [at=N]", "GetMappedFileName -> ok ~units=N", verb_filename},
    {"kind", LABEL_REQUIRED, "at show", "L [at=N] [show=FIELD,FIELD,...]",
     "QueryVirtualMemoryInformation -> ok base=+N private=yes|no mapped-data-file=yes|no ... size=N commit=N",
     verb_kind},
    {"reset", LABEL_REQUIRED, "at length", "L [at=N] length=N", "VirtualAlloc(MEM_RESET) -> ok base=+N",
     verb_reset},
    {"discard", LABEL_REQUIRED, "at length", "L [at=N] length=N", "DiscardVirtualMemory -> ok", verb_discard},
    {"prefetch", LABEL_REQUIRED, "at length", "L [at=N] length=N", "PrefetchVirtualMemory -> ok",
     verb_prefetch},
    {"lock", LABEL_REQUIRED, "at length", "L [at=N] length=N", "VirtualLock -> ok", verb_lock},
    {"unlock", LABEL_REQUIRED, "at length", "L [at=N] length=N", "VirtualUnlock -> ok", verb_unlock},
    {"await", LABEL_REQUIRED, "at ready timeout helped", "L [at=N] ready=N timeout=MS [helped=yes]",
     "WaitOnAddress -> ok woken=yes | ok woken=no error=N", verb_await},
    {"wake", LABEL_REQUIRED, "at ready for", "L [at=N] ready=N for=MS",
     "WakeByAddressAll, again and again -> ok ~times=N", verb_wake},

    {"path", LABEL_REQUIRED, "name", "L [name=N]",
     "NtQueryObject -> ok path=P, with {session}, {container} and {name} for what differs from run to run",
     verb_path},
    {"ntopen", LABEL_REQUIRED, "path access", "L path=P access=A",
     "NtOpenSection by the whole path -> ok ~handle=H", verb_ntopen},
    {"describe", LABEL_NONE, "name parts", "name=N [parts=dacl|owner|label]",
     "GetNamedSecurityInfo -> ok sddl=S, as in descriptor", verb_describe},
    {"namespace", LABEL_REQUIRED, "alias boundary sids container sd existing",
     "L alias=A boundary=B [sids=SID,SID,...] [container=yes] [sd=SDDL] [existing=yes]",
     "CreatePrivateNamespace, or OpenPrivateNamespace with existing=yes -> ok", verb_namespace},
    {"leave", LABEL_REQUIRED, "destroy keep", "L [destroy=yes] [keep=yes]", "ClosePrivateNamespace -> ok",
     verb_leave},

    {"identity", LABEL_NONE, "tell", "[tell=integrity,account,...]",
     "-> ok integrity=I appcontainer=yes|no restricted=yes|no elevated=yes|no administrator=yes|no "
     "authenticated=yes|no global-privilege=S account=A ~sid=S ~session=N [~container=S]",
     verb_identity},
    {"defaultdacl", NOTHING,
     "the default DACL of the token in force, its generic rights as a section maps them -> ok sddl=S",
     verb_defaultdacl},
    {"impersonate", LABEL_NONE, "sd", "sd=SDDL",
     "the thread takes a duplicate of its process's token with this default DACL -> ok", verb_impersonate},
    {"revert", NOTHING, "RevertToSelf -> ok", verb_revert},
    {"containerpath", LABEL_NONE, "sid", "[sid=S]", "GetAppContainerNamedObjectPath -> ok ~path=P",
     verb_containerpath},

    {"spawn", LABEL_REQUIRED, "pipe inherit program list parent session",
     "L pipe=NAME inherit=yes|no [list=L,L,...] [parent=PID] [session=N]",
     "CreateProcess of an actor that connects to the pipe -> ok ~pid=N", verb_spawn},
    {"race", LABEL_REQUIRED, "name name-repeat rounds gate", "L [name=N] rounds=N gate=EVENT",
     "waits for the event, creates N-0, N-1, ... -> ok rounds=N failed=N other=N ~won=HEXBITS "
     "~existed=HEXBITS",
     verb_race},
    {"burst", LABEL_REQUIRED, "how at rounds crowd side seed order width split mutex",
     "L how=H at=N rounds=N crowd=N [side=N] [seed=N] [order=O] [width=4|8] [split=yes] [mutex=M]",
     "a loop on the view's memory, together with the rest of the crowd -> ok ... ~processors=N", verb_burst},
    {"churn", LABEL_REQUIRED, "how name name-repeat at rounds crowd side seed",
     "L how=create|open name=N at=N rounds=N crowd=N [side=N] [seed=N]",
     "creates or opens the name and closes it, again and again -> ok other=N dirty=N wrong=N ~fresh=N "
     "~existed=N ~opened=N ~missing=N",
     verb_churn},
    {"initialise", LABEL_REQUIRED, "name name-repeat at rounds crowd side seed wait",
     "L name=N at=N rounds=N crowd=N [side=N] [seed=N] [wait=yes|no]",
     "creates or opens N-0, N-1, ... and sets up what it created -> ok failed=N early=N miscounted=N ~won=N",
     verb_initialise},
    {"gone", LABEL_NONE, "name name-repeat timeout", "name=N timeout=MS",
     "OpenFileMapping until it fails -> ok gone=yes error=N ~us=N ~polls=N | ok gone=no", verb_gone},
    {"crash", LABEL_NONE, "how code", "[how=access-violation|abort|terminate] [code=N]",
     "ends the process without a reply; code= (default 1) goes with terminate", verb_crash},
    {"exit", LABEL_NONE, "code", "[code=N]", "-> bye, then the process ends", verb_exit},
};
const size_t verb_count = sizeof verbs / sizeof verbs[0];

const struct verb *verb_find(const char *name)
{
    for (size_t i = 0; i < verb_count; i++)
        if (strcmp(verbs[i].name, name) == 0)
            return &verbs[i];
    return NULL;
}

static bool knows_key(const char *keys, const char *key)
{
    for (const char *word = keys ? keys : ""; *word;) {
        size_t length = strcspn(word, " ");
        if (strlen(key) == length && strncmp(key, word, length) == 0)
            return true;
        word += length + (word[length] == ' ');
    }
    return false;
}

static bool check_request(const struct verb *verb, const struct line *request, struct reply *reply)
{
    if (verb->label == LABEL_REQUIRED && !request->label[0])
        return reply_bad(reply, "%s needs a label", verb->name);
    if (verb->label == LABEL_NONE && request->label[0])
        return reply_bad(reply, "%s takes no label", verb->name);
    for (size_t i = 0; i < request->count; i++) {
        const char *key = request->fields[i].key;
        if (!knows_key(verb->keys, key))
            return reply_bad(reply, "%s takes no %s=", verb->name, key);
        if (line_field(request, key) != &request->fields[i])
            return reply_bad(reply, "%s= is there twice", key);
    }
    return true;
}

void verb_perform(const struct line *request, struct reply *reply)
{
    const struct verb *verb = verb_find(request->word);
    if (!verb) {
        reply_bad(reply, "no verb '%s'", request->word);
        return;
    }
    if (!check_request(verb, request, reply))
        return;
    verb->run(request, reply);
    if (reply->text.cut)
        reply_bad(reply, "the reply is longer than a line");
}
