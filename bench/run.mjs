// Runs one benchmark, or all, writes bench/results/NAME.json and renders all results into docs/benchmarks.md.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Failure } from './lib/failure.mjs';
import { Program } from './lib/program.mjs';
import { render } from './render.mjs';

const home = dirname(fileURLToPath(import.meta.url));
const root = dirname(home);
const known = readdirSync(join(home, 'benchmarks')).filter((file) => file.endsWith('.mjs')).map((file) => file.slice(0, -4));
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !known.includes(name));
if (unknown.length) {
  console.error(`There is no benchmark ${unknown.join(', ')}. There are: ${known.join(', ')}`);
  process.exit(64);
}

let stopping = false;
for (const [signal, status] of [['SIGINT', 130], ['SIGTERM', 143]]) {
  process.once(signal, () => {
    stopping = true;
    Program.stopAll().finally(() => process.exit(status));
  });
}
mkdirSync(join(home, 'results'), { recursive: true });
for (const name of wanted.length ? wanted : known) {
  const benchmark = await import(pathToFileURL(join(home, 'benchmarks', `${name}.mjs`)));
  if (benchmark.byNameOnly && !wanted.length) continue;
  console.log(`== ${name}: ${benchmark.title}`);
  const { ran, metrics, peers, rows, vmaf, failures = [] } = await benchmark.run(root).catch(giveUp);
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();
  const context = { cpu: cpus()[0].model.trim(), cores: cpus().length, kernel: release(), date: new Date().toISOString().slice(0, 10), commit, ran };
  writeFileSync(join(home, 'results', `${name}.json`), `${JSON.stringify({ name, context, metrics, peers, vmaf, rows }, null, 2)}\n`);
  console.table({ ClusterCast: metrics, ...peers });
  for (const failure of failures) {
    console.error(`bench: ${failure}`);
    process.exitCode = 1;
  }
}

const results = [];
for (const file of readdirSync(join(home, 'results')).filter((f) => f.endsWith('.json')).sort()) {
  const result = JSON.parse(readFileSync(join(home, 'results', file), 'utf8'));
  const { title, about } = await import(pathToFileURL(join(home, 'benchmarks', `${result.name}.mjs`)));
  results.push({ ...result, title, about });
}
writeFileSync(join(root, 'docs', 'benchmarks.md'), render(results));

function giveUp(error) {
  if (stopping) return new Promise(() => {}); // The signal's status is the one that counts.
  if (!(error instanceof Failure)) throw error;
  console.error(`bench: ${error.message}`);
  process.exit(error.status);
}
