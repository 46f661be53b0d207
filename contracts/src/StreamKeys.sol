// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC721} from "solady/tokens/ERC721.sol";
import {Base64} from "solady/utils/Base64.sol";
import {EIP712} from "solady/utils/EIP712.sol";
import {LibString} from "solady/utils/LibString.sol";
import {Delegation, Head, IStreamKeys, KeysConfig, Terms} from "./interfaces/IStreamKeys.sol";
import {IUsdc} from "./interfaces/IUsdc.sol";
import {Errors} from "./libraries/Errors.sol";
import {Events} from "./libraries/Events.sol";
import {HeadHash} from "./libraries/HeadHash.sol";
import {Signatures} from "./libraries/Signatures.sol";

/// @title StreamKeys
/// @notice One token a broadcast slot. Its terms say how the stream's money is divided, its delegations which keys sign the stream.
contract StreamKeys is IStreamKeys, ERC721, EIP712 {
    using LibString for string;
    using LibString for uint256;

    /* CONSTANTS */

    /// @notice Least share of the treasury, in basis points.
    uint256 public constant MIN_TREASURY_BPS = 500;
    /// @notice Greatest share of the treasury, in basis points.
    uint256 public constant MAX_TREASURY_BPS = 2000;
    /// @notice Greatest royalty, in basis points.
    uint256 public constant MAX_ROYALTY_BPS = 1000;
    /// @notice Places for keys in a stream's list.
    uint256 public constant MAX_KEYS = 16;
    uint256 private constant BPS = 10_000;
    bytes32 private constant DELEGATION_TYPE =
        keccak256("Delegation(uint256 stream,address key,uint64 from,uint64 until)");

    /* IMMUTABLES */

    IUsdc public immutable USDC;
    /// @notice Gets the royalty of every sale and rent made here.
    address public immutable TREASURY;
    /// @notice The only contract that may revoke a key for an offence.
    address public immutable FRAUD_PROOFS;
    /// @notice The royalty in basis points.
    uint16 public immutable ROYALTY_BPS;

    /* STORAGE */

    struct Interval {
        uint64 from;
        uint64 until;
    }

    struct Offences {
        uint32 count;
        uint64 time;
        address key;
    }

    struct Text {
        string title;
        string category;
    }

    /// @notice How many streams there are, which is also the newest id.
    uint256 public totalSupply;
    // A token's 96 bits of extra data beside its owner are `maxViewers << 32 | newest terms version`.
    mapping(uint256 stream => Text) private _texts;
    mapping(uint256 stream => mapping(uint32 version => Terms)) private _terms;
    mapping(uint256 stream => mapping(address key => Interval)) private _intervals;
    mapping(uint256 stream => address[]) private _keys;
    mapping(uint256 stream => Offences) private _offences;

    constructor(KeysConfig memory config) {
        if (config.usdc == address(0) || config.treasury == address(0) || config.fraudProofs == address(0)) {
            revert Errors.BadConfig();
        }
        if (config.royaltyBps > MAX_ROYALTY_BPS) revert Errors.BadConfig();
        USDC = IUsdc(config.usdc);
        TREASURY = config.treasury;
        FRAUD_PROOFS = config.fraudProofs;
        ROYALTY_BPS = config.royaltyBps;
    }

    modifier onlyStreamOwner(uint256 stream) {
        if (_ownerOf(stream) != msg.sender) revert Errors.NotStreamOwner();
        _;
    }

    /* STREAMS */

    /// @inheritdoc IStreamKeys
    function mint(string calldata title, string calldata category, uint32 maxViewers, Terms calldata terms)
        external
        returns (uint256 stream)
    {
        if (bytes(title).length == 0 || bytes(title).length > 100) revert Errors.BadText();
        if (bytes(category).length == 0 || bytes(category).length > 32) revert Errors.BadText();
        stream = ++totalSupply;
        _texts[stream] = Text(title, category);
        _mint(msg.sender, stream);
        emit Events.Minted(stream, msg.sender, title, category, maxViewers);
        _setTerms(stream, 1, maxViewers, terms);
    }

    /// @inheritdoc IStreamKeys
    function setTerms(uint256 stream, Terms calldata terms) external onlyStreamOwner(stream) returns (uint32 version) {
        uint96 extra = _getExtraData(stream);
        version = uint32(extra) + 1;
        _setTerms(stream, version, uint32(extra >> 32), terms);
    }

    /// @inheritdoc IStreamKeys
    function termsOf(uint256 stream, uint32 version) external view returns (Terms memory) {
        return _terms[stream][version];
    }

    /// @inheritdoc IStreamKeys
    function latestTerms(uint256 stream) external view returns (uint32 version, Terms memory terms) {
        version = uint32(_getExtraData(stream));
        terms = _terms[stream][version];
    }

    /// @inheritdoc IStreamKeys
    function infoOf(uint256 stream)
        public
        view
        returns (string memory title, string memory category, uint32 maxViewers)
    {
        Text storage text = _texts[stream];
        return (text.title, text.category, uint32(_getExtraData(stream) >> 32));
    }

    /* SIGNING KEYS */

    /// @inheritdoc IStreamKeys
    function delegate(uint256 stream, address key, uint64 from, uint64 until) external onlyStreamOwner(stream) {
        Interval memory old = _intervals[stream][key];
        if (old.until != 0) {
            if (old.until <= block.timestamp) revert Errors.KeyRetired();
            if (old.from <= block.timestamp && old.from != from) revert Errors.DelegationStarted();
            if (from >= until || until < block.timestamp) revert Errors.BadInterval();
            _setInterval(stream, key, from, until);
        } else {
            _add(stream, key, from, until);
        }
    }

    /// @inheritdoc IStreamKeys
    function delegateBySig(uint256 stream, address key, uint64 from, uint64 until, bytes calldata signature) external {
        if (_intervals[stream][key].until != 0) revert Errors.KeyRetired();
        address signer = Signatures.recover(delegationDigest(stream, key, from, until), signature);
        if (signer == address(0) || signer != _ownerOf(stream)) revert Errors.BadSignature();
        _add(stream, key, from, until);
    }

    /// @inheritdoc IStreamKeys
    function revoke(uint256 stream, address key) external onlyStreamOwner(stream) {
        if (!_end(stream, key)) revert Errors.KeyRetired();
    }

    /// @inheritdoc IStreamKeys
    function markOffence(uint256 stream, address key) external {
        if (msg.sender != FRAUD_PROOFS) revert Errors.NotFraudProofs();
        _end(stream, key);
        _offences[stream] = Offences(_offences[stream].count + 1, uint64(block.timestamp), key);
    }

    /// @inheritdoc IStreamKeys
    function offencesOf(uint256 stream) external view returns (uint32 count, uint64 time, address key) {
        Offences memory offences = _offences[stream];
        return (offences.count, offences.time, offences.key);
    }

    /// @inheritdoc IStreamKeys
    function delegationOf(uint256 stream, address key) external view returns (uint64 from, uint64 until) {
        Interval memory interval = _intervals[stream][key];
        return (interval.from, interval.until);
    }

    /// @inheritdoc IStreamKeys
    function delegationsOf(uint256 stream) external view returns (Delegation[] memory delegations) {
        address[] memory keys = _keys[stream];
        delegations = new Delegation[](keys.length);
        for (uint256 i; i < keys.length; ++i) {
            Interval memory interval = _intervals[stream][keys[i]];
            delegations[i] = Delegation(keys[i], interval.from, interval.until);
        }
    }

    /// @inheritdoc IStreamKeys
    function isSigningKey(uint256 stream, address key, uint64 time) external view returns (bool) {
        Interval memory interval = _intervals[stream][key];
        return interval.from <= time && time < interval.until;
    }

    /* DIGESTS */

    /// @inheritdoc IStreamKeys
    function delegationDigest(uint256 stream, address key, uint64 from, uint64 until) public view returns (bytes32) {
        return _hashTypedData(keccak256(abi.encode(DELEGATION_TYPE, stream, key, from, until)));
    }

    /// @inheritdoc IStreamKeys
    function hashHead(Head calldata head) public view returns (bytes32) {
        return _hashTypedData(HeadHash.structHash(head));
    }

    /// @inheritdoc IStreamKeys
    function headSigner(Head calldata head, bytes calldata signature) external view returns (address) {
        return Signatures.recover(hashHead(head), signature);
    }

    /// @inheritdoc IStreamKeys
    function domainSeparator() external view returns (bytes32) {
        return _domainSeparator();
    }

    /* METADATA */

    function name() public pure override returns (string memory) {
        return "ClusterCast Stream Key";
    }

    function symbol() public pure override returns (string memory) {
        return "CCKEY";
    }

    /// @notice The token's metadata as a data URI.
    function tokenURI(uint256 stream) public view override returns (string memory) {
        if (!_exists(stream)) revert TokenDoesNotExist();
        (string memory title, string memory category, uint32 maxViewers) = infoOf(stream);
        bytes memory json = abi.encodePacked(
            '{"name":"',
            title.escapeJSON(),
            '","description":"ClusterCast stream ',
            stream.toString(),
            '","attributes":[{"trait_type":"category","value":"',
            category.escapeJSON(),
            '"},{"trait_type":"maxViewers","display_type":"number","value":',
            uint256(maxViewers).toString(),
            "}]}"
        );
        return string.concat("data:application/json;base64,", Base64.encode(json));
    }

    /// @inheritdoc ERC721
    function approve(address account, uint256 stream) public payable override {
        if (msg.value != 0) revert Errors.NoEther();
        super.approve(account, stream);
    }

    /* INTERNAL */

    function _setTerms(uint256 stream, uint32 version, uint32 maxViewers, Terms calldata terms) private {
        uint256 shared = uint256(terms.relayBps) + terms.broadcasterBps;
        if (terms.payee == address(0)) revert Errors.BadTerms();
        if (shared > BPS - MIN_TREASURY_BPS || shared < BPS - MAX_TREASURY_BPS) revert Errors.BadTerms();
        _terms[stream][version] = terms;
        _setExtraData(stream, (uint96(maxViewers) << 32) | version);
        emit Events.TermsSet(stream, version, terms.payee, terms.relayBps, terms.broadcasterBps, terms.floorPrice);
    }

    function _add(uint256 stream, address key, uint64 from, uint64 until) private {
        if (key == address(0)) revert Errors.ZeroAddress();
        if (from >= until || until <= block.timestamp) revert Errors.BadInterval();
        _list(stream, key);
        _setInterval(stream, key, from, until);
    }

    function _setInterval(uint256 stream, address key, uint64 from, uint64 until) private {
        _intervals[stream][key] = Interval(from, until);
        emit Events.Delegated(stream, key, from, until);
    }

    /// @dev Ends a delegation now; false when there is nothing to end.
    function _end(uint256 stream, address key) private returns (bool) {
        Interval memory interval = _intervals[stream][key];
        if (interval.until <= block.timestamp) return false;
        _setInterval(stream, key, interval.from, uint64(block.timestamp));
        return true;
    }

    /// @dev Takes a free place in the list, or that of a key whose delegation has ended.
    function _list(uint256 stream, address key) private {
        address[] storage keys = _keys[stream];
        if (keys.length < MAX_KEYS) {
            keys.push(key);
            return;
        }
        for (uint256 i; i < MAX_KEYS; ++i) {
            if (_intervals[stream][keys[i]].until <= block.timestamp) {
                keys[i] = key;
                return;
            }
        }
        revert Errors.TooManyKeys();
    }

    /// @dev The keys of the old owner stop signing when the stream changes hands.
    function _beforeTokenTransfer(address from, address, uint256 stream) internal override {
        if (msg.value != 0) revert Errors.NoEther();
        if (from == address(0)) return;
        address[] memory keys = _keys[stream];
        for (uint256 i; i < keys.length; ++i) {
            _end(stream, keys[i]);
        }
    }

    function _domainNameAndVersion() internal pure override returns (string memory, string memory) {
        return ("ClusterCast StreamKeys", "1");
    }
}
