// A second opinion on spec/vectors: viem for Keccak, EIP-712 and secp256k1, node:crypto for SHA-256. Shares no code with the implementations.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { concat, getTypesForEIP712Domain, hashDomain, hashStruct, hashTypedData, hexToBytes, keccak256, numberToHex, parseSignature, recoverTypedDataAddress, stringToHex, toHex } from "viem";
import { privateKeyToAccount } from "viem/accounts";

const read = (name) => JSON.parse(readFileSync(new URL(`../../../spec/vectors/${name}`, import.meta.url), "utf8"));
const sha256 = (hex) => "0x" + createHash("sha256").update(hexToBytes(hex)).digest("hex");
const uint = (value, bits) => numberToHex(BigInt(value), { size: bits / 8 });
const inputBytes = ({ seed, length }) => Uint8Array.from({ length }, (_, i) => (seed + i * 31 + (i >> 8)) & 0xff);

const domains = Object.fromEntries(
  Object.entries(read("domains.json").domains).map(([key, { separator, chainId, ...rest }]) => [key, { separator, eip712: { ...rest, chainId: BigInt(chainId) } }]),
);

/** "Head(uint256 stream,uint64 run)" as viem's list of { name, type }. */
const fieldsOf = (encodeType) =>
  encodeType.slice(encodeType.indexOf("(") + 1, -1).split(",").map((field) => {
    const [type, name] = field.split(" ");
    return { name, type };
  });

const halfOrder = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n;

async function checkSignature(domain, primaryType, types, message, expected, privateKey, signer) {
  const typed = { domain: domains[domain].eip712, types, primaryType, message };
  assert.equal(hashStruct({ data: message, primaryType, types }), expected.structHash);
  assert.equal(hashTypedData(typed), expected.digest);
  const account = privateKeyToAccount(privateKey);
  assert.equal(account.address.toLowerCase(), signer);
  assert.equal(await account.signTypedData(typed), expected.signature);
  assert.equal((await recoverTypedDataAddress({ ...typed, signature: expected.signature })).toLowerCase(), signer);
  assert.ok(BigInt(parseSignature(expected.signature).s) <= halfOrder);
}

test("domains", () => {
  assert.deepEqual(Object.keys(domains).sort(), ["relayStaking", "streamKeys", "ticketBroker"]);
  for (const { separator, eip712 } of Object.values(domains)) {
    assert.equal(hashDomain({ domain: eip712, types: { EIP712Domain: getTypesForEIP712Domain({ domain: eip712 }) } }), separator);
  }
});

for (const name of ["head", "delegation", "receipt", "session", "sessionend", "record", "nodeproof", "ticket", "bind"]) {
  test(`${name}.json`, async (t) => {
    const file = read(`${name}.json`);
    assert.ok(file.cases.length >= 3);
    assert.equal(keccak256(stringToHex(file.encodeType)), file.typeHash);
    assert.ok(file.encodeType.startsWith(file.type + "("));
    const types = { [file.type]: fieldsOf(file.encodeType) };
    for (const vector of file.cases) {
      await t.test(vector.name, async () => {
        assert.deepEqual(Object.keys(vector.message), types[file.type].map((field) => field.name));
        await checkSignature(file.domain, file.type, types, vector.message, vector, vector.privateKey, vector.signer);
      });
    }
  });
}

test("node proofs answer their challenges", () => {
  const [hello, tls] = read("nodeproof.json").cases;
  assert.equal(sha256(concat([stringToHex("clustercast hello"), hello.nonce])), hello.message.challenge);
  assert.equal(sha256(concat([stringToHex("clustercast tls"), tls.subjectPublicKeyInfo])), tls.message.challenge);
});

test("relay records hash their lists and carry them in the frame", () => {
  for (const { message, endpointsList, tracksList, frameBody, signature } of read("record.json").cases) {
    assert.equal(keccak256(endpointsList), message.endpoints);
    assert.equal(keccak256(tracksList), message.tracks);
    const fields = [message.node, message.payout, uint(message.price, 64), uint(message.issued, 64), uint(message.expires, 64), signature];
    assert.equal(concat([endpointsList, tracksList, ...fields]), frameBody);
  }
});

const winProbability = (price, bytes, faceValue) => {
  if (BigInt(faceValue) === 0n) return "refused";
  const value = (BigInt(price) * BigInt(bytes) << 64n) / (1_000_000_000n * BigInt(faceValue));
  return value < 1n << 64n ? value.toString() : "refused";
};

