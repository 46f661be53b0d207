import { secp256k1 } from "@noble/curves/secp256k1.js";
import { concat, fromHex, toHex, type Verifier } from "@clustercast/verifier";

/** A secp256k1 key held by the page: a viewing key, or a devnet owner. */
export class LocalKey {
  readonly #secret: Uint8Array;
  /** `0x` and 40 lower-case digits. */
  readonly address: string;

  /** Throws when `secret` is not a valid key of 32 bytes. */
  constructor(verifier: Verifier, secret: Uint8Array) {
    if (!secp256k1.utils.isValidSecretKey(secret)) throw new Error("not a secp256k1 key of 32 bytes");
    this.#secret = secret.slice();
    this.address = toHex(verifier.keccak256(secp256k1.getPublicKey(secret, false).slice(1)).slice(12));
  }

  /** Makes the tables that the first key and the first signature need, where there is time to wait for anyway. */
  static warmUp(): void {
    if (!LocalKey.#warm) secp256k1.getPublicKey(secp256k1.utils.randomSecretKey());
    LocalKey.#warm = true;
  }
  static #warm = false;

  /** A fresh key from a CSPRNG. */
  static fresh(verifier: Verifier): LocalKey {
    return new LocalKey(verifier, secp256k1.utils.randomSecretKey());
  }

  static fromHex(verifier: Verifier, hex: string): LocalKey { return new LocalKey(verifier, fromHex(hex)); }

  /** The secret, to be kept in this browser only. */
  get hex(): string { return toHex(this.#secret); }

  /** `r | s | v` with low `s`, RFC 6979. */
  sign(digest: Uint8Array): Uint8Array {
    const made = secp256k1.sign(digest, this.#secret, { prehash: false, format: "recovered", lowS: true });
    return concat(made.subarray(1), Uint8Array.of(27 + made[0]!));
  }
}
