import { toHex } from "./bytes.ts";
import { LEAF_BYTES, LEAF_HEADER_BYTES, PART_NODE_BYTES, writeLeafHeader, writePartNode, type LeafPlace, type PartNode } from "./layout.ts";

interface Exports {
  memory: WebAssembly.Memory;
  __heap_base: WebAssembly.Global;
  recover_address(signature: number, digest: number, address: number): number;
  keccak256(bytes: number, length: number, out: number): void;
  typed_digest(separator: number, words: number, count: number, out: number): void;
  sha256(bytes: number, length: number, out: number): void;
  sha256_each(bytes: number, length: number, stride: number, count: number, out: number): void;
  tree(hashes: number, count: number): void;
}

/** The two builds of the module, as bytes or as responses still on their way. */
export interface WasmSources {
  /** For engines with 128-bit SIMD. */
  simd: BufferSource | Promise<BufferSource>;
  /** For the others; asked for only when the first does not compile. */
  scalar: () => BufferSource | Promise<BufferSource>;
}

const PAGE = 65_536;
const HASH = 32;

/** Hashes and signatures of spec/window.md and spec/signing.md, computed in WebAssembly. Synchronous once loaded. */
export class Verifier {
  readonly #wasm: Exports;
  readonly #base: number;
  #bytes: Uint8Array;
  #view: DataView;

  private constructor(wasm: Exports) {
    this.#wasm = wasm;
    this.#base = (wasm.__heap_base.value as number + 15) & ~15;
    this.#bytes = new Uint8Array(wasm.memory.buffer);
    this.#view = new DataView(wasm.memory.buffer);
  }

  /** Compiles the SIMD build, or the scalar one where the engine refuses it. Throws when neither runs. */
  static async load(sources: WasmSources): Promise<Verifier> {
    const simd = await sources.simd;
    const module = await WebAssembly.compile(simd).catch(async () => WebAssembly.compile(await sources.scalar()));
    return Verifier.of(module);
  }

  /** Wraps a compiled module. */
  static async of(module: WebAssembly.Module): Promise<Verifier> {
    const instance = await WebAssembly.instantiate(module, {});
    return new Verifier(instance.exports as unknown as Exports);
  }

  /** SHA-256. */
  sha256(bytes: Uint8Array): Uint8Array {
    const at = this.#room(HASH + bytes.length);
    this.#bytes.set(bytes, at + HASH);
    this.#wasm.sha256(at + HASH, bytes.length, at);
    return this.#copy(at, HASH);
  }

  /** Keccak-256, Ethereum's hash. */
  keccak256(bytes: Uint8Array): Uint8Array {
    const at = this.#room(HASH + bytes.length);
    this.#bytes.set(bytes, at + HASH);
    this.#wasm.keccak256(at + HASH, bytes.length, at);
    return this.#copy(at, HASH);
  }

  /** `SHA-256(0x00 | place | offset | bytes)` of one leaf. */
  leafHash(place: LeafPlace, offset: number, bytes: Uint8Array): Uint8Array {
    const at = this.#room(HASH + LEAF_HEADER_BYTES + bytes.length);
    writeLeafHeader(this.#view, at + HASH, place, offset);
    this.#bytes.set(bytes, at + HASH + LEAF_HEADER_BYTES);
    this.#wasm.sha256(at + HASH, LEAF_HEADER_BYTES + bytes.length, at);
    return this.#copy(at, HASH);
  }

  /** The hashes of a whole part's leaves, 32 bytes each: full leaves four at a time, then the rest. */
  leafHashes(place: LeafPlace, part: Uint8Array): Uint8Array {
    const full = Math.floor(part.length / LEAF_BYTES);
    const count = Math.ceil(part.length / LEAF_BYTES);
    const stride = LEAF_HEADER_BYTES + LEAF_BYTES;
    const out = this.#room(HASH * count + stride * count);
    const messages = out + HASH * count;
    for (let leaf = 0; leaf < count; leaf++) {
      writeLeafHeader(this.#view, messages + leaf * stride, place, leaf * LEAF_BYTES);
      this.#bytes.set(part.subarray(leaf * LEAF_BYTES, (leaf + 1) * LEAF_BYTES), messages + leaf * stride + LEAF_HEADER_BYTES);
    }
    this.#wasm.sha256_each(messages, stride, stride, full, out);
    if (count > full) this.#wasm.sha256(messages + full * stride, LEAF_HEADER_BYTES + part.length % LEAF_BYTES, out + HASH * full);
    return this.#copy(out, HASH * count);
  }

  /** RFC 6962 root over hashes of 32 bytes each, which are not hashed again. Throws on an empty list. */
  treeRoot(hashes: Uint8Array): Uint8Array {
    const count = hashes.length / HASH;
    if (count < 1 || !Number.isInteger(count)) throw new RangeError("a tree needs whole hashes of 32 bytes, at least one");
    const at = this.#room(hashes.length);
    this.#bytes.set(hashes, at);
    this.#wasm.tree(at, count);
    return this.#copy(at, HASH);
  }

  /** `SHA-256(0x02 | index | leafCount | byteLength | time | flags | leavesRoot)`. */
  partNode(node: PartNode, leavesRoot: Uint8Array): Uint8Array {
    const at = this.#room(HASH + PART_NODE_BYTES);
    writePartNode(this.#view, at + HASH, node);
    this.#bytes.set(leavesRoot, at + HASH + PART_NODE_BYTES - HASH);
    this.#wasm.sha256(at + HASH, PART_NODE_BYTES, at);
    return this.#copy(at, HASH);
  }

  /** `SHA-256(0x03 | init segment)`. */
  initHash(init: Uint8Array): Uint8Array {
    const at = this.#room(HASH + 1 + init.length);
    this.#bytes[at + HASH] = 0x03;
    this.#bytes.set(init, at + HASH + 1);
    this.#wasm.sha256(at + HASH, 1 + init.length, at);
    return this.#copy(at, HASH);
  }

  /** EIP-712 digest. `words` are the type hash and the encoded fields, 32 bytes each. */
  typedDigest(separator: Uint8Array, words: Uint8Array): Uint8Array {
    if (separator.length !== HASH || words.length % HASH !== 0) throw new RangeError("EIP-712 takes words of 32 bytes");
    const at = this.#room(2 * HASH + words.length);
    this.#bytes.set(separator, at + HASH);
    this.#bytes.set(words, at + 2 * HASH);
    this.#wasm.typed_digest(at + HASH, at + 2 * HASH, words.length / HASH, at);
    return this.#copy(at, HASH);
  }

  /** The signer's address as `0x` and 40 lower-case digits, or null where the signature is invalid. */
  recoverAddress(digest: Uint8Array, signature: Uint8Array): string | null {
    if (digest.length !== HASH || signature.length !== 65) return null;
    const at = this.#room(32 + HASH + 80);
    this.#bytes.set(digest, at + 32);
    this.#bytes.set(signature, at + 32 + HASH);
    return this.#wasm.recover_address(at + 32 + HASH, at + 32, at) === 1 ? toHex(this.#bytes.subarray(at, at + 20)) : null;
  }

  /** Makes sure that `length` bytes can be used from the base, which it returns. */
  #room(length: number): number {
    const missing = this.#base + length - this.#bytes.length;
    if (missing > 0) {
      this.#wasm.memory.grow(Math.ceil(missing / PAGE));
      this.#bytes = new Uint8Array(this.#wasm.memory.buffer);
      this.#view = new DataView(this.#wasm.memory.buffer);
    }
    return this.#base;
  }

  #copy(at: number, length: number): Uint8Array {
    return this.#bytes.slice(at, at + length);
  }
}
