// Original file: proto/control_plane.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { CartIdsReply as _messages_CartIdsReply, CartIdsReply__Output as _messages_CartIdsReply__Output } from '../messages/CartIdsReply.ts';
import type { CartIdsRequest as _messages_CartIdsRequest, CartIdsRequest__Output as _messages_CartIdsRequest__Output } from '../messages/CartIdsRequest.ts';
import type { ClosingAck as _messages_ClosingAck, ClosingAck__Output as _messages_ClosingAck__Output } from '../messages/ClosingAck.ts';
import type { ClosingNotice as _messages_ClosingNotice, ClosingNotice__Output as _messages_ClosingNotice__Output } from '../messages/ClosingNotice.ts';
import type { NegotiateReply as _messages_NegotiateReply, NegotiateReply__Output as _messages_NegotiateReply__Output } from '../messages/NegotiateReply.ts';
import type { NegotiateRequest as _messages_NegotiateRequest, NegotiateRequest__Output as _messages_NegotiateRequest__Output } from '../messages/NegotiateRequest.ts';
import type { OwnerClaim as _messages_OwnerClaim, OwnerClaim__Output as _messages_OwnerClaim__Output } from '../messages/OwnerClaim.ts';
import type { OwnerVote as _messages_OwnerVote, OwnerVote__Output as _messages_OwnerVote__Output } from '../messages/OwnerVote.ts';
import type { PingReply as _messages_PingReply, PingReply__Output as _messages_PingReply__Output } from '../messages/PingReply.ts';
import type { PingRequest as _messages_PingRequest, PingRequest__Output as _messages_PingRequest__Output } from '../messages/PingRequest.ts';

export interface ControlPlaneClient extends grpc.Client {
  Closing(argument: _messages_ClosingNotice, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_ClosingAck__Output>): grpc.ClientUnaryCall;
  Closing(argument: _messages_ClosingNotice, metadata: grpc.Metadata, callback: grpc.requestCallback<_messages_ClosingAck__Output>): grpc.ClientUnaryCall;
  Closing(argument: _messages_ClosingNotice, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_ClosingAck__Output>): grpc.ClientUnaryCall;
  Closing(argument: _messages_ClosingNotice, callback: grpc.requestCallback<_messages_ClosingAck__Output>): grpc.ClientUnaryCall;
  closing(argument: _messages_ClosingNotice, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_ClosingAck__Output>): grpc.ClientUnaryCall;
  closing(argument: _messages_ClosingNotice, metadata: grpc.Metadata, callback: grpc.requestCallback<_messages_ClosingAck__Output>): grpc.ClientUnaryCall;
  closing(argument: _messages_ClosingNotice, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_ClosingAck__Output>): grpc.ClientUnaryCall;
  closing(argument: _messages_ClosingNotice, callback: grpc.requestCallback<_messages_ClosingAck__Output>): grpc.ClientUnaryCall;
  
  ConfirmOwner(argument: _messages_OwnerClaim, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_OwnerVote__Output>): grpc.ClientUnaryCall;
  ConfirmOwner(argument: _messages_OwnerClaim, metadata: grpc.Metadata, callback: grpc.requestCallback<_messages_OwnerVote__Output>): grpc.ClientUnaryCall;
  ConfirmOwner(argument: _messages_OwnerClaim, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_OwnerVote__Output>): grpc.ClientUnaryCall;
  ConfirmOwner(argument: _messages_OwnerClaim, callback: grpc.requestCallback<_messages_OwnerVote__Output>): grpc.ClientUnaryCall;
  confirmOwner(argument: _messages_OwnerClaim, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_OwnerVote__Output>): grpc.ClientUnaryCall;
  confirmOwner(argument: _messages_OwnerClaim, metadata: grpc.Metadata, callback: grpc.requestCallback<_messages_OwnerVote__Output>): grpc.ClientUnaryCall;
  confirmOwner(argument: _messages_OwnerClaim, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_OwnerVote__Output>): grpc.ClientUnaryCall;
  confirmOwner(argument: _messages_OwnerClaim, callback: grpc.requestCallback<_messages_OwnerVote__Output>): grpc.ClientUnaryCall;
  
