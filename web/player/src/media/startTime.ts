import { boxes, find } from "./boxes.ts";

/**
 * The earliest decode time (ISO/IEC 14496-12, `tfdt`) in a part, in seconds: where the part begins on the timeline of its init segment. 0 where neither says.
 */
export function startTimeOf(init: Uint8Array, part: Uint8Array): number {
  const scales = new Map<number, number>();
  for (const { type, content } of boxes(find(init, "moov") ?? new Uint8Array())) {
    if (type !== "trak") continue;
    const id = timed(find(content, "tkhd")), scale = timed(find(content, "mdia", "mdhd"));
    if (id !== null && scale) scales.set(id, scale);
  }
  let start = Infinity;
  for (const { type, content } of boxes(part)) {
    const traf = type === "moof" ? find(content, "traf") : null, header = traf && find(traf, "tfhd"), time = traf && find(traf, "tfdt");
    if (!header || header.length < 8 || !time || time.length < (time[0] === 1 ? 12 : 8)) continue;
    const scale = scales.get(viewOf(header).getUint32(4));
    if (scale) start = Math.min(start, (time[0] === 1 ? Number(viewOf(time).getBigUint64(4)) : viewOf(time).getUint32(4)) / scale);
  }
  return Number.isFinite(start) ? start : 0;
}

/** The field that follows the two times of a full box: the track's id in `tkhd`, the timescale in `mdhd`. */
function timed(box: Uint8Array | null): number | null {
  const at = box?.[0] === 1 ? 20 : 12;
  return box && box.length >= at + 4 ? viewOf(box).getUint32(at) : null;
}

function viewOf(bytes: Uint8Array): DataView { return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength); }
