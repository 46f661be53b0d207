// Proves the properties of the contracts in smt/ with the compiler's model checker, whose solver is part of npm's solc.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename } from 'node:path';
import { test } from 'node:test';

const HOME = new URL('..', import.meta.url);
const solc = createRequire(HOME)('solc');
const read = (path) => readFileSync(new URL(path, HOME), 'utf8');
// What bounded model checking says of an assertion, an overflow, an underflow and a divisor: for a pure function one call is all there is.
const SAFE = '2961';
const UNPROVED = new Set(['7812', '8065', '8312', '5272']);
const VIOLATED = new Set(['4661', '2661', '4144', '3046']);

/// What was proved and what was not. `changes` replaces text of imported files, by path.
function prove(path, changes = {}) {
  const proved = [];
  const failed = [];
  const load = (name) => {
    let contents = read(name);
    for (const [from, to] of changes[name] ?? []) {
      assert.ok(contents.includes(from), `${name} has no "${from}"`);
      contents = contents.replace(from, to);
    }
    return contents;
  };
  const { errors = [] } = JSON.parse(solc.compile(JSON.stringify({
    language: 'Solidity',
    sources: { [path]: { content: read(path) } },
    settings: {
      modelChecker: {
        contracts: { [path]: [`${basename(path, '.sol')}Smt`] },
        engine: 'bmc',
        targets: ['assert', 'underflow', 'overflow', 'divByZero'],
        solvers: ['z3'],
        showProvedSafe: true,
        showUnproved: true,
      },
      outputSelection: { '*': { '*': ['abi'] } },
    },
  }), { import: (name) => ({ contents: load(name) }) }));
  for (const { errorCode, severity, message, sourceLocation: at } of errors) {
    const where = at ? `${at.file}:${load(at.file).slice(0, at.start).split('\n').length}` : path;
    const line = `${where} ${message.split('\n')[0]}`;
    if (errorCode === SAFE) proved.push(line);
    else if (severity === 'error' || UNPROVED.has(errorCode) || VIOLATED.has(errorCode)) failed.push(line);
  }
  return { proved, failed };
}

const assertions = (path) => read(path).match(/\bassert\(/g).length;

for (const file of readdirSync(new URL('smt/', HOME)).filter((name) => name.endsWith('.sol'))) {
  test(`the solver proves smt/${file}`, () => {
    const { proved, failed } = prove(`smt/${file}`);
    assert.deepEqual(failed, []);
    assert.equal(proved.filter((line) => line.includes('Assertion')).length, assertions(`smt/${file}`), 'one proof an assertion');
  });
}

const WRONG = [
  ['Splits', 'a relay that is paid twice its share', 'faceValue * relayBps / BPS', '2 * faceValue * relayBps / BPS'],
  ['Splits', 'a rest that loses one', 'count * faceValue - relayAmount', 'count * faceValue - 1 - relayAmount'],
  ['Penalties', 'a penalty that is rounded up too far', 'slashBps + BPS - 1', 'slashBps + 2 * BPS'],
  ['Penalties', 'a burnt share of the wrong divisor', 'penalty * burnBps / BPS', 'penalty * burnBps / (BPS - 1)'],
  ['Royalties', 'a royalty of up to ten times the price', 'royaltyBps / BPS', 'royaltyBps / 100'],
];
for (const [name, what, from, to] of WRONG) {
  test(`the solver does not prove ${what}`, () => {
    const { failed } = prove(`smt/${name}.sol`, { [`src/libraries/${name}.sol`]: [[from, to]] });
    assert.ok(failed.some((line) => line.includes('Assertion violation')), failed.join('\n'));
  });
}
