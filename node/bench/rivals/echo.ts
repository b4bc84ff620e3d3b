import { readFileSync } from 'node:fs';
import Koa from 'koa';
import Router from 'koa-router';
import { addBody, announce, readJson } from './serve.ts';

/**
 * Bare koa and koa-router: reads and checks the same request, and answers with a cart that a node gave before, one of several in
 * turn, as a ready string. It keeps nothing. The upper bound of what a koa service can do with these bytes.
 *
 *     node echo.ts <file with a JSON array of reply texts>
 */
const replies = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as string[];
let served = 0;

const router = new Router();
router.post('/cart/byid/:id', async (context) => {
  addBody(await readJson(context.req));
  context.type = 'application/json';
  context.body = replies[served++ % replies.length];
});

const app = new Koa();
app.use(router.routes());
announce(app.listen(0, '127.0.0.1'));
