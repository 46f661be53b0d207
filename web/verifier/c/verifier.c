/* What the page calls. Every pointer is an offset into the exported memory, at or above __heap_base; the caller
   grows the memory and keeps inputs and outputs apart. */
#include "recover.h"
#include "keccak.h"
#include "tree.h"

#define EXPORT(name) __attribute__((export_name(#name), used))

EXPORT(recover_address) int recover_address(const uint8_t *signature, const uint8_t *digest, uint8_t *address) {
    return recover_address_of(signature, digest, address);
}

EXPORT(keccak256) void keccak256(const uint8_t *p, size_t n, uint8_t *out) { keccak256_of(p, n, out); }

/* EIP-712: words are the type hash and the encoded fields, 32 bytes each. */
EXPORT(typed_digest) void typed_digest(const uint8_t *separator, const uint8_t *words, size_t count, uint8_t *out) {
    uint8_t message[66] = {0x19, 0x01};
    memcpy(message + 2, separator, 32);
    keccak256_of(words, 32 * count, message + 34);
    keccak256_of(message, sizeof message, out);
}

EXPORT(sha256) void sha256(const uint8_t *p, size_t n, uint8_t *out) { sha256_of(p, n, out); }

EXPORT(sha256_each) void sha256_each(const uint8_t *p, size_t n, size_t stride, size_t count, uint8_t *out) {
    sha256_of_each(p, n, stride, count, out);
}

EXPORT(tree) void tree(uint8_t *hashes, size_t count) { tree_root(hashes, count); }
