// The short form of the soak (`make soak`), beside other tests: lateness is the machine's then, loss is ours.
import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { product } from '../lib/built.mjs';
import { Program } from '../lib/program.mjs';
import { complaints, figures, soak } from './soak.mjs';

const SECONDS = 180;
const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => Program.stopAll().finally(() => process.exit(1)));

test('In three minutes a network of real processes loses no leaf, pays, and gathers neither memory nor handles', async (context) => {
  const result = await soak({ binary: product(root), root, seconds: SECONDS });
  context.diagnostic(JSON.stringify(figures(result, SECONDS)));
  assert.deepEqual(complaints(result, SECONDS, { isShared: true }), []);
});
