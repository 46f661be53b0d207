// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {PartProof, SignedHead, SignedReceipt} from "../../src/interfaces/IFraudProofs.sol";
import {Receipt as ServedReceipt} from "../../src/interfaces/IRelayStaking.sol";
import {Head} from "../../src/interfaces/IStreamKeys.sol";
import {Errors} from "../../src/libraries/Errors.sol";
import {Evidence} from "../../src/libraries/Evidence.sol";
import {Signatures} from "../../src/libraries/Signatures.sol";
import {FraudFixture} from "../helpers/FraudFixture.sol";

contract EvidenceTest is FraudFixture {
    uint256 private constant ORDER = 2 * Signatures.HALF_ORDER + 1;

    function falseReceipt(SignedHead calldata head, SignedReceipt calldata receipt)
        external
        view
        returns (address, bytes32)
    {
        return Evidence.falseReceipt(keys.domainSeparator(), staking.domainSeparator(), head, receipt);
    }

    function equivocation(SignedHead calldata first, SignedHead calldata second)
        external
        view
        returns (Evidence.Pair memory)
    {
        return Evidence.equivocation(keys.domainSeparator(), first, second);
    }

    function conflictingParts(
        SignedHead calldata first,
        PartProof calldata firstPart,
        SignedHead calldata second,
        PartProof calldata secondPart,
        uint16 index
    ) external view returns (Evidence.Pair memory) {
        return Evidence.conflictingParts(keys.domainSeparator(), first, firstPart, second, secondPart, index);
    }

    function partsBeyondLast(SignedHead calldata last, SignedHead calldata beyond)
        external
        view
        returns (Evidence.Pair memory)
    {
        return Evidence.partsBeyondLast(keys.domainSeparator(), last, beyond);
    }

    function signerOf(bytes32 digest, bytes calldata signature) external pure returns (address) {
        return Evidence.signerOf(digest, signature);
    }

    /* SIGNATURES */

    function testFuzz_every_malformed_signature_has_its_error(bytes32 digest, uint8 v, bytes32 r) public {
        bytes memory good = _sign(signerKey, digest);
        assertEq(this.signerOf(digest, good), signer);
        vm.expectRevert(Errors.SignatureLength.selector);
        this.signerOf(digest, bytes.concat(good, "x"));
        (uint8 goodV, bytes32 goodR, bytes32 goodS) = vm.sign(signerKey, digest);
        vm.expectRevert(Errors.SignatureHighS.selector);
        this.signerOf(digest, abi.encodePacked(goodR, ORDER - uint256(goodS), 55 - goodV));
        v = v == 27 || v == 28 ? 0 : v;
        vm.expectRevert(Errors.SignatureBadV.selector);
        this.signerOf(digest, abi.encodePacked(goodR, goodS, v));
        r = bytes32(bound(uint256(r), ORDER, type(uint256).max));
        vm.expectRevert(Errors.SignatureUnrecoverable.selector);
        this.signerOf(digest, abi.encodePacked(r, goodS, goodV));
    }

    /* FALSE RECEIPTS */

    function test_false_receipt_is_proven() public view {
        Head memory head = _head("root");
        (address key, bytes32 digest) = this.falseReceipt(_signed(head), _lie(head));
        assertEq(key, signer);
        assertEq(digest, keys.hashHead(head));
    }

    function test_true_receipt_is_no_offence() public {
        Head memory head = _head("root");
        vm.expectRevert(Errors.ReceiptIsTrue.selector);
        this.falseReceipt(_signed(head), _signed(_receipt(head, "root")));
    }

    /// @dev A broadcaster that signs a second head later cannot turn an honest receipt into an offence.
    function testFuzz_honest_relay_cannot_be_framed(bytes32 root, Head memory later) public {
        Head memory head = _head(root);
        vm.assume(_digest(later) != _digest(head));
        vm.expectRevert(Errors.ReceiptOfAnotherHead.selector);
        this.falseReceipt(_signed(later), _signed(_receipt(head, root)));
    }

    function test_receipt_that_another_key_signed_proves_nothing() public {
        Head memory head = _head("root");
        ServedReceipt memory receipt = _receipt(head, "lie");
        vm.expectRevert(abi.encodeWithSelector(Errors.ReceiptNotByRelay.selector, viewer));
        this.falseReceipt(_signed(head), _signed(receipt, viewerKey));
        receipt.relay = address(0);
        vm.expectRevert(Errors.SignatureUnrecoverable.selector);
        this.falseReceipt(_signed(head), SignedReceipt(receipt, abi.encodePacked(bytes32(0), bytes32(0), uint8(27))));
    }

    /// @dev Each field is under the signature, and a head's domain is not a receipt's.
    function testFuzz_swapped_fields_and_domains_lead_to_another_signer(uint256 field, uint256 value) public {
        Head memory head = _head("root");
        SignedReceipt memory lie = _lie(head);
        field = bound(field, 0, 4);
        if (field == 0) lie.receipt.purse = address(uint160(value));
        if (field == 1) lie.receipt.headDigest = bytes32(value);
        if (field == 2) lie.receipt.servedRoot = bytes32(value);
        if (field == 3) lie.receipt.byteLength = uint64(value);
        if (field == 4) lie.receipt.time = uint64(value);
        vm.assume(_digest(lie.receipt) != _digest(_lie(head).receipt));
        vm.expectPartialRevert(Errors.ReceiptNotByRelay.selector);
        this.falseReceipt(_signed(head), lie);
        SignedHead memory foreign = SignedHead(head, _sign(signerKey, keccak256(abi.encode("another domain", value))));
        (address key,) = this.falseReceipt(foreign, _lie(head));
        assertTrue(key != signer, "which StreamKeys does not know");
    }

    /* PAIRS OF HEADS */

    function test_two_roots_of_one_place_are_an_equivocation() public {
        (Head memory a, Head memory b) = (_head("a"), _head("b"));
        Evidence.Pair memory pair = this.equivocation(_signed(a), _signed(b));
        assertEq(pair.key, signer);
        assertEq(pair.firstDigest, keys.hashHead(a));
        assertEq(pair.secondDigest, keys.hashHead(b));
        b = _head("a");
        b.prev = "other";
        assertEq(this.equivocation(_signed(a), _signed(b)).key, signer, "prev");
        b = _head("a");
        b.initHash = "other";
        assertEq(this.equivocation(_signed(a), _signed(b)).key, signer, "initHash");
        vm.expectRevert(Errors.DifferentSigners.selector);
        this.equivocation(_signed(a), _signed(b, viewerKey));
    }

    /// @dev A last head repeats the count and root of the head before it; the time of closing is a later one.
    function test_a_last_head_that_repeats_is_none() public {
        Head memory again = _head("a");
        (again.flags, again.time) = (1, again.time + 1);
        vm.expectRevert(Errors.HeadsAgree.selector);
        this.equivocation(_signed(_head("a")), _signed(again));
    }

    function test_heads_of_different_places_prove_nothing() public {
        PartProof memory part = _proof(_nodes(1), 0);
        for (uint256 i; i < 5; ++i) {
            Head memory last = _head("a");
            last.flags = 1;
            Head memory other = _head("b");
            other.count = 21;
            if (i == 0) other.stream += 1;
            if (i == 1) other.run += 1;
            if (i == 2) other.track += 1;
            if (i == 3) other.window += 1;
            if (i < 4) {
                vm.expectRevert(Errors.DifferentPlaces.selector);
                this.partsBeyondLast(_signed(last), _signed(other));
                vm.expectRevert(Errors.DifferentPlaces.selector);
                this.conflictingParts(_signed(last), part, _signed(other), part, 0);
                other.count = 20;
            }
            vm.expectRevert(Errors.DifferentPlaces.selector);
            this.equivocation(_signed(last), _signed(other));
        }
    }

    function testFuzz_parts_beyond_a_last_head(uint16 count, uint16 more, uint8 flags) public {
        Head memory last = _head("a");
        (last.count, last.flags) = (count, flags | 1);
        Head memory beyond = _head("b");
        (beyond.count, beyond.flags) = (more, flags);
        if (more <= count) vm.expectRevert(Errors.NothingBeyondLast.selector);
        Evidence.Pair memory pair = this.partsBeyondLast(_signed(last), _signed(beyond));
        if (more > count) assertEq(pair.key, signer);
        last.flags = flags & 0xfe;
        vm.expectRevert(Errors.HeadNotLast.selector);
        this.partsBeyondLast(_signed(last), _signed(beyond));
    }

    /* PARTS */

    function testFuzz_two_parts_at_one_index(uint256 count, uint256 more, uint256 at_) public view {
        count = bound(count, 1, 40);
        more = bound(more, count, 60);
        uint16 index = uint16(bound(at_, 0, count - 1));
        (bytes32[] memory first, bytes32[] memory second) = (_nodes(count), _nodes(more));
        second[index] = "another part";
        Evidence.Pair memory pair = this.conflictingParts(
            _signed(_headOver(first)), _proof(first, index), _signed(_headOver(second)), _proof(second, index), index
        );
        assertEq(pair.key, signer);
    }

    /// @dev Heads over one growing window hold the same parts, whatever is claimed of them.
    function testFuzz_heads_of_an_honest_window_never_conflict(uint256 count, uint256 more, uint256 at_) public {
        count = bound(count, 2, 40);
        more = bound(more, count, 60);
        uint16 index = uint16(bound(at_, 0, count - 1));
        SignedHead memory first = _signed(_headOver(_nodes(count)));
        SignedHead memory second = _signed(_headOver(_nodes(more)));
        PartProof memory firstPart = _proof(_nodes(count), index);
        PartProof memory secondPart = _proof(_nodes(more), index);
        vm.expectRevert(Errors.SamePart.selector);
        this.conflictingParts(first, firstPart, second, secondPart, index);
        secondPart.node = "made up";
        vm.expectRevert(Errors.NotUnderRoot.selector);
        this.conflictingParts(first, firstPart, second, secondPart, index);
        // Another part's proof does not pass for this index's.
        uint16 other = uint16((index + 1) % count);
        try this.conflictingParts(first, firstPart, second, _proof(_nodes(more), other), index) {
            fail();
        } catch (bytes memory reason) {
            bytes4 cause = bytes4(reason);
            assertTrue(cause == Errors.NotUnderRoot.selector || cause == Errors.ProofLength.selector);
        }
    }

    function test_an_index_beyond_a_head_proves_nothing() public {
        SignedHead memory first = _signed(_headOver(_nodes(3)));
        SignedHead memory second = _signed(_headOver(_nodes(4)));
        (PartProof memory firstPart, PartProof memory secondPart) = (_proof(_nodes(3), 2), _proof(_nodes(4), 3));
        vm.expectRevert(abi.encodeWithSelector(Errors.IndexOutOfRange.selector, 3, 3));
        this.conflictingParts(first, firstPart, second, secondPart, 3);
    }
}
