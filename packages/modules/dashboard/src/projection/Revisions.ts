const PER_EPOCH = 2 ** 32;

/** Numbers that grow, within one term and from each to the next: no clock is asked. */
export class Revisions {
  #last: number;

  constructor(epoch: number) {
    this.#last = epoch * PER_EPOCH;
  }

  next(): number {
    this.#last += 1;
    return this.#last;
  }
}
