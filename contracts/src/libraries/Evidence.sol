// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Receipt} from "../interfaces/IRelayStaking.sol";
import {Head} from "../interfaces/IStreamKeys.sol";
import {HeadHash} from "./HeadHash.sol";
import {ReceiptHash} from "./ReceiptHash.sol";
import {Signatures} from "./Signatures.sol";
import {TypedData} from "./TypedData.sol";

/// @title Offences that signed bytes alone prove. Whether a head's signer was a signing key at its time is for StreamKeys to say.
library Evidence {
    /// @notice The EIP-712 separators of the two contracts.
    struct Domains {
        bytes32 streamKeys;
        bytes32 relayStaking;
    }

    /// @notice A relay signed that it served another root than the head that it names has.
    /// @return proven whether the bytes prove it, provided that `signingKey` was delegated
    /// @return signingKey who signed the head
    function falseReceipt(
        Domains memory domains,
        Head calldata head,
        bytes calldata headSignature,
        Receipt calldata receipt,
        bytes calldata receiptSignature
    ) internal pure returns (bool proven, address signingKey) {
        bytes32 headDigest = TypedData.digest(domains.streamKeys, HeadHash.structHash(head));
        bytes32 receiptDigest = TypedData.digest(domains.relayStaking, ReceiptHash.structHash(receipt));
        signingKey = Signatures.recover(headDigest, headSignature);
        proven = signingKey != address(0) && receipt.relay != address(0)
            && Signatures.recover(receiptDigest, receiptSignature) == receipt.relay && receipt.headDigest == headDigest
            && receipt.servedRoot != head.root;
    }

    /// @notice One key signed two heads of one place that contradict each other.
    /// @return proven whether the bytes prove it, provided that `signingKey` was delegated
    /// @return signingKey who signed both heads; meaningless when not proven
    function equivocation(
        Domains memory domains,
        Head calldata first,
        bytes calldata firstSignature,
        Head calldata second,
        bytes calldata secondSignature
    ) internal pure returns (bool proven, address signingKey) {
        signingKey = Signatures.recover(
            TypedData.digest(domains.streamKeys, HeadHash.structHash(first)), firstSignature
        );
        bytes32 secondDigest = TypedData.digest(domains.streamKeys, HeadHash.structHash(second));
        bool oneSigner = signingKey != address(0) && Signatures.recover(secondDigest, secondSignature) == signingKey;
        bool onePlace = first.stream == second.stream && first.run == second.run && first.track == second.track
            && first.window == second.window && first.count == second.count;
        bool contradict = first.root != second.root || first.prev != second.prev || first.initHash != second.initHash;
        proven = oneSigner && onePlace && contradict;
    }
}
