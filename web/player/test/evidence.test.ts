import { hashTypedData, recoverTypedDataAddress, type Hex } from "viem";
import { beforeAll, describe, expect, test } from "vitest";
import { concat, equal, fromHex, toHex, type Verifier } from "@clustercast/verifier";
import { equivocation, isReceiptSigned } from "@clustercast/player/purse/index";
import { digest, domainsOf, types, type Deployment, type Domains, type Message, type TypeName } from "@clustercast/player/signing/index";
import { LAST, type Head } from "@clustercast/player/windows/index";
import type { Receipt } from "@clustercast/player/wire/index";
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
const file = vectors<{ relay: string; delegation: { stream: string; key: string; from: string; until: string }; cases: Example[] }>("evidence.json");

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

function headOf(domains: Domains, example: Example, name: string) {
  const { message, hash, signature, signer } = signed(domains, example, name);
  return { head: message as unknown as Head, digest: hash, signature, signer: signer ?? "" };
}

const isDelegated = ({ head, signer }: ReturnType<typeof headOf>): boolean =>
  signer === file.delegation.key && String(head.stream) === file.delegation.stream
  && BigInt(head.time) / 1000n >= BigInt(file.delegation.from) && BigInt(head.time) / 1000n < BigInt(file.delegation.until);

/** RFC 9162 §2.1.3.2; null where the siblings do not fit. */
function rootOf(node: Uint8Array, index: number, count: number, siblings: Uint8Array[]): Uint8Array | null {
  if (count > 256 || index >= count) return null;
  let last = count - 1;
  const inner = (left: Uint8Array, right: Uint8Array): Uint8Array => verifier.sha256(concat(Uint8Array.of(1), left, right));
  for (const sibling of siblings) {
    if (last === 0) return null;
    if (index % 2 === 1 || index === last) {
      node = inner(sibling, node);
      while (index % 2 === 0 && index !== 0) { index >>= 1; last >>= 1; }
    } else node = inner(node, sibling);
    index >>= 1; last >>= 1;
  }
  return last === 0 ? node : null;
}

/** Decides an example as spec/evidence.md says; the offender, or null. */
function judge(domains: Domains, example: Example): string | null {
  const { kind } = example.file;
  const text = (name: string): string => example.file[name] as string;
  if (kind === "falseReceipt") {
    const head = headOf(domains, example, "head"), receipt = signed(domains, example, "receipt");
    const said = { ...(receipt.message as unknown as Receipt), signature: receipt.signature };
    const isFalse = isReceiptSigned(verifier, domains, said) && equal(said.headDigest, head.digest) && isDelegated(head) && !equal(said.servedRoot, head.head.root);
    return isFalse ? said.relay : null;
  }
  const [a, b] = kind === "partsBeyondLast" ? ["last", "beyond"] : ["first", "second"];
  const first = headOf(domains, example, a!), second = headOf(domains, example, b!);
  const inOneWindow = (["stream", "run", "track", "window"] as const).every((field) => first.head[field] === second.head[field]);
  if (!inOneWindow || first.signer !== second.signer || !isDelegated(first) || !isDelegated(second)) return null;
  const under = (name: "first" | "second", { head }: typeof first): boolean => {
    const siblings = (example.file[`${name}Siblings`] as string[]).map(fromHex);
    const root = rootOf(fromHex(text(`${name}Node`)), Number(text("index")), Number(head.count), siblings);
    return root !== null && equal(root, head.root);
  };
  const isOffence = kind === "equivocation" ? equivocation(deploymentOf(example.file.domain), first, second) !== null
    : kind === "partsBeyondLast" ? (Number(first.head.flags) & LAST) !== 0 && second.head.count > first.head.count
    : under("first", first) && under("second", second) && text("firstNode") !== text("secondNode");
  return isOffence ? first.signer : null;
}

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

  test("is decided as it says", () => {
    const domains = domainsOf(verifier, deploymentOf(example.file.domain));
    expect(judge(domains, example)).toBe(example.proven ? example.offender : null);
  });
});
