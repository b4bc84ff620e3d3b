import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { ConfigError } from '../node/settings.ts';
import { LAST_LINES_MS, standardOutput } from '../node/standard-output.ts';
import { helpText, readConfig, version } from './config.ts';
import { defaultKubeConfig, KubeConfigCredentials } from './kube/credentials.ts';
import { systemClock } from './kube/clock.ts';
import { UndiciTransport } from './kube/undici-transport.ts';
import { createLogger } from './logger.ts';
import { Operator } from './operator.ts';
import type { Config } from './config.ts';

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
  if (error instanceof ConfigError) return error.message;
  if (!(error instanceof Error)) return String(error);
  const { code, address, port } = error as { code?: string; address?: string; port?: number };
  if (code === 'EADDRINUSE') return `${address ?? ''}:${port ?? ''} is in use: choose another ADMIN_PORT`;
  return error.message;
}

/** Every watch keeps a connection; so many more are for requests. */
const CONNECTIONS_SPARE = 16;
const WATCHED_KINDS = 9;

/** The command: exit codes are 0 in order, 1 it could not start or must not go on, 2 it was called wrongly. */
async function main(): Promise<void> {
  let config: Config | null;
  try {
    config = readCommandLine();
  } catch (error) {
    process.stderr.write(`${explain(error)}\n`);
    process.exit(2);
  }
  if (config === null) return;
  const output = standardOutput();
  const logger = createLogger(config.LOG_LEVEL, config.POD_NAME, output);
  const die = (reason: string, error: unknown): never => {
    logger.fatal({ err: error }, reason);
    process.exit(1);
  };
  process.on('unhandledRejection', (error) => die('unhandled rejection', error));
  process.on('uncaughtException', (error) => die('uncaught exception', error));
  const stopping = new AbortController();
  const stop = (signal: string): void => {
    if (stopping.signal.aborted) {
      logger.warn({ signal }, 'told twice to stop: at once');
      output.flushSync();
      process.exit(1);
    }
    logger.info({ signal }, 'stopping');
    stopping.abort();
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  const scopes = Math.max(1, config.WATCH_NAMESPACES.length);
  let transport: UndiciTransport;
  let operator: Operator;
  try {
    const credentials = new KubeConfigCredentials(defaultKubeConfig(), () => performance.now());
    transport = new UndiciTransport(credentials, { connections: WATCHED_KINDS * scopes + CONNECTIONS_SPARE });
    const identity = `${config.POD_NAME}_${randomUUID()}`;
    operator = new Operator({
      config,
      version,
      logger,
      transport,
      clock: systemClock,
      random: Math.random,
      identity,
    });
    const adminPort = await operator.listen();
    logger.info({ adminPort, version, apiServer: transport.host }, 'started');
  } catch (error) {
    process.stderr.write(`cannot start: ${explain(error)}\n`);
    process.exit(1);
  }
  try {
    await operator.run(stopping.signal);
  } catch (error) {
    die('must stop', error);
  }
  await transport.close();
  logger.info('stopped');
  // Who reads nothing any more would hold up an exit in order, too.
  if (!(await output.written(LAST_LINES_MS))) process.kill(process.pid, 'SIGKILL');
  process.exit(0);
}

await main();
