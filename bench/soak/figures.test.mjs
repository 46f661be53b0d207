import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountOf, unaccounted } from './accounts.mjs';
import { holdingsOf, summary } from './resources.mjs';
import { complaints } from './soak.mjs';

const counters = (values) => ({
  leavesDelivered: 0, leavesLost: 0, leavesLate: 0, leavesRejected: 0, partsLost: 0, partsDropped: 0, stalls: 0, stalledMs: 0, switches: 0, ticketsSent: 0, bytesPaid: 0,
  delayP50Ms: 70, delayP95Ms: 90, delayMaxMs: 200, ...values,
});
const account = (values) => accountOf('viewer 1', counters({}), counters({ leavesDelivered: 990, ticketsSent: 9, ...values }));
const process = summary('relay 1', [{ rssMb: 100, handles: 50, cpuSeconds: 1 }, { rssMb: 110, handles: 52, cpuSeconds: 3 }]);
const result = (of, more = {}) => ({ accounts: [account(of)], processes: [process], published: 1_000, ticketsWon: 1, lastWords: ['viewer 1 said last: it refused'], unaccounted: 0, ...more });

test('Leaves late or lost are a share of those that were due', () => {
  const { lossPercent, lostPercent, leavesLost } = account({ leavesLost: 10, leavesLate: 20 });
  assert.deepEqual([lossPercent, lostPercent, leavesLost], [3, 1, 10]);
});

test('A leaf that was published and is in nobody\'s account is found, what is under way is none', () => {
  assert.equal(unaccounted(account({}), 1_000, 200), 0);
  assert.equal(unaccounted(account({ leavesDelivered: 900 }), 1_000, 200), 80);
  assert.equal(unaccounted(account({ leavesDelivered: 900, leavesLost: 100 }), 1_000, 200), 0);
});

test('What is beyond its bound is said, lateness only where the machine is our own', () => {
  assert.deepEqual(complaints(result({}), 200), []);
  assert.match(complaints(result({ leavesLate: 20 }), 200).join(), /lossPercent is 2\.02/);
  assert.deepEqual(complaints(result({ leavesLate: 20 }), 200, { isShared: true }), []);
  assert.match(complaints(result({ leavesLost: 20 }), 200, { isShared: true }).join(), /lostPercent is 1\.98/);
  assert.match(complaints(result({}, { unaccounted: 5 }), 200).join(), /5 leaves of 1000.*said last/);
  assert.match(complaints(result({ ticketsSent: 0, leavesRejected: 1, partsDropped: 2 }), 200).join(), /rejected 1 .*dropped 2 .*paid nobody/);
  assert.match(complaints(result({}, { processes: [{ ...process, rssMbEnd: 200, handlesEnd: 90 }] }), 200).join(), /rssGrowthMb is 100\.00.*handleGrowth is 40/);
  assert.match(complaints(result({ leavesDelivered: 0 }), 200).join(), /lossPercent is NaN/);
});

test('A row holds the first, the middle and the last tenth of a process', () => {
  const samples = Array.from({ length: 30 }, (_, i) => ({ rssMb: i, handles: 2 * i, cpuSeconds: i / 2 }));
  assert.deepEqual(summary('relay 1', samples), {
    name: 'relay 1', rssMbStart: 1, rssMbMiddle: 14, rssMbEnd: 28, handlesStart: 2, handlesMiddle: 28, handlesEnd: 56, cpuSeconds: 14.5,
  });
});

test('The holdings of this process are read', () => {
  const { rssMb, handles, cpuSeconds } = holdingsOf('self');
  assert.ok(rssMb > 10 && handles > 3 && cpuSeconds >= 0);
});
