import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CatalogFileError, FileCatalog, readCatalogFile } from './file.ts';
import { catalogSettings } from './settings.ts';

const DEMO = catalogSettings.CATALOG_FILE.parse(undefined);
const day = (text: string): number => Date.parse(`${text}T12:00:00Z`);

/** What a file may say, in short. */
function content(unitPrice = 100, extra: object = {}): object {
  return {
    currencies: { se: 'SEK', de: 'EUR' },
    products: [
      { sku: 'A', name: 'Article A', prices: { se: { unitPrice, unitDiscount: 10, taxRate: 2500 } } },
      { sku: 'V', name: 'Shirt', variants: ['S', 'M'], prices: { se: { unitPrice, taxRate: 2500 } } },
      { sku: 'T', name: 'Market ware', stores: ['7'], prices: { se: { unitPrice, taxRate: 2500 } } },
      {
        sku: 'F',
        name: 'Bread',
        prices: {
          se: {
            unitPrice,
            taxRate: [{ rate: 1200 }, { rate: 600, from: '2026-04-01' }, { rate: 1200, from: '2028-01-01' }],
          },
        },
      },
    ],
    deliveries: [
      { provider: 'standard', names: { se: 'Hem' }, prices: { se: { price: 4900, taxRate: 2500 } } },
    ],
    ...extra,
  };
}

