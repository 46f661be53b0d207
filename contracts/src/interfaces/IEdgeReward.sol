// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @notice Constructor arguments of EdgeReward. Epochs are the oracle's.
/// @param governance the timelock, which alone sets the three parameters; the oracle's too
/// @param priceFeed Chainlink feed of STREAM in USD, at most 18 decimals; zero: rewards are paid in USDC only
/// @param minEdgeStake least stake in RelayStaking of an edge in good standing, in micro-USDC, at least 1
/// @param entrySeconds how long an epoch is entered after its report window; both together are less than an epoch
/// @param maxSubsidyBudget the greatest subsidy budget of an epoch, in micro-USDC
/// @param subsidyBudget the first
/// @param subsidyCapBps one edge's greatest share of the budget, 1 to 10,000
/// @param maxPenaltyBps the greatest penalty share of unclaimed rewards, at most 1,000
/// @param penaltyBps the first
/// @param penaltyBelowBps a score below it draws a penalty, at most 10,000
/// @param minStreamPrice bounds of the governed price of STREAM, in micro-USDC a whole STREAM, at least 1
/// @param streamPrice the first
/// @param maxDeviationBps how far the feed may be from the governed price, in basis points of the governed, at most 5,000
/// @param feedMaxAge greatest age of the feed's answer in seconds: its heartbeat and a grace
struct RewardConfig {
    address usdc;
    address stream;
    address ticketBroker;
    address relayStaking;
    address oracle;
    address governance;
    address priceFeed;
    uint96 minEdgeStake;
    uint32 entrySeconds;
    uint64 maxSubsidyBudget;
    uint64 subsidyBudget;
    uint16 subsidyCapBps;
    uint16 maxPenaltyBps;
    uint16 penaltyBps;
    uint16 penaltyBelowBps;
    uint64 minStreamPrice;
    uint64 maxStreamPrice;
    uint64 streamPrice;
    uint16 maxDeviationBps;
    uint32 feedMaxAge;
}

/// @notice An edge's account; one storage slot.
/// @param nextEpoch the first epoch that is not settled; 0 before the first note
/// @param noted `treasuryFeesOf(edge).total` at the last note, in micro-USDC
/// @param accrued settled rewards that were not claimed and can still be penalised, in micro-USDC
/// @param due claimed rewards that are not paid yet; nothing but payment lessens them
struct EdgeAccount {
    uint32 nextEpoch;
    uint80 noted;
    uint72 accrued;
    uint72 due;
}

/// @notice What an epoch knows of an edge until it is settled.
/// @param fees fees noted in it, in micro-USDC
/// @param weight its claim on the subsidy: uptime x score, 0 to 10,000
/// @param entered whether the weight counts in the epoch's total
struct EdgeEpoch {
    uint80 fees;
    uint16 weight;
    bool entered;
}

/// @title Rewards of edges for fees and uptime, counted in USDC, never more in an epoch than 0.8 of the fees noted in it and its subsidy budget.
/// @dev Epoch E is noted while it runs, reported for REPORT_SECONDS, entered for ENTRY_SECONDS after that, and can then be settled.
interface IEdgeReward {
    /// @notice Adds `amount` of USDC to the pot by allowance. Anybody; it never comes back but as rewards.
    function fund(uint256 amount) external;

    /// @notice Attributes the growth of each edge's treasury fees since its last note to the epoch that runs. Anybody. The first note of an edge
    /// enrols it and attributes nothing; an edge below the least stake is passed over, and so are its fees.
    function note(address[] calldata edges) external;

    /// @notice Enters edges in good standing for their share of the epoch's subsidy, during its entry window. Anybody; twice does no harm.
    function enter(address[] calldata edges, uint32 epoch) external;

    /// @notice Settles up to `maxEpochs` epochs of an edge in their order. Anybody.
    /// @return nextEpoch the first that is not settled
    function settle(address edge, uint256 maxEpochs) external returns (uint32 nextEpoch);

    /// @notice Claims everything of an edge and pays it to `to` in USDC, as much as the pot holds; the rest stays due. Only the owner of the edge's
    /// registration. Settles first; while an epoch's scores are out and it is not settled, nothing is claimed.
    /// @return paid micro-USDC
    function claim(address edge, address to) external returns (uint256 paid);

    /// @notice As `claim`, but takes `amount` (micro-USDC) of it in STREAM, at the higher of the governed price and the feed's; the rest stays due.
    /// @param minPaid least STREAM that the caller accepts, in units of 1e-18
    /// @return paid STREAM in units of 1e-18
    function claimInStream(address edge, address to, uint256 amount, uint256 minPaid) external returns (uint256 paid);

    /// @notice Sets the subsidy budget from the next epoch on, at most MAX_SUBSIDY_BUDGET. Only governance.
    function setSubsidyBudget(uint256 budget) external;

    /// @notice Sets the price of STREAM from the next epoch on, within its bounds. Only governance.
    function setStreamPrice(uint256 price) external;

    /// @notice Sets the penalty share from the next epoch on, at most MAX_PENALTY_BPS. Only governance.
    function setPenaltyBps(uint256 bps) external;

    function accountOf(address edge) external view returns (EdgeAccount memory);

    /// @notice All zero when the epoch is settled.
    function epochOf(address edge, uint32 epoch) external view returns (EdgeEpoch memory);

    /// @notice The sum of the weights that were entered.
    function totalWeightOf(uint32 epoch) external view returns (uint256);

    function subsidyBudgetOf(uint32 epoch) external view returns (uint256);

    function streamPriceOf(uint32 epoch) external view returns (uint256);

    function penaltyBpsOf(uint32 epoch) external view returns (uint256);

    /// @notice What STREAM a claim of `amount` micro-USDC gives now; reverts as the claim would.
    function quoteStream(uint256 amount) external view returns (uint256);

    function currentEpoch() external view returns (uint32);

    /// @notice When an epoch's entry window begins and ends; it can be settled from its end on.
    function entryWindowOf(uint32 epoch) external view returns (uint256 opensAt, uint256 closesAt);

    /// @notice The timelock.
    function GOVERNANCE() external view returns (address);
}
