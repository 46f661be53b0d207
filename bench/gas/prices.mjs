// What gas and bytes are counted at on Base.
import { l1Fee } from '../lib/fjord.mjs';

const GWEI = 1e9;
const ETH_USD = 3_500;
// Base's parameters and the assumed L1 are those of docs/chain-choice.md, which has the sources.
const L2_GAS_PRICE = 5_000_000n;
const L1 = { baseFee: 500_000_000n, baseFeeScalar: 2_269n, blobBaseFee: 31_250_000n, blobBaseFeeScalar: 1_055_762n };

/** The same in words. */
export const prices = `${Number(L2_GAS_PRICE) / GWEI} gwei and ETH at $${ETH_USD.toLocaleString('en')}; for the data an L1 base fee of ${Number(L1.baseFee) / GWEI} gwei, a blob base fee of ${Number(L1.blobBaseFee) / GWEI} gwei and Base's scalars ${L1.baseFeeScalar} and ${L1.blobBaseFeeScalar} ([chain-choice.md](chain-choice.md))`;

const usd = (wei) => Number(wei) / 1e18 * ETH_USD;

export const executionUsd = ({ gasUsed }) => usd(gasUsed * L2_GAS_PRICE);

/** Fee of a transaction's data since Fjord. */
export const dataUsd = ({ raw }) => usd(l1Fee(Buffer.from(raw.slice(2), 'hex'), L1));
