/* The verbs that touch memory, on memory of this program. */
#include "testing.h"

#include "../actor/touch.h"
#include "../actor/touch.h"
#include "actor_fake.h"

TEST(memory_is_written_and_read)
{
    static uint64_t memory[64];
    char request[LINE_BYTES];
    snprintf(request, sizeof request, "adopt m address=%llu", (unsigned long long)(uintptr_t)memory);
    expect(request, "ok");
    expect("write m at=1 hex=41ff00", "ok");
    expect("read m length=5", "ok hex=0041FF0000");
    expect("read m length=4 as=text", "ok text=%00A%FF%00");
    expect("write m at=8 u16=0xFFFF", "ok");
    expect("read m at=8 as=u32", "ok u32=65535");
    expect("write m text=%00b", "ok");
    expect("read m length=0", "ok hex=");
    expect("read m length=2", "ok hex=0062");
    expect("fill m at=100 length=50 seed=3", "ok");
    expect("verify m at=110 length=40 seed=3", "ok match=yes");
    char expected[64];
    snprintf(expected, sizeof expected, "ok zero=no first=100 got=%u", pattern_byte(3, 100));
    expect("zero m at=60 length=100", expected);
    expect("zero m at=20 length=80", "ok zero=yes");
    expect("write m at=120 u8=0", "ok");
    snprintf(expected, sizeof expected, "ok match=no first=120 expected=%u got=0", pattern_byte(3, 120));
    expect("verify m at=110 length=40 seed=3", expected);
    expect("write m text=a", "ok");
    expect("checksum m length=1", "ok sum=0xAF63DC4C8601EC8C"); /* a published value of FNV-1a */
    expect("checksum m length=0", "ok sum=0xCBF29CE484222325");
}

TEST(wrong_memory_requests_are_bad)
{
    static const char *const table[][2] = {
        {"write m", "write%20needs%20one%20of%20text=,%20hex=,%20u8=,%20u16=,%20u32=,%20u64=%20and%20code="},
        {"write m u8=1 u16=1",
         "write%20needs%20one%20of%20text=,%20hex=,%20u8=,%20u16=,%20u32=,%20u64=%20and%20code="},
        {"write m u8=256", "u8=%20is%20more%20than%20255"},
        {"write m u32=4294967296", "u32=%20is%20more%20than%204294967295"},
        {"write m hex=1", "hex=%20has%20an%20odd%20number%20of%20digits"},
        {"write m hex=1g", "hex=%20has%20a%20character%20that%20is%20not%20a%20hexadecimal%20digit"},
        {"read m", "length=%20is%20missing"},
        {"read m length=385", "length=%20is%20more%20than%20384"},
        {"read m length=4 as=u32", "as=u32%20takes%20no%20length="},
        {"fill m length=4", "seed=%20is%20missing"},
        {"verify m seed=4", "length=%20is%20missing"},
        {"read h length=1", "'h'%20is%20a%20handle,%20not%20a%20view%20or%20memory"},
        {"close m", "'m'%20is%20memory,%20not%20a%20handle"},
    };
    char expected[300];
    expect("adopt h handle=4", "ok");
    expect("adopt m address=0", "ok");
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        snprintf(expected, sizeof expected, "bad reason=%s", table[i][1]);
        expect(table[i][0], expected);
    }
}

/* A view with an offset shows the pattern that a whole view got at that offset. */
TEST(patterns_belong_to_the_section)
{
    static unsigned char section[300];
    expect("create s size=300 protect=4", "ok error=0 ~handle=0x44");
    char mapped[64];
    fake.result = (uintptr_t)section;
    snprintf(mapped, sizeof mapped, "ok ~base=0x%llX", (unsigned long long)fake.result);
    expect("map whole of=s access=2", mapped);
    fake.result = (uintptr_t)(section + 100);
    snprintf(mapped, sizeof mapped, "ok ~base=0x%llX", (unsigned long long)fake.result);
    expect("map part of=s access=2 offset=100", mapped);
    expect("fill whole length=300 seed=9", "ok");
    expect("verify part length=200 seed=9", "ok match=yes");
    fake.result = (uintptr_t)section;
    snprintf(mapped, sizeof mapped, "ok ~base=0x%llX", (unsigned long long)fake.result);
    expect("map wrong of=s access=2 offset=100", mapped);
    assert_int_not_equal(pattern_byte(9, 0), pattern_byte(9, 100));
    snprintf(mapped, sizeof mapped, "ok match=no first=0 expected=%u got=%u", pattern_byte(9, 100),
             pattern_byte(9, 0));
    expect("verify wrong length=200 seed=9", mapped);
}

TEST(patterns_of_seeds_differ)
{
    size_t same_neighbour = 0, same_page = 0, same_seed = 0;
    for (uint64_t at = 0; at < 65536; at++) {
        uint8_t byte = pattern_byte(7, at);
        assert_int_not_equal(byte, 0);
        assert_int_equal(byte, pattern_byte(7, at));
        same_neighbour += byte == pattern_byte(7, at + 1);
        same_page += byte == pattern_byte(7, at + 4096);
        same_seed += byte == pattern_byte(8, at);
    }
    /* Chance would have about 257 of each. */
    assert_in_range(same_neighbour, 0, 700);
    assert_in_range(same_page, 0, 700);
    assert_in_range(same_seed, 0, 700);
}

TEST(a_reply_longer_than_a_line_is_bad)
{
    static unsigned char memory[384];
    char request[64];
    memset(memory, 0xFF, sizeof memory);
    snprintf(request, sizeof request, "adopt m address=%llu", (unsigned long long)(uintptr_t)memory);
    expect(request, "ok");
    expect("read m length=384 as=text", "bad reason=the%20reply%20is%20longer%20than%20a%20line");
    expect("zero m length=1", "ok zero=no first=0 got=255"); /* the next reply is complete */
}

/* No system can be made to raise these in a view, so the test makes them up. */
TEST(faults_outside_the_step_are_elsewhere)
{
    static const struct {
        struct raised_exception fault;
        const char *reply;
    } table[] = {
        {{0xC0000005, "read", 0x5010}, "fault code=0xC0000005 access=read at=+16"},
        {{0xC0000006, "write", 0x501F}, "fault code=0xC0000006 access=write at=+31"},
        {{0xC0000005, "read", 0x500F}, "fault code=0xC0000005 access=read at=elsewhere"},
        {{0xC0000005, "read", 0x5020}, "fault code=0xC0000005 access=read at=elsewhere"},
        {{0xC000001D, "unknown", 0}, "fault code=0xC000001D access=unknown at=elsewhere"},
    };
    const struct touch touch = {.address = 0x5010, .length = 16};
    char bytes[LINE_BYTES];
    struct reply reply = {.text = text_over(bytes, sizeof bytes)};
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        reply_fault(&reply, &table[i].fault, &touch, 0x5000);
        assert_string_equal(bytes, table[i].reply);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FRESH(memory_is_written_and_read),        FRESH(wrong_memory_requests_are_bad),
        FRESH(patterns_belong_to_the_section),    FRESH(patterns_of_seeds_differ),
        FRESH(a_reply_longer_than_a_line_is_bad), FRESH(faults_outside_the_step_are_elsewhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
