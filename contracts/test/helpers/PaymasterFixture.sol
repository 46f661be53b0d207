// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IEntryPoint} from "@account-abstraction/contracts/interfaces/IEntryPoint.sol";
import {PackedUserOperation} from "@account-abstraction/contracts/interfaces/PackedUserOperation.sol";
import {Vm} from "forge-std/Vm.sol";
import {PaymasterConfig} from "../../src/interfaces/IUsdcPaymaster.sol";
import {UsdcPaymaster} from "../../src/UsdcPaymaster.sol";
import {Fixture} from "./Fixture.sol";
import {ISimpleAccount, ISimpleAccountFactory, RealEntryPoint} from "./RealEntryPoint.sol";
import {ISafe, RealSafe} from "./RealSafe.sol";
import {RoundFeed} from "./RoundFeed.sol";

/// @notice The paymaster at the real EntryPoint 0.8 with real USDC, owned by a real Safe of two in three, and an account of Alice.
abstract contract PaymasterFixture is Fixture {
    using RealSafe for ISafe;

    uint32 internal constant HEARTBEAT = 1200;
    uint32 internal constant GRACE = 300;
    uint256 internal constant MAX_FEE = 2 gwei;
    uint256 internal constant PRIORITY_FEE = 1 gwei;
    /// @dev $3,000 with a markup of 5 %.
    uint256 internal constant RATE = 3150e6;
    bytes32 internal constant OPERATION_EVENT =
        keccak256("UserOperationEvent(bytes32,address,address,uint256,bool,uint256,uint256)");

    IEntryPoint internal entryPoint;
    ISimpleAccountFactory internal factory;
    UsdcPaymaster internal paymaster;
    RoundFeed internal feed;
    ISafe internal safe;
    uint256[] internal signers;
    address internal bundler = makeAddr("bundler");
    /// @dev Alice's SimpleAccount.
    address internal account;

    /// @dev An operation's limits.
    struct Limits {
        uint256 verification;
        uint256 call;
        uint256 paymasterVerification;
        uint256 postOp;
        uint256 preVerification;
    }

    function setUp() public virtual override {
        safe = _deploySafe();
        treasury = address(safe);
        super.setUp();
        vm.fee(1 gwei);
        entryPoint = RealEntryPoint.deploy();
        factory = RealEntryPoint.deployFactory(entryPoint);
        account = RealEntryPoint.createAccount(entryPoint, factory, alice);
        feed = new RoundFeed(8, 3000e8);
        paymaster = new UsdcPaymaster(_paymasterConfig());
        vm.deal(address(this), 100 ether);
        entryPoint.depositTo{value: 10 ether}(address(paymaster));
        vm.deal(address(safe), 1 ether);
        _bySafe(1 ether, abi.encodeCall(paymaster.addStake, (1 days)));
        _bySafe(0, abi.encodeCall(paymaster.setTarget, (address(broker), true)));
    }

    function _paymasterConfig() internal view returns (PaymasterConfig memory) {
        return PaymasterConfig(
            address(entryPoint), address(usdc), address(safe), address(feed), address(0), HEARTBEAT, GRACE, 500
        );
    }

    /* SAFE */

    function _deploySafe() private returns (ISafe) {
        address[] memory owners = new address[](3);
        for (uint256 i; i < 3; ++i) {
            signers.push(uint256(keccak256(abi.encode("signer", i))));
            owners[i] = vm.addr(signers[i]);
        }
        return RealSafe.deploy(owners, 2);
    }

    function _two() internal view returns (uint256[] memory keys) {
        keys = new uint256[](2);
        (keys[0], keys[1]) = (signers[0], signers[2]);
    }

    /// @dev A call of the paymaster by its owner.
    function _bySafe(uint256 value, bytes memory data) internal {
        safe.exec(address(paymaster), value, data, _two());
    }

    /* CREDITS */

    function _credit(address to, uint256 amount) internal {
        _give(address(this), amount);
        usdc.approve(address(paymaster), amount);
        paymaster.deposit(to, amount);
    }

    /* OPERATIONS */

    function _limits() internal pure returns (Limits memory) {
        return Limits(150_000, 200_000, 200_000, 30_000, 50_000);
    }

    function _execute(address target, bytes memory data) internal pure returns (bytes memory) {
        return abi.encodeCall(ISimpleAccount.execute, (target, 0, data));
    }

    function _approveBroker(uint256 amount) internal view returns (bytes memory) {
        return _execute(address(usdc), abi.encodeCall(usdc.approve, (address(broker), amount)));
    }

    /// @dev An operation of Alice's account.
    function _op(bytes memory callData, bytes memory paymasterData) internal view returns (PackedUserOperation memory) {
        return _op(account, aliceKey, callData, paymasterData, _limits());
    }

    function _op(address sender, uint256 key, bytes memory callData, bytes memory data, Limits memory limits)
        internal
        view
        returns (PackedUserOperation memory op)
    {
        op.sender = sender;
        op.nonce = entryPoint.getNonce(sender, 0);
        op.callData = callData;
        op.accountGasLimits = bytes32((limits.verification << 128) | limits.call);
        op.preVerificationGas = limits.preVerification;
        op.gasFees = bytes32((PRIORITY_FEE << 128) | MAX_FEE);
        op.paymasterAndData =
            abi.encodePacked(paymaster, uint128(limits.paymasterVerification), uint128(limits.postOp), data);
        _signOp(op, key);
    }

    function _signOp(PackedUserOperation memory op, uint256 key) internal view {
        op.signature = _sign(key, entryPoint.getUserOpHash(op));
    }

    /// @dev What validation takes for an operation with these limits.
    function _worstCase(Limits memory limits) internal view returns (uint256) {
        uint256 gas =
            limits.verification + limits.call + limits.paymasterVerification + limits.postOp + limits.preVerification;
        return paymaster.quote(gas * MAX_FEE);
    }

    function _send(PackedUserOperation memory op) internal {
        PackedUserOperation[] memory ops = new PackedUserOperation[](1);
        ops[0] = op;
        _send(ops);
    }

    function _send(PackedUserOperation[] memory ops) internal {
        vm.prank(bundler);
        entryPoint.handleOps(ops, payable(bundler));
    }

    /// @dev Sends an operation and reads EntryPoint's verdict.
    function _run(PackedUserOperation memory op) internal returns (bool success, uint256 cost) {
        vm.recordLogs();
        _send(op);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].emitter == address(entryPoint) && logs[i].topics[0] == OPERATION_EVENT) {
                (, success, cost,) = abi.decode(logs[i].data, (uint256, bool, uint256, uint256));
                return (success, cost);
            }
        }
        revert("no operation");
    }

    /// @dev EntryPoint's refusal of a bundle whose paymaster reverted with `reason`.
    function _expectRefusal(bytes memory reason) internal {
        vm.expectRevert(abi.encodeWithSelector(IEntryPoint.FailedOpWithRevert.selector, 0, "AA33 reverted", reason));
    }

    function _expectRefusal(bytes4 reason) internal {
        _expectRefusal(abi.encodePacked(reason));
    }

    /// @dev So much ETH at EntryPoint that no limit of an operation meets its end.
    function _depositWithoutEnd() internal {
        vm.deal(address(this), type(uint192).max);
        entryPoint.depositTo{value: type(uint192).max}(address(paymaster));
    }

    /// @dev Lets an operation pay its greatest fee whatever the base fee is: an isolated transaction has none.
    function _atGreatestFee(PackedUserOperation memory op, uint256 key)
        internal
        view
        returns (PackedUserOperation memory)
    {
        op.gasFees = bytes32((MAX_FEE << 128) | MAX_FEE);
        _signOp(op, key);
        return op;
    }

    /// @dev Gas that EntryPoint spent after it had told postOp the cost, found from what an operation at the greatest fee was charged for it.
    function _gasAfterCost(uint256 charge, uint256 cost) internal view returns (uint256) {
        return paymaster.POST_OP_GAS() - (charge - paymaster.quote(cost)) * 1e18 / (RATE * MAX_FEE);
    }

    function _depositOf(address who) internal view returns (uint256) {
        return entryPoint.balanceOf(who);
    }

    receive() external payable {}
}
