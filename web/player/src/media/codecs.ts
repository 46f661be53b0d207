import { boxes, find } from "./boxes.ts";

const VISUAL_ENTRY = 78;
const AUDIO_ENTRY = 28;

/**
 * The MIME type with codecs (RFC 6381) of an init segment, e.g. `video/mp4; codecs="avc1.64001f,mp4a.40.2"`. Throws one sentence for an init segment
 * without H.264 video or with audio that is not AAC.
 */
export function mimeTypeOf(init: Uint8Array): string {
  const codecs: string[] = [];
  const moov = find(init, "moov");
  for (const box of boxes(moov ?? new Uint8Array())) {
    if (box.type !== "trak") continue;
    const entries = find(box.content, "mdia", "minf", "stbl", "stsd");
    for (const entry of boxes(entries?.subarray(8) ?? new Uint8Array())) {
      const codec = entry.type === "avc1" || entry.type === "avc3" ? avc(entry.type, entry.content) : entry.type === "mp4a" ? aac(entry.content) : null;
      if (!codec) throw new Error(`The stream carries "${entry.type}", which this page does not play; it plays H.264 and AAC.`);
      codecs.push(codec);
    }
  }
  codecs.sort();
  if (!codecs[0]?.startsWith("avc")) throw new Error("The stream's init segment describes no H.264 video.");
  return `video/mp4; codecs="${codecs.join(",")}"`;
}

/** `avc1.PPCCLL`: profile, compatibility and level of the AVCDecoderConfigurationRecord (ISO/IEC 14496-15). */
function avc(type: string, entry: Uint8Array): string | null {
  const config = find(entry.subarray(VISUAL_ENTRY), "avcC");
  if (!config || config.length < 4) return null;
  return `${type}.${[...config.subarray(1, 4)].map((b) => b.toString(16).padStart(2, "0")).join("")}`;
}

/** `mp4a.OO.A`: object type of the DecoderConfigDescriptor and audio object type of the AudioSpecificConfig (ISO/IEC 14496-1, -3). */
function aac(entry: Uint8Array): string | null {
  const esds = find(entry.subarray(AUDIO_ENTRY), "esds");
  if (!esds) return null;
  const decoder = descriptor(esds.subarray(4), 0x03, (es) => es.subarray(3 + (es[2]! & 0x80 ? 2 : 0) + (es[2]! & 0x20 ? 2 : 0)), 0x04);
  const objectType = decoder?.[0];
  const specific = decoder && descriptorContent(decoder.subarray(13), 0x05);
  if (objectType === undefined || !specific || specific.length < 2) return null;
  let audioType = specific[0]! >> 3;
  if (audioType === 31) audioType = 32 + (((specific[0]! & 7) << 3) | (specific[1]! >> 5));
  return `mp4a.${objectType.toString(16)}.${audioType}`;
}

function descriptor(bytes: Uint8Array, outer: number, skip: (content: Uint8Array) => Uint8Array, inner: number): Uint8Array | null {
  const content = descriptorContent(bytes, outer);
  return content && content.length >= 3 ? descriptorContent(skip(content), inner) : null;
}

/** The content of a descriptor with `tag`, whose length is written seven bits a byte. */
function descriptorContent(bytes: Uint8Array, tag: number): Uint8Array | null {
  if (bytes[0] !== tag) return null;
  let length = 0, at = 1;
  for (let more = true; more && at < Math.min(5, bytes.length); at++) {
    length = (length << 7) | (bytes[at]! & 0x7f);
    more = (bytes[at]! & 0x80) !== 0;
  }
  return bytes.subarray(at, at + length);
}
