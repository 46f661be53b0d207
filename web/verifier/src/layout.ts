/** Bytes of every leaf but a part's last (spec/window.md). */
export const LEAF_BYTES = 16_384;

/** Where a part stands: everything but the offset that a leaf's hash binds. */
export interface LeafPlace {
  /** Token id of the stream, u256. */
  stream: bigint;
  /** Start of the broadcaster's process, Unix ms, u64. */
  run: bigint;
  /** Height of the picture in lines, u16. */
  track: number;
  /** u32. */
  window: number;
  /** Index of the part in its window, u16. */
  part: number;
}

/** The fields of a part node but its leaves' root. */
export interface PartNode {
  index: number;
  leafCount: number;
  byteLength: number;
  /** Capture time of the first frame, Unix ms. */
  time: bigint;
  /** Bit 0: begins with an IDR frame. */
  flags: number;
}

/** `0x00 | stream | run | track | window | part | offset`: what precedes a leaf's bytes. */
export const LEAF_HEADER_BYTES = 53;
/** `0x02 | index | leafCount | byteLength | time | flags | leavesRoot`. */
export const PART_NODE_BYTES = 50;

/** Writes a leaf's 53 header bytes at `at`. */
export function writeLeafHeader(view: DataView, at: number, place: LeafPlace, offset: number): void {
  view.setUint8(at, 0x00);
  for (let word = 0; word < 4; word++) {
    view.setBigUint64(at + 1 + 8 * word, BigInt.asUintN(64, place.stream >> BigInt(64 * (3 - word))));
  }
  view.setBigUint64(at + 33, place.run);
  view.setUint16(at + 41, place.track);
  view.setUint32(at + 43, place.window);
  view.setUint16(at + 47, place.part);
  view.setUint32(at + 49, offset);
}

/** Writes a part node's first 18 bytes at `at`; the leaves' root follows them. */
export function writePartNode(view: DataView, at: number, node: PartNode): void {
  view.setUint8(at, 0x02);
  view.setUint16(at + 1, node.index);
  view.setUint16(at + 3, node.leafCount);
  view.setUint32(at + 5, node.byteLength);
  view.setBigUint64(at + 9, node.time);
  view.setUint8(at + 17, node.flags);
}
