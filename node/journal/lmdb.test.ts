import assert from 'node:assert/strict';
import {
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
  closeSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeJournalContract } from './journal.contract.ts';
import { JournalDamagedError } from './lmdb-file.ts';
import { LmdbJournal } from './lmdb.ts';
import type { Head, Session, WriteOutcome } from './port.ts';

const DAY = 20_000;

function temporary(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'cartwright-lmdb-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

function open(path: string, wallMs: () => number = Date.now, options: object = {}): LmdbJournal {
  return new LmdbJournal({ path, mapSizeBytes: 1 << 28, historyRecords: 8, ...options }, wallMs, (error) => {
    throw error;
  });
}

describeJournalContract('lmdb', () => {
  const { path, remove } = temporary();
  let nowMs = 1_700_000_000_000;
  const journal = open(path, () => nowMs);
  // Within one process lmdb shares an environment between those who open the same path; two processes are tested below.
  const other = open(path, () => nowMs);
  return Promise.resolve({
    journal,
    other,
    historyRecords: 8,
    advance: (ms: number) => void (nowMs += ms),
    dispose: async () => {
      await other.close();
      await journal.close();
      remove();
    },
  });
});

describe('lmdb journal', () => {
  let path: string;
  let remove: () => void;
  let journal: LmdbJournal;
  let session: Session;

  beforeEach(async () => {
    ({ path, remove } = temporary());
    journal = open(path);
    session = await journal.openSession({ node: 'a', address: '', leaseMs: 1000 });
  });

  afterEach(async () => {
    await journal.close();
    remove();
  });

  async function made(cart: string, text: string): Promise<Head> {
    const [outcome] = await journal.create(session, [
      { cart, recordId: 1, record: Buffer.from(text), expiresDay: DAY },
    ]);
    assert.equal(outcome?.status, 'ok');
    return (outcome).head;
  }

  async function reopen(change: () => void): Promise<void> {
    await journal.closeSession(session);
    await journal.close();
    change();
    journal = open(path);
    session = await journal.openSession({ node: 'a', address: '', leaseMs: 1000 });
  }

  /** Flips one bit of a text that occurs once in the file, as a failing disk would. */
  function flip(text: string): void {
    const file = join(path, 'data.mdb');
    const at = readFileSync(file).indexOf(text);
    assert.notEqual(at, -1);
    const handle = openSync(file, 'r+');
    writeSync(handle, Buffer.from([text.charCodeAt(0) ^ 1]), 0, 1, at);
    closeSync(handle);
  }

  it('keeps everything over a restart', async () => {
    await made('c', 'a record to be found again');
    await reopen(() => undefined);
    const [claim] = await journal.claim(session, ['c']);
    assert.equal(claim?.status, 'ok');
  });

  it('refuses one cart with a damaged record, never resets it, and serves the others', async () => {
    await made('bad', 'this record will be damaged');
    await made('good', 'this one not');
    await reopen(() => flip('this record will be damaged'));
    assert.equal((await journal.readCold('bad')).status, 'damaged');
    const [bad, good] = await journal.claim(session, ['bad', 'good']);
    assert.equal(bad?.status, 'damaged');
    assert.match((bad as { error: Error }).error.message, /cart bad/);
    assert.equal(good?.status, 'ok');
    const [create] = await journal.create(session, [
      { cart: 'bad', recordId: 9, record: Buffer.from('x'), expiresDay: DAY },
    ]);
    assert.notEqual(create?.status, 'ok');
    assert.equal(
      (await journal.readCold('bad')).status,
      'owned',
      'it was claimed, and its record is as it was',
    );
    assert.equal((await journal.history('bad', 1)).status, 'damaged');
  });

  it('refuses to open a file that was cut short, and says how to restore', async () => {
    for (let index = 0; index < 50; index += 1) await made(`c${index}`, 'x'.repeat(2000));
    await journal.closeSession(session);
    await journal.close();
    truncateSync(join(path, 'data.mdb'), 3 * 4096);
    assert.throws(
      () => open(path),
      (error: Error) => {
        assert.ok(error instanceof JournalDamagedError);
        assert.match(error.message, /cut short/);
        assert.match(error.message, /restore/);
        return true;
      },
    );
    rmSync(path, { recursive: true });
    journal = open(path);
  });

  it('refuses to open a file whose meta pages are not LMDB’s', async () => {
    await journal.close();
    for (const offset of [20, 4096 + 20]) {
      const file = join(path, 'data.mdb');
      const intact = readFileSync(file);
      const handle = openSync(file, 'r+');
      writeSync(handle, Buffer.alloc(32, 0xff), 0, 32, offset);
      closeSync(handle);
      assert.throws(() => open(path), /damaged: its (first|second) meta page/);
      writeFileSync(file, intact);
    }
    journal = open(path);
  });

  it('makes a copy that can be restored while it is in use', async () => {
    await made('c', 'to be restored');
    const copy = temporary();
    await journal.backup(copy.path);
    const restored = open(copy.path);
    await restored.closeSession(session);
    assert.equal((await restored.readCold('c')).status, 'ok');
    await restored.close();
    copy.remove();
  });

  it('acknowledges nothing before it is flushed to disk', async () => {
    // The file's content as another process would find it after a power cut is what fdatasync has been called for. The observable in reach
    // is the order: an acknowledged record is already in the file itself, not only in this process.
    await made('c', 'acknowledged and therefore stored');
    assert.notEqual(readFileSync(join(path, 'data.mdb')).indexOf('acknowledged and therefore stored'), -1);
    assert.ok(statSync(join(path, 'data.mdb')).size > 0);
  });

  it('refuses changes when the bound of the file is reached, and reads go on', async () => {
    await journal.closeSession(session);
    await journal.close();
    journal = open(path, Date.now, { mapSizeBytes: 3 << 20 });
    session = await journal.openSession({ node: 'a', address: '', leaseMs: 1000 });
    await made('first', 'x');
    let status = '';
    for (let index = 0; index < 2000 && status !== 'refused'; index += 1) {
      const entry = { cart: `c${index}`, recordId: index, record: Buffer.alloc(4000), expiresDay: DAY };
      const [outcome] = await journal.create(session, [entry]);
      status = outcome?.status ?? '';
      if (status === 'refused') assert.equal((outcome as { reason: string }).reason, 'full');
    }
    assert.equal(status, 'refused');
    assert.equal((await journal.readCold('first')).status, 'owned');
    assert.equal(journal.mayServeReads(session), true);
    assert.equal((await journal.history('first', 1)).status, 'ok');
  });
});
