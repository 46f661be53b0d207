import { hopr } from '../peers/hopr.mjs';
import { livepeer } from '../peers/livepeer.mjs';
import { pimlico } from '../peers/pimlico.mjs';
import { withChain } from './chain.mjs';
import { fraud } from './fraud.mjs';
import { keyFigures } from './keys.mjs';
import { paymaster } from './paymaster.mjs';
import { redemption } from './redemption.mjs';
import { UserOperations } from './userOperations.mjs';

/** Our figures and the peers', each measured apart from the same fresh chain. */
export const measure = (root) => withChain(root, async (chain) => {
  const apart = (what, use) => {
    console.log(what);
    return chain.apart(use);
  };
  const operations = await UserOperations.create(root, chain, chain.deployment.ticketBroker);
  return {
    metrics: {
      ...await apart('Redemption and deposit', () => redemption(chain)),
      ...await apart('Stream keys', () => keyFigures(chain)),
      ...await apart('Fraud proofs', () => fraud(chain)),
      ...await apart('Paymaster', () => paymaster(chain, operations)),
    },
    peers: {
      livepeer: await apart('Livepeer', () => livepeer(root, chain)),
      hopr: await apart('HOPR', () => hopr(root, chain)),
      pimlico: await apart('Pimlico', () => pimlico(root, chain, operations)),
    },
    node: await chain.client.request({ method: 'web3_clientVersion' }),
  };
});
