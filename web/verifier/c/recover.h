/* The signer of a digest, by libsecp256k1's recovery module (its sources come from npm `secp256k1`, MIT). */
#ifndef CC_RECOVER_H
#define CC_RECOVER_H
#include "secp256k1.c"
#include "secp256k1_preallocated.h"
#include "keccak.h"

/* The verification table of a small window: 2^(w-2) points of the generator and as many of its endomorphism. */
static uint8_t recover_memory[8192] __attribute__((aligned(16)));
static secp256k1_context *recover_context;

/* False when the table does not fit, which a test rules out. */
static int recover_prepare(void) {
    if (recover_context) return 1;
    if (secp256k1_context_preallocated_size(SECP256K1_CONTEXT_VERIFY) > sizeof recover_memory) return 0;
    recover_context = secp256k1_context_preallocated_create(recover_memory, SECP256K1_CONTEXT_VERIFY);
    return recover_context != 0;
}

/* signature = r (32) | s (32) | v (1), v 27 or 28. Refused: another v, high s (EIP-2), r or s out of range.
   The address is the low 20 bytes of keccak256(X | Y). */
static int recover_address_of(const uint8_t signature[65], const uint8_t digest[32], uint8_t address[20]) {
    secp256k1_ecdsa_recoverable_signature recoverable;
    secp256k1_ecdsa_signature plain;
    secp256k1_pubkey key;
    uint8_t point[65], hash[32];
    size_t length = sizeof point;
    int v = signature[64] - 27;
    if ((v != 0 && v != 1) || !recover_prepare()) return 0;
    if (!secp256k1_ecdsa_recoverable_signature_parse_compact(recover_context, &recoverable, signature, v)) return 0;
    secp256k1_ecdsa_recoverable_signature_convert(recover_context, &plain, &recoverable);
    if (secp256k1_ecdsa_signature_normalize(recover_context, 0, &plain)) return 0;
    if (!secp256k1_ecdsa_recover(recover_context, &key, &recoverable, digest)) return 0;
    secp256k1_ec_pubkey_serialize(recover_context, point, &length, &key, SECP256K1_EC_UNCOMPRESSED);
    keccak256_of(point + 1, 64, hash);
    memcpy(address, hash + 12, 20);
    return 1;
}
#endif
