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

/** What gRPC clients call. */
const served = ['cart_actor.proto', 'hipstershop.proto', 'oteldemo.proto'];

/** Every message and service, for gRPC servers and clients; `differing` are options in which the caller wants it otherwise. */
export function loadServices(differing: Pick<Options, 'oneofs'> = {}): PackageDefinition {
  return loadSync([...served, 'control_plane.proto'], { ...options, ...differing });
}

/** What there is to call, for those who ask by reflection: in the spelling of the `.proto` files, which is what one writes messages in. */
export function loadDescriptions(): PackageDefinition {
  return loadSync([...served, 'health.proto', 'google_rpc.proto'], { ...options, keepCase: true });
}

/** The messages that tell why a call failed. Apart from the others: they are not ours to change. */
export function loadErrorDetails(): PackageDefinition {
  return loadSync('google_rpc.proto', options);
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
