import type * as grpc from '@grpc/grpc-js';
import type { MessageTypeDefinition } from '@grpc/proto-loader';

import type { AddItemRequest as _hipstershop_AddItemRequest, AddItemRequest__Output as _hipstershop_AddItemRequest__Output } from './hipstershop/AddItemRequest.ts';
import type { Cart as _hipstershop_Cart, Cart__Output as _hipstershop_Cart__Output } from './hipstershop/Cart.ts';
import type { CartItem as _hipstershop_CartItem, CartItem__Output as _hipstershop_CartItem__Output } from './hipstershop/CartItem.ts';
import type { CartServiceClient as _hipstershop_CartServiceClient, CartServiceDefinition as _hipstershop_CartServiceDefinition } from './hipstershop/CartService.ts';
import type { Empty as _hipstershop_Empty, Empty__Output as _hipstershop_Empty__Output } from './hipstershop/Empty.ts';
import type { EmptyCartRequest as _hipstershop_EmptyCartRequest, EmptyCartRequest__Output as _hipstershop_EmptyCartRequest__Output } from './hipstershop/EmptyCartRequest.ts';
import type { GetCartRequest as _hipstershop_GetCartRequest, GetCartRequest__Output as _hipstershop_GetCartRequest__Output } from './hipstershop/GetCartRequest.ts';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  hipstershop: {
    AddItemRequest: MessageTypeDefinition<_hipstershop_AddItemRequest, _hipstershop_AddItemRequest__Output>
    Cart: MessageTypeDefinition<_hipstershop_Cart, _hipstershop_Cart__Output>
    CartItem: MessageTypeDefinition<_hipstershop_CartItem, _hipstershop_CartItem__Output>
    CartService: SubtypeConstructor<typeof grpc.Client, _hipstershop_CartServiceClient> & { service: _hipstershop_CartServiceDefinition }
    Empty: MessageTypeDefinition<_hipstershop_Empty, _hipstershop_Empty__Output>
    EmptyCartRequest: MessageTypeDefinition<_hipstershop_EmptyCartRequest, _hipstershop_EmptyCartRequest__Output>
    GetCartRequest: MessageTypeDefinition<_hipstershop_GetCartRequest, _hipstershop_GetCartRequest__Output>
  }
}

