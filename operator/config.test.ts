import assert from 'node:assert/strict';
import { ConfigError } from '../node/settings.ts';
import { helpText, readConfig, settingGroups, version } from './config.ts';

describe('settings of the operator', () => {
  it('have defaults', () => {
    const config = readConfig({});
    assert.deepEqual(
      [config.ADMIN_PORT, config.LEASE_DURATION_MS, config.RENEW_DEADLINE_MS, config.RETRY_PERIOD_MS],
      [9090, 15_000, 10_000, 2000],
    );
    assert.deepEqual(config.WATCH_NAMESPACES, []);
    assert.equal(config.NODE_IMAGE, `ghcr.io/cartwright-dev/cart-node:${version}`);
  });

  it('take a list of namespaces', () => {
    assert.deepEqual(readConfig({ WATCH_NAMESPACES: 'eu, us' }).WATCH_NAMESPACES, ['eu', 'us']);
  });

  const wrong: readonly [Record<string, string>, RegExp][] = [
    [
      { WATCH_NAMESPACES: 'eu/shop' },
      /^WATCH_NAMESPACES: "eu\/shop" is not allowed; allowed: names of namespaces/,
    ],
    [{ CONCURRENT_RECONCILES: '0' }, /allowed: whole numbers from 1 to 64$/],
    [{ POD_NAMESPACE: 'A' }, /allowed: the name of a namespace$/],
    [
      { RENEW_DEADLINE_MS: '15000' },
      /^RENEW_DEADLINE_MS: "15000" is not allowed; allowed: less than LEASE_DURATION_MS$/,
    ],
    [
      { LEASE_DURATION_MS: '9000' },
      /^RENEW_DEADLINE_MS: the default is not allowed; allowed: less than LEASE/,
    ],
    [{ RETRY_PERIOD_MS: '5000' }, /allowed: less than half of RENEW_DEADLINE_MS$/],
  ];

  for (const [environment, message] of wrong) {
    it(`refuse ${JSON.stringify(environment)} with the name and what is allowed`, () => {
      assert.throws(
        () => readConfig(environment),
        (error) => error instanceof ConfigError && message.test(error.message),
      );
    });
  }

  it('are all in --help with default and meaning', () => {
    const help = helpText();
    for (const settings of Object.values(settingGroups))
      for (const name of Object.keys(settings))
        assert.match(
          help,
          new RegExp(`^  ${name}\\n      \\S.{8,}\\n      default: \\S.*; allowed: \\S`, 'm'),
          name,
        );
  });
});
