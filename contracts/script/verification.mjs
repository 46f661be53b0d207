// Writes, for each contract of a deployment, what an explorer needs to verify its source: the compiler's standard input and the constructor's arguments.
// node script/verification.mjs FOLDER, where FOLDER holds the contracts.json that Deploy.s.sol wrote.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRequire } from 'node:module';

const home = dirname(dirname(fileURLToPath(import.meta.url)));

/** Compiles each input again and throws when it does not give the code that forge built. */
export async function writeInputs(folder) {
  const solc = createRequire(import.meta.url)('solc');
  const contracts = JSON.parse(readFileSync(join(folder, 'contracts.json'), 'utf8'));
  mkdirSync(join(folder, 'verification'), { recursive: true });
  for (const [name, { address, constructorArguments }] of Object.entries(contracts)) {
    const artifact = JSON.parse(readFileSync(join(home, `out/${name}.sol/${name}.json`), 'utf8'));
    const { compiler, settings, sources } = artifact.metadata;
    const { compilationTarget, ...rest } = settings;
    const [file] = Object.keys(compilationTarget);
    const input = {
      language: 'Solidity',
      sources: Object.fromEntries(Object.keys(sources).map((path) => [path, { content: readFileSync(join(home, path), 'utf8') }])),
      settings: { ...rest, outputSelection: { '*': { '*': ['evm.bytecode.object'] } } },
    };
    const built = JSON.parse(solc.compile(JSON.stringify(input))).contracts?.[file]?.[name]?.evm.bytecode.object;
    if (`0x${built}` !== artifact.bytecode.object) throw new Error(`The input of ${name} compiles to other code than forge built. Run forge build and deploy again.`);
    const target = `${file}:${name}`;
    const record = { address, contract: target, compiler: `v${compiler.version}`, constructorArguments, input };
    writeFileSync(join(folder, `verification/${name}.json`), `${JSON.stringify(record, null, 2)}\n`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder] = process.argv.slice(2);
  if (!folder) {
    console.error('Name the folder that Deploy.s.sol wrote: node script/verification.mjs deployments/NETWORK');
    process.exit(64);
  }
  await writeInputs(folder);
}
