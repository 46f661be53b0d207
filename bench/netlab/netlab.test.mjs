import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { NetLab, apart } from './netlab.mjs';

const home = dirname(fileURLToPath(import.meta.url));
const skip = (await NetLab.refusal()) || false;
after(() => NetLab.closeAll());

const lab = skip ? null : await NetLab.open();
const first = await lab?.host('first');
const second = await lab?.host('second');
const plain = { delay: 0, jitter: 0, loss: 0, rate: 0, reorder: 0, burst: 0, burstEvery: 0, udp: 1, mtu: 0 };

/** Pings from first to second over the link; the shares and times that ping prints. */
async function ping(link, count, ...options) {
  await first.link({ ...plain, ...link });
  const said = await first.execute('sh', '-c', 'ping -q "$@" || true', 'ping', '-c', String(count), '-W', '2', ...options, second.address);
  const [, received] = /(\d+) received/.exec(said);
  const [, fastest] = /= ([\d.]+)\//.exec(said) ?? [];
  return { received: Number(received), fastest: Number(fastest) };
}

/** A UDP socket in a host whose next line can be waited for. */
async function socket(host, port) {
  const child = host.spawn(process.execPath, join(home, 'udp.mjs'), String(port));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const held = [];
  const next = async () => held.shift() ?? (await lines.next()).value;
  assert.equal(await next(), 'bound');
  return {
    next,
    stop: () => child.stdin.end(),
    async send(to, text) {
      child.stdin.write(`${to.address} ${to.port} ${text}\n`);
      for (let line; (line = (await lines.next()).value) !== 'sent';) held.push(line);
    },
  };
}

const sender = (line) => ({ address: line.split(' ')[0], port: Number(line.split(' ')[1]) });

test('a delay counts in both directions', { skip }, async () => {
  const { received, fastest } = await ping({ delay: 20 }, 20, '-i', '0.01');
  assert.equal(received, 20);
  assert.ok(fastest >= 40 && fastest < 55, `${fastest} ms`);
});

test('a rate takes its time for each packet', { skip }, async () => {
  const { fastest } = await ping({ rate: 1 }, 5, '-i', '0.1', '-s', '1372');
  assert.ok(fastest >= 22.4 && fastest < 40, `${fastest} ms for twice 1,400 bytes at 1 Mb/s`);
});

test('loss loses that share', { skip }, async () => {
  const { received } = await ping({ loss: 20 }, 500, '-i', '0.002', '-W', '1');
  assert.ok(received > 250 && received < 390, `${received} of 500 came back, 320 expected`);
});

test('an outage loses what is sent in it and ends', { skip }, async () => {
  const { received } = await ping({ up: { burst: 100, burstEvery: 200 } }, 300, '-i', '0.005', '-W', '1');
  const { outage } = (await lab.statistics()).ports.first.up;
  assert.ok(received > 60 && received < 240, `${received} of 300 came back`);
  assert.ok(outage >= 300 - received && outage < 310 - received, `${outage} lost, ${received} came back`); // ping may send one more at its end.
});

test('blocked UDP is lost, ping is not', { skip }, async () => {
  const { received } = await ping({ udp: 0 }, 3, '-i', '0.01');
  assert.equal(received, 3);
  const [a, b] = [await socket(first, 5000), await socket(second, 5000)];
  await a.send({ address: second.address, port: 5000 }, 'blocked');
  await first.link(plain);
  await a.send({ address: second.address, port: 5000 }, 'passes');
  assert.match(await b.next(), /passes/);
  assert.ok((await lab.statistics()).ports.first.up.blocked > 0);
  a.stop();
  b.stop();
});

test('reordering brings all, some of it late', { skip }, async () => {
  await first.link({ ...plain, up: { reorder: 10, reorderBy: 20 } });
  const [a, b] = [await socket(first, 5001), await socket(second, 5001)];
  for (let i = 0; i < 100; i++) await a.send({ address: second.address, port: 5001 }, String(i));
  const order = [];
  for (let i = 0; i < 100; i++) order.push(Number((await b.next()).split(' ')[2]));
  assert.ok(order.some((value, i) => i > 0 && value < order[i - 1]), 'one came after a later one');
  assert.equal(new Set(order).size, 100);
  await first.link(plain);
  a.stop();
  b.stop();
});

