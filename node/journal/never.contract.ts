import assert from 'node:assert/strict';
import { NEVER } from './port.ts';
import type { JournalUnderTest } from './journal.contract.ts';
import type { Head, Session } from './port.ts';

const DAY = 20_000;

/** A cart goes by the day of its newest record. One that never expires is passed over, however late it is; once it has a day again, it goes by that. */
export async function sweepNever(
  { journal, other }: JournalUnderTest,
  a: Session,
  b: Session,
): Promise<void> {
  let recordId = 0;
  let head: Head | null = null;
  const write = async (expiresDay: number): Promise<void> => {
    recordId += 1;
    const entry = { cart: 'c', recordId, record: Buffer.from('x'), expiresDay };
    const [outcome] =
      head === null ? await journal.create(a, [entry]) : await journal.append(a, [{ ...entry, head }]);
    assert.ok(outcome?.status === 'ok');
    head = outcome.head;
  };
  /** Given up, for that portion only: what is owned is not swept. */
  const swept = async (today: number): Promise<readonly string[]> => {
    assert.ok(head !== null);
    await journal.release(a, [{ cart: 'c', head }]);
    const { carts } = await other.sweepExpired(b, today, 10);
    const [claim] = await journal.claim(a, ['c']);
    if (claim?.status === 'ok') head = claim.content.head;
    return carts;
  };
  await write(DAY);
  await write(DAY + 10);
  assert.deepEqual(await swept(DAY + 5), []);
  await write(NEVER);
  assert.deepEqual(await swept(DAY + 11), []);
  assert.deepEqual(await swept(DAY + 100_000), []);
  await write(DAY + 200_000);
  assert.deepEqual(await swept(DAY + 200_000), []);
  assert.deepEqual(await swept(DAY + 200_001), ['c']);
}
