// Adds up the result files of all suites. A suite counts as one failure more when it left no readable result, held no test,
// or ended with an error that no failed test explains: it crashed, hung or never ran.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder, ...suites] = process.argv.slice(2);

const fail = (what) => console.log(`FAILED ${what}`);

// Each reader takes a result file and returns { passed, failed, skipped }, naming what failed.
const readers = {
  '.ctrf.json': (text) => {
    const { summary, tests } = JSON.parse(text).results;
    tests.filter((test) => test.status === 'failed').forEach((test) => fail(test.name));
    return { passed: summary.passed, failed: summary.failed + (summary.other ?? 0), skipped: summary.skipped + (summary.pending ?? 0) };
  },
  '.forge.json': (text) => {
    const tests = Object.entries(JSON.parse(text)).flatMap(([file, suite]) =>
      Object.entries(suite.test_results).map(([name, result]) => ({ file, name, ...result })));
    const of = (status) => tests.filter((test) => test.status === status);
    of('Failure').forEach((test) => fail(`${test.file} ${test.name}: ${test.reason ?? ''}`));
    return { passed: of('Success').length, failed: of('Failure').length, skipped: of('Skipped').length };
  },
  '.vitest.json': (text) => {
    const report = JSON.parse(text);
    const files = report.testResults;
    files.flatMap((file) => file.assertionResults).filter((test) => test.status === 'failed').forEach((test) => fail(test.fullName));
    const broken = files.filter((file) => file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed'));
    broken.forEach((file) => fail(`${file.name}: ${file.message}`));
    return { passed: report.numPassedTests, failed: report.numFailedTests + broken.length, skipped: report.numPendingTests + (report.numTodoTests ?? 0) };
  },
  '.junit.xml': (text) => {
    const cases = text.match(/<testcase [^>]*?(?:\/>|>[^]*?<\/testcase>)/g) ?? [];
    const failed = cases.filter((one) => one.includes('<failure'));
    failed.forEach((one) => fail(one.match(/name="([^"]*)"/)[1]));
    const skipped = cases.filter((one) => one.includes('<skipped')).length;
    return { passed: cases.length - failed.length - skipped, failed: failed.length, skipped };
  },
};

const read = (suite) => {
  for (const [suffix, reader] of Object.entries(readers)) {
    let text;
    try {
      text = readFileSync(join(folder, suite + suffix), 'utf8');
    } catch {
      continue;
    }
    try {
      return reader(text);
    } catch (error) {
      return { passed: 0, failed: 0, skipped: 0, why: `its result cannot be read: ${error.message}` };
    }
  }
  return { passed: 0, failed: 0, skipped: 0, why: 'it left no result' };
};

const total = { passed: 0, failed: 0, skipped: 0 };
for (const suite of suites) {
  const result = read(suite);
  const status = Number(readFileSync(join(folder, `${suite}.status`), 'utf8'));
  const why = result.why
    ?? (result.passed + result.failed === 0 ? 'no test ran' : undefined)
    ?? (status !== 0 && result.failed === 0 ? 'it ended with an error that no failed test explains' : undefined);
  if (why) {
    fail(`suite ${suite}: ${why} (status ${status}${status === 124 || status === 137 ? ', it hung' : ''})`);
    result.failed += 1;
  }
  for (const key of Object.keys(total)) total[key] += result[key];
  console.log(`${suite.padEnd(10)} ${result.passed} passed, ${result.failed} failed${result.skipped ? `, ${result.skipped} skipped` : ''}`);
}
if (total.skipped) console.log(`${total.skipped} skipped`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;
