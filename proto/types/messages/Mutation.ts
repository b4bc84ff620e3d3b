// Original file: proto/messages.proto

import type { AddRequest as _messages_AddRequest, AddRequest__Output as _messages_AddRequest__Output } from '../messages/AddRequest.ts';
import type { AddItem as _messages_AddItem, AddItem__Output as _messages_AddItem__Output } from '../messages/AddItem.ts';
import type { SetCartRequest as _messages_SetCartRequest, SetCartRequest__Output as _messages_SetCartRequest__Output } from '../messages/SetCartRequest.ts';
import type { RemoveItem as _messages_RemoveItem, RemoveItem__Output as _messages_RemoveItem__Output } from '../messages/RemoveItem.ts';
import type { ChangeQuantity as _messages_ChangeQuantity, ChangeQuantity__Output as _messages_ChangeQuantity__Output } from '../messages/ChangeQuantity.ts';
import type { SetDelivery as _messages_SetDelivery, SetDelivery__Output as _messages_SetDelivery__Output } from '../messages/SetDelivery.ts';
import type { SetPickupPoint as _messages_SetPickupPoint, SetPickupPoint__Output as _messages_SetPickupPoint__Output } from '../messages/SetPickupPoint.ts';
import type { RemoveDelivery as _messages_RemoveDelivery, RemoveDelivery__Output as _messages_RemoveDelivery__Output } from '../messages/RemoveDelivery.ts';
import type { InitializeCheckout as _messages_InitializeCheckout, InitializeCheckout__Output as _messages_InitializeCheckout__Output } from '../messages/InitializeCheckout.ts';
import type { CreateCheckoutOrder as _messages_CreateCheckoutOrder, CreateCheckoutOrder__Output as _messages_CreateCheckoutOrder__Output } from '../messages/CreateCheckoutOrder.ts';
import type { OrderCreated as _messages_OrderCreated, OrderCreated__Output as _messages_OrderCreated__Output } from '../messages/OrderCreated.ts';
import type { Clear as _messages_Clear, Clear__Output as _messages_Clear__Output } from '../messages/Clear.ts';
import type { Merge as _messages_Merge, Merge__Output as _messages_Merge__Output } from '../messages/Merge.ts';
import type { Batch as _messages_Batch, Batch__Output as _messages_Batch__Output } from '../messages/Batch.ts';
import type { Merging as _messages_Merging, Merging__Output as _messages_Merging__Output } from '../messages/Merging.ts';
import type { Merged as _messages_Merged, Merged__Output as _messages_Merged__Output } from '../messages/Merged.ts';
import type { MergeRefused as _messages_MergeRefused, MergeRefused__Output as _messages_MergeRefused__Output } from '../messages/MergeRefused.ts';
import type { MergeCanceled as _messages_MergeCanceled, MergeCanceled__Output as _messages_MergeCanceled__Output } from '../messages/MergeCanceled.ts';
import type { TakeOver as _messages_TakeOver, TakeOver__Output as _messages_TakeOver__Output } from '../messages/TakeOver.ts';
import type { TakenOver as _messages_TakenOver, TakenOver__Output as _messages_TakenOver__Output } from '../messages/TakenOver.ts';

export interface Mutation {
  'addRequest'?: (_messages_AddRequest | null);
  'addItem'?: (_messages_AddItem | null);
  'setCartRequest'?: (_messages_SetCartRequest | null);
  'removeItem'?: (_messages_RemoveItem | null);
  'changeQuantity'?: (_messages_ChangeQuantity | null);
  'setDelivery'?: (_messages_SetDelivery | null);
  'setPickupPoint'?: (_messages_SetPickupPoint | null);
  'removeDelivery'?: (_messages_RemoveDelivery | null);
  'initializeCheckout'?: (_messages_InitializeCheckout | null);
  'createCheckoutOrder'?: (_messages_CreateCheckoutOrder | null);
  'orderCreated'?: (_messages_OrderCreated | null);
  'clear'?: (_messages_Clear | null);
  'merge'?: (_messages_Merge | null);
  'batch'?: (_messages_Batch | null);
  'merging'?: (_messages_Merging | null);
  'merged'?: (_messages_Merged | null);
  'mergeRefused'?: (_messages_MergeRefused | null);
  'mergeCanceled'?: (_messages_MergeCanceled | null);
  'takeOver'?: (_messages_TakeOver | null);
  'takenOver'?: (_messages_TakenOver | null);
  'kind'?: "addRequest"|"addItem"|"setCartRequest"|"removeItem"|"changeQuantity"|"setDelivery"|"setPickupPoint"|"removeDelivery"|"initializeCheckout"|"createCheckoutOrder"|"orderCreated"|"clear"|"merge"|"batch"|"merging"|"merged"|"mergeRefused"|"mergeCanceled"|"takeOver"|"takenOver";
}

export interface Mutation__Output {
  'addRequest'?: (_messages_AddRequest__Output | null);
  'addItem'?: (_messages_AddItem__Output | null);
  'setCartRequest'?: (_messages_SetCartRequest__Output | null);
  'removeItem'?: (_messages_RemoveItem__Output | null);
  'changeQuantity'?: (_messages_ChangeQuantity__Output | null);
  'setDelivery'?: (_messages_SetDelivery__Output | null);
  'setPickupPoint'?: (_messages_SetPickupPoint__Output | null);
  'removeDelivery'?: (_messages_RemoveDelivery__Output | null);
  'initializeCheckout'?: (_messages_InitializeCheckout__Output | null);
  'createCheckoutOrder'?: (_messages_CreateCheckoutOrder__Output | null);
  'orderCreated'?: (_messages_OrderCreated__Output | null);
  'clear'?: (_messages_Clear__Output | null);
  'merge'?: (_messages_Merge__Output | null);
  'batch'?: (_messages_Batch__Output | null);
  'merging'?: (_messages_Merging__Output | null);
  'merged'?: (_messages_Merged__Output | null);
  'mergeRefused'?: (_messages_MergeRefused__Output | null);
  'mergeCanceled'?: (_messages_MergeCanceled__Output | null);
  'takeOver'?: (_messages_TakeOver__Output | null);
  'takenOver'?: (_messages_TakenOver__Output | null);
  'kind'?: "addRequest"|"addItem"|"setCartRequest"|"removeItem"|"changeQuantity"|"setDelivery"|"setPickupPoint"|"removeDelivery"|"initializeCheckout"|"createCheckoutOrder"|"orderCreated"|"clear"|"merge"|"batch"|"merging"|"merged"|"mergeRefused"|"mergeCanceled"|"takeOver"|"takenOver";
}
