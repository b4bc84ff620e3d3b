import assert from 'node:assert/strict';
import { cartView } from '../view.ts';
import type { Answer } from './shop.ts';

/** The answer is that problem, in the shape of RFC 9457, and tells nothing of the inside. */
export function isProblem(answer: Answer, status: number, code: string): void {
  assert.deepEqual([answer.status, answer.json.code], [status, code], answer.text);
  assert.equal(answer.headers['content-type'], 'application/problem+json');
  const { type, title, detail } = answer.json;
  assert.equal(type, `https://cartwright.dev/problems/${code}`);
  assert.equal(answer.json.status, status);
  assert.ok(title.length > 5 && detail.length > 5);
  assert.doesNotMatch(answer.text, /node_modules|\.ts:/);
}

/** The answer is a cart, in its documented shape. */
export function isCart(answer: Answer): void {
  assert.equal(answer.status, 200, answer.text);
  cartView.parse(answer.json);
  assert.equal(answer.headers['etag'], `"${answer.json.version}"`);
  assert.equal(answer.headers['cache-control'], 'no-store');
}