describe('file catalog', () => {
  let folder: string;
  let path: string;
  let open: FileCatalog[];
  let reloads: (string | null)[];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cartwright-catalog-'));
    path = join(folder, 'catalog.json');
    open = [];
    reloads = [];
  });

  afterEach(async () => {
    for (const catalog of open) await catalog.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function catalog(file: unknown = content(), now = day('2026-11-24'), at = path): FileCatalog {
    if (at === path) writeFileSync(path, typeof file === 'string' ? file : JSON.stringify(file));
    const made = new FileCatalog({
      path: at,
      reloadMs: 3_600_000,
      wallMs: () => now,
      reloaded: (error) => reloads.push(error?.message ?? null),
    });
    open.push(made);
    return made;
  }

  const price = (from: FileCatalog, sku = 'A'): number | string => {
    const answer = from.product({ sku, country: 'se' });
    return answer.status === 'found' ? answer.value.unitPrice : answer.detail;
  };

  it('answers at once with price, currency and tax', () => {
    assert.deepEqual(catalog().product({ sku: 'A', country: 'se' }), {
      status: 'found',
      value: {
        sku: 'A',
        name: 'Article A',
        unitPrice: 100,
        unitDiscount: 10,
        taxRate: 2500,
        currency: 'SEK',
        country: 'se',
        type: 'physical',
      },
    });
    const delivery = catalog().delivery({ provider: 'standard', country: 'se' });
    assert.ok(delivery.status === 'found' && delivery.value.price === 4900 && delivery.value.name === 'Hem');
  });

  it('gives the same object for the same article', () => {
    const one = catalog();
    const [first, second] = [
      one.product({ sku: 'A', country: 'se' }),
      one.product({ sku: 'A', country: 'se' }),
    ];
    assert.ok(first.status === 'found' && second.status === 'found');
    assert.equal(first.value, second.value);
  });

  it('says what there is not, and what there would be', () => {
    const one = catalog();
    const detail = (query: object): string => {
      const answer = one.product({ sku: 'A', country: 'se', ...query });
      return answer.status === 'unknown' ? `${answer.field ?? ''}: ${answer.detail}` : 'found';
    };
    assert.match(detail({ sku: 'none' }), /^sku: .*no article/);
    assert.match(detail({ country: 'de' }), /^country: .*not sold in de/);
    assert.match(detail({ variant: 'S' }), /^variant: .*has no variants/);
    assert.match(detail({ sku: 'V' }), /^variant: .*comes as S, M/);
    assert.match(detail({ sku: 'V', variant: 'L' }), /^variant: .*comes as S, M/);
    assert.equal(detail({ sku: 'V', variant: 'M' }), 'found');
    assert.match(detail({ sku: 'T' }), /^storeId: .*stores 7/);
    assert.equal(detail({ sku: 'T', storeId: '7' }), 'found');
    const delivery = one.delivery({ provider: 'x', country: 'se' });
    assert.ok(delivery.status === 'unknown' && delivery.detail.includes('standard'));
  });

  it('changes tax rates on their days', () => {
    let now = day('2026-03-31');
    const dated = new FileCatalog({
      path: DEMO,
      reloadMs: 3_600_000,
      wallMs: () => now,
      reloaded: () => undefined,
    });
    open.push(dated);
    const rate = (): number => {
      const answer = dated.product({ sku: 'KAFFE-500', country: 'se' });
      return answer.status === 'found' ? answer.value.taxRate : -1;
    };
    assert.equal(rate(), 1200);
    now = day('2026-04-01');
    assert.equal(rate(), 600);
    now = day('2027-12-31');
    assert.equal(rate(), 600);
    now = day('2028-01-01');
    assert.equal(rate(), 1200);
  });

  it('takes a changed file, and keeps the old content when the new one is broken', () => {
    const one = catalog(content(100));
    one.reload();
    assert.deepEqual(reloads, []);
    writeFileSync(path, JSON.stringify(content(200)).padEnd(5000));
    one.reload();
    assert.equal(price(one), 200);
    writeFileSync(path, '{"currencies":');
    one.reload();
    one.reload();
    assert.equal(price(one), 200);
    writeFileSync(path, JSON.stringify(content(-1)).padEnd(6000));
    one.reload();
    assert.equal(price(one), 200);
    rmSync(path);
    one.reload();
    assert.equal(price(one), 200);
    assert.equal(reloads.length, 4);
    assert.equal(reloads[0], null);
    assert.ok(reloads.slice(1).every((message) => typeof message === 'string'));
    assert.match(String(reloads[2]), /products\[0\]\.prices\.se\.unitPrice/);
  });

  it('goes on with what it has when the file can’t even be looked at, and says so', () => {
    const one = catalog(content(100));
    rmSync(path);
    symlinkSync(path, path);
    one.reload();
    assert.equal(price(one), 100);
    assert.match(String(reloads.at(-1)), /can’t be read/);
    assert.match(one.trouble() ?? '', /can’t be read/);
    one.reload();
    assert.equal(reloads.length, 1, 'once');
    rmSync(path);
    writeFileSync(path, JSON.stringify(content(700)));
    one.reload();
    assert.equal(price(one), 700);
    assert.equal(one.trouble(), null);
  });

  it('takes a change that swaps a link, as a mounted ConfigMap does', () => {
    const version = (name: string, unitPrice: number): void => {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, 'catalog.json'), JSON.stringify(content(unitPrice)));
    };
    version('..v1', 100);
    symlinkSync('..v1', join(folder, '..data'));
    symlinkSync('..data/catalog.json', join(folder, 'linked.json'));
    const one = catalog(undefined, day('2026-11-24'), join(folder, 'linked.json'));
    version('..v2', 300);
    symlinkSync('..v2', join(folder, '..data.new'));
    renameSync(join(folder, '..data.new'), join(folder, '..data'));
    one.reload();
    assert.equal(price(one), 300);
  });

  const broken: readonly [string, unknown, RegExp][] = [
    ['no JSON', '{', /can’t be read/],
    ['an unknown field', content(1, { prices: {} }), /Unrecognized key/],
    [
      'a sku twice',
      content(1, { products: [content(1), content(1)].map(() => ({ sku: 'A', name: 'x', prices: {} })) }),
      /products\[1\]\.sku: A is there twice/,
    ],
    ['a country without currency', content(1, { currencies: { de: 'EUR' } }), /the country has no currency/],
    ['a discount over the price', content(5), /unitDiscount: must be at most unitPrice/],
    ['a fractional price', content(1.5), /products\[0\]\.prices\.se\.unitPrice/],
  ];

  for (const [name, file, message] of broken) {
    it(`does not start with ${name}, and names the place`, () => {
      assert.throws(
        () => catalog(file),
        (error: Error) =>
          error instanceof CatalogFileError && message.test(error.message) && error.message.includes(path),
      );
    });
  }

  describe('of the demo', () => {
    const demo = readCatalogFile(DEMO);

    it('has forty articles and more, sold in three countries, of every kind', () => {
      assert.ok(demo.products.length >= 40);
      for (const country of ['se', 'de', 'fi']) {
        assert.ok(demo.products.filter(({ prices }) => country in prices).length >= 40);
        assert.deepEqual(
          demo.deliveries
            .filter(({ prices }) => country in prices)
            .map(({ provider }) => provider)
            .slice(0, 3),
          ['standard', 'express', 'pickup'],
        );
        for (const sku of ['TEST-SKU-123', 'TEST-SKU-456', 'TEST-SKU-AAA', 'TEST-SKU-BBB', 'TEST-SKU-XYZ']) {
          assert.equal(new FileCatalogOfDemo(open).product(sku, country), 'found');
        }
      }
      assert.deepEqual(
        new Set(demo.products.map(({ type }) => type)),
        new Set(['physical', 'digital', 'gift_card']),
      );
    });

    it('has the tax rates that hold', () => {
      const rates = (country: string): unknown[] =>
        [
          ...new Set(
            demo.products.flatMap(({ prices }) =>
              country in prices ? [JSON.stringify(prices[country]?.taxRate)] : [],
            ),
          ),
        ].toSorted();
      assert.ok(['0', '2500', '600'].every((rate) => rates('se').includes(rate)));
      assert.ok(['1900', '700'].every((rate) => rates('de').includes(rate)));
      assert.ok(['1000', '2550'].every((rate) => rates('fi').includes(rate)));
    });
  });
});

class FileCatalogOfDemo {
  readonly #catalog: FileCatalog;

  constructor(open: FileCatalog[]) {
    this.#catalog = new FileCatalog({
      path: DEMO,
      reloadMs: 3_600_000,
      wallMs: () => day('2026-11-24'),
      reloaded: () => undefined,
    });
    open.push(this.#catalog);
  }

  product(sku: string, country: string): string {
    return this.#catalog.product({ sku, country }).status;
  }
}
