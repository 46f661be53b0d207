// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {Vm} from "forge-std/Vm.sol";
import {EdgeReward} from "../../src/EdgeReward.sol";
import {RelayStaking} from "../../src/RelayStaking.sol";
import {SLAOracle} from "../../src/SLAOracle.sol";
import {StreamToken} from "../../src/StreamToken.sol";
import {TicketBroker} from "../../src/TicketBroker.sol";
import {EdgeAccount} from "../../src/interfaces/IEdgeReward.sol";
import {Report, Reporter, SignedReport} from "../../src/interfaces/ISLAOracle.sol";
import {Group, Ticket, Winner} from "../../src/interfaces/ITicketBroker.sol";
import {Events} from "../../src/libraries/Events.sol";
import {IFiatToken} from "../helpers/RealUsdc.sol";
import {RoundFeed} from "../helpers/RoundFeed.sol";

/// @notice What the handler works on.
struct Parts {
    TicketBroker broker;
    RelayStaking staking;
    SLAOracle oracle;
    EdgeReward rewards;
    StreamToken token;
    RoundFeed feed;
    IFiatToken usdc;
    address minter;
    address treasury;
    address timelock;
    uint256 reporterKey;
}

/// @notice Honest edges, keepers, reporters and governance: every call that they make must succeed. One reporter in a while signs twice and is proven.
contract RewardsHandler is Test {
    uint256 public constant EDGES = 3;
    uint256 public constant REPORTERS = 8;
    uint256 private constant VIEWER_KEY = 24_000;
    uint32 private constant DAY = 86_400;
    address private constant PAYOUT = address(0xCAFE);

    Parts private _on;
    uint32 private _nextIndex;

    /* GHOSTS */

    uint256 public funded;
    uint256 public paidUsdc;
    uint256 public takenInStream;
    uint256 public paidStream;
    uint256 public rewarded;
    uint256 public penalised;
    uint256 public slashed;
    uint256 public creditsWithdrawn;
    uint256 public settlements;
    uint256 public claims;
    uint256 public scored;
    uint32 public immutable FIRST_EPOCH;
    mapping(uint256 epoch => uint256) public notedIn;
    mapping(uint256 epoch => uint256) public feeRewardsIn;
    mapping(uint256 epoch => uint256) public subsidiesIn;
    mapping(address edge => mapping(uint256 epoch => bool)) private _isSettled;
    mapping(address reporter => uint256) public bondOf;

    constructor(Parts memory on) {
        _on = on;
        FIRST_EPOCH = on.rewards.currentEpoch();
        for (uint256 i; i < EDGES; ++i) {
            _register(i);
        }
        for (uint256 i; i < REPORTERS; ++i) {
            bondOf[reporter(i)] = on.oracle.reporterOf(reporter(i)).bond;
        }
    }

    /* ACTORS */

    function edge(uint256 i) public pure returns (address) {
        return vm.addr(22_000 + i % EDGES);
    }

    function owner(uint256 i) public pure returns (address) {
        return vm.addr(21_000 + i % EDGES);
    }

    function reporter(uint256 i) public view returns (address) {
        return vm.addr(_on.reporterKey + i % REPORTERS);
    }

    function _register(uint256 i) private {
        _give(owner(i), 100e6);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(22_000 + i, _on.staking.registrationDigest(edge(i), owner(i)));
        vm.startPrank(owner(i));
        _on.usdc.approve(address(_on.staking), 100e6);
        _on.staking.register(edge(i), "", 0, 100e6, abi.encodePacked(r, s, v));
        vm.stopPrank();
    }

    function _give(address to, uint256 amount) private {
        vm.prank(_on.minter);
        _on.usdc.mint(to, amount);
    }

    function _all() private pure returns (address[] memory list) {
        list = new address[](EDGES);
        for (uint256 i; i < EDGES; ++i) {
            list[i] = edge(i);
        }
    }

    /* TIME */

    function pass(uint256 time) external {
        _warp(vm.getBlockTimestamp() + bound(time, 1, 8 hours));
    }

    /// @notice A day on which everybody does his part, so that walks get through scores and settlements.
    function day(uint256 who, uint256 quality, bool differs) external {
        earn(who, quality);
        note();
        uint256 midnight = (uint256(_on.rewards.currentEpoch()) + 1) * DAY;
        _warp(midnight);
        for (uint256 i; i < EDGES; ++i) {
            report(i, 0, REPORTERS, quality, differs);
        }
        _warp(midnight + _on.oracle.REPORT_SECONDS());
        enter();
        _warp(midnight + _on.oracle.REPORT_SECONDS() + _on.rewards.ENTRY_SECONDS());
    }

    function _warp(uint256 time) private {
        vm.warp(time);
        _on.feed.set(int256(uint256(_on.rewards.streamPriceOf(_on.rewards.currentEpoch()))) * 100, block.timestamp);
    }

    /* EDGES AND THEIR FEES */

    /// @notice A viewer pays an edge with a ticket that wins.
    function earn(uint256 who, uint256 faceValue) public {
        uint32 face = uint32(bound(faceValue, _on.broker.MIN_FACE_VALUE(), _on.broker.MAX_FACE_VALUE()));
        _fill(face);
        uint32 index = _nextIndex++;
        bytes32 preimage = keccak256(abi.encode(index));
        bytes32 commit = keccak256(abi.encodePacked(preimage, index));
        Ticket memory ticket = Ticket(edge(who), 1, 1, commit, index, face, type(uint64).max, _on.broker.currentEpoch());
        (bytes32 r, bytes32 vs) = vm.signCompact(VIEWER_KEY, _on.broker.ticketDigest(ticket));
        uint256 fields = (uint256(index) << 128) | (uint256(type(uint64).max) << 64) | (uint256(index) << 32)
            | uint256(ticket.epoch);
        Group[] memory groups = new Group[](1);
        groups[0] = Group(edge(who), 1, 1, face, new Winner[](1));
        groups[0].winners[0] = Winner(preimage, r, vs, fields);
        assertEq(_on.broker.redeem(groups), hex"00", "redemption does not wait for rewards");
    }

    function _fill(uint256 amount) private {
        address viewer = vm.addr(VIEWER_KEY);
        address payer = owner(0);
        _give(payer, amount);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(VIEWER_KEY, _on.broker.bindDigest(payer, viewer));
        vm.startPrank(payer);
        _on.usdc.approve(address(_on.broker), amount);
        _on.broker.deposit(viewer, amount, abi.encodePacked(r, s, v));
        vm.stopPrank();
    }

    function note() public {
        uint32 epoch = _on.rewards.currentEpoch();
        uint256 before = _feesIn(epoch);
        _on.rewards.note(_all());
        notedIn[epoch] += _feesIn(epoch) - before;
    }

    function _feesIn(uint32 epoch) private view returns (uint256 sum) {
        for (uint256 i; i < EDGES; ++i) {
            sum += _on.rewards.epochOf(edge(i), epoch).fees;
        }
    }

    /// @notice An edge's owner unbonds or stays.
    function stand(uint256 who, bool leaves) external {
        vm.prank(owner(who));
        _on.staking.unbond(edge(who), leaves ? 100e6 : 0);
    }

    /* REPORTERS */

    /// @notice `count` reporters report the epoch that ended last; one of them may see it differently.
    function report(uint256 who, uint256 first, uint256 count, uint256 quality, bool differs) public {
        uint32 epoch = _on.rewards.currentEpoch() - 1;
        if (block.timestamp >= (uint256(epoch) + 1) * DAY + _on.oracle.REPORT_SECONDS()) return;
        (first, count) = (bound(first, 0, REPORTERS), bound(count, 1, REPORTERS));
        quality = bound(quality, 0, 300);
        for (uint256 i; i < count; ++i) {
            uint256 latency = 200 + quality + (differs && i == 0 ? 400 : 0);
            Report memory made = Report(edge(who), epoch, uint32(latency), 9500, uint16(10_000 - quality));
            _report(first + i, made);
        }
    }

    function _report(uint256 who, Report memory made) private {
        Reporter memory known = _on.oracle.reporterOf(reporter(who));
        (bool exists,) = _on.oracle.reportOf(reporter(who), made.edge, made.epoch);
        (bytes32 r, bytes32 vs) = vm.signCompact(_on.reporterKey + who % REPORTERS, _on.oracle.hashReport(made));
        SignedReport[] memory list = new SignedReport[](1);
        list[0] = SignedReport(made, r, vs);
        bool may = known.from <= made.epoch && made.epoch < known.until && known.bond != 0 && known.withdrawableAt == 0;
        assertEq(_on.oracle.submit(list)[0] == 0, may && !exists, "accepted iff named, bonded and new");
    }

    function enter() public {
        uint32 epoch = _on.rewards.currentEpoch() - 1;
        (uint256 opensAt, uint256 closesAt) = _on.rewards.entryWindowOf(epoch);
        if (block.timestamp < opensAt || block.timestamp >= closesAt) return;
        _on.rewards.enter(_all(), epoch);
        for (uint256 i; i < EDGES; ++i) {
            if (_on.oracle.scoreOf(edge(i), epoch).isScored) ++scored;
        }
    }

    /// @notice A reporter's bond goes, stays or comes.
    function moveBond(uint256 who) external {
        address account = reporter(who);
        Reporter memory known = _on.oracle.reporterOf(account);
        if (known.retired) return;
        if (known.bond == 0) {
            _give(account, _on.oracle.BOND());
            vm.startPrank(account);
            _on.usdc.approve(address(_on.oracle), _on.oracle.BOND());
            _on.oracle.bond();
            bondOf[account] = _on.oracle.BOND();
        } else if (known.withdrawableAt == 0) {
            vm.startPrank(account);
            _on.oracle.unbond();
        } else if (block.timestamp < known.withdrawableAt) {
            vm.startPrank(account);
            _on.oracle.bond();
        } else {
            vm.startPrank(account);
            _on.oracle.withdrawBond(PAYOUT);
            bondOf[account] = 0;
        }
        vm.stopPrank();
    }

    function equivocate(uint256 who, uint256 seed) external {
        Reporter memory known = _on.oracle.reporterOf(reporter(who));
        bool named = known.until == type(uint32).max;
        if (seed % 4 != 0 || known.retired || (!named && known.bond == 0)) return;
        SignedReport[2] memory pair;
        for (uint32 i; i < 2; ++i) {
            pair[i].report = Report(edge(seed), _on.rewards.currentEpoch() - 1, i, 0, 0);
            (pair[i].r, pair[i].vs) =
                vm.signCompact(_on.reporterKey + who % REPORTERS, _on.oracle.hashReport(pair[i].report));
        }
        _on.oracle.proveEquivocation(pair[0], pair[1]);
        slashed += known.bond;
        bondOf[reporter(who)] = 0;
    }

    function withdrawCredit(bool mine) external {
        address account = mine ? address(this) : _on.treasury;
        uint256 credit = _on.oracle.creditOf(account);
        if (credit == 0) return;
        vm.prank(account);
        _on.oracle.withdrawCredit(PAYOUT);
        creditsWithdrawn += credit;
    }

    /* REWARDS */

    function fund(uint256 amount) public {
        amount = bound(amount, 1, 20e6);
        _give(address(this), amount);
        _on.usdc.approve(address(_on.rewards), amount);
        _on.rewards.fund(amount);
        funded += amount;
    }

    function settle(uint256 who, uint256 count) public {
        EdgeAccount memory before = _on.rewards.accountOf(edge(who));
        if (before.nextEpoch == 0) return;
        vm.recordLogs();
        uint32 next = _on.rewards.settle(edge(who), bound(count, 0, 64));
        (uint256 gained, uint256 lost) = _count(edge(who));
        EdgeAccount memory later = _on.rewards.accountOf(edge(who));
        assertGe(next, before.nextEpoch, "the cursor never goes back");
        assertEq(uint256(later.accrued) + lost, uint256(before.accrued) + gained);
        assertEq(later.due, before.due, "settling never touches what was claimed");
    }

    /// @dev Reads what was settled, each epoch of an edge once in its life.
    function _count(address settled) private returns (uint256 gained, uint256 lost) {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].topics[0] != Events.EpochSettled.selector) continue;
            uint256 epoch = uint256(logs[i].topics[2]);
            assertFalse(_isSettled[settled][epoch], "settled twice");
            _isSettled[settled][epoch] = true;
            (, uint256 feeReward, uint256 subsidy, uint256 penalty) =
                abi.decode(logs[i].data, (uint16, uint256, uint256, uint256));
            feeRewardsIn[epoch] += feeReward;
            subsidiesIn[epoch] += subsidy;
            gained += feeReward + subsidy;
            lost += penalty;
            ++settlements;
        }
        rewarded += gained;
        penalised += lost;
    }

    function claim(uint256 who) public {
        EdgeAccount memory before = _claimable(who);
        if (uint256(before.accrued) + before.due == 0) return;
        uint256 pot = _on.usdc.balanceOf(address(_on.rewards));
        vm.prank(owner(who));
        uint256 paid = _on.rewards.claim(edge(who), PAYOUT);
        EdgeAccount memory later = _on.rewards.accountOf(edge(who));
        uint256 owed = uint256(before.accrued) + before.due;
        assertEq(paid, owed < pot ? owed : pot, "as much as there is");
        assertEq(uint256(later.due) + paid, owed, "no micro-USDC is lost");
        assertEq(later.accrued, 0);
        paidUsdc += paid;
        ++claims;
    }

    function claimInStream(uint256 who, uint256 amount) public {
        EdgeAccount memory before = _claimable(who);
        uint256 owed = uint256(before.accrued) + before.due;
        if (owed == 0) return;
        amount = bound(amount, 1, owed);
        uint256 quote = _on.rewards.quoteStream(amount);
        if (quote > _on.token.balanceOf(address(_on.rewards))) return;
        vm.prank(owner(who));
        assertEq(_on.rewards.claimInStream(edge(who), PAYOUT, amount, quote), quote);
        assertEq(_on.rewards.accountOf(edge(who)).due + amount, owed, "no micro-USDC is lost");
        takenInStream += amount;
        paidStream += quote;
        ++claims;
    }

    /// @dev Settles all that can be; nothing in an entry window, when nobody can claim.
    function _claimable(uint256 who) private returns (EdgeAccount memory account) {
        settle(who, 64);
        account = _on.rewards.accountOf(edge(who));
        uint256 firstOpen = (block.timestamp - _on.oracle.REPORT_SECONDS()) / DAY;
        if (account.nextEpoch < firstOpen) (account.accrued, account.due) = (0, 0);
    }

    /* GOVERNANCE */

    function setParameters(uint256 budget, uint256 bps, uint256 price) external {
        vm.startPrank(_on.timelock);
        _on.rewards.setSubsidyBudget(bound(budget, 0, _on.rewards.MAX_SUBSIDY_BUDGET()));
        _on.rewards.setPenaltyBps(bound(bps, 0, _on.rewards.MAX_PENALTY_BPS()));
        _on.rewards.setStreamPrice(bound(price, 40_000, 60_000));
        vm.stopPrank();
        // The feed follows in `pass`; until then the running epoch's price holds.
    }

    function changeReporters(uint256 who) external {
        if (_on.oracle.lastChange() == _on.oracle.currentEpoch()) return;
        address account = reporter(who);
        Reporter memory known = _on.oracle.reporterOf(account);
        uint256 count = _on.oracle.reporterCount();
        vm.startPrank(_on.timelock);
        if (known.until == type(uint32).max) {
            if (count > 3) _on.oracle.removeReporter(account);
        } else if (!known.retired && count < 5) {
            _on.oracle.nameReporter(account);
        }
        vm.stopPrank();
    }
}
