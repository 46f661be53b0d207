// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IEntryPoint} from "@account-abstraction/contracts/interfaces/IEntryPoint.sol";
import {StreamRegistry} from "../src/StreamRegistry.sol";
import {UsdcPaymaster} from "../src/UsdcPaymaster.sol";
import {EdgeAccount} from "../src/interfaces/IEdgeReward.sol";
import {PaymasterConfig} from "../src/interfaces/IUsdcPaymaster.sol";
import {RandomCalls} from "./helpers/RandomCalls.sol";
import {RealEntryPoint} from "./helpers/RealEntryPoint.sol";
import {IFiatToken} from "./helpers/RealUsdc.sol";
import {RewardsFixture} from "./helpers/RewardsFixture.sol";

/// @notice What the test must find: an allowance that anybody may use.
contract Leak {
    IFiatToken private immutable USDC;

    constructor(IFiatToken usdc) {
        USDC = usdc;
    }

    function take(address from, uint256 amount) external {
        require(USDC.transferFrom(from, msg.sender, amount), "refused");
    }
}

/// @notice Every function of every contract, called by somebody who owns none of the money in it, with everything that he could know: addresses, ids,
/// amounts, preimages and all signatures that were ever sent. Nobody else's money gets less by it, and his own gets no more. The treasury, which owns
/// the paymaster, and the timelock, which governs, get no further.
contract StrangersTest is RewardsFixture, RandomCalls {
    uint256 private constant TRIES = 12;
    /// @dev Of `_holdings`: the last are the attacker's own lack and what must not change at all.
    uint256 private constant LACK = 12;

    address private stranger = makeAddr("stranger");
    UsdcPaymaster private paymaster;
    StreamRegistry private registry;
    address[] private contracts;
    string[] private names;
    uint256 private calls;
    uint256 private successes;

    function setUp() public override {
        super.setUp();
        registry = new StreamRegistry(address(keys));
        IEntryPoint entryPoint = RealEntryPoint.deploy();
        paymaster = new UsdcPaymaster(
            PaymasterConfig(address(entryPoint), address(usdc), treasury, address(feed), address(0), 3600, 1800, 500)
        );
        _fillRewards();
        _fillPurseAndStake();
        _fillKeys();
        _fillPaymaster();
        vm.warp(vm.getBlockTimestamp() + 20 * DAY);
        contracts = [
            address(broker),
            address(staking),
            address(keys),
            address(registry),
            address(fraudProofs),
            address(paymaster),
            address(stream20),
            address(oracle),
            address(rewards),
            address(governor),
            address(timelock)
        ];
        names = [
            "TicketBroker",
            "RelayStaking",
            "StreamKeys",
            "StreamRegistry",
            "FraudProofs",
            "UsdcPaymaster",
            "StreamToken",
            "SLAOracle",
            "EdgeReward",
            "StreamGovernor",
            "TimelockController"
        ];
        _learn();
    }

    /* WHAT THERE IS TO TAKE */

    function _fillRewards() private {
        _fundPot(5e6);
        _note();
        _epoch(20, _good(relay, _now()));
    }

    function _fillPurseAndStake() private {
        vm.startPrank(alice);
        broker.requestExit(viewer, 1e6);
        staking.unbond(relay, 100e6);
        vm.stopPrank();
    }

    function _fillKeys() private {
        vm.prank(broadcaster);
        keys.offerRent(stream, 1e6, 365);
        _give(alice, 300e6);
        vm.startPrank(alice);
        usdc.approve(address(keys), 300e6);
        keys.rent(stream, 300, 300e6);
        vm.stopPrank();
    }

    function _fillPaymaster() private {
        _give(alice, 10e6);
        vm.startPrank(alice);
        usdc.approve(address(paymaster), 10e6);
        paymaster.deposit(alice, 10e6);
        vm.stopPrank();
    }

    /// @dev What an attacker finds on the chain and in the mempool.
    function _learn() private {
        address[9] memory people = [stranger, alice, viewer, relay, broadcaster, payee, treasury, keeper, holder];
        for (uint256 i; i < people.length; ++i) {
            words.push(bytes32(uint256(uint160(people[i]))));
        }
        for (uint256 i; i < contracts.length; ++i) {
            words.push(bytes32(uint256(uint160(contracts[i]))));
        }
        words.push(bytes32(uint256(uint160(address(usdc)))));
        uint256[9] memory numbers =
            [uint256(0), 1, 2, 1e6, 10e6, 100e6, vm.getBlockTimestamp(), type(uint256).max, stream];
        for (uint256 i; i < numbers.length; ++i) {
            words.push(bytes32(numbers[i]));
        }
        words.push(_preimage(30));
        blobs.push("");
        blobs.push(_bind(alice, viewerKey));
        blobs.push(_sign(relayKey, staking.registrationDigest(relay, alice)));
        blobs.push(_sign(relayKey, broker.withdrawDigest(relay, alice, 1000, 0, 0, vm.getBlockTimestamp())));
        blobs.push(_sign(aliceKey, keccak256("something else")));
    }

    /* ATTACKS */

    /// forge-config: default.fuzz.runs = 2
    function test_no_function_moves_the_money_of_others(uint256 seed) public {
        _give(stranger, 100e6);
        vm.startPrank(stranger);
        for (uint256 i; i < contracts.length; ++i) {
            usdc.approve(contracts[i], type(uint256).max);
        }
        vm.stopPrank();
        _seed(seed);
        for (uint256 i; i < contracts.length; ++i) {
            _attack(stranger, names[i], contracts[i]);
        }
    }

    /// forge-config: default.fuzz.runs = 1
    function test_the_treasury_reaches_nobody_elses_money(uint256 seed) public {
        _seed(seed);
        for (uint256 i; i < contracts.length; ++i) {
            _attack(treasury, names[i], contracts[i]);
        }
    }

    /// forge-config: default.fuzz.runs = 1
    function test_governance_reaches_nobodys_money(uint256 seed) public {
        _seed(seed);
        for (uint256 i; i < contracts.length; ++i) {
            _attack(address(timelock), names[i], contracts[i]);
        }
    }

    function test_a_way_to_the_money_would_be_found() public {
        Leak leak = new Leak(usdc);
        vm.prank(alice);
        usdc.approve(address(leak), type(uint256).max);
        _give(alice, 1e6);
        (bool quiet,) = address(this).call(abi.encodeCall(this.attack, (address(leak))));
        assertFalse(quiet, "a leak passes unseen");
    }

    function attack(address leak) external {
        _seed(1);
        _attackWith(stranger, "Strangers.t.sol/Leak", leak);
    }

    function _attack(address attacker, string memory name, address target) private {
        _attackWith(attacker, string.concat(name, ".sol/", name), target);
    }

    function _attackWith(address attacker, string memory artifact, address target) private {
        string memory json = vm.readFile(string.concat("out/", artifact, ".json"));
        string[] memory signatures = vm.parseJsonKeys(json, ".methodIdentifiers");
        assertGt(signatures.length, 0, "the artifact lists the functions");
        for (uint256 i; i < signatures.length; ++i) {
            this.attackFunction(attacker, target, signatures[i], string.concat(artifact, " ", signatures[i]));
        }
        assertGt(successes, calls / 10, "the calls get through to the contract's own checks");
    }

    /// @dev A call of its own, since memory is freed at its end only.
    function attackFunction(address attacker, address target, string calldata signature, string calldata what)
        external
    {
        uint256[] memory before = _holdings(attacker);
        for (uint256 i; i < TRIES; ++i) {
            bytes memory data = _call(signature);
            vm.prank(attacker);
            (bool done,) = target.call{gas: 3_000_000}(data);
            ++calls;
            if (done) ++successes;
        }
        _compare(before, _holdings(attacker), what);
    }

    /* WHAT OTHERS HOLD */

    function _holdings(address attacker) private view returns (uint256[] memory list) {
        EdgeAccount memory edge = rewards.accountOf(relay);
        list = new uint256[](LACK + 2);
        list[0] = broker.heldBy(alice);
        list[1] = broker.creditOf(relay);
        list[2] = broker.creditOf(payee);
        (list[3],) = broker.treasuryFeesOf(relay);
        list[3] += usdc.balanceOf(treasury);
        list[4] = staking.relayOf(relay).stake;
        list[5] = usdc.balanceOf(alice) + usdc.balanceOf(payee) + usdc.balanceOf(relay);
        list[6] = keys.creditOf(broadcaster);
        list[7] = paymaster.creditOf(alice);
        list[8] = uint256(edge.accrued) + edge.due;
        list[9] = usdc.balanceOf(address(rewards));
        list[10] = oracle.reporterOf(_reporter(0)).bond;
        list[11] = stream20.balanceOf(holder) + stream20.balanceOf(foundation);
        list[LACK] = _lack(attacker);
        list[LACK + 1] = uint256(
            keccak256(
                abi.encode(
                    broker.purseOf(viewer).exitAt,
                    staking.relayOf(relay).withdrawableAt,
                    keys.ownerOf(stream),
                    keys.userOf(stream)
                )
            )
        );
    }

    /// @dev Falls when the attacker has more. The treasury may take what is the treasury's, which is in the list already.
    function _lack(address attacker) private view returns (uint256) {
        if (attacker == treasury) return 0;
        uint256 has = usdc.balanceOf(attacker) + broker.heldBy(attacker) + broker.creditOf(attacker)
            + keys.creditOf(attacker) + staking.creditOf(attacker) + paymaster.creditOf(attacker)
            + oracle.creditOf(attacker) + stream20.balanceOf(attacker);
        return type(uint256).max - has;
    }

    function _compare(uint256[] memory before, uint256[] memory later, string memory what) private pure {
        for (uint256 i; i <= LACK; ++i) {
            assertGe(later[i], before[i], what);
        }
        assertEq(later[LACK + 1], before[LACK + 1], what);
    }
}
