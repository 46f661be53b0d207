/* The RFC 6962 tree over hashes that already are its leaves: inner = SHA-256(0x01 | left | right).
   Pairing level by level and carrying an odd last node up gives the same tree as the RFC's split at the largest
   power of two below n. */
#ifndef CC_TREE_H
#define CC_TREE_H
#include "sha256.h"

enum { INNER_BYTES = 65, PAIRS_AT_ONCE = 4 };

/* In place; the root is hash[0..31]. `count` is at least 1. */
static void tree_root(uint8_t *hash, size_t count) {
    uint8_t message[PAIRS_AT_ONCE][INNER_BYTES], parents[PAIRS_AT_ONCE * 32];
    while (count > 1) {
        size_t pairs = count / 2;
        for (size_t done = 0; done < pairs;) {
            size_t now = pairs - done < PAIRS_AT_ONCE ? pairs - done : PAIRS_AT_ONCE;
            for (size_t i = 0; i < now; i++) {
                message[i][0] = 0x01;
                memcpy(message[i] + 1, hash + 64 * (done + i), 64);
            }
            sha256_of_each(message[0], INNER_BYTES, INNER_BYTES, now, parents);
            memcpy(hash + 32 * done, parents, 32 * now);
            done += now;
        }
        if (count & 1) memmove(hash + 32 * pairs, hash + 32 * (count - 1), 32);
        count = pairs + (count & 1);
    }
}
#endif
