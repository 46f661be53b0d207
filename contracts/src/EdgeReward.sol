// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IAggregatorV3} from "./interfaces/IAggregatorV3.sol";
import {EdgeAccount, EdgeEpoch, IEdgeReward, RewardConfig} from "./interfaces/IEdgeReward.sol";
import {IRelayStaking} from "./interfaces/IRelayStaking.sol";
import {ISLAOracle, Score} from "./interfaces/ISLAOracle.sol";
import {ITicketBroker} from "./interfaces/ITicketBroker.sol";
import {IUsdc} from "./interfaces/IUsdc.sol";
import {Errors} from "./libraries/Errors.sol";
import {Events} from "./libraries/Events.sol";
import {PriceFeed} from "./libraries/PriceFeed.sol";
import {UsdcPull} from "./libraries/UsdcPull.sol";

/// @title EdgeReward
/// @notice Pays edges for the fees that they brought the treasury and for their uptime, out of a pot that anybody fills and nobody empties but by claims.
/// Nothing here can touch stakes, purses or credits; redemption of tickets knows nothing of rewards.
contract EdgeReward is IEdgeReward, ReentrancyGuardTransient {
    using Checkpoints for Checkpoints.Trace224;
    using PriceFeed for IAggregatorV3;
    using UsdcPull for IUsdc;

    /* CONSTANTS */

    /// @notice An edge's reward for fees, in basis points of them: below all, so that paying oneself through the broker always loses.
    uint256 public constant FEE_SHARE_BPS = 8000;
    /// @notice How many epochs a claim settles by itself; an edge that is behind by more calls `settle` first.
    uint256 public constant EPOCHS_PER_CLAIM = 64;
    uint256 private constant BPS = 10_000;
    uint256 private constant WHOLE_STREAM = 1e18;

    /* IMMUTABLES */

    IUsdc public immutable USDC;
    IERC20 public immutable STREAM;
    ITicketBroker public immutable TICKET_BROKER;
    IRelayStaking public immutable RELAY_STAKING;
    ISLAOracle public immutable ORACLE;
    address public immutable GOVERNANCE;
    IAggregatorV3 public immutable PRICE_FEED;
    uint8 public immutable FEED_DECIMALS;
    uint32 public immutable FEED_MAX_AGE;
    uint16 public immutable MAX_DEVIATION_BPS;
    uint32 public immutable EPOCH_SECONDS;
    uint32 public immutable REPORT_SECONDS;
    uint32 public immutable ENTRY_SECONDS;
    uint96 public immutable MIN_EDGE_STAKE;
    uint64 public immutable MAX_SUBSIDY_BUDGET;
    uint16 public immutable SUBSIDY_CAP_BPS;
    uint16 public immutable MAX_PENALTY_BPS;
    uint16 public immutable PENALTY_BELOW_BPS;
    uint64 public immutable MIN_STREAM_PRICE;
    uint64 public immutable MAX_STREAM_PRICE;

    /* STORAGE */

    mapping(address edge => EdgeAccount) private _accounts;
    mapping(address edge => mapping(uint256 epoch => EdgeEpoch)) private _epochs;
    mapping(uint256 epoch => uint256) private _totalWeights;
    /// @dev Parameters by the epoch from which they hold, so that an epoch is settled by its own however late.
    Checkpoints.Trace224 private _subsidyBudgets;
    Checkpoints.Trace224 private _streamPrices;
    Checkpoints.Trace224 private _penalties;

    /* CONSTRUCTOR */

    constructor(RewardConfig memory config) {
        if (config.usdc == address(0) || config.stream == address(0) || config.ticketBroker == address(0)) {
            revert Errors.BadConfig();
        }
        if (config.relayStaking == address(0) || config.governance == address(0)) revert Errors.BadConfig();
        ORACLE = ISLAOracle(config.oracle);
        if (ORACLE.GOVERNANCE() != config.governance) revert Errors.BadConfig();
        (EPOCH_SECONDS, REPORT_SECONDS) = (ORACLE.EPOCH_SECONDS(), ORACLE.REPORT_SECONDS());
        // Between the entry window's end and the next epoch's scores there must be time to claim.
        if (config.entrySeconds == 0 || uint256(REPORT_SECONDS) + config.entrySeconds >= EPOCH_SECONDS) {
            revert Errors.BadConfig();
        }
        if (config.minEdgeStake == 0 || config.subsidyBudget > config.maxSubsidyBudget) revert Errors.BadConfig();
        if (config.subsidyCapBps == 0 || config.subsidyCapBps > BPS) revert Errors.BadConfig();
        if (config.maxPenaltyBps > BPS / 10 || config.penaltyBps > config.maxPenaltyBps) revert Errors.BadConfig();
        if (config.penaltyBelowBps > BPS || config.minStreamPrice == 0) revert Errors.BadConfig();
        if (config.streamPrice < config.minStreamPrice || config.streamPrice > config.maxStreamPrice) {
            revert Errors.BadConfig();
        }
        if (config.maxDeviationBps > BPS / 2) revert Errors.BadConfig();
        USDC = IUsdc(config.usdc);
        STREAM = IERC20(config.stream);
        TICKET_BROKER = ITicketBroker(config.ticketBroker);
        RELAY_STAKING = IRelayStaking(config.relayStaking);
        GOVERNANCE = config.governance;
        PRICE_FEED = IAggregatorV3(config.priceFeed);
        if (config.priceFeed != address(0)) {
            FEED_DECIMALS = PRICE_FEED.decimals();
            if (FEED_DECIMALS > 18 || config.feedMaxAge == 0) revert Errors.BadConfig();
        }
        FEED_MAX_AGE = config.feedMaxAge;
        MAX_DEVIATION_BPS = config.maxDeviationBps;
        ENTRY_SECONDS = config.entrySeconds;
        MIN_EDGE_STAKE = config.minEdgeStake;
        MAX_SUBSIDY_BUDGET = config.maxSubsidyBudget;
        SUBSIDY_CAP_BPS = config.subsidyCapBps;
        MAX_PENALTY_BPS = config.maxPenaltyBps;
        PENALTY_BELOW_BPS = config.penaltyBelowBps;
        MIN_STREAM_PRICE = config.minStreamPrice;
        MAX_STREAM_PRICE = config.maxStreamPrice;
        _subsidyBudgets.push(0, config.subsidyBudget);
        _streamPrices.push(0, config.streamPrice);
        _penalties.push(0, config.penaltyBps);
    }

    modifier onlyGovernance() {
        if (msg.sender != GOVERNANCE) revert Errors.NotGovernance();
        _;
    }

    /* POT */

    /// @inheritdoc IEdgeReward
    function fund(uint256 amount) external nonReentrant {
        uint256 received = USDC.byAllowance(msg.sender, amount);
        if (received == 0) revert Errors.ZeroAmount();
        emit Events.PotFunded(msg.sender, received);
    }

    /* EPOCHS */

    /// @inheritdoc IEdgeReward
    function note(address[] calldata edges) external {
        uint32 epoch = currentEpoch();
        for (uint256 i; i < edges.length; ++i) {
            _note(edges[i], epoch);
        }
    }

    /// @inheritdoc IEdgeReward
    function enter(address[] calldata edges, uint32 epoch) external {
        (uint256 opensAt, uint256 closesAt) = entryWindowOf(epoch);
        if (block.timestamp < opensAt || block.timestamp >= closesAt) revert Errors.NotEntryWindow(opensAt, closesAt);
        uint256 total;
        for (uint256 i; i < edges.length; ++i) {
            total += _enter(edges[i], epoch);
        }
        _totalWeights[epoch] += total;
    }

    /// @inheritdoc IEdgeReward
    function settle(address edge, uint256 maxEpochs) external returns (uint32) {
        EdgeAccount memory account = _accounts[edge];
        if (account.nextEpoch == 0) revert Errors.NotEnrolled();
        _settle(edge, account, maxEpochs);
        _accounts[edge] = account;
        return account.nextEpoch;
    }

    /* CLAIMS */

    /// @inheritdoc IEdgeReward
    function claim(address edge, address to) external nonReentrant returns (uint256 paid) {
        EdgeAccount memory account = _collect(edge, to);
        uint256 pot = USDC.balanceOf(address(this));
        paid = account.due < pot ? account.due : pot;
        account.due -= uint72(paid);
        _accounts[edge] = account;
        emit Events.RewardClaimed(edge, to, paid, account.due);
        if (paid != 0 && !USDC.transfer(to, paid)) revert Errors.TransferFailed();
    }

    /// @inheritdoc IEdgeReward
    function claimInStream(address edge, address to, uint256 amount, uint256 minPaid)
        external
        nonReentrant
        returns (uint256 paid)
    {
        EdgeAccount memory account = _collect(edge, to);
        if (amount == 0) revert Errors.ZeroAmount();
        if (amount > account.due) revert Errors.MoreThanDue(account.due);
        paid = quoteStream(amount);
        if (paid < minPaid) revert Errors.BelowMinimum(paid);
        uint256 held = STREAM.balanceOf(address(this));
        if (paid > held) revert Errors.StreamPotShort(held);
        account.due -= uint72(amount);
        _accounts[edge] = account;
        emit Events.RewardClaimedInStream(edge, to, amount, paid, account.due);
        if (!STREAM.transfer(to, paid)) revert Errors.TransferFailed();
    }

    /* ONLY GOVERNANCE */

    /// @inheritdoc IEdgeReward
    function setSubsidyBudget(uint256 budget) external onlyGovernance {
        _checkBounds(budget, 0, MAX_SUBSIDY_BUDGET);
        emit Events.SubsidyBudgetSet(_set(_subsidyBudgets, budget), budget);
    }

    /// @inheritdoc IEdgeReward
    function setStreamPrice(uint256 price) external onlyGovernance {
        _checkBounds(price, MIN_STREAM_PRICE, MAX_STREAM_PRICE);
        emit Events.StreamPriceSet(_set(_streamPrices, price), price);
    }

    /// @inheritdoc IEdgeReward
    function setPenaltyBps(uint256 bps) external onlyGovernance {
        _checkBounds(bps, 0, MAX_PENALTY_BPS);
        emit Events.PenaltySet(_set(_penalties, bps), bps);
    }

    /* VIEWS */

    /// @inheritdoc IEdgeReward
    function accountOf(address edge) external view returns (EdgeAccount memory) {
        return _accounts[edge];
    }

    /// @inheritdoc IEdgeReward
    function epochOf(address edge, uint32 epoch) external view returns (EdgeEpoch memory) {
        return _epochs[edge][epoch];
    }

    /// @inheritdoc IEdgeReward
    function totalWeightOf(uint32 epoch) external view returns (uint256) {
        return _totalWeights[epoch];
    }

    /// @inheritdoc IEdgeReward
    function subsidyBudgetOf(uint32 epoch) public view returns (uint256) {
        return _subsidyBudgets.upperLookupRecent(epoch);
    }

    /// @inheritdoc IEdgeReward
    function streamPriceOf(uint32 epoch) public view returns (uint256) {
        return _streamPrices.upperLookupRecent(epoch);
    }

    /// @inheritdoc IEdgeReward
    function penaltyBpsOf(uint32 epoch) public view returns (uint256) {
        return _penalties.upperLookupRecent(epoch);
    }

    /// @inheritdoc IEdgeReward
    function quoteStream(uint256 amount) public view returns (uint256) {
        uint256 governed = streamPriceOf(currentEpoch());
        uint256 price = PRICE_FEED.read(FEED_DECIMALS, FEED_MAX_AGE);
        uint256 distance = price > governed ? price - governed : governed - price;
        if (distance * BPS > governed * MAX_DEVIATION_BPS) revert Errors.StreamPriceDeviates(governed, price);
        // The higher price gives less STREAM: by neither measure is it worth more than the reward.
        return amount * WHOLE_STREAM / (price > governed ? price : governed);
    }

    /// @inheritdoc IEdgeReward
    function currentEpoch() public view returns (uint32) {
        return uint32(block.timestamp / EPOCH_SECONDS);
    }

    /// @inheritdoc IEdgeReward
    function entryWindowOf(uint32 epoch) public view returns (uint256 opensAt, uint256 closesAt) {
        opensAt = (uint256(epoch) + 1) * EPOCH_SECONDS + REPORT_SECONDS;
        closesAt = opensAt + ENTRY_SECONDS;
    }

    /* INTERNAL */

    /// @dev Fees of an edge below the least stake are noted as seen and pay nothing, so that they cannot be brought in later.
    function _note(address edge, uint32 epoch) private {
        bool standing = _isStanding(edge);
        EdgeAccount storage account = _accounts[edge];
        uint32 next = account.nextEpoch;
        if (next == 0 && !standing) return;
        (, uint256 total) = TICKET_BROKER.treasuryFeesOf(edge);
        uint256 growth = total - account.noted;
        if (next == 0) {
            (account.nextEpoch, account.noted) = (epoch, uint80(total));
            emit Events.Enrolled(edge, epoch);
        } else if (growth != 0) {
            account.noted = uint80(total);
            if (!standing) return;
            _epochs[edge][epoch].fees += uint80(growth);
            emit Events.FeesNoted(edge, epoch, growth);
        }
    }

    /// @return weight what the edge adds to the epoch's total; zero when it is not entered now
    function _enter(address edge, uint32 epoch) private returns (uint256 weight) {
        uint32 next = _accounts[edge].nextEpoch;
        EdgeEpoch storage entry = _epochs[edge][epoch];
        if (next == 0 || epoch < next || entry.entered || !_isStanding(edge)) return 0;
        Score memory score = ORACLE.finalise(edge, epoch);
        weight = uint256(score.uptimeBps) * score.scoreBps / BPS;
        (entry.weight, entry.entered) = (uint16(weight), true);
        emit Events.EpochEntered(edge, epoch, weight);
    }

    /// @dev Walks the cursor of `account`; the caller writes it back.
    function _settle(address edge, EdgeAccount memory account, uint256 maxEpochs) private {
        uint256 end = _firstEpochAfter(uint256(REPORT_SECONDS) + ENTRY_SECONDS);
        for (uint256 epoch = account.nextEpoch; epoch < end && maxEpochs != 0; (++epoch, --maxEpochs)) {
            account.nextEpoch = uint32(epoch + 1);
            EdgeEpoch memory entry = _epochs[edge][epoch];
            // An epoch that could bring nothing costs nothing either.
            if (entry.fees == 0 && !entry.entered) continue;
            delete _epochs[edge][epoch];
            _settleEpoch(edge, account, uint32(epoch), entry);
        }
    }

    function _settleEpoch(address edge, EdgeAccount memory account, uint32 epoch, EdgeEpoch memory entry) private {
        Score memory score = ORACLE.finalise(edge, epoch);
        uint256 fullFeeReward = uint256(entry.fees) * FEE_SHARE_BPS / BPS;
        uint256 feeReward = uint256(entry.fees) * FEE_SHARE_BPS * score.scoreBps / (BPS * BPS);
        (uint256 subsidy, uint256 cap) = entry.entered ? _subsidyOf(epoch, entry.weight) : (0, 0);
        uint256 penalty;
        if (score.isScored && score.scoreBps < PENALTY_BELOW_BPS) {
            penalty = account.accrued * penaltyBpsOf(epoch) / BPS;
            // Never more than the epoch could have brought: whoever misreports an epoch misdirects that epoch's rewards and no older ones beyond it.
            if (penalty > fullFeeReward + cap) penalty = fullFeeReward + cap;
        }
        account.accrued = uint72(account.accrued - penalty + feeReward + subsidy);
        emit Events.EpochSettled(edge, epoch, score.scoreBps, feeReward, subsidy, penalty);
    }

    /// @dev Shares are parts of a total that no longer changes, so together they never exceed the budget.
    function _subsidyOf(uint32 epoch, uint256 weight) private view returns (uint256 subsidy, uint256 cap) {
        uint256 budget = subsidyBudgetOf(epoch);
        cap = budget * SUBSIDY_CAP_BPS / BPS;
        if (weight == 0) return (0, cap);
        subsidy = budget * weight / _totalWeights[epoch];
        if (subsidy > cap) subsidy = cap;
    }

    /// @dev Turns all that has accrued into dues, after every epoch whose scores are out; the caller writes the account back.
    function _collect(address edge, address to) private returns (EdgeAccount memory account) {
        if (RELAY_STAKING.relayOf(edge).owner != msg.sender) revert Errors.NotRelayOwner();
        if (to == address(0) || to == address(this)) revert Errors.BadRecipient();
        account = _accounts[edge];
        if (account.nextEpoch == 0) revert Errors.NotEnrolled();
        _settle(edge, account, EPOCHS_PER_CLAIM);
        if (account.nextEpoch < _firstEpochAfter(REPORT_SECONDS)) revert Errors.NotSettled(account.nextEpoch);
        account.due += account.accrued;
        account.accrued = 0;
        if (account.due == 0) revert Errors.ZeroAmount();
    }

    /// @dev The first epoch that did not end `age` seconds ago.
    function _firstEpochAfter(uint256 age) private view returns (uint256) {
        return (block.timestamp - age) / EPOCH_SECONDS;
    }

    function _isStanding(address edge) private view returns (bool) {
        return RELAY_STAKING.stakeOf(edge) >= MIN_EDGE_STAKE;
    }

    function _checkBounds(uint256 value, uint256 least, uint256 most) private pure {
        if (value < least || value > most) revert Errors.OutOfBounds(least, most);
    }

    /// @dev From the next epoch on: the one that runs keeps its terms.
    function _set(Checkpoints.Trace224 storage trace, uint256 value) private returns (uint32 epoch) {
        epoch = currentEpoch() + 1;
        trace.push(epoch, uint224(value));
    }
}
