/* One SHA-256 compression (FIPS 180-4 section 6.2.2) on words of type WORD, named COMPRESS.
   Included twice: with 32-bit words, and with vectors of four of them, which compress four blocks at once. */
#define ROTR(x, n) (((x) >> (n)) | ((x) << (32 - (n))))
#define SCHEDULE(t) \
    (w[(t) & 15] += (ROTR(w[((t) + 14) & 15], 17) ^ ROTR(w[((t) + 14) & 15], 19) ^ (w[((t) + 14) & 15] >> 10)) \
                  + w[((t) + 9) & 15] \
                  + (ROTR(w[((t) + 1) & 15], 7) ^ ROTR(w[((t) + 1) & 15], 18) ^ (w[((t) + 1) & 15] >> 3)))
#define ROUND(a, b, c, d, e, f, g, h, k, word) do { \
        WORD t1 = h + (ROTR(e, 6) ^ ROTR(e, 11) ^ ROTR(e, 25)) + (g ^ (e & (f ^ g))) + SPLAT(sha256_k[k]) + (word); \
        d += t1; \
        h = t1 + (ROTR(a, 2) ^ ROTR(a, 13) ^ ROTR(a, 22)) + ((a & b) | (c & (a | b))); \
    } while (0)
#define EIGHT_ROUNDS(k, W) \
    ROUND(a, b, c, d, e, f, g, h, (k) + 0, W((k) + 0)); ROUND(h, a, b, c, d, e, f, g, (k) + 1, W((k) + 1)); \
    ROUND(g, h, a, b, c, d, e, f, (k) + 2, W((k) + 2)); ROUND(f, g, h, a, b, c, d, e, (k) + 3, W((k) + 3)); \
    ROUND(e, f, g, h, a, b, c, d, (k) + 4, W((k) + 4)); ROUND(d, e, f, g, h, a, b, c, (k) + 5, W((k) + 5)); \
    ROUND(c, d, e, f, g, h, a, b, (k) + 6, W((k) + 6)); ROUND(b, c, d, e, f, g, h, a, (k) + 7, W((k) + 7))
#define GIVEN(t) w[t]

static void COMPRESS(WORD state[8], WORD w[16]) {
    WORD a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
    EIGHT_ROUNDS(0, GIVEN);
    EIGHT_ROUNDS(8, GIVEN);
    for (int t = 16; t < 64; t += 16) { EIGHT_ROUNDS(t, SCHEDULE); EIGHT_ROUNDS(t + 8, SCHEDULE); }
    state[0] += a; state[1] += b; state[2] += c; state[3] += d;
    state[4] += e; state[5] += f; state[6] += g; state[7] += h;
}

#undef ROTR
#undef SCHEDULE
#undef ROUND
#undef EIGHT_ROUNDS
#undef GIVEN
