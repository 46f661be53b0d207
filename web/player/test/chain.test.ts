import { encodeAbiParameters, toFunctionSelector, type Hex } from "viem";
import { beforeAll, describe, expect, test } from "vitest";
import { toHex, type Verifier } from "@clustercast/verifier";
import { ChainKeys, ChainReader, readDelegations, readPurse, textOf } from "@clustercast/player/chain/index";
import { loadVerifier } from "../../testing/wasm.ts";

const contract = `0x${"ab".repeat(20)}`, key = `0x${"cd".repeat(20)}`;
const delegations = [{ type: "tuple[]", components: [{ type: "address", name: "key" }, { type: "uint64", name: "from" }, { type: "uint64", name: "until" }] }] as const;
let verifier: Verifier;
beforeAll(async () => { verifier = await loadVerifier(); });

/** A chain that answers every call with `result`, and keeps what it was asked. */
function chain(result: unknown, asked: string[] = []): ChainReader {
  return new ChainReader(verifier, "http://chain", (_, init) => {
    asked.push(((JSON.parse(init!.body as string) as { params: [{ data: string }] }).params[0]).data);
    return Promise.resolve(new Response(JSON.stringify(result)));
  });
}

test("delegations are read as viem encodes them", async () => {
  const asked: string[] = [];
  const result = encodeAbiParameters(delegations, [[{ key: key as Hex, from: 10n, until: 20n }, { key: contract as Hex, from: 0n, until: 1n }]]);
  expect(await readDelegations(chain({ result }, asked), contract, 7n)).toEqual([{ key, from: 10n, until: 20n }, { key: contract, from: 0n, until: 1n }]);
  expect(asked).toEqual([toFunctionSelector("delegationsOf(uint256)") + "7".padStart(64, "0")]);
  expect(await readDelegations(chain({ result: encodeAbiParameters(delegations, [[]]) }), contract, 7n)).toEqual([]);
});

test("a purse and a text are read", async () => {
  const purse = encodeAbiParameters([{ type: "address" }, { type: "uint32" }, { type: "uint32" }, { type: "uint32" }], [key as Hex, 3_000_000, 5, 9]);
  expect(await readPurse(chain({ result: purse }), contract, key)).toEqual({ owner: key, balance: 3_000_000n, exiting: 5n, exitAt: 9n });
  expect(textOf(await chain({ result: encodeAbiParameters([{ type: "string" }], ["USD Coin"]) }).call(contract, "name()"))).toBe("USD Coin");
});

describe("calls of one moment", () => {
  const answers = [1n, 2n].map((n) => encodeAbiParameters([{ type: "uint256" }], [n]));
  const two = async (reader: ChainReader): Promise<bigint[]> => (await Promise.all([reader.call(contract, "a()"), reader.call(contract, "b()")])).map((a) => BigInt(toHex(a)));
  /** A chain that answers by `answer` and keeps how many calls came in each request. */
  const counting = (sizes: number[], answer: (body: { id: number }[]) => unknown): ChainReader => new ChainReader(verifier, "http://chain", (_, init) => {
    const body = JSON.parse(init!.body as string) as { id: number } | { id: number }[];
    sizes.push(Array.isArray(body) ? body.length : 1);
    return Promise.resolve(new Response(JSON.stringify(answer([body].flat()))));
  });

  test("go in one request, and their answers come in any order", async () => {
    const sizes: number[] = [];
    expect(await two(counting(sizes, (calls) => calls.map(({ id }) => ({ id, result: answers[id] })).reverse()))).toEqual([1n, 2n]);
    expect(sizes).toEqual([2]);
  });
  test("go one by one, for good, where the endpoint takes no batches", async () => {
    const sizes: number[] = [];
    const reader = counting(sizes, (calls) => calls.length > 1 ? { error: { message: "no batches" } } : { result: answers[sizes.length % 2] });
    expect((await two(reader)).toSorted()).toEqual([1n, 2n]);
    await two(reader);
    expect(sizes).toEqual([2, 1, 1, 1, 1]);
  });
  test("fail by themselves: one that has no answer does not take the other with it", async () => {
    const reader = counting([], () => [{ id: 1, result: answers[1] }]);
    const [first, second] = await Promise.allSettled([reader.call(contract, "a()"), reader.call(contract, "b()")]);
    expect(first).toMatchObject({ status: "rejected", reason: { message: "The chain's RPC endpoint http://chain does not answer; choose another RPC endpoint in the settings." } });
    expect(second.status).toBe("fulfilled");
  });
});

describe("one sentence for", () => {
  test("an endpoint that does not answer", async () => {
    const dead = new ChainReader(verifier, "http://chain", () => Promise.reject(new TypeError("fetch failed")));
    await expect(readPurse(dead, contract, key)).rejects.toThrow("The chain's RPC endpoint http://chain does not answer; choose another RPC endpoint in the settings.");
  });
  test("a refusal, another chain, and an answer that is too short or names too many", async () => {
    await expect(readPurse(chain({ error: { message: "busy" } }), contract, key)).rejects.toThrow("busy");
    await expect(readPurse(chain({ result: "0x" }), contract, key)).rejects.toThrow("another chain");
    await expect(readPurse(chain({ result: "0x00" }), contract, key)).rejects.toThrow("too short");
    const many = Array.from({ length: 17 }, () => ({ key: key as Hex, from: 0n, until: 1n }));
    await expect(readDelegations(chain({ result: encodeAbiParameters(delegations, [many]) }), contract, 1n)).rejects.toThrow("at most 16");
  });
});

describe("signing keys", () => {
  test("sign from `from` until `until`, in seconds of a time in ms", async () => {
    const keys = new ChainKeys(() => Promise.resolve([{ key, from: 10n, until: 20n }]));
    expect(keys.isSigningKey(key, 15_000n)).toBe(false);
    await keys.ready;
    expect([9_999n, 10_000n, 19_999n, 20_000n].map((t) => keys.isSigningKey(key, t))).toEqual([false, true, true, false]);
    expect(keys.isSigningKey(contract, 15_000n)).toBe(false);
  });

  test("are read again after a failure, and when one is unknown, at most every 2 s", async () => {
    let calls = 0, time = 0, up = false;
    const keys = new ChainKeys(() => { calls++; return up ? Promise.resolve([]) : Promise.reject(new Error("down")); }, () => time);
    await expect(keys.ready).rejects.toThrow("down");
    up = true;
    await keys.ready;
    expect(calls).toBe(2);
    await keys.refresh();
    expect(calls).toBe(2);
    time = 2_000;
    await keys.refresh();
    expect(calls).toBe(3);
  });
});
