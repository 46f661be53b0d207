// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title ERC-4907: a token's user, who is not its owner. ERC-165 id 0xad092b5c.
/// @dev Stricter than the standard asks: nobody replaces or removes a user before his time, the owner and a buyer of the token included.
interface IERC4907 {
    event UpdateUser(uint256 indexed tokenId, address indexed user, uint64 expires);

    /// @notice Lends the stream free of charge. Only the owner, only while no rental runs; it then binds him like a paid one.
    /// @param expires Unix seconds, after now and at most 365 days ahead
    function setUser(uint256 tokenId, address user, uint64 expires) external;

    /// @notice The user while `time < expires`; zero when there is none.
    function userOf(uint256 tokenId) external view returns (address);

    /// @notice When the newest rental ends or ended; 0 when there was none.
    function userExpires(uint256 tokenId) external view returns (uint256);
}
