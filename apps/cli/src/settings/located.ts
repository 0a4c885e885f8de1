export interface Located {
  readonly value: string;
  /** Where it was found, for messages: a wrong address is only mended where it was set. */
  readonly from: string;
}
