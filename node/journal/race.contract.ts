import assert from 'node:assert/strict';
import type { JournalUnderTest } from './journal.contract.ts';
import type { Head, Session, WriteOutcome } from './port.ts';

const DAY = 20_000;

/** Two connections fight over a few carts. Whoever believes to own one appends; what was acknowledged must be the history. */
export async function raceOwners(test: JournalUnderTest, a: Session, b: Session): Promise<void> {
  const carts = ['r0', 'r1', 'r2'];
  const acknowledged = new Map<string, string[]>(carts.map((cart) => [cart, []]));
  const players = [
    { journal: test.journal, session: a, rival: b, heads: new Map<string, Head>() },
    { journal: test.other, session: b, rival: a, heads: new Map<string, Head>() },
  ] as const;
  let recordId = 1_000_000;
  const play = async (player: (typeof players)[number], round: number): Promise<void> => {
    const { journal, session, rival, heads } = player;
    for (const [index, cart] of carts.entries()) {
      const head = heads.get(cart);
      recordId += 1;
      const entry = { cart, recordId, record: Buffer.from(`${session.node}${recordId}`), expiresDay: DAY };
      if (head === undefined) {
        const [claim] = await journal.claim(session, [cart]);
        if (claim?.status === 'ok') heads.set(cart, claim.content.head);
        else if (claim?.status === 'absent') {
          const [made] = await journal.create(session, [entry]);
          note(made, cart, entry.record, heads);
        }
        continue;
      }
      // The same head for an append and a change of owner at once: one of them must lose.
      const contenders: Promise<void>[] = [
        journal
          .append(session, [{ ...entry, head }])
          .then(([outcome]) => note(outcome, cart, entry.record, heads)),
      ];
      if ((round + index) % 3 === 0) {
        const leaving =
          round % 2 === 0
            ? journal.handOver(session, [{ cart, head, to: rival.id }])
            : journal.release(session, [{ cart, head }]);
        contenders.push(
          leaving.then(([outcome]) => {
            if (outcome?.status === 'ok') heads.delete(cart);
          }),
        );
      }
      await Promise.all(contenders);
    }
  };
  const note = (
    outcome: WriteOutcome | undefined,
    cart: string,
    record: Uint8Array,
    heads: Map<string, Head>,
  ): void => {
    if (outcome?.status === 'ok') {
      acknowledged.get(cart)?.push(Buffer.from(record).toString());
      heads.set(cart, outcome.head);
    } else heads.delete(cart);
  };
  for (let round = 0; round < 40; round += 1) await Promise.all(players.map((player) => play(player, round)));
  for (const cart of carts) {
    const read = await test.journal.history(cart, 1);
    assert.ok(read.status === 'ok');
    const records = read.records;
    assert.deepEqual(
      records.map(({ seq }) => seq),
      records.map((_, index) => index + 1),
      'gap-free',
    );
    const epochs = records.map(({ epoch }) => epoch);
    assert.deepEqual(
      epochs,
      epochs.toSorted((x, y) => x - y),
      'epochs never fall',
    );
    const stored = records.map(({ record }) => Buffer.from(record).toString());
    assert.equal(new Set(stored).size, stored.length, 'none twice');
    assert.deepEqual(stored.toSorted(), acknowledged.get(cart)?.toSorted(), 'just what was acknowledged');
    assert.ok(stored.length > 10, 'the race took place');
  }
}

/** A cart is made anew somewhere between a sweep's look at it and the sweep's commit. */
export async function raceSweep({ journal }: JournalUnderTest, session: Session): Promise<void> {
  const expiresDay = DAY;
  for (let turns = 0; turns < 40; turns += 1) {
    const cart = `swept${turns}`;
    const create = (recordId: number): Promise<readonly WriteOutcome[]> =>
      journal.create(session, [{ cart, recordId, record: Buffer.from('x'), expiresDay }]);
    const [made] = await create(2 * turns + 1);
    assert.ok(made?.status === 'ok');
    const [released] = await journal.release(session, [{ cart, head: made.head }]);
    assert.ok(released?.status === 'ok');
    const sweeping = journal.sweepExpired(session, DAY + 1, 10);
    for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
    const [anew] = await create(2 * turns + 2);
    assert.ok((await sweeping).carts.includes(cart));
    if (anew?.status !== 'ok') continue;
    assert.ok(anew.head.epoch > released.head.epoch, `made anew with epoch ${anew.head.epoch}`);
    await journal.release(session, [{ cart, head: anew.head }]);
  }
}
