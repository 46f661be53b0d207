// Proves the properties of the contracts in this folder with the compiler's model checker, whose solver is part of npm's solc.
// One line a property; the status is 1 when one is violated or not proved.
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const folder = new URL('.', import.meta.url);
const solc = createRequire(folder)('solc');
const read = (path) => readFileSync(fileURLToPath(new URL(`../${path}`, folder)), 'utf8');
// Assertions proved inductively (CHC) or for one call (BMC), which is all that a pure function has.
const SAFE = new Set(['9576', '2961']);
const UNPROVED = new Set(['7812', '8065', '8312', '5272']);
const VIOLATED = new Set(['4661', '2661', '4144', '3046', '6328', '4984', '3944', '4281']);

let failed = 0;
let proved = 0;
for (const file of readdirSync(folder).filter((name) => name.endsWith('.sol'))) {
  const path = `smt/${file}`;
  const content = read(path);
  const output = JSON.parse(solc.compile(JSON.stringify({
    language: 'Solidity',
    sources: { [path]: { content } },
    settings: {
      modelChecker: {
        contracts: { [path]: [`${file.replace('.sol', '')}Smt`] },
        engine: process.argv[2] ?? 'bmc',
        targets: ['assert', 'underflow', 'overflow', 'divByZero'],
        solvers: ['z3'],
        showProvedSafe: true,
        showUnproved: true,
      },
      outputSelection: { '*': { '*': ['abi'] } },
    },
  }), { import: (name) => ({ contents: read(name) }) }));
  for (const { errorCode, severity, message, sourceLocation: at } of output.errors ?? []) {
    const where = at ? `${at.file}:${read(at.file).slice(0, at.start).split('\n').length}` : path;
    const what = message.split('\n')[0];
    const safe = SAFE.has(errorCode);
    if (safe) proved += 1;
    else if (severity === 'error' || UNPROVED.has(errorCode) || VIOLATED.has(errorCode)) failed += 1;
    else continue;
    console.log(`${safe ? 'proved' : 'FAILED'}  ${where}  ${what}`);
  }
}
console.log(`${proved} proved, ${failed} not`);
process.exit(failed === 0 && proved > 0 ? 0 : 1);
