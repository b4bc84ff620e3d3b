import { isIPv6 } from 'node:net';

/**
 * Whom limits by address are kept for: an IPv4 address, or a network of 64 bits of IPv6, of which every house has 2⁶⁴ addresses.
 *
 * `proxies` is how many in front are trusted. Each appended the address that it saw to X-Forwarded-For; what is further left anyone can write.
 */
export function clientAddress(
  direct: string,
  forwarded: string | string[] | undefined,
  proxies: number,
): string {
  if (proxies === 0) return network(direct);
  const list = (typeof forwarded === 'string' ? forwarded : '').split(',');
  return network(list.at(-Math.min(proxies, list.length))?.trim().slice(0, 64) || direct);
}

/** Some proxies write the port behind the address. */
const WITH_PORT = /^(?:\[([^\]]*)\](?::\d+)?|(\d+\.\d+\.\d+\.\d+):\d+)$/;

function network(text: string): string {
  if (!text.includes(':')) return text;
  const match = WITH_PORT.exec(text);
  const address = match?.[1] ?? match?.[2] ?? text;
  if (!isIPv6(address)) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [front = '', back] = address.split('::');
  const groups = front === '' ? [] : front.split(':');
  if (back !== undefined) {
    const behind = back === '' ? 0 : back.split(':').length + (back.includes('.') ? 1 : 0);
    while (groups.length + behind < 8) groups.push('0');
    groups.push(...back.split(':'));
  }
  return groups
    .slice(0, 4)
    .map((group) => group.toLowerCase().replace(/^0+(?=.)/, ''))
    .join(':');
}
