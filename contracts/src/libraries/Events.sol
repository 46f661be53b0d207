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
    /// @notice Also for a revocation, a transfer and the start of a rental, with the new end.
    event Delegated(uint256 indexed stream, address indexed key, uint64 from, uint64 until);
    /// @param count offences of the stream, this one included
    event OffenceMarked(uint256 indexed stream, address indexed key, uint32 count);
    /// @notice Zeros where nothing is offered. A transfer withdraws all and emits none.
    event Offered(uint256 indexed stream, uint64 salePrice, uint64 rentPerDay, uint16 maxDays);
    /// @param royalty part of `price` that is due to the treasury; the seller got the rest
    event Sold(uint256 indexed stream, address indexed seller, address indexed buyer, uint256 price, uint256 royalty);
    /// @param royalty part of `price` that is due to the treasury; the owner got the rest
    event Rented(
        uint256 indexed stream,
        address indexed owner,
        address indexed renter,
        uint256 expires,
        uint256 price,
        uint256 royalty
    );
    /// @notice A sale or rent was paid by authorization.
    /// @param change what was authorized above price and fee, credited to `payer`
    event Relayed(address indexed payer, address indexed relayer, uint256 fee, uint256 change);

    /* RELAY STAKING */

    event Registered(address indexed node, address indexed owner, uint256 stake);
    event Updated(address indexed node, bytes32 endpoints, uint64 price);
    event StakeAdded(address indexed node, uint256 amount);
    event Unbonding(address indexed node, uint256 amount, uint256 withdrawableAt);
    event StakeWithdrawn(address indexed node, address to, uint256 amount);
    /// @notice The three amounts add up to the penalty.
    event Slashed(
        address indexed node,
        address indexed reporter,
        uint256 reporterAmount,
        uint256 burntAmount,
        uint256 treasuryAmount
    );
    event CreditWithdrawn(address indexed account, address indexed to, uint256 amount);
    event PenaltiesBurnt(uint256 amount);
    event PenaltiesSwept(uint256 amount);

    /* FRAUD PROOFS */

    event FalseReceiptProven(
        address indexed relay, bytes32 indexed headDigest, address indexed reporter, uint256 penalty
    );
    /// @param kind 0 equivocation, 1 conflicting parts, 2 parts beyond the last head (`KeyOffence`)
    event KeyOffenceProven(
        uint256 indexed stream, address indexed key, uint8 kind, bytes32 firstDigest, bytes32 secondDigest
    );

    /* STREAM REGISTRY: `status` is a `Status` of IStreamRegistry */

    /// @param by the broadcaster, or a signing key of his
    event StreamStarted(uint256 indexed stream, address indexed by, uint64 run);
    /// @notice A beat changed the status. Other beats emit nothing: that a stream is alive is read from its state, for silence emits nothing either.
    event StatusChanged(uint256 indexed stream, uint64 run, uint8 status);
    event StreamEnded(uint256 indexed stream, uint64 run);

    /* EDGE REWARD */

    event PotFunded(address indexed from, uint256 amount);
    /// @notice The first note of an edge; its rewards begin with `epoch`.
    event Enrolled(address indexed edge, uint32 indexed epoch);
    event FeesNoted(address indexed edge, uint32 indexed epoch, uint256 amount);
    event EpochEntered(address indexed edge, uint32 indexed epoch, uint256 weight);
    event EpochSettled(
        address indexed edge, uint32 indexed epoch, uint16 scoreBps, uint256 feeReward, uint256 subsidy, uint256 penalty
    );
    /// @param paid micro-USDC that `to` got
    /// @param due what is still owed
    event RewardClaimed(address indexed edge, address indexed to, uint256 paid, uint256 due);
    /// @param amount micro-USDC of rewards that were taken as `paid` STREAM
    event RewardClaimedInStream(address indexed edge, address indexed to, uint256 amount, uint256 paid, uint256 due);
    event SubsidyBudgetSet(uint32 indexed fromEpoch, uint256 budget);
    event StreamPriceSet(uint32 indexed fromEpoch, uint256 price);
    event PenaltySet(uint32 indexed fromEpoch, uint256 bps);

    /* SLA ORACLE */

    event Reported(
        address indexed edge,
        uint32 indexed epoch,
        address indexed reporter,
        uint32 latencyMs,
        uint16 vmafCenti,
        uint16 uptimeBps
    );
    /// @param scored whether the quorum was reached; without it the score and the three medians are zero
    event Finalised(
        address indexed edge,
        uint32 indexed epoch,
        bool scored,
        uint256 reports,
        uint256 scoreBps,
        uint256 latencyMs,
        uint256 vmafCenti,
        uint256 uptimeBps
    );
    event Struck(address indexed reporter, uint32 indexed epoch, address indexed edge, uint256 strikes);
    event Suspended(address indexed reporter, uint32 fromEpoch);
    event ReporterNamed(address indexed reporter, uint32 fromEpoch);
    event ReporterRemoved(address indexed reporter, uint32 fromEpoch);
    event BondPosted(address indexed reporter, uint256 amount);
    event BondLeaving(address indexed reporter, uint256 withdrawableAt);
    event BondWithdrawn(address indexed reporter, address to, uint256 amount);
    event Equivocated(
        address indexed reporter,
        address indexed edge,
        uint32 indexed epoch,
        address prover,
        uint256 bond,
        uint256 proverShare,
        bool voided
    );
    event OracleCreditWithdrawn(address indexed account, address to, uint256 amount);

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
