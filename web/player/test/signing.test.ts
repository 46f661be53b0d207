import { readdirSync } from "node:fs";
import { recoverTypedDataAddress, hashTypedData, hashStruct, type Hex } from "viem";
import { beforeAll, describe, expect, test } from "vitest";
import { fromHex, toHex, type Verifier } from "@clustercast/verifier";
import { digest, domainsOf, LocalKey, typeHash, types, words, type Domains, type Message, type TypeName } from "@clustercast/player/signing/index";
import { winProbability } from "@clustercast/player/purse/tariff";
import { loadVerifier } from "../../testing/wasm.ts";
import { messageOf, vectors, type TypedFile } from "../../testing/vectors.ts";

interface DomainFile { domains: Record<keyof Domains, { name: string; version: string; chainId: string; verifyingContract: string; separator: string }> }
const { domains: known } = vectors<DomainFile>("domains.json");
const directory = new URL("../../../spec/vectors/", import.meta.url);
const files = readdirSync(directory).filter((f) => f.endsWith(".json")).map((f) => vectors<TypedFile>(f)).filter((f) => f.typeHash !== undefined);

let verifier: Verifier;
let domains: Domains;
beforeAll(async () => {
  verifier = await loadVerifier();
  domains = domainsOf(verifier, {
    chainId: BigInt(known.streamKeys.chainId), streamKeys: known.streamKeys.verifyingContract,
    relayStaking: known.relayStaking.verifyingContract, ticketBroker: known.ticketBroker.verifyingContract,
  });
});

test("domain separators are the vectors'", () => {
  for (const name of ["streamKeys", "relayStaking", "ticketBroker"] as const) expect(toHex(domains[name])).toBe(known[name].separator);
});

test("every type of the specification has vectors", () => {
  const missing = Object.keys(types).filter((t) => t !== "ReceiveWithAuthorization" && !files.some((f) => f.type === t));
  expect(missing).toEqual([]);
});

describe.each(files)("$type", (file) => {
  test("type hash", () => expect(toHex(typeHash(verifier, file.type))).toBe(file.typeHash));

  test.each(file.cases)("$name: digest, signer and signature here and in viem", async (example) => {
    const message = messageOf(file.type, example.message) as unknown as Message<TypeName>;
    expect(toHex(verifier.keccak256(words(verifier, file.type, message)))).toBe(example.structHash);
    const ours = digest(verifier, domains[file.domain], file.type, message);
    expect(toHex(ours)).toBe(example.digest);
    expect(verifier.recoverAddress(ours, fromHex(example.signature))).toBe(example.signer);

    const key = LocalKey.fromHex(verifier, example.privateKey);
    expect(key.address).toBe(example.signer);
    expect(toHex(key.sign(ours))).toBe(example.signature);

    const { name, version, chainId, verifyingContract } = known[file.domain];
    const fields = types[file.type].split(",").map((f) => { const [type, field] = f.split(" "); return { type: type!, name: field! }; });
    const plain = Object.fromEntries(Object.entries(message).map(([k, v]) => [k, (v as unknown) instanceof Uint8Array ? toHex(v as Uint8Array) : v]));
    const typed = {
      domain: { name, version, chainId: BigInt(chainId), verifyingContract: verifyingContract as Hex },
      types: { [file.type]: fields }, primaryType: file.type, message: plain,
    };
    expect(hashTypedData(typed)).toBe(example.digest);
    expect(hashStruct({ data: plain, primaryType: file.type, types: { [file.type]: fields } })).toBe(example.structHash);
    expect((await recoverTypedDataAddress({ ...typed, signature: example.signature as Hex })).toLowerCase()).toBe(example.signer);
  });
});

test("another domain, message or signature gives another signer", () => {
  const [file] = files, example = file!.cases[0]!;
  const message = messageOf(file!.type, example.message) as unknown as Message<TypeName>;
  const other = file!.domain === "streamKeys" ? domains.relayStaking : domains.streamKeys;
  expect(verifier.recoverAddress(digest(verifier, other, file!.type, message), fromHex(example.signature))).not.toBe(example.signer);
});

interface WinProb { cases: { price: string; bytes: string; faceValue: string; winProb: string }[] }
test.each(vectors<WinProb>("winprob.json").cases)("$bytes bytes at $price with face value $faceValue", (example) => {
  const found = winProbability(BigInt(example.price), BigInt(example.bytes), BigInt(example.faceValue));
  expect(found === null ? "refused" : found.toString()).toBe(example.winProb);
});
