// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC721} from "solady/tokens/ERC721.sol";
import {LibBytes} from "solady/utils/LibBytes.sol";
import {IStreamKeys, KeysConfig, Terms} from "./interfaces/IStreamKeys.sol";
import {Credits} from "./keys/Credits.sol";
import {Delegations} from "./keys/Delegations.sol";
import {KeyMetadata} from "./keys/KeyMetadata.sol";
import {Market} from "./keys/Market.sol";
import {TermsBook} from "./keys/TermsBook.sol";
import {Errors} from "./libraries/Errors.sol";
import {Events} from "./libraries/Events.sol";
import {StreamWord} from "./libraries/StreamWord.sol";

/// @title StreamKeys
/// @notice One token a broadcast slot. Its terms say how the stream's money is divided, its delegations which keys sign the stream. It can be sold and
/// rented; who has rented it stays until his time is over.
contract StreamKeys is TermsBook, Delegations, Market {
    using LibBytes for bytes;
    using LibBytes for LibBytes.BytesStorage;
    using StreamWord for uint96;

    /* IMMUTABLES */

    /// @notice Renders `tokenURI`.
    KeyMetadata public immutable METADATA;

    /* STORAGE */

    /// @notice How many streams there are, which is also the newest id.
    uint256 public totalSupply;
    // `length of the title u8 | title | category`: one slot when the two have at most 30 bytes.
    mapping(uint256 stream => LibBytes.BytesStorage) private _texts;

    constructor(KeysConfig memory config) Credits(config) Delegations(config.fraudProofs) {
        METADATA = new KeyMetadata();
    }

    /* STREAMS */

    /// @inheritdoc IStreamKeys
    function mint(string calldata title, string calldata category, uint32 maxViewers, Terms memory terms)
        external
        returns (uint256 stream)
    {
        if (bytes(title).length == 0 || bytes(title).length > 100) revert Errors.BadText();
        if (bytes(category).length == 0 || bytes(category).length > 32) revert Errors.BadText();
        stream = ++totalSupply;
        _texts[stream].set(abi.encodePacked(uint8(bytes(title).length), title, category));
        emit Events.Minted(stream, msg.sender, title, category, maxViewers);
        _mintWith(msg.sender, stream, maxViewers, terms);
    }

    /// @inheritdoc IStreamKeys
    function infoOf(uint256 stream)
        public
        view
        returns (string memory title, string memory category, uint32 maxViewers)
    {
        bytes memory text = _texts[stream].get();
        if (text.length == 0) return ("", "", 0);
        uint256 split = 1 + uint8(text[0]);
        title = string(text.slice(1, split));
        category = string(text.slice(split));
        maxViewers = _getExtraData(stream).maxViewers();
    }

    /* ERC-721 */

    function name() public pure override returns (string memory) {
        return "ClusterCast Stream Key";
    }

    function symbol() public pure override returns (string memory) {
        return "CCKEY";
    }

    /// @notice The token's metadata and image as a data URI.
    function tokenURI(uint256 stream) public view override returns (string memory) {
        if (!_exists(stream)) revert TokenDoesNotExist();
        (string memory title, string memory category, uint32 maxViewers) = infoOf(stream);
        return METADATA.uri(stream, title, category, maxViewers);
    }

    /// @notice ERC-165: ERC-721 with metadata, ERC-2981 and ERC-4907.
    function supportsInterface(bytes4 interfaceId) public view override returns (bool) {
        return interfaceId == 0x2a55205a || interfaceId == 0xad092b5c || super.supportsInterface(interfaceId);
    }

    /// @inheritdoc ERC721
    function approve(address account, uint256 stream) public payable override {
        if (msg.value != 0) revert Errors.NoEther();
        super.approve(account, stream);
    }

    /* INTERNAL */

    /// @dev What was the old owner's ends: his offers and his delegations. What is a renter's stays.
    function _beforeTokenTransfer(address from, address, uint256 stream) internal override {
        if (msg.value != 0) revert Errors.NoEther();
        if (from == address(0)) return;
        _writeOut(stream, from);
        _withdrawOffers(stream);
        if (_running(stream).expires == 0) _endDelegations(stream);
    }
}
