// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {StreamKeys} from "../../src/StreamKeys.sol";
import {Authorization, Offer} from "../../src/interfaces/IKeyMarket.sol";
import {Terms} from "../../src/interfaces/IStreamKeys.sol";
import {IFiatToken} from "../helpers/RealUsdc.sol";

/// @notice Honest owners, renters and buyers of two streams: every call that they make must succeed. Who owns and who rents is kept here on its own.
contract KeysHandler is Test {
    uint256 public constant ACTORS = 4;
    uint256 public constant STREAMS = 2;
    uint64 private constant DAY = 86_400;
    bytes32 private constant RECEIVE_TYPE = keccak256(
        "ReceiveWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
    );

    StreamKeys private immutable KEYS;
    IFiatToken private immutable USDC;
    address private immutable MINTER;
    address private immutable FRAUD_PROOFS;

    /// @notice A key that somebody delegated, and until when it signs as far as this handler knows.
    struct Given {
        uint256 stream;
        address key;
        uint64 from;
        uint64 until;
        bool renters;
    }

    /* GHOSTS */

    mapping(uint256 stream => address) public owner;
    mapping(uint256 stream => address) public user;
    mapping(uint256 stream => uint256) public expires;
    mapping(uint256 stream => bytes32[]) private _terms;
    mapping(uint256 stream => uint32) public ownersTerms;
    mapping(uint256 stream => uint32) public usersTerms;
    Given[] private _given;
    uint256 private _salt;
    uint256 public paid;
    uint256 public changeAndFees;
    uint256 public withdrawn;
    uint256 public swept;
    uint256 public rents;
    uint256 public sales;

    constructor(StreamKeys keys, IFiatToken usdc, address minter, address fraudProofs) {
        (KEYS, USDC, MINTER, FRAUD_PROOFS) = (keys, usdc, minter, fraudProofs);
        for (uint256 i = 1; i <= STREAMS; ++i) {
            owner[i] = actor(i);
            // The first stream's terms lie beside its owner, the second's in a slot of their own.
            Terms memory terms = Terms(i == 1 ? actor(i) : address(0xFEE), 7000, 2500, 0);
            vm.prank(actor(i));
            KEYS.mint("stream", "test", 0, terms);
            _terms[i].push(keccak256(abi.encode(terms)));
            ownersTerms[i] = 1;
        }
    }

    function actor(uint256 i) public pure returns (address) {
        return vm.addr(21_000 + i % ACTORS);
    }

    function given() external view returns (Given[] memory) {
        return _given;
    }

    function termsOf(uint256 stream) external view returns (bytes32[] memory) {
        return _terms[stream];
    }

    function runs(uint256 stream) public view returns (bool) {
        return vm.getBlockTimestamp() < expires[stream];
    }

    function broadcaster(uint256 stream) public view returns (address) {
        return runs(stream) ? user[stream] : owner[stream];
    }

    function _stream(uint256 seed) private pure returns (uint256) {
        return 1 + seed % STREAMS;
    }

    function _fund(address payer, uint256 amount) private {
        vm.prank(MINTER);
        USDC.mint(payer, amount);
        vm.prank(payer);
        USDC.approve(address(KEYS), amount);
    }

    function _authorize(uint256 payer, uint256 amount, bytes32 nonce) private view returns (bytes memory) {
        address from = actor(payer);
        bytes32 hash = keccak256(abi.encode(RECEIVE_TYPE, from, address(KEYS), amount, 0, type(uint256).max, nonce));
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", USDC.DOMAIN_SEPARATOR(), hash));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(21_000 + payer % ACTORS, digest);
        return abi.encodePacked(r, s, v);
    }

    /* OWNERS */

    function pass(uint256 time) external {
        vm.warp(vm.getBlockTimestamp() + bound(time, 1, 20 * DAY));
    }

    function offer(uint256 seed, uint256 salePrice, uint256 rentPerDay, uint256 maxDays) external {
        uint256 stream = _stream(seed);
        vm.startPrank(owner[stream]);
        KEYS.offerSale(stream, uint64(bound(salePrice, 0, 1e9)));
        KEYS.offerRent(stream, uint64(bound(rentPerDay, 0, 1e7)), uint16(bound(maxDays, 1, 365)));
        vm.stopPrank();
    }

    function lend(uint256 seed, uint256 to, uint256 time) external {
        uint256 stream = _stream(seed);
        if (runs(stream)) return;
        uint256 end = vm.getBlockTimestamp() + bound(time, 1, 30 days);
        vm.prank(owner[stream]);
        KEYS.setUser(stream, actor(to), uint64(end));
        _begin(stream, actor(to), end);
    }

    /// @notice Everybody tries to be rid of a renter, or to speak for him; each call must be refused.
    function evict(uint256 seed, uint256 who, uint256 time) external {
        uint256 stream = _stream(seed);
        if (!runs(stream)) return;
        uint64 end = uint64(vm.getBlockTimestamp() + bound(time, 0, 365 days));
        address key = vm.addr(1 + seed % 1e18);
        _refused(owner[stream], abi.encodeCall(KEYS.setUser, (stream, owner[stream], end)));
        _refused(owner[stream], abi.encodeCall(KEYS.setUser, (stream, address(0), 0)));
        _refused(actor(who), abi.encodeCall(KEYS.setUser, (stream, address(0), end)));
        if (actor(who) == user[stream]) return;
        _refused(actor(who), abi.encodeCall(KEYS.rent, (stream, 1, type(uint256).max)));
        _refused(actor(who), abi.encodeCall(KEYS.setTerms, (stream, Terms(actor(who), 7000, 2500, 0))));
        _refused(actor(who), abi.encodeCall(KEYS.delegate, (stream, key, 1, end)));
        for (uint256 i; i < _given.length; ++i) {
            if (_given[i].stream == stream) {
                _refused(actor(who), abi.encodeCall(KEYS.revoke, (stream, _given[i].key)));
            }
        }
    }

    function _refused(address caller, bytes memory call) private {
        vm.prank(caller);
        (bool success,) = address(KEYS).call(call);
        assertFalse(success, "a renter's right");
    }

    function give(uint256 seed, uint256 to) external {
        uint256 stream = _stream(seed);
        vm.prank(owner[stream]);
        KEYS.transferFrom(owner[stream], actor(to), stream);
        if (!runs(stream)) _endKeys(stream);
        owner[stream] = actor(to);
    }

    /// @dev The broadcaster changes, and with him all keys.
    function _endKeys(uint256 stream) private {
        uint64 now_ = uint64(vm.getBlockTimestamp());
        for (uint256 i; i < _given.length; ++i) {
            if (_given[i].stream == stream && _given[i].until > now_) _given[i].until = now_;
        }
    }

    function _begin(uint256 stream, address who, uint256 end) private {
        _endKeys(stream);
        (user[stream], expires[stream], usersTerms[stream]) = (who, end, 0);
    }

    /* RENTERS AND BUYERS */

    function rent(uint256 seed, uint256 who, uint256 dayCount, bool relayed) external {
        uint256 stream = _stream(seed);
        Offer memory offered = KEYS.offerOf(stream);
        if (offered.rentPerDay == 0) return;
        // Whoever rents already prolongs.
        if (runs(stream)) who = _indexOf(user[stream]);
        uint256 start = runs(stream) ? expires[stream] : vm.getBlockTimestamp();
        uint256 room = vm.getBlockTimestamp() + offered.maxDays * uint256(DAY);
        if (start + DAY > room) return;
        dayCount = bound(dayCount, 1, (room - start) / DAY);
        uint256 price = dayCount * offered.rentPerDay;
        _fund(actor(who), price + 3);
        if (relayed) {
            bytes32 salt = bytes32(++_salt);
            bytes memory signature =
                _authorize(who, price + 3, KEYS.rentNonce(actor(who), stream, dayCount, price + 1, 2, salt));
            KEYS.rentWithAuthorization(
                actor(who), stream, dayCount, price + 1, Authorization(1, 2, salt, 0, type(uint256).max, signature)
            );
            changeAndFees += 3;
        } else {
            vm.prank(actor(who));
            KEYS.rent(stream, dayCount, price);
        }
        if (runs(stream)) expires[stream] += dayCount * DAY;
        else _begin(stream, actor(who), start + dayCount * DAY);
        paid += price;
        ++rents;
    }

    function buy(uint256 seed, uint256 who, bool relayed) external {
        uint256 stream = _stream(seed);
        uint256 price = KEYS.offerOf(stream).salePrice;
        if (price == 0) return;
        uint256 accepted = runs(stream) ? expires[stream] : 0;
        _fund(actor(who), price + 3);
        if (relayed) {
            bytes32 salt = bytes32(++_salt);
            bytes memory signature =
                _authorize(who, price + 3, KEYS.buyNonce(actor(who), stream, price + 1, accepted, 2, salt));
            KEYS.buyWithAuthorization(
                actor(who), stream, price + 1, accepted, Authorization(1, 2, salt, 0, type(uint256).max, signature)
            );
            changeAndFees += 3;
        } else {
            vm.prank(actor(who));
            KEYS.buy(stream, price, accepted);
        }
        if (!runs(stream)) _endKeys(stream);
        owner[stream] = actor(who);
        paid += price;
        ++sales;
    }

    function _indexOf(address who) private pure returns (uint256 i) {
        while (actor(i) != who) ++i;
    }

    /* BROADCASTERS */

    function setTerms(uint256 seed, uint256 relayBps) external {
        uint256 stream = _stream(seed);
        relayBps = bound(relayBps, 0, 9000);
        Terms memory terms = Terms(broadcaster(stream), uint16(relayBps), uint16(9500 - relayBps), uint64(seed));
        vm.prank(broadcaster(stream));
        uint32 version = KEYS.setTerms(stream, terms);
        _terms[stream].push(keccak256(abi.encode(terms)));
        assertEq(version, _terms[stream].length, "versions are numbered without gaps");
        if (runs(stream)) usersTerms[stream] = version;
        else ownersTerms[stream] = version;
    }

    function delegate(uint256 seed, uint256 time, bool signed) external {
        uint256 stream = _stream(seed);
        if (_live(stream) >= 16) return;
        address key = vm.addr(1 + uint256(keccak256(abi.encode(seed, _given.length))) % 1e18);
        (uint64 from, uint64 until) = _interval(stream, time);
        if (signed) {
            uint256 signer = 21_000 + _indexOf(broadcaster(stream));
            (uint8 v, bytes32 r, bytes32 s) = vm.sign(signer, KEYS.delegationDigest(stream, key, from, until));
            KEYS.delegateBySig(stream, key, from, until, abi.encodePacked(r, s, v));
        } else {
            vm.prank(broadcaster(stream));
            KEYS.delegate(stream, key, from, until);
        }
        _given.push(Given(stream, key, from, until, runs(stream)));
    }

    function prolong(uint256 seed, uint256 time) external {
        if (_given.length == 0) return;
        Given storage it = _given[seed % _given.length];
        if (it.until <= vm.getBlockTimestamp()) return;
        (, uint64 later) = _interval(it.stream, time);
        vm.prank(broadcaster(it.stream));
        KEYS.delegate(it.stream, it.key, it.from, later);
        it.until = later;
    }

    function revoke(uint256 seed, bool offence) external {
        if (_given.length == 0) return;
        Given storage it = _given[seed % _given.length];
        bool live = it.until > vm.getBlockTimestamp();
        if (offence) {
            vm.prank(FRAUD_PROOFS);
            KEYS.markOffence(it.stream, it.key);
        } else {
            if (!live) return;
            vm.prank(broadcaster(it.stream));
            KEYS.revoke(it.stream, it.key);
        }
        if (live) it.until = uint64(vm.getBlockTimestamp());
    }

    /// @dev From now until some time that the broadcaster may give.
    function _interval(uint256 stream, uint256 time) private view returns (uint64 from, uint64 until) {
        from = uint64(vm.getBlockTimestamp());
        uint256 most = runs(stream) ? expires[stream] - from : 100 days;
        until = from + uint64(bound(time, 1, most));
    }

    function _live(uint256 stream) private view returns (uint256 count) {
        for (uint256 i; i < _given.length; ++i) {
            if (_given[i].stream == stream && _given[i].until > vm.getBlockTimestamp()) ++count;
        }
    }

    /* MONEY */

    function withdraw(uint256 who, uint256 amount) external {
        uint256 credit = KEYS.creditOf(actor(who));
        if (credit == 0) return;
        amount = bound(amount, 1, credit);
        vm.prank(actor(who));
        KEYS.withdraw(address(0xCAFE), amount);
        withdrawn += amount;
    }

    function sweep() external {
        address[] memory sellers = new address[](ACTORS);
        uint256 due;
        for (uint256 i; i < ACTORS; ++i) {
            sellers[i] = actor(i);
            (uint256 one,) = KEYS.treasuryFeesOf(sellers[i]);
            due += one;
        }
        if (due == 0) return;
        assertEq(KEYS.sweepTreasury(sellers), due);
        swept += due;
    }
}
