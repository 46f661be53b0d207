/* Keccak-256 as Ethereum uses it: rate 136 bytes, padding 0x01 (FIPS 202 pads SHA3-256 with 0x06). */
#ifndef CC_KECCAK_H
#define CC_KECCAK_H
#include <stdint.h>
#include <string.h>

enum { KECCAK_RATE = 136 };

static const uint64_t keccak_round_constants[24] = {
    0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000,
    0x000000000000808b, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009,
    0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
    0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003,
    0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008};

/* Rho's rotations and pi's targets, in the order in which pi visits the lanes from lane 1. */
static const uint8_t keccak_rotations[24] = {1, 3, 6, 10, 15, 21, 28, 36, 45, 55, 2, 14, 27, 41, 56, 8, 25, 43, 62, 18, 39, 61, 20, 44};
static const uint8_t keccak_lanes[24] = {10, 7, 11, 17, 18, 3, 5, 16, 8, 21, 24, 4, 15, 23, 19, 13, 12, 2, 20, 14, 22, 9, 6, 1};

static inline uint64_t keccak_rotl(uint64_t x, int n) { return (x << n) | (x >> (64 - n)); }

static void keccak_permute(uint64_t lane[25]) {
    uint64_t row[5];
    for (int round = 0; round < 24; round++) {
        for (int x = 0; x < 5; x++) row[x] = lane[x] ^ lane[x + 5] ^ lane[x + 10] ^ lane[x + 15] ^ lane[x + 20];
        for (int x = 0; x < 5; x++) {
            uint64_t theta = row[(x + 4) % 5] ^ keccak_rotl(row[(x + 1) % 5], 1);
            for (int y = 0; y < 25; y += 5) lane[y + x] ^= theta;
        }
        uint64_t moving = lane[1];
        for (int i = 0; i < 24; i++) {
            uint64_t next = lane[keccak_lanes[i]];
            lane[keccak_lanes[i]] = keccak_rotl(moving, keccak_rotations[i]);
            moving = next;
        }
        for (int y = 0; y < 25; y += 5) {
            for (int x = 0; x < 5; x++) row[x] = lane[y + x];
            for (int x = 0; x < 5; x++) lane[y + x] = row[x] ^ (~row[(x + 1) % 5] & row[(x + 2) % 5]);
        }
        lane[0] ^= keccak_round_constants[round];
    }
}

static void keccak256_of(const uint8_t *p, size_t n, uint8_t out[32]) {
    union { uint64_t lane[25]; uint8_t byte[200]; } state; /* wasm is little-endian, as Keccak is */
    memset(&state, 0, sizeof state);
    for (; n >= KECCAK_RATE; p += KECCAK_RATE, n -= KECCAK_RATE) {
        for (int i = 0; i < KECCAK_RATE; i++) state.byte[i] ^= p[i];
        keccak_permute(state.lane);
    }
    for (size_t i = 0; i < n; i++) state.byte[i] ^= p[i];
    state.byte[n] ^= 0x01;
    state.byte[KECCAK_RATE - 1] ^= 0x80;
    keccak_permute(state.lane);
    memcpy(out, state.byte, 32);
}
#endif
