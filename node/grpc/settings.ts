import { z } from 'zod';

/** Settings of the gRPC edge; `node/config.ts` reads them from the environment. */
const count = z.coerce.number().int();

export const grpcSettings = {
  GRPC: flag(true, 'serve gRPC; switched off, nothing of it is loaded'),
  GRPC_PORT: count
    .min(0)
    .max(65_535)
    .default(1337)
    .meta({ description: 'port of gRPC, at the address HOST; 0 takes a free one' }),
  GRPC_REFLECTION: flag(true, 'let tools like grpcurl ask what there is to call'),
  GRPC_MESSAGE_BYTES_MAX: count
    .min(1024)
    .max(1 << 20)
    .default(65_536)
    .meta({ unit: 'bytes', description: 'largest message of a call' }),
  GRPC_CONNECTIONS_MAX: count
    .min(1)
    .max(100_000)
    .default(1024)
    .meta({ description: 'connections open at once' }),
  GRPC_STREAMS_MAX: count
    .min(1)
    .max(10_000)
    .default(256)
    .meta({ description: 'calls under way at once on one connection' }),
  GRPC_CALLS_MAX: count
    .min(1)
    .max(100_000)
    .default(4096)
    .meta({ description: 'calls under way at once, watches apart; more are refused' }),
  GRPC_DEADLINE_MS: count.min(100).max(600_000).default(15_000).meta({
    unit: 'ms',
    description: 'time for a call that gives itself none, or more than this; watches have none',
  }),
  CLUSTER_TOKEN: z
    .string()
    .regex(/^([\x21-\x7e]{16,4096})?$/, 'must be 16 to 4096 printable ASCII characters without spaces')
    .default('')
    .meta({
      description:
        'secret of those who may set prices and mark carts as paid (Authorization: Bearer …); without one only this machine may',
    }),
} as const;

const schema = z.object(grpcSettings);
export type GrpcSettings = z.output<typeof schema>;
export const grpcDefaults: GrpcSettings = schema.parse({});

function flag(fallback: boolean, description: string): z.ZodType<boolean, string | undefined> {
  return z
    .enum(['true', 'false'])
    .default(fallback ? 'true' : 'false')
    .transform((text) => text === 'true')
    .meta({ description });
}
