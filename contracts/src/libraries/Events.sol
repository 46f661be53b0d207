// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title Everything that an indexer needs to rebuild the state. Amounts are micro-USDC, times Unix seconds.
library Events {
    /* TICKET BROKER: `Redeemed`, which is not emitted by the compiler, is in ITicketBroker */

    event PurseOpened(address indexed owner, address indexed viewingKey);
    /// @param amount what the purse got
    event Deposited(address indexed owner, address indexed viewingKey, uint256 amount, uint256 fee, uint256 balance);
    event ExitRequested(address indexed owner, address indexed viewingKey, uint256 amount, uint256 exitAt);
    event ExitFinished(address indexed owner, address indexed viewingKey, address to, uint256 amount);
    /// @param amount what `to` got
    event Withdrawn(address indexed account, address indexed to, uint256 amount, uint256 fee);
    event TreasurySwept(uint256 amount);
    /// @param amount what the payee got
    event Tipped(uint256 indexed stream, address indexed from, address payee, uint256 amount, uint256 fee);

    /* STREAM KEYS */

    event Minted(uint256 indexed stream, address indexed owner, string title, string category, uint32 maxViewers);
    event TermsSet(
        uint256 indexed stream, uint32 version, address payee, uint16 relayBps, uint16 broadcasterBps, uint64 floorPrice
    );
    /// @notice Also for a revocation and a transfer, with the new end.
    event Delegated(uint256 indexed stream, address indexed key, uint64 from, uint64 until);

    /* RELAY STAKING */

    event Registered(address indexed node, address indexed owner, uint256 stake);
    event Updated(address indexed node, bytes32 endpoints, uint64 price);
    event StakeAdded(address indexed node, uint256 amount);
    event Unbonding(address indexed node, uint256 amount, uint256 withdrawableAt);
    event StakeWithdrawn(address indexed node, address to, uint256 amount);

    /* FRAUD PROOFS */

    /* STREAM REGISTRY */

    /* EDGE REWARD */

    /* SLA ORACLE */

    /* USDC PAYMASTER */

    /// @param from who paid
    event GasCreditAdded(address indexed account, address indexed from, uint256 amount);
    event GasCreditWithdrawn(address indexed account, address indexed to, uint256 amount);
    /// @param charge what was taken of the credit for an operation
    event GasPaid(address indexed account, uint256 charge);
    /// @param rate micro-USDC for 1e18 wei, markup included
    event PriceKept(uint256 rate, uint256 validUntil);
    event TargetSet(address indexed target, bool allowed);
    event EarnedWithdrawn(address indexed to, uint256 amount);

    /* STREAM GOVERNOR */
}
