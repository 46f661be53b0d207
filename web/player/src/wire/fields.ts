import { ProtocolError } from "./error.ts";
import { MAX_ENDPOINTS, MAX_LEAVES_PER_PART, MAX_PATH, MAX_TRACKS } from "./limits.ts";
import type { BodyReader } from "./reader.ts";
import type { BodyWriter } from "./writer.ts";

/** How one field is read and written. */
export interface Field<T> {
  read(from: BodyReader): T;
  write(to: BodyWriter, value: T): void;
}

/** One address of a relay. Kind 1 is `tls://`, 2 is `ws://` or `wss://`. */
export interface Endpoint { kind: number; url: string }

/** A track that a relay carries and the windows it has cached. */
export interface CarriedTrack { stream: bigint; track: number; oldest: number; newest: number }

export const u8: Field<number> = { read: (r) => r.u8(), write: (w, v) => w.u8(v) };
export const u16: Field<number> = { read: (r) => r.u16(), write: (w, v) => w.u16(v) };
export const u32: Field<number> = { read: (r) => r.u32(), write: (w, v) => w.u32(v) };
export const u64: Field<bigint> = { read: (r) => r.u64(), write: (w, v) => w.u64(v) };
export const u128: Field<bigint> = { read: (r) => r.u128(), write: (w, v) => w.u128(v) };
export const u256: Field<bigint> = { read: (r) => r.u256(), write: (w, v) => w.u256(v) };
export const address: Field<string> = { read: (r) => r.address(), write: (w, v) => w.address(v) };
export const hash: Field<Uint8Array> = { read: (r) => r.bytes(32), write: (w, v) => w.fixed(v, 32) };
export const signature: Field<Uint8Array> = { read: (r) => r.bytes(65), write: (w, v) => w.fixed(v, 65) };
export const text: Field<string> = { read: (r) => r.text(), write: (w, v) => w.text(v) };
export const rest: Field<Uint8Array> = { read: (r) => r.rest(), write: (w, v) => w.bytes(v) };

/** The leaf hashes of a part, 32 bytes each, to the end of the body. */
export const leafHashes: Field<Uint8Array> = {
  read(from) {
    const count = from.left / 32;
    if (!Number.isInteger(count) || count < 1 || count > MAX_LEAVES_PER_PART) {
      throw new ProtocolError(`a part has 1 to ${MAX_LEAVES_PER_PART} leaf hashes of 32 bytes`);
    }
    return from.rest();
  },
  write: (to, value) => to.bytes(value),
};

function list<T>(least: number, most: number, item: Field<T>): Field<T[]> {
  return {
    read(from) {
      const count = from.u8();
      if (count < least || count > most) throw new ProtocolError(`a list of ${count} is not one of ${least} to ${most}`);
      return Array.from({ length: count }, () => item.read(from));
    },
    write(to, values) {
      if (values.length > most) throw new RangeError(`a list of ${values.length} is longer than ${most}`);
      to.u8(values.length);
      for (const value of values) item.write(to, value);
    },
  };
}

export const endpoints = list<Endpoint>(1, MAX_ENDPOINTS, {
  read: (r) => ({ kind: r.u8(), url: r.text() }),
  write: (w, v) => { w.u8(v.kind); w.text(v.url); },
});

export const tracks = list<CarriedTrack>(0, MAX_TRACKS, {
  read: (r) => ({ stream: r.u256(), track: r.u16(), oldest: r.u32(), newest: r.u32() }),
  write: (w, v) => { w.u256(v.stream); w.u16(v.track); w.u32(v.oldest); w.u32(v.newest); },
});

export const path = list<string>(1, MAX_PATH, address);
