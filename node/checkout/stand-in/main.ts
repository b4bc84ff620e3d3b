import { parseArgs } from 'node:util';
import { StandIn } from './server.ts';

/**
 * The stand-in as a process: prints `listening on <port>` and serves until its standard input ends, so that it never outlives who started it.
 */
const text = { type: 'string' } as const;
const { values } = parseArgs({
  options: {
    port: { ...text, default: '0' },
    host: { ...text, default: '127.0.0.1' },
    user: { ...text, default: 'stand-in' },
    password: { ...text, default: 'stand-in' },
    /** Comma-separated: from completion to the first push, to the second one, … */
    'push-delays-ms': { ...text, default: '1000,5000,15000,30000,60000' },
  },
});

const [first = 1000, ...more] = values['push-delays-ms'].split(',').map(Number);
const standIn = new StandIn({
  user: values.user,
  password: values.password,
  loopback: true,
  pushDelaysMs: [first, ...more],
  pushForMs: 48 * 3_600_000,
  validationMs: 10_000,
});
process.stdout.write(`listening on ${await standIn.listen(Number(values.port), values.host)}\n`);
// Whoever started it is told to stop by the same key; the end of its input says when.
process.on('SIGINT', () => undefined);
process.stdin.resume();
process.stdin.once('close', () => void standIn.close().then(() => process.exit(0)));
process.stdin.once('end', () => void standIn.close().then(() => process.exit(0)));
