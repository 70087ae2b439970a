// A queue pair in shared memory: submissions of 64 bytes with a tail that lies in memory, completions of 16 bytes with a phase bit. The device is the
// same for both sides of the ring rows; the driver in C is the peer of ours. The layout is that of benchmarks/DmaKit.Benchmarks/Native/QueuePair.cs.
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <immintrin.h>

enum { ENTRIES = 64 };

struct submission { uint64_t value; uint64_t rest[7]; };
struct completion { uint64_t value; uint32_t head; uint32_t phase; };

struct pair {
    _Alignas(128) struct submission *submissions;
    struct completion *completions;
    _Atomic uint32_t *doorbell;
    uint32_t device_head, device_tail, device_phase;
    _Alignas(128) uint32_t head;
    uint32_t tail, in_flight, read, phase;
    uint64_t sent;
};

_Static_assert(sizeof(struct pair) == 256, "as laid out in C#");

// The device's part: answers every submission until it is told to stop.
void ring_answer(struct pair *p, const _Atomic int *stop)
{
    uint32_t head = p->device_head, at = p->device_tail, phase = p->device_phase;
    for (;;) {
        uint32_t tail = atomic_load_explicit(p->doorbell, memory_order_acquire);
        if (tail == head) {
            if (atomic_load_explicit(stop, memory_order_acquire)) break;
            _mm_pause();
            continue;
        }
        while (head != tail) {
            struct completion *c = &p->completions[at];
            c->value = p->submissions[head].value;
            head = (head + 1) % ENTRIES;
            c->head = head;
            atomic_store_explicit((_Atomic uint32_t *)&c->phase, phase, memory_order_release);
            at = (at + 1) % ENTRIES;
            if (at == 0) phase ^= 1;
        }
    }
    p->device_head = head;
    p->device_tail = at;
    p->device_phase = phase;
}

// The driver's part: keeps up to depth commands in flight until n were answered.
long ring_play(struct pair *p, int depth, int n)
{
    uint32_t head = p->head, tail = p->tail, in_flight = p->in_flight, read = p->read, phase = p->phase;
    int sent = 0, answered = 0;
    uint64_t value = p->sent, sum = 0;
    while (answered < n) {
        int burst = depth - (int)in_flight;
        if (burst > n - sent) burst = n - sent;
        for (int i = 0; i < burst; i++) {
            memset(p->submissions[tail].rest, 0, sizeof p->submissions[tail].rest);
            p->submissions[tail].value = value++;
            tail = (tail + 1) % ENTRIES;
        }
        if (burst > 0) {
            in_flight += (uint32_t)burst;
            sent += burst;
            atomic_store_explicit(p->doorbell, tail, memory_order_release);
        }
        for (;;) {
            struct completion *c = &p->completions[read];
            if ((atomic_load_explicit((_Atomic uint32_t *)&c->phase, memory_order_acquire) & 1) != phase) break;
            struct completion done = *c;
            sum += done.value;
            uint32_t freed = (done.head - head + ENTRIES) % ENTRIES;
            head = done.head;
            in_flight -= freed;
            answered++;
            read = (read + 1) % ENTRIES;
            if (read == 0) phase ^= 1;
        }
    }
    p->head = head;
    p->tail = tail;
    p->in_flight = in_flight;
    p->read = read;
    p->phase = phase;
    p->sent = value;
    return sum ? answered : 0;
}
