import assert from 'node:assert/strict';
import fc from 'fast-check';
import { RefusedHereError } from './errors.ts';
import { leases } from './resources.ts';
import { Candidate } from './testing/candidate.ts';
import { cut, doneBut, gate, hang, refuse } from './testing/faults.ts';
import { fakeServer, seeded } from './testing/fixtures.ts';
import { ManualClock, settled } from './testing/manual-clock.ts';
import type { Lease } from './leader-elector.ts';
import type { CandidateOptions } from './testing/candidate.ts';
import type { FakeApiServer } from './testing/fake-api-server.ts';

/** Its work is under way, and it may do it. */
const acts = ({ working, elector }: Candidate): boolean => working && elector.leading;
const rests = ({ working, elector }: Candidate): boolean => !working && !elector.leading;

const ref = { namespace: 'default', name: 'test' };

describe('leader elector', () => {
  let clock: ManualClock;
  let server: FakeApiServer;
  let all: Candidate[];

  beforeEach(() => {
    clock = new ManualClock();
    server = fakeServer({ clock });
    all = [];
  });

  afterEach(async () => {
    server.removeFaults();
    server.comeBack();
    for (const candidate of all) {
      candidate.resume();
      candidate.endWork();
      const stopped = candidate.stop();
      await clock.advance(20_000);
      await stopped;
    }
    assert.equal(clock.sleeping, 0);
  });

  const start = async (identity: string, options: CandidateOptions = {}): Promise<Candidate> => {
    const candidate = new Candidate(server, clock, identity, options).start();
    all.push(candidate);
    await settled();
    return candidate;
  };

  const lease = (): Lease => server.get<Lease>(leases, ref) ?? assert.fail('no lease');

  it('leads when nobody does, and writes times with microseconds', async () => {
    const a = await start('a');
    assert.ok(acts(a));
    const { acquireTime, renewTime, ...spec } = lease().spec ?? {};
    assert.deepEqual(spec, { holderIdentity: 'a', leaseDurationSeconds: 15, leaseTransitions: 0 });
    assert.match(acquireTime ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    await clock.advance(60_000);
    assert.equal(lease().spec?.acquireTime, acquireTime);
    assert.ok((lease().spec?.renewTime ?? '') > (renewTime ?? ''));
    assert.ok(a.working);
  });

  it('renews every two to two and a half seconds, with one request', async () => {
    await start('a');
    server.forgetRequests();
    await clock.advance(60_000);
    const verbs = server.requests.map(({ verb }) => verb);
    assert.deepEqual([...new Set(verbs)], ['update']);
    assert.ok(verbs.length >= 24 && verbs.length <= 30, `${verbs.length} renewals in a minute`);
  });

  it('lets a second one wait, and lead within 20 s of the first one’s death', async () => {
    const a = await start('a');
    const b = await start('b');
    await clock.advance(120_000);
    assert.ok(a.working && !b.working);
    assert.equal(b.elector.holder, 'a');
    for (const offsetMs of [0, 700, 1900]) {
      const [leader, other] = all.find(({ working }) => working) === a ? [a, b] : [b, a];
      await clock.advance(offsetMs);
      leader.pause();
      // It may have been renewed up to two and a half seconds ago.
      await clock.advance(12_400);
      assert.ok(!other.working, 'the lease is respected');
      await clock.advance(7600);
      assert.ok(other.working, 'within 20 s');
      leader.resume();
      await clock.advance(3000);
      assert.ok(!leader.working);
    }
    assert.equal(lease().spec?.leaseTransitions, 3);
  });

  it('hands over at once when it stops properly, after its work has stopped', async () => {
    const a = await start('a');
    const b = await start('b');
    a.stubborn = true;
    const stopped = a.stop();
    await clock.advance(4000);
    assert.equal(lease().spec?.holderIdentity, 'a');
    assert.ok(!b.working, 'not while the first one’s work goes on');
    a.endWork();
    await stopped;
    assert.equal(a.error, null);
    assert.equal(lease().spec?.holderIdentity, '');
    await clock.advance(2500);
    assert.ok(b.working);
    assert.deepEqual(a.log, ['leads', 'stopped', 'follows', 'holder nobody']);
  });

  it('goes on leading through failures that are shorter than its deadline', async () => {
    const a = await start('a');
    const b = await start('b');
    for (const [effect, forMs] of [
      [refuse(500), 6500],
      [refuse(429, { retryAfterSeconds: 1 }), 6500],
      [cut, 6500],
      [doneBut(cut), 6500],
      [hang, 3400],
      [doneBut(hang), 3400],
    ] as const) {
      const fault = server.inject({ plural: 'leases', times: Infinity }, (request, perform) =>
        request.headers['user-agent'] === 'a' ? effect(request, perform) : perform(),
      );
      await clock.advance(forMs);
      fault.remove();
      await clock.advance(9000);
      assert.ok(a.working && !b.working);
    }
    assert.ok(a.failures.length > 0);
    assert.deepEqual(a.log, ['leads']);
  });

  it('tries more often when it is in need', async () => {
    const a = await start('a');
    let renewedMs = 0;
    server.inject({ verb: 'update' }, (_, perform) => {
      renewedMs = clock.monotonicMs();
      return perform();
    });
    await clock.advance(2500);
    const fault = server.inject({ plural: 'leases', times: Infinity }, refuse(500));
    await clock.advance(renewedMs + 9000 - clock.monotonicMs());
    fault.remove();
    await clock.advance(5000);
    assert.ok(acts(a));
    assert.deepEqual(a.log, ['leads']);
  });

  it('gives the lease up although a renewal was still on its way', async () => {
    const a = await start('a');
    const late = gate();
    server.inject({ verb: 'update' }, late.effect);
    await clock.advance(2500);
    assert.equal(late.waiting, 1);
    const stopped = a.stop();
    server.inject({ verb: 'update' }, async (_, perform) => {
      late.open();
      await settled();
      return perform();
    });
    await stopped;
    assert.equal(lease().spec?.holderIdentity, '');
    await clock.advance(5000);
    assert.equal(lease().spec?.holderIdentity, '');
    assert.deepEqual(a.failures, []);
  });

  it('stops its work ten seconds after the last renewal that it knows of, and wins the lease back', async () => {
    const a = await start('a');
    await clock.advance(1);
    server.goAway();
    await clock.advance(9000);
    assert.ok(acts(a));
    await clock.advance(1001);
    assert.ok(rests(a));
    await clock.advance(120_000);
    server.comeBack();
    await clock.advance(3000);
    assert.ok(acts(a));
    assert.deepEqual(a.log, ['leads', 'stopped', 'follows', 'leads']);
    assert.equal(lease().spec?.leaseTransitions, 0);
  });

  it('counts from before it sent a renewal, not from its answer', async () => {
    const a = await start('a');
    let sentMs = 0;
    server.inject({ verb: 'update' }, async (_, perform) => {
      sentMs = clock.monotonicMs();
      const response = await perform();
      await clock.sleep(3000, new AbortController().signal);
      return response;
    });
    await clock.advance(2500);
    await clock.advance(sentMs + 3001 - clock.monotonicMs());
    server.goAway();
    await clock.advance(sentMs + 9999 - clock.monotonicMs());
    assert.ok(acts(a));
    await clock.advance(1);
    assert.ok(rests(a));
  });

  it('stops at once when somebody else turns out to hold the lease', async () => {
    const a = await start('a');
    server.edit(leases, ref, (draft) => Object.assign(draft['spec'] as object, { holderIdentity: 'thief' }));
    await clock.advance(2500);
    assert.ok(!a.working);
    assert.equal(a.elector.holder, 'thief');
    await clock.advance(17_600);
    assert.ok(acts(a));
  });

  it('goes on when somebody writes a label on the lease, and a candidate is not fooled by it', async () => {
    const a = await start('a');
    const b = await start('b');
    const touch = (): unknown =>
      server.edit(leases, ref, (draft) => (draft.metadata['labels'] = { at: String(clock.monotonicMs()) }));
    for (let round = 0; round < 20; round += 1) {
      touch();
      await clock.advance(1000);
    }
    assert.ok(a.working && !b.working);
    a.pause();
    for (let round = 0; round < 20; round += 1) {
      touch();
      await clock.advance(1000);
    }
    assert.ok(b.working, 'the holder’s silence counts, not that the record changes');
  });

  it('makes a lease that was deleted anew, and nobody else leads meanwhile', async () => {
    const a = await start('a');
    const b = await start('b');
    await clock.advance(5000);
    server.remove(leases, ref);
    await clock.advance(5000);
    assert.ok(a.working && !b.working);
    assert.equal(lease().spec?.holderIdentity, 'a');
  });

  it('does not compare clocks of machines', async () => {
    const a = await start('a', { wallOffsetMs: -7_200_000 });
    const b = await start('b', { wallOffsetMs: 3_600_000, rate: 1.1 });
    await clock.advance(300_000);
    assert.ok(acts(a) && rests(b));
    a.pause();
    await clock.advance(20_000);
    assert.ok(acts(b));
    assert.equal(a.elector.leading, false);
  });

  it('refuses to act when the process was stopped, before its timers know of it', async () => {
    const a = await start('a');
    a.elector.assertLeading();
    a.pause();
    await clock.advance(10_000);
    assert.ok(a.working, 'nobody has told the work yet');
    assert.equal(a.elector.leading, false);
    assert.throws(a.elector.assertLeading, RefusedHereError);
  });

  it('refuses to act when the machine slept and only the wall clock knows of it', async () => {
    let asleepMs = 0;
    const a = new Candidate(server, clock, 'a', {
      clock: {
        wallMs: () => clock.wallMs() + asleepMs,
        monotonicMs: () => clock.monotonicMs(),
        sleep: (ms, signal) => clock.sleep(ms, signal),
      },
    }).start();
    all.push(a);
    await settled();
    assert.ok(a.elector.leading);
    asleepMs = 60_000;
    assert.equal(a.elector.leading, false);
  });

  it('ends when the work ends by itself, and gives the lease up', async () => {
    const a = await start('a');
    a.endWork();
    await settled();
    assert.match(String(a.error), /ended by itself/);
    assert.equal(lease().spec?.holderIdentity, '');
    const b = await start('b');
    b.endWork(new Error('a bug'));
    await settled();
    assert.match(String(b.error), /a bug/);
    assert.equal(lease().spec?.holderIdentity, '');
  });

  it('ends without giving the lease up when the work does not stop', async () => {
    const a = await start('a');
    a.stubborn = true;
    void a.stop();
    await clock.advance(5000);
    assert.match(String(a.error), /did not stop within 5000 ms/);
    assert.equal(lease().spec?.holderIdentity, 'a');
  });

  it('stops while it waits, and releases nothing that is another’s', async () => {
    await start('a');
    const b = await start('b');
    await b.stop();
    assert.equal(b.error, null);
    assert.equal(lease().spec?.holderIdentity, 'a');
  });

  it('refuses times that can not work', () => {
    assert.throws(() => new Candidate(server, clock, 'x', { leaseDurationMs: 10_000 }), RangeError);
    assert.throws(() => new Candidate(server, clock, 'x', { retryPeriodMs: 9000 }), RangeError);
  });

  /**
   * Machines whose clocks differ by hours and run a tenth too fast or too slow, that are cut off, stopped, killed and started anew, with an API server
   * that fails and loses answers. Nobody begins while another one may still act.
   */
  it('never has two leaders at once, and always one in the end', async function () {
    this.timeout(60_000);
    const who = fc.nat(2);
    const step = fc.oneof(
      {
        weight: 4,
        arbitrary: fc.tuple(
          fc.constant('advance'),
          fc.constantFrom(100, 900, 2000, 5000, 9000, 11_000, 16_000),
        ),
      },
      {
        weight: 4,
        arbitrary: fc.tuple(fc.constantFrom('pause', 'resume', 'partition', 'heal', 'restart', 'stop'), who),
      },
      { weight: 2, arbitrary: fc.tuple(fc.constantFrom('away', 'back', 'delete', 'touch'), who) },
      {
        weight: 2,
        arbitrary: fc.tuple(
          fc.constantFrom('hang', 'cut', 'lost', 'failed', 'late'),
          fc.integer({ min: 1, max: 3 }),
        ),
      },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.nat(), async (steps, seed) => {
        clock = new ManualClock();
        server = fakeServer({ clock });
        const random = seeded(seed);
        let runs = 0;
        const began = (leader: Candidate): void => {
          const others = everybody.filter((other) => other !== leader && other.elector.leading);
          assert.deepEqual(
            others.map(({ identity }) => identity),
            [],
            `${leader.identity} began`,
          );
        };
        const spawn = (): Candidate => {
          runs += 1;
          const wallOffsetMs = (random() - 0.5) * 10_000_000;
          const rate = 0.9 + random() * 0.2;
          return new Candidate(server, clock, `run-${runs}`, { wallOffsetMs, rate, random, began }).start();
        };
        const effects = {
          hang,
          cut,
          lost: doneBut(cut),
          failed: refuse(500),
          late: async (_: unknown, perform: () => ReturnType<typeof cut>) => {
            await clock.sleep(random() * 12_000, new AbortController().signal);
            return perform();
          },
        };
        const everybody: Candidate[] = [];
        const current = [spawn(), spawn(), spawn()];
        everybody.push(...current);
        for (const [what, number] of steps) {
          const candidate = current[number % 3] ?? assert.fail();
          switch (what) {
            case 'advance':
              await clock.advance(number);
              break;
            case 'pause':
            case 'resume':
              candidate[what]();
              break;
            case 'partition':
            case 'heal':
              candidate.transport[what]();
              break;
            case 'restart':
              candidate.kill();
              everybody.push((current[number % 3] = spawn()));
              break;
            case 'stop':
              void candidate.stop();
              everybody.push((current[number % 3] = spawn()));
              break;
            case 'away':
              server.goAway();
              break;
            case 'back':
              server.comeBack();
              break;
            case 'delete':
            case 'touch':
              // Only the metadata: who deletes a lease or takes it by hand breaks the rules.
              if (server.get(leases, ref) !== undefined) {
                server.edit(
                  leases,
                  ref,
                  (draft) => (draft.metadata['labels'] = { at: String(clock.monotonicMs()) }),
                );
              }
              break;
            default:
              server.inject({ times: number }, effects[what]);
          }
        }
        server.removeFaults();
        server.comeBack();
        for (const candidate of current) candidate.resume();
        await clock.advance(40_000);
        assert.deepEqual(
          everybody.map(({ error }) => error).filter((error) => error !== null),
          [],
        );
        assert.equal(everybody.filter(({ elector }) => elector.leading).length, 1);
        assert.equal(everybody.filter(({ working }) => working).length, 1);
        for (const candidate of everybody) {
          candidate.resume();
          const stopped = candidate.stop();
          await clock.advance(20_000);
          await stopped;
        }
        assert.equal(clock.sleeping, 0);
      }),
      { numRuns: 150 },
    );
  });
});
