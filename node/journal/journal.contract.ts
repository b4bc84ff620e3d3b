import assert from 'node:assert/strict';
import { sweepNever } from './never.contract.ts';
import { raceOwners, raceSweep } from './race.contract.ts';
import type {
  AppendEntry,
  ClaimOutcome,
  Content,
  CreateEntry,
  Head,
  HistoryRead,
  Journal,
  Session,
  StoredRecord,
  WriteOutcome,
} from './port.ts';

/** What the suite needs of an adapter. */
export interface JournalUnderTest {
  readonly journal: Journal;
  /** Another connection to the same store, as another process would have; the same object where there is only one. */
  readonly other: Journal;
  /** Records kept for history behind a snapshot. */
  readonly historyRecords: number;
  /** Moves the wall clock that both connections see. */
  advance(ms: number): void;
  dispose(): Promise<void>;
}

const LEASE_MS = 1000;
const DAY = 20_000;

/** Every rule of the journal's port, for every adapter. */
export function describeJournalContract(name: string, make: () => Promise<JournalUnderTest>): void {
  describe(`journal contract: ${name}`, () => {
    let test: JournalUnderTest;
    let journal: Journal;
    let a: Session;
    let b: Session;
    let records = 0;

    beforeEach(async () => {
      test = await make();
      ({ journal } = test);
      a = await journal.openSession({ node: 'a', address: 'a:1337', leaseMs: LEASE_MS });
      b = await test.other.openSession({ node: 'b', address: 'b:1337', leaseMs: LEASE_MS });
    });

    afterEach(async () => {
      await test.dispose();
    });

    function creation(cart: string, text = 'first', expiresDay = DAY): CreateEntry {
      records += 1;
      return { cart, recordId: records, record: Buffer.from(text), expiresDay };
    }

    function appending(cart: string, head: Head, text: string, snapshot?: string): AppendEntry {
      return {
        ...creation(cart, text),
        head,
        snapshot: snapshot === undefined ? undefined : Buffer.from(snapshot),
      };
    }

    async function created(cart: string, session = a, expiresDay = DAY): Promise<Head> {
      return landed((await journal.create(session, [creation(cart, 'first', expiresDay)]))[0]);
    }

    async function append(cart: string, head: Head, text: string, snapshot?: string): Promise<Head> {
      return landed((await journal.append(a, [appending(cart, head, text, snapshot)]))[0]);
    }

    async function expire(session: Session): Promise<void> {
      test.advance(LEASE_MS + 1);
      assert.equal((await test.other.fence(session.id)).status, 'free');
    }

    async function claimed(cart: string, session = b): Promise<Content> {
      const [outcome] = await test.other.claim(session, [cart]);
      assert.equal(outcome?.status, 'ok');
      return outcome.content;
    }

    async function sweptOneByOne(today: number): Promise<string[]> {
      const swept: string[] = [];
      for (let more = true; more;) {
        const portion = await test.other.sweepExpired(b, today, 1);
        swept.push(...portion.carts);
        ({ more } = portion);
      }
      return swept;
    }

    describe('create', () => {
      it('makes a head with the first record', async () => {
        const head = await created('c');
        assert.equal(head.seq, 1);
        assert.ok(head.epoch >= 1);
        assert.deepEqual(await texts(journal, 'c'), ['first']);
      });

      it('answers the same entry sent again as a duplicate, and another one as a conflict', async () => {
        const entry = creation('c');
        const first = await journal.create(a, [entry]);
        assert.deepEqual((await journal.create(a, [entry]))[0], { ...first[0], duplicate: true });
        const [conflict] = await test.other.create(b, [creation('c')]);
        assert.equal(conflict?.status, 'conflict');
        const { current } = conflict;
        assert.equal(current?.owner?.sessionId, a.id);
        assert.equal(current.owner.address, 'a:1337');
        assert.deepEqual(await texts(journal, 'c'), ['first']);
      });

      it('lets exactly one of two racing sessions make the cart', async () => {
        const carts = Array.from({ length: 20 }, (_, index) => `c${index}`);
        const [mine, theirs] = await Promise.all([
          journal.create(
            a,
            carts.map((cart) => creation(cart, 'a')),
          ),
          test.other.create(
            b,
            carts.map((cart) => creation(cart, 'b')),
          ),
        ]);
        for (const [index, cart] of carts.entries()) {
          const winners = [mine[index], theirs[index]].filter((outcome) => outcome?.status === 'ok');
          assert.equal(winners.length, 1, `winners of ${cart}`);
          assert.deepEqual(await texts(journal, cart), [mine[index]?.status === 'ok' ? 'a' : 'b']);
        }
      });
    });

    describe('append', () => {
      it('lands on the head it builds on, and is visible to other connections', async () => {
        const head = await append('c', await created('c'), 'second');
        assert.equal(head.seq, 2);
        assert.deepEqual(await texts(test.other, 'c'), ['first', 'second']);
      });

      it('refuses what builds on an older head and changes nothing', async () => {
        const first = await created('c');
        await append('c', first, 'second');
        const [outcome] = await journal.append(a, [appending('c', first, 'late')]);
        assert.equal(outcome?.status, 'conflict');
        assert.equal(outcome.regressed, false);
        assert.deepEqual(await texts(journal, 'c'), ['first', 'second']);
      });

      it('refuses a cart that has no head', async () => {
        const [outcome] = await journal.append(a, [
          appending('none', { epoch: 1, seq: 1, position: 0 }, 'x'),
        ]);
        assert.equal(outcome?.status, 'conflict');
        assert.equal(outcome.current, null);
      });

      it('answers the very same record sent again as a duplicate', async () => {
        const entry = appending('c', await created('c'), 'second');
        const [first] = await journal.append(a, [entry]);
        const [again] = await journal.append(a, [entry]);
        assert.deepEqual(again, { ...first, duplicate: true });
        assert.deepEqual(await texts(journal, 'c'), ['first', 'second']);
      });

      it('treats the entries of a batch on their own', async () => {
        const [one, two] = [await created('one'), await created('two')];
        await append('one', one, 'second');
        const outcomes = await journal.append(a, [
          appending('one', one, 'late'),
          appending('two', two, 'second'),
        ]);
        assert.deepEqual(
          outcomes.map(({ status }) => status),
          ['conflict', 'ok'],
        );
        assert.deepEqual(await texts(journal, 'two'), ['first', 'second']);
      });

      it('rejects a batch with a cart twice', async () => {
        const head = await created('c');
        await assert.rejects(
          journal.append(a, [appending('c', head, 'x'), appending('c', head, 'y')]),
          /twice/,
        );
        assert.deepEqual(await texts(journal, 'c'), ['first']);
      });

      it('tells when the head is behind what the caller knows to be durable', async () => {
        const head = await created('c');
        const [outcome] = await journal.append(a, [appending('c', { ...head, seq: 7 }, 'x')]);
        assert.equal(outcome?.status, 'conflict');
        assert.equal(outcome.regressed, true);
      });

      it('keeps records as they were, whatever the caller does with its buffer afterwards', async () => {
        const entry = creation('c', 'first');
        await journal.create(a, [entry]);
        entry.record.fill(0);
        assert.deepEqual(await texts(journal, 'c'), ['first']);
      });
    });

    describe('who may write', () => {
      it('stores nothing for a session that is over, also not a new cart', async () => {
        await expire(a);
        const carts = ['f1', 'f2', 'f3', 'f4'];
        const outcomes = await journal.create(
          a,
          carts.map((cart) => creation(cart)),
        );
        assert.deepEqual(
          outcomes.map((outcome) => outcome.status === 'refused' && outcome.reason),
          carts.map(() => 'fenced'),
        );
        for (const cart of carts) assert.equal((await journal.readCold(cart)).status, 'absent');
      });

      it('refuses a session that knows the head but is not the owner', async () => {
        const head = await created('c');
        assert.equal((await test.other.append(b, [appending('c', head, 'theft')]))[0]?.status, 'conflict');
        assert.equal((await test.other.release(b, [{ cart: 'c', head }]))[0]?.status, 'conflict');
        assert.equal((await test.other.handOver(b, [{ cart: 'c', head, to: b.id }]))[0]?.status, 'conflict');
        assert.deepEqual(await texts(journal, 'c'), ['first']);
      });

      it('tells of a record that landed also after the cart went on, changed hands or its session was fenced', async () => {
        const first = creation('c');
        const head = landed((await journal.create(a, [first]))[0]);
        const second = appending('c', head, 'second');
        const next = landed((await journal.append(a, [second]))[0]);
        await append('c', next, 'third');
        const told = (outcome: WriteOutcome | undefined): unknown =>
          outcome?.status === 'ok' && [outcome.duplicate, outcome.head.seq];
        assert.deepEqual(told((await journal.create(a, [first]))[0]), [true, 1]);
        assert.deepEqual(told((await journal.append(a, [second]))[0]), [true, 2]);
        await expire(a);
        await claimed('c');
        assert.deepEqual(told((await journal.append(a, [second]))[0]), [true, 2]);
        const never = await journal.append(a, [{ ...second, recordId: 999_999 }]);
        assert.equal(never[0]?.status, 'refused');
      });

      it('does not take a cart that was swept in order for one that lost records', async () => {
        const head = await created('c');
        await journal.release(a, [{ cart: 'c', head }]);
        await test.other.sweepExpired(b, DAY + 1, 10);
        const [outcome] = await journal.append(a, [appending('c', head, 'late')]);
        assert.ok(outcome?.status === 'conflict');
        assert.deepEqual([outcome.current, outcome.regressed], [null, false]);
      });
    });

    describe('claim', () => {
      it('answers absent for a cart without a head', async () => {
        assert.deepEqual(await journal.claim(a, ['none']), [{ status: 'absent' }]);
      });

      it('leaves a cart to its living owner, and loads the own one', async () => {
        const head = await created('c');
        const [theirs] = await test.other.claim(b, ['c']);
        assert.equal(theirs?.status, 'owned');
        assert.equal(theirs.owner.node, 'a');
        const [mine] = await journal.claim(a, ['c']);
        assert.deepEqual((mine as ClaimOutcome & { status: 'ok' }).content.head, head);
      });

      it('takes over from a fenced session with a higher epoch, and the old owner can write no more', async () => {
        const head = await append('c', await created('c'), 'second');
        await expire(a);
        const content = await claimed('c');
        assert.ok(content.head.epoch > head.epoch);
        assert.equal(content.head.seq, 2);
        assert.deepEqual(
          content.tail.map(({ record }) => Buffer.from(record).toString()),
          ['first', 'second'],
        );
        const [late] = await journal.append(a, [appending('c', head, 'late')]);
        assert.deepEqual([late?.status, (late as { reason?: string }).reason], ['refused', 'fenced']);
        assert.deepEqual(await texts(test.other, 'c'), ['first', 'second']);
      });

      it('gives a cart to exactly one of many racing claimers', async () => {
        const carts = Array.from({ length: 10 }, (_, index) => `c${index}`);
        await journal.create(
          a,
          carts.map((cart) => creation(cart)),
        );
        await journal.closeSession(a);
        const sessions = await Promise.all(
          [journal, test.other, journal, test.other].map((connection, index) =>
            connection.openSession({ node: `n${index}`, address: '', leaseMs: LEASE_MS }),
          ),
        );
        const all = await Promise.all(
          sessions.map((session, index) => (index % 2 === 0 ? journal : test.other).claim(session, carts)),
        );
        for (const index of carts.keys()) {
          assert.equal(all.filter((outcomes) => outcomes[index]?.status === 'ok').length, 1);
        }
      });
    });

    describe('hand-over and release', () => {
      it('names the target as owner, and the source can write no more', async () => {
        const head = await created('c');
        const moved = landed((await journal.handOver(a, [{ cart: 'c', head, to: b.id }]))[0]);
        assert.ok(moved.epoch > head.epoch);
        assert.equal((await journal.append(a, [appending('c', head, 'late')]))[0]?.status, 'conflict');
        const [appended] = await test.other.append(b, [appending('c', moved, 'by b')]);
        assert.equal(appended?.status, 'ok');
        assert.deepEqual(await texts(journal, 'c'), ['first', 'by b']);
      });

      it('answers a hand-over sent again as a duplicate', async () => {
        const entry = { cart: 'c', head: await created('c'), to: b.id };
        const [first] = await journal.handOver(a, [entry]);
        assert.deepEqual((await journal.handOver(a, [entry]))[0], { ...first, duplicate: true });
      });

      it('refuses to hand over to a session that is over', async () => {
        const head = await created('c');
        await test.other.closeSession(b);
        assert.equal((await journal.handOver(a, [{ cart: 'c', head, to: b.id }]))[0]?.status, 'refused');
        assert.equal((await journal.append(a, [appending('c', head, 'still mine')]))[0]?.status, 'ok');
      });

      it('frees a released cart: the old owner can write no more, anybody may claim', async () => {
        const head = await created('c');
        const [released] = await journal.release(a, [{ cart: 'c', head }]);
        assert.equal(released?.status, 'ok');
        assert.equal((await journal.append(a, [appending('c', head, 'late')]))[0]?.status, 'conflict');
        assert.deepEqual((await journal.release(a, [{ cart: 'c', head }]))[0], {
          ...released,
          duplicate: true,
        });
        assert.ok((await claimed('c')).head.epoch > head.epoch);
        assert.equal((await journal.release(a, [{ cart: 'c', head }]))[0]?.status, 'conflict');
      });
    });

    describe('sessions', () => {
      it('never uses an id twice', async () => {
        const c = await journal.openSession({ node: 'a', address: '', leaseMs: LEASE_MS });
        assert.equal(new Set([a.id, b.id, c.id]).size, 3);
      });

      it('leaves a running lease alone and tells when it ends', async () => {
        const outcome = await test.other.fence(a.id);
        assert.equal(outcome.status, 'live');
        assert.equal((await test.other.fence('nobody')).status, 'unknown-session');
      });

      it('never fences a session whose renewal was faster', async () => {
        test.advance(LEASE_MS + 1);
        const [renewed, { status }] = await Promise.all([journal.renewSession(a), test.other.fence(a.id)]);
        const may = journal.mayServeReads(a);
        assert.equal(`${status} ${may}`, renewed === 'renewed' ? 'live true' : 'free false');
      });

      it('holds no lease for longer than it lasts when the clock was set back', async () => {
        test.advance(-3_600_000);
        const outcome = await test.other.fence(a.id);
        assert.ok(outcome.status === 'live');
        test.advance(LEASE_MS - 1);
        assert.deepEqual(await journal.fence(a.id), outcome);
        test.advance(2);
        assert.equal((await test.other.fence(a.id)).status, 'free');
      });

      it('lets an owner whose clock was set back renew as before', async () => {
        test.advance(-3_600_000);
        assert.equal((await test.other.fence(a.id)).status, 'live');
        test.advance(LEASE_MS - 1);
        assert.equal(await journal.renewSession(a), 'renewed');
        test.advance(LEASE_MS - 1);
        assert.equal((await test.other.fence(a.id)).status, 'live');
      });

      it('renews a lapsed session that nobody fenced', async () => {
        const head = await created('c');
        test.advance(10 * LEASE_MS);
        assert.equal(await journal.renewSession(a), 'renewed');
        assert.equal((await test.other.fence(a.id)).status, 'live');
        assert.equal((await journal.append(a, [appending('c', head, 'second')]))[0]?.status, 'ok');
      });

      it('never renews a fenced session, which neither writes nor serves reads', async () => {
        const head = await created('c');
        assert.equal(journal.mayServeReads(a), true);
        await expire(a);
        assert.equal(await journal.renewSession(a), 'fenced');
        assert.equal(journal.mayServeReads(a), false);
        // Nobody claimed the cart: the head is untouched, and still the write must not land.
        const [outcome] = await journal.append(a, [appending('c', head, 'late')]);
        assert.deepEqual([outcome?.status, (outcome as { reason?: string }).reason], ['refused', 'fenced']);
        assert.equal((await journal.create(a, [creation('d')]))[0]?.status, 'refused');
        assert.deepEqual(await texts(journal, 'c'), ['first']);
        assert.equal((await journal.readCold('d')).status, 'absent');
      });

      it('frees the carts of a closed session at once', async () => {
        await created('c');
        await journal.closeSession(a);
        await journal.closeSession(a);
        assert.equal((await test.other.fence(a.id)).status, 'free');
        assert.equal((await claimed('c')).head.seq, 1);
        assert.equal(journal.mayServeReads(a), false);
      });
    });

    describe('reads', () => {
      it('reads cold only where no living session owns the cart', async () => {
        await created('c');
        assert.equal((await test.other.readCold('c')).status, 'owned');
        assert.equal((await test.other.readCold('none')).status, 'absent');
        await expire(a);
        assert.equal((await test.other.readCold('c')).status, 'ok');
      });

      it('loads the snapshot and the records behind it, contiguous up to the head', async () => {
        let head = await created('c');
        for (let seq = 2; seq <= 10; seq += 1)
          head = await append('c', head, `${seq}`, seq === 7 ? 'as of 7' : undefined);
        await journal.closeSession(a);
        const content = await claimed('c');
        assert.equal(Buffer.from(content.snapshot?.bytes ?? []).toString(), 'as of 7');
        assert.equal(content.snapshot?.seq, 7);
        assert.deepEqual(
          content.tail.map(({ seq }) => seq),
          [8, 9, 10],
        );
        assert.equal(content.head.seq, 10);
        assert.equal(content.expiresDay, DAY);
      });

      it('keeps the retained history behind a snapshot, and everything behind the last snapshot', async () => {
        let head = await created('c');
        const last = test.historyRecords + 20;
        for (let seq = 2; seq <= last; seq += 1)
          head = await append('c', head, `${seq}`, seq === last - 5 ? 's' : undefined);
        const read = await journal.history('c', 1);
        assert.equal(read.status, 'ok');
        const seqs = recordsOf(read).map(({ seq }) => seq);
        const first = last - 5 - test.historyRecords + 1;
        assert.deepEqual(
          seqs,
          Array.from({ length: last - first + 1 }, (_, index) => first + index),
        );
        const some = await journal.history('c', last - 2);
        assert.deepEqual(
          recordsOf(some).map(({ seq }) => seq),
          [last - 2, last - 1, last],
        );
        assert.equal((await journal.history('none', 1)).status, 'absent');
      });
    });

    describe('sweep', () => {
      it('deletes what expired and nobody owns, and nothing else', async () => {
        await created('due', a, DAY);
        await created('later', a, DAY + 5);
        await journal.closeSession(a);
        const c = await journal.openSession({ node: 'c', address: '', leaseMs: LEASE_MS });
        assert.deepEqual((await journal.sweepExpired(c, DAY, 10)).carts, []);
        assert.deepEqual((await journal.sweepExpired(c, DAY + 1, 10)).carts, ['due']);
        assert.equal((await journal.readCold('due')).status, 'absent');
        assert.equal((await journal.readCold('later')).status, 'ok');
        assert.equal((await journal.history('due', 1)).status, 'absent');
      });

      it('never deletes under a living owner', async () => {
        await created('c', a, DAY);
        assert.deepEqual((await test.other.sweepExpired(b, DAY + 1, 10)).carts, []);
        assert.deepEqual(await texts(journal, 'c'), ['first']);
      });

      it('goes by the newest expiry of a cart, which may be never', () => sweepNever(test, a, b));

      it('sweeps in portions', async () => {
        for (let index = 0; index < 5; index += 1) await created(`c${index}`);
        await journal.closeSession(a);
        const first = await test.other.sweepExpired(b, DAY + 1, 3);
        assert.deepEqual([first.carts.length, first.more], [3, true]);
        const second = await test.other.sweepExpired(b, DAY + 1, 3);
        assert.deepEqual([second.carts.length, second.more], [2, false]);
      });

      it('comes to what expired, however many carts live on that were due before it', async () => {
        const ids = Array.from({ length: 30 }, (_, index) => `alive${index}`);
        for (const id of ids) {
          const head = await created(id, a, DAY);
          await journal.append(a, [{ ...appending(id, head, 'second'), expiresDay: DAY + 10 }]);
        }
        await created('due', a, DAY + 1);
        await journal.closeSession(a);
        assert.deepEqual(await sweptOneByOne(DAY + 2), ['due']);
      });

      it('makes new carts above the highest epoch of all that went together', async () => {
        const heads = [];
        for (const cart of ['low', 'high', 'mid']) heads.push({ cart, head: await created(cart) });
        let high = heads[1] as { cart: string; head: Head };
        for (let turn = 0; turn < 3; turn += 1) {
          await journal.release(a, [high]);
          const [claim] = await journal.claim(a, ['high']);
          assert.ok(claim?.status === 'ok');
          high = { cart: 'high', head: claim.content.head };
        }
        await journal.closeSession(a);
        assert.equal((await test.other.sweepExpired(b, DAY + 1, 10)).carts.length, 3);
        const [anew] = await test.other.create(b, [creation('high')]);
        assert.ok(landed(anew).epoch > high.head.epoch);
      });

      it('makes no cart below the epochs of one that goes at the same moment', () => raceSweep(test, a));

      it('fences owners whose lease ended, and is not held up by those that live', async () => {
        await created('abandoned', a);
        for (let index = 0; index < 12; index += 1) {
          await test.other.create(b, [creation(`alive${index}`)]);
        }
        test.advance(LEASE_MS + 1);
        assert.equal(await test.other.renewSession(b), 'renewed');
        assert.deepEqual(await sweptOneByOne(DAY + 1), ['abandoned']);
      });

      it('gives a cart made anew an epoch above every owner of the old one', async () => {
        const head = await created('c');
        await journal.handOver(a, [{ cart: 'c', head, to: b.id }]);
        await test.other.closeSession(b);
        const c = await journal.openSession({ node: 'c', address: '', leaseMs: LEASE_MS });
        assert.deepEqual((await journal.sweepExpired(c, DAY + 1, 10)).carts, ['c']);
        const anew = await created('c', c);
        assert.ok(anew.epoch > head.epoch + 1, `${anew.epoch} is above ${head.epoch + 1}`);
        assert.equal((await journal.append(a, [appending('c', head, 'late')]))[0]?.status, 'conflict');
        assert.deepEqual(await texts(journal, 'c'), ['first']);
      });
    });

    it('loses and doubles no acknowledged record while owners append, hand over, release and claim at once', async () => {
      await raceOwners(test, a, b);
    });
  });
}

function landed(outcome: WriteOutcome | undefined): Head {
  assert.equal(outcome?.status, 'ok', JSON.stringify(outcome));
  return outcome.head;
}

async function texts(journal: Journal, cart: string): Promise<string[]> {
  const read = await journal.history(cart, 1);
  assert.equal(read.status, 'ok');
  return recordsOf(read).map(({ record }) => Buffer.from(record).toString());
}

function recordsOf(read: HistoryRead): readonly StoredRecord[] {
  assert.ok(read.status === 'ok');
  return read.records;
}
