import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Shell } from '../process/shell.ts';

describe('docker without privileges', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cartwright-docker-'));
    const fake = join(folder, 'docker');
    writeFileSync(fake, '#!/bin/sh\nprintf "%s\\n" "$@"\n');
    chmodSync(fake, 0o755);
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** What the docker behind it is called with. */
  async function passedOn(...args: readonly string[]): Promise<readonly string[]> {
    const wrapper = join(import.meta.dirname, 'unprivileged');
    const shell = new Shell(process.env).with([wrapper, folder]);
    return (await shell.run('docker', args, { deadlineMs: 10_000 })).trimEnd().split('\n');
  }

  it('asks for the parts of --privileged that this machine has', async () => {
    const args = await passedOn('run', '--name=x', '--privileged', 'image', 'a  b');
    assert.deepEqual(args.slice(0, 2), ['run', '--name=x']);
    assert.deepEqual(args.slice(-2), ['image', 'a  b']);
    assert.ok(!args.includes('--privileged'));
    const held = BigInt(
      `0x${/^CapBnd:\s*(\S+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0'}`,
    );
    assert.equal(args.includes('--cap-add=SYS_ADMIN'), (held & (1n << 21n)) !== 0n);
    assert.equal(args.includes('--cap-add=SYS_RESOURCE'), (held & (1n << 24n)) !== 0n);
    assert.ok(args.includes('--security-opt=systempaths=unconfined'));
    assert.ok(args.includes('--device-cgroup-rule=a *:* rwm'));
    assert.ok(args.every((arg) => !/=(PERFMON|BPF|CHECKPOINT_RESTORE)$/.test(arg)));
  });

  it('drops it where a process is started in a container', async () => {
    assert.deepEqual(await passedOn('exec', '--privileged', 'x', 'true'), ['exec', 'x', 'true']);
  });

  it('hands on everything else as it is', async () => {
    assert.deepEqual(await passedOn('ps', '--format', '{{.ID}} {{.Names}}'), [
      'ps',
      '--format',
      '{{.ID}} {{.Names}}',
    ]);
  });
});
