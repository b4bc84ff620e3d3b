import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

const EXIT_MS = 20_000;
const module = new URL('standard-output.ts', import.meta.url).href;

/** The log’s way out, in processes that end. */
describe('standard output', () => {
  let child: ChildProcessByStdio<Writable, Readable, null>;

  /** A program that has `log`, which writes a line, `told`, which waits for its input to end, and `end`. */
  function run(program: string): void {
    const head = `
      import { standardOutput } from ${JSON.stringify(module)};
      const out = standardOutput();
      const log = (text) => out.write(text + '\\n');
      const told = () => new Promise((resolve) => process.stdin.once('close', resolve).resume());
      const end = async (deadlineMs) => process.exit((await out.written(deadlineMs)) ? 0 : 3);
    `;
    const args = ['--input-type=module', '--eval', head + program];
    child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  }

  async function exited(): Promise<number | null> {
    const [code] = (await once(child, 'exit', { signal: AbortSignal.timeout(EXIT_MS) })) as [number | null];
    return code;
  }

  async function loseReader(): Promise<void> {
    await once(child.stdout, 'data');
    child.stdout.destroy();
    await once(child.stdout, 'close');
    child.stdin.end();
  }

  afterEach(() => child.kill('SIGKILL'));

  for (const lines of [3, 5000])
    it(`has all of ${lines} lines in order when the process waits for them`, async () => {
      run(`for (let n = 0; n < ${lines}; n += 1) log(n); await end(10_000);`);
      const written = text(child.stdout);
      assert.equal(await exited(), 0);
      assert.deepEqual(
        (await written).trimEnd().split('\n').map(Number),
        Array.from({ length: lines }, (_, n) => n),
      );
    });

  it('holds up no end when its reader is gone', async () => {
    run(`log('ready'); await told(); log('last'); log('words'); await end(10_000);`);
    await loseReader();
    assert.equal(await exited(), 0);
  });

  it('goes on when its reader is gone', async () => {
    run(
      `log('ready'); await told(); for (let n = 0; n < 100; n += 1) { log(n); await new Promise(setImmediate); } await end(10_000);`,
    );
    await loseReader();
    assert.equal(await exited(), 0);
  });

  it('says after a while that its reader reads nothing', async () => {
    run(`for (let n = 0; n < 100_000; n += 1) log('a line that nobody reads ' + n);
      const all = await out.written(100);
      process.kill(process.pid, all ? 'SIGTERM' : 'SIGKILL');`);
    const [, signal] = (await once(child, 'exit', { signal: AbortSignal.timeout(EXIT_MS) })) as [
      null,
      string,
    ];
    assert.equal(signal, 'SIGKILL');
  });
});
