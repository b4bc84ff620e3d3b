import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
  closeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeJournalContract } from './journal.contract.ts';
import { openDatabases } from './lmdb-databases.ts';
import { JournalDamagedError } from './lmdb-file.ts';
import {
  decodeLogRecord,
  encodeHead,
  encodeLogRecord,
  encodePlace,
  numberKey,
  textKey,
} from './lmdb-layout.ts';
import { LmdbJournal } from './lmdb.ts';
import { itNeeds } from '../testing/needs.ts';
import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { DatabaseName } from './lmdb-databases.ts';
import type { Head, Session } from './port.ts';

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
    const entry = { cart, recordId: 1, record: Buffer.from(text), expiresDay: DAY };
    let [outcome] = await journal.create(session, [entry]);
    // A slow machine may need longer than a test's short timeout: the same entry again tells.
    while (outcome?.status === 'unknown') [outcome] = await journal.create(session, [entry]);
    assert.equal(outcome?.status, 'ok');
    return outcome.head;
  }

  async function reopen(change: () => void): Promise<void> {
    await journal.closeSession(session);
    await journal.close();
    change();
    journal = open(path);
    session = await journal.openSession({ node: 'a', address: '', leaseMs: 1000 });
  }

  /** Flips one bit of a text wherever it is in the file, as a failing disk would: LMDB leaves old copies of pages behind. */
  function flip(text: string): void {
    const file = join(path, 'data.mdb');
    const bytes = readFileSync(file);
    const handle = openSync(file, 'r+');
    let found = 0;
    for (let at = bytes.indexOf(text); at !== -1; at = bytes.indexOf(text, at + 1)) {
      writeSync(handle, Buffer.from([text.charCodeAt(0) ^ 1]), 0, 1, at);
      found += 1;
    }
    closeSync(handle);
    assert.ok(found > 0);
  }

  it('keeps its files in the folder, whatever that is called', async () => {
    const dotted = join(path, 'carts.v1');
    for (const created of [true, false]) {
      const one = open(dotted);
      const its = await one.openSession({ node: 'a', address: '', leaseMs: 1000 });
      const entry = { cart: 'c', recordId: 1, record: Buffer.from('x'), expiresDay: DAY };
      const [outcome] = await one.create(its, [entry]);
      assert.equal(outcome?.status, created ? 'ok' : 'conflict');
      await one.close();
      assert.ok(existsSync(join(dotted, 'data.mdb')));
    }
  });

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
    assert.match((bad as { error: Error }).error.message, /^the record does not match its checksum$/);
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

  it('refuses one cart whose page LMDB can’t find, and serves the others', async () => {
    const { position } = await made('bad', 'x'.repeat(20_000));
    await made('good', 'y');
    await reopen(() => {
      // A value this long has pages of its own, and behind its key lies the number of the first.
      const file = readFileSync(join(path, 'data.mdb'));
      const page = Buffer.alloc(8);
      page.writeBigUInt64LE(BigInt(Math.floor(file.indexOf('x'.repeat(1000)) / 4096)));
      const entry = Buffer.concat([numberKey(position), page]);
      for (let at = file.indexOf(entry); at !== -1; at = file.indexOf(entry, at))
        file.fill(0xee, at + 8, at + 14);
      writeFileSync(join(path, 'data.mdb'), file);
    });
    assert.deepEqual(
      (await journal.claim(session, ['bad', 'good'])).map(({ status }) => status),
      ['damaged', 'ok'],
    );
    assert.equal((await journal.history('bad', 1)).status, 'damaged');
  });

  it('refuses a cart whose records don’t follow one another', async () => {
    const head = await made('c', 'x');
    await journal.close();
    const { root, all } = openDatabases(path, 1 << 28);
    const stored = decodeLogRecord('c', all.log.get(numberKey(head.position)));
    all.log.putSync(numberKey(head.position), encodeLogRecord({ ...stored, seq: 2 }));
    await root.close();
    journal = open(path);
    assert.equal((await journal.history('c', 1)).status, 'damaged');
    assert.equal((await journal.claim(session, ['c']))[0]?.status, 'damaged');
  });

  /** Changes a stored value behind the journal's back; its entry version stays. */
  function damage(database: DatabaseName, key: Buffer, change: (value: Buffer) => void): void {
    const { root, all } = openDatabases(path, 1 << 28);
    const entry = all[database].getEntry(key);
    assert.ok(entry !== undefined);
    const value = Buffer.from(entry.value);
    change(value);
    all[database].putSync(key, value, entry.version ?? 0);
    void root.close();
  }

  it('gives the carts of a session to others, though what is stored of the session is damaged', async () => {
    for (const [database, at] of [
      ['sessions', 0],
      ['sessions', 12],
      ['leases', 0],
    ] as const) {
      const cart = `${database}-${at}`;
      await made(cart, 'x');
      const { id } = session;
      await journal.close();
      damage(database, numberKey(Number(id.slice(5))), (value) => (value[at] = (value[at] as number) ^ 0x40));
      journal = open(path);
      session = await journal.openSession({ node: 'b', address: '', leaseMs: 1000 });
      while ((await journal.fence(id)).status !== 'free')
        await new Promise((resolve) => setImmediate(resolve));
      const [claim] = await journal.claim(session, [cart]);
      assert.equal(claim?.status, 'ok', cart);
    }
  });

  it('refuses to open a store whose counters are damaged', async () => {
    await journal.close();
    for (const counter of ['positions', 'sessions', 'epochFloor', 'layout']) {
      for (const bit of [1, 0x40]) {
        const flip = (value: Buffer): void => void (value[0] = (value[0] as number) ^ bit);
        damage('meta', textKey(counter), flip);
        assert.throws(() => open(path), JournalDamagedError, counter);
        damage('meta', textKey(counter), flip);
      }
    }
    journal = open(path);
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

  it('is closed behind what is under way, with nothing else to keep the process alive', async () => {
    await journal.close();
    const child = spawn(process.execPath, [CLOSER, path]);
    const [said] = (await once(child.stdout, 'data')) as [Buffer];
    assert.equal(said.toString(), 'closed\n');
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
    const gate = Promise.withResolvers<undefined>();
    let holding = false;
    let held = 0;
    await journal.close();
    journal = open(path, Date.now, {
      flushed: async (lmdb: Promise<unknown>) => {
        await lmdb;
        if (!holding) return;
        held += 1;
        await gate.promise;
      },
    });
    session = await journal.openSession({ node: 'a', address: '', leaseMs: 1000 });
    const head = await made('c', 'x');
    holding = true;
    let answers = 0;
    const count = (): void => void (answers += 1);
    const entry = { recordId: 2, record: Buffer.from('y'), expiresDay: DAY };
    const writes = [
      journal.append(session, [{ ...entry, cart: 'c', head }]).finally(count),
      journal.create(session, [{ ...entry, cart: 'd' }]).finally(count),
      journal.renewSession(session).finally(count),
    ];
    // All three are committed, and wait for the flush or were answered too early.
    while (held + answers < 3) await new Promise((resolve) => setImmediate(resolve));
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(answers, 0);
    gate.resolve(undefined);
    await Promise.all(writes);
    assert.equal(answers, 3);
  });

  it('refuses one cart whose place is damaged or leads nowhere, and serves the others', async () => {
    await made('bad', 'x');
    await made('lost', 'x');
    await made('good', 'x');
    await journal.close();
    damage('carts', textKey('bad'), (value) => (value[5] = (value[5] as number) ^ 1));
    damage('carts', textKey('lost'), (value) => encodePlace('lost', 2 ** 40).copy(value));
    journal = open(path);
    session = await journal.openSession({ node: 'b', address: '', leaseMs: 1000 });
    const entry = { recordId: 7, record: Buffer.from('y'), expiresDay: DAY };
    for (const cart of ['bad', 'lost']) {
      assert.equal((await journal.readCold(cart)).status, 'damaged');
      assert.equal((await journal.claim(session, [cart]))[0]?.status, 'damaged');
      assert.equal((await journal.create(session, [{ ...entry, cart }]))[0]?.status, 'damaged');
      assert.equal((await journal.history(cart, 1)).status, 'damaged');
    }
    assert.equal((await journal.history('good', 1)).status, 'ok');
  });

  it('does not write over a damaged head', async () => {
    const head = await made('bad', 'x');
    await reopen(() => undefined);
    const [claim] = await journal.claim(session, ['bad']);
    assert.ok(claim?.status === 'ok');
    const moved = claim.content.head;
    const text = encodeHead('bad', {
      ...moved,
      newest: head.position,
      expiresDay: DAY,
      owner: Number(session.id.slice(5)),
      recordId: 1,
    }).toString('latin1');
    flipBytes(Buffer.from(text, 'latin1'));
    const entry = { cart: 'bad', recordId: 7, record: Buffer.from('y'), expiresDay: DAY };
    assert.equal((await journal.append(session, [{ ...entry, head: moved }]))[0]?.status, 'damaged');
    assert.equal((await journal.release(session, [{ cart: 'bad', head: moved }]))[0]?.status, 'damaged');
    assert.equal((await journal.claim(session, ['bad']))[0]?.status, 'damaged');
    assert.equal((await journal.create(session, [entry]))[0]?.status, 'damaged');
    assert.equal((await journal.readCold('bad')).status, 'damaged');
    assert.equal(head.seq, 1);
  });

  /** While the store is open: the kernel shows the change to LMDB's map at once. */
  function flipBytes(value: Buffer): void {
    const file = join(path, 'data.mdb');
    const bytes = readFileSync(file);
    const handle = openSync(file, 'r+');
    for (let at = bytes.indexOf(value); at !== -1; at = bytes.indexOf(value, at + 1)) {
      writeSync(handle, Buffer.from([(value[12] as number) ^ 1]), 0, 1, at + 12);
    }
    closeSync(handle);
  }

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

  it('takes a batch however large it is, where the disk has room', async () => {
    const batch = Array.from({ length: 256 }, (_, index) => {
      return { cart: `c${index}`, recordId: index, record: Buffer.alloc(40_000), expiresDay: DAY };
    });
    const outcomes = await journal.create(session, batch);
    assert.deepEqual(new Set(outcomes.map(({ status }) => status)), new Set(['ok']));
  });

  itNeeds('mount', 'refuses changes on a full disk, and recovers when there is room again', async () => {
    const disk = temporary();
    const mount = (...args: string[]): number | null => spawnSync('mount', args, { stdio: 'ignore' }).status;
    assert.equal(mount('-t', 'tmpfs', '-o', 'size=12m', 'tmpfs', disk.path), 0);
    try {
      const small = open(join(disk.path, 'journal'));
      const owner = await small.openSession({ node: 'a', address: '', leaseMs: 1000 });
      const write = async (index: number): Promise<string> => {
        const entry = {
          cart: `c${index}`,
          recordId: index,
          record: Buffer.alloc(9000, index),
          expiresDay: DAY,
        };
        const [outcome] = await small.create(owner, [entry]);
        return outcome?.status === 'refused' ? outcome.reason : (outcome?.status ?? '');
      };
      let stored = 0;
      for (let refused = 0; refused === 0;) {
        // Many at once: each of them alone would still fit.
        const answers = await Promise.all(Array.from({ length: 128 }, (_, index) => write(stored + index)));
        for (const answer of answers) assert.ok(answer === 'ok' || answer === 'full', answer);
        refused = answers.filter((answer) => answer === 'full').length;
        if (refused === 0) stored += answers.length;
      }
      while ((await write(stored)) === 'ok') stored += 1;
      assert.ok(stored > 50 && stored < 5000, `${stored} records fitted`);
      assert.equal(await write(stored), 'full');
      assert.equal(await small.renewSession(owner), 'renewed', 'the session lives on');
      assert.equal((await small.history('c0', 1)).status, 'ok');
      assert.equal(mount('-o', 'remount,size=40m', disk.path), 0);
      assert.equal(await write(stored), 'ok');
      for (let index = 0; index <= stored; index += 1)
        assert.equal((await small.history(`c${index}`, 1)).status, 'ok');
      await small.close();
    } finally {
      spawnSync('umount', ['-l', disk.path]);
      disk.remove();
    }
  });

  it('loses and doubles nothing when processes that share the directory are killed while they write', async function () {
    this.timeout(30_000);
    const acknowledged: string[] = [];
    for (let round = 0; round < 6; round += 1) {
      const children = ['x', 'y'].map((name) => spawn(process.execPath, [WRITER, path, `${name}${round}`]));
      const lines = children.map(() => '');
      children.forEach((child, index) =>
        child.stdout.on('data', (chunk: Buffer) => (lines[index] = (lines[index] ?? '') + chunk.toString())),
      );
      const exits = children.map((child) => once(child, 'close'));
      const ended = Promise.race(exits).then(() => assert.fail('a writer ended by itself'));
      try {
        // Each has acknowledged something, then dies in the middle of a write.
        while (lines.some((text) => text.split('\n').length < 20))
          await Promise.race([once((children[0] as ChildProcess).stdout as Readable, 'data'), ended]);
      } finally {
        ended.catch(() => undefined);
        for (const child of children) child.kill('SIGKILL');
      }
      await Promise.all(exits);
      for (const text of lines) acknowledged.push(...text.split('\n').slice(0, -1));
    }
    assert.ok(acknowledged.length > 200);
    await journal.close();
    journal = open(path);
    const found: string[] = [];
    for (const cart of new Set(acknowledged.map((line) => line.split(' ')[0] ?? ''))) {
      const read = await journal.history(cart, 1);
      assert.ok(read.status === 'ok', `${cart}: ${read.status}`);
      assert.deepEqual(
        read.records.map(({ seq }) => seq),
        read.records.map((_, index) => index + 1),
      );
      found.push(
        ...read.records.map(({ seq, record }) => `${cart} ${seq} ${Buffer.from(record).toString()}`),
      );
    }
    const stored = new Set(found);
    assert.equal(stored.size, found.length);
    assert.deepEqual(
      acknowledged.filter((line) => !stored.has(line)),
      [],
    );
  });

  it('answers unknown while another process holds LMDB’s lock, goes on turning, and resolves it by sending again', async function () {
    this.timeout(20_000);
    await journal.close();
    journal = open(path, Date.now, { writeTimeoutMs: 300 });
    session = await journal.openSession({ node: 'a', address: '', leaseMs: 60_000 });
    const head = await made('c', 'x');
    const holder = spawn(process.execPath, [HOLDER, path]);
    try {
      await once(holder.stdout, 'data');
      const startedMs = performance.now();
      const entry = { cart: 'c', head, recordId: 2, record: Buffer.from('y'), expiresDay: DAY };
      assert.equal((await journal.append(session, [entry]))[0]?.status, 'unknown');
      await assert.rejects(journal.renewSession(session));
      assert.ok(performance.now() - startedMs < 3000, 'nothing blocked the event loop');
      for (let tries = 0; tries < 8; tries += 1) await journal.append(session, [entry]);
      assert.equal((await journal.append(session, [entry]))[0]?.status, 'refused', 'no more is piled up');
      assert.equal((await journal.history('c', 1)).status, 'ok', 'reads go on');
      holder.kill('SIGKILL');
      await once(holder, 'close');
      let status = 'unknown';
      while (status !== 'ok') status = (await journal.append(session, [entry]))[0]?.status ?? '';
      const read = await journal.history('c', 1);
      assert.ok(read.status === 'ok' && read.records.length === 2);
    } finally {
      holder.kill('SIGKILL');
    }
  });
});

const WRITER = join(import.meta.dirname, 'testing/writer.ts');
const CLOSER = join(import.meta.dirname, 'testing/closer.ts');
const HOLDER = join(import.meta.dirname, 'testing/lock-holder.ts');
