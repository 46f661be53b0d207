import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { until } from '../lib/until.mjs';
import { NetLab } from '../netlab/netlab.mjs';
import { NatNetwork } from './network.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const binary = join(root, 'src/ClusterCast.Cli/bin', process.env.CONFIGURATION ?? 'Release', 'net10.0/clustercast');
const skip = (await NetLab.refusal()) || (existsSync(binary) ? false : `clustercast is not built: ${binary} is missing.`);
const folder = mkdtempSync(join(tmpdir(), 'clustercast-nat-'));
after(async () => {
  await NetLab.closeAll();
  rmSync(folder, { recursive: true, force: true });
});

// The deployment of `clustercast bench hop`, which is on no chain: the accounts of its keys 201 to 203.
const [streamKeys, relayStaking, ticketBroker] = ['0x0a92d2317b59dc01fd06152cce9fc145b35c8119', '0x4e6f0261ed274f00d725cfa96c0b5957308a5f25', '0x126a50a17abcfd21fd91c0624195562f0d0730e9'];
const nobody = '0x0000000000000000000000000000000000000001';
const deployments = join(folder, 'deployments.json');
writeFileSync(deployments, JSON.stringify({
  chainId: 31337, rpcUrl: 'http://127.0.0.1:1', usdc: nobody, ticketBroker, streamKeys, relayStaking, fraudProofs: nobody, streamRegistry: nobody, treasury: nobody,
  epochSeconds: 86400, minFaceValue: 1, maxFaceValue: 1000000, exitDelaySeconds: 259200, devnet: true, deployedBlock: 0,
}));

const lab = skip ? null : await NetLab.open();
const relays = skip ? null : await twoRelays();

/** Two relays on the internet that know each other. */
async function twoRelays() {
  const hosts = [await lab.host('relaya'), await lab.host('relayb')];
  for (const [i, host] of hosts.entries()) {
    const dial = i ? ['--dial', `quic://${hosts[0].address}:7400`, '--dial-number', '11'] : [];
    const program = host.program(binary, ['bench', 'hop', '--place', 'relay', '--number', String(11 + i), '--listen', `${host.address}:7400`, '--tls', '--report', join(folder, `relay${i}.json`), ...dial]);
    await until(() => { program.check(); return program.said.includes('"ready"'); }, 60_000, () => program.failure('does not start'));
  }
  return hosts;
}

/** What the doctor finds in a host; its exit status too. */
async function doctor(host) {
  const args = ['doctor', '--json', '--deployments', deployments, '--data', join(folder, host.name), ...relays.flatMap(({ address }) => ['--relay', `tls://${address}:7400`])];
  try {
    return { status: 0, ...JSON.parse(await host.execute(binary, ...args)) };
  } catch (error) {
    if (error.status !== 3) throw error;
    return { status: 3, ...JSON.parse(error.output) };
  }
}

for (const [kind, found] of [['port-restricted', 'cone'], ['symmetric', 'symmetric']]) {
  test(`the doctor finds a ${found} NAT and that UDP is open`, { skip }, async () => {
    const nat = await lab.nat(`nat${found}`, kind);
    const report = await doctor(await lab.host(`in${found}`, { nat }));
    assert.equal(report.nat, found);
    assert.equal(report.udp, 'open');
    assert.equal(report.publicAddress, nat.address);
    assert.equal(report.isTranslated, true);
    assert.equal(report.router.mapsPortsBy, null);
    assert.match(report.advice.join(' '), /UPnP/);
  });
}

test('the doctor finds that UDP is blocked', { skip }, async () => {
  const report = await doctor(await lab.host('walled', { link: { udp: 0 } }));
  assert.equal(report.udp, 'blocked');
  assert.equal(report.isTranslated, false);
  assert.match(report.advice.join(' '), /UDP is blocked/);
});

test('the doctor measures a slow line and says that no relay can work there', { skip }, async () => {
  const report = await doctor(await lab.host('slow', { link: { delay: 5, up: { rate: 3 }, down: { rate: 8 } } }));
  assert.equal(report.status, 3);
  assert.equal(report.meetsMinimum, false);
  assert.ok(report.upMegabits > 1 && report.upMegabits < 4, `${report.upMegabits} Mb/s up`);
  assert.ok(report.downMegabits > 3 && report.downMegabits < 10, `${report.downMegabits} Mb/s down`);
  assert.match(report.advice.join(' '), /uplink.+needs 5/);
});

for (const [asked, protocol] of [[{ natpmp: true }, 'PCP'], [{ upnp: true }, 'UPnP']]) {
  test(`the doctor finds a router that maps ports by ${protocol}`, { skip }, async () => {
    const router = await lab.router(`gw${protocol.toLowerCase()}`, asked);
    const report = await doctor(await lab.host(`home${protocol.toLowerCase()}`, { router }));
    assert.equal(report.router.mapsPortsBy, protocol);
    assert.equal(report.router.outside.split(':')[0], router.address);
    assert.doesNotMatch(report.advice.join(' '), /behind a NAT|symmetric/);
  });
}

test('a viewer and a relay behind NATs come together where their NATs let them, and play in any case', { skip }, async () => {
  const network = await NatNetwork.open(binary, folder);
  try {
    const direct = await network.watch('port-restricted', 'restricted', 3);
    assert.deepEqual([direct.isDirect, direct.partsLost], [true, 0]);
    const relayed = await network.watch('symmetric', 'symmetric', 3);
    assert.deepEqual([relayed.directTried, relayed.directFound, relayed.partsLost], [1, 0, 0]);
    assert.ok(relayed.parts.length > 0);
  } finally {
    await network.close();
  }
});

test('nothing is left behind', { skip }, async () => {
  await lab.close();
  assert.doesNotMatch(execFileSync('ip', ['netns'], { encoding: 'utf8' }), new RegExp(`netlab-${process.pid}-`));
});
