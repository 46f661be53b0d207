/** A peer broke the rules of spec/wire.md: the connection closes with Goodbye code 2. */
export class ProtocolError extends Error {
  override name = "ProtocolError";
}
