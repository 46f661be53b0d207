// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title What an account may withdraw and what the treasury is due for it, in one word, so that a redemption writes two accounts and not three.
/// @dev A word is `fees ever u80 | fees due u80 | credit u96` from the top. All are sums of real micro-USDC, of which 2^80 (1.2e18 USDC) never exist,
/// so no field runs into the next.
library Accounts {
    uint256 private constant CREDIT_MASK = type(uint96).max;
    uint256 private constant FEES_MASK = type(uint80).max;

    function creditOf(mapping(address => uint256) storage words, address account) internal view returns (uint256) {
        return words[account] & CREDIT_MASK;
    }

    function feesOf(mapping(address => uint256) storage words, address account)
        internal
        view
        returns (uint256 due, uint256 total)
    {
        uint256 word = words[account];
        return ((word >> 96) & FEES_MASK, word >> 176);
    }

    function credit(mapping(address => uint256) storage words, address account, uint256 amount) internal {
        if (amount == 0) return;
        unchecked {
            words[account] += amount;
        }
    }

    /// @notice Credits a relay and notes the treasury's share of the same tickets.
    function creditRelay(mapping(address => uint256) storage words, address relay, uint256 amount, uint256 fees)
        internal
    {
        unchecked {
            words[relay] += amount | (fees << 96) | (fees << 176);
        }
    }

    /// @notice Takes `amount` of a credit; false when it holds less.
    function debit(mapping(address => uint256) storage words, address account, uint256 amount) internal returns (bool) {
        uint256 word = words[account];
        if (amount > word & CREDIT_MASK) return false;
        words[account] = word - amount;
        return true;
    }

    /// @notice Takes what the treasury is due.
    function takeFees(mapping(address => uint256) storage words, address relay) internal returns (uint256 due) {
        uint256 word = words[relay];
        due = (word >> 96) & FEES_MASK;
        if (due != 0) words[relay] = word - (due << 96);
    }
}
