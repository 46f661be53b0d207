import { hashTypedData, recoverTypedDataAddress, type Hex } from "viem";
import { beforeAll, describe, expect, test } from "vitest";
import { fromHex, toHex, type Verifier } from "@clustercast/verifier";
import { EvidenceAllowance, EvidenceDesk, judge, readOffence } from "@clustercast/player/evidence/index";
import { digest, domainsOf, types, type Deployment, type Domains, type Message, type TypeName } from "@clustercast/player/signing/index";
import { encode, ProtocolError, type FrameOf } from "@clustercast/player/wire/index";
import { ManualClock } from "../../testing/clock.ts";
import { evidenceFrame } from "../../testing/evidence.ts";
import { seeded } from "../../testing/random.ts";
import { loadVerifier } from "../../testing/wasm.ts";
import { messageOf, vectors } from "../../testing/vectors.ts";

type Kind = "falseReceipt" | "equivocation" | "conflictingParts" | "partsBeyondLast";
type Fields = Record<string, string>;
interface Example {
  name: string;
  proven: boolean;
  offender: string;
  refusal: string;
  digests: Fields;
  file: { kind: Kind; domain: { chainId: string; streamKeys: string; relayStaking: string }; [field: string]: unknown };
}
const file = vectors<{ time: string; relay: string; delegation: { stream: string; key: string; from: string; until: string }; cases: Example[] }>("evidence.json");

const frames = vectors<{ name: string; hex: string }[]>("frames.json");

let verifier: Verifier;
beforeAll(async () => { verifier = await loadVerifier(); });

const deploymentOf = ({ chainId, streamKeys, relayStaking }: Example["file"]["domain"]): Deployment =>
  ({ chainId: BigInt(chainId), streamKeys, relayStaking, ticketBroker: `0x${"00".repeat(20)}` });

/** The head or receipt of a file as a message, with its digest here and its signer, null where there is none. */
function signed(domains: Domains, example: Example, name: string) {
  const type = (name === "receipt" ? "Receipt" : "Head") as TypeName;
  const message = messageOf(type, example.file[name] as Fields) as unknown as Message<TypeName>;
  const hash = digest(verifier, name === "receipt" ? domains.relayStaking : domains.streamKeys, type, message);
  const signature = fromHex(example.file[`${name}Signature`] as string);
  return { type, message, hash, signature, signer: verifier.recoverAddress(hash, signature) };
}

const isDelegated = (key: string, time: bigint): boolean =>
  key === file.delegation.key && time / 1000n >= BigInt(file.delegation.from) && time / 1000n < BigInt(file.delegation.until);

const frameOf = (example: Example): FrameOf<"evidence"> => evidenceFrame(example.file);

describe.each(file.cases)("$file.kind: $name", (example) => {
  test("digests here and in viem, and the same signer", async () => {
    const domains = domainsOf(verifier, deploymentOf(example.file.domain));
    for (const [name, expected] of Object.entries(example.digests)) {
      const { type, message, hash, signer } = signed(domains, example, name);
      expect(toHex(hash)).toBe(expected);
      const fields = types[type].split(",").map((f) => { const [kind, field] = f.split(" "); return { type: kind!, name: field! }; });
      const typed = {
        domain: {
          name: type === "Receipt" ? "ClusterCast RelayStaking" : "ClusterCast StreamKeys", version: "1", chainId: BigInt(example.file.domain.chainId),
          verifyingContract: (type === "Receipt" ? example.file.domain.relayStaking : example.file.domain.streamKeys) as Hex,
        },
        types: { [type]: fields }, primaryType: type,
        message: Object.fromEntries(Object.entries(message).map(([k, v]) => [k, (v as unknown) instanceof Uint8Array ? toHex(v as Uint8Array) : v])),
      };
      expect(hashTypedData(typed)).toBe(expected);
      // viem takes high s and other values of v, which the specification refuses.
      if (signer !== null) expect((await recoverTypedDataAddress({ ...typed, signature: example.file[`${name}Signature`] as Hex })).toLowerCase()).toBe(signer);
      else expect(example.refusal).toMatch(/^Signature/);
    }
  });

  test("is written as other nodes write it", () => {
    const other = frames.find((f) => f.name === `Evidence: ${example.name}`);
    if (other) expect(toHex(encode(frameOf(example)))).toBe(other.hex);
  });

  test("is decided as it says", () => {
    const domains = domainsOf(verifier, deploymentOf(example.file.domain)), frame = frameOf(example);
    let proven;
    try {
      proven = judge(verifier, domains, readOffence(frame.kind, frame.bytes));
    } catch (error) {
      // More siblings than a proof may have do not fit the wire.
      expect(error).toBeInstanceOf(ProtocolError);
      expect((example.file.firstSiblings as string[]).length > 8 || (example.file.secondSiblings as string[]).length > 8).toBe(true);
    }
    const delegated = proven?.heads.every(({ head, signer }) => String(head.stream) === file.delegation.stream && isDelegated(signer, head.time));
    expect(proven && delegated ? proven.offender : null).toBe(example.proven ? example.offender : null);
  });
});

