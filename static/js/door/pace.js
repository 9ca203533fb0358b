// How much goes over the line at a time: half as much after a time-out, with more patience, and by and by more again.

const PATIENCE = 8;

export class Pace {
  constructor(most) {
    this.most = most;
    this.now = most;
    this.patience = 1;
  }

  grow() {
    this.now = Math.min(this.most, Math.ceil(this.now * 1.25));
    this.patience = Math.max(1, this.patience / 2);
  }

  /** Whether there was anything to give up: less at a time, or more patience. */
  ease() {
    const could = this.now > 1 || this.patience < PATIENCE;
    this.now = Math.ceil(this.now / 2);
    this.patience = Math.min(PATIENCE, this.patience * 2);
    return could;
  }
}
