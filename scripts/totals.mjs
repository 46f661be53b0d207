// Adds up the result files of all suites. A suite without a result file counts as one failure: it crashed or never ran.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder, ...suites] = process.argv.slice(2);
const files = readdirSync(folder);
let passed = 0;
let failed = 0;

const readers = {
  '.ctrf.json': (text) => {
    const { summary, tests } = JSON.parse(text).results;
    for (const test of tests.filter((t) => t.status === 'failed')) console.log(`FAILED ${test.name}`);
    return [summary.passed, summary.failed + (summary.other ?? 0)];
  },
  '.forge.json': (text) => {
    const tests = Object.entries(JSON.parse(text)).flatMap(([file, suite]) =>
      Object.entries(suite.test_results).map(([name, result]) => ({ file, name, ...result })));
    const bad = tests.filter((t) => t.status !== 'Success');
    for (const test of bad) console.log(`FAILED ${test.file} ${test.name}: ${test.reason ?? ''}`);
    return [tests.length - bad.length, bad.length];
  },
  '.vitest.json': (text) => {
    const report = JSON.parse(text);
    const tests = report.testResults.flatMap((file) => file.assertionResults);
    for (const test of tests.filter((t) => t.status === 'failed')) console.log(`FAILED ${test.fullName}`);
    const crashed = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length;
    return [report.numPassedTests, report.numFailedTests + crashed];
  },
  '.junit.xml': (text) => {
    const cases = text.match(/<testcase /g)?.length ?? 0;
    const bad = text.match(/<failure /g)?.length ?? 0;
    return [cases - bad, bad];
  },
};

const seen = new Set();
for (const file of files) {
  const kind = Object.keys(readers).find((suffix) => file.endsWith(suffix));
  if (!kind) continue;
  try {
    const [good, bad] = readers[kind](readFileSync(join(folder, file), 'utf8'));
    if (good + bad === 0) throw new Error('it holds no test');
    passed += good;
    failed += bad;
    seen.add(kind === '.junit.xml' ? 'oracles' : file.slice(0, -kind.length));
    console.log(`${file.slice(0, -kind.length).padEnd(24)} ${good} passed, ${bad} failed`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED ${file} cannot be read: ${error.message}`);
  }
}
for (const suite of suites.filter((name) => !seen.has(name))) {
  failed += 1;
  console.log(`FAILED suite ${suite} left no result`);
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
