// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EIP712} from "solady/utils/EIP712.sol";
import {Delegation, Head, IStreamKeys} from "../interfaces/IStreamKeys.sol";
import {Errors} from "../libraries/Errors.sol";
import {Events} from "../libraries/Events.sol";
import {HeadHash} from "../libraries/HeadHash.sol";
import {Signatures} from "../libraries/Signatures.sol";
import {Tenancy} from "./Tenancy.sol";

/// @title The keys that sign a stream, and the offences proven of them.
/// @dev What has ended is never opened again, so that what a key signed stays decided.
abstract contract Delegations is Tenancy, EIP712 {
    /// @notice Places for keys in a stream's list.
    uint256 public constant MAX_KEYS = 16;
    bytes32 private constant DELEGATION_TYPE =
        keccak256("Delegation(uint256 stream,address key,uint64 from,uint64 until)");

    /// @notice The only contract that may revoke a key for an offence.
    address public immutable FRAUD_PROOFS;

    struct Interval {
        uint64 from;
        uint64 until;
    }

    struct Offences {
        uint32 count;
        uint64 time;
        address key;
    }

    mapping(uint256 stream => mapping(address key => Interval)) private _intervals;
    mapping(uint256 stream => address[]) private _keys;
    mapping(uint256 stream => Offences) private _offences;

    constructor(address fraudProofs) {
        if (fraudProofs == address(0)) revert Errors.BadConfig();
        FRAUD_PROOFS = fraudProofs;
    }

    /* SIGNING KEYS */

    /// @inheritdoc IStreamKeys
    function delegate(uint256 stream, address key, uint64 from, uint64 until) external {
        uint256 end = _onlyBroadcaster(stream);
        if (until > end) revert Errors.BeyondRental(end);
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
        (address broadcaster, uint256 end) = _broadcaster(stream);
        if (signer == address(0) || signer != broadcaster) revert Errors.BadSignature();
        if (until > end) revert Errors.BeyondRental(end);
        _add(stream, key, from, until);
    }

    /// @inheritdoc IStreamKeys
    function revoke(uint256 stream, address key) external {
        _onlyBroadcaster(stream);
        if (!_end(stream, key)) revert Errors.KeyRetired();
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
        Interval storage interval = _intervals[stream][key];
        return interval.from <= time && time < interval.until;
    }

    /* OFFENCES */

    /// @inheritdoc IStreamKeys
    function markOffence(uint256 stream, address key) external {
        if (msg.sender != FRAUD_PROOFS) revert Errors.NotFraudProofs();
        _end(stream, key);
        uint32 count = _offences[stream].count + 1;
        _offences[stream] = Offences(count, uint64(block.timestamp), key);
        emit Events.OffenceMarked(stream, key, count);
    }

    /// @inheritdoc IStreamKeys
    function offencesOf(uint256 stream) external view returns (uint32 count, uint64 time, address key) {
        Offences memory offences = _offences[stream];
        return (offences.count, offences.time, offences.key);
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

    function _domainNameAndVersion() internal pure override returns (string memory, string memory) {
        return ("ClusterCast StreamKeys", "1");
    }

    /* INTERNAL */

    /// @return end until when the sender broadcasts
    function _onlyBroadcaster(uint256 stream) private view returns (uint256 end) {
        address broadcaster;
        (broadcaster, end) = _broadcaster(stream);
        if (msg.sender != broadcaster) revert Errors.NotBroadcaster();
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

    /// @dev A key that has not ended is in the list.
    function _endDelegations(uint256 stream) internal override {
        address[] memory keys = _keys[stream];
        for (uint256 i; i < keys.length; ++i) {
            _end(stream, keys[i]);
        }
    }
}
