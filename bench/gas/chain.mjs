import { rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTestClient, defineChain, encodeFunctionData, http, keccak256, parseAbi, publicActions, stringToHex, walletActions } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { anvil, deploy, environmentOf, folder, prepare } from '../../contracts/script/rehearsal.mjs';

export const DAY = 86_400;
// 2026-01-01. The same time in every run gives the same signatures, and so the same calldata.
const START = 1_767_225_600;
const NETWORK = 'local';
const USDC = parseAbi([
  'function mint(address to, uint256 amount) returns (bool)',
  'function transfer(address to, uint256 amount) returns (bool)',
  'function approve(address spender, uint256 amount) returns (bool)',
  'function allowance(address owner, address spender) view returns (uint256)',
  'function balanceOf(address account) view returns (uint256)',
]);
// The account that DryRun.s.sol makes the minter of USDC.
const MINTER = 'minter';
const FEES = { maxFeePerGas: 2_000_000_000n, maxPriorityFeePerGas: 1_000_000_000n };

/** Runs `use` with an anvil of its own on which Circle's USDC and all our contracts are, deployed by contracts/script. */
export async function withChain(root, use) {
  const out = join(folder, 'bench');
  rmSync(out, { recursive: true, force: true });
  const node = await anvil(31_337, '--timestamp', String(START));
  try {
    const environment = environmentOf(NETWORK, node.url, out);
    await prepare(NETWORK, node.url, environment);
    await deploy(NETWORK, node.url, environment);
    const read = async (file) => JSON.parse(await readFile(join(out, file), 'utf8'));
    const chain = new Chain(root, node.url, await read('deployment.json'), await read('contracts.json'));
    await chain.account(MINTER);
    return await use(chain);
  } finally {
    await node.stop();
  }
}

/** An account that anybody can make from its name, as forge's makeAddr does. */
const accountOf = (name) => privateKeyToAccount(keccak256(stringToHex(name)));

class Chain {
  #root;
  #contracts;

  constructor(root, url, deployment, contracts) {
    this.#root = root;
    this.#contracts = contracts;
    this.deployment = deployment;
    this.usdc = { address: deployment.usdc, abi: USDC };
    const chain = defineChain({ id: deployment.chainId, name: NETWORK, nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 }, rpcUrls: { default: { http: [url] } } });
    this.client = createTestClient({ chain, mode: 'anvil', transport: http(), cacheTime: 0 }).extend(publicActions).extend(walletActions);
  }

  get id() { return this.deployment.chainId; }

  /** One of our contracts, with the ABI that forge built. */
  async contract(name) {
    const { abi } = JSON.parse(await readFile(join(this.#root, `contracts/out/${name}.sol/${name}.json`), 'utf8'));
    return { address: this.#contracts[name].address, abi };
  }

  /** EIP-712 domain of one of our contracts. */
  domain(name, { address }) {
    return { name: `ClusterCast ${name}`, version: '1', chainId: this.id, verifyingContract: address };
  }

  /** An account of that name, with ETH. */
  async account(name) {
    const account = accountOf(name);
    await this.client.setBalance({ address: account.address, value: 10n ** 20n });
    return account;
  }

  accounts(name, count) { return Promise.all(Array.from({ length: count }, (_, i) => this.account(`${name} ${i}`))); }

  read(contract, functionName, ...args) { return this.client.readContract({ ...contract, functionName, args }); }

  /** The receipt of a call that is mined and did not revert, with the signed transaction as `raw`. */
  async send(account, contract, functionName, args, { value = 0n, gas } = {}) {
    const data = encodeFunctionData({ abi: contract.abi, functionName, args });
    gas ??= await this.client.estimateContractGas({ ...contract, account: account.address, functionName, args, value });
    return this.#mine(account, { to: contract.address, data, value, gas }, functionName);
  }

  /** Creates a contract from code with its arguments behind it. */
  async create(account, data) {
    const { contractAddress } = await this.#mine(account, { data, value: 0n, gas: 15_000_000n }, 'the creation of a contract');
    return contractAddress;
  }

  async #mine(account, request, what) {
    const nonce = await this.client.getTransactionCount({ address: account.address, blockTag: 'pending' });
    const raw = await account.signTransaction({ ...request, ...FEES, nonce, chainId: this.id, type: 'eip1559' });
    const receipt = await this.client.sendRawTransactionSync({ serializedTransaction: raw });
    if (receipt.status !== 'success') throw new Error(`${what} reverted in ${receipt.transactionHash}`);
    return { ...receipt, raw };
  }

  /** Mints USDC. */
  give(to, amount) { return this.send(accountOf(MINTER), this.usdc, 'mint', [to, amount]); }

  /** How many storage slots a transaction took from zero to something else. */
  async newSlots({ transactionHash }) {
    const { pre, post } = await this.client.request({ method: 'debug_traceTransaction', params: [transactionHash, { tracer: 'prestateTracer', tracerConfig: { diffMode: true } }] });
    const isZero = (word) => word === undefined || BigInt(word) === 0n;
    return Object.entries(post).reduce((count, [address, { storage = {} }]) => count
      + Object.entries(storage).filter(([slot, word]) => isZero(pre[address]?.storage?.[slot]) && !isZero(word)).length, 0);
  }

  /** Seconds since 1970 of the newest block. */
  async now() { return Number((await this.client.getBlock()).timestamp); }

  async pass(seconds) {
    await this.client.setNextBlockTimestamp({ timestamp: BigInt(await this.now() + seconds) });
    await this.client.mine({ blocks: 1 });
  }

  /** Goes on with the first second of the next day: no epoch ends meanwhile, and what is signed is the same in every run. */
  async nextDay() { await this.pass(DAY - await this.now() % DAY); }

  /** Runs `use` and takes back what it did, so that the next one starts from the same state. */
  async apart(use) {
    const id = await this.client.snapshot();
    try {
      return await use();
    } finally {
      await this.client.revert({ id });
    }
  }
}
