import assert from 'node:assert/strict';
import { launch } from 'puppeteer-core';
import { RetriableError } from '../actor/errors.ts';
import { settled } from '../actor/testing/fixtures.ts';
import { chromiumPath, itNeeds } from '../testing/needs.ts';
import { openShop } from './testing/shop.ts';
import type { Browser, Page } from 'puppeteer-core';
import type { Shop } from './testing/shop.ts';

/** The pages, in a real browser: cookies, scripts, policies and reconnecting are its own. */
describe('pages in a browser', function () {
  this.timeout(60_000);

  let shop: Shop;
  let browser: Browser | null;

  beforeEach(async () => {
    browser = null;
    shop = await openShop({ COOKIE_SECURE: false });
  });

  afterEach(async () => {
    await browser?.close();
    await shop[Symbol.asyncDispose]();
  });

  /** A page, and what went wrong on it. */
  async function open(path: string): Promise<{ page: Page; errors: string[] }> {
    // It can't make a sandbox for root, nor in most containers; it sees nothing but this test's own pages.
    const args = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'];
    browser ??= await launch({
      executablePath: chromiumPath() ?? '',
      args,
      defaultViewport: { width: 1200, height: 800 },
    });
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
    await page.goto(`http://127.0.0.1:${shop.port}${path}`);
    return { page, errors };
  }

  const text = (page: Page, selector: string): Promise<string> =>
    page.$eval(selector, ({ textContent }) => String(textContent));

  /** For people: SCREENSHOTS names the folder. */
  async function picture(page: Page, name: string): Promise<void> {
    const folder = process.env['SCREENSHOTS'];
    // What is not in front is not drawn.
    await page.bringToFront();
    if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png` });
  }

  async function shows(page: Page, selector: string, wanted: string): Promise<void> {
    const script = `document.querySelector(${JSON.stringify(selector)}).textContent.includes(${JSON.stringify(wanted)})`;
    // By changes of the page: what is not in front draws nothing.
    await page.waitForFunction(script, { polling: 'mutation', timeout: 10_000 });
  }

  itNeeds('chromium', 'show a cart as it changes, on every page that it is open on', async () => {
    const first = await open('/docs/live');
    await shows(first.page, '#total', 'version 0');
    const second = await open('/docs/live');
    await shows(second.page, '#total', 'version 0');
    await first.page.bringToFront();
    await first.page.click('button[value="TEST-SKU-123"]');
    for (const { page } of [first, second]) await shows(page, '#lines', '1 × Article TEST-SKU-123: 199');
    await second.page.bringToFront();
    await second.page.click('button[value="TEST-SKU-456"]');
    await second.page.click('button[value="TEST-SKU-123"]');
    for (const { page } of [first, second]) await shows(page, '#total', 'version 3');
    assert.equal(await text(first.page, '#total'), '597 SEK (version 3)');
    // The streams end; the browser comes back by itself, with the last id it had, and goes on behind it.
    shop.pool.dropAll(new RetriableError('ownership-lost', 'the session was fenced', 500));
    await second.page.click('button[value="TEST-SKU-123"]');
    for (const { page } of [first, second]) {
      await shows(page, '#total', 'version 4');
      assert.equal(await text(page, '#changes'), '1 AddItem\n2 AddItem\n3 AddItem\n4 AddItem\n');
    }
    assert.deepEqual([...first.errors, ...second.errors], []);
    // An answer that is no stream would be the end to the browser, were it not for the page.
    shop.shedding = true;
    shop.pool.dropAll(new RetriableError('ownership-lost', 'the session was fenced', 500));
    for (const { page } of [first, second]) await page.waitForResponse((answer) => answer.status() === 503);
    shop.shedding = false;
    while (shop.feed.size < 2) await settled();
    await picture(first.page, 'live-cart');
  });

  itNeeds('chromium', 'show the API and let its calls be tried', async () => {
    const { page, errors } = await open('/docs');
    await page.waitForSelector('body[data-ready]');
    assert.match(await text(page, '#list'), /followCart|\/cart\/events/);
    assert.equal((await page.$$('section[id]')).length > 25, true);
    await page.click('#addItem button');
    await shows(page, '#addItem > div > pre', '"version": 1');
    await page.type('#getHistory input[aria-label="limit"]', '5');
    await page.click('#getHistory button');
    await shows(page, '#getHistory > div > pre', '"retainedFrom": 1');
    await page.click('#followCart button');
    await shows(page, '#followCart > div > pre', 'event: state');
    await picture(page, 'docs');
    assert.deepEqual(errors, []);
  });
});
