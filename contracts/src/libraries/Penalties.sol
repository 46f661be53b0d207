// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title What an offence costs a stake, and who gets it.
/// @dev Stakes are below 2^96, shares at most 10,000 basis points together. `smt/Penalties.sol` proves that nothing wraps around.
library Penalties {
    uint256 private constant BPS = 10_000;

    /// @notice The penalty, rounded up so that no stake is too small to be slashed.
    function penaltyOf(uint256 stake, uint256 slashBps) internal pure returns (uint256) {
        unchecked {
            return (stake * slashBps + BPS - 1) / BPS;
        }
    }

    /// @notice The treasury gets the rest.
    function divide(uint256 penalty, uint256 reporterBps, uint256 burnBps)
        internal
        pure
        returns (uint256 reporterAmount, uint256 burntAmount, uint256 treasuryAmount)
    {
        unchecked {
            reporterAmount = penalty * reporterBps / BPS;
            burntAmount = penalty * burnBps / BPS;
            treasuryAmount = penalty - reporterAmount - burntAmount;
        }
    }
}
