import { ProtocolError } from "./error.ts";
import type { Field } from "./fields.ts";
import { layouts, type Frame, type FrameName, type FrameOf } from "./frames.ts";
import { MAX_BODY, MAX_RECORD_LIFE } from "./limits.ts";
import { BodyReader } from "./reader.ts";
import { varintLength, writeVarint } from "./varint.ts";
import { BodyWriter } from "./writer.ts";

type AnyFields = [string, Field<unknown>][];
const byName = new Map<string, { code: number; fields: AnyFields }>();
const byCode = new Map<number, { name: FrameName; fields: AnyFields }>();
for (const [name, [code, fields]] of Object.entries(layouts)) {
  const entries = Object.entries(fields) as AnyFields;
  byName.set(name, { code, fields: entries });
  byCode.set(code, { name: name as FrameName, fields: entries });
}

/** The body of a message, without type and length. Throws RangeError for a value that does not fit. */
export function encodeBody(frame: Frame): Uint8Array {
  const writer = new BodyWriter();
  for (const [key, field] of byName.get(frame.type)!.fields) field.write(writer, (frame as unknown as Record<string, unknown>)[key]);
  if (writer.body.length > MAX_BODY) throw new RangeError(`a body of ${writer.body.length} bytes is longer than ${MAX_BODY}`);
  return writer.body;
}

/** A whole frame: `type | length | body`. */
export function encode(frame: Frame): Uint8Array<ArrayBuffer> {
  const body = encodeBody(frame);
  const head = 1 + varintLength(body.length);
  const bytes = new Uint8Array(head + body.length);
  bytes[0] = byName.get(frame.type)!.code;
  writeVarint(new DataView(bytes.buffer), 1, body.length);
  bytes.set(body, head);
  return bytes;
}

/** Reads the body of a frame of type `code`; null for a type that is not known, which is skipped. Throws {@link ProtocolError}. */
export function decodeBody(code: number, body: Uint8Array): Frame | null {
  const layout = byCode.get(code);
  if (!layout) return null;
  const reader = new BodyReader(body);
  const frame: Record<string, unknown> = { type: layout.name };
  for (const [key, field] of layout.fields) frame[key] = field.read(reader);
  if (reader.left > 0) throw new ProtocolError(`a ${layout.name} is ${reader.left} bytes longer than its fields`);
  const decoded = frame as unknown as Frame;
  if (decoded.type === "record" && (decoded.expires <= decoded.issued || decoded.expires - decoded.issued > BigInt(MAX_RECORD_LIFE))) {
    throw new ProtocolError(`a record lives 1 to ${MAX_RECORD_LIFE} ms`);
  }
  return decoded;
}

/** Reads the body of a message of one known type. Throws {@link ProtocolError}. */
export function decodeAs<N extends FrameName>(name: N, body: Uint8Array): FrameOf<N> {
  return decodeBody(layouts[name][0], body) as unknown as FrameOf<N>;
}
