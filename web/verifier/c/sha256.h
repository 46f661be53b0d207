/* SHA-256 (FIPS 180-4) of one message, and of four messages of equal length at once where the engine has SIMD. */
#ifndef CC_SHA256_H
#define CC_SHA256_H
#include <stdint.h>
#include <string.h>

static const uint32_t sha256_k[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};
static const uint32_t sha256_start[8] = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

static inline uint32_t read_be32(const uint8_t *p) { uint32_t x; memcpy(&x, p, 4); return __builtin_bswap32(x); }
static inline void write_be32(uint8_t *p, uint32_t x) { x = __builtin_bswap32(x); memcpy(p, &x, 4); }

#define WORD uint32_t
#define SPLAT(x) (x)
#define COMPRESS sha256_compress
#include "sha256_rounds.h"
#undef WORD
#undef SPLAT
#undef COMPRESS

static void sha256_block(uint32_t state[8], const uint8_t *p) {
    uint32_t w[16];
    for (int i = 0; i < 16; i++) w[i] = read_be32(p + 4 * i);
    sha256_compress(state, w);
}

/* The last one or two blocks: the rest of the message, 0x80, zeros, the length in bits. Returns their bytes: 64 or 128. */
static size_t sha256_tail(const uint8_t *rest, size_t n, size_t total, uint8_t tail[128]) {
    size_t bytes = n < 56 ? 64 : 128;
    memset(tail, 0, bytes);
    memcpy(tail, rest, n);
    tail[n] = 0x80;
    write_be32(tail + bytes - 8, (uint32_t)(total >> 29));
    write_be32(tail + bytes - 4, (uint32_t)(total << 3));
    return bytes;
}

static void sha256_of(const uint8_t *p, size_t n, uint8_t out[32]) {
    uint32_t state[8];
    uint8_t tail[128];
    size_t whole = n & ~(size_t)63;
    memcpy(state, sha256_start, sizeof state);
    for (size_t i = 0; i < whole; i += 64) sha256_block(state, p + i);
    size_t bytes = sha256_tail(p + whole, n - whole, n, tail);
    for (size_t i = 0; i < bytes; i += 64) sha256_block(state, tail + i);
    for (int i = 0; i < 8; i++) write_be32(out + 4 * i, state[i]);
}

#ifdef __wasm_simd128__
#include <wasm_simd128.h>
typedef uint32_t four_words __attribute__((vector_size(16)));

#define WORD four_words
#define SPLAT(x) ((four_words){(x), (x), (x), (x)})
#define COMPRESS sha256_compress4
#include "sha256_rounds.h"
#undef WORD
#undef SPLAT
#undef COMPRESS

static inline four_words from_be(v128_t v) {
    return (four_words)wasm_i8x16_shuffle(v, v, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12);
}

/* One block of each of the four messages at p, p + stride, ...: transposed, so that a vector holds one word of all four. */
static void sha256_block4(four_words state[8], const uint8_t *p, size_t stride) {
    four_words w[16];
    for (int i = 0; i < 4; i++, p += 16) {
        v128_t a = wasm_v128_load(p), b = wasm_v128_load(p + stride);
        v128_t c = wasm_v128_load(p + 2 * stride), d = wasm_v128_load(p + 3 * stride);
        v128_t ab_low = wasm_i32x4_shuffle(a, b, 0, 4, 1, 5), ab_high = wasm_i32x4_shuffle(a, b, 2, 6, 3, 7);
        v128_t cd_low = wasm_i32x4_shuffle(c, d, 0, 4, 1, 5), cd_high = wasm_i32x4_shuffle(c, d, 2, 6, 3, 7);
        w[4 * i] = from_be(wasm_i64x2_shuffle(ab_low, cd_low, 0, 2));
        w[4 * i + 1] = from_be(wasm_i64x2_shuffle(ab_low, cd_low, 1, 3));
        w[4 * i + 2] = from_be(wasm_i64x2_shuffle(ab_high, cd_high, 0, 2));
        w[4 * i + 3] = from_be(wasm_i64x2_shuffle(ab_high, cd_high, 1, 3));
    }
    sha256_compress4(state, w);
}

static void sha256_of4(const uint8_t *p, size_t n, size_t stride, uint8_t out[128]) {
    four_words state[8];
    uint8_t tail[4][128];
    size_t whole = n & ~(size_t)63, bytes = 0;
    for (int i = 0; i < 8; i++) state[i] = (four_words){0} + sha256_start[i];
    for (size_t i = 0; i < whole; i += 64) sha256_block4(state, p + i, stride);
    for (int m = 0; m < 4; m++) bytes = sha256_tail(p + m * stride + whole, n - whole, n, tail[m]);
    for (size_t i = 0; i < bytes; i += 64) sha256_block4(state, tail[0] + i, sizeof tail[0]);
    for (int m = 0; m < 4; m++) for (int i = 0; i < 8; i++) write_be32(out + 32 * m + 4 * i, state[i][m]);
}
#endif

/* `count` messages of `n` bytes each, `stride` apart; their hashes follow each other in `out`. */
static void sha256_of_each(const uint8_t *p, size_t n, size_t stride, size_t count, uint8_t *out) {
#ifdef __wasm_simd128__
    for (; count >= 4; count -= 4, p += 4 * stride, out += 128) sha256_of4(p, n, stride, out);
#endif
    for (; count; count--, p += stride, out += 32) sha256_of(p, n, out);
}
#endif
