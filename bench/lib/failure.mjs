/** Why a benchmark cannot be measured: one sentence for the user, with the remedy, and the exit status (sysexits.h). */
export class Failure extends Error {
  constructor(sentence, status = 70) {
    super(sentence);
    this.status = status;
  }
}

/** Something that has to be installed first. */
export const missing = (what, remedy) => new Failure(`${what} is not installed. Install it with: ${remedy}`, 69);
