// Three hops under links of 40 ms round trip and 1 % loss: node bench/netlab/example.mjs
import { apart, NetLab } from './netlab.mjs';

const lab = await NetLab.open({ seed: 7 });
try {
  const chain = [];
  for (const name of ['source', 'relay1', 'relay2', 'viewer']) chain.push(await lab.host(name, { link: apart({ rtt: 40, loss: 1 }) }));
  for (const [i, from] of chain.slice(0, -1).entries()) {
    const said = await from.execute('ping', '-q', '-c', '200', '-i', '0.005', chain[i + 1].address);
    console.log(`${from.name} -> ${chain[i + 1].name}: ${said.trim().split('\n').slice(-2).join(', ')}`);
  }
  await chain[1].link({ up: { burst: 200, burstEvery: 2_000 }, rate: 10 }); // While it runs.
  console.log(JSON.stringify(await lab.statistics()));
} finally {
  await lab.close();
}
