import assert from 'node:assert/strict';
import { isCart, isProblem } from './testing/answers.ts';
import { cartDigest, mintCartId } from './cart-id.ts';
import { openShop } from './testing/shop.ts';
import type { Answer, Shop } from './testing/shop.ts';

describe('POST /cart/merge', () => {
  let shop: Shop;
  const mine = mintCartId();
  const theirs = mintCartId();

  beforeEach(async () => {
    shop = await openShop();
    await fill(mine, 'A', 2);
    await fill(theirs, 'A', 3);
  });

  afterEach(() => shop[Symbol.asyncDispose]());

  const fill = (id: string, sku: string, quantity: number): Promise<Answer> =>
    shop.call('POST', `/cart/byid/${id}`, { sku, quantity });
  const byCookie = (
    id: string | null,
    body: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> =>
    shop.call('POST', '/cart/merge', body, { ...(id !== null && { cookie: `cartid=${id}` }), ...headers });
  const byId = (id: string, body: unknown, headers?: Record<string, string>): Promise<Answer> =>
    shop.call('POST', `/cart/byid/${id}/merge`, body, headers);
  const read = (id: string): Promise<Answer> => shop.call('GET', `/cart/byid/${id}`);
  const cookieOf = ({ headers }: Answer): string | undefined =>
    /^cartid=(\w+);/.exec(headers['set-cookie'] ?? '')?.[1];
  const pieces = ({ json }: Answer): number => json.items.reduce((sum, { quantity }) => sum + quantity, 0);

  it('takes the cookie’s cart into the target, whose cookie it answers with', async () => {
    const answer = await byCookie(mine, { target: theirs });
    isCart(answer);
    assert.deepEqual([answer.json.id, pieces(answer), cookieOf(answer)], [theirs, 5, theirs]);
    assert.match(answer.headers['set-cookie'] ?? '', /HttpOnly; SameSite=Lax; Secure/);
  });

  it('by id works from either side, and gives no cookie', async () => {
    const into = await byId(theirs, { source: mine, strategy: 'max' });
    assert.deepEqual([into.json.id, pieces(into), into.headers['set-cookie']], [theirs, 3, undefined]);
    await fill('x', 'B', 4);
    const from = await byId('x', { target: theirs });
    assert.deepEqual([from.json.id, pieces(from)], [theirs, 7]);
  });

  for (const [strategy, quantity] of Object.entries({ sum: 5, max: 3, keep: 3, replace: 2 })) {
    it(`by ${strategy} makes ${quantity} of 2 and 3`, async () => {
      assert.equal(pieces(await byId(theirs, { source: mine, strategy })), quantity);
    });
  }

  it('leaves a source that is empty, says where to without saying it, and takes no changes', async () => {
    await byId(theirs, { source: mine });
    const source = await read(mine);
    isCart(source);
    assert.deepEqual(source.json.merge, { status: 'merged', target: cartDigest(theirs) });
    assert.deepEqual(source.json.items, []);
    const refused = await fill(mine, 'B', 1);
    isProblem(refused, 409, 'cart-merged');
    assert.ok(refused.json.detail.includes(cartDigest(theirs)));
    for (const { text } of [source, refused])
      assert.ok(!text.includes(theirs), 'who knows one cart learns no other');
  });

  it('gives who comes with the source’s cookie a new cart, not the target', async () => {
    await byCookie(mine, { target: theirs });
    const answer = await shop.call('GET', '/cart/', undefined, { cookie: `cartid=${mine}` });
    isCart(answer);
    assert.equal(answer.json.version, 0);
    assert.ok(![mine, theirs].includes(answer.json.id));
    assert.equal(cookieOf(answer), answer.json.id);
  });

  it('ends a login of who has no cart, or the target’s cookie already, with the target', async () => {
    for (const cookie of [null, theirs, mintCartId()]) {
      const answer = await byCookie(cookie, { target: theirs });
      isCart(answer);
      assert.deepEqual([answer.json.id, pieces(answer), cookieOf(answer)], [theirs, 3, theirs]);
    }
  });

  it('repeated, with a key or without, answers with the target and changes nothing', async () => {
    const first = await byCookie(mine, { target: theirs }, { 'idempotency-key': 'k' });
    for (const headers of [{ 'idempotency-key': 'k' }, {}]) {
      const again = await byCookie(mine, { target: theirs }, headers);
      assert.equal(again.headers['idempotent-replayed'], 'true');
      assert.deepEqual([again.json, cookieOf(again)], [first.json, theirs]);
    }
    isProblem(await byCookie(mine, { target: mintCartId() }), 409, 'cart-merged');
  });

  it('is about the target where it is conditional', async () => {
    isProblem(await byId(theirs, { source: mine }, { 'if-match': '"9"' }), 412, 'version-mismatch');
    assert.equal((await read(mine)).json.merge, undefined);
    isCart(await byId(theirs, { source: mine }, { 'if-match': '"1"' }));
  });

  it('refuses what makes no sense, naming the field, with both carts as they were', async () => {
    const before = [(await read(mine)).text, (await read(theirs)).text];
    const wrong = async (
      answer: Promise<Answer>,
      status: number,
      code: string,
      field: string,
    ): Promise<void> => {
      isProblem(await answer, status, code);
      const [error] = (await answer).json.errors;
      assert.equal(error?.field, field);
      if (code === 'invalid-value') assert.ok(error.expected, 'what was expected');
    };
    await wrong(byId(mine, { source: mine }), 422, 'self-merge', 'source');
    await wrong(byId(mine, { source: 'nobody' }), 404, 'unknown-source', 'source');
    await wrong(byId(mine, {}), 422, 'invalid-value', 'target');
    await wrong(byId(mine, { source: theirs, target: theirs }), 422, 'invalid-value', 'target');
    await wrong(byId(mine, { source: 'a/b' }), 422, 'invalid-value', 'source');
    await wrong(byId(mine, { source: theirs, strategy: 'all' }), 422, 'invalid-value', 'strategy');
    await wrong(byId(mine, { source: theirs, quantity: 1 }), 400, 'unknown-field', 'quantity');
    await wrong(byCookie(mine, { source: theirs }), 422, 'invalid-value', 'source');
    await wrong(byCookie(mine, { target: 'customer-7' }), 422, 'invalid-value', 'target');
    assert.deepEqual([(await read(mine)).text, (await read(theirs)).text], before);
  });

  it('refuses what does not fit, and points at the source', async () => {
    await fill('many', 'A', 998);
    const answer = await byId('many', { source: mine });
    isProblem(answer, 422, 'quantity-limit');
    assert.equal(answer.json.errors[0]?.field, 'source.quantity');
    assert.equal(answer.json.errors[0].limit, 999);
    assert.equal((await read('many')).json.version, 1);
  });

  it('that is not finished is told as not known, and finished by who asks again', async () => {
    shop.journal.faults.push('none', 'refuse', 'refuse');
    const answer = await byId(theirs, { source: mine });
    isProblem(answer, 503, 'unknown-outcome');
    assert.ok(Number(answer.headers['retry-after']) >= 1);
    assert.equal((await read(mine)).json.merge?.status, 'merging');
    const again = await byId(theirs, { source: mine });
    isCart(again);
    assert.equal(pieces(again), 5);
  });

  it('comes from no foreign site', async () => {
    const foreign = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
    isProblem(await byCookie(mine, { target: theirs }, foreign), 403, 'cross-site');
  });
});