test("tickets: commitment, probability and draw", () => {
  const outcomes = new Set();
  for (const { message, digest, r, index, commit, price, bytes, draw, win } of read("ticket.json").cases) {
    assert.equal(keccak256(concat([r, uint(index, 32)])), commit);
    assert.equal(message.commit, commit);
    assert.equal(winProbability(price, bytes, message.faceValue), message.winProb);
    assert.equal((BigInt(keccak256(concat([r, digest]))) & 0xffff_ffff_ffff_ffffn).toString(), draw);
    assert.equal(BigInt(draw) < BigInt(message.winProb), win);
    outcomes.add(win);
  }
  assert.deepEqual(outcomes, new Set([true, false]));
});

test("winprob.json", () => {
  for (const { price, bytes, faceValue, winProb } of read("winprob.json").cases) assert.equal(winProbability(price, bytes, faceValue), winProb);
});

/** RFC 6962 §2.1, word for word: split at the largest power of two below n. */
const rootOf = (nodes) => {
  if (nodes.length === 1) return nodes[0];
  let k = 1;
  while (k * 2 < nodes.length) k *= 2;
  return sha256(concat(["0x01", rootOf(nodes.slice(0, k)), rootOf(nodes.slice(k))]));
};

/** RFC 6962 §2.1.1. */
const pathOf = (index, nodes) => {
  if (nodes.length === 1) return [];
  let k = 1;
  while (k * 2 < nodes.length) k *= 2;
  return index < k ? [...pathOf(index, nodes.slice(0, k)), rootOf(nodes.slice(k))] : [...pathOf(index - k, nodes.slice(k)), rootOf(nodes.slice(0, k))];
};

