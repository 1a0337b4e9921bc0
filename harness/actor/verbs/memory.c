/* Reading and writing the memory of a view. */
#include <string.h>

#include "../arguments.h"
#include "../objects.h"
#include "../touch.h"
#include "verbs.h"

static const char *const number_keys[] = {"u8", "u16", "u32", "u64"};
#define NUMBER_KEYS (sizeof number_keys / sizeof number_keys[0])

/* The memory of the label, and the address at which the request begins. */
static const struct object *start(const struct line *request, struct touch *touch, struct reply *reply)
{
    const struct object *memory = object_memory(request->label, reply);
    uintptr_t at = argument_address(request, "at");
    if (!memory)
        return NULL;
    *touch = (struct touch){.address = memory->base + at, .origin = memory->offset + at};
    return memory;
}

/* Touches the memory; the reply is then `ok`, for the caller to go on with, or `fault`. */
static bool perform(void (*how)(void *), struct touch *touch, const struct object *memory,
                    struct reply *reply)
{
    struct raised_exception fault;
    if (!guard_run(how, touch, &fault)) {
        reply_fault(reply, &fault, touch, memory->base);
        return false;
    }
    reply_ok(reply);
    return true;
}

static int digit(char c)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    const char *place = c ? strchr(digits, c) : NULL;
    return place ? (int)((place - digits) & 15) : -1;
}

static bool bytes_from_hex(const char *hex, struct touch *touch, struct reply *reply)
{
    size_t length = strlen(hex);
    if (length % 2 != 0)
        return reply_bad(reply, "hex= has an odd number of digits");
    for (size_t i = 0; i < length; i += 2) {
        int high = digit(hex[i]), low = digit(hex[i + 1]);
        if (high < 0 || low < 0)
            return reply_bad(reply, "hex= has a character that is not a hexadecimal digit");
        touch->bytes[i / 2] = (unsigned char)(high * 16 + low);
    }
    touch->length = length / 2;
    return true;
}

/* code=return: the instruction that does nothing but return. */
static void code_to_write(struct touch *touch)
{
#if defined(_M_ARM64) || defined(__aarch64__)
    static const unsigned char code[] = {0xC0, 0x03, 0x5F, 0xD6};
#else
    static const unsigned char code[] = {0xC3};
#endif
    memcpy(touch->bytes, code, sizeof code);
    touch->length = sizeof code;
}

/* What to write, in touch->bytes or touch->number. */
static bool take_data(const struct line *request, struct touch *touch, bool *number, struct reply *reply)
{
    const struct field *text = line_field(request, "text");
    size_t key = 0, kinds = (size_t)(text != NULL) + (size_t)argument_has(request, "hex") +
                            (size_t)argument_has(request, "code");
    for (size_t i = 0; i < NUMBER_KEYS; i++) {
        if (argument_has(request, number_keys[i])) {
            kinds++;
            key = i;
            *number = true;
        }
    }
    if (kinds != 1)
        return reply_bad(reply, "write needs one of text=, hex=, u8=, u16=, u32=, u64= and code=");
    if (argument_has(request, "hex"))
        return bytes_from_hex(argument_text(request, "hex"), touch, reply);
    if (argument_has(request, "code")) {
        code_to_write(touch);
    } else if (*number) {
        touch->number = argument_number(request, number_keys[key]);
        touch->length = (uintptr_t)1 << key;
    } else {
        memcpy(touch->bytes, text->value, text->length);
        touch->length = text->length;
    }
    return true;
}

void verb_write(const struct line *request, struct reply *reply)
{
    unsigned char bytes[LINE_BYTES];
    struct touch touch;
    bool number = false;
    const struct object *memory = start(request, &touch, reply);
    if (!memory)
        return;
    touch.bytes = bytes;
    if (take_data(request, &touch, &number, reply))
        perform(number ? touch_store_number : touch_store, &touch, memory, reply);
}

static void read_bytes(struct touch *touch, const struct object *memory, bool as_text, struct reply *reply)
{
    unsigned char bytes[READ_BYTES_MOST];
    touch->bytes = bytes;
    if (!perform(touch_load, touch, memory, reply))
        return;
    if (as_text) {
        reply_add_bytes(reply, "text", bytes, touch->length);
        return;
    }
    text_add(&reply->text, " hex=");
    for (uintptr_t i = 0; i < touch->length; i++)
        text_format(&reply->text, "%02X", bytes[i]);
}

