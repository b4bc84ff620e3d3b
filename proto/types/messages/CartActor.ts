// Original file: proto/cart_actor.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { AddItemCall as _messages_AddItemCall, AddItemCall__Output as _messages_AddItemCall__Output } from '../messages/AddItemCall.ts';
import type { AddRequestCall as _messages_AddRequestCall, AddRequestCall__Output as _messages_AddRequestCall__Output } from '../messages/AddRequestCall.ts';
import type { BatchCall as _messages_BatchCall, BatchCall__Output as _messages_BatchCall__Output } from '../messages/BatchCall.ts';
import type { CartChange as _messages_CartChange, CartChange__Output as _messages_CartChange__Output } from '../messages/CartChange.ts';
import type { ChangeQuantityCall as _messages_ChangeQuantityCall, ChangeQuantityCall__Output as _messages_ChangeQuantityCall__Output } from '../messages/ChangeQuantityCall.ts';
import type { ClearCall as _messages_ClearCall, ClearCall__Output as _messages_ClearCall__Output } from '../messages/ClearCall.ts';
import type { CreateCheckoutOrderCall as _messages_CreateCheckoutOrderCall, CreateCheckoutOrderCall__Output as _messages_CreateCheckoutOrderCall__Output } from '../messages/CreateCheckoutOrderCall.ts';
import type { InitializeCheckoutCall as _messages_InitializeCheckoutCall, InitializeCheckoutCall__Output as _messages_InitializeCheckoutCall__Output } from '../messages/InitializeCheckoutCall.ts';
import type { MergeCall as _messages_MergeCall, MergeCall__Output as _messages_MergeCall__Output } from '../messages/MergeCall.ts';
import type { MutationReply as _messages_MutationReply, MutationReply__Output as _messages_MutationReply__Output } from '../messages/MutationReply.ts';
import type { OrderCreatedCall as _messages_OrderCreatedCall, OrderCreatedCall__Output as _messages_OrderCreatedCall__Output } from '../messages/OrderCreatedCall.ts';
import type { RemoveDeliveryCall as _messages_RemoveDeliveryCall, RemoveDeliveryCall__Output as _messages_RemoveDeliveryCall__Output } from '../messages/RemoveDeliveryCall.ts';
import type { RemoveItemCall as _messages_RemoveItemCall, RemoveItemCall__Output as _messages_RemoveItemCall__Output } from '../messages/RemoveItemCall.ts';
import type { SetCartRequestCall as _messages_SetCartRequestCall, SetCartRequestCall__Output as _messages_SetCartRequestCall__Output } from '../messages/SetCartRequestCall.ts';
import type { SetDeliveryCall as _messages_SetDeliveryCall, SetDeliveryCall__Output as _messages_SetDeliveryCall__Output } from '../messages/SetDeliveryCall.ts';
import type { SetPickupPointCall as _messages_SetPickupPointCall, SetPickupPointCall__Output as _messages_SetPickupPointCall__Output } from '../messages/SetPickupPointCall.ts';
import type { StateCall as _messages_StateCall, StateCall__Output as _messages_StateCall__Output } from '../messages/StateCall.ts';
import type { StateReply as _messages_StateReply, StateReply__Output as _messages_StateReply__Output } from '../messages/StateReply.ts';
import type { TakeOverCall as _messages_TakeOverCall, TakeOverCall__Output as _messages_TakeOverCall__Output } from '../messages/TakeOverCall.ts';
import type { TakenOverCall as _messages_TakenOverCall, TakenOverCall__Output as _messages_TakenOverCall__Output } from '../messages/TakenOverCall.ts';
import type { WatchCall as _messages_WatchCall, WatchCall__Output as _messages_WatchCall__Output } from '../messages/WatchCall.ts';

