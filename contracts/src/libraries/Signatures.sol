// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title Recovery of signers, with one accepted form a signature (EIP-2: low `s`).
library Signatures {
    /// @dev Half of the order of secp256k1.
    uint256 internal constant HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0;

    /// @notice The signer of `digest` by 65 bytes `r | s | v`; zero when malformed.
    function recover(bytes32 digest, bytes calldata signature) internal pure returns (address) {
        if (signature.length != 65) return address(0);
        (uint8 v, bytes32 r, bytes32 s) = split(signature);
        if (uint256(s) > HALF_ORDER) return address(0);
        return ecrecover(digest, v, r, s);
    }

    /// @notice The signer of `digest` by an EIP-2098 signature; zero when malformed.
    function recoverCompact(bytes32 digest, bytes32 r, bytes32 vs) internal pure returns (address) {
        bytes32 s = bytes32(uint256(vs) & (type(uint256).max >> 1));
        if (uint256(s) > HALF_ORDER) return address(0);
        return ecrecover(digest, uint8(27 + (uint256(vs) >> 255)), r, s);
    }

    /// @notice The parts of a signature of 65 bytes.
    function split(bytes calldata signature) internal pure returns (uint8 v, bytes32 r, bytes32 s) {
        r = bytes32(signature[0:32]);
        s = bytes32(signature[32:64]);
        v = uint8(signature[64]);
    }
}
