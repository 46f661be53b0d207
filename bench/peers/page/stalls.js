const SETTLE_MS = 2_500;
const STALL_MS = 100;

/** Counts how often the picture waited for media for 100 ms or more, from 2.5 s after the first frame on: the rule of ClusterCast's player. */
export class Stalls {
  count = 0;
  #begun = Infinity;
  #since = null;

  constructor(video) {
    video.addEventListener('waiting', () => {
      if (performance.now() - this.#begun > SETTLE_MS && !video.seeking && !video.paused) this.#since ??= performance.now();
    });
    video.addEventListener('playing', () => this.#resumed());
    video.addEventListener('timeupdate', () => { if (video.readyState >= HTMLMediaElement.HAVE_FUTURE_DATA) this.#resumed(); });
  }

  /** The first frame is painted. */
  begin() { this.#begun = performance.now(); }

  #resumed() {
    if (this.#since !== null && performance.now() - this.#since >= STALL_MS) this.count++;
    this.#since = null;
  }
}
