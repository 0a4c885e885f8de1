/** Why an asset set off a plan: it outgrew the mean, fell behind it, or takes too much of the portfolio. */
export type TriggerKind = 'upside' | 'downside' | 'limit';

export interface Trigger {
  /** Index in the portfolio's listed order. */
  readonly asset: number;
  readonly kind: TriggerKind;
  /** How far the threshold is exceeded: 1 is exactly on it. */
  readonly ratio: number;
}

/** A sale whose quantity is fixed at the decision. */
export interface PlannedSale {
  readonly asset: number;
  readonly quantity: number;
  /** Quantity at the decision's price. */
  readonly value: number;
}

/** What is to be bought once the sales have settled. */
export type PurchaseAim =
  /** The sale's net proceeds go to the other assets, less the part that stays in the quote currency. */
  | { readonly kind: 'redistribute-proceeds' }
  /** One asset is brought back towards the mean: `value` of it is wanted. */
  | { readonly kind: 'top-up'; readonly asset: number; readonly value: number };

/**
 * One plan, all of it as decided: later steps read the values from here and never value the portfolio anew.
 * Sales come first and in listed order; `planPurchases` and `sizePurchase` tell what is bought afterwards.
 */
export interface RebalancePlan {
  readonly trigger: Trigger;
  readonly decidedAtMs: number;
  readonly values: readonly number[];
  readonly totalValue: number;
  readonly meanValue: number;
  /** Purchases never take the cash below this. */
  readonly cashFloor: number;
  readonly sales: readonly PlannedSale[];
  readonly aim: PurchaseAim;
}
