// The four kinds of fraud proof, sent by a reporter who has reported before, against a relay and a stream that have a clean record.
import { keccak256, maxUint64, sha256, stringToHex } from 'viem';
import { pathOf, rootOf } from './partTree.mjs';

const STAKE = 200_000_000n;
const PARTS = 256;
const LAST = 1;
const HEAD = [
  { name: 'stream', type: 'uint256' }, { name: 'run', type: 'uint64' }, { name: 'track', type: 'uint16' }, { name: 'window', type: 'uint32' },
  { name: 'count', type: 'uint16' }, { name: 'root', type: 'bytes32' }, { name: 'byteLength', type: 'uint64' }, { name: 'leafCount', type: 'uint32' },
  { name: 'prev', type: 'bytes32' }, { name: 'initHash', type: 'bytes32' }, { name: 'time', type: 'uint64' }, { name: 'flags', type: 'uint8' },
];
const RECEIPT = [
  { name: 'relay', type: 'address' }, { name: 'purse', type: 'address' }, { name: 'headDigest', type: 'bytes32' },
  { name: 'servedRoot', type: 'bytes32' }, { name: 'byteLength', type: 'uint64' }, { name: 'time', type: 'uint64' },
];

const hashOf = (text) => keccak256(stringToHex(text));
const nodesOf = (other) => Array.from({ length: PARTS }, (_, i) => sha256(stringToHex(`part ${i === 100 ? other : i}`)));

export async function fraud(chain) {
  await chain.nextDay();
  const [keys, staking, proofs] = [await chain.contract('StreamKeys'), await chain.contract('RelayStaking'), await chain.contract('FraudProofs')];
  const [broadcaster, owner, reporter] = await Promise.all(['broadcaster', 'relay owner', 'reporter'].map((name) => chain.account(name)));
  const now = BigInt(await chain.now());
  await chain.give(owner.address, 10n * STAKE);
  await chain.send(owner, chain.usdc, 'approve', [staking.address, 5n * STAKE]);

  /** A stream with its signing key, and a relay with its stake. */
  const offender = async (name) => {
    const [signer, relay] = [await chain.account(`${name} signer`), await chain.account(`${name} relay`)];
    await chain.send(broadcaster, keys, 'mint', [name, 'film', 1000, { payee: broadcaster.address, relayBps: 7_000, broadcasterBps: 2_500, floorPrice: 10_000n }]);
    const stream = await chain.read(keys, 'totalSupply');
    await chain.send(broadcaster, keys, 'delegate', [stream, signer.address, now, maxUint64]);
    const proof = await relay.sign({ hash: await chain.read(staking, 'registrationDigest', relay.address, owner.address) });
    await chain.send(owner, staking, 'register', [relay.address, hashOf('endpoints'), 10_000n, STAKE, proof]);
    const head = (root, fields = {}) => ({
      stream, run: 1n, track: 480, window: 7, count: PARTS, root, byteLength: 400_000n, leafCount: 400, prev: hashOf('prev'), initHash: hashOf('init'),
      time: (now + 1n) * 1000n, flags: 0, ...fields,
    });
    const signed = async (message) => ({ head: message, signature: await signer.signTypedData({ domain: chain.domain('StreamKeys', keys), types: { Head: HEAD }, primaryType: 'Head', message }) });
    const lie = async (about) => {
      const receipt = { relay: relay.address, purse: reporter.address, headDigest: await chain.read(keys, 'hashHead', about), servedRoot: hashOf('lie'), byteLength: 400_000n, time: (now + 2n) * 1000n };
      return { receipt, signature: await relay.signTypedData({ domain: chain.domain('RelayStaking', staking), types: { Receipt: RECEIPT }, primaryType: 'Receipt', message: receipt }) };
    };
    return { head, signed, lie };
  };
  const prove = (functionName, args) => chain.send(reporter, proofs, functionName, args);
  const kinds = {
    FalseReceipt: async ({ head, signed, lie }) => {
      const served = head(hashOf('root'));
      return prove('proveFalseReceipt', [await signed(served), await lie(served), reporter.address]);
    },
    Equivocation: async ({ head, signed }) => prove('proveEquivocation', [await signed(head(hashOf('one'))), await signed(head(hashOf('other')))]),
    ConflictingParts: async ({ head, signed }) => {
      const [one, other] = [nodesOf('one'), nodesOf('other')];
      const part = (nodes) => ({ node: nodes[100], siblings: pathOf(nodes, 100) });
      return prove('proveConflictingParts', [await signed(head(rootOf(one))), part(one), await signed(head(rootOf(other))), part(other), 100]);
    },
    PartsBeyondLast: async ({ head, signed }) => prove('provePartsBeyondLast', [await signed(head(hashOf('one'), { count: PARTS - 1, flags: LAST })), await signed(head(hashOf('other')))]),
  };

  const before = await offender('Before');
  await kinds.FalseReceipt(before);
  await kinds.Equivocation(before);
  const clean = await offender('Clean');
  const gas = {};
  for (const [kind, proof] of Object.entries(kinds)) gas[`fraudProof${kind}`] = Number((await chain.apart(() => proof(clean))).gasUsed);
  return { fraudProof: Math.max(...Object.values(gas)), ...gas };
}
