// Pimlico's singleton ERC-20 paymaster for EntryPoint 0.8, from the init code and with the signatures of its mock-paymaster package.
import { encodeFunctionData, maxUint256 } from 'viem';
import { pathToFileURL } from 'node:url';
import { packageFile } from '../lib/packages.mjs';

// The package exports its server only.
const inPackage = (root, file) => import(pathToFileURL(packageFile(root, 'bench', '@pimlico/mock-paymaster').replace(/_(esm|cjs)\/index\.js$/, `_esm/${file}.js`)));

/** Gas that an operation costs more with it than when the account pays out of its deposit at EntryPoint. */
export async function pimlico(root, chain, operations) {
  const { constants, getSingletonPaymaster08InitCode } = await inPackage(root, 'constants');
  const { getSignedPaymasterData } = await inPackage(root, 'singletonPaymasters');
  const { usdc } = chain;
  const signer = await chain.account('pimlico signer');
  const paymaster = await chain.create(signer, getSingletonPaymaster08InitCode(signer.address));
  await chain.send(signer, operations.entryPoint, 'depositTo', [paymaster], { value: 10n ** 18n });
  await operations.execute(usdc.address, encodeFunctionData({ abi: usdc.abi, functionName: 'approve', args: [paymaster, maxUint256 / 2n] }));
  await chain.give(constants.treasury, 1n);

  const paid = (userOp) => getSignedPaymasterData({ publicClient: chain.client, signer, userOp, paymaster, paymasterMode: { mode: 'erc20', token: usdc.address } });
  await operations.approve(2_000_000n, paid);
  const earned = () => chain.read(usdc, 'balanceOf', constants.treasury);
  const before = await earned();
  const withPaymaster = await operations.measure(paid, async () => {
    if (await earned() <= before) throw new Error("Pimlico's paymaster was not paid");
  });
  const own = await operations.measure();
  // Each operation draws its USDC from the account, so it stands beside both of ours.
  const overhead = Number(withPaymaster.gasUsed - own.gasUsed);
  return { paymasterOverhead: overhead, paymasterOverheadTopUp: overhead };
}
