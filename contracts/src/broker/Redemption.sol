// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Config, Group, ITicketBroker, Outcome, Winner} from "../interfaces/ITicketBroker.sol";
import {Accounts} from "../libraries/Accounts.sol";
import {Batch, Batches} from "../libraries/Batches.sol";
import {Errors} from "../libraries/Errors.sol";
import {Purses} from "../libraries/Purses.sol";
import {RedeemedLog} from "../libraries/RedeemedLog.sol";
import {SpentIndexes} from "../libraries/SpentIndexes.sol";
import {Splits} from "../libraries/Splits.sol";
import {Preimage, TicketHash} from "../libraries/TicketHash.sol";
import {CreditLedger} from "../money/CreditLedger.sol";
import {PurseBook} from "./PurseBook.sol";
import {StreamSplits} from "./StreamSplits.sol";

/// @title Winning tickets: each is paid in full out of its viewer's purse, once, or skipped.
abstract contract Redemption is PurseBook, CreditLedger, StreamSplits {
    using Accounts for mapping(address => uint256);
    using RedeemedLog for bytes32[];
    using Batches for Batch;
    using SpentIndexes for mapping(uint256 => uint256);
    using Splits for uint256;
    using TicketHash for Preimage;

    uint32 public immutable EPOCH_SECONDS;
    uint32 public immutable MIN_FACE_VALUE;
    uint32 public immutable MAX_FACE_VALUE;

    mapping(address relay => mapping(uint256 key => uint256 word)) private _spent;

    constructor(Config memory config) {
        if (config.epochSeconds == 0) revert Errors.BadConfig();
        if (config.minFaceValue == 0 || config.minFaceValue > config.maxFaceValue) revert Errors.BadConfig();
        if (config.maxFaceValue > CAP / 10) revert Errors.BadConfig();
        EPOCH_SECONDS = config.epochSeconds;
        MIN_FACE_VALUE = config.minFaceValue;
        MAX_FACE_VALUE = config.maxFaceValue;
    }

    /// @inheritdoc ITicketBroker
    /// @dev Needs no lock: it moves no tokens, and the only contract that it calls is StreamKeys' view.
    function redeem(Group[] calldata groups) external returns (bytes memory outcomes) {
        // A winner takes 128 bytes of calldata, so there is room for all; the length is set at the end.
        outcomes = new bytes(msg.data.length / 128);
        Batch memory batch = Batches.begin(_domainSeparator(), currentEpoch());
        uint256 count;
        for (uint256 i; i < groups.length; ++i) {
            count = _redeemGroup(batch, groups[i], outcomes, count);
        }
        batch.flushPurse();
        assembly ("memory-safe") {
            mstore(outcomes, count)
        }
    }

    /// @inheritdoc ITicketBroker
    function isSpent(address relay, uint32 epoch, uint32 index) external view returns (bool) {
        return _spent[relay].isSpent(epoch, index);
    }

    /// @inheritdoc ITicketBroker
    function currentEpoch() public view returns (uint32) {
        return uint32(block.timestamp / EPOCH_SECONDS);
    }

    /* INTERNAL */

    /// @dev Redeems what can be redeemed of a group, writes one outcome a ticket from `outcomes[position]` on and credits the sum.
    /// @return end where the next group's outcomes begin
    function _redeemGroup(Batch memory batch, Group calldata group, bytes memory outcomes, uint256 position)
        private
        returns (uint256 end)
    {
        Winner[] calldata winners = group.winners;
        end = position + winners.length;
        // Only calldata in which groups share their winners can name more than fit.
        if (end > outcomes.length) revert Errors.MalformedBatch();
        Preimage ticket = batch.ticket;
        if (!ticket.begin(group)) revert Errors.MalformedBatch();
        uint256 split = _splitOf(ticket.stream(), ticket.terms());
        Outcome refusal = _refusalOf(split, ticket.faceValue());
        if (refusal != Outcome.Redeemed) {
            for (; position < end; ++position) {
                outcomes[position] = bytes1(uint8(refusal));
            }
            return end;
        }
        batch.redeemed = RedeemedLog.allocate(winners.length);
        _redeemWinners(batch, winners, outcomes, position);
        if (batch.redeemed.length != 0) _creditShares(ticket, batch.redeemed, split);
    }

    /// @dev What all tickets of a group are refused for.
    function _refusalOf(uint256 split, uint256 faceValue) private view returns (Outcome) {
        if (split == 0) return Outcome.UnknownTerms;
        if (faceValue < MIN_FACE_VALUE || faceValue > MAX_FACE_VALUE) return Outcome.FaceValueOutOfBounds;
        return Outcome.Redeemed;
    }

    function _redeemWinners(Batch memory batch, Winner[] calldata winners, bytes memory outcomes, uint256 position)
        private
    {
        uint256 first;
        assembly ("memory-safe") {
            first := add(add(outcomes, 0x20), position)
        }
        unchecked {
            for (uint256 i; i < winners.length; ++i) {
                Winner calldata winner;
                // Both within bounds: `i` by the loop, the outcomes by the check of `end`.
                assembly ("memory-safe") {
                    winner := add(winners.offset, shl(7, i))
                }
                Outcome outcome = _redeemWinner(batch, winner);
                assembly ("memory-safe") {
                    mstore8(add(first, i), outcome)
                }
            }
        }
        batch.flushSpent();
    }

    /// @dev Redeems one ticket or says why not, changing nothing then. Cheap refusals come first: a batch whose winners another keeper has
    /// already sent costs little.
    function _redeemWinner(Batch memory batch, Winner calldata winner) private returns (Outcome) {
        uint256 fields = winner.fields;
        (uint256 place, uint256 bit) = SpentIndexes.placeOf(fields);
        if (place != batch.place) {
            if (!batch.seekSpent(_spent[batch.ticket.relay()], place)) return Outcome.OutsideEpochs;
        }
        uint256 spent = batch.spent;
        if (spent & bit != 0) return Outcome.Spent;
        (bool won, address viewingKey) = batch.ticket.check(winner);
        if (!won) return Outcome.NotWon;
        if (viewingKey != batch.viewingKey) batch.seekPurse(_purseWords(), viewingKey);
        uint256 left = Purses.take(batch.purse, batch.ticket.faceValue());
        if (left == 0) return _whyUnpaid(viewingKey, batch.purse);
        (batch.purse, batch.spent) = (left, spent | bit);
        batch.redeemed.push(viewingKey, fields);
        return Outcome.Redeemed;
    }

    function _whyUnpaid(address viewingKey, uint256 purse) private pure returns (Outcome) {
        if (viewingKey == address(0)) return Outcome.BadSignature;
        return purse == 0 ? Outcome.UnknownPurse : Outcome.InsufficientBalance;
    }

    function _creditShares(Preimage ticket, bytes32[] memory redeemed, uint256 split) private {
        (uint256 relayAmount, uint256 broadcasterAmount, uint256 treasuryAmount) =
            split.divide(ticket.faceValue(), redeemed.length);
        _accounts.creditRelay(ticket.relay(), relayAmount, treasuryAmount);
        _accounts.credit(split.payeeOf(), broadcasterAmount);
        redeemed.emitLog(
            ticket.relay(),
            ticket.stream(),
            ticket.terms(),
            ticket.faceValue(),
            relayAmount,
            broadcasterAmount,
            treasuryAmount
        );
    }
}
