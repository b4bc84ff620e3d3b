import assert from 'node:assert/strict';
import { ConfigError, helpText, readConfig, settingGroups } from './config.ts';

function refusal(environment: Record<string, string>): string {
  try {
    readConfig(environment);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.message;
  }
  return assert.fail('the settings were taken');
}

/** A whole configuration of checkout. */
const checkout = {
  CHECKOUT: 'kustom',
  CHECKOUT_USER: 'user',
  CHECKOUT_PASSWORD: 'password',
  CHECKOUT_SECRET: 'x'.repeat(32),
  CHECKOUT_PUBLIC_URL: 'https://shop.example',
  CHECKOUT_PAGE_URL: 'https://shop.example/checkout',
  CHECKOUT_TERMS_URL: 'https://shop.example/terms',
  CHECKOUT_CONFIRMATION_URL: 'https://shop.example/thanks?order={checkout.order.id}',
};

describe('settings', () => {
  it('have defaults, and take what is empty as not given', () => {
    const config = readConfig({ HTTP_PORT: '', ADMIN_PORT: ' ', RATE_LIMIT_CART: '\t', UNRELATED: 'x' });
    assert.equal(config.RATE_LIMIT_CART, 300, 'and not 0, which would be no limit');
    assert.deepEqual(
      [config.HTTP_PORT, config.ADMIN_PORT, config.JOURNAL, config.DEFAULT_COUNTRY],
      [8080, 9090, 'lmdb', 'se'],
    );
  });

  it('are read from the environment', () => {
    const config = readConfig({
      HTTP_PORT: '81',
      COOKIE_SECURE: 'false',
      HTTP_CORS_ORIGINS: 'https://a.example, https://b.example:8443',
    });
    assert.deepEqual([config.HTTP_PORT, config.COOKIE_SECURE], [81, false]);
    assert.deepEqual(config.HTTP_CORS_ORIGINS, ['https://a.example', 'https://b.example:8443']);
  });

  it('of checkout have the playground as host, and languages that can be changed by country', () => {
    const config = readConfig({ ...checkout, CHECKOUT_LOCALES: 'fi=sv-FI, lu=fr-LU' });
    assert.equal(config.CHECKOUT_BASE_URL, 'https://api.playground.kustom.co');
    const { se, fi, lu } = config.CHECKOUT_LOCALES;
    assert.deepEqual([se, fi, lu], ['sv-SE', 'sv-FI', 'fr-LU']);
    assert.equal(readConfig({}).CHECKOUT, 'off');
  });

  const wrong: readonly [Record<string, string>, RegExp][] = [
    [{ HTTP_PORT: 'eighty' }, /^HTTP_PORT: "eighty" is not allowed; allowed: whole numbers from 0 to 65535$/],
    [{ HTTP_PORT: '65536' }, /^HTTP_PORT: "65536"/],
    [{ HTTP_PORT: '1.5' }, /^HTTP_PORT: "1.5"/],
    [{ OTEL_TRACES_SAMPLER_ARG: '2' }, /"2" is not allowed; allowed: numbers from 0 to 1$/],
    [{ JOURNAL: 'redis' }, /^JOURNAL: "redis" is not allowed; allowed: lmdb, memory$/],
    [{ COOKIE_SECURE: 'yes' }, /allowed: true, false$/],
    [{ LEASE_MS: '5' }, /whole numbers from 300 to 300000 ms$/],
    [{ HTTP_CORS_ORIGINS: 'https://a.example/path' }, /allowed: origins like/],
    [{ DEFAULT_COUNTRY: 'SE' }, /allowed: two lower-case letters$/],
    [{ CATALOG_PRODUCT_URL: 'ftp://x' }, /allowed: an http or https address$/],
    [{ CATALOG_PRODUCT_URL: 'http://x/all' }, /^CATALOG_PRODUCT_URL: .*allowed: an address with \{sku\}/],
    [
      { CATALOG_PRODUCT_URL: 'http://x/{sku}/{id}' },
      /no placeholders but \{sku\} \{country\} \{variant\} \{storeId\}$/,
    ],
    [{ CATALOG_DELIVERY_URL: 'http://x/{sku}' }, /allowed: an address with \{provider\}/],
    [{ CATALOG_TOKEN: 'two\nlines' }, /^CATALOG_TOKEN: \(hidden\) is not allowed; allowed: printable ASCII/],
    [
      { CLUSTER_TOKEN: 'short' },
      /^CLUSTER_TOKEN: \(hidden\) is not allowed; allowed: 16 to 4096 printable ASCII/,
    ],
    [{ NODE_NAME: 'x'.repeat(300) }, /allowed: 1 to 253 characters$/],
    [
      { COOKIE_NAME: '__Host-cartid', COOKIE_SECURE: 'false' },
      /^COOKIE_NAME: "__Host-cartid" is not allowed; allowed: .*COOKIE_SECURE/,
    ],
    [{ COOKIE_NAME: '__Secure-cartid', COOKIE_SECURE: 'false' }, /^COOKIE_NAME: /],
    [{ CHECKOUT_BASE_URL: 'ftp://x' }, /^CHECKOUT_BASE_URL: .*allowed: an http or https address$/],
    [{ CHECKOUT_PAGE_URL: '/checkout' }, /^CHECKOUT_PAGE_URL: .*allowed: an http or https address$/],
    [{ CHECKOUT_LOCALES: 'se=Swedish' }, /^CHECKOUT_LOCALES: .*allowed: a list like se=sv-SE,fi=sv-FI$/],
    [{ ...checkout, CHECKOUT_USER: '' }, /^CHECKOUT_USER: .*allowed: given where CHECKOUT is kustom$/],
    [{ ...checkout, CHECKOUT_SECRET: 'short' }, /^CHECKOUT_SECRET: \(hidden\) .*at least 32 characters$/],
  ];

  for (const [environment, message] of wrong) {
    it(`refuse ${JSON.stringify(environment)} with the name, what was given and what is allowed`, () => {
      assert.match(refusal(environment), message);
    });
  }

  it('name everything that is wrong at once', () => {
    assert.deepEqual(refusal({ HTTP_PORT: 'x', POOL_SIZE: '-1' }).split('\n').length, 2);
  });

  it('never repeat a secret', () => {
    const secret = 'x'.repeat(9000);
    assert.match(
      refusal({ CATALOG_TOKEN: secret }),
      /^CATALOG_TOKEN: \(hidden\) is not allowed; allowed: up to 8192 characters$/,
    );
    const login = refusal({ CATALOG_PRODUCT_URL: 'http://shop:hunter2@x/{sku}' });
    assert.match(
      login,
      /^CATALOG_PRODUCT_URL: "http:\/\/\(hidden\)@x\/\{sku\}" is not allowed; .*CATALOG_TOKEN/,
    );
    assert.doesNotMatch(refusal({ CATALOG_PRODUCT_URL: 'ftp://shop:hunter2@x' }), /hunter2/);
  });

  it('are all in --help with default and meaning', () => {
    const help = helpText();
    for (const settings of Object.values(settingGroups)) {
      for (const name of Object.keys(settings)) {
        const entry = new RegExp(`^  ${name}\\n      \\S.{8,}\\n      default: \\S.*; allowed: \\S`, 'm');
        assert.match(help, entry, name);
      }
    }
    assert.match(help, /LEASE_MS\n.*\n {6}default: 6000 ms; allowed: whole numbers from 300 to 300000 ms/);
  });
});
