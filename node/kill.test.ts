import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { itNeeds } from './testing/needs.ts';

/** Goes on for as long as anything of it runs. */
const program = `
  import { kill } from ${JSON.stringify(new URL('kill.ts', import.meta.url).href)};
  process.on('exit', () => console.log('exit handlers'));
  try { kill(); } finally { console.log('went on as', process.pid); }
`;
const args = ['--input-type=module', '--eval', program];

describe('a process that must not go on', () => {
  it('is killed', () => {
    const { signal, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 10_000 });
    assert.equal(signal, 'SIGKILL');
    assert.equal(stdout, '');
  });

  itNeeds('unshare', 'ends also as the first process of a container', () => {
    const { stdout, status, signal } = spawnSync(
      'unshare',
      ['--pid', '--fork', '--kill-child', process.execPath, ...args],
      { encoding: 'utf8', timeout: 20_000, killSignal: 'SIGKILL' },
    );
    assert.equal(stdout, '');
    assert.ok(status !== 0 && signal !== 'SIGKILL', `${status} ${signal}`);
  });
});
