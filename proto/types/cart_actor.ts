import type * as grpc from '@grpc/grpc-js';
import type { EnumTypeDefinition, MessageTypeDefinition } from '@grpc/proto-loader';

import type { AddItem as _messages_AddItem, AddItem__Output as _messages_AddItem__Output } from './messages/AddItem.ts';
import type { AddItemCall as _messages_AddItemCall, AddItemCall__Output as _messages_AddItemCall__Output } from './messages/AddItemCall.ts';
import type { AddRequest as _messages_AddRequest, AddRequest__Output as _messages_AddRequest__Output } from './messages/AddRequest.ts';
import type { AddRequestCall as _messages_AddRequestCall, AddRequestCall__Output as _messages_AddRequestCall__Output } from './messages/AddRequestCall.ts';
import type { AppliedMutation as _messages_AppliedMutation, AppliedMutation__Output as _messages_AppliedMutation__Output } from './messages/AppliedMutation.ts';
import type { Batch as _messages_Batch, Batch__Output as _messages_Batch__Output } from './messages/Batch.ts';
import type { BatchCall as _messages_BatchCall, BatchCall__Output as _messages_BatchCall__Output } from './messages/BatchCall.ts';
import type { CallOptions as _messages_CallOptions, CallOptions__Output as _messages_CallOptions__Output } from './messages/CallOptions.ts';
import type { CartActorClient as _messages_CartActorClient, CartActorDefinition as _messages_CartActorDefinition } from './messages/CartActor.ts';
import type { CartChange as _messages_CartChange, CartChange__Output as _messages_CartChange__Output } from './messages/CartChange.ts';
import type { CartState as _messages_CartState, CartState__Output as _messages_CartState__Output } from './messages/CartState.ts';
import type { ChangeQuantity as _messages_ChangeQuantity, ChangeQuantity__Output as _messages_ChangeQuantity__Output } from './messages/ChangeQuantity.ts';
import type { ChangeQuantityCall as _messages_ChangeQuantityCall, ChangeQuantityCall__Output as _messages_ChangeQuantityCall__Output } from './messages/ChangeQuantityCall.ts';
import type { Checkout as _messages_Checkout, Checkout__Output as _messages_Checkout__Output } from './messages/Checkout.ts';
import type { Clear as _messages_Clear, Clear__Output as _messages_Clear__Output } from './messages/Clear.ts';
import type { ClearCall as _messages_ClearCall, ClearCall__Output as _messages_ClearCall__Output } from './messages/ClearCall.ts';
import type { CreateCheckoutOrder as _messages_CreateCheckoutOrder, CreateCheckoutOrder__Output as _messages_CreateCheckoutOrder__Output } from './messages/CreateCheckoutOrder.ts';
import type { CreateCheckoutOrderCall as _messages_CreateCheckoutOrderCall, CreateCheckoutOrderCall__Output as _messages_CreateCheckoutOrderCall__Output } from './messages/CreateCheckoutOrderCall.ts';
import type { Delivery as _messages_Delivery, Delivery__Output as _messages_Delivery__Output } from './messages/Delivery.ts';
import type { DeliveryOption as _messages_DeliveryOption, DeliveryOption__Output as _messages_DeliveryOption__Output } from './messages/DeliveryOption.ts';
import type { DeliveryPrice as _messages_DeliveryPrice, DeliveryPrice__Output as _messages_DeliveryPrice__Output } from './messages/DeliveryPrice.ts';
import type { InitializeCheckout as _messages_InitializeCheckout, InitializeCheckout__Output as _messages_InitializeCheckout__Output } from './messages/InitializeCheckout.ts';
import type { InitializeCheckoutCall as _messages_InitializeCheckoutCall, InitializeCheckoutCall__Output as _messages_InitializeCheckoutCall__Output } from './messages/InitializeCheckoutCall.ts';
import type { JournalRecord as _messages_JournalRecord, JournalRecord__Output as _messages_JournalRecord__Output } from './messages/JournalRecord.ts';
import type { JournalRecordHead as _messages_JournalRecordHead, JournalRecordHead__Output as _messages_JournalRecordHead__Output } from './messages/JournalRecordHead.ts';
import type { Line as _messages_Line, Line__Output as _messages_Line__Output } from './messages/Line.ts';
import type { LinePrice as _messages_LinePrice, LinePrice__Output as _messages_LinePrice__Output } from './messages/LinePrice.ts';
import type { Merge as _messages_Merge, Merge__Output as _messages_Merge__Output } from './messages/Merge.ts';
import type { MergeCall as _messages_MergeCall, MergeCall__Output as _messages_MergeCall__Output } from './messages/MergeCall.ts';
import type { MergeCanceled as _messages_MergeCanceled, MergeCanceled__Output as _messages_MergeCanceled__Output } from './messages/MergeCanceled.ts';
import type { MergeDecision as _messages_MergeDecision, MergeDecision__Output as _messages_MergeDecision__Output } from './messages/MergeDecision.ts';
import type { MergeRefused as _messages_MergeRefused, MergeRefused__Output as _messages_MergeRefused__Output } from './messages/MergeRefused.ts';
import type { Merged as _messages_Merged, Merged__Output as _messages_Merged__Output } from './messages/Merged.ts';
import type { Merging as _messages_Merging, Merging__Output as _messages_Merging__Output } from './messages/Merging.ts';
import type { MergingState as _messages_MergingState, MergingState__Output as _messages_MergingState__Output } from './messages/MergingState.ts';
import type { Mutation as _messages_Mutation, Mutation__Output as _messages_Mutation__Output } from './messages/Mutation.ts';
import type { MutationReply as _messages_MutationReply, MutationReply__Output as _messages_MutationReply__Output } from './messages/MutationReply.ts';
import type { OrderCreated as _messages_OrderCreated, OrderCreated__Output as _messages_OrderCreated__Output } from './messages/OrderCreated.ts';
import type { OrderCreatedCall as _messages_OrderCreatedCall, OrderCreatedCall__Output as _messages_OrderCreatedCall__Output } from './messages/OrderCreatedCall.ts';
import type { PaidContent as _messages_PaidContent, PaidContent__Output as _messages_PaidContent__Output } from './messages/PaidContent.ts';
import type { PickupPoint as _messages_PickupPoint, PickupPoint__Output as _messages_PickupPoint__Output } from './messages/PickupPoint.ts';
import type { Product as _messages_Product, Product__Output as _messages_Product__Output } from './messages/Product.ts';
import type { RememberedRequest as _messages_RememberedRequest, RememberedRequest__Output as _messages_RememberedRequest__Output } from './messages/RememberedRequest.ts';
import type { RemoveDelivery as _messages_RemoveDelivery, RemoveDelivery__Output as _messages_RemoveDelivery__Output } from './messages/RemoveDelivery.ts';
import type { RemoveDeliveryCall as _messages_RemoveDeliveryCall, RemoveDeliveryCall__Output as _messages_RemoveDeliveryCall__Output } from './messages/RemoveDeliveryCall.ts';
import type { RemoveItem as _messages_RemoveItem, RemoveItem__Output as _messages_RemoveItem__Output } from './messages/RemoveItem.ts';
import type { RemoveItemCall as _messages_RemoveItemCall, RemoveItemCall__Output as _messages_RemoveItemCall__Output } from './messages/RemoveItemCall.ts';
import type { SetCartRequest as _messages_SetCartRequest, SetCartRequest__Output as _messages_SetCartRequest__Output } from './messages/SetCartRequest.ts';
import type { SetCartRequestCall as _messages_SetCartRequestCall, SetCartRequestCall__Output as _messages_SetCartRequestCall__Output } from './messages/SetCartRequestCall.ts';
import type { SetDelivery as _messages_SetDelivery, SetDelivery__Output as _messages_SetDelivery__Output } from './messages/SetDelivery.ts';
import type { SetDeliveryCall as _messages_SetDeliveryCall, SetDeliveryCall__Output as _messages_SetDeliveryCall__Output } from './messages/SetDeliveryCall.ts';
import type { SetPickupPoint as _messages_SetPickupPoint, SetPickupPoint__Output as _messages_SetPickupPoint__Output } from './messages/SetPickupPoint.ts';
import type { SetPickupPointCall as _messages_SetPickupPointCall, SetPickupPointCall__Output as _messages_SetPickupPointCall__Output } from './messages/SetPickupPointCall.ts';
import type { SnapshotRecord as _messages_SnapshotRecord, SnapshotRecord__Output as _messages_SnapshotRecord__Output } from './messages/SnapshotRecord.ts';
import type { StateCall as _messages_StateCall, StateCall__Output as _messages_StateCall__Output } from './messages/StateCall.ts';
import type { StateReply as _messages_StateReply, StateReply__Output as _messages_StateReply__Output } from './messages/StateReply.ts';
import type { Succession as _messages_Succession, Succession__Output as _messages_Succession__Output } from './messages/Succession.ts';
import type { TakeOver as _messages_TakeOver, TakeOver__Output as _messages_TakeOver__Output } from './messages/TakeOver.ts';
import type { TakeOverCall as _messages_TakeOverCall, TakeOverCall__Output as _messages_TakeOverCall__Output } from './messages/TakeOverCall.ts';
import type { TakenOver as _messages_TakenOver, TakenOver__Output as _messages_TakenOver__Output } from './messages/TakenOver.ts';
import type { TakenOverCall as _messages_TakenOverCall, TakenOverCall__Output as _messages_TakenOverCall__Output } from './messages/TakenOverCall.ts';
import type { Totals as _messages_Totals, Totals__Output as _messages_Totals__Output } from './messages/Totals.ts';
import type { Warning as _messages_Warning, Warning__Output as _messages_Warning__Output } from './messages/Warning.ts';
import type { WatchCall as _messages_WatchCall, WatchCall__Output as _messages_WatchCall__Output } from './messages/WatchCall.ts';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  messages: {
    AddItem: MessageTypeDefinition<_messages_AddItem, _messages_AddItem__Output>
    AddItemCall: MessageTypeDefinition<_messages_AddItemCall, _messages_AddItemCall__Output>
    AddRequest: MessageTypeDefinition<_messages_AddRequest, _messages_AddRequest__Output>
    AddRequestCall: MessageTypeDefinition<_messages_AddRequestCall, _messages_AddRequestCall__Output>
    AppliedMutation: MessageTypeDefinition<_messages_AppliedMutation, _messages_AppliedMutation__Output>
    Batch: MessageTypeDefinition<_messages_Batch, _messages_Batch__Output>
    BatchCall: MessageTypeDefinition<_messages_BatchCall, _messages_BatchCall__Output>
    CallOptions: MessageTypeDefinition<_messages_CallOptions, _messages_CallOptions__Output>
    CartActor: SubtypeConstructor<typeof grpc.Client, _messages_CartActorClient> & { service: _messages_CartActorDefinition }
    CartChange: MessageTypeDefinition<_messages_CartChange, _messages_CartChange__Output>
    CartState: MessageTypeDefinition<_messages_CartState, _messages_CartState__Output>
    ChangeQuantity: MessageTypeDefinition<_messages_ChangeQuantity, _messages_ChangeQuantity__Output>
    ChangeQuantityCall: MessageTypeDefinition<_messages_ChangeQuantityCall, _messages_ChangeQuantityCall__Output>
    Checkout: MessageTypeDefinition<_messages_Checkout, _messages_Checkout__Output>
    CheckoutStatus: EnumTypeDefinition
    Clear: MessageTypeDefinition<_messages_Clear, _messages_Clear__Output>
    ClearCall: MessageTypeDefinition<_messages_ClearCall, _messages_ClearCall__Output>
    CreateCheckoutOrder: MessageTypeDefinition<_messages_CreateCheckoutOrder, _messages_CreateCheckoutOrder__Output>
    CreateCheckoutOrderCall: MessageTypeDefinition<_messages_CreateCheckoutOrderCall, _messages_CreateCheckoutOrderCall__Output>
    Delivery: MessageTypeDefinition<_messages_Delivery, _messages_Delivery__Output>
    DeliveryOption: MessageTypeDefinition<_messages_DeliveryOption, _messages_DeliveryOption__Output>
    DeliveryPrice: MessageTypeDefinition<_messages_DeliveryPrice, _messages_DeliveryPrice__Output>
    InitializeCheckout: MessageTypeDefinition<_messages_InitializeCheckout, _messages_InitializeCheckout__Output>
    InitializeCheckoutCall: MessageTypeDefinition<_messages_InitializeCheckoutCall, _messages_InitializeCheckoutCall__Output>
    JournalRecord: MessageTypeDefinition<_messages_JournalRecord, _messages_JournalRecord__Output>
    JournalRecordHead: MessageTypeDefinition<_messages_JournalRecordHead, _messages_JournalRecordHead__Output>
    Line: MessageTypeDefinition<_messages_Line, _messages_Line__Output>
    LinePrice: MessageTypeDefinition<_messages_LinePrice, _messages_LinePrice__Output>
    Merge: MessageTypeDefinition<_messages_Merge, _messages_Merge__Output>
    MergeCall: MessageTypeDefinition<_messages_MergeCall, _messages_MergeCall__Output>
    MergeCanceled: MessageTypeDefinition<_messages_MergeCanceled, _messages_MergeCanceled__Output>
    MergeDecision: MessageTypeDefinition<_messages_MergeDecision, _messages_MergeDecision__Output>
    MergeRefused: MessageTypeDefinition<_messages_MergeRefused, _messages_MergeRefused__Output>
    MergeStrategy: EnumTypeDefinition
    Merged: MessageTypeDefinition<_messages_Merged, _messages_Merged__Output>
    Merging: MessageTypeDefinition<_messages_Merging, _messages_Merging__Output>
    MergingState: MessageTypeDefinition<_messages_MergingState, _messages_MergingState__Output>
    Mutation: MessageTypeDefinition<_messages_Mutation, _messages_Mutation__Output>
    MutationReply: MessageTypeDefinition<_messages_MutationReply, _messages_MutationReply__Output>
    OrderCreated: MessageTypeDefinition<_messages_OrderCreated, _messages_OrderCreated__Output>
    OrderCreatedCall: MessageTypeDefinition<_messages_OrderCreatedCall, _messages_OrderCreatedCall__Output>
    PaidContent: MessageTypeDefinition<_messages_PaidContent, _messages_PaidContent__Output>
    PickupPoint: MessageTypeDefinition<_messages_PickupPoint, _messages_PickupPoint__Output>
    Product: MessageTypeDefinition<_messages_Product, _messages_Product__Output>
    RememberedRequest: MessageTypeDefinition<_messages_RememberedRequest, _messages_RememberedRequest__Output>
    RemoveDelivery: MessageTypeDefinition<_messages_RemoveDelivery, _messages_RemoveDelivery__Output>
    RemoveDeliveryCall: MessageTypeDefinition<_messages_RemoveDeliveryCall, _messages_RemoveDeliveryCall__Output>
    RemoveItem: MessageTypeDefinition<_messages_RemoveItem, _messages_RemoveItem__Output>
    RemoveItemCall: MessageTypeDefinition<_messages_RemoveItemCall, _messages_RemoveItemCall__Output>
    SetCartRequest: MessageTypeDefinition<_messages_SetCartRequest, _messages_SetCartRequest__Output>
    SetCartRequestCall: MessageTypeDefinition<_messages_SetCartRequestCall, _messages_SetCartRequestCall__Output>
    SetDelivery: MessageTypeDefinition<_messages_SetDelivery, _messages_SetDelivery__Output>
    SetDeliveryCall: MessageTypeDefinition<_messages_SetDeliveryCall, _messages_SetDeliveryCall__Output>
    SetPickupPoint: MessageTypeDefinition<_messages_SetPickupPoint, _messages_SetPickupPoint__Output>
    SetPickupPointCall: MessageTypeDefinition<_messages_SetPickupPointCall, _messages_SetPickupPointCall__Output>
    SnapshotRecord: MessageTypeDefinition<_messages_SnapshotRecord, _messages_SnapshotRecord__Output>
    StateCall: MessageTypeDefinition<_messages_StateCall, _messages_StateCall__Output>
    StateReply: MessageTypeDefinition<_messages_StateReply, _messages_StateReply__Output>
    Succession: MessageTypeDefinition<_messages_Succession, _messages_Succession__Output>
    TakeOver: MessageTypeDefinition<_messages_TakeOver, _messages_TakeOver__Output>
    TakeOverCall: MessageTypeDefinition<_messages_TakeOverCall, _messages_TakeOverCall__Output>
    TakenOver: MessageTypeDefinition<_messages_TakenOver, _messages_TakenOver__Output>
    TakenOverCall: MessageTypeDefinition<_messages_TakenOverCall, _messages_TakenOverCall__Output>
    Totals: MessageTypeDefinition<_messages_Totals, _messages_Totals__Output>
    Warning: MessageTypeDefinition<_messages_Warning, _messages_Warning__Output>
    WatchCall: MessageTypeDefinition<_messages_WatchCall, _messages_WatchCall__Output>
  }
}

