#include "sha256.h"

#include <windows.h>

#include <stdio.h>
#include <wincrypt.h>

#define PIECE_BYTES 65536
#define DIGEST_BYTES 32

static bool add_file(HCRYPTHASH hash, const wchar_t *path)
{
    static BYTE piece[PIECE_BYTES];
    DWORD got = 0;
    HANDLE file =
        CreateFileW(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_DELETE, NULL, OPEN_EXISTING, 0, NULL);
    if (file == INVALID_HANDLE_VALUE)
        return false;
    bool fine = true;
    do
        fine = ReadFile(file, piece, sizeof piece, &got, NULL) && CryptHashData(hash, piece, got, 0);
    while (fine && got > 0);
    CloseHandle(file);
    return fine;
}

/* CNG is the newer interface, but its DLL would be loaded into every worker; advapi32 is loaded anyway. Page:
 * windows/win32/api/wincrypt/nf-wincrypt-cryptcreatehash. */
bool sha256_of_file(const wchar_t *path, char out[SHA256_TEXT_BYTES])
{
    HCRYPTPROV provider = 0;
    HCRYPTHASH hash = 0;
    BYTE digest[DIGEST_BYTES];
    DWORD size = sizeof digest;
    out[0] = 0;
    bool fine =
        CryptAcquireContextW(&provider, NULL, NULL, PROV_RSA_AES, CRYPT_VERIFYCONTEXT | CRYPT_SILENT) &&
        CryptCreateHash(provider, CALG_SHA_256, 0, 0, &hash) && add_file(hash, path) &&
        CryptGetHashParam(hash, HP_HASHVAL, digest, &size, 0) && size == sizeof digest;
    for (size_t i = 0; fine && i < sizeof digest; i++)
        snprintf(out + 2 * i, 3, "%02x", digest[i]);
    if (hash)
        CryptDestroyHash(hash);
    if (provider)
        CryptReleaseContext(provider, 0);
    return fine;
}
