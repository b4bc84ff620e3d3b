// Original file: proto/oteldemo.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { AddItemRequest as _oteldemo_AddItemRequest, AddItemRequest__Output as _oteldemo_AddItemRequest__Output } from '../oteldemo/AddItemRequest.ts';
import type { Cart as _oteldemo_Cart, Cart__Output as _oteldemo_Cart__Output } from '../oteldemo/Cart.ts';
import type { Empty as _oteldemo_Empty, Empty__Output as _oteldemo_Empty__Output } from '../oteldemo/Empty.ts';
import type { EmptyCartRequest as _oteldemo_EmptyCartRequest, EmptyCartRequest__Output as _oteldemo_EmptyCartRequest__Output } from '../oteldemo/EmptyCartRequest.ts';
import type { GetCartRequest as _oteldemo_GetCartRequest, GetCartRequest__Output as _oteldemo_GetCartRequest__Output } from '../oteldemo/GetCartRequest.ts';

export interface CartServiceClient extends grpc.Client {
  AddItem(argument: _oteldemo_AddItemRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_oteldemo_Empty__Output>): grpc.ClientUnaryCall;
  AddItem(argument: _oteldemo_AddItemRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_oteldemo_Empty__Output>): grpc.ClientUnaryCall;
  AddItem(argument: _oteldemo_AddItemRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_oteldemo_Empty__Output>): grpc.ClientUnaryCall;
  AddItem(argument: _oteldemo_AddItemRequest, callback: grpc.requestCallback<_oteldemo_Empty__Output>): grpc.ClientUnaryCall;
  addItem(argument: _oteldemo_AddItemRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_oteldemo_Empty__Output>): grpc.ClientUnaryCall;
  addItem(argument: _oteldemo_AddItemRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_oteldemo_Empty__Output>): grpc.ClientUnaryCall;
  addItem(argument: _oteldemo_AddItemRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_oteldemo_Empty__Output>): grpc.ClientUnaryCall;
  addItem(argument: _oteldemo_AddItemRequest, callback: grpc.requestCallback<_oteldemo_Empty__Output>): grpc.ClientUnaryCall;
  
  EmptyCart(argument: _oteldemo_EmptyCartRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_oteldemo_Empty__Output>): grpc.ClientUnaryCall;
  EmptyCart(argument: _oteldemo_EmptyCartRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_oteldemo_Empty__Output>): grpc.ClientUnaryCall;
  EmptyCart(argument: _oteldemo_EmptyCartRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_oteldemo_Empty__Output>): grpc.ClientUnaryCall;
  EmptyCart(argument: _oteldemo_EmptyCartRequest, callback: grpc.requestCallback<_oteldemo_Empty__Output>): grpc.ClientUnaryCall;
  emptyCart(argument: _oteldemo_EmptyCartRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_oteldemo_Empty__Output>): grpc.ClientUnaryCall;
  emptyCart(argument: _oteldemo_EmptyCartRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_oteldemo_Empty__Output>): grpc.ClientUnaryCall;
  emptyCart(argument: _oteldemo_EmptyCartRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_oteldemo_Empty__Output>): grpc.ClientUnaryCall;
  emptyCart(argument: _oteldemo_EmptyCartRequest, callback: grpc.requestCallback<_oteldemo_Empty__Output>): grpc.ClientUnaryCall;
  
  GetCart(argument: _oteldemo_GetCartRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_oteldemo_Cart__Output>): grpc.ClientUnaryCall;
  GetCart(argument: _oteldemo_GetCartRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_oteldemo_Cart__Output>): grpc.ClientUnaryCall;
  GetCart(argument: _oteldemo_GetCartRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_oteldemo_Cart__Output>): grpc.ClientUnaryCall;
  GetCart(argument: _oteldemo_GetCartRequest, callback: grpc.requestCallback<_oteldemo_Cart__Output>): grpc.ClientUnaryCall;
  getCart(argument: _oteldemo_GetCartRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_oteldemo_Cart__Output>): grpc.ClientUnaryCall;
  getCart(argument: _oteldemo_GetCartRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_oteldemo_Cart__Output>): grpc.ClientUnaryCall;
  getCart(argument: _oteldemo_GetCartRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_oteldemo_Cart__Output>): grpc.ClientUnaryCall;
  getCart(argument: _oteldemo_GetCartRequest, callback: grpc.requestCallback<_oteldemo_Cart__Output>): grpc.ClientUnaryCall;
  
}

export interface CartServiceHandlers extends grpc.UntypedServiceImplementation {
  AddItem: grpc.handleUnaryCall<_oteldemo_AddItemRequest__Output, _oteldemo_Empty>;
  
  EmptyCart: grpc.handleUnaryCall<_oteldemo_EmptyCartRequest__Output, _oteldemo_Empty>;
  
  GetCart: grpc.handleUnaryCall<_oteldemo_GetCartRequest__Output, _oteldemo_Cart>;
  
}

export interface CartServiceDefinition extends grpc.ServiceDefinition {
  AddItem: MethodDefinition<_oteldemo_AddItemRequest, _oteldemo_Empty, _oteldemo_AddItemRequest__Output, _oteldemo_Empty__Output>
  EmptyCart: MethodDefinition<_oteldemo_EmptyCartRequest, _oteldemo_Empty, _oteldemo_EmptyCartRequest__Output, _oteldemo_Empty__Output>
  GetCart: MethodDefinition<_oteldemo_GetCartRequest, _oteldemo_Cart, _oteldemo_GetCartRequest__Output, _oteldemo_Cart__Output>
}
