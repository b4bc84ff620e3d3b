import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export interface StandInProcess {
  readonly baseUrl: string;
  readonly user: string;
  readonly password: string;
  stop(): Promise<void>;
}

/** Starts the stand-in as a process of its own. It ends with this one at the latest, by whatever way that ends. */
export async function startStandIn(flags: readonly string[] = []): Promise<StandInProcess> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), ...flags], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const port = await Promise.race([
    portOf(child.stdout),
    ended.then(([code]) => Promise.reject(new Error(`the stand-in ended with ${String(code)}`))),
  ]);
  // It is no reason for this process to go on.
  child.unref();
  child.stdout.destroy();
  return {
    baseUrl: `http://127.0.0.1:${port}`,
    user: 'stand-in',
    password: 'stand-in',
    stop: async () => {
      child.ref();
      child.stdin.end();
      await ended;
    },
  };
}

async function portOf(output: NodeJS.ReadableStream): Promise<number> {
  let text = '';
  for await (const chunk of output) {
    text += String(chunk);
    const port = /listening on (\d+)\n/.exec(text)?.[1];
    if (port !== undefined) return Number(port);
  }
  throw new Error('the stand-in said no port');
}
