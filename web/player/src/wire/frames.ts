import {
  address, endpoints, hash, leafHashes, path, rest, signature, text, tracks, u128, u16, u256, u32, u64, u8, type Field,
} from "./fields.ts";

/** Every message of spec/wire.md: its type byte and its fields in their order on the wire. */
export const layouts = {
  hello: [0x01, { version: u16, role: u8, chainId: u64, nonce: hash }],
  welcome: [0x02, { version: u16, node: address, proof: signature }],
  goodbye: [0x03, { code: u16, reason: text }],
  ping: [0x04, { value: u64 }],
  pong: [0x05, { value: u64 }],
  observed: [0x06, { address: u128, port: u16 }],
  load: [0x07, { percent: u8 }],

  subscribe: [0x10, { channel: u8, stream: u256, track: u16, window: u32, parts: u16 }],
  subscribed: [0x11, { channel: u8, run: u64, window: u32 }],
  refused: [0x12, { channel: u8, code: u16, retryAfterMs: u32, reason: text }],
  unsubscribe: [0x13, { channel: u8 }],
  ended: [0x14, { channel: u8, run: u64 }],
  fetch: [0x15, { channel: u8, stream: u256, track: u16, run: u64, window: u32, part: u16, parts: u16 }],
  have: [0x16, { stream: u256, track: u16, run: u64, window: u32, held: u64 }],

  init: [0x20, { channel: u8, run: u64, track: u16, bytes: rest }],
  window: [0x21, { channel: u8, window: u32, prev: hash }],
  part: [0x22, {
    channel: u8, window: u32, part: u16, time: u64, flags: u8, byteLength: u32, headFlags: u8, signature, leafHashes,
  }],
  head: [0x23, { channel: u8, window: u32, count: u16, time: u64, flags: u8, signature }],
  node: [0x24, { channel: u8, window: u32, part: u16, time: u64, flags: u8, byteLength: u32, leafHashes }],
  leaf: [0x25, { channel: u8, window: u32, part: u16, leaf: u8, bytes: rest }],

  sessionOpen: [0x30, { purse: address, relay: address, nonce: hash, time: u64, signature }],
  offer: [0x31, {
    acked: hash, stream: u256, terms: u32, price: u64, faceValue: u32, commit: hash, ticketBytes: u32, creditBytes: u32,
  }],
  ticket: [0x32, {
    relay: address, stream: u256, terms: u32, commit: hash, salt: u128, faceValue: u32, winProb: u64, epoch: u32, bytes: u32, signature,
  }],
  ticketRefused: [0x33, { commit: hash, code: u16, reason: text }],
  receipt: [0x34, { relay: address, purse: address, headDigest: hash, servedRoot: hash, byteLength: u64, time: u64, signature }],
  sessionRefused: [0x35, { code: u16, reason: text }],
  sessionClose: [0x36, { purse: address }],

  record: [0x40, {
    endpoints, tracks, node: address, payout: address, price: u64, issued: u64, expires: u64, signature,
  }],
  announce: [0x41, { stream: u256, track: u16, run: u64, path }],
  withdraw: [0x42, { stream: u256, track: u16 }],
  evidence: [0x43, { kind: u8, bytes: rest }],
  sessionNews: [0x44, { purse: address, relay: address, nonce: hash, time: u64, signature }],
  sessionEnd: [0x45, { purse: address, relay: address, nonce: hash, time: u64, signature }],


  punchRequest: [0x50, { token: u64, node: address }],
  punchOffer: [0x51, { token: u64, address: u128, port: u16, startMicros: u32 }],
  punchGo: [0x52, { token: u64, address: u128, port: u16, startMicros: u32 }],
  punchRefused: [0x53, { token: u64, code: u16 }],

  measure: [0x58, { byteCount: u32 }],
  padding: [0x59, { last: u8, bytes: rest }],
  measured: [0x5a, { byteCount: u32, micros: u32, time: u64 }],

  resend: [0x60, { block: u32, shards: u8 }],
  laneReport: [0x61, { next: u32, received: u32, lost: u32 }],
  laneOpen: [0x62, { version: u8 }],
  laneBlock: [0x63, { block: u32, bytes: rest }],
} as const;

type Layouts = typeof layouts;
export type FrameName = keyof Layouts;
type Values<F> = { -readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never };

/** A message by its name, with its fields. */
export type FrameOf<N extends FrameName> = N extends FrameName ? { type: N } & Values<Layouts[N][1]> : never;
/** Any message. */
export type Frame = FrameOf<FrameName>;

export type Offer = FrameOf<"offer">;
export type Receipt = FrameOf<"receipt">;
export type RelayRecord = FrameOf<"record">;
export type Ticket = FrameOf<"ticket">;