describe("the desk", () => {
  const named = (part: string): Example => file.cases.find((c) => c.proven && c.name.includes(part))!;
  /** A desk of the stream of the vectors, at their time. */
  function deskOf(example: Example, { delegated = true, laterMs = 0, stream = BigInt(file.delegation.stream) } = {}): EvidenceDesk {
    const clock = new ManualClock();
    clock.advance(Number(file.time) * 1000 + laterMs - clock.now());
    const deployment = deploymentOf(example.file.domain);
    return new EvidenceDesk({ verifier, domains: domainsOf(verifier, deployment), clock }, deployment, stream, { isSigningKey: (key, time) => delegated && isDelegated(key, time) });
  }

  test.each(["a false receipt", "two roots of one place", "two parts under heads of different counts", "a part beyond the last head"])("acts once on %s, and keeps the file as it came", (name) => {
    const example = named(name), desk = deskOf(example), frame = frameOf(example), isReceipt = example.file.kind === "falseReceipt";
    expect(desk.take(frame)).toEqual(isReceipt ? { kind: "relay", relay: example.offender } : { kind: "key", key: example.offender });
    expect(desk.take(frame)).toBeNull();
    expect(desk.files).toEqual([example.file]);
    expect(desk.isFalseRelay(example.offender)).toBe(isReceipt);
    expect([desk.isFalseKey(example.offender), desk.isSigningKey(file.delegation.key, BigInt(file.time) * 1000n)]).toEqual([!isReceipt, isReceipt]);
  });

  test("finds forged what the signatures do not bear out, and blames nobody for a delegation, an age or another stream", () => {
    const example = named("two roots"), frame = frameOf(example), bytes = frame.bytes.slice();
    bytes[60]! ^= 1;
    expect(deskOf(example).take({ ...frame, bytes })).toEqual({ kind: "forged" });
    for (const other of [{ delegated: false }, { stream: 9n }, { laterMs: 3_700_000 }, { laterMs: -3_700_000 }]) {
      const desk = deskOf(example, other);
      expect(desk.take(frame)).toBeNull();
      expect(desk.files).toEqual([]);
      expect(desk.isFalseKey(example.offender)).toBe(false);
    }
  });

  test("refuses what is no evidence, and mangled bytes never do harm", () => {
    const random = seeded(12), all = file.cases.filter((c) => c.proven).map((c) => ({ example: c, frame: frameOf(c) }));
    const desk = deskOf(all[0]!.example);
    for (const kind of [0, 5, 255]) expect(() => desk.take({ ...all[0]!.frame, kind })).toThrow(ProtocolError);
    for (let i = 0; i < 1000; i++) {
      const { frame } = all[i % all.length]!, bad = frame.bytes.slice(0, i % 2 === 0 ? random.below(frame.bytes.length) : frame.bytes.length);
      for (let n = 1 + random.below(4); n > 0 && bad.length > 0; n--) bad[random.below(bad.length)]! ^= 1 + random.below(255);
      try {
        const found = desk.take({ ...frame, bytes: bad });
        expect(found === null || found.kind === "forged").toBe(true);
      } catch (error) {
        expect(error).toBeInstanceOf(ProtocolError);
      }
    }
    expect(desk.files).toEqual([]);
  });

  test("looks at 32 pieces of one relay at once, and at one a second then", () => {
    const clock = new ManualClock(), allowance = new EvidenceAllowance(clock);
    expect(Array.from({ length: 40 }, () => allowance.take()).filter(Boolean)).toHaveLength(32);
    clock.advance(2_000);
    expect([allowance.take(), allowance.take(), allowance.take()]).toEqual([true, true, false]);
  });
});
