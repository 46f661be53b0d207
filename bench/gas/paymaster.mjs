// What our paymaster adds to a user operation whose account would else pay out of its deposit at EntryPoint.
import { encodeFunctionData, encodePacked } from 'viem';
import { byTreasury } from './safe.mjs';

const CREDIT = 100_000_000n;
const TOP_UP = 50_000_000n;

export async function paymaster(chain, operations) {
  const contract = await chain.contract('UsdcPaymaster');
  const funder = await chain.account('funder');
  await chain.send(funder, operations.entryPoint, 'depositTo', [contract.address], { value: 10n ** 18n });
  await byTreasury(chain, funder, contract, 'setTarget', [chain.deployment.ticketBroker, true]);
  await chain.give(funder.address, 2n * CREDIT);
  await chain.send(funder, chain.usdc, 'approve', [contract.address, 2n * CREDIT]);
  await chain.send(funder, contract, 'deposit', [operations.sender, CREDIT]);
  // The account has approved more than it tops up with.
  await operations.execute(chain.usdc.address, encodeFunctionData({ abi: chain.usdc.abi, functionName: 'approve', args: [contract.address, 10n * TOP_UP] }));

  const paid = (paymasterData) => ({ paymaster: contract.address, paymasterData });
  await operations.approve(2_000_000n, paid('0x'));
  const own = await operations.measure();
  const steady = await operations.measure(paid('0x'));
  const toppedUp = await chain.apart(async () => {
    const credit = await chain.read(contract, 'creditOf', operations.sender);
    await operations.execute(contract.address, encodeFunctionData({ abi: contract.abi, functionName: 'withdraw', args: [funder.address, credit] }));
    return operations.measure(paid(encodePacked(['uint8', 'uint96'], [0, TOP_UP])));
  });
  return {
    paymasterOverhead: Number(steady.gasUsed - own.gasUsed),
    paymasterOverheadTopUp: Number(toppedUp.gasUsed - own.gasUsed),
  };
}
