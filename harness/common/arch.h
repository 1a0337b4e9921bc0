/* Architectures that programs are built for (architectures.def lists them), and pairs of them: the writer's and the
 * reader's. Plain C. */
#ifndef SHMCHECK_ARCH_H
#define SHMCHECK_ARCH_H

#include <stdbool.h>
#include <stdint.h>

enum arch {
#define ENTRY(id, name, bits, machine) ARCH_##id,
#include "architectures.def"
#undef ENTRY
};
enum {
    ARCH_COUNT = 0
#define ENTRY(id, name, bits, machine) +1
#include "architectures.def"
#undef ENTRY
};

/* The architecture that this program is built for. */
#if defined(_M_ARM64) || defined(__aarch64__)
#define ARCH_OWN ARCH_ARM64
#elif defined(_M_X64) || defined(__x86_64__)
#define ARCH_OWN ARCH_X64
#else
#define ARCH_OWN ARCH_X86
#endif

extern const char *const arch_names;   /* "x64, x86, arm64", for messages */
const char *arch_name(enum arch arch); /* "x64", "x86", "arm64" */
/* 32 or 64: the bits of a pointer there. */
unsigned arch_bits(enum arch arch);
/* The value of the machine field in a program's header. Page: windows/win32/debug/pe-format. */
uint16_t arch_machine(enum arch arch);
/* False if no architecture has this name, or this machine value. */
bool arch_find(const char *name, enum arch *out);
bool arch_of_machine(uint16_t machine, enum arch *out);

struct pair {
    enum arch writer, reader;
};

#define PAIR_BYTES 16

void pair_name(struct pair pair, char out[PAIR_BYTES]); /* "x64-x86" */
/* False if this is not the name of a pair. */
bool pair_find(const char *name, struct pair *out);

#endif
