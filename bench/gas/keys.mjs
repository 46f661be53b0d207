// Minting and renting a stream key, and the beat of a stream, by accounts that have done it before.
import { maxUint64 } from 'viem';
import { DAY } from './chain.mjs';

const LIVE = 1;
const PER_DAY = 1_000_000n;

export async function keyFigures(chain) {
  await chain.nextDay();
  const [keys, registry] = [await chain.contract('StreamKeys'), await chain.contract('StreamRegistry')];
  const [owner, renter, node] = [await chain.account('key owner'), await chain.account('renter'), await chain.account('broadcasting node')];
  const mint = async () => chain.send(owner, keys, 'mint', ['Big Buck Bunny', 'film', 1000, { payee: owner.address, relayBps: 7_000, broadcasterBps: 2_500, floorPrice: 10_000n }]);
  const rent = (days) => chain.send(renter, keys, 'rent', [stream, days, days * PER_DAY]);
  await mint();
  const stream = await chain.read(keys, 'totalSupply');
  const minted = await chain.apart(mint);

  // The node's own key beats, once a minute.
  const now = await chain.now();
  const run = BigInt(now) * 1000n;
  const say = () => chain.send(node, registry, 'heartbeat', [stream, run, LIVE, 97, 12_345]);
  await chain.send(owner, keys, 'delegate', [stream, node.address, BigInt(now), maxUint64]);
  await chain.send(node, registry, 'start', [stream, run]);
  await say();
  await chain.pass(60);
  const beat = await say();

  await chain.send(owner, keys, 'offerRent', [stream, PER_DAY, 30]);
  await chain.give(renter.address, 100n * PER_DAY);
  await chain.send(renter, chain.usdc, 'approve', [keys.address, 50n * PER_DAY]);
  await rent(1n);
  await chain.pass(2 * DAY);
  const rented = await chain.apart(() => rent(7n));
  return { mintKey: Number(minted.gasUsed), rentKey: Number(rented.gasUsed), heartbeat: Number(beat.gasUsed) };
}
