import { fromHex } from "@clustercast/verifier";
import type { Head } from "@clustercast/player/windows/index";
import type { FrameOf } from "@clustercast/player/wire/index";
import { BodyWriter } from "@clustercast/player/wire/writer";
import { messageOf } from "./vectors.ts";

/** A file of evidence as an Evidence frame. */
export function evidenceFrame(file: { kind: string; [field: string]: unknown }): FrameOf<"evidence"> {
  const to = new BodyWriter(), fields = file as unknown as Record<string, Record<string, string>> & Record<string, string>;
  const hashes = (list: string[]): void => { to.u8(list.length); for (const hash of list) to.bytes(fromHex(hash)); };
  const head = (name: string): void => {
    const h = messageOf("Head", fields[name]!) as unknown as Record<keyof Head, bigint> & Record<"root" | "prev" | "initHash", Uint8Array>;
    to.u256(h.stream); to.u64(h.run); to.u16(Number(h.track)); to.u32(Number(h.window)); to.u16(Number(h.count)); to.bytes(h.root); to.u64(h.byteLength);
    to.u32(Number(h.leafCount)); to.bytes(h.prev); to.bytes(h.initHash); to.u64(h.time); to.u8(Number(h.flags)); to.bytes(fromHex(fields[`${name}Signature`]!));
  };
  const proof = (name: string): void => { to.bytes(fromHex(fields[`${name}Node`]!)); hashes(fields[`${name}Siblings`] as unknown as string[]); };
  switch (file.kind) {
    case "falseReceipt": {
      const r = fields.receipt!;
      head("head");
      to.address(r.relay!); to.address(r.purse!); to.bytes(fromHex(r.headDigest!)); to.bytes(fromHex(r.servedRoot!)); to.u64(BigInt(r.byteLength!)); to.u64(BigInt(r.time!));
      to.bytes(fromHex(fields.receiptSignature!));
      break;
    }
    case "equivocation": head("first"); head("second"); break;
    case "partsBeyondLast": head("last"); head("beyond"); break;
    case "conflictingParts": to.u16(Number(fields.index)); head("first"); proof("first"); head("second"); proof("second");
  }
  return { type: "evidence", kind: ["falseReceipt", "equivocation", "conflictingParts", "partsBeyondLast"].indexOf(file.kind) + 1, bytes: to.body.slice() };
}
