import { loadSync } from '@grpc/proto-loader';
import type {
  MessageTypeDefinition,
  Options,
  PackageDefinition,
  ServiceDefinition,
} from '@grpc/proto-loader';

/**
 * The protobuf definitions, loaded from the `.proto` files beside this file. Synchronous: it happens once for each purpose, and for nearly all of them while the process starts.
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
const services = ['cart_actor.proto', 'hipstershop.proto', 'oteldemo.proto'];

/** Every message and service, as clients want them: with the name of each oneof's member. For tests and tools; a node has {@link messageType} and {@link serviceType}. */
export function loadServices(): PackageDefinition {
  return loadSync([...services, 'control_plane.proto'], options);
}

/** What there is to call, for those who ask by reflection: in the spelling of the `.proto` files, which is what one writes messages in. */
export function loadDescriptions(): PackageDefinition {
  return loadSync([...services, 'health.proto', 'google_rpc.proto'], { ...options, keepCase: true });
}

/**
 * What a node stores, serves and tells of failures: read once, for the parser takes a good part of the time to start. Like the wire, but absent optional fields stay absent and no oneof name is
 * added, so that what was decoded has just the fields that were encoded, plus proto3's defaults.
 */
function ownDefinitions(): PackageDefinition {
  own ??= loadSync([...services, 'messages.proto', 'google_rpc.proto'], { ...options, oneofs: false });
  return own;
}

let own: PackageDefinition | undefined;

/** A message by its whole name, such as `messages.JournalRecord`. */
export function messageType(name: string): MessageTypeDefinition<object, object> {
  const definition = ownDefinitions()[name];
  if (definition === undefined || !('serialize' in definition))
    throw new Error(`there is no message ${name}`);
  return definition as MessageTypeDefinition<object, object>;
}

/** A service by its whole name, such as `messages.CartActor`. */
export function serviceType(name: string): ServiceDefinition {
  const definition = ownDefinitions()[name];
  if (definition === undefined || 'format' in definition) throw new Error(`there is no service ${name}`);
  return definition;
}
