// What coalescing costs at the least: fragments gathered into one block by memcpy.
#include <stdint.h>
#include <string.h>

struct fragment { const char *start; uint64_t length; };

long gather_many(const struct fragment *fragments, long count, char *block, int n)
{
    for (int i = 0; i < n; i++) {
        char *to = block;
        for (long k = 0; k < count; k++) {
            memcpy(to, fragments[k].start, fragments[k].length);
            to += fragments[k].length;
        }
        __asm__ volatile("" : : "r"(block) : "memory");
    }
    return n;
}
