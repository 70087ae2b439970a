// DPDK's memory pool with a per-core cache, as the peer of the pool rows: no huge pages, no devices, one core and a registered second thread.
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_lcore.h>
#include <rte_log.h>
#include <rte_mempool.h>
#include <rte_ring.h>
#include <rte_version.h>

enum { BURST = 32 };

static struct rte_mempool *pool;
static struct rte_ring *ring;
static void **live;
static uint32_t mask;

const char *peer_version(void) { return rte_version(); }

// On the thread that is to measure: it becomes the main core's. Its affinity is put back.
int dpdk_open(int blocks, int length, int cache, int live_count)
{
    static char *arguments[] = { "peer", "--no-huge", "--no-pci", "--no-shconf", "--no-telemetry", "-m", "256", "--lcores", "0", "--log-level", "*:error", NULL };
    cpu_set_t before;
    pthread_getaffinity_np(pthread_self(), sizeof before, &before);
    int ended = rte_eal_init(11, arguments);
    pthread_setaffinity_np(pthread_self(), sizeof before, &before);
    if (ended < 0) return rte_errno;
    pool = rte_mempool_create("peer", (unsigned)blocks, (unsigned)length, (unsigned)cache, 0, NULL, NULL, NULL, NULL, SOCKET_ID_ANY, 0);
    ring = rte_ring_create("peer", 1024, SOCKET_ID_ANY, RING_F_SP_ENQ | RING_F_SC_DEQ);
    live = calloc((size_t)live_count, sizeof *live);
    mask = (uint32_t)live_count - 1;
    if (!pool || !ring || !live) return rte_errno ? rte_errno : -1;
    for (int i = 0; i < live_count; i++)
        if (rte_mempool_get(pool, &live[i])) return -1;
    return 0;
}

long dpdk_replace(int n)
{
    uint32_t x = 1;
    for (int i = 0; i < n; i++) {
        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
        void **at = &live[x & mask];
        rte_mempool_put(pool, *at);
        if (rte_mempool_get(pool, at)) abort();
    }
    return n;
}

long dpdk_singles(int n)
{
    void *taken[BURST];
    int done = 0;
    for (; done < n; done += BURST) {
        for (int i = 0; i < BURST; i++)
            if (rte_mempool_get(pool, &taken[i])) abort();
        for (int i = 0; i < BURST; i++) rte_mempool_put(pool, taken[i]);
    }
    return done;
}

long dpdk_bulk(int n)
{
    void *taken[BURST];
    int done = 0;
    for (; done < n; done += BURST) {
        if (rte_mempool_get_bulk(pool, taken, BURST)) abort();
        __asm__ volatile("" : : "r"(taken) : "memory");
        rte_mempool_put_bulk(pool, taken, BURST);
    }
    return done;
}

// The other thread's part: takes bursts from the ring and returns them until it is told to stop.
long dpdk_return_until(const _Atomic int *stop)
{
    void *taken[BURST];
    long returned = 0;
    for (;;) {
        unsigned got = rte_ring_sc_dequeue_bulk(ring, taken, BURST, NULL);
        if (got) {
            rte_mempool_put_bulk(pool, taken, got);
            returned += got;
        } else if (atomic_load_explicit(stop, memory_order_acquire)) {
            return returned;
        }
    }
}

long dpdk_cross(int n)
{
    void *taken[BURST];
    int done = 0;
    for (; done < n; done += BURST) {
        while (rte_mempool_get_bulk(pool, taken, BURST)) rte_pause();
        while (!rte_ring_sp_enqueue_bulk(ring, taken, BURST, NULL)) rte_pause();
    }
    return done;
}

int dpdk_join(void) { return rte_thread_register(); }
void dpdk_leave(void) { rte_thread_unregister(); }
