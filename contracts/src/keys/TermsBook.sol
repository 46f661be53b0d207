// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IStreamKeys, Terms} from "../interfaces/IStreamKeys.sol";
import {Errors} from "../libraries/Errors.sol";
import {Events} from "../libraries/Events.sol";
import {StreamWord} from "../libraries/StreamWord.sol";
import {Tenancy} from "./Tenancy.sol";

/// @title The terms of a stream: numbered, appended by whoever broadcasts, never changed.
abstract contract TermsBook is Tenancy {
    using StreamWord for uint96;

    /// @notice Least share of the treasury, in basis points.
    uint256 public constant MIN_TREASURY_BPS = 500;
    /// @notice Greatest share of the treasury, in basis points.
    uint256 public constant MAX_TREASURY_BPS = 2000;
    uint256 private constant BPS = 10_000;

    // Lacks version 1 of a stream whose word holds it.
    mapping(uint256 stream => mapping(uint32 version => Terms)) private _terms;

    /// @inheritdoc IStreamKeys
    function setTerms(uint256 stream, Terms memory terms) external returns (uint32 version) {
        Rental memory rental = _running(stream);
        address owner = _ownerOf(stream);
        bool rented = rental.expires != 0;
        if (msg.sender != (rented ? rental.user : owner)) revert Errors.NotBroadcaster();
        _check(terms);
        uint96 word = _writeOut(stream, owner);
        version = word.newest() + 1;
        if (rented) _setRentersTerms(stream, version);
        _setExtraData(
            stream, StreamWord.withVersions(word.maxViewers(), version, rented ? word.ownersNewest() : version)
        );
        _terms[stream][version] = terms;
        _announce(stream, version, terms);
    }

    /// @inheritdoc IStreamKeys
    /// @dev The slot of its own comes first: one cold slot a redemption for it, two for what is beside the owner.
    function termsOf(uint256 stream, uint32 version) public view returns (Terms memory) {
        Terms memory terms = _terms[stream][version];
        if (version == 1 && terms.payee == address(0)) {
            uint96 word = _getExtraData(stream);
            if (word.isInline()) return word.terms(_ownerOf(stream));
        }
        return terms;
    }

    /// @inheritdoc IStreamKeys
    function latestTerms(uint256 stream) external view returns (uint32 version, Terms memory terms) {
        version = _running(stream).terms;
        if (version == 0) version = _getExtraData(stream).ownersNewest();
        terms = termsOf(stream, version);
    }

    /// @dev Mints with `terms` as version 1, beside the owner where they fit.
    function _mintWith(address owner, uint256 stream, uint32 maxViewers, Terms memory terms) internal {
        _check(terms);
        uint96 word = StreamWord.withVersions(maxViewers, 1, 1);
        if (terms.payee == owner && StreamWord.fits(terms.floorPrice)) {
            word = StreamWord.withTerms(maxViewers, terms.relayBps, terms.broadcasterBps, terms.floorPrice);
        } else {
            _terms[stream][1] = terms;
        }
        _mintAndSetExtraDataUnchecked(owner, stream, word);
        _announce(stream, 1, terms);
    }

    /// @dev Gives version 1 a slot of its own before the owner changes, who is its payee while it is beside him, or a second version comes.
    function _writeOut(uint256 stream, address owner) internal returns (uint96 word) {
        word = _getExtraData(stream);
        if (!word.isInline()) return word;
        _terms[stream][1] = word.terms(owner);
        word = StreamWord.withVersions(word.maxViewers(), 1, 1);
        _setExtraData(stream, word);
    }

    function _check(Terms memory terms) private pure {
        uint256 shared = uint256(terms.relayBps) + terms.broadcasterBps;
        if (terms.payee == address(0)) revert Errors.BadTerms();
        if (shared > BPS - MIN_TREASURY_BPS || shared < BPS - MAX_TREASURY_BPS) revert Errors.BadTerms();
    }

    function _announce(uint256 stream, uint32 version, Terms memory terms) private {
        emit Events.TermsSet(stream, version, terms.payee, terms.relayBps, terms.broadcasterBps, terms.floorPrice);
    }
}
