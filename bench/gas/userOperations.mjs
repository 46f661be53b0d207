// User operations of a SimpleAccount at EntryPoint 0.8, sent as a bundler does.
import { readFileSync } from 'node:fs';
import { encodeDeployData, encodeFunctionData, parseAbi } from 'viem';
import { entryPoint08Abi, entryPoint08Address, getUserOperationHash, toPackedUserOperation } from 'viem/account-abstraction';
import { packageFile } from '../lib/packages.mjs';

const ACCOUNT = parseAbi(['function execute(address target, uint256 value, bytes data)']);
const LIMITS = { verificationGasLimit: 150_000n, callGasLimit: 200_000n, preVerificationGas: 50_000n, maxFeePerGas: 2_000_000_000n, maxPriorityFeePerGas: 1_000_000_000n };
const PAYMASTER_LIMITS = { paymasterVerificationGasLimit: 200_000n, paymasterPostOpGasLimit: 40_000n };
// Inner calls may fail alone, so that an estimate may leave them too little.
const PLENTY = 5_000_000n;

/** The operations of one account, which approve USDC to `spender`. */
export class UserOperations {
  #chain;
  #owner;
  #bundler;
  #spender;
  entryPoint = { address: entryPoint08Address, abi: entryPoint08Abi };

  /** Creates the account, with ETH, a deposit at EntryPoint and USDC of its own. */
  static async create(root, chain, spender) {
    const { abi, bytecode } = JSON.parse(readFileSync(packageFile(root, 'contracts', '@account-abstraction/contracts/artifacts/SimpleAccountFactory.json'), 'utf8'));
    const [owner, bundler] = [await chain.account('account owner'), await chain.account('bundler')];
    const factory = { abi, address: await chain.create(bundler, encodeDeployData({ abi, bytecode, args: [entryPoint08Address] })) };
    const self = new UserOperations(chain, owner, bundler, spender);
    self.sender = await chain.read(factory, 'getAddress', owner.address, 0n);
    await chain.client.setBalance({ address: self.sender, value: 10n ** 18n });
    await chain.send(bundler, self.entryPoint, 'depositTo', [self.sender], { value: 10n ** 18n });
    await chain.give(self.sender, 1_000_000_000n);
    await self.approve(1_000_000n, { factory: factory.address, factoryData: encodeFunctionData({ abi, functionName: 'createAccount', args: [owner.address, 0n] }) }, { verificationGasLimit: 1_000_000n });
    return self;
  }

  constructor(chain, owner, bundler, spender) {
    this.#chain = chain;
    this.#owner = owner;
    this.#bundler = bundler;
    this.#spender = spender;
  }

  /** Receipt of the operation that is measured. `fields` are its paymaster's, or a function that makes them of the operation. */
  measure(fields, check = async () => {}) {
    return this.#chain.apart(async () => {
      const receipt = await this.approve(3_000_000n, fields);
      await check();
      return receipt;
    });
  }

  /** Sends an operation that approves USDC, alone in its bundle. */
  async approve(amount, fields, limits) {
    const data = encodeFunctionData({ abi: this.#chain.usdc.abi, functionName: 'approve', args: [this.#spender, amount] });
    const receipt = await this.execute(this.#chain.usdc.address, data, fields, limits);
    const allowed = await this.#chain.read(this.#chain.usdc, 'allowance', this.sender, this.#spender);
    if (allowed !== amount) throw new Error(`the operation in ${receipt.transactionHash} failed`);
    return receipt;
  }

  async execute(target, data, fields = {}, limits = {}) {
    const operation = {
      sender: this.sender, nonce: await this.#chain.read(this.entryPoint, 'getNonce', this.sender, 0n),
      callData: encodeFunctionData({ abi: ACCOUNT, functionName: 'execute', args: [target, 0n, data] }),
      ...LIMITS, ...limits, signature: '0x',
    };
    Object.assign(operation, typeof fields === 'function' ? await fields({ ...operation, ...PAYMASTER_LIMITS }) : fields);
    if (operation.paymaster) Object.assign(operation, PAYMASTER_LIMITS);
    const hash = getUserOperationHash({ userOperation: operation, entryPointAddress: entryPoint08Address, entryPointVersion: '0.8', chainId: this.#chain.id });
    operation.signature = await this.#owner.sign({ hash });
    return this.#chain.send(this.#bundler, this.entryPoint, 'handleOps', [[toPackedUserOperation(operation)], this.#bundler.address], { gas: PLENTY });
  }
}
