/** One ISO BMFF box (ISO/IEC 14496-12): its type and its content, without the header. */
export interface Box { type: string; content: Uint8Array }

/** The boxes that follow each other in `bytes`. Stops at one that does not fit. */
export function* boxes(bytes: Uint8Array): Generator<Box> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + 8 <= bytes.length;) {
    let size = view.getUint32(at), header = 8;
    if (size === 1 && at + 16 <= bytes.length) {
      size = Number(view.getBigUint64(at + 8));
      header = 16;
    } else if (size === 0) {
      size = bytes.length - at;
    }
    if (size < header || at + size > bytes.length) return;
    yield { type: String.fromCharCode(...bytes.subarray(at + 4, at + 8)), content: bytes.subarray(at + header, at + size) };
    at += size;
  }
}

/** The first box at a path of types, or null. */
export function find(bytes: Uint8Array, ...path: string[]): Uint8Array | null {
  let content: Uint8Array | null = bytes;
  for (const type of path) {
    let inside: Uint8Array | null = null;
    for (const box of boxes(content)) if (box.type === type) { inside = box.content; break; }
    if (!inside) return null;
    content = inside;
  }
  return content;
}
