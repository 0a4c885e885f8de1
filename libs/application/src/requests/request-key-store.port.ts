/** A client's name for one request, and who says it. The digest is of the request. */
export interface RequestKey {
  readonly principal: string;
  readonly key: string;
  readonly requestSha256: string;
}

export type Reservation =
  /** Of the first time: what the request makes takes this id, now or whenever it is sent again. */
  | { readonly kind: 'reserved'; readonly id: string }
  | { readonly kind: 'key-reused' };

/**
 * The id of what a request makes, laid down before it is made: whoever sends the request again comes to the same id,
 * wherever the first one was interrupted. @throws StoreFailure
 */
export interface RequestKeyStore {
  /** Null: the key is new. */
  recall(key: RequestKey): Promise<Reservation | null>;
  reserve(key: RequestKey, newId: string, nowMs: number): Promise<Reservation>;
}
