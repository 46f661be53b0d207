// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {PartProof, SignedHead} from "../../src/interfaces/IFraudProofs.sol";
import {Head} from "../../src/interfaces/IStreamKeys.sol";
import {FraudFixture} from "../helpers/FraudFixture.sol";

/// @notice Gas of fraud proofs as whole transactions (intrinsic gas and calldata included). An offence always writes one new slot, the one that makes it
/// count once, and a first offence of a reporter, relay or stream its other slots too: the first one is measured, which is the dearest.
contract FraudProofsGasTest is FraudFixture {
    uint256 private constant BAR = 150_000;

    function _measure(string memory name) private {
        uint256 gas = vm.lastCallGas().gasTotalUsed;
        vm.snapshotValue("fraudProofs", name, gas);
        assertLe(gas, BAR);
    }

    /// forge-config: default.isolate = true
    function test_gas_false_receipt() public {
        Head memory head = _head("root");
        fraudProofs.proveFalseReceipt(_signed(head), _lie(head), reporter);
        _measure("falseReceipt");
    }

    /// forge-config: default.isolate = true
    function test_gas_false_receipt_of_an_unbonding_relay_by_a_known_reporter() public {
        Head memory head = _head("root");
        fraudProofs.proveFalseReceipt(_signed(head), _lie(head), reporter);
        vm.prank(alice);
        staking.unbond(relay, 100e6);
        head.window += 1;
        fraudProofs.proveFalseReceipt(_signed(head), _lie(head), reporter);
        _measure("falseReceiptAgain");
    }

    /// forge-config: default.isolate = true
    function test_gas_equivocation() public {
        fraudProofs.proveEquivocation(_signed(_head("a")), _signed(_head("b")));
        _measure("equivocation");
    }

    /// @dev The deepest tree there is: 256 parts, 8 siblings in each proof.
    /// forge-config: default.isolate = true
    function test_gas_conflicting_parts() public {
        (bytes32[] memory nodes, bytes32[] memory others) = (_nodes(255), _nodes(256));
        others[100] = "another part";
        (SignedHead memory first, SignedHead memory second) = (_signed(_headOver(nodes)), _signed(_headOver(others)));
        (PartProof memory firstPart, PartProof memory secondPart) = (_proof(nodes, 100), _proof(others, 100));
        assertEq(firstPart.siblings.length, 8);
        fraudProofs.proveConflictingParts(first, firstPart, second, secondPart, 100);
        _measure("conflictingParts");
    }

    /// forge-config: default.isolate = true
    function test_gas_parts_beyond_last() public {
        (Head memory last, Head memory beyond) = (_head("a"), _head("b"));
        (last.flags, beyond.count) = (1, 21);
        fraudProofs.provePartsBeyondLast(_signed(last), _signed(beyond));
        _measure("partsBeyondLast");
    }
}
