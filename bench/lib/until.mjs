import { setTimeout as sleep } from 'node:timers/promises';

/** Asks `question` every 100 ms until it answers something; throws what `failure` makes after `patience` ms. */
export async function until(question, patience, failure) {
  const deadline = performance.now() + patience;
  for (;;) {
    const answer = await question();
    if (answer) return answer;
    if (performance.now() > deadline) throw await failure();
    await sleep(100);
  }
}
