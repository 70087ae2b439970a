// One cache line that goes to the other core and back: the floor of everything that two cores say to each other.
#include <stdatomic.h>
#include <stdint.h>
#include <immintrin.h>

const char *peer_version(void) { return "gcc " __VERSION__; }

struct court {
    _Alignas(128) _Atomic uint64_t ball;
};

// The other core's part.
void pingpong_answer(struct court *c, const _Atomic int *stop)
{
    uint64_t seen = atomic_load_explicit(&c->ball, memory_order_acquire) & ~(uint64_t)1;
    while (!atomic_load_explicit(stop, memory_order_acquire)) {
        uint64_t now = atomic_load_explicit(&c->ball, memory_order_acquire);
        if (now != seen && (now & 1)) atomic_store_explicit(&c->ball, seen = now + 1, memory_order_release);
        else _mm_pause();
    }
}

long pingpong_play(struct court *c, int n)
{
    uint64_t ball = atomic_load_explicit(&c->ball, memory_order_acquire);
    for (int i = 0; i < n; i++) {
        atomic_store_explicit(&c->ball, ball + 1, memory_order_release);
        ball += 2;
        while (atomic_load_explicit(&c->ball, memory_order_acquire) != ball) _mm_pause();
    }
    return n;
}
