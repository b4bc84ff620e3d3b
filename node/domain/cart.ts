/**
 * A cart and what is in it. Every value is immutable: a mutation makes a new cart that shares what did not change.
 * Amounts are integers in minor units and include tax; tax rates are basis points (2500 = 25 %).
 */
export interface Cart {
  readonly id: string;
  /** Counts applied mutations; 0 for a cart that was never changed. */
  readonly version: number;
  /** ISO 4217, upper case; empty while the cart has no lines and no deliveries. */
  readonly currency: string;
  /** ISO 3166-1, lower case; empty together with `currency`. */
  readonly country: string;
  readonly lines: readonly Line[];
  readonly deliveries: readonly Delivery[];
  readonly totals: Totals;
  readonly checkout: Checkout;
  readonly warnings: readonly Warning[];
  /** The highest line id given out; ids are never used twice, until `set` starts the cart anew. */
  readonly lastLineId: number;
  readonly lastDeliveryId: number;
  /** The ordered cart that this one follows, once its lines are here. */
  readonly predecessor?: string;
  /** The cart goes to another one, or went there: see `merge.ts`. */
  readonly merging?: MergingState;
  /** Of carts that were to be merged into this one. */
  readonly mergeDecisions?: readonly MergeDecision[];
}

export interface Line {
  readonly id: number;
  readonly product: Product;
  readonly quantity: number;
  /** 0: no delivery chosen yet. */
  readonly deliveryId: number;
  readonly totalPrice: number;
  readonly totalTax: number;
}

/** What the catalog said of an article when it was asked. */
export interface Product {
  readonly sku: string;
  readonly name: string;
  readonly unitPrice: number;
  /** Reduction of each unit's price, at most `unitPrice`. */
  readonly unitDiscount: number;
  readonly taxRate: number;
  readonly currency: string;
  readonly country: string;
  readonly type: ProductType;
  readonly variant?: string;
  readonly storeId?: string;
  readonly image?: string;
  readonly url?: string;
}

export type ProductType = 'physical' | 'digital' | 'gift_card';

export interface Delivery {
  readonly id: number;
  readonly option: DeliveryOption;
  readonly pickupPoint?: PickupPoint;
}

/** What the catalog said of a delivery provider when it was asked. */
export interface DeliveryOption {
  readonly provider: string;
  readonly name: string;
  readonly price: number;
  readonly taxRate: number;
  readonly currency: string;
  readonly country: string;
}

export interface PickupPoint {
  readonly id: string;
  readonly name?: string;
  readonly address?: string;
  readonly city?: string;
  readonly zip?: string;
  readonly country?: string;
}

export interface Totals {
  readonly items: number;
  readonly deliveries: number;
  readonly discount: number;
  readonly total: number;
  readonly tax: number;
}

export type CheckoutStatus = 'CHECKOUT_NONE' | 'CHECKOUT_REQUESTED' | 'CHECKOUT_OPEN' | 'CHECKOUT_ORDERED';

export interface Checkout {
  readonly status: CheckoutStatus;
  readonly reference?: string;
  readonly providerStatus?: string;
  readonly payloadHash?: Uint8Array;
  /** The version whose content the provider holds. */
  readonly cartVersion?: number;
  /** The shopper has confirmed the order; whether it was paid is not known yet. */
  readonly paymentInProgress?: boolean;
  /** When the catalog was last asked for every price of the cart, ms since 1970. */
  readonly pricedAtMs?: number;
  readonly succession?: Succession;
}

/** The cart that follows an ordered one, and the lines that are still to go there. */
export interface Succession {
  readonly cartId: string;
  readonly lines: readonly Line[];
}

/** What was paid: the lines and deliveries of the provider's order. */
export interface PaidContent {
  readonly lines: readonly Line[];
  readonly deliveries: readonly Delivery[];
}

/** What becomes of the quantity of an article that both carts have. */
export type MergeStrategy =
  'MERGE_STRATEGY_SUM' | 'MERGE_STRATEGY_MAX' | 'MERGE_STRATEGY_KEEP' | 'MERGE_STRATEGY_REPLACE';

export interface MergingState {
  readonly targetId: string;
  readonly strategy: MergeStrategy;
  /** Tells this attempt from others with the same carts. */
  readonly mergeId: string;
  /** False: the cart is frozen, and the target may have its lines or not. True: the target has them. */
  readonly done: boolean;
}

export interface MergeDecision {
  readonly sourceId: string;
  readonly mergeId: string;
  /** The version that the decision made. */
  readonly version: number;
  readonly refused: boolean;
}

/** Something the shopper should know that stopped nothing. */
export interface Warning {
  readonly code: 'price-changed';
  /** 0 where it is about a delivery. */
  readonly lineId: number;
  readonly deliveryId?: number;
  readonly oldAmount: number;
  readonly newAmount: number;
}

const noTotals: Totals = { items: 0, deliveries: 0, discount: 0, total: 0, tax: 0 };
const noCheckout: Checkout = { status: 'CHECKOUT_NONE' };

/** The cart that every id reads as before its first mutation. */
export function emptyCart(id: string): Cart {
  return {
    id,
    version: 0,
    currency: '',
    country: '',
    lines: [],
    deliveries: [],
    totals: noTotals,
    checkout: noCheckout,
    warnings: [],
    lastLineId: 0,
    lastDeliveryId: 0,
  };
}