test('a path adds to the links of two hosts', { skip }, async () => {
  const [far, near] = [await lab.host('far'), await lab.host('near')];
  await lab.path(far, near, { delay: 30 });
  const said = await far.execute('ping', '-q', '-c', '3', '-i', '0.01', near.address);
  assert.ok(Number(/= ([\d.]+)\//.exec(said)[1]) >= 30);
  assert.ok(Number(/= ([\d.]+)\//.exec(await far.execute('ping', '-q', '-c', '3', '-i', '0.01', second.address))[1]) < 30);
});

test('links of hosts that are apart add up to what was asked', { skip }, async () => {
  const { delay, loss } = apart({ rtt: 40, loss: 1 });
  assert.equal(4 * delay, 40);
  assert.ok(Math.abs(1 - (1 - loss / 100) ** 2 - 0.01) < 1e-12);
});

test('hosts on the internet have IPv6', { skip }, async () => {
  await first.execute('ping', '-6', '-q', '-c', '1', '-W', '2', second.address6);
});

const kinds = [
  { kind: 'full-cone', oneMapping: true, sameHost: true, otherHost: true },
  { kind: 'restricted', oneMapping: true, sameHost: true, otherHost: false },
  { kind: 'port-restricted', oneMapping: true, sameHost: false, otherHost: false },
  { kind: 'symmetric', oneMapping: false, sameHost: false, otherHost: false },
];
for (const [i, { kind, oneMapping, sameHost, otherHost }] of kinds.entries()) {
  test(`${kind} maps and filters as its name says`, { skip }, async () => {
    const nat = await lab.nat(`nat${i}`, kind);
    const inner = await lab.host(`inner${i}`, { nat });
    const inside = await socket(inner, 6000);
    const [server, sibling, stranger] = [await socket(first, 6000), await socket(first, 6001), await socket(second, 6000)];

    await inside.send({ address: first.address, port: 6000 }, 'hello');
    const mapped = sender(await server.next());
    assert.equal(mapped.address, nat.address);

    await sibling.send(mapped, 'same host');
    await stranger.send(mapped, 'other host');
    await first.execute('ping', '-q', '-c', '1', second.address);
    await server.send(mapped, 'answer');
    const came = [];
    for (let line; !(line = await inside.next()).endsWith('answer');) came.push(line.split(' ').slice(2).join(' '));
    assert.deepEqual(came.sort(), [...(otherHost ? ['other host'] : []), ...(sameHost ? ['same host'] : [])]);

    await inside.send({ address: second.address, port: 6000 }, 'hello');
    const again = sender(await stranger.next());
    assert.equal(again.port === mapped.port, oneMapping);
    for (const each of [inside, server, sibling, stranger]) each.stop();
  });
}

test('a router of the kernel lets out and translates', { skip }, async () => {
  const router = await lab.router('gateway');
  const inner = await lab.host('home', { router });
  const [inside, server] = [await socket(inner, 7000), await socket(first, 7000)];
  await inside.send({ address: first.address, port: 7000 }, 'hello');
  assert.equal(sender(await server.next()).address, router.address);
  inside.stop();
  server.stop();
});

test('what a killed lab left is swept by the next', { skip }, async () => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', `
    import { NetLab } from ${JSON.stringify(join(home, 'netlab.mjs'))};
    const lab = await NetLab.open();
    const host = await lab.host('left');
    host.spawn('sleep', '600');
    console.log(host.namespace);
    setInterval(() => {}, 1000);`], { stdio: ['ignore', 'pipe', 'inherit'] });
  const namespace = `${(await once(child.stdout, 'data'))[0]}`.trim();
  child.kill('SIGKILL');
  await once(child, 'exit');
  assert.ok(readdirSync('/run/netns').includes(namespace));
  const next = await NetLab.open();
  assert.ok(!readdirSync('/run/netns').includes(namespace));
  await next.close();
});

test('a wrong setting is refused by its name', { skip }, async () => {
  await assert.rejects(first.link({ latency: 5 }), /no such setting: latency=5/);
});

test('without the rights it says so in a sentence', { skip }, () => {
  const said = execFileSync('setpriv', ['--bounding-set=-all', '--inh-caps=-all', process.execPath, '--input-type=module', '-e', `
    import { NetLab } from ${JSON.stringify(join(home, 'netlab.mjs'))};
    console.log(await NetLab.refusal());`], { encoding: 'utf8' });
  assert.match(said, /^The network lab needs the right to make network namespaces and TUN devices .+\n$/);
});
