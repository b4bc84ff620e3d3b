import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { ConfigError, helpText, readConfig } from './config.ts';
import { JournalDamagedError } from './journal/lmdb-file.ts';
import { kill } from './kill.ts';
import { CartNode } from './node.ts';
import { createLogger } from './observability/logger.ts';
import { LAST_LINES_MS, standardOutput } from './standard-output.ts';
import { systemClock } from './actor/clock.ts';
import type { Config } from './config.ts';
import type { NodeContext, NodePorts } from './node.ts';

const version = (
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
).version;

function readCommandLine(): Config | null {
  const { values } = parseArgs({
    options: { help: { type: 'boolean', short: 'h' }, version: { type: 'boolean' } },
  });
  if (values.help === true) process.stdout.write(`${helpText()}\n`);
  else if (values.version === true) process.stdout.write(`${version}\n`);
  else return readConfig(process.env);
  return null;
}

/** What a person can mend: told without a stack. */
function explain(error: unknown): string {
  if (error instanceof ConfigError || error instanceof JournalDamagedError) return error.message;
  if (!(error instanceof Error)) return String(error);
  const { code, address, port } = error as { code?: string; address?: string; port?: number };
  if (code === 'EADDRINUSE')
    return `${address ?? ''}:${port ?? ''} is in use: choose another HTTP_PORT, GRPC_PORT or ADMIN_PORT`;
  if (code === 'EACCES') return `no permission: ${error.message}`;
  return error.message;
}

/**
 * The command: reads the settings, runs one node, ends it in order. Exit codes: 0 in order, 1 it could not start, 2 it was called wrongly; killed where it must not go on or can't end
 * in order. `onReady` is called once requests are served.
 */
export async function runCommand(
  onReady: (config: Config, ports: NodePorts) => void = () => undefined,
  hooks: Pick<NodeContext, 'checkoutStep'> = {},
): Promise<void> {
  let config: Config | null;
  try {
    config = readCommandLine();
  } catch (error) {
    process.stderr.write(`${explain(error)}\n`);
    process.exit(2);
  }
  if (config === null) return;
  const output = standardOutput();
  const logger = createLogger(config.LOG_LEVEL, config.NODE_NAME, output);
  // Last words are written at once: the other lines' way is asynchronous.
  const lastWords = createLogger(config.LOG_LEVEL, config.NODE_NAME, pino.destination({ fd: 1, sync: true }));
  const die = (reason: string, error: unknown): void => {
    lastWords.fatal({ err: error }, reason);
    kill();
  };
  process.on('unhandledRejection', (error) => die('unhandled rejection', error));
  process.on('uncaughtException', (error) => die('uncaught exception', error));
  let node: CartNode;
  try {
    node = new CartNode({
      config,
      logger,
      version,
      clock: systemClock,
      random: Math.random,
      ...hooks,
      fatal: (error) => die('must stop', error),
    });
  } catch (error) {
    process.stderr.write(`cannot start: ${explain(error)}\n`);
    process.exit(1);
  }
  let stopping = false;
  const stop = (signal: string): void => {
    if (stopping) {
      lastWords.warn({ signal }, 'told twice to stop: at once');
      kill();
    }
    stopping = true;
    node.stop(signal).then(
      async () => {
        // Who reads nothing any more would hold up an exit in order, too.
        if (!(await output.written(LAST_LINES_MS))) kill();
        process.exit(0);
      },
      (error: unknown) => die('could not stop in order', error),
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  try {
    const ports = await node.start();
    onReady(config, ports);
    logger.info({ ...ports, version }, 'ready');
  } catch (error) {
    process.stderr.write(`cannot start: ${explain(error)}\n`);
    process.exit(1);
  }
}
