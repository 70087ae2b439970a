// Mixing as one writes it in C: eight interleaved stereo streams into one, for gcc to vectorise as it sees fit, and 16 bits also by hand.
// A block is a call, as it is in a mixer that gets other streams each time.
#include <immintrin.h>
#include <stdint.h>

#define BLOCK __attribute__((noinline)) static void

// Sum of products.
BLOCK block_float(float *restrict out, const float *const *in, const float *gain, int samples)
{
    const float *restrict a = in[0], *restrict b = in[1], *restrict c = in[2], *restrict d = in[3];
    const float *restrict e = in[4], *restrict f = in[5], *restrict g = in[6], *restrict h = in[7];
    for (int i = 0; i < samples; i++) {
        out[i] = a[i] * gain[0] + b[i] * gain[1] + c[i] * gain[2] + d[i] * gain[3]
               + e[i] * gain[4] + f[i] * gain[5] + g[i] * gain[6] + h[i] * gain[7];
    }
}

long mix_float(float *out, const float *const *in, const float *gain, int samples, int times)
{
    for (int t = 0; t < times; t++) block_float(out, in, gain, samples);
    return times;
}

// Exact sum in 32 bits, saturated once.
BLOCK block_s16(int16_t *restrict out, const int16_t *const *in, int samples)
{
    const int16_t *restrict a = in[0], *restrict b = in[1], *restrict c = in[2], *restrict d = in[3];
    const int16_t *restrict e = in[4], *restrict f = in[5], *restrict g = in[6], *restrict h = in[7];
    for (int i = 0; i < samples; i++) {
        int32_t sum = a[i] + b[i] + c[i] + d[i] + e[i] + f[i] + g[i] + h[i];
        out[i] = (int16_t)(sum > INT16_MAX ? INT16_MAX : sum < INT16_MIN ? INT16_MIN : sum);
    }
}

long mix_s16(int16_t *out, const int16_t *const *in, int samples, int times)
{
    for (int t = 0; t < times; t++) block_s16(out, in, samples);
    return times;
}

// The same by hand: two streams' samples side by side, multiplied by one and added in pairs, with the widest vectors that this processor has.
#if defined(__AVX512BW__)
typedef __m512i wide;
#define LOAD(p) _mm512_loadu_si512(p)
#define STORE(p, v) _mm512_storeu_si512(p, v)
#define ONES _mm512_set1_epi16(1)
#define LOW(a, b) _mm512_madd_epi16(_mm512_unpacklo_epi16(a, b), one)
#define HIGH(a, b) _mm512_madd_epi16(_mm512_unpackhi_epi16(a, b), one)
#define ADD(a, b) _mm512_add_epi32(a, b)
#define PACK(a, b) _mm512_packs_epi32(a, b)
const char *mix_vectors(void) { return "AVX-512 vpmaddwd"; }
#elif defined(__AVX2__)
typedef __m256i wide;
#define LOAD(p) _mm256_loadu_si256((const __m256i *)(p))
#define STORE(p, v) _mm256_storeu_si256((__m256i *)(p), v)
#define ONES _mm256_set1_epi16(1)
#define LOW(a, b) _mm256_madd_epi16(_mm256_unpacklo_epi16(a, b), one)
#define HIGH(a, b) _mm256_madd_epi16(_mm256_unpackhi_epi16(a, b), one)
#define ADD(a, b) _mm256_add_epi32(a, b)
#define PACK(a, b) _mm256_packs_epi32(a, b)
const char *mix_vectors(void) { return "AVX2 vpmaddwd"; }
#else
typedef __m128i wide;
#define LOAD(p) _mm_loadu_si128((const __m128i *)(p))
#define STORE(p, v) _mm_storeu_si128((__m128i *)(p), v)
#define ONES _mm_set1_epi16(1)
#define LOW(a, b) _mm_madd_epi16(_mm_unpacklo_epi16(a, b), one)
#define HIGH(a, b) _mm_madd_epi16(_mm_unpackhi_epi16(a, b), one)
#define ADD(a, b) _mm_add_epi32(a, b)
#define PACK(a, b) _mm_packs_epi32(a, b)
const char *mix_vectors(void) { return "SSE2 pmaddwd"; }
#endif

BLOCK block_s16_pairs(int16_t *restrict out, const int16_t *const *in, int samples)
{
    const int16_t *a = in[0], *b = in[1], *c = in[2], *d = in[3], *e = in[4], *f = in[5], *g = in[6], *h = in[7];
    const wide one = ONES;
    const int step = sizeof(wide) / sizeof *out;
    int i = 0;
    for (; i + step <= samples; i += step) {
        wide va = LOAD(a + i), vb = LOAD(b + i), vc = LOAD(c + i), vd = LOAD(d + i);
        wide ve = LOAD(e + i), vf = LOAD(f + i), vg = LOAD(g + i), vh = LOAD(h + i);
        wide low = ADD(ADD(LOW(va, vb), LOW(vc, vd)), ADD(LOW(ve, vf), LOW(vg, vh)));
        wide high = ADD(ADD(HIGH(va, vb), HIGH(vc, vd)), ADD(HIGH(ve, vf), HIGH(vg, vh)));
        STORE(out + i, PACK(low, high));
    }
    for (; i < samples; i++) {
        int32_t sum = a[i] + b[i] + c[i] + d[i] + e[i] + f[i] + g[i] + h[i];
        out[i] = (int16_t)(sum > INT16_MAX ? INT16_MAX : sum < INT16_MIN ? INT16_MIN : sum);
    }
}

long mix_s16_pairs(int16_t *out, const int16_t *const *in, int samples, int times)
{
    for (int t = 0; t < times; t++) block_s16_pairs(out, in, samples);
    return times;
}
