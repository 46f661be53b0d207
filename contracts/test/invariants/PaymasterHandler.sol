// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IEntryPoint} from "@account-abstraction/contracts/interfaces/IEntryPoint.sol";
import {PackedUserOperation} from "@account-abstraction/contracts/interfaces/PackedUserOperation.sol";
import {Test} from "forge-std/Test.sol";
import {Vm} from "forge-std/Vm.sol";
import {UsdcPaymaster} from "../../src/UsdcPaymaster.sol";
import {ISimpleAccount, ISimpleAccountFactory, RealEntryPoint} from "../helpers/RealEntryPoint.sol";
import {IFiatToken} from "../helpers/RealUsdc.sol";
import {RoundFeed} from "../helpers/RoundFeed.sol";

/// @notice Honest accounts that send real operations: each is one that must be accepted, so any revert is a fault of the contract.
contract PaymasterHandler is Test {
    uint256 private constant ACCOUNTS = 3;
    uint256 private constant KEY = 21_000;
    address private constant BUNDLER = address(0xB0B);
    bytes32 private constant OPERATION_EVENT =
        keccak256("UserOperationEvent(bytes32,address,address,uint256,bool,uint256,uint256)");

    UsdcPaymaster private immutable PAYMASTER;
    IEntryPoint private immutable ENTRY_POINT;
    IFiatToken private immutable USDC;
    RoundFeed private immutable FEED;
    address private immutable TARGET;
    address private immutable MINTER;
    address[] public accounts;

    /* GHOSTS */

    uint256 public deposited;
    uint256 public withdrawn;
    uint256 public taken;
    /// @notice ETH that EntryPoint took, and the same at the price of each validation, in micro-USDC * 1e18.
    uint256 public spent;
    uint256 public spentInUsdc;
    uint256 public operations;
    uint256 public failures;
    uint256 public topUps;

    constructor(
        UsdcPaymaster paymaster,
        ISimpleAccountFactory factory,
        IFiatToken usdc,
        RoundFeed feed,
        address target,
        address minter
    ) {
        (PAYMASTER, ENTRY_POINT, USDC) = (paymaster, paymaster.ENTRY_POINT(), usdc);
        (FEED, TARGET, MINTER) = (feed, target, minter);
        for (uint256 i; i < ACCOUNTS; ++i) {
            address account = RealEntryPoint.createAccount(ENTRY_POINT, factory, vm.addr(KEY + i));
            accounts.push(account);
            vm.prank(account);
            usdc.approve(address(paymaster), type(uint128).max);
        }
    }

    /* WHAT USERS DO */

    function deposit(uint256 who, uint256 amount) external {
        amount = bound(amount, 1, 100e6);
        _mint(address(this), amount);
        USDC.approve(address(PAYMASTER), amount);
        PAYMASTER.deposit(accounts[who % ACCOUNTS], amount);
        deposited += amount;
    }

    function withdraw(uint256 who, uint256 amount) external {
        address account = accounts[who % ACCOUNTS];
        uint256 credit = PAYMASTER.creditOf(account);
        if (credit == 0) return;
        amount = bound(amount, 1, credit);
        vm.prank(account);
        PAYMASTER.withdraw(address(0xCAFE), amount);
        withdrawn += amount;
    }

    function operate(uint256 who, uint256 kind, uint256 callGas, uint256 postOp, uint256 fee, uint256 extra) external {
        who %= ACCOUNTS;
        PackedUserOperation memory op;
        op.sender = accounts[who];
        op.nonce = ENTRY_POINT.getNonce(op.sender, 0);
        op.callData = _calls(op.sender, kind % 6, extra);
        callGas = bound(callGas, 100, 3_000_000);
        postOp = bound(postOp, PAYMASTER.POST_OP_GAS(), PAYMASTER.MAX_POST_OP_GAS());
        fee = bound(fee, 1, 100 gwei);
        op.accountGasLimits = bytes32((uint256(150_000) << 128) | callGas);
        op.preVerificationGas = extra % 100_000;
        op.gasFees = bytes32((fee / 2 << 128) | fee);
        uint256 worst = PAYMASTER.quote((350_000 + callGas + postOp + op.preVerificationGas) * fee);
        op.paymasterAndData =
            abi.encodePacked(PAYMASTER, uint128(200_000), uint128(postOp), _paymasterData(op.sender, worst, extra));
        bytes32 hash = ENTRY_POINT.getUserOpHash(op);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(KEY + who, hash);
        op.signature = abi.encodePacked(r, s, v);
        _send(op);
    }

    /// @dev With a top-up when the credit may not last, and with the feed's price when the kept one is too old.
    function _paymasterData(address sender, uint256 worst, uint256 extra) private returns (bytes memory) {
        (,, uint48 validUntil) = PAYMASTER.price();
        uint8 flags;
        if (vm.getBlockTimestamp() > validUntil) {
            (, int256 answer,,,) = FEED.latestRoundData();
            FEED.set(answer, vm.getBlockTimestamp(), vm.getBlockTimestamp());
            flags = 1;
        }
        uint256 amount = worst + extra % 10e6;
        // The price that the operation reads may be another than the one of `worst`.
        if (flags == 1) amount *= 3;
        if (PAYMASTER.creditOf(sender) >= amount) return abi.encodePacked(flags);
        _mint(sender, amount);
        return abi.encodePacked(flags, uint96(amount));
    }

    function _calls(address sender, uint256 kind, uint256 extra) private view returns (bytes memory) {
        address to = address(PAYMASTER);
        if (kind == 0) return _execute(address(USDC), abi.encodeCall(USDC.approve, (TARGET, extra)));
        if (kind == 1) return _execute(TARGET, hex"deadbeef");
        if (kind == 2) return _execute(to, abi.encodeCall(PAYMASTER.refreshPrice, ()));
        uint256 amount = extra % 1e6 + 1;
        if (kind == 3) return _execute(to, abi.encodeCall(PAYMASTER.withdraw, (address(0xCAFE), amount)));
        if (kind == 4) return _execute(to, abi.encodeCall(PAYMASTER.deposit, (sender, amount)));
        ISimpleAccount.Call[] memory calls = new ISimpleAccount.Call[](2);
        calls[0] = ISimpleAccount.Call(address(USDC), 0, abi.encodeCall(USDC.transfer, (address(0xCAFE), 0)));
        calls[1] = ISimpleAccount.Call(to, 0, abi.encodeCall(PAYMASTER.withdraw, (address(0xCAFE), 1)));
        return abi.encodeCall(ISimpleAccount.executeBatch, (calls));
    }

    function _execute(address target, bytes memory data) private pure returns (bytes memory) {
        return abi.encodeCall(ISimpleAccount.execute, (target, 0, data));
    }

    /// @dev What an operation may do to the credits is read from the events, and held against the words afterwards.
    function _send(PackedUserOperation memory op) private {
        uint256[] memory before = new uint256[](ACCOUNTS);
        for (uint256 i; i < ACCOUNTS; ++i) {
            before[i] = PAYMASTER.creditOf(accounts[i]);
        }
        uint256 earned = PAYMASTER.earned();
        uint256 held = ENTRY_POINT.balanceOf(address(PAYMASTER));
        PackedUserOperation[] memory ops = new PackedUserOperation[](1);
        ops[0] = op;
        vm.recordLogs();
        vm.prank(BUNDLER);
        ENTRY_POINT.handleOps(ops, payable(BUNDLER));
        uint256 rate = _readLogs();
        uint256 cost = held - ENTRY_POINT.balanceOf(address(PAYMASTER));
        spent += cost;
        spentInUsdc += cost * rate;
        assertGe((PAYMASTER.earned() - earned) * 1e18, cost * rate, "an operation at a loss");
        for (uint256 i; i < ACCOUNTS; ++i) {
            if (accounts[i] == op.sender) continue;
            assertEq(PAYMASTER.creditOf(accounts[i]), before[i], "another account's credit");
        }
        ++operations;
    }

    /// @return rate the price after the operation, which is that of its validation: the feed does not move in between
    function _readLogs() private returns (uint256 rate) {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        (rate,,) = PAYMASTER.price();
        // Recorded logs are also those of calls that were undone.
        bool done = _succeeded(logs);
        if (!done) ++failures;
        bool executing;
        for (uint256 i; i < logs.length; ++i) {
            bytes32 topic = logs[i].topics[0];
            if (topic == keccak256("BeforeExecution()")) executing = true;
            if (logs[i].emitter != address(PAYMASTER) || (executing && !done)) continue;
            if (topic == keccak256("GasCreditAdded(address,address,uint256)")) {
                deposited += abi.decode(logs[i].data, (uint256));
                if (!executing) ++topUps;
            } else if (topic == keccak256("GasCreditWithdrawn(address,address,uint256)")) {
                withdrawn += abi.decode(logs[i].data, (uint256));
            }
        }
    }

    function _succeeded(Vm.Log[] memory logs) private pure returns (bool success) {
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].topics[0] != OPERATION_EVENT) continue;
            (, success,,) = abi.decode(logs[i].data, (uint256, bool, uint256, uint256));
        }
    }

    /* THE WORLD */

    /// @notice The price moves by a half at most.
    function movePrice(uint256 seed) external {
        (, int256 answer,,,) = FEED.latestRoundData();
        uint256 moved = bound(seed, uint256(answer) / 2 + 1, uint256(answer) * 3 / 2);
        FEED.set(int256(bound(moved, 10e8, 100_000e8)), vm.getBlockTimestamp(), vm.getBlockTimestamp());
        PAYMASTER.refreshPrice();
    }

    function pass(uint256 time) external {
        vm.warp(vm.getBlockTimestamp() + bound(time, 1, 1 hours));
    }

    function spike(uint256 baseFee) external {
        vm.fee(bound(baseFee, 0, 200 gwei));
    }

    function takeEarned(uint256 amount) external {
        uint256 earned = PAYMASTER.earned();
        if (earned == 0) return;
        amount = bound(amount, 1, earned);
        vm.prank(PAYMASTER.OWNER());
        PAYMASTER.withdrawEarned(address(0xCAFE), amount);
        taken += amount;
    }

    function _mint(address to, uint256 amount) private {
        vm.prank(MINTER);
        USDC.mint(to, amount);
    }

    function credits() external view returns (uint256 sum) {
        for (uint256 i; i < ACCOUNTS; ++i) {
            sum += PAYMASTER.creditOf(accounts[i]);
        }
    }
}
