import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What every rival shares: how it reads a JSON body, and how it tells its port. */

const BODY_MAX = 65_536;

/** The leanest reader there is: koa's own body parsers cost a third of the throughput. Rejects with a SyntaxError, or when it is too large. */
export function readJson(request: IncomingMessage): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > BODY_MAX) request.destroy(new Error('the body is too large'));
      else chunks.push(chunk);
    });
    request.on('error', reject);
    request.on('end', () => {
      const only = chunks.length === 1 ? chunks[0] : undefined;
      try {
        resolve(JSON.parse((only ?? Buffer.concat(chunks)).toString()));
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    });
  });
}

/** Prints `port <n>` once it listens, which the bench waits for. */
export function announce(server: Server): void {
  // Contenders take turns: a connection may be idle for longer than Node keeps it by default.
  server.keepAliveTimeout = 600_000;
  server.once('listening', () => {
    process.stdout.write(`port ${(server.address() as AddressInfo).port}\n`);
  });
}

export interface AddBody {
  readonly sku: string;
  readonly quantity: number;
  readonly country: string;
}

/** Throws when the body is not an add. */
export function addBody(body: unknown): AddBody {
  const { sku, quantity, country } = body as Partial<AddBody>;
  if (typeof sku !== 'string' || typeof country !== 'string' || !Number.isInteger(quantity))
    throw new Error('not an add');
  return { sku, quantity: quantity as number, country };
}
