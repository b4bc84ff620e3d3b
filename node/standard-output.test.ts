import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable } from 'node:stream';

const EXIT_MS = 10_000;
const module = new URL('standard-output.ts', import.meta.url).href;

/** The log’s way out, in processes that end. */
describe('standard output', () => {
  let child: ChildProcessByStdio<null, Readable, null>;

  /** A program that has `log`, which writes a line. */
  function run(program: string): void {
    const head = `import { standardOutput } from ${JSON.stringify(module)}; const out = standardOutput(); const log = (text) => out.write(text + '\\n');`;
    const args = ['--input-type=module', '--eval', head + program];
    child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  }

  async function exited(): Promise<void> {
    const [code] = (await once(child, 'exit', { signal: AbortSignal.timeout(EXIT_MS) })) as [number | null];
    assert.equal(code, 0);
  }

  afterEach(() => child.kill('SIGKILL'));

  it('has every line in order, also those of the moment of the exit', async () => {
    run(`for (let n = 0; n < 5000; n += 1) log(n); process.exit(0);`);
    const lines = text(child.stdout);
    await exited();
    assert.deepEqual(
      (await lines).trimEnd().split('\n').map(Number),
      Array.from({ length: 5000 }, (_, n) => n),
    );
  });

  it('holds up no exit when its reader is gone', async () => {
    run(`log('ready'); setTimeout(() => { log('last'); log('words'); process.exit(0); }, 500);`);
    await once(child.stdout, 'data');
    child.stdout.destroy();
    await exited();
  });

  it('goes on when its reader is gone', async () => {
    run(`log('ready'); let n = 0; setInterval(() => { log(n); if ((n += 1) === 100) process.exit(0); }, 5);`);
    await once(child.stdout, 'data');
    child.stdout.destroy();
    await exited();
  });
});
