/** Bounds of a cart. With all of them kept, no product or sum leaves the safe integer range. */

/** Lines in one cart. Checkout providers take up to 1,000; a shopper's browser does not. */
export const LINES_MAX = 250;
/** Pieces on one line. */
export const QUANTITY_MAX = 999;
/** One piece's price and a delivery's price, minor units: the bound of Klarna/Kustom Checkout. */
export const UNIT_PRICE_MAX = 100_000_000;
/** A line's total, minor units: the same provider's bound. */
export const LINE_TOTAL_MAX = 100_000_000;
/** 100 %. */
export const TAX_RATE_MAX = 10_000;
/** Deliveries in one cart. */
export const DELIVERIES_MAX = 50;
/** Carts that may be merged into one cart: it remembers each of them, so that none is taken twice. */
export const MERGES_MAX = 250;
/** Mutations in one batch. */
export const BATCH_MAX = 100;
/** Items of all the SetCartRequests in one batch together: only the last one is seen in the cart, each costs a turn and a place in the record. */
export const BATCH_ITEMS_MAX = LINES_MAX;
/** Line and delivery ids are unsigned 32-bit numbers on the wire. */
export const ID_MAX = 0xffff_ffff;
