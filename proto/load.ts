import { loadSync } from '@grpc/proto-loader';
import type { MessageTypeDefinition, Options, PackageDefinition } from '@grpc/proto-loader';

/**
 * The protobuf definitions, loaded from the `.proto` files beside this file. Synchronous: it happens once, while the process starts.
 *
 * The options must agree with those that `proto/types` is generated with (`make proto`).
 */
const options: Options = {
  includeDirs: [import.meta.dirname],
  keepCase: false,
  longs: Number,
  enums: String,
  defaults: true,
  arrays: true,
  oneofs: true,
};

/** Every message and service, for gRPC servers and clients. */
export function loadServices(): PackageDefinition {
  return loadSync(['cart_actor.proto', 'control_plane.proto'], options);
}

/**
 * One message of `messages.proto` for storage: like the wire, but absent optional fields stay absent and no oneof name is added, so
 * that what was decoded has just the fields that were encoded, plus proto3's defaults.
 */
export function loadMessage(name: string): MessageTypeDefinition<object, object> {
  storage ??= loadSync('messages.proto', { ...options, oneofs: false });
  const definition = storage[`messages.${name}`];
  if (definition === undefined || !('serialize' in definition))
    throw new Error(`messages.proto has no message ${name}`);
  return definition as MessageTypeDefinition<object, object>;
}

let storage: PackageDefinition | undefined;
