#include "testing.h"

#include "actor_request.h"

#include "../actor/verbs.h"

char *reply_to(const char *request)
{
    static struct line line;
    static char numbered[LINE_BYTES], bytes[LINE_BYTES - 12];
    struct reply reply = {.text = text_over(bytes, sizeof bytes)};
    struct text text = text_over(numbered, sizeof numbered);
    text_format(&text, "1 %s", request);
    assert_null(line_parse(&line, text.at, text.length));
    verb_perform(&line, &reply);
    return bytes;
}

void expect(const char *request, const char *expected)
{
    assert_string_equal(reply_to(request), expected);
}

void expect_start(const char *request, const char *begin)
{
    const char *reply = reply_to(request);
    if (strncmp(reply, begin, strlen(begin)) != 0)
        assert_string_equal(reply, begin);
}
