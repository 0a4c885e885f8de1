/**
 * The seam for a websocket: something that says earlier than the next round that prices have moved. A hint only asks for a
 * round now; what is believed is what the round itself reads, so a hint that is lost, late or wrong costs nothing but time.
 * Sources must not hint more often than the venue's budget allows rounds; while one is under way hints are dropped.
 */
export interface PriceHintSource {
  /** Returns the function that ends the subscription. */
  subscribe(onHint: () => void): () => void;
}
