import assert from 'node:assert/strict';
import { Child, freePort, pause } from './child.ts';

const script = (code: string): Child => new Child(process.execPath, ['-e', code]);

describe('child process', () => {
  it('tells how a process ended and keeps the end of its output', async () => {
    await using child = script('console.log("hello"); process.exitCode = 3');
    assert.equal(await child.exited, 'exit code 3');
    assert.match(child.output, /hello/);
  });

  it('kills and awaits a process that would live on', async () => {
    const child = script('setInterval(() => {}, 1000)');
    await child.kill();
    assert.equal(child.running, false);
    assert.equal(await child.exited, 'signal SIGKILL');
  });

  it('gives up waiting as soon as the process ends', async () => {
    await using child = script('console.error("no port"); process.exit(1)');
    await assert.rejects(
      child.until('readiness', 60_000, () => Promise.resolve(null)),
      /no port/,
    );
  });

  it('gives up waiting when time is up', async () => {
    await using child = script('setInterval(() => {}, 1000)');
    await assert.rejects(
      child.until('readiness', 20, () => Promise.resolve(null)),
      /not within 20 ms/,
    );
  });

  it('tells of a command that is not there', async () => {
    await using child = new Child('no-such-command', []);
    assert.match(await child.exited, /could not be started/);
  });

  it('finds ports that can be listened on', async () => {
    const ports = await Promise.all([freePort(), freePort()]);
    await pause(0);
    for (const port of ports) assert.ok(port > 1023 && port < 65_536);
  });
});
