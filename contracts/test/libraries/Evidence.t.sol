// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Receipt as ServedReceipt} from "../../src/interfaces/IRelayStaking.sol";
import {Head} from "../../src/interfaces/IStreamKeys.sol";
import {Evidence} from "../../src/libraries/Evidence.sol";
import {Fixture} from "../helpers/Fixture.sol";

contract EvidenceTest is Fixture {
    function falseReceipt(
        Head calldata head,
        bytes calldata headSignature,
        ServedReceipt calldata receipt,
        bytes calldata receiptSignature
    ) external view returns (bool, address) {
        return Evidence.falseReceipt(_domains(), head, headSignature, receipt, receiptSignature);
    }

    function equivocation(Head calldata first, bytes calldata firstSig, Head calldata second, bytes calldata secondSig)
        external
        view
        returns (bool, address)
    {
        return Evidence.equivocation(_domains(), first, firstSig, second, secondSig);
    }

    function _domains() private view returns (Evidence.Domains memory) {
        return Evidence.Domains(keys.domainSeparator(), staking.domainSeparator());
    }

    function _head(bytes32 root) private view returns (Head memory) {
        return Head(stream, 1, 480, 1, 20, root, 400_000, 40, 0, "init", 1000, 1);
    }

    function _signedHead(Head memory head) private view returns (bytes memory) {
        return _sign(aliceKey, keys.hashHead(head));
    }

    function _judge(Head memory head, ServedReceipt memory receipt, uint256 signer) private view returns (bool proven) {
        bytes memory signature = _sign(signer, staking.hashReceipt(receipt));
        address signingKey;
        (proven, signingKey) = this.falseReceipt(head, _signedHead(head), receipt, signature);
        if (proven) assertEq(signingKey, alice);
    }

    function test_false_receipt_is_proven() public view {
        Head memory head = _head("root");
        assertTrue(_judge(head, ServedReceipt(relay, viewer, keys.hashHead(head), "lie", 1, 1), relayKey));
    }

    function test_true_receipt_is_no_offence() public view {
        Head memory head = _head("root");
        assertFalse(_judge(head, ServedReceipt(relay, viewer, keys.hashHead(head), "root", 1, 1), relayKey));
    }

    /// @dev A broadcaster that signs a second head later cannot turn an honest receipt into an offence.
    function testFuzz_honest_relay_cannot_be_framed(bytes32 root, Head memory later) public view {
        Head memory head = _head(root);
        ServedReceipt memory receipt = ServedReceipt(relay, viewer, keys.hashHead(head), root, 1, 1);
        vm.assume(keys.hashHead(later) != receipt.headDigest);
        assertFalse(_judge(later, receipt, relayKey));
    }

    function test_receipt_that_another_key_signed_proves_nothing() public view {
        Head memory head = _head("root");
        assertFalse(_judge(head, ServedReceipt(relay, viewer, keys.hashHead(head), "lie", 1, 1), viewerKey));
        ServedReceipt memory nobodys = ServedReceipt(address(0), viewer, keys.hashHead(head), "lie", 1, 1);
        (bool proven,) = this.falseReceipt(head, _signedHead(head), nobodys, new bytes(65));
        assertFalse(proven);
    }

    function test_two_roots_of_one_place_are_an_equivocation() public view {
        (Head memory a, Head memory b) = (_head("a"), _head("b"));
        (bool proven, address key) = this.equivocation(a, _signedHead(a), b, _signedHead(b));
        assertTrue(proven);
        assertEq(key, alice);
        b = _head("a");
        b.time += 1;
        (proven,) = this.equivocation(a, _signedHead(a), b, _signedHead(b));
        assertFalse(proven, "time and flags may differ");
        b = _head("b");
        b.run += 1;
        (proven,) = this.equivocation(a, _signedHead(a), b, _signedHead(b));
        assertFalse(proven, "another run is another place");
        b.run -= 1;
        (proven,) = this.equivocation(a, _signedHead(a), b, _sign(relayKey, keys.hashHead(b)));
        assertFalse(proven, "two signers");
        b = _head("a");
        b.prev = "other";
        (proven,) = this.equivocation(a, _signedHead(a), b, _signedHead(b));
        assertTrue(proven, "prev");
        b = _head("a");
        b.initHash = "other";
        (proven,) = this.equivocation(a, _signedHead(a), b, _signedHead(b));
        assertTrue(proven, "initHash");
    }
}
