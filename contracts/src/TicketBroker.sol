// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Authorizations} from "./broker/Authorizations.sol";
import {PurseBook} from "./broker/PurseBook.sol";
import {Redemption} from "./broker/Redemption.sol";
import {StreamSplits} from "./broker/StreamSplits.sol";
import {Withdrawals} from "./broker/Withdrawals.sol";
import {Config, ITicketBroker, Ticket} from "./interfaces/ITicketBroker.sol";
import {TicketHash} from "./libraries/TicketHash.sol";
import {CreditLedger} from "./money/CreditLedger.sol";
import {Payouts} from "./money/Payouts.sol";

/// @title TicketBroker
/// @notice Holds viewers' purses, pays winning tickets out of them and keeps what was earned until it is withdrawn.
/// There is no owner, no pause and no upgrade: every micro-USDC has one account that alone can move it.
contract TicketBroker is PurseBook, Withdrawals, Authorizations, Redemption {
    constructor(Config memory config)
        Payouts(config.usdc)
        PurseBook(config)
        CreditLedger(config.treasury)
        StreamSplits(config.streamKeys)
        Redemption(config)
    {}

    /* EIP-712 */

    /// @inheritdoc ITicketBroker
    function ticketDigest(Ticket calldata ticket) external view returns (bytes32) {
        return _hashTypedData(keccak256(abi.encode(TicketHash.TYPE_HASH, ticket)));
    }

    /// @inheritdoc ITicketBroker
    function domainSeparator() external view returns (bytes32) {
        return _domainSeparator();
    }

    function _domainNameAndVersion() internal pure override returns (string memory, string memory) {
        return ("ClusterCast TicketBroker", "1");
    }
}
