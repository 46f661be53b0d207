export { decodeAs, decodeBody, encode, encodeBody } from "./codec.ts";
export { ProtocolError } from "./error.ts";
export type { CarriedTrack, Endpoint } from "./fields.ts";
export { layouts, type Frame, type FrameName, type FrameOf, type Offer, type Receipt, type RelayRecord, type Ticket } from "./frames.ts";
export * from "./limits.ts";
export { FrameParser } from "./parser.ts";
