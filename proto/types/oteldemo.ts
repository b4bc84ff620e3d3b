import type * as grpc from '@grpc/grpc-js';
import type { MessageTypeDefinition } from '@grpc/proto-loader';

import type { AddItemRequest as _oteldemo_AddItemRequest, AddItemRequest__Output as _oteldemo_AddItemRequest__Output } from './oteldemo/AddItemRequest.ts';
import type { Cart as _oteldemo_Cart, Cart__Output as _oteldemo_Cart__Output } from './oteldemo/Cart.ts';
import type { CartItem as _oteldemo_CartItem, CartItem__Output as _oteldemo_CartItem__Output } from './oteldemo/CartItem.ts';
import type { CartServiceClient as _oteldemo_CartServiceClient, CartServiceDefinition as _oteldemo_CartServiceDefinition } from './oteldemo/CartService.ts';
import type { Empty as _oteldemo_Empty, Empty__Output as _oteldemo_Empty__Output } from './oteldemo/Empty.ts';
import type { EmptyCartRequest as _oteldemo_EmptyCartRequest, EmptyCartRequest__Output as _oteldemo_EmptyCartRequest__Output } from './oteldemo/EmptyCartRequest.ts';
import type { GetCartRequest as _oteldemo_GetCartRequest, GetCartRequest__Output as _oteldemo_GetCartRequest__Output } from './oteldemo/GetCartRequest.ts';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  oteldemo: {
    AddItemRequest: MessageTypeDefinition<_oteldemo_AddItemRequest, _oteldemo_AddItemRequest__Output>
    Cart: MessageTypeDefinition<_oteldemo_Cart, _oteldemo_Cart__Output>
    CartItem: MessageTypeDefinition<_oteldemo_CartItem, _oteldemo_CartItem__Output>
    CartService: SubtypeConstructor<typeof grpc.Client, _oteldemo_CartServiceClient> & { service: _oteldemo_CartServiceDefinition }
    Empty: MessageTypeDefinition<_oteldemo_Empty, _oteldemo_Empty__Output>
    EmptyCartRequest: MessageTypeDefinition<_oteldemo_EmptyCartRequest, _oteldemo_EmptyCartRequest__Output>
    GetCartRequest: MessageTypeDefinition<_oteldemo_GetCartRequest, _oteldemo_GetCartRequest__Output>
  }
}

