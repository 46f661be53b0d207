// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {PartProof, SignedHead, SignedReceipt} from "../interfaces/IFraudProofs.sol";
import {Head} from "../interfaces/IStreamKeys.sol";
import {Errors} from "./Errors.sol";
import {HeadHash} from "./HeadHash.sol";
import {InclusionProof} from "./InclusionProof.sol";
import {ReceiptHash} from "./ReceiptHash.sol";
import {Signatures} from "./Signatures.sol";
import {TypedData} from "./TypedData.sol";

/// @title Offences that signed bytes alone prove (spec/evidence.md). What proves nothing reverts with its cause.
/// @dev Whether a head's signer was a signing key at its time is for StreamKeys to say.
library Evidence {
    uint8 private constant LAST = 1;

    /// @notice Two heads of one key in one window.
    struct Pair {
        address key;
        bytes32 firstDigest;
        bytes32 secondDigest;
    }

    /// @notice A relay signed that it served another root than the head that it names has.
    /// @return signingKey who signed the head
    /// @return headDigest the head that the receipt names
    function falseReceipt(
        bytes32 streamKeys,
        bytes32 relayStaking,
        SignedHead calldata head,
        SignedReceipt calldata receipt
    ) internal pure returns (address signingKey, bytes32 headDigest) {
        (signingKey, headDigest) = _headSigner(streamKeys, head);
        bytes32 digest = TypedData.digest(relayStaking, ReceiptHash.structHash(receipt.receipt));
        address signer = signerOf(digest, receipt.signature);
        if (signer != receipt.receipt.relay) revert Errors.ReceiptNotByRelay(signer);
        if (receipt.receipt.headDigest != headDigest) revert Errors.ReceiptOfAnotherHead();
        if (receipt.receipt.servedRoot == head.head.root) revert Errors.ReceiptIsTrue();
    }

    /// @notice One key signed two heads of one place that contradict each other.
    function equivocation(bytes32 streamKeys, SignedHead calldata first, SignedHead calldata second)
        internal
        pure
        returns (Pair memory pair)
    {
        if (first.head.count != second.head.count) revert Errors.DifferentPlaces();
        pair = _pair(streamKeys, first, second);
        if (
            first.head.root == second.head.root && first.head.prev == second.head.prev
                && first.head.initHash == second.head.initHash
        ) revert Errors.HeadsAgree();
    }

    /// @notice One key signed two part nodes at one index of a window. An honest head holds the parts of every earlier one.
    function conflictingParts(
        bytes32 streamKeys,
        SignedHead calldata first,
        PartProof calldata firstPart,
        SignedHead calldata second,
        PartProof calldata secondPart,
        uint16 index
    ) internal pure returns (Pair memory pair) {
        pair = _pair(streamKeys, first, second);
        _checkUnder(first.head, firstPart, index);
        _checkUnder(second.head, secondPart, index);
        if (firstPart.node == secondPart.node) revert Errors.SamePart();
    }

    /// @notice One key closed a window and signed a longer one.
    function partsBeyondLast(bytes32 streamKeys, SignedHead calldata last, SignedHead calldata beyond)
        internal
        pure
        returns (Pair memory pair)
    {
        pair = _pair(streamKeys, last, beyond);
        if (last.head.flags & LAST == 0) revert Errors.HeadNotLast();
        if (beyond.head.count <= last.head.count) revert Errors.NothingBeyondLast();
    }

    /// @notice The signer of `digest`; reverts with what is wrong with a malformed signature.
    function signerOf(bytes32 digest, bytes calldata signature) internal pure returns (address signer) {
        if (signature.length != 65) revert Errors.SignatureLength();
        (uint8 v, bytes32 r, bytes32 s) = Signatures.split(signature);
        if (uint256(s) > Signatures.HALF_ORDER) revert Errors.SignatureHighS();
        if (v != 27 && v != 28) revert Errors.SignatureBadV();
        signer = ecrecover(digest, v, r, s);
        if (signer == address(0)) revert Errors.SignatureUnrecoverable();
    }

    function _pair(bytes32 streamKeys, SignedHead calldata first, SignedHead calldata second)
        private
        pure
        returns (Pair memory pair)
    {
        if (
            first.head.stream != second.head.stream || first.head.run != second.head.run
                || first.head.track != second.head.track || first.head.window != second.head.window
        ) revert Errors.DifferentPlaces();
        address other;
        (pair.key, pair.firstDigest) = _headSigner(streamKeys, first);
        (other, pair.secondDigest) = _headSigner(streamKeys, second);
        if (other != pair.key) revert Errors.DifferentSigners();
    }

    function _headSigner(bytes32 streamKeys, SignedHead calldata head)
        private
        pure
        returns (address key, bytes32 digest)
    {
        digest = TypedData.digest(streamKeys, HeadHash.structHash(head.head));
        key = signerOf(digest, head.signature);
    }

    function _checkUnder(Head calldata head, PartProof calldata part, uint256 index) private pure {
        if (InclusionProof.rootOf(part.node, index, head.count, part.siblings) != head.root) {
            revert Errors.NotUnderRoot();
        }
    }
}
