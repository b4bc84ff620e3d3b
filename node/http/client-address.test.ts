import assert from 'node:assert/strict';
import { clientAddress } from './client-address.ts';

describe('client address', () => {
  const rows: readonly [
    why: string,
    direct: string,
    forwarded: string | undefined,
    proxies: number,
    address: string,
  ][] = [
    ['the connection’s', '10.0.0.1', undefined, 0, '10.0.0.1'],
    ['not what anybody wrote', '10.0.0.1', '6.6.6.6', 0, '10.0.0.1'],
    ['what the proxy saw', '10.0.0.1', '6.6.6.6, 1.1.1.1', 1, '1.1.1.1'],
    ['what the outer of two proxies saw', '10.0.0.1', '6.6.6.6, 1.1.1.1, 10.0.0.2', 2, '1.1.1.1'],
    ['the leftmost where there are fewer', '10.0.0.1', '1.1.1.1', 3, '1.1.1.1'],
    ['the proxy’s where it says nothing', '10.0.0.1', undefined, 1, '10.0.0.1'],
    ['the proxy’s where it says nothing of use', '10.0.0.1', ' , ', 1, '10.0.0.1'],
    ['without a port', '10.0.0.1', '1.1.1.1:4711', 1, '1.1.1.1'],
    ['IPv4 in IPv6’s clothes', '::ffff:10.0.0.1', undefined, 0, '10.0.0.1'],
    ['a network of IPv6: a house has 2⁶⁴ addresses', '2001:db8:1:2:3:4:5:6', undefined, 0, '2001:db8:1:2'],
    ['the same network, written otherwise', '10.0.0.1', '[2001:0DB8:1:2::6]:4711', 1, '2001:db8:1:2'],
    ['a network with zeros', '2001:db8::1', undefined, 0, '2001:db8:0:0'],
    ['this host', '::1', undefined, 0, '0:0:0:0'],
    ['what is no address, as it is, up to a bound', '10.0.0.1', 'x'.repeat(100), 1, 'x'.repeat(64)],
  ];

  for (const [why, direct, forwarded, proxies, address] of rows) {
    it(`is ${why}`, () => assert.equal(clientAddress(direct, forwarded, proxies), address));
  }
});
