import assert from 'node:assert/strict';
import { CommandError, Shell } from './shell.ts';

describe('a shell', () => {
  const shell = new Shell(process.env);
  const options = { deadlineMs: 10_000 };

  it('gives what a command wrote', async () => {
    assert.equal(
      await shell.run('sh', ['-c', 'cat; echo "$X"'], { ...options, input: 'in ', env: { X: 'out' } }),
      'in out\n',
    );
  });

  it('tells a failed command by its last words', async () => {
    await assert.rejects(shell.run('sh', ['-c', 'echo why >&2; exit 3'], options), (error) => {
      assert.ok(error instanceof CommandError);
      assert.match(error.message, /exit code 3\nwhy$/);
      assert.equal(error.outcome.code, 3);
      return true;
    });
  });

  it('tells that a program is missing', async () => {
    await assert.rejects(shell.run('no-such-program', [], options), /no-such-program: .*ENOENT/);
  });

  it('finds programs in the folders put in front of PATH', () => {
    assert.equal(new Shell({ PATH: '/nowhere' }).find('sh'), null);
    assert.match(new Shell({ PATH: '/nowhere' }).with(['/bin']).find('sh') ?? '', /^\/bin\/sh$/);
  });

  it('ends a command at its deadline, with everything that the command started', async () => {
    // The sleeper holds the output open: the command's end is seen only when the sleeper is gone, too.
    await assert.rejects(
      shell.run('sh', ['-c', 'sleep 60 & wait'], { deadlineMs: 300 }),
      /not done within 300 ms/,
    );
  });

  it('ends what runs when it is aborted, and starts nothing more', async () => {
    const abort = new AbortController();
    const started = new Shell(process.env, abort.signal, (text) => {
      if (text === 'on\n') abort.abort();
    });
    await assert.rejects(started.run('sh', ['-c', 'echo on; sleep 60'], options), /aborted/);
    await assert.rejects(started.run('true', [], options), { name: 'AbortError' });
  });
});
