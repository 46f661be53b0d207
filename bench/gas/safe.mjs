// The treasury, a Safe of which two owners sign.
import { encodeFunctionData, parseAbi, zeroAddress } from 'viem';
import { mnemonicToAccount } from 'viem/accounts';

const SAFE = parseAbi([
  'function nonce() view returns (uint256)',
  'function execTransaction(address to, uint256 value, bytes data, uint8 operation, uint256 safeTxGas, uint256 baseGas, uint256 gasPrice, address gasToken, address refundReceiver, bytes signatures) payable returns (bool)',
]);
const SAFE_TX = [
  { name: 'to', type: 'address' }, { name: 'value', type: 'uint256' }, { name: 'data', type: 'bytes' }, { name: 'operation', type: 'uint8' },
  { name: 'safeTxGas', type: 'uint256' }, { name: 'baseGas', type: 'uint256' }, { name: 'gasPrice', type: 'uint256' },
  { name: 'gasToken', type: 'address' }, { name: 'refundReceiver', type: 'address' }, { name: 'nonce', type: 'uint256' },
];
// Of the owners that contracts/script/rehearsal.mjs names, which are anvil's accounts, in the order in which Safe wants their signatures.
const OWNERS = [1, 2].map((addressIndex) => mnemonicToAccount('test test test test test test test test test test test junk', { addressIndex }))
  .sort((a, b) => (BigInt(a.address) < BigInt(b.address) ? -1 : 1));

/** Lets the treasury call a contract. */
export async function byTreasury(chain, sender, contract, functionName, args) {
  const safe = { address: chain.deployment.treasury, abi: SAFE };
  const transaction = {
    to: contract.address, value: 0n, data: encodeFunctionData({ abi: contract.abi, functionName, args }), operation: 0,
    safeTxGas: 0n, baseGas: 0n, gasPrice: 0n, gasToken: zeroAddress, refundReceiver: zeroAddress,
  };
  const message = { ...transaction, nonce: await chain.read(safe, 'nonce') };
  const domain = { chainId: chain.id, verifyingContract: safe.address };
  const signatures = await Promise.all(OWNERS.map((owner) => owner.signTypedData({ domain, types: { SafeTx: SAFE_TX }, primaryType: 'SafeTx', message })));
  return chain.send(sender, safe, 'execTransaction', [...Object.values(transaction), `0x${signatures.map((one) => one.slice(2)).join('')}`]);
}