void verb_read(const struct line *request, struct reply *reply)
{
    struct touch touch;
    const struct object *memory = start(request, &touch, reply);
    size_t as = argument_choice(request, "as", "hex text u8 u16 u32 u64");
    if (!memory)
        return;
    if (as < 2 && !argument_has(request, "length")) {
        reply_bad(reply, "length= is missing");
        return;
    }
    if (as < 2) {
        touch.length = (uintptr_t)argument_number(request, "length");
        read_bytes(&touch, memory, as == 1, reply);
        return;
    }
    if (argument_has(request, "length")) {
        reply_bad(reply, "as=%s takes no length=", number_keys[as - 2]);
        return;
    }
    touch.length = (uintptr_t)1 << (as - 2);
    if (perform(touch_load_number, &touch, memory, reply))
        reply_add(reply, "%s=%llu", number_keys[as - 2], (unsigned long long)touch.number);
}

void verb_fill(const struct line *request, struct reply *reply)
{
    struct touch touch;
    const struct object *memory = start(request, &touch, reply);
    touch.length = argument_address(request, "length");
    touch.seed = argument_number(request, "seed");
    if (memory)
        perform(touch_fill, &touch, memory, reply);
}

/* "first=" is an offset like "at=", from the label's base. */
static void reply_first(const struct touch *touch, const struct object *memory, struct reply *reply)
{
    reply_add(reply, "first=%llu", (unsigned long long)(touch->address + touch->first - memory->base));
}

void verb_verify(const struct line *request, struct reply *reply)
{
    struct touch touch;
    const struct object *memory = start(request, &touch, reply);
    touch.length = argument_address(request, "length");
    touch.seed = argument_number(request, "seed");
    bool or_zero = argument_yes(request, "or-zero");
    if (!memory || !perform(touch_verify, &touch, memory, reply))
        return;
    while (or_zero && touch.first < touch.length && touch.found == 0) {
        touch.address += touch.first + 1;
        touch.origin += touch.first + 1;
        touch.length -= touch.first + 1;
        if (!perform(touch_verify, &touch, memory, reply))
            return;
    }
    if (touch.first == touch.length) {
        reply_add(reply, "match=yes");
        return;
    }
    reply_add(reply, "match=no");
    reply_first(&touch, memory, reply);
    reply_add(reply, "expected=%u", pattern_byte(touch.seed, touch.origin + touch.first));
    reply_add(reply, "got=%u", touch.found);
}

void verb_zero(const struct line *request, struct reply *reply)
{
    struct touch touch;
    const struct object *memory = start(request, &touch, reply);
    touch.length = argument_address(request, "length");
    if (!memory || !perform(touch_zero, &touch, memory, reply))
        return;
    if (touch.first == touch.length) {
        reply_add(reply, "zero=yes");
        return;
    }
    reply_add(reply, "zero=no");
    reply_first(&touch, memory, reply);
    reply_add(reply, "got=%u", touch.found);
}

void verb_execute(const struct line *request, struct reply *reply)
{
    struct touch touch;
    const struct object *memory = start(request, &touch, reply);
    if (!memory)
        return;
    touch.length = 1;
    FlushInstructionCache(GetCurrentProcess(), (const void *)touch.address, sizeof(uint32_t));
    perform(argument_yes(request, "checked") ? touch_execute_checked : touch_execute, &touch, memory, reply);
}

void verb_increment(const struct line *request, struct reply *reply)
{
    struct touch touch;
    const struct object *memory = start(request, &touch, reply);
    if (!memory)
        return;
    touch.length = sizeof(LONG);
    if (perform(touch_increment, &touch, memory, reply))
        reply_add(reply, "now=%llu", (unsigned long long)touch.number);
}

void verb_checksum(const struct line *request, struct reply *reply)
{
    struct touch touch;
    const struct object *memory = start(request, &touch, reply);
    touch.length = argument_address(request, "length");
    if (memory && perform(touch_sum, &touch, memory, reply))
        reply_add(reply, "sum=0x%016llX", (unsigned long long)touch.sum);
}