  GetCartIds(argument: _messages_CartIdsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_CartIdsReply__Output>): grpc.ClientUnaryCall;
  GetCartIds(argument: _messages_CartIdsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_messages_CartIdsReply__Output>): grpc.ClientUnaryCall;
  GetCartIds(argument: _messages_CartIdsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_CartIdsReply__Output>): grpc.ClientUnaryCall;
  GetCartIds(argument: _messages_CartIdsRequest, callback: grpc.requestCallback<_messages_CartIdsReply__Output>): grpc.ClientUnaryCall;
  getCartIds(argument: _messages_CartIdsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_CartIdsReply__Output>): grpc.ClientUnaryCall;
  getCartIds(argument: _messages_CartIdsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_messages_CartIdsReply__Output>): grpc.ClientUnaryCall;
  getCartIds(argument: _messages_CartIdsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_CartIdsReply__Output>): grpc.ClientUnaryCall;
  getCartIds(argument: _messages_CartIdsRequest, callback: grpc.requestCallback<_messages_CartIdsReply__Output>): grpc.ClientUnaryCall;
  
  Negotiate(argument: _messages_NegotiateRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_NegotiateReply__Output>): grpc.ClientUnaryCall;
  Negotiate(argument: _messages_NegotiateRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_messages_NegotiateReply__Output>): grpc.ClientUnaryCall;
  Negotiate(argument: _messages_NegotiateRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_NegotiateReply__Output>): grpc.ClientUnaryCall;
  Negotiate(argument: _messages_NegotiateRequest, callback: grpc.requestCallback<_messages_NegotiateReply__Output>): grpc.ClientUnaryCall;
  negotiate(argument: _messages_NegotiateRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_NegotiateReply__Output>): grpc.ClientUnaryCall;
  negotiate(argument: _messages_NegotiateRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_messages_NegotiateReply__Output>): grpc.ClientUnaryCall;
  negotiate(argument: _messages_NegotiateRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_NegotiateReply__Output>): grpc.ClientUnaryCall;
  negotiate(argument: _messages_NegotiateRequest, callback: grpc.requestCallback<_messages_NegotiateReply__Output>): grpc.ClientUnaryCall;
  
  Ping(argument: _messages_PingRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_PingReply__Output>): grpc.ClientUnaryCall;
  Ping(argument: _messages_PingRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_messages_PingReply__Output>): grpc.ClientUnaryCall;
  Ping(argument: _messages_PingRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_PingReply__Output>): grpc.ClientUnaryCall;
  Ping(argument: _messages_PingRequest, callback: grpc.requestCallback<_messages_PingReply__Output>): grpc.ClientUnaryCall;
  ping(argument: _messages_PingRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_PingReply__Output>): grpc.ClientUnaryCall;
  ping(argument: _messages_PingRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_messages_PingReply__Output>): grpc.ClientUnaryCall;
  ping(argument: _messages_PingRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_messages_PingReply__Output>): grpc.ClientUnaryCall;
  ping(argument: _messages_PingRequest, callback: grpc.requestCallback<_messages_PingReply__Output>): grpc.ClientUnaryCall;
  
}

export interface ControlPlaneHandlers extends grpc.UntypedServiceImplementation {
  Closing: grpc.handleUnaryCall<_messages_ClosingNotice__Output, _messages_ClosingAck>;
  
  ConfirmOwner: grpc.handleUnaryCall<_messages_OwnerClaim__Output, _messages_OwnerVote>;
  
  GetCartIds: grpc.handleUnaryCall<_messages_CartIdsRequest__Output, _messages_CartIdsReply>;
  
  Negotiate: grpc.handleUnaryCall<_messages_NegotiateRequest__Output, _messages_NegotiateReply>;
  
  Ping: grpc.handleUnaryCall<_messages_PingRequest__Output, _messages_PingReply>;
  
}

export interface ControlPlaneDefinition extends grpc.ServiceDefinition {
  Closing: MethodDefinition<_messages_ClosingNotice, _messages_ClosingAck, _messages_ClosingNotice__Output, _messages_ClosingAck__Output>
  ConfirmOwner: MethodDefinition<_messages_OwnerClaim, _messages_OwnerVote, _messages_OwnerClaim__Output, _messages_OwnerVote__Output>
  GetCartIds: MethodDefinition<_messages_CartIdsRequest, _messages_CartIdsReply, _messages_CartIdsRequest__Output, _messages_CartIdsReply__Output>
  Negotiate: MethodDefinition<_messages_NegotiateRequest, _messages_NegotiateReply, _messages_NegotiateRequest__Output, _messages_NegotiateReply__Output>
  Ping: MethodDefinition<_messages_PingRequest, _messages_PingReply, _messages_PingRequest__Output, _messages_PingReply__Output>
}
