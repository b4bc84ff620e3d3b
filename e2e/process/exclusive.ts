import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';

/**
 * Runs `work` while no other process of this machine runs anything under the same name.
 *
 * The lock is a socket in Linux' abstract namespace: the kernel gives it to one process and takes it back when that process ends, however it ends. So nothing stale
 * is ever left, and children don't inherit it. Who waits holds a connection to the owner, and is woken by its end.
 */
export async function exclusively<T>(
  name: string,
  waiting: () => void,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  const path = `\0cartwright-${name}`;
  const waiters = new Set<Socket>();
  let told = false;
  let lock = await take(path, waiters);
  while (lock === null) {
    if (!told) waiting();
    told = true;
    await ownerLeft(path, signal);
    lock = await take(path, waiters);
  }
  try {
    return await work();
  } finally {
    lock.close();
    for (const waiter of waiters) waiter.destroy();
    await once(lock, 'close');
  }
}

/** Null: somebody else has it. */
async function take(path: string, waiters: Set<Socket>): Promise<Server | null> {
  const server = createServer((waiter) => {
    waiters.add(waiter);
    waiter.on('error', () => undefined);
    waiter.once('close', () => waiters.delete(waiter));
  });
  try {
    server.listen(path);
    await once(server, 'listening');
    return server;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return null;
    throw error;
  }
}

async function ownerLeft(path: string, signal: AbortSignal): Promise<void> {
  const socket = connect(path);
  socket.resume();
  try {
    await once(socket, 'close', { signal });
  } catch (error) {
    if (signal.aborted) throw error;
    // Refused: the owner left before the connection was made.
  } finally {
    socket.destroy();
  }
}