test("small trees", () => {
  const { trees } = read("window.json");
  assert.deepEqual(trees.map((tree) => tree.nodes.length), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
  for (const { nodes, root, proofs } of trees) {
    assert.equal(rootOf(nodes), root);
    assert.deepEqual(nodes.map((_, index) => pathOf(index, nodes)), proofs);
  }
});

test("window.json", async () => {
  const file = read("window.json");
  const { encodeType } = read("head.json");
  const types = { Head: fieldsOf(encodeType) };
  const place = { stream: file.stream, run: file.run, track: file.track };
  assert.equal(sha256(concat(["0x03", toHex(inputBytes(file.init))])), file.initHash);
  let prev = "0x" + "00".repeat(32);
  for (const window of file.windows) {
    assert.equal(window.prev, prev);
    const nodes = [];
    let byteLength = 0;
    let leafCount = 0;
    const headOf = (time, flags) => ({
      ...place, window: window.window, count: String(nodes.length), root: rootOf(nodes), byteLength: String(byteLength), leafCount: String(leafCount),
      prev: window.prev, initHash: file.initHash, time, flags,
    });
    for (const part of window.parts) {
      const bytes = inputBytes(part.bytes);
      const leaves = [];
      for (let offset = 0; offset < bytes.length; offset += 16_384) {
        const prefix = ["0x00", uint(file.stream, 256), uint(file.run, 64), uint(file.track, 16), uint(window.window, 32), uint(part.index, 16), uint(offset, 32)];
        leaves.push(sha256(concat([...prefix, toHex(bytes.subarray(offset, offset + 16_384))])));
      }
      assert.deepEqual(leaves, part.leaves);
      assert.equal(String(leaves.length), part.leafCount);
      assert.equal(String(bytes.length), part.byteLength);
      assert.equal(rootOf(leaves), part.leavesRoot);
      const node = [uint(part.index, 16), uint(part.leafCount, 16), uint(part.byteLength, 32), uint(part.time, 64), uint(part.flags, 8), part.leavesRoot];
      assert.equal(sha256(concat(["0x02", ...node])), part.node);
      nodes.push(part.node);
      byteLength += bytes.length;
      leafCount += leaves.length;
      assert.equal(rootOf(nodes), part.root);
      assert.deepEqual(part.head.message, headOf(part.time, "0"));
      await checkSignature(file.domain, "Head", types, part.head.message, part.head, file.signingKey, file.signer);
    }
    assert.deepEqual(window.last.message, headOf(window.last.message.time, "1"));
    await checkSignature(file.domain, "Head", types, window.last.message, window.last, file.signingKey, file.signer);
    prev = window.last.digest;

    for (const proof of file.proofs.filter((p) => p.window === window.window)) {
      const part = window.parts[Number(proof.part)];
      assert.equal(proof.leafHash, part.leaves[Number(proof.leaf)]);
      assert.deepEqual(proof.leafSiblings, pathOf(Number(proof.leaf), part.leaves));
      assert.equal(proof.leavesRoot, part.leavesRoot);
      assert.equal(proof.node, part.node);
      assert.deepEqual(proof.partSiblings, pathOf(Number(proof.part), nodes));
      assert.equal(proof.root, rootOf(nodes));
    }
  }
  assert.equal(file.proofs.length, file.windows.flatMap((w) => w.parts).reduce((sum, part) => sum + Number(part.leafCount), 0));
});

/** RFC 9162 §2.1.3.2; null where the siblings do not fit the place. */
const rootFrom = (node, index, count, siblings) => {
  if (count > 256 || index >= count) return null;
  let last = count - 1;
  for (const sibling of siblings) {
    if (last === 0) return null;
    if (index % 2 === 1 || index === last) {
      node = sha256(concat(["0x01", sibling, node]));
      while (index % 2 === 0 && index !== 0) [index, last] = [index >> 1, last >> 1];
    } else node = sha256(concat(["0x01", node, sibling]));
    [index, last] = [index >> 1, last >> 1];
  }
  return last === 0 ? node : null;
};

test("evidence.json", async (t) => {
  const { cases, delegation, relay } = read("evidence.json");
  const encodeTypes = { Head: read("head.json").encodeType, Receipt: read("receipt.json").encodeType };
  /** The digest and, where the signature has the one allowed form, its signer. */
  const check = async (file, name, digest) => {
    const primaryType = name === "receipt" ? "Receipt" : "Head";
    const typed = {
      domain: domains[name === "receipt" ? "relayStaking" : "streamKeys"].eip712,
      types: { [primaryType]: fieldsOf(encodeTypes[primaryType]) }, primaryType, message: file[name],
    };
    assert.equal(hashTypedData(typed), digest);
    const signature = file[`${name}Signature`];
    const [r, s, v] = [BigInt(signature.slice(0, 66)), BigInt("0x" + signature.slice(66, 130)), Number("0x" + signature.slice(130))];
    if (r === 0n || s > halfOrder || (v !== 27 && v !== 28)) return null;
    return (await recoverTypedDataAddress({ ...typed, signature })).toLowerCase();
  };
  const isDelegated = (head, signer) => signer === delegation.key && head.stream === delegation.stream
    && BigInt(head.time) / 1000n >= BigInt(delegation.from) && BigInt(head.time) / 1000n < BigInt(delegation.until);
  const inOneWindow = (a, b) => ["stream", "run", "track", "window"].every((field) => a[field] === b[field]);
  const judge = {
    falseReceipt: ({ head, receipt }, digests, signers) => signers.receipt === receipt.relay && receipt.headDigest === digests.head
      && isDelegated(head, signers.head) && receipt.servedRoot !== head.root && relay,
    equivocation: ({ first, second }) => first.count === second.count && ["root", "prev", "initHash"].some((field) => first[field] !== second[field]),
    conflictingParts: ({ index, first, firstNode, firstSiblings, second, secondNode, secondSiblings }) => firstNode !== secondNode
      && rootFrom(firstNode, Number(index), Number(first.count), firstSiblings) === first.root
      && rootFrom(secondNode, Number(index), Number(second.count), secondSiblings) === second.root,
    partsBeyondLast: ({ last, beyond }) => (Number(last.flags) & 1) === 1 && Number(beyond.count) > Number(last.count),
  };
  for (const { name, proven, offender, digests, file } of cases) {
    await t.test(`${file.kind}: ${name}`, async () => {
      const signers = {};
      for (const [key, digest] of Object.entries(digests)) signers[key] = await check(file, key, digest);
      let found = judge[file.kind](file, digests, signers);
      if (file.kind !== "falseReceipt") {
        const [a, b] = Object.keys(digests);
        found = found && inOneWindow(file[a], file[b]) && signers[a] === signers[b] && isDelegated(file[a], signers[a]) && isDelegated(file[b], signers[b]) && signers[a];
      }
      assert.equal(found || "", offender);
      assert.equal(found !== false, proven);
    });
  }
});
