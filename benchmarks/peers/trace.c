// The trace of the heap rows on an allocator of processes. Built once for each, which the command line names: HEADER, TAKE(n), GIVE(p), VERSION.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include HEADER

static char text[32];

struct operation { int32_t slot, length; };

struct player {
    const struct operation *operations;
    long count, slots, at;
    void **pieces;
};

const char *peer_version(void)
{
    VERSION;
    return text;
}

static void *take(size_t n) { return TAKE; }
static void give(void *p) { GIVE; }

void *trace_open(const struct operation *operations, long count, long slots)
{
    struct player *t = calloc(1, sizeof *t);
    t->operations = operations;
    t->count = count;
    t->slots = slots;
    t->pieces = calloc((size_t)slots, sizeof *t->pieces);
    for (; t->at < slots; t->at++) t->pieces[t->at] = take((size_t)operations[t->at].length);
    return t;
}

// Each operation frees what its slot holds and allocates anew. What an allocator hands out is not touched, as it is not on our side.
long trace_play(struct player *t, int n)
{
    for (int i = 0; i < n; i++) {
        if (t->at == t->count) t->at = t->slots;
        struct operation o = t->operations[t->at++];
        give(t->pieces[o.slot]);
        if (!(t->pieces[o.slot] = take((size_t)o.length))) abort();
    }
    return n;
}

void trace_close(struct player *t)
{
    for (long i = 0; i < t->slots; i++) give(t->pieces[i]);
    free(t->pieces);
    free(t);
}
