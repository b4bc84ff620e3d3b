import type * as grpc from '@grpc/grpc-js';
import type { MessageTypeDefinition } from '@grpc/proto-loader';

import type { CartIdsReply as _messages_CartIdsReply, CartIdsReply__Output as _messages_CartIdsReply__Output } from './messages/CartIdsReply.ts';
import type { CartIdsRequest as _messages_CartIdsRequest, CartIdsRequest__Output as _messages_CartIdsRequest__Output } from './messages/CartIdsRequest.ts';
import type { ClosingAck as _messages_ClosingAck, ClosingAck__Output as _messages_ClosingAck__Output } from './messages/ClosingAck.ts';
import type { ClosingNotice as _messages_ClosingNotice, ClosingNotice__Output as _messages_ClosingNotice__Output } from './messages/ClosingNotice.ts';
import type { ControlPlaneClient as _messages_ControlPlaneClient, ControlPlaneDefinition as _messages_ControlPlaneDefinition } from './messages/ControlPlane.ts';
import type { NegotiateReply as _messages_NegotiateReply, NegotiateReply__Output as _messages_NegotiateReply__Output } from './messages/NegotiateReply.ts';
import type { NegotiateRequest as _messages_NegotiateRequest, NegotiateRequest__Output as _messages_NegotiateRequest__Output } from './messages/NegotiateRequest.ts';
import type { OwnedCart as _messages_OwnedCart, OwnedCart__Output as _messages_OwnedCart__Output } from './messages/OwnedCart.ts';
import type { OwnerClaim as _messages_OwnerClaim, OwnerClaim__Output as _messages_OwnerClaim__Output } from './messages/OwnerClaim.ts';
import type { OwnerVote as _messages_OwnerVote, OwnerVote__Output as _messages_OwnerVote__Output } from './messages/OwnerVote.ts';
import type { PingReply as _messages_PingReply, PingReply__Output as _messages_PingReply__Output } from './messages/PingReply.ts';
import type { PingRequest as _messages_PingRequest, PingRequest__Output as _messages_PingRequest__Output } from './messages/PingRequest.ts';
import type { SessionRef as _messages_SessionRef, SessionRef__Output as _messages_SessionRef__Output } from './messages/SessionRef.ts';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  messages: {
    CartIdsReply: MessageTypeDefinition<_messages_CartIdsReply, _messages_CartIdsReply__Output>
    CartIdsRequest: MessageTypeDefinition<_messages_CartIdsRequest, _messages_CartIdsRequest__Output>
    ClosingAck: MessageTypeDefinition<_messages_ClosingAck, _messages_ClosingAck__Output>
    ClosingNotice: MessageTypeDefinition<_messages_ClosingNotice, _messages_ClosingNotice__Output>
    ControlPlane: SubtypeConstructor<typeof grpc.Client, _messages_ControlPlaneClient> & { service: _messages_ControlPlaneDefinition }
    NegotiateReply: MessageTypeDefinition<_messages_NegotiateReply, _messages_NegotiateReply__Output>
    NegotiateRequest: MessageTypeDefinition<_messages_NegotiateRequest, _messages_NegotiateRequest__Output>
    OwnedCart: MessageTypeDefinition<_messages_OwnedCart, _messages_OwnedCart__Output>
    OwnerClaim: MessageTypeDefinition<_messages_OwnerClaim, _messages_OwnerClaim__Output>
    OwnerVote: MessageTypeDefinition<_messages_OwnerVote, _messages_OwnerVote__Output>
    PingReply: MessageTypeDefinition<_messages_PingReply, _messages_PingReply__Output>
    PingRequest: MessageTypeDefinition<_messages_PingRequest, _messages_PingRequest__Output>
    SessionRef: MessageTypeDefinition<_messages_SessionRef, _messages_SessionRef__Output>
  }
}

