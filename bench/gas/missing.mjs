// Creates what Deploy.s.sol does not create yet. Goes when it does.
import { encodeDeployData } from 'viem';
import { entryPoint08Address } from 'viem/account-abstraction';

export async function createMissing(chain) {
  const deployer = await chain.account('deployer');
  const create = async (name, ...args) => {
    const { abi, bytecode } = await chain.artifact(name);
    return chain.create(deployer, encodeDeployData({ abi, bytecode, args }));
  };
  const { usdc, treasury: owner } = chain.deployment;
  chain.deployment.streamRegistry ??= await create('StreamRegistry', chain.deployment.streamKeys);
  if (!chain.deployment.usdcPaymaster) {
    const priceFeed = await create('RoundFeed', 8, 3_000n * 10n ** 8n);
    chain.deployment.usdcPaymaster = await create('UsdcPaymaster', {
      entryPoint: entryPoint08Address, usdc, owner, priceFeed, sequencerFeed: `0x${'0'.repeat(40)}`, heartbeat: 1_200, grace: 300, markupBps: 500,
    });
  }
}
