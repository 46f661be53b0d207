// The house style of the Solidity sources, as tests.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const home = dirname(dirname(fileURLToPath(import.meta.url)));

function run(...command) {
  const { status, stdout, stderr } = spawnSync('npx', ['--no-install', ...command], { cwd: home, encoding: 'utf8' });
  return { status, text: stdout + stderr };
}

test('the sources are formatted', () => {
  const { status, text } = run('forge', 'fmt', '--check');
  assert.equal(status, 0, `Run npx forge fmt.\n${text}`);
});

test('forge lint has nothing to say', () => {
  const { status, text } = run('forge', 'lint', 'src', 'script');
  assert.equal(status, 0, text);
  assert.doesNotMatch(text, /^(warning|note|error)\b/m);
});

test('solhint has nothing to say', () => {
  const { status, text } = run('solhint', '--disc', '--max-warnings', '0', 'src/**/*.sol');
  assert.equal(status, 0, text);
});

test('solhint is not blind', () => {
  const { status } = run('solhint', '--disc', '--max-warnings', '0', 'script/Canonical.sol');
  assert.notEqual(status, 0, 'a low-level call passes unseen');
});
