/* The table of verbs: each default must be a value that the actor can read. And the checks that are made from the table. */
#include "testing.h"

#include "../actor/arguments.h"
#include "../actor/verb_table.h"
#include "actor_fake.h"

/* A request with the key at its default passes the check of its type: an invalid default would be read as 0. */
TEST(defaults_are_values)
{
    for (size_t i = 0; i < verb_key_count; i++) {
        const struct verb_key *key = &verb_keys[i];
        static struct line line;
        char bytes[LINE_BYTES], replied[LINE_BYTES];
        struct text text = text_over(bytes, sizeof bytes);
        struct reply reply = {.text = text_over(replied, sizeof replied)};
        enum verb_id verb = key->verb == VERB_COMMON ? VERB_system : key->verb;
        if (!key->preset[0])
            continue;
        const char *label = verb_entries[verb].label == LABEL_REQUIRED ? " l" : "";
        text_format(&text, "1 %s%s %s=%s", verb_entries[verb].name, label, key->name, key->preset);
        assert_null(line_parse(&line, text.at, text.length));
        if (!request_check(&line, &reply) && !strstr(replied, "%20is%20missing"))
            assert_string_equal(replied, bytes);
        assert_false(key->required);
    }
}

TEST(keys_are_named_once)
{
    for (size_t i = 0; i < verb_key_count; i++)
        for (size_t j = i + 1; j < verb_key_count; j++)
            assert_false(verb_keys[i].verb == verb_keys[j].verb &&
                         strcmp(verb_keys[i].name, verb_keys[j].name) == 0);
    for (int i = 0; i < VERB_COUNT; i++)
        assert_int_equal(verb_find(verb_entries[i].name), i);
}

TEST(a_key_that_the_verb_does_not_take_is_named)
{
    expect("map2 v of=s protect=4 lowest=0x10000", "bad reason=map2%20takes%20no%20lowest=");
    expect("map2 v of=s protect=4 twice=yes", "bad reason=map2%20takes%20no%20twice=");
    expect("close s on=1 size=4", "bad reason=close%20takes%20no%20size=");
    expect("describe name=x name-repeat=3", "bad reason=describe%20takes%20no%20name-repeat=");
    expect("fileremove name=x in=system", "bad reason=fileremove%20takes%20no%20in=");
    assert_int_equal(fake.calls, 0);
}

TEST(values_of_the_wrong_type_are_named)
{
    static const char *const table[][2] = {
        {"read v as=u128", "as=u128:%20not%20one%20of:%20hex%20text%20u8%20u16%20u32%20u64"},
        {"read v", "length=%20is%20missing"},
        {"read v length=385", "length=%20is%20more%20than%20384"},
        {"read v as=u8 length=1", "as=u8%20takes%20no%20length="},
        {"close s keep=perhaps", "keep=perhaps:%20not%20one%20of:%20no%20yes"},
        {"open s access=DANCE", "access=DANCE:%20not%20a%20number%20or%20a%20known%20constant"},
        {"open s access=0x100000000", "access=0x100000000:%20more%20than%2032%20bits"},
        {"identity tell=account,mood", "tell=:%20'mood'%20is%20not%20one%20of:%20integrity%20appcontainer%"
                                       "20restricted%20elevated%20administrator"
                                       "%20authenticated%20account%20global-privilege%20session"},
        {"close s on=3", "on=%20is%20more%20than%202"},
        {"map v of=a%00b access=4", "of=%20has%20a%20byte%200%20in%20it"},
        {"map v access=4", "of=%20is%20missing"},
    };
    char expected[300];
    expect("adopt v address=0x1000", "ok");
    expect("adopt s handle=0x44", "ok");
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        snprintf(expected, sizeof expected, "bad reason=%s", table[i][1]);
        expect(table[i][0], expected);
    }
    assert_int_equal(fake.calls, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FRESH(defaults_are_values),
        FRESH(keys_are_named_once),
        FRESH(a_key_that_the_verb_does_not_take_is_named),
        FRESH(values_of_the_wrong_type_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
