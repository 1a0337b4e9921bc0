#include "books.h"

#include <string.h>

#define SECTIONS_MOST 8192 /* a race keeps some 1,000 */
#define VIEWS_MOST 4096
#define HISTORIES_MOST 1024
#define UNNAMED_FIRST (1ull << 63)

static struct section sections[SECTIONS_MOST];
static struct view views[VIEWS_MOST];
static struct history histories[HISTORIES_MOST];
static size_t section_count, view_count, history_count;

static size_t find_section(HANDLE handle)
{
    size_t i = 0;
    while (i < section_count && sections[i].handle != handle)
        i++;
    return i;
}

const struct section *section_of(HANDLE handle)
{
    size_t i = find_section(handle);
    return i < section_count ? &sections[i] : NULL;
}

const struct section *section_number(size_t number)
{
    return number < section_count ? &sections[number] : NULL;
}

void books_remove_section(HANDLE handle)
{
    size_t i = find_section(handle);
    if (i == section_count)
        return;
    section_count--;
    memmove(&sections[i], &sections[i + 1], (section_count - i) * sizeof sections[0]);
}

void books_add_section(struct section section)
{
    static uint64_t unnamed = UNNAMED_FIRST;
    books_remove_section(section.handle);
    if (section_count == SECTIONS_MOST)
        return;
    if (section.object == 0)
        section.object = section.key ? section.key & ~UNNAMED_FIRST : unnamed++;
    section.ordinal = handles_of(section.object) + 1;
    sections[section_count++] = section;
}

unsigned handles_of(uint64_t object)
{
    unsigned count = 0;
    for (size_t i = 0; i < section_count; i++)
        count += sections[i].object == object;
    return count;
}

unsigned views_of(uint64_t object)
{
    unsigned count = 0;
    for (size_t i = 0; i < view_count; i++)
        count += views[i].section.object == object;
    return count;
}

unsigned objects_open(void)
{
    unsigned count = 0;
    for (size_t i = 0; i < section_count; i++)
        count += sections[i].ordinal == 1;
    return count;
}

bool same_section(const struct section *one, const struct section *other)
{
    return one->handle == other->handle || (one->object != 0 && one->object == other->object);
}

struct history *history_of(uint64_t object)
{
    static struct history none;
    for (size_t i = 0; i < history_count; i++)
        if (histories[i].object == object)
            return &histories[i];
    if (history_count == HISTORIES_MOST)
        return &none;
    histories[history_count].object = object;
    return &histories[history_count++];
}

static bool contains(const struct view *view, uintptr_t address)
{
    MEMORY_BASIC_INFORMATION region;
    if (address < view->base || (view->size != 0 && address - view->base >= view->size))
        return false;
    return real.VirtualQuery((const void *)address, &region, sizeof region) != 0 &&
           (uintptr_t)region.AllocationBase == view->base && region.State != MEM_FREE;
}

const struct view *view_at(uintptr_t address)
{
    for (size_t i = 0; i < view_count; i++)
        if (contains(&views[i], address))
            return &views[i];
    return NULL;
}

bool books_first_touch(const struct view *view)
{
    struct view *own = &views[view - views];
    bool first = !own->touched;
    own->touched = true;
    return first;
}

const struct view *view_number(size_t number)
{
    return number < view_count ? &views[number] : NULL;
}

void books_remove_view(uintptr_t base)
{
    size_t i = 0;
    while (i < view_count && views[i].base != base)
        i++;
    if (i == view_count)
        return;
    if (views[i].shadow)
        real.UnmapViewOfFile(views[i].shadow);
    view_count--;
    memmove(&views[i], &views[i + 1], (view_count - i) * sizeof views[0]);
}

void books_add_view(struct view view)
{
    books_remove_view(view.base);
    if (view_count < VIEWS_MOST)
        views[view_count++] = view;
    else if (view.shadow)
        real.UnmapViewOfFile(view.shadow);
}
