// What mapping costs at the least: the address of each page is looked up in a table of two levels, and neighbours become one element.
#include <stdint.h>

enum { PAGE = 12, LEVEL = 9, MASK = (1 << LEVEL) - 1 };

struct element { uint64_t address, length; };

static int lookup(uint64_t *const *root, uint64_t at, uint64_t length, struct element *out)
{
    int count = 0;
    while (length > 0) {
        uint64_t within = at & ((1u << PAGE) - 1);
        uint64_t run = (1u << PAGE) - within;
        if (run > length) run = length;
        uint64_t address = root[at >> (PAGE + LEVEL) & MASK][at >> PAGE & MASK] + within;
        if (count > 0 && out[count - 1].address + out[count - 1].length == address) out[count - 1].length += run;
        else out[count++] = (struct element) { address, run };
        at += run;
        length -= run;
    }
    return count;
}

long lookup_many(uint64_t *const *root, uint64_t at, uint64_t length, struct element *out, int n)
{
    for (int i = 0; i < n; i++) {
        if (lookup(root, at, length, out) == 0) return 0;
        __asm__ volatile("" : : "r"(out) : "memory");
    }
    return n;
}
