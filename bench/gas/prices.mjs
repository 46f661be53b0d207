// What gas and bytes are counted at on Base.
import { l1Fee } from '../lib/fjord.mjs';

const GWEI = 1e9;
const ETH_USD = 3_500;
// Base's minimum base fee (docs.base.org, configuration changelog).
const L2_GAS_PRICE = 5_000_000n;
// Base's scalars, as its receipts show them.
const L1 = { baseFee: 1_000_000_000n, baseFeeScalar: 2_269n, blobBaseFee: 100_000_000n, blobBaseFeeScalar: 1_055_762n };

/** The same in words. */
export const prices = `${Number(L2_GAS_PRICE) / GWEI} gwei and ETH at $${ETH_USD.toLocaleString('en')}; for the data an L1 base fee of ${Number(L1.baseFee) / GWEI} gwei, a blob base fee of ${Number(L1.blobBaseFee) / GWEI} gwei and Base's scalars ${L1.baseFeeScalar} and ${L1.blobBaseFeeScalar}`;

const usd = (wei) => Number(wei) / 1e18 * ETH_USD;

export const executionUsd = ({ gasUsed }) => usd(gasUsed * L2_GAS_PRICE);

/** Fee of a transaction's data since Fjord. */
export const dataUsd = ({ raw }) => usd(l1Fee(Buffer.from(raw.slice(2), 'hex'), L1));