export interface CartActorClient extends grpc.Client {
  AddItem(argument: _messages_AddItemCall, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  AddItem(argument: _messages_AddItemCall, metadata: grpc.Metadata, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  AddItem(argument: _messages_AddItemCall, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  AddItem(argument: _messages_AddItemCall, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  addItem(argument: _messages_AddItemCall, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  addItem(argument: _messages_AddItemCall, metadata: grpc.Metadata, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  addItem(argument: _messages_AddItemCall, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  addItem(argument: _messages_AddItemCall, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  
  AddRequest(argument: _messages_AddRequestCall, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  AddRequest(argument: _messages_AddRequestCall, metadata: grpc.Metadata, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  AddRequest(argument: _messages_AddRequestCall, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  AddRequest(argument: _messages_AddRequestCall, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  addRequest(argument: _messages_AddRequestCall, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  addRequest(argument: _messages_AddRequestCall, metadata: grpc.Metadata, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  addRequest(argument: _messages_AddRequestCall, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  addRequest(argument: _messages_AddRequestCall, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  
  Batch(argument: _messages_BatchCall, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  Batch(argument: _messages_BatchCall, metadata: grpc.Metadata, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  Batch(argument: _messages_BatchCall, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  Batch(argument: _messages_BatchCall, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  batch(argument: _messages_BatchCall, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  batch(argument: _messages_BatchCall, metadata: grpc.Metadata, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  batch(argument: _messages_BatchCall, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  batch(argument: _messages_BatchCall, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  
  ChangeQuantity(argument: _messages_ChangeQuantityCall, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  ChangeQuantity(argument: _messages_ChangeQuantityCall, metadata: grpc.Metadata, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  ChangeQuantity(argument: _messages_ChangeQuantityCall, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  ChangeQuantity(argument: _messages_ChangeQuantityCall, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  changeQuantity(argument: _messages_ChangeQuantityCall, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  changeQuantity(argument: _messages_ChangeQuantityCall, metadata: grpc.Metadata, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  changeQuantity(argument: _messages_ChangeQuantityCall, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  changeQuantity(argument: _messages_ChangeQuantityCall, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  
  Clear(argument: _messages_ClearCall, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  Clear(argument: _messages_ClearCall, metadata: grpc.Metadata, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  Clear(argument: _messages_ClearCall, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  Clear(argument: _messages_ClearCall, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  clear(argument: _messages_ClearCall, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  clear(argument: _messages_ClearCall, metadata: grpc.Metadata, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  clear(argument: _messages_ClearCall, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  clear(argument: _messages_ClearCall, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  
  CreateCheckoutOrder(argument: _messages_CreateCheckoutOrderCall, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  CreateCheckoutOrder(argument: _messages_CreateCheckoutOrderCall, metadata: grpc.Metadata, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  CreateCheckoutOrder(argument: _messages_CreateCheckoutOrderCall, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  CreateCheckoutOrder(argument: _messages_CreateCheckoutOrderCall, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  createCheckoutOrder(argument: _messages_CreateCheckoutOrderCall, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  createCheckoutOrder(argument: _messages_CreateCheckoutOrderCall, metadata: grpc.Metadata, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  createCheckoutOrder(argument: _messages_CreateCheckoutOrderCall, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  createCheckoutOrder(argument: _messages_CreateCheckoutOrderCall, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  
  GetState(argument: _messages_StateCall, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_StateReply__Output>): grpc.ClientUnaryCall;
  GetState(argument: _messages_StateCall, metadata: grpc.Metadata, callback: grpc.requestCallback<_messages_StateReply__Output>): grpc.ClientUnaryCall;
  GetState(argument: _messages_StateCall, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_StateReply__Output>): grpc.ClientUnaryCall;
  GetState(argument: _messages_StateCall, callback: grpc.requestCallback<_messages_StateReply__Output>): grpc.ClientUnaryCall;
  getState(argument: _messages_StateCall, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_StateReply__Output>): grpc.ClientUnaryCall;
  getState(argument: _messages_StateCall, metadata: grpc.Metadata, callback: grpc.requestCallback<_messages_StateReply__Output>): grpc.ClientUnaryCall;
  getState(argument: _messages_StateCall, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_StateReply__Output>): grpc.ClientUnaryCall;
  getState(argument: _messages_StateCall, callback: grpc.requestCallback<_messages_StateReply__Output>): grpc.ClientUnaryCall;
  
  InitializeCheckout(argument: _messages_InitializeCheckoutCall, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  InitializeCheckout(argument: _messages_InitializeCheckoutCall, metadata: grpc.Metadata, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  InitializeCheckout(argument: _messages_InitializeCheckoutCall, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  InitializeCheckout(argument: _messages_InitializeCheckoutCall, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  initializeCheckout(argument: _messages_InitializeCheckoutCall, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  initializeCheckout(argument: _messages_InitializeCheckoutCall, metadata: grpc.Metadata, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  initializeCheckout(argument: _messages_InitializeCheckoutCall, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  initializeCheckout(argument: _messages_InitializeCheckoutCall, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  
  Merge(argument: _messages_MergeCall, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  Merge(argument: _messages_MergeCall, metadata: grpc.Metadata, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  Merge(argument: _messages_MergeCall, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  Merge(argument: _messages_MergeCall, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  merge(argument: _messages_MergeCall, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  merge(argument: _messages_MergeCall, metadata: grpc.Metadata, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  merge(argument: _messages_MergeCall, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  merge(argument: _messages_MergeCall, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  
  OrderCreated(argument: _messages_OrderCreatedCall, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  OrderCreated(argument: _messages_OrderCreatedCall, metadata: grpc.Metadata, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  OrderCreated(argument: _messages_OrderCreatedCall, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  OrderCreated(argument: _messages_OrderCreatedCall, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  orderCreated(argument: _messages_OrderCreatedCall, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  orderCreated(argument: _messages_OrderCreatedCall, metadata: grpc.Metadata, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  orderCreated(argument: _messages_OrderCreatedCall, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  orderCreated(argument: _messages_OrderCreatedCall, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  
  RemoveDelivery(argument: _messages_RemoveDeliveryCall, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  RemoveDelivery(argument: _messages_RemoveDeliveryCall, metadata: grpc.Metadata, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  RemoveDelivery(argument: _messages_RemoveDeliveryCall, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  RemoveDelivery(argument: _messages_RemoveDeliveryCall, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  removeDelivery(argument: _messages_RemoveDeliveryCall, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  removeDelivery(argument: _messages_RemoveDeliveryCall, metadata: grpc.Metadata, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  removeDelivery(argument: _messages_RemoveDeliveryCall, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  removeDelivery(argument: _messages_RemoveDeliveryCall, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  
  RemoveItem(argument: _messages_RemoveItemCall, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  RemoveItem(argument: _messages_RemoveItemCall, metadata: grpc.Metadata, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  RemoveItem(argument: _messages_RemoveItemCall, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  RemoveItem(argument: _messages_RemoveItemCall, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  removeItem(argument: _messages_RemoveItemCall, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  removeItem(argument: _messages_RemoveItemCall, metadata: grpc.Metadata, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  removeItem(argument: _messages_RemoveItemCall, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  removeItem(argument: _messages_RemoveItemCall, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  
  SetCartRequest(argument: _messages_SetCartRequestCall, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  SetCartRequest(argument: _messages_SetCartRequestCall, metadata: grpc.Metadata, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  SetCartRequest(argument: _messages_SetCartRequestCall, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  SetCartRequest(argument: _messages_SetCartRequestCall, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  setCartRequest(argument: _messages_SetCartRequestCall, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  setCartRequest(argument: _messages_SetCartRequestCall, metadata: grpc.Metadata, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  setCartRequest(argument: _messages_SetCartRequestCall, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  setCartRequest(argument: _messages_SetCartRequestCall, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  
  SetDelivery(argument: _messages_SetDeliveryCall, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  SetDelivery(argument: _messages_SetDeliveryCall, metadata: grpc.Metadata, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  SetDelivery(argument: _messages_SetDeliveryCall, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  SetDelivery(argument: _messages_SetDeliveryCall, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  setDelivery(argument: _messages_SetDeliveryCall, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  setDelivery(argument: _messages_SetDeliveryCall, metadata: grpc.Metadata, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  setDelivery(argument: _messages_SetDeliveryCall, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  setDelivery(argument: _messages_SetDeliveryCall, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  
  SetPickupPoint(argument: _messages_SetPickupPointCall, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  SetPickupPoint(argument: _messages_SetPickupPointCall, metadata: grpc.Metadata, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  SetPickupPoint(argument: _messages_SetPickupPointCall, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  SetPickupPoint(argument: _messages_SetPickupPointCall, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  setPickupPoint(argument: _messages_SetPickupPointCall, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  setPickupPoint(argument: _messages_SetPickupPointCall, metadata: grpc.Metadata, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  setPickupPoint(argument: _messages_SetPickupPointCall, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  setPickupPoint(argument: _messages_SetPickupPointCall, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  
  TakeOver(argument: _messages_TakeOverCall, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  TakeOver(argument: _messages_TakeOverCall, metadata: grpc.Metadata, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  TakeOver(argument: _messages_TakeOverCall, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  TakeOver(argument: _messages_TakeOverCall, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  takeOver(argument: _messages_TakeOverCall, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  takeOver(argument: _messages_TakeOverCall, metadata: grpc.Metadata, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  takeOver(argument: _messages_TakeOverCall, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  takeOver(argument: _messages_TakeOverCall, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  
  TakenOver(argument: _messages_TakenOverCall, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  TakenOver(argument: _messages_TakenOverCall, metadata: grpc.Metadata, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  TakenOver(argument: _messages_TakenOverCall, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  TakenOver(argument: _messages_TakenOverCall, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  takenOver(argument: _messages_TakenOverCall, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  takenOver(argument: _messages_TakenOverCall, metadata: grpc.Metadata, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  takenOver(argument: _messages_TakenOverCall, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  takenOver(argument: _messages_TakenOverCall, callback: grpc.requestCallback<_messages_MutationReply__Output>): grpc.ClientUnaryCall;
  
  WatchState(argument: _messages_WatchCall, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_messages_CartChange__Output>;
  WatchState(argument: _messages_WatchCall, options?: grpc.CallOptions): grpc.ClientReadableStream<_messages_CartChange__Output>;
  watchState(argument: _messages_WatchCall, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_messages_CartChange__Output>;
  watchState(argument: _messages_WatchCall, options?: grpc.CallOptions): grpc.ClientReadableStream<_messages_CartChange__Output>;
  
}

export interface CartActorHandlers extends grpc.UntypedServiceImplementation {
  AddItem: grpc.handleUnaryCall<_messages_AddItemCall__Output, _messages_MutationReply>;
  
  AddRequest: grpc.handleUnaryCall<_messages_AddRequestCall__Output, _messages_MutationReply>;
  
  Batch: grpc.handleUnaryCall<_messages_BatchCall__Output, _messages_MutationReply>;
  
  ChangeQuantity: grpc.handleUnaryCall<_messages_ChangeQuantityCall__Output, _messages_MutationReply>;
  
  Clear: grpc.handleUnaryCall<_messages_ClearCall__Output, _messages_MutationReply>;
  
  CreateCheckoutOrder: grpc.handleUnaryCall<_messages_CreateCheckoutOrderCall__Output, _messages_MutationReply>;
  
  GetState: grpc.handleUnaryCall<_messages_StateCall__Output, _messages_StateReply>;
  
  InitializeCheckout: grpc.handleUnaryCall<_messages_InitializeCheckoutCall__Output, _messages_MutationReply>;
  
  Merge: grpc.handleUnaryCall<_messages_MergeCall__Output, _messages_MutationReply>;
  
  OrderCreated: grpc.handleUnaryCall<_messages_OrderCreatedCall__Output, _messages_MutationReply>;
  
  RemoveDelivery: grpc.handleUnaryCall<_messages_RemoveDeliveryCall__Output, _messages_MutationReply>;
  
  RemoveItem: grpc.handleUnaryCall<_messages_RemoveItemCall__Output, _messages_MutationReply>;
  
  SetCartRequest: grpc.handleUnaryCall<_messages_SetCartRequestCall__Output, _messages_MutationReply>;
  
  SetDelivery: grpc.handleUnaryCall<_messages_SetDeliveryCall__Output, _messages_MutationReply>;
  
  SetPickupPoint: grpc.handleUnaryCall<_messages_SetPickupPointCall__Output, _messages_MutationReply>;
  
  TakeOver: grpc.handleUnaryCall<_messages_TakeOverCall__Output, _messages_MutationReply>;
  
  TakenOver: grpc.handleUnaryCall<_messages_TakenOverCall__Output, _messages_MutationReply>;
  
  WatchState: grpc.handleServerStreamingCall<_messages_WatchCall__Output, _messages_CartChange>;
  
}

export interface CartActorDefinition extends grpc.ServiceDefinition {
  AddItem: MethodDefinition<_messages_AddItemCall, _messages_MutationReply, _messages_AddItemCall__Output, _messages_MutationReply__Output>
  AddRequest: MethodDefinition<_messages_AddRequestCall, _messages_MutationReply, _messages_AddRequestCall__Output, _messages_MutationReply__Output>
  Batch: MethodDefinition<_messages_BatchCall, _messages_MutationReply, _messages_BatchCall__Output, _messages_MutationReply__Output>
  ChangeQuantity: MethodDefinition<_messages_ChangeQuantityCall, _messages_MutationReply, _messages_ChangeQuantityCall__Output, _messages_MutationReply__Output>
  Clear: MethodDefinition<_messages_ClearCall, _messages_MutationReply, _messages_ClearCall__Output, _messages_MutationReply__Output>
  CreateCheckoutOrder: MethodDefinition<_messages_CreateCheckoutOrderCall, _messages_MutationReply, _messages_CreateCheckoutOrderCall__Output, _messages_MutationReply__Output>
  GetState: MethodDefinition<_messages_StateCall, _messages_StateReply, _messages_StateCall__Output, _messages_StateReply__Output>
  InitializeCheckout: MethodDefinition<_messages_InitializeCheckoutCall, _messages_MutationReply, _messages_InitializeCheckoutCall__Output, _messages_MutationReply__Output>
  Merge: MethodDefinition<_messages_MergeCall, _messages_MutationReply, _messages_MergeCall__Output, _messages_MutationReply__Output>
  OrderCreated: MethodDefinition<_messages_OrderCreatedCall, _messages_MutationReply, _messages_OrderCreatedCall__Output, _messages_MutationReply__Output>
  RemoveDelivery: MethodDefinition<_messages_RemoveDeliveryCall, _messages_MutationReply, _messages_RemoveDeliveryCall__Output, _messages_MutationReply__Output>
  RemoveItem: MethodDefinition<_messages_RemoveItemCall, _messages_MutationReply, _messages_RemoveItemCall__Output, _messages_MutationReply__Output>
  SetCartRequest: MethodDefinition<_messages_SetCartRequestCall, _messages_MutationReply, _messages_SetCartRequestCall__Output, _messages_MutationReply__Output>
  SetDelivery: MethodDefinition<_messages_SetDeliveryCall, _messages_MutationReply, _messages_SetDeliveryCall__Output, _messages_MutationReply__Output>
  SetPickupPoint: MethodDefinition<_messages_SetPickupPointCall, _messages_MutationReply, _messages_SetPickupPointCall__Output, _messages_MutationReply__Output>
  TakeOver: MethodDefinition<_messages_TakeOverCall, _messages_MutationReply, _messages_TakeOverCall__Output, _messages_MutationReply__Output>
  TakenOver: MethodDefinition<_messages_TakenOverCall, _messages_MutationReply, _messages_TakenOverCall__Output, _messages_MutationReply__Output>
  WatchState: MethodDefinition<_messages_WatchCall, _messages_CartChange, _messages_WatchCall__Output, _messages_CartChange__Output>
}
