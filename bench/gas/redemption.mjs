// Redemption and deposit in the state in which a relay finds them every day.
import { keccak256, stringToHex } from 'viem';
import { DAY } from './chain.mjs';
import { dataUsd, executionUsd } from './prices.mjs';
import { Tickets } from './tickets.mjs';

const VIEWERS = 50;
const CALL = 40;
const WORDS = 30;
/** Indexes that share a word of spent ones. */
const WORD = 224;

export async function redemption(chain) {
  const [broker, keys] = [await chain.contract('TicketBroker'), await chain.contract('StreamKeys')];
  await chain.nextDay();
  const [broadcaster, payee, relay, keeper] = await Promise.all(['broadcaster', 'payee', 'relay', 'keeper'].map((name) => chain.account(name)));
  await chain.send(broadcaster, keys, 'mint', ['Big Buck Bunny', 'film', 1000, { payee: payee.address, relayBps: 7_000, broadcasterBps: 2_500, floorPrice: 10_000n }]);
  const tickets = new Tickets(chain, broker, relay, await chain.read(keys, 'totalSupply'));

  const [owners, viewers] = [await chain.accounts('owner', VIEWERS), await chain.accounts('viewer', VIEWERS)];
  for (const [i, owner] of owners.entries()) {
    await chain.give(owner.address, 20_000_000n);
    await tickets.deposit(keeper, owner, viewers[i], 10_000_000n, { bind: true, salt: keccak256(stringToHex('first')) });
  }
  const deposit = await chain.apart(() => tickets.deposit(keeper, owners[0], viewers[0], 3_000_000n, { bind: false, salt: keccak256(stringToHex('second')) }));

  // Words of spent indexes are written once and used again two epochs later, as everything is that a relay has earned before.
  const dense = (count, from) => Array.from({ length: count }, (_, i) => [i, viewers[i % from]]);
  const scattered = Array.from({ length: CALL }, (_, i) => [i % WORDS * WORD + Math.floor(i / WORDS), viewers[i]]).sort(([a], [b]) => a - b);
  await tickets.redeem(keeper, await tickets.group(dense(VIEWERS, VIEWERS)));
  await tickets.redeem(keeper, await tickets.group(scattered.filter(([index]) => index >= WORD)));
  await chain.pass(2 * DAY);

  const measure = (places) => chain.apart(async () => {
    const receipt = await tickets.redeem(keeper, await tickets.group(places));
    return { ...receipt, newSlots: await chain.newSlots(receipt), tickets: places.length };
  });
  const [single, ofOne, ofMany, call, callScattered] = [await measure(dense(1, 1)), await measure(dense(50, 1)), await measure(dense(50, 50)), await measure(dense(CALL, CALL)), await measure(scattered)];
  const perTicket = (batch) => Math.round(Number(batch.gasUsed) / batch.tickets);
  const all = [single, ofOne, ofMany, call, callScattered];
  return {
    redeemSingle: Number(single.gasUsed),
    redeemBatch50OneViewerPerTicket: perTicket(ofOne),
    redeemBatch50ManyViewersPerTicket: perTicket(ofMany),
    redeemCallUsd: executionUsd(call),
    redeemCallL1Usd: dataUsd(call),
    redeemCallScatteredUsd: executionUsd(callScattered),
    newSlotsPerRedemption: all.reduce((sum, { newSlots }) => sum + newSlots, 0) / all.reduce((sum, one) => sum + one.tickets, 0),
    deposit3009: Number(deposit.gasUsed),
  };
}
