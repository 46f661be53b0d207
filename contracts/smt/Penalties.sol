// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Penalties} from "../src/libraries/Penalties.sol";

/// @notice For every stake and every configuration that RelayStaking admits.
contract PenaltiesSmt {
    function penalty(uint96 stake, uint256 slashBps) external pure {
        require(slashBps > 0 && slashBps <= 10_000);
        uint256 amount = Penalties.penaltyOf(stake, slashBps);
        assert(amount <= stake);
        assert(stake == 0 || amount > 0);
    }

    function divide(uint96 amount, uint256 reporterBps, uint256 burnBps) external pure {
        require(reporterBps <= 5000 && burnBps <= 10_000 - reporterBps);
        (uint256 reporter, uint256 burnt, uint256 treasury) = Penalties.divide(amount, reporterBps, burnBps);
        assert(reporter <= amount);
        assert(burnt <= amount - reporter);
        assert(treasury <= amount);
        assert(reporter + burnt + treasury == amount);
    }
}
