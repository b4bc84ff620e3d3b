import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { KubeConfigCredentials } from './credentials.ts';
import { isUnauthorized, NoAnswerError } from './errors.ts';
import { Reflector } from './reflector.ts';
import { Store } from './store.ts';
import { systemClock } from './clock.ts';
import { overSockets, until, widget, widgets } from './testing/fixtures.ts';
import type { Cluster, User } from '@kubernetes/client-node';
import type { OverSockets } from './testing/fixtures.ts';

const https: Cluster = { name: 'c', server: 'https://10.0.0.1:6443', skipTLSVerify: false };

describe('credentials', () => {
  let folder: string;
  let nowMs: number;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'credentials-'));
    nowMs = 0;
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  const file = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };

  function of(user: User, cluster = https): KubeConfigCredentials {
    const config = new KubeConfig();
    config.loadFromClusterAndUser(cluster, user);
    return new KubeConfigCredentials(config, () => nowMs);
  }

  const base64 = (text: string): string => Buffer.from(text).toString('base64');

  it('are a token, a password, or certificates', async () => {
    assert.deepEqual((await of({ name: 'u', token: 'secret' }).current()).headers, {
      authorization: 'Bearer secret',
    });
    assert.deepEqual((await of({ name: 'u', username: 'me', password: 'pw' }).current()).headers, {
      authorization: `Basic ${base64('me:pw')}`,
    });
    const cluster = { ...https, caFile: file('ca.crt', 'CA'), tlsServerName: 'kubernetes' };
    const { tls } = await of(
      { name: 'u', certData: base64('CERT'), keyFile: file('key', 'KEY') },
      cluster,
    ).current();
    assert.deepEqual(
      [String(tls.ca), String(tls.cert), String(tls.key), tls.servername],
      ['CA', 'CERT', 'KEY', 'kubernetes'],
    );
  });

  it('are what a command prints', async () => {
    const made = file('count', '');
    const script = `printf x >> ${made}; echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"printed"}}'`;
    const credentials = of({ name: 'u', exec: { command: 'sh', args: ['-c', script] } });
    for (let round = 0; round < 3; round += 1) {
      nowMs += 60_000;
      assert.deepEqual((await credentials.current()).headers, { authorization: 'Bearer printed' });
    }
    credentials.forget();
    await credentials.current();
    assert.equal(
      (await import('node:fs')).readFileSync(made, 'utf8'),
      'xx',
      'once, and once more when it was refused',
    );
  });

  it('that can not be had are tried again next time', async () => {
    const path = join(folder, 'token');
    const credentials = of({ name: 'u', authProvider: { name: 'tokenFile', config: { tokenFile: path } } });
    await assert.rejects(credentials.current(), /ENOENT/);
    writeFileSync(path, 'late\n');
    assert.deepEqual((await credentials.current()).headers, { authorization: 'Bearer late' });
  });

  it('keep their TLS options as long as nothing in them changes', async () => {
    const caFile = file('ca.crt', 'one');
    const credentials = of({ name: 'u', token: 't' }, { ...https, caFile });
    const first = await credentials.current();
    nowMs += 10_000;
    const second = await credentials.current();
    assert.notEqual(second, first);
    assert.equal(second.tls, first.tls);
    writeFileSync(caFile, 'two');
    assert.equal((await credentials.current()).tls, first.tls, 'not looked at yet');
    nowMs += 10_000;
    const third = await credentials.current();
    assert.notEqual(third.tls, first.tls);
    assert.equal(String(third.tls.ca), 'two');
  });

  it('refuse what they can not do', () => {
    assert.throws(() => of({ name: 'u' }, { ...https, server: 'http://x' }), /not HTTPS/);
    assert.throws(() => of({ name: 'u' }, { ...https, proxyUrl: 'http://x' }), /proxies/);
    assert.throws(() => new KubeConfigCredentials(new KubeConfig(), () => 0), /names no cluster/);
  });

  describe('of a pod', () => {
    let kube: OverSockets;
    let tokenFile: string;

    beforeEach(async () => {
      tokenFile = file('token', 'old\n');
      const user = { name: 'pod', authProvider: { name: 'tokenFile', config: { tokenFile } } };
      // Few connections: an answer that is not read to its end keeps one.
      kube = await overSockets({ user, connections: 2 });
      kube.server.tokens = new Set(['old']);
      kube.server.create(widgets, widget('a'));
    });

    afterEach(() => kube.stop());

    it('are read anew at once when the API server refuses them', async () => {
      const { client, server } = kube;
      assert.equal((await client.list(widgets)).items.length, 1);
      server.tokens = new Set(['new']);
      for (let round = 0; round < 4; round += 1) {
        await assert.rejects(client.list(widgets), isUnauthorized);
      }
      writeFileSync(tokenFile, 'new');
      assert.equal((await client.list(widgets)).items.length, 1);
      await client.create(widgets, widget('b'));
      server.tokens = new Set(['newer']);
      writeFileSync(tokenFile, 'newer');
      await client.create(widgets, widget('c'));
      assert.equal(server.list(widgets).length, 3);
    });

    it('that were refused bring no watch down for good', async () => {
      const { client, server } = kube;
      const store = new Store();
      const stop = new AbortController();
      const causes: string[] = [];
      const reflector = new Reflector({
        client,
        resource: widgets,
        store,
        clock: systemClock,
        random: Math.random,
        backoff: { minMs: 5, maxMs: 20 },
        observer: { restarted: (_, cause) => causes.push(cause) },
      });
      const running = reflector.run(stop.signal);
      await until('the list', () => store.size === 1 && server.watches.length === 1);
      server.tokens = new Set(['new']);
      server.watches[0]?.end();
      await until('a refusal', () => causes.includes('refused'));
      server.create(widgets, widget('b'));
      writeFileSync(tokenFile, 'new');
      await until('the watch is back', () => store.size === 2);
      stop.abort();
      await running;
    });

    it('that are missing are no answer', async () => {
      rmSync(tokenFile);
      await assert.rejects(kube.client.list(widgets), NoAnswerError);
    });
  });
});
